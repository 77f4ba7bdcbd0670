/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The routes between guests that the policy has, kept in XenStore for as long as both their domains live (hub/link/route.h has the
 * nodes). Whatever changes, all of it is looked at anew on the slow thread and made as it should be, so that what an earlier hub left,
 * or what was for domains that are gone, goes, and what is right stays untouched: a hub that restarts disturbs no route.
 */
#ifndef HUB_XEN_ROUTES_H
#define HUB_XEN_ROUTES_H

#include <stdbool.h>

#include "hub/core/worker.h"
#include "hub/link/route.h"
#include "hub/xen/store.h"

#define ROUTES_MAX      16
#define ROUTES_LEAVE_MS 1000

struct domains;
struct routes;

struct route {
	char name[ROUTE_NAME_MAX];
	char server[XEN_NAME_MAX], client[XEN_NAME_MAX]; /* domains, by name or UUID */
};

/* Where a route leads just now; ids are 0 while there is no such domain. */
struct route_ends {
	uint32_t server, client;
};

/* Whether the route is to stand: both ends are there, and are two. */
static inline bool route_stands(const struct route_ends *ends)
{
	return ends->server && ends->client && ends->server != ends->client;
}

/* Pure: the ends of a route among these domains, the youngest of a name. */
struct route_ends route_find(const struct route *route, const struct domain *domains, unsigned count);

/* domains outlive the routes, the worker is destroyed before them. Even without routes, what an earlier hub left goes. 0 or -errno. */
int routes_create(struct routes **out, struct worker *worker, struct domains *domains,
		  const struct route *routes, unsigned count);
void routes_destroy(struct routes *routes);

/*
 * Before a domain is saved, by name or UUID: its routes are taken back, at both ends, until routes_resume. 0 once that was
 * ROUTES_LEAVE_MS ago, in which both ends close what they have when told; that they did cannot be seen from here. -EAGAIN: not yet, ask
 * again; -ENOENT: no route is that domain's. Main thread.
 */
int routes_quiesce(struct routes *routes, const char *domain);
int routes_resume(struct routes *routes, const char *domain);

#endif
