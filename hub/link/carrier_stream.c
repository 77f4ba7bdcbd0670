/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Streams and their sockets: how they begin and end, and what is read becoming frames. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "hub/core/clock.h"
#include "hub/link/carrier_private.h"

struct carrier_stream *carrier_stream_create(struct carrier *c, const char *service)
{
	struct carrier_stream *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->carrier = c;
	s->fd = -1;
	strncpy(s->service, service, sizeof(s->service) - 1);
	c->n_streams++;
	return s;
}

/* ---- who may send next ---- */

static void unready(struct carrier_stream *s)
{
	struct carrier_peer *p = s->peer;

	if (s->ready == READY_NEW)
		DL_DELETE2(p->ready_new, s, ready_prev, ready_next);
	else if (s->ready == READY_OLD)
		DL_DELETE2(p->ready_old, s, ready_prev, ready_next);
	s->ready = READY_NOT;
}

static void make_ready(struct carrier_stream *s, bool is_new)
{
	struct carrier_peer *p = s->peer;

	unready(s);
	if (is_new)
		DL_APPEND2(p->ready_new, s, ready_prev, ready_next);
	else
		DL_APPEND2(p->ready_old, s, ready_prev, ready_next);
	s->ready = is_new ? READY_NEW : READY_OLD;
}

void carrier_stream_wake(struct carrier_stream *s)
{
	if (s->peer && s->mux && s->fd >= 0 && !s->eof && s->ready == READY_NOT)
		make_ready(s, true);
}

/*
 * Who has just become ready goes first, so that a key passes a picture; but never twice in a row while others wait, so that many
 * keys do not starve it.
 */
static struct carrier_stream *next_ready(struct carrier_peer *p)
{
	struct carrier_stream *s = p->old_next && p->ready_old ? p->ready_old : p->ready_new;

	if (!s)
		s = p->ready_old;
	p->old_next = s && s->ready == READY_NEW;
	return s;
}

/* ---- its end ---- */

static void release_socket(struct carrier_stream *s, bool abruptly)
{
	struct linger now = { .l_onoff = 1 };

	if (s->source)
		loop_remove_fd(s->source);
	s->source = NULL;
	if (s->fd < 0)
		return;
	/* A TCP client is to see a reset, not an end. */
	if (abruptly)
		setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(s->fd);
	s->fd = -1;
}

static void destroy(struct carrier_stream *s, bool abruptly)
{
	struct carrier *c = s->carrier;

	if (s->peer)
		unready(s);
	release_socket(s, abruptly);
	c->keeping -= s->kept_used;
	free(s->kept);
	if (s->peer)
		DL_DELETE(s->peer->streams, s);
	else
		DL_DELETE(c->waiting, s);
	c->n_streams--;
	free(s);
}

void carrier_stream_over(struct carrier_stream *s, enum mux_reset why, const char *text)
{
	struct carrier *c = s->carrier;
	struct carrier_callbacks callbacks = c->config.callbacks;
	char words[MUX_TEXT_MAX] = "";

	if (text)
		strncpy(words, text, sizeof(words) - 1);
	/* Whoever sees the socket end finds the reason told already. */
	callbacks.closed(callbacks.data, s, why, words);
	destroy(s, why != MUX_RESET_CLOSED);
}

void carrier_stream_reset(struct carrier_stream *s, enum mux_reset why, const char *text)
{
	struct mux_stream *m = s->mux;

	s->mux = NULL;
	mux_close(s->peer->mux, m, why, text);
	carrier_stream_over(s, why, text);
}

void carrier_reset(struct carrier_stream *s, enum mux_reset why, const char *text)
{
	if (s->mux) {
		mux_close(s->peer->mux, s->mux, why, text);
		/* Another link's end may be the reason, told after this one was flushed: it has to be said yet. */
		loop_timer_at(s->peer->timer, loop_now(s->carrier->loop));
	}
	destroy(s, why != MUX_RESET_CLOSED);
}

/* ---- from the socket ---- */

static void on_socket(void *data, int fd, uint32_t events)
{
	struct carrier_stream *s = data;

	if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		carrier_stream_wake(s);
	if (events & EPOLLOUT && s->mux) {
		s->blocked = false;
		carrier_stream_drain(s);
	}
}

/* One frame. False: the stream is gone, or has nothing more for now. */
static bool take_turn(struct carrier_stream *s, uint8_t *where, size_t room)
{
	struct carrier_peer *p = s->peer;
	ssize_t n;

	if (s->bulk && p->link->is_socket && carrier_splice_may(p)) {
		n = carrier_splice_out(p, s, room);
	} else {
		do
			n = recv(s->fd, where, room, MSG_DONTWAIT);
		while (n < 0 && errno == EINTR);
		mux_data_end(p->mux, s->mux, n > 0 ? (size_t)n : 0);
	}
	if (n > 0) {
		s->bulk = n >= CARRIER_BULK || (s->bulk && (size_t)n == room);
		s->out += (size_t)n;
		s->carrier->counters.out += (size_t)n;
		s->starved = false;
		return true;
	}
	unready(s);
	if (n == 0) {
		s->eof = true;
		mux_fin(p->mux, s->mux);
		if (carrier_stream_is_done(s))
			carrier_stream_reset(s, MUX_RESET_CLOSED, NULL);
	} else if (errno != EAGAIN) {
		carrier_stream_reset(s, MUX_RESET_BROKEN, strerror(errno));
	}
	return false;
}

void carrier_streams_fill(struct carrier_peer *p)
{
	struct carrier_stream *s;

	while ((s = next_ready(p))) {
		uint8_t *where;
		size_t room = mux_data_begin(p->mux, s->mux, &where);

		if (room) {
			if (take_turn(s, where, room))
				make_ready(s, false);
			continue;
		}
		if (mux_may_send(s->mux))
			break;
		/* MUX_EVENT_CREDIT wakes it. */
		s->stalls += !s->starved;
		s->carrier->counters.stalls += !s->starved;
		s->starved = true;
		unready(s);
	}
}

/* ---- beginning ---- */

/* Edge-triggered: what a socket has said is kept in `ready` and `blocked`, and a stall costs no call. */
static int watch(struct carrier_stream *s)
{
	s->source =
		loop_add_fd(s->carrier->loop, s->fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, on_socket, s);
	return s->source ? 0 : -errno;
}

int carrier_stream_begin(struct carrier_stream *s, struct carrier_peer *p)
{
	int rc;

	mux_time(p->mux, clock_now_ns());
	rc = mux_open(p->mux, &s->mux, s->service);
	if (rc < 0)
		return rc;
	mux_set_user(s->mux, s);
	DL_DELETE(s->carrier->waiting, s);
	s->peer = p;
	DL_APPEND(p->streams, s);
	rc = watch(s);
	if (!rc)
		return 0;
	mux_close(p->mux, s->mux, MUX_RESET_LIMIT, NULL);
	s->mux = NULL;
	return rc;
}

int carrier_open(struct carrier *c, struct carrier_stream **out, const char *service, int fd, void *user)
{
	struct carrier_stream *s = c->ending ? NULL : carrier_stream_create(c, service);
	struct carrier_peer *p = c->peers;
	int rc;

	if (!s) {
		close(fd);
		return c->ending ? -ESHUTDOWN : -ENOMEM;
	}
	s->fd = fd;
	s->user = user;
	s->hold_until_ns = clock_now_ns() + CARRIER_HOLD_MS * NS_PER_MS;
	DL_APPEND(c->waiting, s);
	while (p && (!p->up || p->dead))
		p = p->next;
	if (!p) {
		if (s->hold_until_ns < c->wait_until_ns)
			c->wait_until_ns = s->hold_until_ns;
		carrier_arm(c);
		*out = s;
		return 0;
	}
	rc = carrier_stream_begin(s, p);
	if (rc < 0) {
		destroy(s, false);
		return rc;
	}
	*out = s;
	return 0;
}

int carrier_attach(struct carrier_stream *s, int fd)
{
	int rc;

	s->fd = fd;
	rc = watch(s);
	if (rc < 0) {
		release_socket(s, false);
		return rc;
	}
	mux_accept(s->peer->mux, s->mux);
	/* The first edge comes with the next turn, and with it what was kept. */
	return 0;
}

void carrier_stream_set_user(struct carrier_stream *s, void *user)
{
	s->user = user;
}

void *carrier_stream_user(const struct carrier_stream *s)
{
	return s->user;
}

void carrier_stream_count(const struct carrier_stream *s, uint64_t *in, uint64_t *out, uint64_t *stalls)
{
	*in = s->in;
	*out = s->out;
	*stalls = s->stalls;
}
