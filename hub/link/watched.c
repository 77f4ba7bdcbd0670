/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/link/watched.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <xenstore.h>

#include "hub/link/link.h"
#include "hub/xen/witness.h"

/* link.fd is an epoll with the fds of both, and of a witness (witness.h), which only wakes: what has happened, the handle knows. */
struct watched_link {
	struct link link;
	struct link *made;
	struct xs_handle *xs;
	int witness; /* -1: XenStore is reached through the kernel */
	char sentence[LINK_WHY_MAX];
};

static ssize_t passed(struct watched_link *w, ssize_t n)
{
	if (n < 0 && n != -EAGAIN)
		memcpy(w->link.why, w->made->why, sizeof(w->link.why));
	return n;
}

static ssize_t watched_read(struct link *link, void *buf, size_t size)
{
	struct watched_link *w = (struct watched_link *)link;
	char **event;

	errno = 0;
	event = xs_check_watch(w->xs);
	if (event)
		memcpy(link->why, w->sentence, sizeof(link->why));
	else if (errno && errno != EAGAIN)
		snprintf(link->why, sizeof(link->why), "XenStore is gone, and nothing else tells of the end");
	else
		return passed(w, link_read(w->made, buf, size));
	free(event);
	return -ECONNRESET;
}

static ssize_t watched_write(struct link *link, const void *buf, size_t size)
{
	struct watched_link *w = (struct watched_link *)link;

	return passed(w, link_write(w->made, buf, size));
}

static uint32_t watched_wait_events(struct link *link, bool want_write)
{
	return EPOLLIN;
}

static int watched_meet(struct link *link)
{
	struct watched_link *w = (struct watched_link *)link;

	return w->made->ops->meet ? w->made->ops->meet(w->made) : 0;
}

static void watched_close(struct link *link)
{
	struct watched_link *w = (struct watched_link *)link;

	link_close(w->made);
	xs_close(w->xs);
	if (w->witness >= 0)
		close(w->witness);
	close(link->fd);
	free(w);
}

static const struct link_ops watched_ops = {
	.read = watched_read,
	.write = watched_write,
	.wait_events = watched_wait_events,
	.close = watched_close,
	.meet = watched_meet,
};

int watched_create(struct link **out, struct link *made, struct xs_handle *xs, const char *sentence)
{
	struct epoll_event ev = { .events = link_wait_events(made, true) };
	struct epoll_event in = { .events = EPOLLIN };
	struct watched_link *w = calloc(1, sizeof(*w));
	int rc = -ENOMEM;

	if (!w)
		goto err_free;
	w->witness = witness_open();
	if (w->witness < 0 && w->witness != -ENODEV) {
		rc = w->witness;
		goto err_free;
	}
	w->link.fd = epoll_create1(EPOLL_CLOEXEC);
	if (w->link.fd < 0) {
		rc = -errno;
		goto err_witness;
	}
	if (epoll_ctl(w->link.fd, EPOLL_CTL_ADD, made->fd, &ev) < 0 ||
	    epoll_ctl(w->link.fd, EPOLL_CTL_ADD, xs_fileno(xs), &in) < 0 ||
	    (w->witness >= 0 && epoll_ctl(w->link.fd, EPOLL_CTL_ADD, w->witness, &in) < 0)) {
		rc = -errno;
		goto err_epoll;
	}
	w->link.ops = &watched_ops;
	w->link.peer_uid = made->peer_uid;
	memcpy(w->link.peer, made->peer, sizeof(w->link.peer));
	w->made = made;
	w->xs = xs;
	snprintf(w->sentence, sizeof(w->sentence), "%s", sentence);
	*out = &w->link;
	return 0;

err_epoll:
	close(w->link.fd);
err_witness:
	if (w->witness >= 0)
		close(w->witness);
err_free:
	free(w);
	link_close(made);
	xs_close(xs);
	return rc;
}
