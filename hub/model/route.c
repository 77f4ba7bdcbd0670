/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who sees a device, and who gets what of it: the one place that decides. */
#include <string.h>

#include "hub/model/hub_private.h"

/* Whether the device can send anything that the guest may (or, passing false, may not) have. */
static bool any_event(const struct policy_guest *guest, const struct hub_device *d, uint32_t granted,
		      bool focused, bool passing)
{
	static const uint16_t types[] = { EV_KEY, EV_REL, EV_ABS, EV_SW };

	for (unsigned i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		unsigned bytes;
		const uint8_t *bits = descriptor_bits_const(&d->descriptor, types[i], &bytes);

		for (unsigned code = 0; code < bytes * 8; code++)
			if (bit_test(bits, code) &&
			    (focused ? policy_passes : policy_passes_unfocused)(
				    guest, d->info.classes, granted, types[i], (uint16_t)code) == passing)
				return true;
	}
	return false;
}

uint32_t route_grant(const struct policy_guest *guest, const struct hub_device *d)
{
	uint32_t classes = d->info.classes;
	uint32_t granted = policy_grant(guest, &d->descriptor, classes, d->info.flags & HUB_DEVICE_CLAIMED);

	/* What libinput makes of a touchpad is given with the touchpad. */
	if (d->info.flags & HUB_DEVICE_POINTER && guest->classes & CLASS_TOUCHPAD)
		granted |= classes & CLASS_MOUSE;
	/* A power button alone is not even seen by who may not have it. */
	return any_event(guest, d, granted, true, true) ? granted : 0;
}

static uint32_t granted_to(const struct hub_consumer *c, const struct hub_device *d)
{
	return c->guest ? d->granted[c->guest - c->hub->policy->guests] : d->info.classes;
}

bool route_sees(const struct hub_consumer *c, const struct hub_device *d)
{
	if (!d->handle || !(c->wishes.classes & granted_to(c, d)))
		return false;
	if (d->info.flags & HUB_DEVICE_PENDING && c->role != WIRE_ROLE_CONTROL)
		return false;
	if (d->info.flags & HUB_DEVICE_POINTER)
		return c->wishes.touchpad == WIRE_TOUCHPAD_POINTER;
	if (d->info.flags & HUB_DEVICE_RAW_TOUCHPAD)
		return c->wishes.touchpad == WIRE_TOUCHPAD_RAW;
	return true;
}

bool route_focused(const struct hub_consumer *c)
{
	return c->hub->focus_all || (c->hub->focus[0] && !strcmp(c->hub->focus, c->name));
}

static bool passes(const struct hub_consumer *c, const struct hub_device *d, unsigned type, unsigned code)
{
	uint32_t granted = granted_to(c, d);

	if (type == EV_SYN)
		return true;
	if (c->routes >> (d->handle % HUB_DEVICES_MAX) & 1)
		return policy_passes(c->guest, d->info.classes, granted, (uint16_t)type, (uint16_t)code);
	return policy_passes_unfocused(c->guest, d->info.classes, granted, (uint16_t)type, (uint16_t)code);
}

void route_update(struct hub_consumer *c)
{
	bool focused = route_focused(c) || c->role == WIRE_ROLE_CONTROL;

	c->routes = c->glances = c->partial = 0;
	for (unsigned i = 0; i < HUB_DEVICES_MAX; i++) {
		const struct hub_device *d = &c->hub->devices[i];
		uint64_t bit = 1ull << i;

		if (!route_sees(c, d) || d->info.flags & HUB_DEVICE_PENDING)
			continue;
		/* A lid or a tablet-mode switch tells everyone: it is a state of the machine, not of the
		 * hand. */
		if (focused || (!c->guest && d->info.classes == CLASS_SWITCH))
			c->routes |= bit;
		else if (c->guest && any_event(c->guest, d, granted_to(c, d), false, true))
			c->glances |= bit;
		if (c->guest && (c->glances & bit || any_event(c->guest, d, granted_to(c, d), true, false)))
			c->partial |= bit;
	}
}

uint32_t route_filter(const struct hub_consumer *c, const struct hub_device *d, const struct frame *frame,
		      struct event *out, int32_t *out_times)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < frame->count; i++) {
		const struct event *e = &frame->events[i];

		if (passes(c, d, e->type, e->code)) {
			if (frame->times)
				out_times[n] = frame->times[i];
			out[n++] = *e;
		} else if (n && out[n - 1].type == EV_MSC && out[n - 1].code == MSC_SCAN) {
			/* The scan code before it would tell as much. */
			n--;
		}
	}
	return n == 1 && frame->count > 1 ? 0 : n;
}

/* The device's state without what the guest may not have of it. */
static struct device_state strip(const struct policy_guest *guest, const struct hub_device *d,
				 uint32_t granted)
{
	struct device_state view = d->state;
	uint32_t classes = d->info.classes;

	for (unsigned code = 0; code < KEY_CNT; code++) {
		if (!bit_test(view.keys, code) ||
		    policy_passes(guest, classes, granted, EV_KEY, (uint16_t)code))
			continue;
		bit_clear(view.keys, code);
		view.held--;
	}
	for (unsigned code = 0; code < SW_CNT; code++)
		if (bit_test(view.sws, code) &&
		    !policy_passes(guest, classes, granted, EV_SW, (uint16_t)code))
			bit_clear(view.sws, code);
	if (!policy_passes(guest, classes, granted, EV_ABS, ABS_MT_TRACKING_ID)) {
		for (unsigned i = 0; i < view.slots; i++)
			view.held -= view.mt[i][MT_TRACKING_ID] >= 0;
		view.slots = 0;
	}
	return view;
}

struct device_state route_view(const struct hub_consumer *c, const struct hub_device *d)
{
	if (!(c->partial >> (d->handle % HUB_DEVICES_MAX) & 1))
		return d->state;
	return strip(c->guest, d, granted_to(c, d));
}

bool hub_guest_device(const struct hub *hub, unsigned guest, unsigned index, struct hub_device_info *info,
		      struct device_state *state)
{
	const struct hub_device *d = &hub->devices[index];

	if (!d->granted[guest] || d->info.flags & HUB_DEVICE_PENDING || !hub_device_info(hub, index, info))
		return false;
	info->classes = d->granted[guest];
	if (state)
		*state = strip(&hub->policy->guests[guest], d, d->granted[guest]);
	return true;
}

unsigned route_held(const struct hub_consumer *c, const struct hub_device *d)
{
	if (!d->state.held || !(c->partial >> (d->handle % HUB_DEVICES_MAX) & 1))
		return d->state.held;
	return route_view(c, d).held;
}

void route_glance(const struct hub_consumer *c, const struct hub_device *d, uint8_t *sws)
{
	for (unsigned code = 0; code < SW_CNT; code++)
		if (bit_test(d->state.sws, code) && c->guest && passes(c, d, EV_SW, code))
			bit_set(sws, code);
}

/* What an ordinary consumer may read of the tree: the machine's states, not who else is there or what is
 * pressed. */
bool route_shows_state(const struct hub_consumer *c, const char *path)
{
	if (c->role == WIRE_ROLE_CONTROL)
		return true;
	if (c->guest)
		return policy_shows_state(c->guest, path);
	return !state_path_below(path, "device") && !state_path_below(path, "counter") &&
	       !state_path_below(path, "consumer") && !state_path_below(path, "sensor") &&
	       !state_path_below(path, "hub") && !state_path_below(path, "pointer") &&
	       !state_path_below(path, "focus");
}

bool route_may_light(const struct hub_consumer *c, const struct hub_device *d)
{
	return c->routes >> (d->handle % HUB_DEVICES_MAX) & 1 && (!c->guest || c->guest->leds);
}
