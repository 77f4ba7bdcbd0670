/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/device/frame.h"

static const char *const reason_names[REASON_COUNT] = {
	[REASON_NONE] = "none",       [REASON_CONNECT] = "connect", [REASON_UNPLUG] = "unplug",
	[REASON_FOCUS] = "focus",     [REASON_LEASE] = "lease",     [REASON_OVERFLOW] = "overflow",
	[REASON_SUSPEND] = "suspend", [REASON_LINK] = "link",       [REASON_END] = "end",
	[REASON_CHORD] = "chord",     [REASON_POLICY] = "policy",
};

const char *reason_name(unsigned reason)
{
	return reason < REASON_COUNT ? reason_names[reason] : "unknown";
}

uint32_t frame_drop_repeats(struct event *events, int32_t *times, uint32_t count)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (events[i].type == EV_KEY && events[i].value == 2)
			continue;
		events[n] = events[i];
		if (times)
			times[n] = times[i];
		n++;
	}
	return n == 1 && count > 1 ? 0 : n;
}

unsigned frame_count_edges(const struct event *events, uint32_t count)
{
	unsigned edges = 0;

	for (uint32_t i = 0; i < count; i++)
		edges += event_is_edge(events[i].type, events[i].code);
	return edges;
}
