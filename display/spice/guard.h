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
 * All that a server can have the library keep is counted: surfaces, cached images, palettes and cursors, the window of
 * GLZ; and all that a drawing makes it allocate meanwhile is bounded: its box, its images wherever they hang (source,
 * brush, mask), its text, its path. The bits of compressed images are not looked at, only what they begin with.
 *
 * Also seen here, where all channels pass: why a server refuses, and whether a message is still on its way.
 */
#ifndef XENHUB_DISPLAY_GUARD_H
#define XENHUB_DISPLAY_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "display/spice/guard_kept.h"

#define GUARD_SIDE_MAX      16384
#define GUARD_FAR_MAX       (2 * GUARD_SIDE_MAX) /* how far from its surface's corner something is drawn */
#define GUARD_SURFACES_MAX  1024                 /* QXL's own limit; ids are below it */
#define GUARD_SURFACE_COST  (64u << 10)          /* what each costs besides its pixels: decoders of its own */
#define GUARD_IMAGES_ASKED  (80u << 20)          /* how much the server is asked to have cached at most, */
#define GUARD_IMAGES_BYTES  (2 * GUARD_IMAGES_ASKED) /* room: it says what goes after the next one has come */
#define GUARD_PALETTES_MAX  256                      /* servers keep 128 */
#define GUARD_COLOURS_MAX   256                      /* of one */
#define GUARD_GLZ_ASKED     (32u << 20)              /* the window of GLZ: the same, */
#define GUARD_GLZ_BYTES     (2 * GUARD_GLZ_ASKED)
#define GUARD_GLZ_MAX       65536       /* images in it */
#define GUARD_CURSOR_MAX    512         /* a side */
#define GUARD_CURSORS_MAX   512         /* that the library keeps for the server, */
#define GUARD_CURSORS_BYTES (64u << 20) /* all together; QEMU keeps 256 */
#define GUARD_CLIP_MAX      65536       /* rectangles of one drawing */
#define GUARD_POINTS_MAX    65536       /* of one path, its segments together */
#define GUARD_GLYPHS_MAX    8192        /* of one text */
#define GUARD_MESSAGE_MAX   (4u << 20)  /* but drawings: there a picture is one message */
#define GUARD_TEXT_MAX      (16u << 20) /* one message of the guest's agent: its clipboard */
#define GUARD_CHANNELS_MAX  64          /* that a server offers */
#define GUARD_LINK_MAX      512         /* bytes of a greeting */
#define GUARD_PART_MAX      1024        /* that are looked at in one piece: 255 dashes */
#define GUARD_PARTS_MAX     8           /* of one message that wait to be looked at */
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

/* A part of a body that is to be looked at. */
struct guard_part {
	size_t at, need; /* bytes: from the body's beginning, its own */
	uint8_t kind;    /* what it is, in guard_private.h's numbers */
	uint8_t role;    /* what an image is for */
	bool keep;       /* of a palette: it is cached; */
	uint16_t colours;
	uint16_t width, height; /* of an alpha channel: those of its image */
};

/* What has been read so far of the drawing that passes. */
struct guard_drawing {
	const char *fields; /* what follows in its fixed part */
	uint32_t surface;
	int32_t box[4]; /* top, left, bottom, right; and so the area of the image that is drawn from, */
	int32_t area[4];
	bool background; /* of a text */
	uint32_t left;   /* glyphs, segments or the like that are still to come, */
	uint32_t points; /* and points of the segment at hand */
	uint32_t all_points;
	unsigned glyph_bits, segment;
	int64_t text[4]; /* its box: left, top, right, bottom */
	/* The image at hand. */
	uint64_t id;
	unsigned image, flags, colours; /* type, flags, colours that its palette has to have */
	uint32_t width, height;
};

struct guard_surface {
	uint32_t kib; /* rounded up; 0: there is none */
	uint32_t width, height, format;
};

/* Images by number, as GLZ counts them: from oldest to in front of next. */
struct guard_glz {
	uint32_t *sizes; /* bytes, by number modulo GUARD_GLZ_MAX; NULL: there was none yet */
	uint64_t oldest, next;
	size_t bytes;
};

/* The agent's stream, which is cut into messages of the channel as the server likes. */
struct guard_agent {
	uint8_t head[20];
	size_t have;
	uint32_t type;
	size_t at, left; /* of the message at hand */
};

/* The messages that are sent: how one begins, as far as it is held back, and what passes or is left out after that. */
struct guard_sending {
	uint8_t head[34];
	size_t have, pass, drop;
	size_t agent_left; /* of the agent's message, in later ones of the channel */
};

struct guard {
	enum guard_channel channel;
	size_t bytes_max; /* of all surfaces together */
	enum guard_phase phase;
	/* A part that is being collected: `need` bytes of which `have` are there. */
	uint8_t part[GUARD_PART_MAX];
	size_t have, need;
	/* The message whose body passes: its size, how much has passed, what of it is to be looked at, first things first. */
	unsigned type;
	size_t size, at;
	struct guard_part parts[GUARD_PARTS_MAX];
	unsigned part_count;
	size_t looked; /* no part begins in front of this */
	struct guard_drawing drawing;
	/* What the library keeps because of this channel. */
	struct guard_surface surfaces[GUARD_SURFACES_MAX];
	size_t surface_bytes;
	struct guard_kept images;
	uint64_t palettes[GUARD_PALETTES_MAX];
	unsigned palette_count;
	struct guard_glz glz;
	struct {
		uint64_t id;
		uint32_t bytes;
	} cursors[GUARD_CURSORS_MAX];
	unsigned cursor_count;
	size_t cursor_bytes;
	bool keep_cursor; /* the one that is being looked at */
	struct guard_agent agent;
	/* The other way: our greeting, collected to be changed. */
	uint8_t greeting[GUARD_LINK_MAX];
	size_t greeting_have, greeting_need; /* need 0: it has gone */
	struct guard_sending sending;
	int error;
	char reason[GUARD_REASON_MAX]; /* once error is set */
};

/* bytes_max bounds all surfaces of a display channel together. */
void guard_init(struct guard *guard, enum guard_channel channel, size_t bytes_max);

/* Gives back the list of what is kept. */
void guard_finish(struct guard *guard);

/*
 * What the server sent. 0: pass it on, as it is now: the guest's agent is not to say that it has sound, or the library
 * makes some of its own. Else a negative errno, the same for ever, with guard->reason: pass on nothing.
 * -EACCES: a person has to mend it (password, TLS); -EPROTO, -EFBIG: it misbehaves; -ENOTSUP.
 */
int guard_receive(struct guard *guard, uint8_t *data, size_t size);

/* Whether no message is in the middle: what has come makes a whole. */
bool guard_is_between(const struct guard *guard);

/*
 * What the library sends, and what is to be sent instead: so many bytes of out, which has room for GUARD_LINK_MAX more
 * than there are in data. First its greeting, in one piece, without the capabilities that are refused (GL scan-out:
 * pictures by descriptor; video streams). Then its messages; those that ask the agent for a size go without the
 * millimetres that no agent up to 0.22 understands.
 */
size_t guard_send(struct guard *guard, const uint8_t *data, size_t size, uint8_t *out);

#endif
