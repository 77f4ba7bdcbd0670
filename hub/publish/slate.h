/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guests that understand it are told when the machine becomes a tablet or a laptop: control/laptop-slate-mode of a domain follows
 * SW_TABLET_MODE where the toolstack made that node and the guest has set control/feature-laptop-slate-mode to 1 (Xen's
 * docs/misc/xenstore-paths). The guest answers by emptying the node, so it is written on a change and never looked at again.
 */
#ifndef HUB_PUBLISH_SLATE_H
#define HUB_PUBLISH_SLATE_H

#include "hub/core/worker.h"
#include "hub/model/states.h"

struct slate {
	int64_t told; /* the switch, as guests were told last; -1: not yet */
};

void slate_init(struct slate *slate);

/* When the switch has another value than told: writes the nodes, on the slow thread. Once a publication. */
void slate_update(struct slate *slate, struct worker *worker, const struct states *states);

#endif
