/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A listener on the loop. Where there is no file or memory for the peer that waits, it stays readable for as long as that lasts: then
 * it is left alone for a while instead of asked again and again.
 */
#ifndef HUB_LINK_ACCEPTOR_H
#define HUB_LINK_ACCEPTOR_H

#include <stdbool.h>

#include "hub/core/loop.h"

#define ACCEPTOR_PAUSE_MS 250

struct acceptor;
struct link;
struct link_listener;

struct acceptor_callbacks {
	void (*met)(void *data, struct link *link); /* the callee's */
	/* Nobody could be let in: a negative errno. Called at most once a pause. May be NULL. */
	void (*failed)(void *data, int rc);
	void *data;
};

/* The listener stays the caller's and has to outlive the acceptor. 0 or -errno. */
int acceptor_create(struct acceptor **out, struct loop *loop, struct link_listener *listener,
		    const struct acceptor_callbacks *callbacks);

/* Whether those who come have to wait. */
void acceptor_hold(struct acceptor *acceptor, bool hold);

/* May be called from within met and failed. NULL is fine. */
void acceptor_destroy(struct acceptor *acceptor);

#endif
