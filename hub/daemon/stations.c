#define LOG_MODULE "link"
#include "hub/daemon/stations.h"

#include <errno.h>

#include "hub/core/log.h"
#include "hub/link/station.h"

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

int stations_add(struct stations *s, struct worker *worker, struct domains *domains, const char *endpoint)
{
	struct station_callbacks callbacks = { .met = on_met, .lost = on_lost, .data = s };
	int rc;

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
