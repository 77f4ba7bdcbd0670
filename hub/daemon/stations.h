/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's stations (hub/link/station.h): their peers go to the server. */
#ifndef HUB_DAEMON_STATIONS_H
#define HUB_DAEMON_STATIONS_H

#include "hub/core/loop.h"
#include "hub/core/worker.h"
#include "hub/daemon/server.h"

#define STATIONS_MAX 32

struct domains;
struct station;

struct stations {
	struct loop *loop;
	struct server *server;
	struct station *all[STATIONS_MAX];
	unsigned count;
};

/* One more endpoint. domains may be NULL for those that name no domain. 0, or -errno after a log line. */
int stations_add(struct stations *stations, struct worker *worker, struct domains *domains,
		 const char *endpoint);

/* station_quiesce and station_resume for all of a domain, by name or UUID. -ENOENT: no endpoint is that domain's. */
int stations_quiesce(struct stations *stations, const char *domain);
int stations_resume(struct stations *stations, const char *domain);

/* At the end: before the worker is destroyed, and after the server. */
void stations_end(struct stations *stations);
void stations_finish(struct stations *stations);

#endif
