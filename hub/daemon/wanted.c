/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/daemon/wanted.h"

#include <string.h>

#include "hub/core/clock.h"

/* What the policy calls sensors are the classes, bit by bit. */
_Static_assert(POLICY_LIGHT == 1 << SENSOR_LIGHT && POLICY_ORIENTATION == 1 << SENSOR_ORIENTATION &&
		       POLICY_PROXIMITY == 1 << SENSOR_PROXIMITY && POLICY_HINGE == 1 << SENSOR_LID &&
		       POLICY_POWER == 1 << SENSOR_POWER,
	       "policy_sensor and sensor_class differ");

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void want(struct wanted *wanted, enum sensor_class class, uint64_t interval_ns)
{
	wanted->interval_ns[class] = earlier(wanted->interval_ns[class], interval_ns);
}

/* A change of power comes with an event: the rest of it has time. */
static uint64_t power_ms(const struct config *c, uint64_t ms)
{
	return ms < (uint64_t)c->power_interval_ms ? (uint64_t)c->power_interval_ms : ms;
}

/* For who reads the tree; ms 0: as the configuration says for everyone. */
static void want_state(struct wanted *wanted, const struct config *c, enum sensor_class class, uint64_t ms)
{
	if (class == SENSOR_POWER)
		ms = power_ms(c, ms);
	else if (!ms)
		ms = (uint64_t)c->sensors_interval_ms;
	want(wanted, class, ms * NS_PER_MS);
}

static void want_always(struct wanted *wanted, const struct config *c)
{
	for (unsigned i = 0; i < c->always.count; i++)
		for (unsigned class = 0; class < SENSOR_CLASSES; class ++)
			if (!strcmp(c->always.items[i], sensor_class_name((enum sensor_class) class)))
				want_state(wanted, c, (enum sensor_class) class, 0);
}

static void want_guests(struct wanted *wanted, struct hub *hub, struct domains *domains,
			const struct config *config)
{
	const struct policy *policy = hub_policy(hub);

	for (unsigned i = 0; policy && domains && i < policy->count; i++) {
		const struct policy_guest *guest = &policy->guests[i];

		if (!guest->sensors || !domains_find(domains, guest->name))
			continue;
		for (unsigned class = 0; class < SENSOR_CLASSES; class ++)
			if (guest->sensors & 1u << class)
				want_state(wanted, config, (enum sensor_class) class,
					   guest->state_interval_ms);
	}
}

/* The classes that a consumer claims by wishing for states. */
static uint32_t classes_of(struct hub *hub, const struct hub_consumer_info *info)
{
	const struct policy *policy = hub_policy(hub);
	const struct policy_guest *guest = policy ? policy_find(policy, info->name) : NULL;

	if (info->role == WIRE_ROLE_CONTROL)
		return POLICY_SENSORS_ALL;
	if (policy)
		return guest ? guest->sensors : 0;
	return POLICY_LIGHT | POLICY_ORIENTATION | POLICY_POWER;
}

static void want_consumer(struct wanted *wanted, struct hub *hub, const struct config *c,
			  const struct hub_consumer_info *info)
{
	uint32_t classes = classes_of(hub, info);
	bool control = info->role == WIRE_ROLE_CONTROL;
	uint64_t ms = info->wishes.state_interval_ms;

	if (!info->wishes.states || (control && !ms))
		return;
	if (ms < (uint64_t)c->stream_interval_ms)
		ms = (uint64_t)c->stream_interval_ms;
	wanted->samples |= control;
	for (unsigned class = 0; class < SENSOR_CLASSES; class ++)
		if (classes & 1u << class)
			want(wanted, (enum sensor_class) class,
			     (class == SENSOR_POWER ? power_ms(c, ms) : ms) * NS_PER_MS);
}

void wanted_init(struct wanted *wanted)
{
	*wanted = (struct wanted){ .screen_on = true };
	for (unsigned i = 0; i < SENSOR_CLASSES; i++)
		wanted->interval_ns[i] = CLOCK_NEVER;
}

void wanted_compute(struct wanted *wanted, struct hub *hub, struct domains *domains,
		    const struct config *config)
{
	struct hub_consumer_info info;
	bool pointer, raw;
	uint32_t classes;

	wanted_init(wanted);
	want_always(wanted, config);
	want_guests(wanted, hub, domains, config);
	for (unsigned i = 0; i < HUB_PEERS_MAX; i++)
		if (hub_consumer_at(hub, i, &info))
			want_consumer(wanted, hub, config, &info);
	hub_wishes(hub, &classes, &pointer, &raw, &wanted->screen_on);
}

bool wanted_is_same(const struct wanted *a, const struct wanted *b)
{
	return !memcmp(a->interval_ns, b->interval_ns, sizeof(a->interval_ns)) &&
	       a->screen_on == b->screen_on && a->samples == b->samples;
}
