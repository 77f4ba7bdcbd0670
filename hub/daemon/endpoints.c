/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "xenhubd"
#include "hub/daemon/endpoints.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/core/log.h"
#include "hub/link/link.h"
#include "hub/link/station.h"
#include "hub/xen/routes.h"

_Static_assert(ROUTES_MAX >= CONFIG_ROUTES_MAX, "each route of the configuration may stand");

void endpoints_init(struct endpoints *e, struct loop *loop, struct server *server)
{
	*e = (struct endpoints){ .stations = { .loop = loop, .server = server } };
}

/* An endpoint that waits for one peer at a time. */
static int add_station(struct endpoints *e, struct slow_side *side, const char *endpoint)
{
	int rc = station_needs_domains(endpoint) ? slow_side_domains(side) : slow_side_worker(side);

	if (rc < 0) {
		log_errno(-rc, "%s: cannot be served", endpoint);
		return rc;
	}
	return stations_add(&e->stations, side->worker, side->domains, endpoint);
}

static int find_group(const char *name, gid_t *gid)
{
	struct group *group;

	*gid = (gid_t)-1;
	if (!*name)
		return 0;
	group = getgrnam(name);
	if (!group) {
		log_err("[daemon] group: there is no group '%s'; add it with: addgroup --system %s", name,
			name);
		return -EINVAL;
	}
	*gid = group->gr_gid;
	return 0;
}

static int open_control(struct server *server, const struct options *options, gid_t gid)
{
	char control[CONFIG_TEXT_MAX + 8];
	int rc;

	/* A player of recordings is no service: nobody looks for it at the usual place. */
	if (options->once && !options->control_given)
		return 0;
	snprintf(control, sizeof(control), "unix:%s", options->config.control);
	rc = server_listen(server, control, true, gid);
	if (rc < 0 && !options->control_given) {
		log_warn("going on without a control socket: xenhub will not find this daemon");
		return 0;
	}
	return rc;
}

int endpoints_open(struct endpoints *e, const struct options *options, const struct policy *policy,
		   struct slow_side *side)
{
	const struct config *c = &options->config;
	gid_t gid;
	int rc = find_group(c->group, &gid);

	if (rc < 0)
		return rc;
	if (geteuid() == 0)
		mkdir("/run/xenhub", 0755);
	for (unsigned i = 0; i < c->listen.count; i++) {
		const char *endpoint = c->listen.items[i];

		if (link_is_station(endpoint))
			rc = add_station(e, side, endpoint);
		else
			rc = server_listen(e->stations.server, endpoint, false, gid);
		if (rc < 0)
			return rc;
	}
	for (unsigned i = 0; i < policy->count; i++) {
		char endpoint[POLICY_NAME_MAX + POLICY_CHANNEL_MAX + 16];

		if (!guest_endpoint(&policy->guests[i], endpoint, sizeof(endpoint)))
			continue;
		rc = add_station(e, side, endpoint);
		if (rc < 0)
			return rc;
	}
	return open_control(e->stations.server, options, gid);
}

int endpoints_open_routes(struct endpoints *e, const struct config *c, struct slow_side *side)
{
	struct route routes[ROUTES_MAX];
	int rc;

	if (!c->n_routes && !side->domains)
		return 0;
	for (unsigned i = 0; i < c->n_routes; i++) {
		snprintf(routes[i].name, sizeof(routes[i].name), "%.16s", c->routes[i].named.name);
		snprintf(routes[i].server, sizeof(routes[i].server), "%.63s", c->routes[i].server);
		snprintf(routes[i].client, sizeof(routes[i].client), "%.63s", c->routes[i].client);
	}
	rc = slow_side_domains(side);
	if (!rc)
		rc = routes_create(&e->routes, side->worker, side->domains, routes, c->n_routes);
	if (rc < 0)
		log_errno(-rc, "routes between guests cannot be made");
	return rc;
}

void endpoints_end(struct endpoints *e)
{
	stations_end(&e->stations);
}

void endpoints_finish(struct endpoints *e)
{
	stations_finish(&e->stations);
	routes_destroy(e->routes);
	e->routes = NULL;
}
