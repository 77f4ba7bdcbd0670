/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/link/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "hub/core/clock.h"
#include "hub/link/framing.h"
#include "hub/link/link.h"

/* link.fd is an epoll that holds the line and a timer, so that calls, pings and silence need nobody's help. */
struct tty_link {
	struct link link;
	int line;
	int timer;
	uint64_t armed;
	bool wants_write; /* the line takes nothing at present */
	bool line_gone;
	struct framing framing;
};

static void arm(struct tty_link *t)
{
	uint64_t deadline = framing_deadline(&t->framing);
	struct itimerspec spec = { 0 };

	/* Deadlines move with each frame: only an earlier one, or one that has fired, needs a call. */
	if (deadline == t->armed || (t->armed != CLOCK_NEVER && t->armed < deadline))
		return;
	if (deadline != CLOCK_NEVER) {
		spec.it_value.tv_sec = (time_t)(deadline / NS_PER_S);
		spec.it_value.tv_nsec = (long)(deadline % NS_PER_S);
	}
	timerfd_settime(t->timer, TFD_TIMER_ABSTIME, &spec, NULL);
	t->armed = deadline;
}

static void watch_line(struct tty_link *t, bool want_write)
{
	struct epoll_event ev = { .events = EPOLLIN | (want_write ? EPOLLOUT : 0) };

	if (want_write == t->wants_write)
		return;
	t->wants_write = want_write;
	epoll_ctl(t->link.fd, EPOLL_CTL_MOD, t->line, &ev);
}

/* What waits goes to the line. */
static void flush(struct tty_link *t)
{
	const uint8_t *bytes;
	size_t n;

	while ((n = framing_output(&t->framing, &bytes))) {
		ssize_t sent = write(t->line, bytes, n);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno != EAGAIN)
			t->line_gone = true;
		if (sent <= 0)
			break;
		framing_output_sent(&t->framing, (size_t)sent);
	}
	watch_line(t, n > 0 && !t->line_gone);
}

static void tick(struct tty_link *t)
{
	uint64_t now_ns = clock_now_ns();
	uint64_t expirations;

	if (now_ns >= t->armed && read(t->timer, &expirations, sizeof(expirations)) > 0)
		t->armed = CLOCK_NEVER;
	framing_tick(&t->framing, now_ns);
}

static int end_of(struct tty_link *t)
{
	if (t->framing.state == FRAMING_ENDED) {
		snprintf(t->link.why, sizeof(t->link.why), "%s", t->framing.reason);
		return -EPROTO;
	}
	if (t->line_gone) {
		snprintf(t->link.why, sizeof(t->link.why), "the line is gone");
		return -EIO;
	}
	return -EAGAIN;
}

/* One read from the line. False when nothing came. */
static bool feed(struct tty_link *t)
{
	uint8_t *where;
	size_t room = framing_input(&t->framing, &where);
	ssize_t n;

	if (!room || t->line_gone)
		return false;
	do
		n = read(t->line, where, room);
	while (n < 0 && errno == EINTR);
	if (n > 0) {
		framing_fed(&t->framing, (size_t)n, clock_now_ns());
		return true;
	}
	/* 0: a raw terminal with nothing to read, or the end of a socket; the difference shows as a hang-up. */
	if (n < 0 && errno != EAGAIN)
		t->line_gone = true;
	if (n == 0) {
		struct pollfd p = { .fd = t->line, .events = POLLIN };

		t->line_gone = poll(&p, 1, 0) > 0;
	}
	return false;
}

static ssize_t tty_read(struct link *link, void *buf, size_t size)
{
	struct tty_link *t = (struct tty_link *)link;
	size_t done = 0;
	int rc;

	do
		done += framing_take(&t->framing, (uint8_t *)buf + done, size - done, clock_now_ns());
	while (done < size && feed(t));
	tick(t);
	flush(t);
	arm(t);
	t->link.connecting = t->framing.state == FRAMING_MEETING;
	if (done)
		return (ssize_t)done;
	rc = end_of(t);
	return rc == -EPROTO && !strcmp(t->link.why, "the peer hung up") ? 0 : rc;
}

static ssize_t tty_write(struct link *link, const void *buf, size_t size)
{
	struct tty_link *t = (struct tty_link *)link;
	size_t done = framing_put(&t->framing, buf, size, clock_now_ns());

	if (done) {
		flush(t);
		arm(t);
		return (ssize_t)done;
	}
	return end_of(t);
}

static uint32_t tty_wait_events(struct link *link, bool want_write)
{
	return EPOLLIN;
}

static int tty_meet(struct link *link)
{
	struct tty_link *t = (struct tty_link *)link;

	while (t->framing.state == FRAMING_MEETING && feed(t))
		;
	tick(t);
	flush(t);
	arm(t);
	return t->framing.state == FRAMING_OPEN ? 0 : end_of(t);
}

/*
 * What was taken is delivered before the line is left, as far as the line goes along. Only an answerer waits for that: it is a
 * station's, and closed where waiting is allowed.
 */
static void drain(struct tty_link *t)
{
	struct pollfd p = { .fd = t->line, .events = POLLOUT };
	uint64_t by_ns = clock_now_ns() + TTY_DRAIN_MS * NS_PER_MS;
	const uint8_t *bytes;

	if (!t->line_gone)
		flush(t);
	while (!t->framing.caller && !t->line_gone && framing_output(&t->framing, &bytes) &&
	       clock_now_ns() < by_ns) {
		poll(&p, 1, TTY_DRAIN_MS / 10);
		flush(t);
	}
}

static void tty_close(struct link *link)
{
	struct tty_link *t = (struct tty_link *)link;

	framing_hang_up(&t->framing);
	drain(t);
	close(t->line);
	close(t->timer);
	close(link->fd);
	free(t);
}

static const struct link_ops tty_ops = {
	.read = tty_read,
	.write = tty_write,
	.wait_events = tty_wait_events,
	.close = tty_close,
	.meet = tty_meet,
};

static int watch(int epoll, int fd)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev) < 0 ? -errno : 0;
}

static int new_session(uint32_t *session)
{
	do
		if (getrandom(session, sizeof(*session), 0) != sizeof(*session))
			return -errno;
	while (!*session);
	return 0;
}

int tty_link_create(struct link **out, int fd, bool caller, const char *peer)
{
	struct tty_link *t = calloc(1, sizeof(*t));
	uint32_t session;
	int rc = -ENOMEM;

	if (!t)
		goto err_line;
	rc = new_session(&session);
	if (rc < 0)
		goto err_free;
	t->link.ops = &tty_ops;
	t->link.peer_uid = (uid_t)-1;
	t->link.connecting = caller;
	t->line = fd;
	t->armed = CLOCK_NEVER;
	snprintf(t->link.peer, sizeof(t->link.peer), "%s", peer);
	t->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (t->timer < 0) {
		rc = -errno;
		goto err_free;
	}
	t->link.fd = epoll_create1(EPOLL_CLOEXEC);
	if (t->link.fd < 0) {
		rc = -errno;
		goto err_timer;
	}
	rc = watch(t->link.fd, fd);
	if (!rc)
		rc = watch(t->link.fd, t->timer);
	if (rc < 0)
		goto err_epoll;
	framing_init(&t->framing, caller, session, clock_now_ns());
	flush(t);
	arm(t);
	*out = &t->link;
	return 0;

err_epoll:
	close(t->link.fd);
err_timer:
	close(t->timer);
err_free:
	free(t);
err_line:
	close(fd);
	return rc;
}

static int open_socket(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd, rc;

	if (strlen(path) >= sizeof(sun.sun_path))
		return -ENAMETOOLONG;
	memcpy(sun.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0)
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}

int tty_open(const char *path)
{
	struct termios tio;
	struct stat st;
	int fd, rc;

	if (stat(path, &st) < 0)
		return -errno;
	if (S_ISSOCK(st.st_mode))
		return open_socket(path);
	if (!S_ISCHR(st.st_mode))
		return -ENOTTY;
	fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (tcgetattr(fd, &tio) < 0)
		goto err;
	cfmakeraw(&tio);
	tio.c_cflag |= CLOCAL | CREAD;
	tio.c_cc[VMIN] = 1;
	tio.c_cc[VTIME] = 0;
	if (tcsetattr(fd, TCSANOW, &tio) < 0)
		goto err;
	return fd;

err:
	rc = -errno;
	close(fd);
	return rc;
}

int tty_connect(struct link **out, const char *path)
{
	int fd = tty_open(path);

	return fd < 0 ? fd : tty_link_create(out, fd, true, path);
}
