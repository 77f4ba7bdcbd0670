/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which consumer has focus. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hub/model/hub_private.h"

int hub_focus_set(struct hub *hub, const char *name, uint64_t now_ns)
{
	if (name && strlen(name) >= sizeof(hub->focus))
		return -ENAMETOOLONG;
	if (hub->policy && !name)
		return -EINVAL;
	if (hub->policy && *name && !policy_find(hub->policy, name))
		return -ENOENT;
	hub->focus_all = !name;
	snprintf(hub->focus, sizeof(hub->focus), "%s", name ? name : "");
	/* Some slot: who has focus is published with whatever has changed. */
	hub->dirty |= 1;
	/* Those who lose it first, so that no two ever hold the same key. */
	for (unsigned pass = 0; pass < 2; pass++)
		for (unsigned i = 0; i < HUB_PEERS_MAX; i++)
			if (hub->consumers[i] && route_focused(hub->consumers[i]) == (pass == 1))
				consumer_reroute(hub->consumers[i], REASON_FOCUS, now_ns);
	return 0;
}

static bool is_connected(const struct hub *hub, const char *name)
{
	for (unsigned i = 0; i < HUB_PEERS_MAX; i++)
		if (hub->consumers[i] && hub->consumers[i]->role != WIRE_ROLE_CONTROL &&
		    !strcmp(hub->consumers[i]->name, name))
			return true;
	return false;
}

static int focus_next_guest(struct hub *hub, uint64_t now_ns)
{
	const struct policy *policy = hub->policy;
	const struct policy_guest *present = policy_find(policy, hub->focus);
	unsigned first = present ? (unsigned)(present - policy->guests) + 1 : 0;

	for (unsigned i = 0; i < policy->count; i++) {
		const struct policy_guest *guest = &policy->guests[(first + i) % policy->count];

		if (guest != present && is_connected(hub, guest->name))
			return hub_focus_set(hub, guest->name, now_ns);
	}
	return -ENOENT;
}

int hub_focus_next(struct hub *hub, uint64_t now_ns)
{
	unsigned present = HUB_PEERS_MAX - 1;

	if (hub->policy)
		return focus_next_guest(hub, now_ns);
	for (unsigned i = 0; i < HUB_PEERS_MAX; i++)
		if (hub->consumers[i] && !hub->focus_all && route_focused(hub->consumers[i]))
			present = i;
	for (unsigned i = 1; i <= HUB_PEERS_MAX; i++) {
		const struct hub_consumer *c = hub->consumers[(present + i) % HUB_PEERS_MAX];

		if (c && c->role != WIRE_ROLE_CONTROL && (hub->focus_all || !route_focused(c)))
			return hub_focus_set(hub, c->name, now_ns);
	}
	return -ENOENT;
}

const char *hub_focus(const struct hub *hub)
{
	return hub->focus_all ? NULL : hub->focus;
}
