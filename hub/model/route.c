/* Who sees a device, and who gets its frames: the one place that decides. */
#include <string.h>

#include "hub/model/hub_private.h"

bool route_sees(const struct hub_consumer *c, const struct hub_device *d)
{
	if (!d->handle || !(c->wishes.classes & d->info.classes))
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

uint64_t route_mask(const struct hub_consumer *c)
{
	bool focused = route_focused(c) || c->role == WIRE_ROLE_CONTROL;
	uint64_t mask = 0;

	for (unsigned i = 0; i < HUB_DEVICES_MAX; i++) {
		const struct hub_device *d = &c->hub->devices[i];

		/* A lid or a tablet-mode switch tells everyone: it is a state of the machine, not of the hand. */
		if (route_sees(c, d) && (focused || d->info.classes == CLASS_SWITCH))
			mask |= 1ull << i;
	}
	return mask;
}
