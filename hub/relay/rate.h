/* SPDX-License-Identifier: GPL-2.0-or-later */
/* So many in a second, and as many at once. Pure. */
#ifndef HUB_RELAY_RATE_H
#define HUB_RELAY_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/core/clock.h"

struct rate {
	unsigned per_s;
	uint64_t full_ns; /* when all of the second's places are free again */
};

/* Takes a place: false when there is none. */
static inline bool rate_take(struct rate *r, uint64_t now_ns)
{
	uint64_t each_ns = NS_PER_S / r->per_s;

	if (r->full_ns < now_ns)
		r->full_ns = now_ns;
	if (r->full_ns + each_ns > now_ns + NS_PER_S)
		return false;
	r->full_ns += each_ns;
	return true;
}

#endif
