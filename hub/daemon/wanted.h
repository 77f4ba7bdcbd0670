/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which sensors are to be read, and how often: what the configuration, guests and consumers want, together.
 *
 * Who claims what:
 *	[sensors] always	its classes, at interval-ms; power at power-interval-ms
 *	a guest whose domain	what the policy gives it, at its state_interval, or else at the same intervals: it reads its view in
 *	lives			XenStore; power no faster than power-interval-ms
 *	a consumer that wishes	light and orientation at its own interval, not below stream-interval-ms; power, but no faster than
 *	for states		power-interval-ms: a change of power comes with an event
 *				Where there is a policy, those of these and the others that it gives to this guest.
 *	a control link		the same and all other classes, when it names an interval: without one it only looks
 */
#ifndef HUB_DAEMON_WANTED_H
#define HUB_DAEMON_WANTED_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/daemon/config.h"
#include "hub/model/hub.h"
#include "hub/xen/domains.h"
#include "sensors/claims.h"

struct wanted {
	uint64_t interval_ns[SENSOR_CLASSES]; /* CLOCK_NEVER: nobody */
	bool screen_on;
	bool samples; /* somebody looks at the table */
};

/* Nothing, and the screen on. */
void wanted_init(struct wanted *wanted);

/* As of now; domains may be NULL. */
void wanted_compute(struct wanted *wanted, struct hub *hub, struct domains *domains,
		    const struct config *config);

bool wanted_is_same(const struct wanted *a, const struct wanted *b);

#endif
