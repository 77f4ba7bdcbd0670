/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "link"
#include "hub/daemon/stations.h"

#include <errno.h>
#include <string.h>

#include "hub/core/log.h"
#include "hub/link/station.h"
#include "hub/xen/store.h"

static void on_met(void *data, struct link *link)
{
	struct stations *s = data;

	server_add_link(s->server, link);
}

static void on_lost(void *data, struct link *link, bool quiesce)
{
	struct stations *s = data;

	if (quiesce)
		server_end_link(s->server, link, WIRE_BYE_QUIESCE, "asked to let go of the link for a while");
	else
		server_end_link(s->server, link, WIRE_BYE_NONE, "its domain is gone");
}

/* Routes have places of their own. */
static bool is_route(const char *endpoint)
{
	return !strncmp(endpoint, "vchan:", 6) && (endpoint[6] == '@' || strchr(endpoint, '/'));
}

/*
 * A domain has one link, published at one place: a second endpoint would take it from the first. Two mean one domain when one of
 * them has its name and the other its UUID.
 */
static bool may_serve(void *data, const char *endpoint, const struct domain *domain)
{
	struct stations *s = data;

	for (unsigned i = 0; i < s->count; i++) {
		if (is_route(endpoint) || is_route(station_endpoint(s->all[i])) ||
		    station_domid(s->all[i]) != domain->id)
			continue;
		log_err("%s: is domain '%s' (%u), which %s serves already; this endpoint is without effect",
			endpoint, domain->name, domain->id, station_endpoint(s->all[i]));
		return false;
	}
	return true;
}

int stations_add(struct stations *s, struct worker *worker, struct domains *domains, const char *endpoint)
{
	struct station_callbacks callbacks = {
		.met = on_met, .lost = on_lost, .may_serve = may_serve, .data = s
	};
	int rc;

	/* In [daemon] listen and of a [guest] as well. */
	for (unsigned i = 0; i < s->count; i++)
		if (!strcmp(station_endpoint(s->all[i]), endpoint))
			return 0;
	if (s->count == STATIONS_MAX) {
		log_err("%s: %u endpoints between domains are the limit", endpoint, STATIONS_MAX);
		return -ENOSPC;
	}
	rc = station_create(&s->all[s->count], s->loop, worker, domains, endpoint, &callbacks);
	if (rc < 0)
		log_errno(-rc, "%s: cannot be served", endpoint);
	else
		s->count++;
	return rc;
}

int stations_quiesce(struct stations *s, const char *domain)
{
	int result = -ENOENT;

	for (unsigned i = 0; i < s->count; i++) {
		int rc;

		if (!station_is_of(s->all[i], domain))
			continue;
		rc = station_quiesce(s->all[i]);
		if (result == -ENOENT || rc == -EBUSY || (rc == -EAGAIN && !result))
			result = rc;
	}
	return result;
}

int stations_resume(struct stations *s, const char *domain)
{
	int result = -ENOENT;

	for (unsigned i = 0; i < s->count; i++) {
		if (!station_is_of(s->all[i], domain))
			continue;
		station_resume(s->all[i]);
		result = 0;
	}
	return result;
}

void stations_end(struct stations *s)
{
	for (unsigned i = 0; i < s->count; i++)
		station_end(s->all[i]);
}

void stations_finish(struct stations *s)
{
	while (s->count)
		station_destroy(s->all[--s->count]);
}
