/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/burst.h"

#include "hub/core/clock.h"

void burst_note(struct burst *burst)
{
	burst->pending = true;
}

void burst_hold(struct burst *burst, uint64_t now_ns)
{
	if (burst->quiet_ns < now_ns + BURST_NS)
		burst->quiet_ns = now_ns + BURST_NS;
}

void burst_hurry(struct burst *burst, uint64_t now_ns)
{
	burst->pending = true;
	burst->quiet_ns = now_ns;
}

uint64_t burst_deadline(const struct burst *burst)
{
	return burst->pending ? burst->quiet_ns : CLOCK_NEVER;
}

bool burst_due(struct burst *burst, uint64_t now_ns)
{
	if (!burst->pending || now_ns < burst->quiet_ns)
		return false;
	burst->pending = false;
	burst->quiet_ns = now_ns + BURST_NS;
	return true;
}
