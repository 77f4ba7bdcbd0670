/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/core/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <utlist.h>

#include "hub/core/clock.h"

#define BATCH_MAX 32

struct loop_fd {
	struct loop *loop;
	int fd; /* -1 once removed; freed after the batch */
	loop_fd_fn fn;
	void *data;
	struct loop_fd *prev, *next;
};

struct loop_timer {
	struct loop *loop;
	uint64_t deadline;
	loop_fn fn; /* NULL once removed */
	void *data;
	struct loop_timer *prev, *next;
};

struct loop_hook {
	struct loop *loop;
	loop_fn fn; /* NULL once removed */
	void *data;
	struct loop_hook *prev, *next;
};

struct loop_signal {
	int signo;
	loop_signal_fn fn;
	void *data;
	struct loop_signal *next;
};

struct loop {
	int epoll;
	int timerfd;
	int signalfd;
	int quitfd;
	uint64_t armed; /* what the timerfd is set to; CLOCK_NEVER when it is not */
	uint64_t now;
	atomic_bool quit;
	bool sweep; /* something was removed and waits to be freed */
	atomic_int quit_value;
	sigset_t mask;
	struct loop_fd *fds;
	struct loop_timer *timers;
	struct loop_hook *hooks;
	struct loop_signal *signals;
};

static void on_timerfd(void *data, int fd, uint32_t events)
{
	struct loop *loop = data;
	uint64_t count;

	if (read(fd, &count, sizeof(count)) == sizeof(count))
		loop->armed = CLOCK_NEVER;
}

static void on_signalfd(void *data, int fd, uint32_t events)
{
	struct loop *loop = data;
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) == sizeof(info)) {
		for (struct loop_signal *s = loop->signals; s; s = s->next)
			if (s->signo == (int)info.ssi_signo)
				s->fn(s->data, s->signo);
	}
}

/* It only has to wake: loop->quit says the rest. */
static void on_quitfd(void *data, int fd, uint32_t events)
{
	uint64_t count;

	while (read(fd, &count, sizeof(count)) == sizeof(count))
		;
}

int loop_create(struct loop **out)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	int rc;

	if (!loop)
		return -ENOMEM;
	loop->signalfd = -1;
	loop->armed = CLOCK_NEVER;
	sigemptyset(&loop->mask);
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (loop->epoll < 0) {
		rc = -errno;
		goto err_free;
	}
	loop->timerfd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (loop->timerfd < 0) {
		rc = -errno;
		goto err_epoll;
	}
	loop->quitfd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (loop->quitfd < 0) {
		rc = -errno;
		goto err_timerfd;
	}
	if (!loop_add_fd(loop, loop->timerfd, EPOLLIN, on_timerfd, loop) ||
	    !loop_add_fd(loop, loop->quitfd, EPOLLIN, on_quitfd, loop)) {
		rc = -errno;
		loop_destroy(loop);
		return rc;
	}
	loop->now = clock_now_ns();
	*out = loop;
	return 0;

err_timerfd:
	close(loop->timerfd);
err_epoll:
	close(loop->epoll);
err_free:
	free(loop);
	return rc;
}

void loop_destroy(struct loop *loop)
{
	struct loop_fd *f, *f_next;
	struct loop_timer *t, *t_next;
	struct loop_hook *h, *h_next;
	struct loop_signal *s, *s_next;

	if (!loop)
		return;
	DL_FOREACH_SAFE(loop->fds, f, f_next)
	free(f);
	DL_FOREACH_SAFE(loop->timers, t, t_next)
	free(t);
	DL_FOREACH_SAFE(loop->hooks, h, h_next)
	free(h);
	LL_FOREACH_SAFE(loop->signals, s, s_next)
	free(s);
	if (loop->signalfd >= 0)
		close(loop->signalfd);
	close(loop->quitfd);
	close(loop->timerfd);
	close(loop->epoll);
	free(loop);
}

struct loop_fd *loop_add_fd(struct loop *loop, int fd, uint32_t events, loop_fd_fn fn, void *data)
{
	struct loop_fd *source = calloc(1, sizeof(*source));
	struct epoll_event ev = { .events = events, .data.ptr = source };

	if (!source) {
		errno = ENOMEM;
		return NULL;
	}
	source->loop = loop;
	source->fd = fd;
	source->fn = fn;
	source->data = data;
	if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, fd, &ev) < 0) {
		free(source);
		return NULL;
	}
	DL_APPEND(loop->fds, source);
	return source;
}

int loop_fd_events(struct loop_fd *source, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = source };

	return epoll_ctl(source->loop->epoll, EPOLL_CTL_MOD, source->fd, &ev) < 0 ? -errno : 0;
}

void loop_remove_fd(struct loop_fd *source)
{
	if (!source)
		return;
	epoll_ctl(source->loop->epoll, EPOLL_CTL_DEL, source->fd, NULL);
	source->fd = -1;
	source->loop->sweep = true;
}

/* How long to sleep at most, for epoll_wait: until something happens, the timer included, or not at all when one is due already. */
static int rearm(struct loop *loop)
{
	uint64_t nearest = CLOCK_NEVER;
	struct itimerspec spec = { 0 };
	struct loop_timer *t;

	DL_FOREACH(loop->timers, t)
	if (t->fn && t->deadline < nearest)
		nearest = t->deadline;
	if (nearest <= loop->now)
		return 0;
	/* An armed timer that is too early costs one wake-up; one that was moved away costs none: it is set anew. */
	if (nearest == loop->armed)
		return -1;
	if (nearest != CLOCK_NEVER) {
		spec.it_value.tv_sec = (time_t)(nearest / NS_PER_S);
		spec.it_value.tv_nsec = (long)(nearest % NS_PER_S);
	}
	timerfd_settime(loop->timerfd, TFD_TIMER_ABSTIME, &spec, NULL);
	loop->armed = nearest;
	return -1;
}

struct loop_timer *loop_add_timer(struct loop *loop, loop_fn fn, void *data)
{
	struct loop_timer *timer = calloc(1, sizeof(*timer));

	if (!timer) {
		errno = ENOMEM;
		return NULL;
	}
	timer->loop = loop;
	timer->deadline = CLOCK_NEVER;
	timer->fn = fn;
	timer->data = data;
	DL_APPEND(loop->timers, timer);
	return timer;
}

void loop_timer_at(struct loop_timer *timer, uint64_t deadline_ns)
{
	timer->deadline = deadline_ns;
}

void loop_remove_timer(struct loop_timer *timer)
{
	if (!timer)
		return;
	timer->fn = NULL;
	timer->deadline = CLOCK_NEVER;
	timer->loop->sweep = true;
}

struct loop_hook *loop_add_hook(struct loop *loop, loop_fn fn, void *data)
{
	struct loop_hook *hook = calloc(1, sizeof(*hook));

	if (!hook) {
		errno = ENOMEM;
		return NULL;
	}
	hook->loop = loop;
	hook->fn = fn;
	hook->data = data;
	DL_APPEND(loop->hooks, hook);
	return hook;
}

void loop_remove_hook(struct loop_hook *hook)
{
	if (!hook)
		return;
	hook->fn = NULL;
	hook->loop->sweep = true;
}

int loop_add_signal(struct loop *loop, int signo, loop_signal_fn fn, void *data)
{
	struct loop_signal *signal;
	int fd, rc;

	signal = calloc(1, sizeof(*signal));
	if (!signal)
		return -ENOMEM;
	sigaddset(&loop->mask, signo);
	sigprocmask(SIG_BLOCK, &loop->mask, NULL);
	fd = signalfd(loop->signalfd, &loop->mask, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0) {
		rc = -errno;
		goto err_signal;
	}
	if (loop->signalfd < 0) {
		if (!loop_add_fd(loop, fd, EPOLLIN, on_signalfd, loop)) {
			rc = -errno;
			goto err_fd;
		}
		loop->signalfd = fd;
	}
	signal->signo = signo;
	signal->fn = fn;
	signal->data = data;
	LL_PREPEND(loop->signals, signal);
	return 0;

err_fd:
	close(fd);
err_signal:
	free(signal);
	return rc;
}

static void sweep(struct loop *loop)
{
	struct loop_fd *f, *f_next;
	struct loop_timer *t, *t_next;
	struct loop_hook *h, *h_next;

	if (!loop->sweep)
		return;
	loop->sweep = false;
	DL_FOREACH_SAFE(loop->fds, f, f_next)
	{
		if (f->fd < 0) {
			DL_DELETE(loop->fds, f);
			free(f);
		}
	}
	DL_FOREACH_SAFE(loop->timers, t, t_next)
	{
		if (!t->fn) {
			DL_DELETE(loop->timers, t);
			free(t);
		}
	}
	DL_FOREACH_SAFE(loop->hooks, h, h_next)
	{
		if (!h->fn) {
			DL_DELETE(loop->hooks, h);
			free(h);
		}
	}
}

static void run_timers(struct loop *loop)
{
	struct loop_timer *t;

	DL_FOREACH(loop->timers, t)
	{
		if (t->fn && t->deadline <= loop->now) {
			t->deadline = CLOCK_NEVER;
			t->fn(t->data);
		}
	}
}

static void run_hooks(struct loop *loop)
{
	struct loop_hook *h;

	DL_FOREACH(loop->hooks, h)
	if (h->fn)
		h->fn(h->data);
	sweep(loop);
}

int loop_run(struct loop *loop)
{
	struct epoll_event events[BATCH_MAX];

	for (;;) {
		int n, timeout;

		/* Before the first sleep too, for what was queued before, and after the last batch, for its farewells. */
		run_hooks(loop);
		if (loop->quit)
			break;
		timeout = rearm(loop);
		n = epoll_wait(loop->epoll, events, BATCH_MAX, timeout);
		if (n < 0 && errno != EINTR)
			return -errno;
		loop->now = clock_now_ns();
		for (int i = 0; i < n; i++) {
			struct loop_fd *source = events[i].data.ptr;

			if (source->fd >= 0)
				source->fn(source->data, source->fd, events[i].events);
		}
		run_timers(loop);
	}
	loop->quit = false;
	return loop->quit_value;
}

void loop_quit(struct loop *loop, int value)
{
	uint64_t one = 1;
	ssize_t n;

	loop->quit_value = value;
	loop->quit = true;
	/* The write cannot fail in a way that matters: a full counter already wakes the loop. */
	do
		n = write(loop->quitfd, &one, sizeof(one));
	while (n < 0 && errno == EINTR);
}

uint64_t loop_now(const struct loop *loop)
{
	return loop->now;
}
