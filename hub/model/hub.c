/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/model/hub.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/model/hub_private.h"

int hub_create(struct hub **out, const struct hub_callbacks *callbacks, const uint8_t boot_id[16],
	       uint64_t generation)
{
	struct hub *hub = calloc(1, sizeof(*hub));
	int rc;

	if (!hub)
		return -ENOMEM;
	rc = states_create(&hub->states);
	if (rc < 0) {
		free(hub);
		return rc;
	}
	hub->callbacks = *callbacks;
	memcpy(hub->boot_id, boot_id, sizeof(hub->boot_id));
	hub->next_generation = generation ? generation : 1;
	hub->next_consumer = 1;
	hub->next_handle = 1;
	hub->lease_at = CLOCK_NEVER;
	hub->focus_all = true;
	pointer_init(&hub->pointer, 1280, 800);
	*out = hub;
	return 0;
}

void hub_destroy(struct hub *hub)
{
	if (!hub)
		return;
	for (unsigned i = 0; i < HUB_PEERS_MAX; i++)
		if (hub->consumers[i])
			hub_consumer_remove(hub->consumers[i], 0);
	for (unsigned i = 0; i < HUB_DEVICES_MAX; i++)
		if (hub->devices[i].handle)
			state_finish(&hub->devices[i].state);
	states_destroy(hub->states);
	free(hub);
}

struct states *hub_states(struct hub *hub)
{
	return hub->states;
}

void hub_set_policy(struct hub *hub, const struct policy *policy)
{
	hub->policy = policy;
	hub->focus_all = false;
	snprintf(hub->focus, sizeof(hub->focus), "%s", policy->count ? policy->guests[0].name : "");
}

const struct policy *hub_policy(const struct hub *hub)
{
	return hub->policy;
}

uint64_t hub_take_dirty(struct hub *hub)
{
	uint64_t dirty = hub->dirty;

	hub->dirty = 0;
	return dirty;
}

unsigned hub_held(const struct hub *hub)
{
	return hub->held;
}

void hub_set_screen(struct hub *hub, int32_t width, int32_t height)
{
	pointer_init(&hub->pointer, width, height);
}

void hub_pointer(const struct hub *hub, int32_t *x, int32_t *y)
{
	*x = hub->pointer.x;
	*y = hub->pointer.y;
}

void hub_wishes(const struct hub *hub, uint32_t *classes, bool *pointer, bool *raw, bool *screen_on)
{
	bool any_on = false, any_off = false;

	*classes = 0;
	*pointer = *raw = false;
	for (unsigned i = 0; i < HUB_PEERS_MAX; i++) {
		const struct hub_consumer *c = hub->consumers[i];
		uint32_t wished;

		if (!c)
			continue;
		wished = c->wishes.classes;
		/* Who is given no touchpad has no say in what they are. */
		if (c->guest && !c->guest->n_devices && !(c->guest->classes & CLASS_TOUCHPAD))
			wished &= ~(uint32_t)(CLASS_TOUCHPAD | CLASS_MOUSE);
		*classes |= wished;
		if (c->wishes.touchpad == WIRE_TOUCHPAD_POINTER)
			*pointer |= (wished & CLASS_MOUSE) != 0;
		else
			*raw |= (wished & CLASS_TOUCHPAD) != 0;
		any_on |= c->screen_told && !c->screen_off;
		any_off |= c->screen_told && c->screen_off;
	}
	*screen_on = any_on || !any_off;
}

bool hub_consumer_at(const struct hub *hub, unsigned index, struct hub_consumer_info *info)
{
	if (!hub->consumers[index])
		return false;
	hub_consumer_info(hub->consumers[index], info);
	return true;
}

size_t hub_backlog(const struct hub *hub)
{
	size_t most = 0;

	for (unsigned i = 0; i < HUB_PEERS_MAX; i++)
		if (hub->consumers[i] && outbox_used(&hub->consumers[i]->box) > most)
			most = outbox_used(&hub->consumers[i]->box);
	return most;
}

bool hub_is_late(const struct hub *hub, uint64_t now_ns)
{
	for (unsigned i = 0; i < HUB_PEERS_MAX; i++)
		if (hub->consumers[i] && outbox_is_late(&hub->consumers[i]->box, now_ns))
			return true;
	return false;
}

void hub_tick(struct hub *hub, uint64_t now_ns)
{
	bool due = now_ns >= hub->lease_at;

	if (due)
		hub->lease_at = now_ns + WIRE_LEASE_MS * NS_PER_MS;
	for (unsigned i = 0; i < HUB_PEERS_MAX; i++) {
		if (!hub->consumers[i])
			continue;
		if (due)
			consumer_lease(hub->consumers[i]);
		consumer_update_wait(hub->consumers[i], now_ns);
	}
}

void hub_excuse(struct hub *hub, uint64_t now_ns)
{
	for (unsigned i = 0; i < HUB_PEERS_MAX; i++)
		if (hub->consumers[i] && hub->consumers[i]->waiting_since)
			hub->consumers[i]->waiting_since = now_ns;
}

uint64_t hub_deadline(const struct hub *hub)
{
	uint64_t nearest = hub->lease_at;

	for (unsigned i = 0; i < HUB_PEERS_MAX; i++) {
		const struct hub_consumer *c = hub->consumers[i];

		if (!c)
			continue;
		if (c->waiting_since && c->waiting_since + WIRE_ACK_MS * NS_PER_MS < nearest)
			nearest = c->waiting_since + WIRE_ACK_MS * NS_PER_MS;
		if (c->states_at && c->states_at < nearest)
			nearest = c->states_at;
	}
	return nearest;
}
