/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/xen/routes.h"

static uint32_t youngest(const char *name, const struct domain *domains, unsigned count)
{
	uint32_t found = 0;

	for (unsigned i = 0; i < count; i++)
		if (domain_is_called(&domains[i], name) && domains[i].id > found)
			found = domains[i].id;
	return found;
}

struct route_ends route_find(const struct route *route, const struct domain *domains, unsigned count)
{
	return (struct route_ends){
		.server = youngest(route->server, domains, count),
		.client = youngest(route->client, domains, count),
	};
}
