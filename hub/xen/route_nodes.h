/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of routes stands in XenStore, made as it should be (hub/link/route.h has the nodes). Blocks: slow thread. */
#ifndef HUB_XEN_ROUTE_NODES_H
#define HUB_XEN_ROUTE_NODES_H

#include "hub/xen/routes.h"

struct xs_handle;

struct route_look {
	struct xs_handle *xs;
	uint32_t transaction;
	const struct domain *domains; /* all there are */
	unsigned n_domains;
	const struct route *routes;
	const struct route_ends *ends; /* of each */
	unsigned count;
	long generation; /* of those that are made now */
};

/*
 * In one transaction: those that stand (route_stands) are left alone or made, and all others go, but those that Dom0 itself
 * serves. 0 or -errno.
 */
int route_nodes_write(struct route_look *look);

#endif
