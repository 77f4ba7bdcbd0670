/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RFB as a protocol of display/remote: session.c (the thread), session_send.c (what it says to the server),
 * session_events.c (what the parser says). */
#ifndef XENHUB_DISPLAY_SESSION_H
#define XENHUB_DISPLAY_SESSION_H

#include "display/net/transport.h"
#include "display/remote/health.h"
#include "display/remote/protocol.h"
#include "display/remote/quality.h"

#define SESSION_OUTPUT_SIZE (256u << 10)
#define SESSION_INPUT_SIZE  (256u << 10)

struct session {
	struct remote *remote;
	pthread_t thread;
	int wake_fd; /* eventfd: work for the thread */

	/* The thread's own: */
	struct rfb *rfb;
	struct transport transport;
	struct health health;
	bool start_tls, x509, handshaking;
	bool in_update, updates_on;
	uint64_t update_began;
	uint64_t received, received_at_begin; /* bytes; before the update's first ones */
	size_t input_size;                    /* of what the parser is being fed */
	struct quality quality;               /* counts where the connection is to find it by itself */
	unsigned quality_asked;               /* the level that the server knows */
	uint64_t fenced_ns;                   /* a fence that measures is on its way since; 0: none */
	uint64_t fence_due_ns;                /* not before that */
	uint8_t output[SESSION_OUTPUT_SIZE];
	uint8_t input[SESSION_INPUT_SIZE];
};

/* The parser's listener. */
void session_event(void *session, const struct rfb_event *event);

/* Writes until the server takes no more. 0 or a negative errno: the link is dead. */
int session_flush(struct session *session);

/* What waits to be said, as far as there is room, and as session_flush. */
int session_send(struct session *session);

#endif
