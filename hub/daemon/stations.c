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

static void on_lost(void *data, struct link *link)
{
	struct stations *s = data;

	server_drop_link(s->server, link, "its domain is gone");
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
