/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All the machine's IIO sensors: found, numbered within their class, and run by what is claimed. One accelerometer is the primary one,
 * by which the machine turns. Blocks: slow thread only; the clock is the caller's.
 */
#ifndef SENSORS_IIO_SET_H
#define SENSORS_IIO_SET_H

#include <stdint.h>

#include "sensors/claims.h"
#include "sensors/iio/sensor.h"

/* More sensors than any tablet has; the rest is logged and left out. */
#define SENSORS_MAX 32

struct iioset {
	const struct iiosensor_env *env;
	struct iiosensor *sensors[SENSORS_MAX];
	unsigned count;
};

/* env must outlive it, and need not be complete yet. */
void iioset_init(struct iioset *set, const struct iiosensor_env *env);
/* Destroys the sensors: each removes what it reported. */
void iioset_finish(struct iioset *set);

/* Looks at the devices again: who is gone is destroyed, who is new waits for iioset_claim, all others are probed anew. */
void iioset_rescan(struct iioset *set, uint64_t now_ns);

/* Each runs at its class's interval from now on. */
void iioset_claim(struct iioset *set, const struct claims *claims, uint64_t now_ns);

uint64_t iioset_deadline(const struct iioset *set);
void iioset_dispatch(struct iioset *set, uint64_t now_ns);

/* At most max lines of the table; returns how many. */
unsigned iioset_info(const struct iioset *set, struct iiosensor_info *info, unsigned max);

#endif
