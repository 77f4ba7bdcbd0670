/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where consumers connect, as the configuration says: sockets, stations, what guests of the policy are served on, the control socket,
 * and the routes between guests.
 */
#ifndef HUB_DAEMON_ENDPOINTS_H
#define HUB_DAEMON_ENDPOINTS_H

#include "hub/daemon/options.h"
#include "hub/daemon/server.h"
#include "hub/daemon/slow_side.h"
#include "hub/daemon/stations.h"
#include "hub/model/policy.h"

struct routes;

struct endpoints {
	struct stations stations;
	struct routes *routes; /* NULL without any */
};

/* The loop and the server outlive the endpoints. */
void endpoints_init(struct endpoints *endpoints, struct loop *loop, struct server *server);

/* All of them. 0, or -errno after a log line. */
int endpoints_open(struct endpoints *endpoints, const struct options *options, const struct policy *policy,
		   struct slow_side *side);

/* Without any in the configuration, too, where there are domains: an earlier hub may have had some. 0, or -errno after a log line. */
int endpoints_open_routes(struct endpoints *endpoints, const struct config *config, struct slow_side *side);

/* Before the slow side ends; and after the server, before the slow side is finished. */
void endpoints_end(struct endpoints *endpoints);
void endpoints_finish(struct endpoints *endpoints);

#endif
