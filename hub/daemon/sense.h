/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine's sensors in the daemon: struct sensors lives on the slow thread; what it says becomes states on the main one, in
 * the turn of the loop in which it arrives, and what consumers wish for becomes claims (hub/daemon/wanted.h).
 *
 * Below sensor/ stands what `xenhub sensors` shows: for the control socket alone, and the last samples only while a control
 * link claims.
 */
#ifndef HUB_DAEMON_SENSE_H
#define HUB_DAEMON_SENSE_H

#include <stdbool.h>

#include "hub/core/worker.h"
#include "hub/daemon/config.h"
#include "hub/model/hub.h"
#include "hub/xen/domains.h"

struct sense;

struct sense_callbacks {
	/* The battery is so low that something must be done; once each time it comes to that. Main thread. */
	void (*act)(void *data);
	void *data;
};

/*
 * domains may be NULL. config must outlive it; the worker must be destroyed before it, the hub and domains after it. Finding the sensors happens on the slow
 * thread and its failure is logged. 0 or -errno.
 */
int sense_create(struct sense **out, struct worker *worker, struct hub *hub, struct domains *domains,
		 const struct config *config, const struct sense_callbacks *callbacks);
void sense_destroy(struct sense *sense);

/* The consumers' wishes changed. */
void sense_update(struct sense *sense);

/* The machine has slept. */
void sense_resume(struct sense *sense);

#endif
