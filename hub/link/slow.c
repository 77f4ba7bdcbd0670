/* SPDX-License-Identifier: GPL-2.0-or-later */
/* link_connect_slowly: a link whose set-up blocks, made by a thread of its own. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "hub/link/link.h"

/* Shared by the thread and the link until both are done with it. */
struct making {
	pthread_mutex_t lock;
	unsigned users;
	bool done;
	int result;
	int event; /* readable once it is done */
	link_make_fn make;
	struct link *made;
	char why[LINK_WHY_MAX];
	char endpoint[];
};

/* link.fd is an epoll that holds first the thread's eventfd and then the fd of the link that was made. */
struct slow_link {
	struct link link;
	struct making *making; /* NULL once it has been looked at */
	struct link *made;
	uint32_t waiting_for;
	int result;
};

static void making_leave(struct making *m)
{
	bool last;

	pthread_mutex_lock(&m->lock);
	last = !--m->users;
	pthread_mutex_unlock(&m->lock);
	if (!last)
		return;
	link_close(m->made);
	close(m->event);
	pthread_mutex_destroy(&m->lock);
	free(m);
}

static void *thread_main(void *data)
{
	struct making *m = data;
	struct link *made = NULL;
	char why[LINK_WHY_MAX] = "";
	int rc = m->make(&made, m->endpoint, why, sizeof(why));

	pthread_mutex_lock(&m->lock);
	m->done = true;
	/* What is not there yet fails, and is tried again: to a link's user -EAGAIN says that nothing has come so far. */
	m->result = rc == -EAGAIN ? -ENOTCONN : rc;
	m->made = rc < 0 ? NULL : made;
	memcpy(m->why, why, sizeof(why));
	eventfd_write(m->event, 1);
	pthread_mutex_unlock(&m->lock);
	making_leave(m);
	return NULL;
}

static int watch(struct slow_link *s, int op, uint32_t events)
{
	struct epoll_event ev = { .events = events };

	s->waiting_for = events;
	return epoll_ctl(s->link.fd, op, s->made->fd, &ev) < 0 ? -errno : 0;
}

/* 0 once the link is there, -EAGAIN before, or why it will not be. */
static int look(struct slow_link *s)
{
	struct making *m = s->making;

	if (!m)
		return s->result;
	pthread_mutex_lock(&m->lock);
	if (!m->done) {
		pthread_mutex_unlock(&m->lock);
		return -EAGAIN;
	}
	s->result = m->result;
	s->made = m->made;
	m->made = NULL;
	memcpy(s->link.why, m->why, sizeof(m->why));
	pthread_mutex_unlock(&m->lock);
	epoll_ctl(s->link.fd, EPOLL_CTL_DEL, m->event, NULL);
	s->making = NULL;
	making_leave(m);
	if (!s->result)
		s->result = watch(s, EPOLL_CTL_ADD, link_wait_events(s->made, true));
	if (!s->result)
		memcpy(s->link.peer, s->made->peer, sizeof(s->link.peer));
	return s->result;
}

static ssize_t passed(struct slow_link *s, ssize_t n)
{
	s->link.connecting = s->made->connecting;
	if (n < 0 && n != -EAGAIN)
		memcpy(s->link.why, s->made->why, sizeof(s->link.why));
	return n;
}

static ssize_t slow_read(struct link *link, void *buf, size_t size)
{
	struct slow_link *s = (struct slow_link *)link;
	int rc = look(s);

	return rc < 0 ? rc : passed(s, link_read(s->made, buf, size));
}

static ssize_t slow_write(struct link *link, const void *buf, size_t size)
{
	struct slow_link *s = (struct slow_link *)link;
	int rc = look(s);

	return rc < 0 ? rc : passed(s, link_write(s->made, buf, size));
}

static uint32_t slow_wait_events(struct link *link, bool want_write)
{
	struct slow_link *s = (struct slow_link *)link;

	if (s->made) {
		uint32_t events = link_wait_events(s->made, want_write);

		if (events != s->waiting_for)
			watch(s, EPOLL_CTL_MOD, events);
	}
	return EPOLLIN;
}

static void slow_close(struct link *link)
{
	struct slow_link *s = (struct slow_link *)link;

	if (s->making)
		making_leave(s->making);
	link_close(s->made);
	close(link->fd);
	free(s);
}

static const struct link_ops slow_ops = {
	.read = slow_read,
	.write = slow_write,
	.wait_events = slow_wait_events,
	.close = slow_close,
};

static int begin(struct making *m)
{
	pthread_attr_t attr;
	sigset_t all, before;
	pthread_t thread;
	int rc;

	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	m->users++;
	rc = -pthread_create(&thread, &attr, thread_main, m);
	if (rc < 0)
		m->users--;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attr);
	return rc;
}

int link_connect_slowly(struct link **out, const char *endpoint, link_make_fn make)
{
	struct epoll_event ev = { .events = EPOLLIN };
	size_t n = strlen(endpoint) + 1;
	struct slow_link *s = calloc(1, sizeof(*s));
	struct making *m = calloc(1, sizeof(*m) + n);
	int rc = -ENOMEM;

	if (!s || !m)
		goto err_free;
	memcpy(m->endpoint, endpoint, n);
	m->make = make;
	m->users = 1;
	m->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (m->event < 0) {
		rc = -errno;
		goto err_free;
	}
	s->link.fd = epoll_create1(EPOLL_CLOEXEC);
	if (s->link.fd < 0) {
		rc = -errno;
		goto err_event;
	}
	if (epoll_ctl(s->link.fd, EPOLL_CTL_ADD, m->event, &ev) < 0) {
		rc = -errno;
		goto err_epoll;
	}
	pthread_mutex_init(&m->lock, NULL);
	rc = begin(m);
	if (rc < 0)
		goto err_lock;
	s->link.ops = &slow_ops;
	s->link.peer_uid = (uid_t)-1;
	s->link.connecting = true;
	s->making = m;
	*out = &s->link;
	return 0;

err_lock:
	pthread_mutex_destroy(&m->lock);
err_epoll:
	close(s->link.fd);
err_event:
	close(m->event);
err_free:
	free(m);
	free(s);
	return rc;
}
