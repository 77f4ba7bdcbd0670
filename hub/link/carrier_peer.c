/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A link with its multiplexer: bytes in and out, a turn of the loop at a time. */
#define LOG_MODULE "carrier"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <utlist.h>

#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "hub/link/carrier_private.h"

/* A picture's frame holds the others up for as long as 64 KiB take; a line's, for one frame of framing.h. */
#define FRAME      (64 * 1024)
#define FRONT      1024 /* what waits in front of a key is one frame, and small enough to stay in a cache */
#define LINE_FRAME 1000
#define LINE_FRONT 1024
#define LINE_PROBE 300

static void count_end(struct carrier *c, enum mux_end end)
{
	switch (end) {
	case MUX_END_VERSION:
		c->counters.versions++;
		break;
	case MUX_END_MALFORMED:
	case MUX_END_NOT_A_MUX:
		c->counters.malformed++;
		break;
	case MUX_END_CREDIT:
		c->counters.credits++;
		break;
	case MUX_END_FLOOD:
		c->counters.floods++;
		break;
	case MUX_END_TIMEOUT:
		c->counters.timeouts++;
		break;
	case MUX_END_HALF_OPEN:
		c->counters.half_open++;
		break;
	default:
		break;
	}
}

/* The streams go now, the peer itself at the end of the turn: its caller may still be looking at it. */
static void end_peer(struct carrier_peer *p, const char *why)
{
	struct carrier *c = p->carrier;
	bool was_up = p->up;

	if (p->dead)
		return;
	p->dead = true;
	p->up = false;
	loop_remove_fd(p->source);
	p->source = NULL;
	link_close(p->link);
	p->link = NULL;
	while (p->streams)
		carrier_stream_over(p->streams, MUX_RESET_LINK, why);
	carrier_peer_gone(c, was_up, p->up_ns, why);
}

/* What was said last, a farewell most of all, leaves as far as the link takes it. */
static void send_last(struct carrier_peer *p)
{
	const uint8_t *bytes;
	size_t n;

	while ((n = mux_output(p->mux, &bytes))) {
		ssize_t sent = link_write(p->link, bytes, n);

		if (sent <= 0)
			return;
		mux_output_sent(p->mux, (size_t)sent);
	}
}

static void on_mux_end(struct carrier_peer *p)
{
	char why[LINK_WHY_MAX];
	const char *text;
	bool by_peer;
	enum mux_end end = mux_ended(p->mux, &text, &by_peer);

	if (!by_peer)
		send_last(p);
	count_end(p->carrier, end);
	p->link->in_order = p->link->in_order && (end == MUX_END_DONE || end == MUX_END_VERSION);
	snprintf(why, sizeof(why), "%s%s", by_peer ? "the peer says: " : "", text);
	end_peer(p, why);
}

void carrier_peer_drop(struct carrier_peer *p, enum mux_end end, const char *why)
{
	if (p->dead)
		return;
	mux_end(p->mux, end, why);
	send_last(p);
	end_peer(p, why);
}

static void link_broke(struct carrier_peer *p, int rc)
{
	char why[LINK_WHY_MAX];

	if (p->link->why[0])
		snprintf(why, sizeof(why), "%s", p->link->why);
	else if (rc == 0)
		snprintf(why, sizeof(why), "the peer has closed the link");
	else
		snprintf(why, sizeof(why), "%s", strerror(-rc));
	end_peer(p, why);
}

static void handle(struct carrier_peer *p, const struct mux_event *e)
{
	struct carrier_stream *s = e->stream ? mux_user(e->stream) : NULL;
	struct carrier *c = p->carrier;

	switch (e->kind) {
	case MUX_EVENT_MET:
		p->up = true;
		p->up_ns = loop_now(c->loop);
		p->link->in_order = true;
		carrier_peer_met(p);
		break;
	case MUX_EVENT_OPEN:
		s = carrier_stream_create(c, e->service);
		if (!s) {
			mux_close(p->mux, e->stream, MUX_RESET_LIMIT, "out of memory");
			break;
		}
		s->peer = p;
		s->mux = e->stream;
		mux_set_user(s->mux, s);
		DL_APPEND(p->streams, s);
		c->config.callbacks.opened(c->config.callbacks.data, s, s->service);
		break;
	case MUX_EVENT_ACCEPT:
		break;
	case MUX_EVENT_DATA:
		carrier_stream_data(s, e->bytes, e->size);
		break;
	case MUX_EVENT_CREDIT:
		carrier_stream_wake(s);
		break;
	case MUX_EVENT_FIN:
		carrier_stream_fin(s);
		break;
	case MUX_EVENT_RESET:
		mux_close(p->mux, s->mux, e->reset, NULL);
		s->mux = NULL;
		carrier_stream_over(s, e->reset, *e->text ? e->text : mux_reset_text(e->reset));
		break;
	case MUX_EVENT_END:
		on_mux_end(p);
		break;
	}
}

static bool turn_is_over(const struct carrier_peer *p, size_t done)
{
	return done >= CARRIER_TURN_MAX ||
	       clock_now_ns() - loop_now(p->carrier->loop) >= CARRIER_TURN_US * 1000ull;
}

/* False: enough for one turn, or the peer is gone. */
static bool handle_events(struct carrier_peer *p, unsigned *left)
{
	struct mux_event event;

	while (!p->dead && *left && mux_next(p->mux, &event)) {
		handle(p, &event);
		(*left)--;
	}
	p->more |= !*left;
	return !p->dead && *left;
}

static void read_link(struct carrier_peer *p)
{
	unsigned left = CARRIER_EVENTS_MAX;
	size_t done = 0;

	while (handle_events(p, &left)) {
		bool spliced = false;
		uint8_t *where;
		size_t room = 0;
		ssize_t n = p->link->is_socket ? carrier_splice_in(p, &spliced) : 0;

		if (!spliced) {
			room = mux_input(p->mux, &where);
			if (p->link->is_socket)
				room = carrier_splice_room(p, room);
			n = link_read(p->link, where, room);
		}
		if (n == -EAGAIN)
			return;
		if (n <= 0) {
			link_broke(p, (int)n);
			return;
		}
		if (!spliced) {
			mux_fed(p->mux, (size_t)n, clock_now_ns());
			carrier_splice_read(p, room, (size_t)n);
		}
		done += (size_t)n;
		if (!handle_events(p, &left) || (!spliced && (size_t)n < room))
			return;
		if (turn_is_over(p, done)) {
			p->more = true;
			return;
		}
	}
}

/* It may have ended of silence, or by what we did ourselves: refused once too often, or opened the last stream there can be. */
static void notice_end(struct carrier_peer *p)
{
	struct mux_event event;

	if (!p->dead && mux_state(p->mux) == MUX_ENDED && mux_next(p->mux, &event))
		handle(p, &event);
}

static void begin_when_there(struct carrier_peer *p)
{
	if (p->begun || p->dead || p->link->connecting)
		return;
	p->begun = true;
	mux_begin(p->mux, clock_now_ns());
}

static void on_link(void *data, int fd, uint32_t events)
{
	struct carrier_peer *p = data;

	p->may_write = true;
	read_link(p);
	begin_when_there(p);
}

static void on_timer(void *data)
{
	struct carrier_peer *p = data;

	if (p->dead)
		return;
	p->more = false;
	/* A process that was stopped must not take its own sleep for the peer's. */
	read_link(p);
	if (p->dead)
		return;
	mux_tick(p->mux, clock_now_ns());
	notice_end(p);
}

void carrier_peer_flush(struct carrier_peer *p)
{
	size_t done = 0, n = 0;
	uint32_t events;

	notice_end(p);
	mux_time(p->mux, loop_now(p->carrier->loop));
	while (!p->dead && p->may_write) {
		const uint8_t *bytes;
		ssize_t sent;

		carrier_streams_fill(p);
		n = mux_output(p->mux, &bytes);
		if (!n && !p->piped_out)
			break;
		if (done && turn_is_over(p, done)) {
			p->more = true;
			break;
		}
		sent = n ? link_write(p->link, bytes, n) : carrier_splice_flush(p);
		if (sent == -EAGAIN) {
			p->may_write = false;
			break;
		}
		if (sent <= 0) {
			link_broke(p, (int)sent);
			return;
		}
		if (n)
			mux_output_sent(p->mux, (size_t)sent);
		done += (size_t)sent;
	}
	if (p->dead)
		return;
	begin_when_there(p);
	events = link_wait_events(p->link, !p->may_write);
	if (events != p->waits_for)
		loop_fd_events(p->source, events);
	p->waits_for = events;
	loop_timer_at(p->timer, p->more ? loop_now(p->carrier->loop) : mux_deadline(p->mux));
}

int carrier_peer_create(struct carrier *c, struct link *link)
{
	struct mux_config config = {
		.frame = c->is_line ? LINE_FRAME : FRAME,
		.front = c->is_line ? LINE_FRONT : FRONT,
		.window = c->window,
		.streams = c->config.streams,
		.is_line = c->is_line,
		.probe_ms = LINE_PROBE,
	};
	struct carrier_peer *p = calloc(1, sizeof(*p));
	int rc = -ENOMEM;

	if (!p)
		goto err_link;
	p->carrier = c;
	p->link = link;
	p->may_write = true;
	p->pipe_in[0] = p->pipe_in[1] = p->pipe_out[0] = p->pipe_out[1] = -1;
	rc = mux_create(&p->mux, &config);
	if (rc < 0)
		goto err_free;
	p->timer = loop_add_timer(c->loop, on_timer, p);
	if (!p->timer) {
		rc = -ENOMEM;
		goto err_mux;
	}
	p->waits_for = link_wait_events(link, true);
	p->source = loop_add_fd(c->loop, link->fd, p->waits_for, on_link, p);
	if (!p->source) {
		rc = -errno;
		goto err_timer;
	}
	begin_when_there(p);
	DL_PREPEND(c->peers, p);
	c->n_peers++;
	return 0;

err_timer:
	loop_remove_timer(p->timer);
err_mux:
	mux_destroy(p->mux);
err_free:
	free(p);
err_link:
	link_close(link);
	return rc;
}

void carrier_peer_destroy(struct carrier_peer *p)
{
	DL_DELETE(p->carrier->peers, p);
	p->carrier->n_peers--;
	loop_remove_timer(p->timer);
	carrier_splice_close(p);
	mux_destroy(p->mux);
	free(p);
}
