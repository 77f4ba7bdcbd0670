/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a person did, on its way to the server. Pure, of fixed size, never allocates.
 *
 * Motion that waits is replaced by newer motion, never across a press or release: a slow server gets fewer
 * positions, not older ones. The outbox knows what the server believes to be held, from what was taken out of it:
 * a release of what is not held is left out, and outbox_release lets go of everything. When the queue runs over
 * (a server that does not read) what waits is dropped and everything is let go of: nothing can stick.
 */
#ifndef XENHUB_DISPLAY_OUTBOX_H
#define XENHUB_DISPLAY_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#define OUTBOX_EVENTS_MAX 256
#define OUTBOX_KEYS_MAX   32

enum outbox_type {
	OUTBOX_KEY,
	OUTBOX_POINTER,
	OUTBOX_MOTION, /* relative, for servers in that mode */
	OUTBOX_RELEASE,
};

struct outbox_event {
	enum outbox_type type;
	uint32_t keysym;   /* X11's */
	uint32_t scancode; /* XT set 1 as rfb_send_key takes it */
	bool down;
	int x, y; /* remote pixels, or the distance */
	unsigned buttons;
};

struct outbox {
	struct outbox_event events[OUTBOX_EVENTS_MAX];
	unsigned first, count;
	struct outbox_event held[OUTBOX_KEYS_MAX];
	unsigned held_count;
	unsigned buttons; /* that the server believes to be down */
	int x, y;
	uint64_t dropped, merged; /* events, since outbox_init */
};

void outbox_init(struct outbox *outbox);

/* A new server: nothing waits, nothing is held. The counters stay. */
void outbox_reset(struct outbox *outbox);

void outbox_put(struct outbox *outbox, const struct outbox_event *event);

/* Lets go of all keys and buttons, after what waits. */
void outbox_release(struct outbox *outbox);

/* The next thing to send; false if there is none. It stays until outbox_taken says that it was sent. */
bool outbox_next(struct outbox *outbox, struct outbox_event *event);
void outbox_taken(struct outbox *outbox, const struct outbox_event *event);

#endif
