/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A route's listening end: who may connect, and how often. */
#define LOG_MODULE "relay"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "hub/core/clock.h"
#include "hub/link/acceptor.h"
#include "hub/link/link.h"
#include "hub/link/socket.h"
#include "hub/relay/relay_private.h"

#define LINES_PER_S 2

void route_complain(struct route *r, const char *format, ...)
{
	char text[512], more[48] = "";
	unsigned skipped = 0;
	va_list args;

	if (!log_limit_allow(&r->limit, LINES_PER_S, clock_now_ns(), &skipped))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (skipped)
		snprintf(more, sizeof(more), " (and %u lines before this one)", skipped);
	log_warn("route %s: %s%s", r->config->name, text, more);
}

bool route_admits(struct route *r)
{
	if (!rate_take(&r->rate, clock_now_ns())) {
		r->counters.over_rate++;
		route_complain(r, "refused: more than %ld new connections in a second: see rate",
			       r->config->rate);
		return false;
	}
	if (r->n_connections >= (unsigned)r->config->streams) {
		r->counters.over_limit++;
		route_complain(r, "refused: more than %ld connections at a time: see streams",
			       r->config->streams);
		return false;
	}
	return true;
}

static bool user_may(struct route *r, const struct link *link)
{
	if (!r->config->n_uids)
		return true;
	for (unsigned i = 0; i < r->config->n_uids; i++)
		if (r->config->uids[i] == link->peer_uid)
			return true;
	r->counters.denied++;
	route_complain(r, "%s may not connect: see uid", link->peer);
	return false;
}

static void on_met(void *data, struct link *link)
{
	struct route *r = data;

	if (user_may(r, link))
		connection_from_socket(r, socket_release(link));
	else
		link_close(link);
}

static void on_failed(void *data, int rc)
{
	struct route *r = data;

	route_complain(r, "%s: cannot accept: %s", r->config->listen, strerror(-rc));
}

static int watch(struct route *r, struct link_listener *listener)
{
	struct acceptor_callbacks callbacks = { .met = on_met, .failed = on_failed, .data = r };

	return acceptor_create(&r->acceptor, r->relay->loop, listener, &callbacks);
}

static int listen_on_socket(struct route *r, char *why, size_t size)
{
	pid_t pid = 0;
	int rc = r->config->expose
			 ? link_listen_anywhere(&r->listener, r->config->listen, r->relay->gid, &pid)
			 : link_listen(&r->listener, r->config->listen, r->relay->gid, &pid);

	if (rc == -EACCES && !strncmp(r->config->listen, "tcp:", 4))
		snprintf(why, size,
			 "not a loopback address: what is said there can be read and changed on its way; "
			 "if that is meant: expose = yes");
	else if (rc == -EADDRINUSE && pid)
		snprintf(why, size, "process %d listens there already", (int)pid);
	else if (rc < 0)
		snprintf(why, size, "%s", strerror(-rc));
	if (rc < 0)
		return rc;
	rc = watch(r, r->listener);
	if (rc < 0) {
		link_unlisten(r->listener);
		r->listener = NULL;
	}
	return rc;
}

static void begin_listening(struct route *r)
{
	char why[ROUTE_WHY_MAX] = "";

	if (listen_on_socket(r, why, sizeof(why)) == 0) {
		if (r->why[0])
			log_info("route %s: listens on %s now", r->config->name, r->config->listen);
		r->why[0] = '\0';
		return;
	}
	if (strcmp(r->why, why))
		log_warn("route %s: %s: cannot listen: %s; it is tried again", r->config->name,
			 r->config->listen, why);
	memcpy(r->why, why, sizeof(why));
	loop_timer_at(r->timer, clock_now_ns() + r->rest_ns);
	r->rest_ns = r->rest_ns * 2 < RELAY_RETRY_MAX_MS * NS_PER_MS ? r->rest_ns * 2
								     : RELAY_RETRY_MAX_MS * NS_PER_MS;
}

static void on_timer(void *data)
{
	begin_listening(data);
}

static bool is_socket(int fd, bool *listens)
{
	socklen_t len = sizeof(int);
	int value = 0;

	*listens = getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &len) == 0 && value;
	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &len) == 0 && value == SOCK_STREAM;
}

static int check_inherited(const struct route *r, const char *endpoint, bool listen, bool *listens)
{
	int fd = endpoint_fd(endpoint);

	if (is_socket(fd, listens) && (listen || !*listens)) {
		fcntl(fd, F_SETFD, FD_CLOEXEC);
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
		return 0;
	}
	log_err("route %s: %s: is no %s", r->config->name, endpoint,
		listen ? "stream socket that was inherited" : "connected stream socket that was inherited");
	return -EBADF;
}

int route_take_connected(struct route *r)
{
	int fd = r->taken ? -1 : endpoint_fd(r->config->connect);

	r->taken = true;
	return fd;
}

int route_begin(struct route *r, struct relay *relay, const struct config_route *config)
{
	bool listens = false;
	int rc;

	*r = (struct route){ .relay = relay,
			     .config = config,
			     .rate = { .per_s = (unsigned)config->rate },
			     .rest_ns = RELAY_RETRY_MS * NS_PER_MS,
			     .inherited.fd = -1 };
	r->timer = loop_add_timer(relay->loop, on_timer, r);
	if (!r->timer)
		return -ENOMEM;
	if (endpoint_kind(config->connect) == ENDPOINT_LINK && !(r->to = links_use(relay, config, false)))
		return -ENOMEM;
	if (endpoint_kind(config->connect) == ENDPOINT_FD) {
		rc = check_inherited(r, config->connect, false, &listens);
		if (rc < 0)
			return rc;
		r->once = true;
	}
	switch (endpoint_kind(config->listen)) {
	case ENDPOINT_SOCKET:
		begin_listening(r);
		return 0;
	case ENDPOINT_LINK:
		r->from = links_use(relay, config, true);
		return r->from ? 0 : -ENOMEM;
	case ENDPOINT_FD:
		break;
	}
	rc = check_inherited(r, config->listen, true, &listens);
	if (rc < 0)
		return rc;
	r->inherited.fd = endpoint_fd(config->listen);
	if (listens)
		return watch(r, &r->inherited);
	r->once = true;
	/* With the first turn, when all routes are there. */
	r->begin_once = true;
	return 0;
}

void route_begin_once(struct route *r)
{
	if (r->begin_once)
		connection_from_socket(r, r->inherited.fd);
	r->begin_once = false;
}

void route_end(struct route *r)
{
	struct connection *c, *next;

	if (!r->relay)
		return;
	loop_remove_timer(r->timer);
	acceptor_destroy(r->acceptor);
	link_unlisten(r->listener);
	DL_FOREACH_SAFE(r->connections, c, next)
	{
		if (c->pair)
			pair_destroy(c->pair);
		else if (c->stream)
			carrier_reset(c->stream, MUX_RESET_CLOSED, "the relay at the other end has ended");
		if (c->onward)
			carrier_reset(c->onward, MUX_RESET_CLOSED, "the relay at the other end has ended");
		c->pair = NULL;
		c->stream = c->onward = NULL;
		connection_end(c);
	}
}
