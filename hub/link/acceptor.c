/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/link/acceptor.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "hub/core/clock.h"
#include "hub/link/link.h"

struct acceptor {
	struct link_listener *listener;
	struct acceptor_callbacks callbacks;
	struct loop_fd *source;
	struct loop_timer *timer;
	bool held, pausing;
};

static void watch(struct acceptor *a)
{
	loop_fd_events(a->source, a->held || a->pausing ? 0 : EPOLLIN);
}

static void on_timer(void *data)
{
	struct acceptor *a = data;

	a->pausing = false;
	watch(a);
}

/* The peer is at fault, or there was none; the next one may be asked for at once. */
static bool is_passing(int err)
{
	return err == EAGAIN || err == ECONNABORTED || err == EINTR || err == EPROTO;
}

static void on_readable(void *data, int fd, uint32_t events)
{
	struct acceptor *a = data;
	struct link *link = link_accept(a->listener);
	int err = errno;

	if (link) {
		a->callbacks.met(a->callbacks.data, link);
		return;
	}
	if (is_passing(err))
		return;
	a->pausing = true;
	watch(a);
	loop_timer_at(a->timer, clock_now_ns() + ACCEPTOR_PAUSE_MS * NS_PER_MS);
	if (a->callbacks.failed)
		a->callbacks.failed(a->callbacks.data, -err);
}

int acceptor_create(struct acceptor **out, struct loop *loop, struct link_listener *listener,
		    const struct acceptor_callbacks *callbacks)
{
	struct acceptor *a = calloc(1, sizeof(*a));
	int rc;

	if (!a)
		return -ENOMEM;
	*a = (struct acceptor){ .listener = listener, .callbacks = *callbacks };
	a->timer = loop_add_timer(loop, on_timer, a);
	if (!a->timer) {
		rc = -errno;
		goto err_free;
	}
	a->source = loop_add_fd(loop, listener->fd, EPOLLIN, on_readable, a);
	if (!a->source) {
		rc = -errno;
		goto err_timer;
	}
	*out = a;
	return 0;

err_timer:
	loop_remove_timer(a->timer);
err_free:
	free(a);
	return rc;
}

void acceptor_hold(struct acceptor *a, bool hold)
{
	a->held = hold;
	watch(a);
}

void acceptor_destroy(struct acceptor *a)
{
	if (!a)
		return;
	loop_remove_fd(a->source);
	loop_remove_timer(a->timer);
	free(a);
}
