/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between a SPICE server and spice-glib. Pure: the bytes of one channel pass by, in pieces of any size, and are looked
 * at before the library gets them.
 *
 * The server is hostile, and the library believes it: it allocates what a header claims and ends the process when that
 * fails, multiplies a surface's sides in 32 bits, follows offsets of sub-messages and of capabilities unchecked, and
 * connects to whatever host a migration names. So here a message passes if it is of a kind that was agreed on and
 * within the limits below; the connection ends with a reason otherwise. What the picture is made of is the library's.
 *
 * Also seen here, where all channels pass: why a server refuses, and whether a message is still on its way.
 */
#ifndef XENHUB_DISPLAY_GUARD_H
#define XENHUB_DISPLAY_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GUARD_SIDE_MAX      16384
#define GUARD_SURFACES_MAX  1024        /* QXL's own limit; ids are below it */
#define GUARD_CURSOR_MAX    512         /* a side */
#define GUARD_CURSORS_MAX   512         /* that the library keeps for the server, */
#define GUARD_CURSORS_BYTES (64u << 20) /* all together; QEMU keeps 256 */
#define GUARD_MESSAGE_MAX   (4u << 20)  /* of all channels but display, where a picture is one message */
#define GUARD_TEXT_MAX      (16u << 20) /* one message of the guest's agent: its clipboard */
#define GUARD_CHANNELS_MAX  64          /* that a server offers */
#define GUARD_LINK_MAX      512         /* bytes of a greeting */
#define GUARD_REASON_MAX    256

/* SPICE's numbers of the channels that are used. */
enum guard_channel {
	GUARD_MAIN = 1,
	GUARD_DISPLAY = 2,
	GUARD_INPUTS = 3,
	GUARD_CURSOR = 4,
};

enum guard_phase {
	GUARD_GREETING_HEADER,
	GUARD_GREETING,
	GUARD_TICKET, /* what became of the password */
	GUARD_HEADER, /* of a message */
	GUARD_BODY,
};

struct guard {
	enum guard_channel channel;
	size_t bytes_max; /* of all surfaces together */
	enum guard_phase phase;
	/* A part that is being collected: `need` bytes of which `have` are there. */
	uint8_t part[GUARD_LINK_MAX];
	size_t have, need;
	/* The message whose body passes: its size, how much has passed, where the collected part begins in it. */
	unsigned type;
	size_t size, at, part_at;
	unsigned step; /* of parts collected in this body */
	/* What the library keeps because of this channel. */
	uint32_t surfaces[GUARD_SURFACES_MAX]; /* KiB, rounded up */
	size_t surface_bytes;
	struct {
		uint64_t id;
		uint32_t bytes;
	} cursors[GUARD_CURSORS_MAX];
	unsigned cursor_count;
	size_t cursor_bytes;
	bool keep_cursor; /* the one that is being looked at */
	/* The agent's stream, which is cut into messages of the channel as the server likes. */
	size_t agent_left;
	uint8_t agent_head[20];
	size_t agent_have;
	/* The other way: our greeting, collected to be changed. */
	uint8_t greeting[GUARD_LINK_MAX];
	size_t greeting_have, greeting_need; /* need 0: it has gone */
	int error;
	char reason[GUARD_REASON_MAX]; /* once error is set */
};

/* bytes_max bounds all surfaces of a display channel together. */
void guard_init(struct guard *guard, enum guard_channel channel, size_t bytes_max);

/*
 * What the server sent. 0: pass it on; else a negative errno, the same for ever, with guard->reason: pass on nothing.
 * -EACCES: a person has to mend it (password, TLS); -EPROTO, -EFBIG: it misbehaves; -ENOTSUP.
 */
int guard_receive(struct guard *guard, const uint8_t *data, size_t size);

/* Whether no message is in the middle: what has come makes a whole. */
bool guard_is_between(const struct guard *guard);

/*
 * What the library sends. While its greeting is not complete, 0: it was taken, there is nothing to send. Then *out is
 * what to send instead: the greeting without the capabilities that are refused (GL scan-out: pictures by descriptor;
 * video streams), and afterwards data itself.
 */
size_t guard_send(struct guard *guard, const uint8_t *data, size_t size, const uint8_t **out);

#endif
