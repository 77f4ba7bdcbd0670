/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of the daemon waits instead of it: the slow thread and the list of domains, each made when first needed. */
#ifndef HUB_DAEMON_SLOW_SIDE_H
#define HUB_DAEMON_SLOW_SIDE_H

#include "hub/core/loop.h"
#include "hub/core/worker.h"

struct domains;

/* Zero-initialise but for the loop. */
struct slow_side {
	struct loop *loop;
	struct worker *worker;   /* NULL before slow_side_worker */
	struct domains *domains; /* NULL before slow_side_domains */
};

/* 0 or -errno; without Xen's libraries there are no domains: -EPROTONOSUPPORT. */
int slow_side_worker(struct slow_side *side);
int slow_side_domains(struct slow_side *side);

/* At the end: the thread before what it works for, the domains after all who listen to them. */
void slow_side_end(struct slow_side *side);
void slow_side_finish(struct slow_side *side);

#endif
