/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "relay"
#include "hub/relay/relay.h"

#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "hub/core/log.h"
#include "hub/relay/relay_private.h"
#include "hub/xen/domains.h"

static int find_group(const char *name, gid_t *gid)
{
	const struct group *group;

	*gid = (gid_t)-1;
	if (!*name)
		return 0;
	group = getgrnam(name);
	if (!group) {
		log_err("[relay] group: there is no group '%s' here", name);
		return -EINVAL;
	}
	*gid = group->gr_gid;
	return 0;
}

/* Whether somebody else can run while we do. */
static bool has_processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 1;
}

int relay_create(struct relay **out, struct loop *loop, const struct config *config)
{
	struct relay *r = calloc(1, sizeof(*r));
	int rc = -ENOMEM;

	if (!r)
		return -ENOMEM;
	r->loop = loop;
	r->config = config;
	r->watch_ns = has_processors() ? PAIR_WATCH_NS : 0;
	r->routes = calloc(config->n_routes, sizeof(*r->routes));
	if (!r->routes)
		goto err;
	rc = find_group(config->group, &r->gid);
	for (unsigned i = 0; !rc && i < config->n_routes; i++) {
		rc = route_begin(&r->routes[i], r, &config->routes[i]);
		r->n_routes++;
	}
	if (rc < 0)
		goto err;
	links_begin(r);
	for (unsigned i = 0; i < r->n_routes; i++)
		route_begin_once(&r->routes[i]);
	*out = r;
	return 0;

err:
	relay_destroy(r);
	return rc;
}

void relay_destroy(struct relay *r)
{
	if (!r)
		return;
	r->ending = true;
	for (unsigned i = 0; i < r->n_routes; i++)
		route_end(&r->routes[i]);
	links_end(r);
	worker_destroy(r->worker);
	links_destroy(r);
	domains_destroy(r->domains);
	free(r->routes);
	free(r);
}

gid_t relay_group(const struct relay *r)
{
	return r->gid;
}

bool relay_route(const struct relay *r, unsigned n, struct route_status *status)
{
	const struct route *route = &r->routes[n];

	if (n >= r->n_routes)
		return false;
	*status = (struct route_status){
		.config = route->config,
		.listens = route->acceptor || (route->from && route->from->carrier),
		.connections = route->n_connections,
		.why = route->why,
		.counters = route->counters,
	};
	connections_count(route, &status->counters);
	return true;
}

static bool is_done(const struct route *r)
{
	bool begun = endpoint_kind(r->config->connect) == ENDPOINT_FD ? r->taken : !r->begin_once;

	return r->once && begun && !r->n_connections;
}

bool relay_is_done(const struct relay *r)
{
	for (unsigned i = 0; i < r->n_routes; i++)
		if (!is_done(&r->routes[i]))
			return false;
	return true;
}
