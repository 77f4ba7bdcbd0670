/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/claims.h"

#include <errno.h>
#include <string.h>

#include "hub/core/clock.h"

void claims_init(struct claims *claims)
{
	memset(claims, 0, sizeof(*claims));
}

static struct claim *find(struct claims *claims, uint64_t owner, enum sensor_class class)
{
	for (unsigned i = 0; i < claims->count; i++)
		if (claims->claim[i].owner == owner && claims->claim[i].class == class)
			return &claims->claim[i];
	return NULL;
}

int claims_set(struct claims *claims, uint64_t owner, enum sensor_class class, uint64_t interval_ns)
{
	struct claim *claim;

	if ((unsigned)class >= SENSOR_CLASSES)
		return -EINVAL;
	if (interval_ns < CLAIMS_INTERVAL_MIN_NS)
		interval_ns = CLAIMS_INTERVAL_MIN_NS;
	if (interval_ns > CLAIMS_INTERVAL_MAX_NS)
		interval_ns = CLAIMS_INTERVAL_MAX_NS;

	claim = find(claims, owner, class);
	if (!claim) {
		if (claims->count == CLAIMS_MAX)
			return -ENOSPC;
		claim = &claims->claim[claims->count++];
	}
	*claim = (struct claim){ .owner = owner, .interval_ns = interval_ns, .class = class };
	return 0;
}

void claims_drop(struct claims *claims, uint64_t owner, enum sensor_class class)
{
	struct claim *claim = find(claims, owner, class);

	if (claim)
		*claim = claims->claim[--claims->count];
}

void claims_drop_owner(struct claims *claims, uint64_t owner)
{
	for (int class = 0; class < SENSOR_CLASSES; class ++)
		claims_drop(claims, owner, (enum sensor_class) class);
}

void claims_set_screen(struct claims *claims, bool on)
{
	claims->screen_off = !on;
}

uint64_t claims_interval(const struct claims *claims, enum sensor_class class)
{
	uint64_t interval = CLOCK_NEVER;

	if (claims->screen_off && (class == SENSOR_LIGHT || class == SENSOR_ORIENTATION))
		return CLOCK_NEVER;
	for (unsigned i = 0; i < claims->count; i++)
		if (claims->claim[i].class == class && claims->claim[i].interval_ns < interval)
			interval = claims->claim[i].interval_ns;
	return interval;
}

const char *sensor_class_name(enum sensor_class class)
{
	static const char *const names[SENSOR_CLASSES] = {
		[SENSOR_LIGHT] = "light",         [SENSOR_ORIENTATION] = "orientation",
		[SENSOR_PROXIMITY] = "proximity", [SENSOR_LID] = "lid",
		[SENSOR_POWER] = "power",
	};

	return names[class];
}
