/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/testing.h"

#include <errno.h>
#include <math.h>

#include "hub/core/clock.h"
#include "sensors/light.h"

#define POLL (2 * NS_PER_S)

static void first_sample_is_published(void **state)
{
	struct light light;
	int64_t mlux;

	light_init(&light, NULL);
	assert_int_equal(light_value(&light, &mlux), -ENODATA);
	assert_true(light_push(&light, 250000, 1));
	assert_int_equal(light_value(&light, &mlux), 0);
	assert_int_equal(mlux, 250000);
	assert_true(light_deadline(&light) == CLOCK_NEVER);
}

static void extremes_are_clipped(void **state)
{
	struct light light;
	int64_t mlux;

	light_init(&light, NULL);
	light_push(&light, INT64_MAX, 1);
	assert_int_equal(light_value(&light, &mlux), 0);
	assert_int_equal(mlux, LIGHT_MAX_MLUX);
	light_init(&light, NULL);
	light_push(&light, INT64_MIN, 1);
	assert_int_equal(light_value(&light, &mlux), -ENODATA);
	light_push(&light, INT64_MIN, 1 + light_defaults.zero_dwell_ns);
	assert_int_equal(light_value(&light, &mlux), 0);
	assert_int_equal(mlux, 0);
}

/* Clight #90, wluma #176: light that swings a little must not make the screen swing. */
static void ripple_publishes_nothing(void **state)
{
	struct rng rng = { 7 };

	for (int round = 0; round < 200; round++) {
		struct light light;
		int64_t base = 5000 + (int64_t)rng_below(&rng, 2000000);
		uint64_t now = 1;

		light_init(&light, NULL);
		light_push(&light, base, now);
		for (int i = 0; i < 200; i++) {
			int64_t ripple = base / 100 * rng_range(&rng, -12, 14);

			now += POLL / 4;
			assert_false(light_push(&light, base + ripple, now));
		}
	}
}

/* Whatever came before, a steady light is what is published in the end, to within the band. */
static void steady_light_arrives(void **state)
{
	struct rng rng = { 11 };
	double band = log1p(light_defaults.band_permille / 1000.0);

	for (int round = 0; round < 500; round++) {
		struct light light;
		int64_t target = rng_chance(&rng, 20) ? 0 : (int64_t)rng_below(&rng, 100000000);
		uint64_t now = 1;
		int64_t mlux;

		light_init(&light, NULL);
		for (int i = 0; i < 20; i++) {
			light_push(&light, (int64_t)rng_below(&rng, 10000000), now);
			now += rng_below(&rng, 3000) * NS_PER_MS;
		}
		for (int i = 0; i < 10; i++) {
			light_push(&light, target, now);
			now += POLL;
		}
		assert_int_equal(light_value(&light, &mlux), 0);
		assert_true(fabs(log(((double)mlux + 1000) / ((double)target + 1000))) <= band + 1e-9);
	}
}

static void published_was_measured(void **state)
{
	struct rng rng = { 13 };
	struct light light;
	int64_t lowest = INT64_MAX, highest = 0;
	uint64_t now = 1;

	light_init(&light, NULL);
	for (int i = 0; i < 5000; i++) {
		int64_t sample = 1 + (int64_t)rng_below(&rng, 50000000);
		int64_t mlux;

		lowest = sample < lowest ? sample : lowest;
		highest = sample > highest ? sample : highest;
		light_push(&light, sample, now);
		assert_int_equal(light_value(&light, &mlux), 0);
		assert_true(mlux >= lowest && mlux <= highest);
		now += rng_below(&rng, 2000) * NS_PER_MS;
	}
}

/*
 * A sensor that reports on change alone says the new light once; the deadlines carry it through the median.
 */
static void quiet_sensor_settles_by_deadlines(void **state)
{
	struct light_params params = light_defaults;
	struct light light;
	uint64_t now = 1;
	int64_t mlux;
	int steps = 0;

	params.refill_ns = NS_PER_S;
	light_init(&light, &params);
	for (int i = 0; i < 5; i++)
		light_push(&light, 100000, now++);
	light_push(&light, 800000, now);
	while (light_deadline(&light) != CLOCK_NEVER) {
		assert_true(++steps < 20);
		now = light_deadline(&light);
		light_tick(&light, now);
	}
	assert_int_equal(light_value(&light, &mlux), 0);
	assert_int_equal(mlux, 800000);
	assert_true(now < 10 * NS_PER_S);
}

static void a_clock_that_steps_back_harms_nothing(void **state)
{
	struct light light;
	int64_t mlux;

	light_init(&light, NULL);
	light_push(&light, 1000, 100 * NS_PER_S);
	for (int i = 0; i < 9; i++)
		light_push(&light, 900000, (uint64_t)i);
	assert_int_equal(light_value(&light, &mlux), 0);
	assert_int_equal(mlux, 1000);
	light_tick(&light, 200 * NS_PER_S);
	light_value(&light, &mlux);
	assert_int_equal(mlux, 900000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_sample_is_published),
		cmocka_unit_test(extremes_are_clipped),
		cmocka_unit_test(ripple_publishes_nothing),
		cmocka_unit_test(steady_light_arrives),
		cmocka_unit_test(published_was_measured),
		cmocka_unit_test(quiet_sensor_settles_by_deadlines),
		cmocka_unit_test(a_clock_that_steps_back_harms_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
