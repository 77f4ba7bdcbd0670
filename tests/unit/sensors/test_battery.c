/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/testing.h"

#include "hub/core/clock.h"
#include "sensors/estimate.h"
#include "sensors/warning.h"

#define U  BATTERY_UNKNOWN
#define WH 1000000ll

static struct estimate_times once(enum battery_state state, int64_t energy, int64_t full, int64_t power)
{
	struct battery b = { state, 50, energy, full, power };
	struct estimate_times times;
	struct estimate estimate;

	estimate_init(&estimate);
	estimate_update(&estimate, &b, 1, &times);
	return times;
}

static void times_by_the_reported_rate(void **state)
{
	struct estimate_times t = once(BATTERY_DISCHARGING, 20 * WH, 40 * WH, 10 * WH);

	assert_int_equal(t.to_empty_s, 7200);
	assert_int_equal(t.to_full_s, U);
	t = once(BATTERY_CHARGING, 20 * WH, 40 * WH, 10 * WH);
	assert_int_equal(t.to_full_s, 7200);
	assert_int_equal(t.to_empty_s, U);
	t = once(BATTERY_FULL, 40 * WH, 40 * WH, 10 * WH);
	assert_true(t.to_full_s == U && t.to_empty_s == U);
	t = once(BATTERY_CHARGING, 41 * WH, 40 * WH, 10 * WH);
	assert_int_equal(t.to_full_s, U);
}

static void absurd_times_are_unknown(void **state)
{
	/* 0.01 W out of 40 Wh would be half a year. */
	assert_int_equal(once(BATTERY_DISCHARGING, 40 * WH, 40 * WH, 10000).to_empty_s, U);
	assert_int_equal(once(BATTERY_DISCHARGING, 240 * WH, 240 * WH, WH).to_empty_s, 240 * 3600);
	assert_int_equal(once(BATTERY_DISCHARGING, 241 * WH, 241 * WH, WH).to_empty_s, U);
	assert_int_equal(once(BATTERY_CHARGING, 0, 20 * WH, WH).to_full_s, 20 * 3600);
	assert_int_equal(once(BATTERY_CHARGING, 0, 21 * WH, WH).to_full_s, U);
	assert_int_equal(once(BATTERY_DISCHARGING, U, 40 * WH, WH).to_empty_s, U);
	assert_int_equal(once(BATTERY_DISCHARGING, 40 * WH, 40 * WH, U).to_empty_s, U);
	assert_int_equal(once(BATTERY_DISCHARGING, 40 * WH, 40 * WH, 0).to_empty_s, U);
}

static void absurd_rates_are_zero(void **state)
{
	assert_int_equal(battery_power_sane(65535000), 0);
	assert_int_equal(battery_power_sane(-65535000), 0);
	assert_int_equal(battery_power_sane(65535), 0);
	assert_int_equal(battery_power_sane(100000001), 0);
	assert_int_equal(battery_power_sane(100000000), 100000000);
	assert_int_equal(battery_power_sane(INT64_MIN), 0);
	assert_int_equal(battery_power_sane(INT64_MAX), 0);
	assert_int_equal(battery_power_sane(-9000000), 9000000);
	assert_int_equal(battery_power_sane(U), U);
	assert_int_equal(battery_energy_sane(-5), U);
	assert_int_equal(battery_energy_sane(INT64_MAX), U);
}

static void without_a_rate_the_energy_tells(void **state)
{
	struct estimate estimate;
	struct estimate_times times;
	uint64_t now = NS_PER_S;

	estimate_init(&estimate);
	for (int i = 0; i < 10; i++) {
		struct battery b = { BATTERY_DISCHARGING, 50, 20 * WH - i * 100000, 40 * WH, 0 };

		estimate_update(&estimate, &b, now, &times);
		if (i < 4)
			assert_int_equal(times.to_empty_s, U);
		now += 30 * NS_PER_S;
	}
	/* 0.1 Wh in 30 s is 12 W. */
	assert_in_range(times.to_empty_s, 5640, 5760);
}

static void history_restarts_with_the_state(void **state)
{
	struct estimate estimate;
	struct estimate_times times;
	struct battery b = { BATTERY_DISCHARGING, 50, 20 * WH, 40 * WH, 20 * WH };

	estimate_init(&estimate);
	estimate_update(&estimate, &b, NS_PER_S, &times);
	assert_int_equal(times.to_empty_s, 3600);
	/* Smoothed: a doubled load is not believed at once. */
	b.power_uw = 40 * WH;
	estimate_update(&estimate, &b, 2 * NS_PER_S, &times);
	assert_in_range(times.to_empty_s, 3480, 3599);
	/* Plugged in: the rate of before has nothing to say. */
	b.state = BATTERY_CHARGING;
	b.power_uw = 10 * WH;
	estimate_update(&estimate, &b, 3 * NS_PER_S, &times);
	assert_int_equal(times.to_full_s, 7200);
}

static void estimates_never_leave_their_limits(void **state)
{
	struct rng rng = { 5 };
	struct estimate estimate;
	uint64_t now = 1;

	estimate_init(&estimate);
	for (int i = 0; i < 50000; i++) {
		struct battery b = {
			.state = (enum battery_state)rng_below(&rng, BATTERY_FULL + 1),
			.percent = rng_range(&rng, -1, 100),
			.energy_uwh = battery_energy_sane((int64_t)rng_next(&rng) >> rng_below(&rng, 64)),
			.energy_full_uwh =
				battery_energy_sane((int64_t)rng_next(&rng) >> rng_below(&rng, 64)),
			.power_uw = battery_power_sane((int64_t)rng_next(&rng) >> rng_below(&rng, 64)),
		};
		struct estimate_times times;

		estimate_update(&estimate, &b, now, &times);
		assert_true(times.to_empty_s >= U && times.to_empty_s <= BATTERY_TO_EMPTY_MAX_S);
		assert_true(times.to_full_s >= U && times.to_full_s <= BATTERY_TO_FULL_MAX_S);
		assert_true(times.to_empty_s == U || b.state == BATTERY_DISCHARGING);
		assert_true(times.to_full_s == U || b.state == BATTERY_CHARGING);
		/* The clock stands still and steps back, too. */
		now = now + rng_below(&rng, 60) * NS_PER_S - (now > 100 * NS_PER_S ? 20 * NS_PER_S : 0);
	}
}

static void unknown_is_inferred_from_the_mains(void **state)
{
	struct battery b = { BATTERY_STATE_UNKNOWN, 50, U, U, U };

	assert_int_equal(battery_infer(&b, MAINS_UNKNOWN), BATTERY_STATE_UNKNOWN);
	assert_int_equal(battery_infer(&b, MAINS_OFF), BATTERY_DISCHARGING);
	assert_int_equal(battery_infer(&b, MAINS_ON), BATTERY_CHARGING);
	b.power_uw = 0;
	assert_int_equal(battery_infer(&b, MAINS_ON), BATTERY_NOT_CHARGING);
	b.percent = 100;
	assert_int_equal(battery_infer(&b, MAINS_ON), BATTERY_FULL);
	b.state = BATTERY_DISCHARGING;
	assert_int_equal(battery_infer(&b, MAINS_ON), BATTERY_DISCHARGING);
}

static void several_batteries_are_summed(void **state)
{
	struct battery two[] = {
		{ BATTERY_FULL, 100, 20 * WH, 20 * WH, 0 },
		{ BATTERY_DISCHARGING, 25, 15 * WH, 60 * WH, 7 * WH },
	};
	struct battery sum;

	battery_sum(two, 2, &sum);
	assert_int_equal(sum.state, BATTERY_DISCHARGING);
	assert_int_equal(sum.energy_uwh, 35 * WH);
	assert_int_equal(sum.energy_full_uwh, 80 * WH);
	assert_int_equal(sum.percent, 44);
	assert_int_equal(sum.power_uw, 7 * WH);
	/*
	 * One that knows no energy: the mean of the percentages, and no energy at all rather than a wrong
	 * one.
	 */
	two[1].energy_uwh = U;
	battery_sum(two, 2, &sum);
	assert_int_equal(sum.percent, 63);
	assert_int_equal(sum.energy_uwh, U);
	battery_sum(NULL, 0, &sum);
	assert_int_equal(sum.percent, U);
	assert_int_equal(sum.state, BATTERY_STATE_UNKNOWN);
}

static void states_are_spelt_as_the_kernel_does(void **state)
{
	assert_int_equal(battery_state_parse("Charging"), BATTERY_CHARGING);
	assert_int_equal(battery_state_parse("Not charging"), BATTERY_NOT_CHARGING);
	assert_int_equal(battery_state_parse("discharging"), BATTERY_DISCHARGING);
	assert_int_equal(battery_state_parse("Full"), BATTERY_FULL);
	assert_int_equal(battery_state_parse("Exploding"), BATTERY_STATE_UNKNOWN);
	assert_int_equal(battery_state_parse(""), BATTERY_STATE_UNKNOWN);
	assert_string_equal(battery_state_name(BATTERY_NOT_CHARGING), "not-charging");
}

static void warnings_fall_step_by_step(void **state)
{
	struct warning warning;
	enum warning_level before = WARNING_NONE;

	warning_init(&warning, NULL);
	for (int percent = 100; percent >= 0; percent--) {
		enum warning_level level = warning_update(&warning, true, percent, U, NS_PER_S);

		assert_true(level >= before);
		assert_int_equal(level, percent > 20  ? WARNING_NONE
					: percent > 5 ? WARNING_LOW
					: percent > 2 ? WARNING_CRITICAL
						      : WARNING_ACTION);
		before = level;
	}
	assert_int_equal(warning_update(&warning, false, 0, U, NS_PER_S), WARNING_NONE);
}

/* A charge that wavers around a threshold changes the level once. */
static void warnings_do_not_flap(void **state)
{
	struct rng rng = { 17 };

	for (int threshold = 2; threshold <= 20; threshold++) {
		struct warning warning;
		enum warning_level before = WARNING_NONE;
		int changes = 0;

		warning_init(&warning, NULL);
		for (int i = 0; i < 500; i++) {
			int percent = threshold + rng_range(&rng, 0, 2);
			enum warning_level level = warning_update(&warning, true, percent, U, NS_PER_S);

			changes += level != before;
			before = level;
		}
		assert_in_range(changes, 0, 2);
	}
}

static void a_disabled_threshold_is_never_reached(void **state)
{
	struct warning_params params = warning_defaults;
	struct warning warning;

	for (int i = 0; i < WARNING_LEVELS; i++)
		params.percent[i] = params.time_s[i] = -1;
	warning_init(&warning, &params);
	assert_int_equal(warning_update(&warning, true, 0, 0, NS_PER_S), WARNING_NONE);
	assert_int_equal(warning_update(&warning, true, 0, 0, 1000 * NS_PER_S), WARNING_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_by_the_reported_rate),
		cmocka_unit_test(absurd_times_are_unknown),
		cmocka_unit_test(absurd_rates_are_zero),
		cmocka_unit_test(without_a_rate_the_energy_tells),
		cmocka_unit_test(history_restarts_with_the_state),
		cmocka_unit_test(estimates_never_leave_their_limits),
		cmocka_unit_test(unknown_is_inferred_from_the_mains),
		cmocka_unit_test(several_batteries_are_summed),
		cmocka_unit_test(states_are_spelt_as_the_kernel_does),
		cmocka_unit_test(warnings_fall_step_by_step),
		cmocka_unit_test(warnings_do_not_flap),
		cmocka_unit_test(a_disabled_threshold_is_never_reached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
