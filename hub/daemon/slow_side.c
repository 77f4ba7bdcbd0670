/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/daemon/slow_side.h"

#include "hub/xen/domains.h"

int slow_side_worker(struct slow_side *side)
{
	return side->worker ? 0 : worker_create(&side->worker, side->loop);
}

int slow_side_domains(struct slow_side *side)
{
	int rc = slow_side_worker(side);

	if (!rc && !side->domains)
		rc = domains_create(&side->domains, side->worker);
	return rc;
}

void slow_side_end(struct slow_side *side)
{
	worker_destroy(side->worker);
	side->worker = NULL;
}

void slow_side_finish(struct slow_side *side)
{
	domains_destroy(side->domains);
	side->domains = NULL;
}
