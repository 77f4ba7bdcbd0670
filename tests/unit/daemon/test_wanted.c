/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which sensors are read, and how often, for whom. Which domains run is what the test says. */
#include "tests/unit/testing.h"

#include <stdio.h>
#include <string.h>

#include "hub/core/clock.h"
#include "hub/daemon/wanted.h"

#define MS NS_PER_MS

static const char *running; /* the one domain that runs; NULL */

const struct domain *domains_find(const struct domains *domains, const char *name)
{
	static char domain;

	return running && !strcmp(name, running) ? (const struct domain *)&domain : NULL;
}

struct world {
	struct hub *hub;
	struct config config;
	struct policy policy;
	struct domains *domains;
	struct wanted wanted;
};

static int setup(void **state)
{
	static char there;
	struct world *w = calloc(1, sizeof(*w));
	uint8_t boot_id[16] = { 1 };

	if (!w || hub_create(&w->hub, &(struct hub_callbacks){ .data = w }, boot_id, 7) < 0)
		return -1;
	config_init(&w->config);
	w->domains = (struct domains *)&there;
	running = NULL;
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	hub_destroy(w->hub);
	config_finish(&w->config);
	free(w);
	return 0;
}

static void set(struct world *w, const char *section, const char *key, const char *value)
{
	char why[256];

	assert_int_equal(config_set(&w->config, section, key, value, true, why, sizeof(why)), 0);
}

static void use_policy(struct world *w)
{
	config_policy(&w->config, &w->policy);
	hub_set_policy(w->hub, &w->policy);
}

static void join(struct world *w, const char *name, uint8_t role, uint32_t state_interval_ms)
{
	struct wire_hello hello = { .role = role,
				    .wishes = { .states = 1, .state_interval_ms = state_interval_ms } };
	struct hub_consumer *consumer;

	snprintf(hello.name, sizeof(hello.name), "%s", name);
	assert_int_equal(hub_consumer_add(w->hub, &hello, "peer", 100 * NS_PER_S, &consumer), 0);
}

/* Milliseconds a class; 0: nobody wants it. */
static void check(struct world *w, uint64_t light, uint64_t orientation, uint64_t proximity, uint64_t power)
{
	const uint64_t ms[SENSOR_CLASSES] = { [SENSOR_LIGHT] = light,
					      [SENSOR_ORIENTATION] = orientation,
					      [SENSOR_PROXIMITY] = proximity,
					      [SENSOR_POWER] = power };

	wanted_compute(&w->wanted, w->hub, w->domains, &w->config);
	for (unsigned i = 0; i < SENSOR_CLASSES; i++)
		if (i != SENSOR_LID)
			assert_int_equal(w->wanted.interval_ns[i], ms[i] ? ms[i] * MS : CLOCK_NEVER);
}

static void power_alone_is_read_for_nobody(void **state)
{
	struct world *w = *state;

	check(w, 0, 0, 0, 30000);
	set(w, "sensors", "always", "");
	check(w, 0, 0, 0, 0);
	set(w, "sensors", "always", "light");
	check(w, 2000, 0, 0, 0);
}

static void a_guest_claims_while_its_domain_runs(void **state)
{
	struct world *w = *state;

	set(w, "sensors", "always", "");
	set(w, "guest gui", "sensors", "light");
	set(w, "guest gui", "sensors", "power");
	use_policy(w);
	check(w, 0, 0, 0, 0);
	running = "other";
	check(w, 0, 0, 0, 0);
	running = "gui";
	check(w, 0, 0, 0, 30000);
	set(w, "guest gui", "sensors", "all");
	use_policy(w);
	check(w, 2000, 2000, 2000, 30000);
	/* Without a list of domains there is no guest that lives. */
	w->domains = NULL;
	check(w, 0, 0, 0, 0);
}

static void a_guest_has_an_interval_of_its_own(void **state)
{
	struct world *w = *state;

	set(w, "guest gui", "sensors", "all");
	set(w, "guest gui", "state_interval", "700");
	use_policy(w);
	running = "gui";
	/* Not of power, which is read for `always` as well. */
	check(w, 700, 700, 700, 30000);
	set(w, "sensors", "always", "");
	set(w, "guest gui", "state_interval", "60000");
	use_policy(w);
	check(w, 60000, 60000, 60000, 60000);
}

static void a_stream_raises_the_rate(void **state)
{
	struct world *w = *state;

	set(w, "guest gui", "sensors", "light");
	use_policy(w);
	running = "gui";
	check(w, 2000, 0, 0, 30000);
	join(w, "gui", WIRE_ROLE_CONSUMER, 500);
	check(w, 500, 0, 0, 30000);
	/* Who looks at the table claims everything, though not below the limit. */
	assert_false(w->wanted.samples);
	join(w, "xenhub", WIRE_ROLE_CONTROL, 1);
	check(w, 200, 200, 200, 30000);
	assert_true(w->wanted.samples);
}

static void without_a_policy_a_consumer_gets_what_displays_need(void **state)
{
	struct world *w = *state;

	join(w, "anyone", WIRE_ROLE_CONSUMER, 0);
	check(w, 200, 200, 0, 30000);
	assert_true(w->wanted.screen_on);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(power_alone_is_read_for_nobody),
		T(a_guest_claims_while_its_domain_runs),
		T(a_guest_has_an_interval_of_its_own),
		T(a_stream_raises_the_rate),
		T(without_a_policy_a_consumer_gets_what_displays_need),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
