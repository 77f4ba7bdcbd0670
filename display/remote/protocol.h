/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between a remote and the protocol that keeps it up: RFB (session.c) or another one. The application sees neither.
 *
 *      remote.c       what the application calls: it leaves wishes under the lock, and pokes the protocol
 *      report.c       what a protocol found out, for the application
 *      a protocol     connects, fills the frame, sends what waits, notices a server that is gone, and tries again
 */
#ifndef XENHUB_DISPLAY_PROTOCOL_H
#define XENHUB_DISPLAY_PROTOCOL_H

#include <pthread.h>
#include "display/remote/remote.h"
#include "display/remote/retry.h"

#define REMOTE_SHOW_MS 100 /* how long an update waits for the one before it to be shown */
#define REMOTE_PARK_MS 100 /* how long an unfinished update keeps the presenter out */

struct protocol {
	/* Begins to keep remote up, on a thread that is the protocol's. 0 or a negative errno. */
	int (*start)(struct remote *remote);
	/* remote->quit is set. When this returns nothing of the protocol touches the remote any more. */
	void (*stop)(struct remote *remote);
	/* From any thread, never blocks: something below changed that the protocol looks at. */
	void (*poke)(struct remote *remote);
};

extern const struct protocol protocol_rfb;

/* -EPROTONOSUPPORT with a sentence: it is not installed. From the main thread. */
int protocol_find(const struct protocol **protocol, const struct uri *uri, char *why, size_t size);

struct remote {
	struct remote_config config;
	void (*wake)(void *user);
	void *user;
	const struct protocol *protocol;
	void *session; /* the protocol's own */

	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* Under the lock: */
	bool quit, retry_now, shown;
	bool writing;         /* the protocol has the frame */
	bool reading;         /* the presenter has it */
	bool unshown;         /* an update waits for the presenter */
	uint64_t input_since; /* when the outbox got what waits first; 0: nothing waits */
	bool missed;          /* the presenter wanted the frame while it was written */
	bool wanted;          /* frame_try_claim failed: the protocol is poked when the presenter is done */
	int locks;            /* enum remote_leds that the server is to take over; -1: nothing new */
	struct outbox outbox;
	struct remote_status status;
	int ask_w, ask_h;
	char *text_out, *text_in;
	bool text_new; /* the server was not told of text_out yet */
	size_t text_out_size;
	struct remote_cursor cursor;
	uint32_t cursor_pixels[REMOTE_CURSOR_SIDE_MAX * REMOTE_CURSOR_SIDE_MAX];

	/* The frame, and whoever has it. */
	struct frame frame;

	/* The protocol's thread's: */
	struct retry retry;
	uint64_t running_since; /* 0: this connection has not got so far */
};

/* The frame, for the protocol's thread: waits until the presenter is done with it. */
void frame_claim_for_writing(struct remote *remote, bool new_update);
/* The same without waiting: false, and a poke when it can be had. */
bool frame_try_claim(struct remote *remote);
void frame_release_from_writing(struct remote *remote, bool update_done);

void remote_set_state(struct remote *remote, enum remote_state state, const char *reason,
		      uint64_t next_try_ns);

/* A new try: nothing waits, nothing is held. */
void remote_begin(struct remote *remote);
/* The greeting is over; locks and pointer mode are as they are at first. */
void remote_connected(struct remote *remote);
/* It ended, with a reason for people; the time of the next try is returned. */
uint64_t remote_ended(struct remote *remote, int error, const char *reason);

/* Bytes came. */
void remote_heard(struct remote *remote, size_t bytes);
/* The pixels of an update are in the frame, with their damage: it is let go of. */
void remote_updated(struct remote *remote, uint64_t began_ns);
/* With the lock held: what waited in the outbox is on its way. */
void remote_input_sent(struct remote *remote);
/* What updates have been made of so far: names for ever, NULL at the end; how many of each. */
void remote_put_parts(struct remote *remote, const char *const *kinds, const uint64_t *parts, unsigned count);
void remote_put_title(struct remote *remote, const char *clean);
void remote_put_encoding(struct remote *remote, const char *name);
void remote_put_bell(struct remote *remote);
void remote_put_leds(struct remote *remote, unsigned leds);
void remote_put_relative(struct remote *remote, bool relative);
/* w * h pixels, straight 0xAARRGGBB; 0x0 hides it. One that is too large is not taken. */
void remote_put_cursor(struct remote *remote, int w, int h, int hot_x, int hot_y, const uint32_t *pixels);
/* The server's clipboard. */
void remote_put_text(struct remote *remote, const char *utf8, size_t size);

#endif
