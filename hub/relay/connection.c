/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One connection: from what came to what the route connects it to. */
#define LOG_MODULE "relay"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "hub/core/clock.h"
#include "hub/link/link.h"
#include "hub/link/socket.h"
#include "hub/relay/relay_private.h"

static struct connection *create(struct route *r)
{
	struct connection *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->route = r;
	c->from = c->to = -1;
	DL_APPEND(r->connections, c);
	r->n_connections++;
	r->counters.connections++;
	return c;
}

static void stop_trying(struct connection *c)
{
	loop_remove_timer(c->timer);
	c->timer = NULL;
	loop_remove_fd(c->to_source);
	c->to_source = NULL;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void count_bytes(const struct connection *c, struct route_counters *n)
{
	uint64_t in = 0, out = 0, stalls = 0;

	if (c->pair)
		pair_count(c->pair, &in, &out, &stalls);
	else if (c->stream && c->route->from)
		carrier_stream_count(c->stream, &in, &out, &stalls);
	else if (c->stream)
		carrier_stream_count(c->stream, &out, &in, &stalls);
	n->in += in;
	n->out += out;
	n->stalls += stalls;
}

void connections_count(const struct route *r, struct route_counters *counters)
{
	const struct connection *c;

	DL_FOREACH(r->connections, c)
	count_bytes(c, counters);
}

/* The stream itself, and the pair, are the caller's to end. */
void connection_end(struct connection *c)
{
	struct route *r = c->route;

	count_bytes(c, &r->counters);
	stop_trying(c);
	/* It ends with the socket between them. */
	if (c->onward)
		carrier_stream_set_user(c->onward, NULL);
	close_fd(&c->from);
	close_fd(&c->to);
	DL_DELETE(r->connections, c);
	r->n_connections--;
	free(c);
	if (r->once && !r->relay->ending && relay_is_done(r->relay))
		loop_quit(r->relay->loop, 0);
}

static void fail(struct connection *c, enum mux_reset why, int err)
{
	struct route *r = c->route;

	snprintf(r->why, sizeof(r->why), "%s: %s", r->config->connect, strerror(err));
	if (why == MUX_RESET_UNREACHABLE)
		r->counters.unreachable++;
	else
		r->counters.broken++;
	route_complain(r, "%s: %s", r->config->connect, strerror(err));
	if (c->stream) {
		carrier_stream_set_user(c->stream, NULL);
		/* The other side learns the reason, not what lies behind. */
		carrier_reset(c->stream, why, strerror(err));
		c->stream = NULL;
	}
	connection_end(c);
}

/* ---- connected ---- */

static void on_pair_done(void *data, int err)
{
	struct connection *c = data;

	if (err) {
		c->route->counters.broken++;
		snprintf(c->route->why, sizeof(c->route->why), "a connection broke: %s", strerror(err));
	}
	connection_end(c);
}

static void reached(struct connection *c)
{
	struct route *r = c->route;
	int fd = c->to, rc;

	stop_trying(c);
	c->to = -1;
	if (c->stream) {
		c->state = CONNECTION_CARRIED;
		rc = carrier_attach(c->stream, fd);
	} else {
		int from = c->from;

		c->state = CONNECTION_PAIRED;
		c->from = -1;
		rc = pair_create(&c->pair, r->relay->loop, from, fd, r->relay->watch_ns, on_pair_done, c);
	}
	if (rc < 0)
		fail(c, MUX_RESET_LIMIT, -rc);
}

/* ---- reaching a socket ---- */

static void try(struct connection *c);

static void on_timer(void *data)
{
	struct connection *c = data;

	if (c->to < 0)
		try(c);
	else
		fail(c, MUX_RESET_UNREACHABLE, ETIMEDOUT);
}

/* Somebody may be about to listen there again. */
static void try_later(struct connection *c, int err)
{
	uint64_t now_ns = clock_now_ns();

	close_fd(&c->to);
	if ((err != ECONNREFUSED && err != ENOENT && err != EAGAIN) || now_ns >= c->give_up_ns) {
		fail(c, MUX_RESET_UNREACHABLE, err);
		return;
	}
	loop_timer_at(c->timer, now_ns + c->rest_ns);
	c->rest_ns *= 2;
}

static void on_answer(void *data, int fd, uint32_t events)
{
	struct connection *c = data;
	socklen_t len = sizeof(int);
	int err = 0;

	loop_remove_fd(c->to_source);
	c->to_source = NULL;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len) < 0)
		err = errno;
	if (err)
		try_later(c, err);
	else
		reached(c);
}

static void try(struct connection *c)
{
	struct loop *loop = c->route->relay->loop;
	struct link *link;
	bool connecting;
	int rc = link_connect(&link, c->route->config->connect);

	if (rc < 0) {
		try_later(c, -rc);
		return;
	}
	connecting = link->connecting;
	c->to = socket_release(link);
	if (!connecting) {
		reached(c);
		return;
	}
	c->to_source = loop_add_fd(loop, c->to, EPOLLOUT, on_answer, c);
	if (!c->to_source) {
		fail(c, MUX_RESET_LIMIT, errno);
		return;
	}
	loop_timer_at(c->timer, clock_now_ns() + RELAY_ANSWER_MS * NS_PER_MS);
}

static void reach(struct connection *c)
{
	struct route *r = c->route;

	if (endpoint_kind(r->config->connect) == ENDPOINT_FD) {
		c->to = route_take_connected(r);
		if (c->to < 0)
			fail(c, MUX_RESET_UNREACHABLE, EPIPE);
		else
			reached(c);
		return;
	}
	c->timer = loop_add_timer(r->relay->loop, on_timer, c);
	if (!c->timer) {
		fail(c, MUX_RESET_LIMIT, ENOMEM);
		return;
	}
	c->rest_ns = RELAY_RETRY_MS * NS_PER_MS;
	c->give_up_ns = clock_now_ns() + RELAY_CONNECT_MS * NS_PER_MS;
	try(c);
}

/* ---- what came ---- */

static void open_stream(struct connection *c, int fd)
{
	struct route *r = c->route;
	struct carrier_stream *stream;
	int rc;

	c->state = CONNECTION_CARRIED;
	if (!r->to->carrier) {
		close(fd);
		rc = -ENOTCONN;
	} else {
		rc = carrier_open(r->to->carrier, &stream, r->config->service, fd, c);
	}
	if (rc < 0)
		fail(c, MUX_RESET_UNREACHABLE, -rc);
	else if (!c->stream)
		c->stream = stream;
}

void connection_from_socket(struct route *r, int fd)
{
	struct connection *c = route_admits(r) ? create(r) : NULL;

	if (!c) {
		close(fd);
		return;
	}
	if (r->to) {
		open_stream(c, fd);
		return;
	}
	c->from = fd;
	reach(c);
}

/* Two streams with a socket pair between them. */
static void join_links(struct route *r, struct carrier_stream *in, struct connection *c)
{
	struct carrier_stream *out;
	int pair[2], rc;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0) {
		fail(c, MUX_RESET_LIMIT, errno);
		return;
	}
	rc = r->to->carrier ? carrier_open(r->to->carrier, &out, r->config->service, pair[1], c) : -ENOTCONN;
	if (rc < 0) {
		if (!r->to->carrier)
			close(pair[1]);
		close(pair[0]);
		fail(c, MUX_RESET_UNREACHABLE, -rc);
		return;
	}
	c->state = CONNECTION_CARRIED;
	c->onward = out;
	rc = carrier_attach(in, pair[0]);
	if (rc < 0)
		fail(c, MUX_RESET_LIMIT, -rc);
}

void connection_from_stream(struct route *r, struct carrier_stream *stream)
{
	struct connection *c;

	if (!route_admits(r)) {
		carrier_reset(stream, MUX_RESET_LIMIT, NULL);
		return;
	}
	c = create(r);
	if (!c) {
		carrier_reset(stream, MUX_RESET_LIMIT, NULL);
		return;
	}
	c->stream = stream;
	carrier_stream_set_user(stream, c);
	if (r->to)
		join_links(r, stream, c);
	else
		reach(c);
}
