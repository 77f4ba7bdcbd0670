/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The [guest] sections as a policy. */
#include <string.h>

#include "hub/daemon/config.h"

void config_policy(const struct config *config, struct policy *policy)
{
	char why[256];

	memset(policy, 0, sizeof(*policy));
	for (unsigned i = 0; i < config->n_guests; i++) {
		const struct config_guest *c = &config->guests[i];
		struct policy_guest guest = {
			.devices = c->devices.items,
			.n_devices = c->devices.count,
			.state_interval_ms = (uint32_t)c->state_interval,
			.leds = c->leds,
			.motion = c->motion,
			.power = c->power,
			.lid = c->lid,
			.publish_keys = c->publish_keys,
		};

		memcpy(guest.name, c->named.name, sizeof(guest.name));
		policy_parse_link(&guest, c->link, why, sizeof(why));
		for (unsigned k = 0; k < c->classes.count; k++) {
			uint32_t mask;

			if (class_parse(c->classes.items[k], &mask) == 0)
				guest.classes |= mask;
		}
		for (unsigned k = 0; k < c->sensors.count; k++)
			policy_parse_sensor(&guest.sensors, c->sensors.items[k], why, sizeof(why));
		policy_add(policy, &guest);
	}
}

bool guest_endpoint(const struct policy_guest *guest, char *endpoint, size_t size)
{
	if (guest->link == POLICY_LINK_UNIX)
		return false;
	if (guest->link == POLICY_LINK_VCHAN)
		snprintf(endpoint, size, "vchan:%s", guest->name);
	else
		snprintf(endpoint, size, "channel:%s/%s", guest->name, guest->channel);
	return true;
}
