/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/daemon/saving.h"

#include <errno.h>

#include "hub/xen/routes.h"

/* The worst of two: that it will not be, that it is not yet, that it is, that there is nothing. */
static int worse(int a, int b)
{
	if (a == -ENOENT || b == -ENOENT)
		return a == -ENOENT ? b : a;
	if (a && a != -EAGAIN)
		return a;
	return b ? b : a;
}

int saving_quiesce(struct endpoints *e, struct sources *s, const char *domain)
{
	int rc = stations_quiesce(&e->stations, domain);

	if (e->routes)
		rc = worse(rc, routes_quiesce(e->routes, domain));
	for (unsigned i = 0; i < s->n_peers; i++)
		rc = worse(rc, peer_source_quiesce(s->peers[i], domain));
	return rc;
}

int saving_resume(struct endpoints *e, struct sources *s, const char *domain)
{
	int rc = stations_resume(&e->stations, domain);

	if (e->routes)
		rc = worse(rc, routes_resume(e->routes, domain));
	for (unsigned i = 0; i < s->n_peers; i++)
		rc = worse(rc, peer_source_resume(s->peers[i], domain));
	return rc;
}
