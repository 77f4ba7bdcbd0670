/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Without Xen's libraries: link_check_listen has refused these endpoints long before. */
#include <errno.h>

#include "hub/link/station_make.h"
#include "hub/xen/domains.h"
#include "hub/xen/routes.h"

int station_make_vchan(struct station_order *order, struct link **out, char *why, size_t size)
{
	return -EPROTONOSUPPORT;
}

int station_make_channel(struct station_order *order, struct link **out, char *why, size_t size)
{
	return -EPROTONOSUPPORT;
}

bool station_close_vchan(const char *endpoint, uint32_t domid, struct link *link, bool wait)
{
	link->ops->close(link);
	return true;
}

int domains_create(struct domains **out, struct worker *worker)
{
	return -EPROTONOSUPPORT;
}

void domains_destroy(struct domains *domains)
{
}

struct domains_listener *domains_listen(struct domains *domains, domains_fn appeared, domains_fn gone,
					void *data)
{
	errno = EPROTONOSUPPORT;
	return NULL;
}

void domains_unlisten(struct domains_listener *listener)
{
}

const struct domain *domains_find(const struct domains *domains, const char *name)
{
	return NULL;
}

bool domain_is_called(const struct domain *domain, const char *name)
{
	return false;
}

int routes_create(struct routes **out, struct worker *worker, struct domains *domains,
		  const struct route *routes, unsigned count)
{
	return -EPROTONOSUPPORT;
}

void routes_destroy(struct routes *routes)
{
}

int routes_quiesce(struct routes *routes, const char *domain)
{
	return -ENOENT;
}

int routes_resume(struct routes *routes, const char *domain)
{
	return -ENOENT;
}
