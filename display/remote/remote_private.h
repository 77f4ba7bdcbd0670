/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What remote.c (the calls), session.c (the thread) and session_events.c (what the parser says) share. */
#ifndef XENHUB_DISPLAY_REMOTE_PRIVATE_H
#define XENHUB_DISPLAY_REMOTE_PRIVATE_H

#include <pthread.h>
#include "display/net/transport.h"
#include "display/remote/health.h"
#include "display/remote/remote.h"
#include "display/remote/retry.h"

#define REMOTE_OUTPUT_SIZE (256u << 10)
#define REMOTE_INPUT_SIZE  (256u << 10)
#define REMOTE_SHOW_MS     100 /* how long an update waits for the one before it to be shown */
#define REMOTE_PARK_MS     100 /* how long an unfinished update keeps the presenter out */

struct remote {
	struct remote_config config;
	void (*wake)(void *user);
	void *user;
	pthread_t thread;
	int wake_fd; /* eventfd: work for the thread */

	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* Under the lock: */
	bool quit, retry_now, shown;
	bool writing; /* the thread has the frame */
	bool reading; /* the presenter has it */
	bool unshown; /* an update waits for the presenter */
	struct outbox outbox;
	struct remote_status status;
	int ask_w, ask_h;
	char *text_out, *text_in;
	size_t text_out_size;
	struct remote_cursor cursor;
	uint32_t cursor_pixels[RFB_CURSOR_SIDE_MAX * RFB_CURSOR_SIDE_MAX];

	/* The frame, and whoever has it. */
	struct frame frame;

	/* The thread's own: */
	struct rfb *rfb;
	struct transport transport;
	struct health health;
	struct retry retry;
	bool start_tls, x509, handshaking;
	bool in_update, updates_on;
	uint64_t running_since, update_began;
	char last_text[RFB_REASON_MAX];
	uint8_t output[REMOTE_OUTPUT_SIZE];
	uint8_t input[REMOTE_INPUT_SIZE];
};

/* The thread. */
void *session_thread(void *remote);

/* The parser's listener. */
void session_event(void *remote, const struct rfb_event *event);

/* The frame, for the thread: waits until the presenter is done with it. */
void frame_claim_for_writing(struct remote *remote, bool new_update);
void frame_release_from_writing(struct remote *remote, bool update_done);

void remote_set_state(struct remote *remote, enum remote_state state, const char *reason,
		      uint64_t next_try_ns);

#endif
