/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One run of a subcommand against a hub: opens the link, runs the loop until something stops it (an answer, SIGINT, a time limit,
 * the end of the link), and sees that all output leaves. Says what went wrong and chooses the exit code.
 */
#ifndef HUB_CTL_SESSION_H
#define HUB_CTL_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/client/xenhub.h"
#include "hub/core/loop.h"
#include "hub/ctl/ctl.h"
#include "hub/ctl/output.h"

#define SESSION_ANSWER_SECONDS 5 /* a daemon that takes longer is stuck */

struct session {
	/* ---- filled in by the caller, zero for what is not wanted ---- */
	const struct ctl *ctl;
	const char *
		link; /* to be an ordinary consumer there, waiting for it; NULL: the daemon's control socket */
	struct xenhub_options options;   /* control and name are set here */
	struct xenhub_listener listener; /* gets the struct session as data; link is set here */
	void *data;                      /* the subcommand's own */
	bool live; /* goes on until stopped: the link's good end and the limit are ends like any other */
	unsigned seconds; /* the limit; 0: none for a live one, SESSION_ANSWER_SECONDS otherwise */
	void (*up)(struct session *s);     /* the first snapshot has been applied */
	void (*timer)(struct session *s);  /* session_timer_at */
	void (*ending)(struct session *s); /* before the link is closed; it may still write */

	/* ---- kept here ---- */
	struct loop *loop;
	struct loop_timer *own_timer;
	struct loop_fd *out_source;
	uint32_t out_events;
	struct xenhub *hub;
	struct output out; /* standard output */
	bool was_up, said_waiting, said_dropping;
	bool stopped;
	bool closing; /* after ending: what listeners still hear is the library clearing up */
	int status;
};

/* Runs it all. An exit code. */
int session_run(struct session *s);

/* Ends the loop after the handler that runs now; the first call's status counts. */
void session_stop(struct session *s, int status);

/* Calls timer then, once. CLOCK_NEVER disarms. */
void session_timer_at(struct session *s, uint64_t deadline_ns);

/* For listeners: their session. */
static inline struct session *session_of(void *data)
{
	return data;
}

#endif
