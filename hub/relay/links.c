/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The links that routes share: a carrier each, made again when it could not be made. */
#define LOG_MODULE "relay"
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "hub/link/station.h"
#include "hub/relay/relay_private.h"
#include "hub/xen/domains.h"

/* The route that serves this name on this link: the one that names it, or else the one that names none. */
static struct route *find_route(struct shared_link *l, const char *service)
{
	struct route *any = NULL;

	for (unsigned i = 0; i < l->relay->n_routes; i++) {
		struct route *r = &l->relay->routes[i];

		if (r->from != l)
			continue;
		if (!strcmp(r->config->service, service))
			return r;
		if (!*r->config->service)
			any = r;
	}
	return any;
}

static void on_opened(void *data, struct carrier_stream *stream, const char *service)
{
	struct shared_link *l = data;
	struct route *r = find_route(l, service);
	unsigned skipped;

	if (r) {
		connection_from_stream(r, stream);
		return;
	}
	if (log_limit_allow(&l->limit, 1, clock_now_ns(), &skipped))
		log_warn("%s: the peer asks for service '%s', which no route has", l->endpoint, service);
	carrier_reset(stream, MUX_RESET_SERVICE, NULL);
}

static void on_closed(void *data, struct carrier_stream *stream, enum mux_reset why, const char *text)
{
	struct connection *c = carrier_stream_user(stream);
	struct route *r;

	if (!c)
		return;
	r = c->route;
	if (why == MUX_RESET_LINK || why == MUX_RESET_UNREACHABLE || why == MUX_RESET_SERVICE ||
	    why == MUX_RESET_DENIED)
		r->counters.unreachable++;
	else if (why == MUX_RESET_LIMIT)
		r->counters.over_limit++;
	else if (why != MUX_RESET_CLOSED)
		r->counters.broken++;
	if (why != MUX_RESET_CLOSED)
		snprintf(r->why, sizeof(r->why), "%s", text);
	if (stream == c->onward) {
		c->onward = NULL;
		if (why == MUX_RESET_CLOSED)
			return; /* the one that came hears of it by the socket, once it has had all */
		carrier_stream_set_user(c->stream, NULL);
		carrier_reset(c->stream, why == MUX_RESET_LINK ? MUX_RESET_UNREACHABLE : why, text);
		c->stream = NULL;
	}
	connection_end(c);
}

/* Whoever may connect to one of its routes may have the link. */
static bool on_admit(void *data, const struct link *link)
{
	struct shared_link *l = data;
	bool limited = false;
	unsigned skipped;

	for (unsigned i = 0; i < l->relay->n_routes; i++) {
		const struct route *r = &l->relay->routes[i];

		if (r->from != l && r->to != l)
			continue;
		limited |= r->config->n_uids > 0;
		for (unsigned k = 0; k < r->config->n_uids; k++)
			if (r->config->uids[k] == link->peer_uid)
				return true;
	}
	if (limited && log_limit_allow(&l->limit, 1, clock_now_ns(), &skipped))
		log_warn("%s: %s may not: see uid", l->endpoint, link->peer);
	return !limited;
}

static int begin_slow_thread(struct relay *r, const char *endpoint)
{
	int rc = 0;

	if (!r->worker)
		rc = worker_create(&r->worker, r->loop);
	if (!rc && !r->domains && station_needs_domains(endpoint))
		rc = domains_create(&r->domains, r->worker);
	return rc;
}

static void try(struct shared_link *l)
{
	struct relay *r = l->relay;
	struct carrier_config config = {
		.loop = r->loop,
		.endpoint = l->endpoint,
		.serve = l->serve,
		.gid = r->gid,
		.callbacks = { .opened = on_opened, .closed = on_closed, .admit = on_admit, .data = l },
	};
	char why[LINK_WHY_MAX];
	pid_t pid = 0;
	int rc = 0;

	/* What the routes allow together is what the link allows. */
	for (unsigned i = 0; i < r->n_routes; i++) {
		const struct config_route *route = r->routes[i].config;

		if (r->routes[i].from != l && r->routes[i].to != l)
			continue;
		config.streams += r->routes[i].from == l ? (unsigned)route->streams : 0;
		if ((unsigned)route->window > config.window)
			config.window = (unsigned)route->window;
	}
	if (!config.streams)
		config.streams = 1;
	if (l->serve && link_is_station(l->endpoint))
		rc = begin_slow_thread(r, l->endpoint);
	config.worker = r->worker;
	config.domains = r->domains;
	if (!rc)
		rc = carrier_create(&l->carrier, &config, &pid);
	if (!rc) {
		l->why[0] = '\0';
		return;
	}
	if (rc == -EADDRINUSE && pid)
		snprintf(why, sizeof(why), "process %d listens there already", (int)pid);
	else
		snprintf(why, sizeof(why), "%s", strerror(-rc));
	if (strcmp(why, l->why))
		log_warn("%s: cannot be opened: %s; it is tried again", l->endpoint, why);
	memcpy(l->why, why, sizeof(why));
	loop_timer_at(l->timer, clock_now_ns() + l->rest_ns);
	l->rest_ns = l->rest_ns * 2 < RELAY_RETRY_MAX_MS * NS_PER_MS ? l->rest_ns * 2
								     : RELAY_RETRY_MAX_MS * NS_PER_MS;
}

static void on_timer(void *data)
{
	try(data);
}

struct shared_link *links_use(struct relay *r, const struct config_route *route, bool listen)
{
	const char *endpoint = listen ? route->listen : route->connect;
	struct shared_link *l;

	for (unsigned i = 0; i < r->n_links; i++)
		if (!strcmp(r->links[i].endpoint, endpoint))
			return &r->links[i];
	if (r->n_links == RELAY_LINKS_MAX)
		return NULL;
	l = &r->links[r->n_links];
	*l = (struct shared_link){ .relay = r, .rest_ns = RELAY_RETRY_MS * NS_PER_MS };
	snprintf(l->endpoint, sizeof(l->endpoint), "%s", endpoint);
	l->serve = endpoint_serves(endpoint, listen ? route->listen_link : route->connect_link, listen);
	l->timer = loop_add_timer(r->loop, on_timer, l);
	if (!l->timer)
		return NULL;
	r->n_links++;
	return l;
}

void links_begin(struct relay *r)
{
	for (unsigned i = 0; i < r->n_links; i++)
		try(&r->links[i]);
}

void links_end(struct relay *r)
{
	for (unsigned i = 0; i < r->n_links; i++) {
		loop_remove_timer(r->links[i].timer);
		if (r->links[i].carrier)
			carrier_end(r->links[i].carrier);
	}
}

void links_destroy(struct relay *r)
{
	for (unsigned i = 0; i < r->n_links; i++)
		carrier_destroy(r->links[i].carrier);
}

/* The worst of all counts: that one will not be, that one is not yet; and nothing is less than anything. */
static int worse(int a, int b)
{
	if (a == -ENOENT || b == -ENOENT)
		return a == -ENOENT ? b : a;
	return a && a != -EAGAIN ? a : b ? b : a;
}

int relay_quiesce(struct relay *r, const char *domain)
{
	int rc = -ENOENT;

	for (unsigned i = 0; i < r->n_links; i++)
		if (r->links[i].carrier)
			rc = worse(rc, carrier_quiesce(r->links[i].carrier, domain));
	return rc;
}

int relay_resume(struct relay *r, const char *domain)
{
	int rc = -ENOENT;

	for (unsigned i = 0; i < r->n_links; i++)
		if (r->links[i].carrier)
			rc = worse(rc, carrier_resume(r->links[i].carrier, domain));
	return rc;
}

/* The domain of an endpoint that is not there. */
static bool is_absent(const struct relay *r, const struct shared_link *l, char *name, size_t size)
{
	const char *domain = strchr(l->endpoint, ':') + 1;

	if (!r->domains || !station_needs_domains(l->endpoint) || *domain == '@')
		return false;
	snprintf(name, size, "%.*s", (int)strcspn(domain, "/"), domain);
	return !domains_find(r->domains, name);
}

bool relay_link(const struct relay *r, unsigned n, struct link_status *status)
{
	const struct shared_link *l = &r->links[n];

	if (n >= r->n_links)
		return false;
	*status = (struct link_status){ .endpoint = l->endpoint, .serve = l->serve };
	if (l->carrier)
		carrier_status(l->carrier, &status->carrier);
	else
		status->carrier =
			(struct carrier_status){ .state = CARRIER_RESTING, .peer = "", .why = l->why };
	if (!l->serve || !is_absent(r, l, status->waits_for, sizeof(status->waits_for)))
		status->waits_for[0] = '\0';
	return true;
}
