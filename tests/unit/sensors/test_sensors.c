/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole, with hardware that does as it should. */
#include "tests/unit/testing.h"

#include <poll.h>
#include <stdio.h>

#include "sensors/events.h"
#include "tests/unit/sensors/fixture.h"
#include "tests/unit/sensors/tree.h"

static bool is_ready(struct fixture *f)
{
	struct pollfd pollfd = { sensors_fd(f->sensors), POLLIN, 0 };

	return poll(&pollfd, 1, 0) == 1;
}

static void without_a_claim_nothing_is_read(void **state)
{
	struct fixture *f = *state;
	struct fake_device *light = plug_light(0, "2500");

	begin(f);
	assert_true(sensors_deadline(f->sensors) == CLOCK_NEVER);
	sensors_dispatch(f->sensors, f->now);
	assert_int_equal(light->reads, 0);
	assert_int_equal(f->said.said, 0);
	assert_string_equal(info_of(f, SENSOR_LIGHT).mode, "off");
}

static void light_is_polled_scaled_and_quiet(void **state)
{
	struct fixture *f = *state;
	struct fake_device *light = plug_light(0, "2500");
	unsigned said;

	begin(f);
	claim(f, SENSOR_LIGHT, 2 * S);
	assert_int_equal(said_integer(&f->said, "light/0/illuminance-mlux"), 250000);
	assert_int_equal(said_integer(&f->said, "light/0/illuminance-raw-mlux"), 250000);
	assert_int_equal(said_integer(&f->said, "light/0/stale"), 0);
	assert_string_equal(said_text(&f->said, "light/0/source"), "illuminance");
	assert_int_equal(said_integer(&f->said, "light/0/timestamp-ns"), (int64_t)f->now);
	said = f->said.said;
	light->reads = 0;
	f->wakes = 0;
	run(f, f->now + 100 * S);
	/* Steady: not one report, and one wake-up a poll. */
	assert_int_equal(f->said.said, said);
	assert_int_equal(light->reads, 50);
	assert_int_equal(f->wakes, 50);
}

static void polling_is_never_faster_than_half_a_second(void **state)
{
	struct fixture *f = *state;
	struct fake_device *light = plug_light(0, "2500");

	begin(f);
	claim(f, SENSOR_LIGHT, 20 * NS_PER_MS);
	light->reads = 0;
	run(f, f->now + 10 * S);
	assert_int_equal(light->reads, 20);
	/* A guest that claims and lets go all the time gains nothing. */
	light->reads = 0;
	for (int i = 0; i < 1000; i++) {
		sensors_release_owner(f->sensors, GUI, f->now);
		claim(f, SENSOR_LIGHT, 20 * NS_PER_MS);
		run(f, f->now + 10 * NS_PER_MS);
	}
	assert_in_range(light->reads, 1, 21);
}

static void configuration_may_poll_faster(void **state)
{
	struct fixture *f = *state;
	struct fake_device *light = plug_light(0, "2500");

	f->options.poll_min_ns = 100 * NS_PER_MS;
	begin(f);
	claim(f, SENSOR_LIGHT, 100 * NS_PER_MS);
	light->reads = 0;
	run(f, f->now + 10 * S);
	assert_int_equal(light->reads, 100);
}

static void a_dark_screen_makes_light_stale_not_power(void **state)
{
	struct fixture *f = *state;
	struct fake_device *light = plug_light(0, "2500");

	tree_put(f->root, "sys/class/power_supply/AC", "type", "Mains\n");
	tree_put(f->root, "sys/class/power_supply/AC", "online", "1\n");
	plug_accel(1, "0", "-1000", "0");
	begin(f);
	claim(f, SENSOR_LIGHT, 2 * S);
	claim(f, SENSOR_ORIENTATION, S);
	claim(f, SENSOR_POWER, 30 * S);
	assert_string_equal(said_text(&f->said, "orientation"), "normal");
	sensors_set_screen(f->sensors, false, f->now);
	assert_int_equal(said_integer(&f->said, "light/0/stale"), 1);
	assert_true(said_stale(&f->said, "light/0/illuminance-mlux"));
	assert_true(said_stale(&f->said, "orientation"));
	assert_false(said_stale(&f->said, "power/on-ac"));
	light->reads = 0;
	run(f, f->now + 60 * S);
	assert_int_equal(light->reads, 0);
	tree_put(f->root, "sys/class/power_supply/AC", "online", "0\n");
	run(f, f->now + 31 * S);
	assert_int_equal(said_integer(&f->said, "power/on-ac"), 0);
	sensors_set_screen(f->sensors, true, f->now);
	run(f, f->now + S);
	assert_int_equal(said_integer(&f->said, "light/0/stale"), 0);
	assert_false(said_stale(&f->said, "light/0/illuminance-mlux"));
	assert_false(said_stale(&f->said, "orientation"));
}

static void a_buffer_that_delivers_is_not_polled(void **state)
{
	struct fixture *f = *state;
	struct fake_device *accel = plug_accel(0, "0", "-1000", "0");

	accel->open_error = 0;
	begin(f);
	claim(f, SENSOR_ORIENTATION, 2 * S);
	assert_true(accel->open);
	assert_false(is_ready(f));
	accel->reads = 0;
	fake_deliver(accel, 1000, 0, 0);
	assert_true(is_ready(f));
	sensors_dispatch(f->sensors, f->now);
	assert_false(is_ready(f));
	/* The turn is said at once, the raw axes as often as was claimed. */
	assert_string_equal(said_text(&f->said, "orientation"), "left-up");
	assert_int_equal(said_integer(&f->said, "accel/0/x"), 9807);
	fake_deliver(accel, 0, -1000, 0);
	f->now += 100 * NS_PER_MS;
	sensors_dispatch(f->sensors, f->now);
	assert_string_equal(said_text(&f->said, "orientation"), "normal");
	assert_int_equal(said_integer(&f->said, "accel/0/x"), 9807);
	run(f, f->now + 2 * S);
	assert_int_equal(said_integer(&f->said, "accel/0/x"), 0);
	assert_int_equal(said_integer(&f->said, "accel/0/y"), -9807);
	run(f, f->now + 20 * S);
	assert_int_equal(accel->reads, 0);
	assert_string_equal(info_of(f, SENSOR_ORIENTATION).mode, "buffer");
}

/* A slow claim must not make the buffer too slow to prove itself. */
static void a_buffer_is_slowed_down_once_it_delivers(void **state)
{
	struct fixture *f = *state;
	struct fake_device *accel = plug_accel(0, "0", "-1000", "0");

	accel->open_error = 0;
	fake_set(accel, "sampling_frequency_available", "0.1 0.5 1 2 10 100");
	fake_set(accel, "sampling_frequency", "100");
	begin(f);
	claim(f, SENSOR_ORIENTATION, 10 * S);
	assert_string_equal(fake_get(accel, "sampling_frequency"), "2.000000");
	f->now += S / 2;
	fake_deliver(accel, 0, -1000, 0);
	sensors_dispatch(f->sensors, f->now);
	assert_string_equal(fake_get(accel, "sampling_frequency"), "0.100000");
	claim(f, SENSOR_ORIENTATION, S / 3);
	assert_string_equal(fake_get(accel, "sampling_frequency"), "10.000000");
}

static void a_silent_buffer_is_polled_within_two_seconds(void **state)
{
	struct fixture *f = *state;
	struct fake_device *light = plug_light(0, "2500");

	light->open_error = 0;
	begin(f);
	claim(f, SENSOR_LIGHT, 2 * S);
	run(f, f->now + 2 * S);
	assert_false(light->open);
	assert_int_equal(said_integer(&f->said, "light/0/illuminance-mlux"), 250000);
	assert_string_equal(info_of(f, SENSOR_LIGHT).mode, "silent");
	assert_string_equal(info_of(f, SENSOR_LIGHT).why, "its buffer says nothing");
	/* The resume probes again. */
	sensors_resume(f->sensors, f->now);
	run(f, f->now + S);
	assert_true(light->open);
	assert_int_equal(light->opens, 2);
}

static void light_from_input_intensity_and_rgb(void **state)
{
	struct fixture *f = *state;
	struct fake_device *input = fake_plug(0, "a");
	struct fake_device *intensity = fake_plug(1, "b");
	struct fake_device *rgb = fake_plug(2, "c");

	fake_set(input, "in_illuminance0_input", "12.5");
	fake_set(intensity, "in_intensity_both_raw", "90");
	fake_set(intensity, "in_intensity_scale", "0.5");
	fake_set(intensity, "in_intensity_offset", "10");
	fake_set(rgb, "in_intensity_red_raw", "100");
	fake_set(rgb, "in_intensity_green_raw", "100");
	fake_set(rgb, "in_intensity_blue_raw", "100");
	begin(f);
	claim(f, SENSOR_LIGHT, 2 * S);
	assert_int_equal(said_integer(&f->said, "light/0/illuminance-mlux"), 12500);
	assert_int_equal(said_integer(&f->said, "light/1/illuminance-mlux"), 50000);
	assert_int_equal(said_integer(&f->said, "light/2/illuminance-mlux"), 100000);
	assert_string_equal(said_text(&f->said, "light/2/source"), "rgb");
}

static void matrices_by_rank(void **state)
{
	struct fixture *f = *state;
	struct fake_device *accel = plug_accel(0, "-1000", "0", "0");
	struct matrix turned;
	char why[64];

	/* The first of the attributes has a zero row: the next one counts. */
	fake_set(accel, "in_accel_mount_matrix", "0, 1, 0; 0, 0, 0; 0, 0, 1");
	fake_set(accel, "mount_matrix", "0, 1, 0; 1, 0, 0; 0, 0, 1");
	begin(f);
	claim(f, SENSOR_ORIENTATION, S);
	assert_string_equal(said_text(&f->said, "orientation"), "normal");
	assert_string_equal(info_of(f, SENSOR_ORIENTATION).matrix_source, "mount_matrix");
	assert_string_equal(info_of(f, SENSOR_ORIENTATION).why,
			    "mount matrix from in_accel_mount_matrix refused: row 2 is zero");
	sensors_destroy(f->sensors);
	memset(&f->said, 0, sizeof(f->said));

	tree_put(f->root, "etc", "quirks", "[x]\ndmi = *pnT8*\nmount-matrix = 0, 1, 0; -1, 0, 0; 0, 0, 1\n");
	tree_put(f->root, "sys/class/dmi/id", "modalias", "dmi:svnA:pnT8:\n");
	char path[256];

	snprintf(path, sizeof(path), "%s/etc/quirks", f->root);
	f->options.quirks_path = path;
	begin(f);
	claim(f, SENSOR_ORIENTATION, S);
	assert_string_equal(said_text(&f->said, "orientation"), "bottom-up");
	assert_string_equal(info_of(f, SENSOR_ORIENTATION).matrix_source, "quirk");
	sensors_destroy(f->sensors);
	memset(&f->said, 0, sizeof(f->said));

	assert_int_equal(matrix_parse("-1, 0, 0; 0, 1, 0; 0, 0, 1", &turned, why, sizeof(why)), 0);
	f->options.matrix = &turned;
	begin(f);
	claim(f, SENSOR_ORIENTATION, S);
	assert_string_equal(said_text(&f->said, "orientation"), "left-up");
	assert_string_equal(info_of(f, SENSOR_ORIENTATION).matrix_source, "configuration");
	f->options.quirks_path = NULL;
}

static void the_base_does_not_turn_the_screen(void **state)
{
	struct fixture *f = *state;
	struct fake_device *base = plug_accel(0, "1000", "0", "0");

	fake_set(base, "location", "base");
	plug_accel(1, "0", "1000", "0");
	begin(f);
	claim(f, SENSOR_ORIENTATION, S);
	assert_string_equal(said_text(&f->said, "orientation"), "bottom-up");
	/* With the lid's own gone, nobody knows. */
	fake_devices[1].plugged = false;
	sensors_notify(f->sensors, EVENTS_IIO, f->now);
	run(f, f->now + S);
	assert_string_equal(said_text(&f->said, "orientation"), "(missing)");
}

static void proximity_and_lid(void **state)
{
	struct fixture *f = *state;
	struct fake_device *proximity = fake_plug(0, "prox");
	struct fake_device *lid = fake_plug(1, "cros-ec-lid-angle");

	fake_set(proximity, "in_proximity_raw", "99");
	fake_set(proximity, "in_proximity_nearlevel", "100");
	fake_set(lid, "in_angl_raw", "180");
	begin(f);
	claim(f, SENSOR_PROXIMITY, S);
	claim(f, SENSOR_LID, S);
	assert_int_equal(said_integer(&f->said, "proximity/0/near"), 0);
	assert_int_equal(said_integer(&f->said, "lid/0/angle-mrad"), 3142);
	fake_set(proximity, "in_proximity_raw", "100");
	run(f, f->now + S);
	assert_int_equal(said_integer(&f->said, "proximity/0/near"), 1);
	fake_set(proximity, "in_proximity_raw", "95");
	run(f, f->now + S);
	assert_int_equal(said_integer(&f->said, "proximity/0/near"), 1);
	fake_set(proximity, "in_proximity_raw", "80");
	run(f, f->now + S);
	assert_int_equal(said_integer(&f->said, "proximity/0/near"), 0);
}

static void bursts_of_power_events_are_read_twice(void **state)
{
	struct fixture *f = *state;
	unsigned wakes;

	tree_put(f->root, "sys/class/power_supply/AC", "type", "Mains\n");
	tree_put(f->root, "sys/class/power_supply/AC", "online", "0\n");
	begin(f);
	claim(f, SENSOR_POWER, 30 * S);
	f->now += 5 * S;
	/* The first is followed at once. */
	tree_put(f->root, "sys/class/power_supply/AC", "online", "1\n");
	sensors_notify(f->sensors, EVENTS_POWER, f->now);
	sensors_dispatch(f->sensors, f->now);
	assert_int_equal(said_integer(&f->said, "power/on-ac"), 1);
	/* The rest together. */
	wakes = f->wakes;
	for (int i = 0; i < 20; i++) {
		tree_put(f->root, "sys/class/power_supply/AC", "online", i == 19 ? "0\n" : "1\n");
		sensors_notify(f->sensors, EVENTS_POWER, f->now);
		sensors_dispatch(f->sensors, f->now);
		run(f, f->now + NS_PER_MS);
	}
	assert_int_equal(said_integer(&f->said, "power/on-ac"), 1);
	run(f, f->now + S);
	assert_int_equal(said_integer(&f->said, "power/on-ac"), 0);
	assert_int_equal(f->wakes, wakes + 1);
}

static void replay_says_all_of_it_again(void **state)
{
	struct fixture *f = *state;
	struct said again = { .count = 0 };

	plug_light(0, "2500");
	begin(f);
	claim(f, SENSOR_LIGHT, 2 * S);
	sensors_replay(f->sensors, said_value, &again);
	assert_int_equal(again.count, f->said.count);
	assert_int_equal(said_integer(&again, "light/0/illuminance-mlux"), 250000);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(without_a_claim_nothing_is_read),
		T(light_is_polled_scaled_and_quiet),
		T(polling_is_never_faster_than_half_a_second),
		T(configuration_may_poll_faster),
		T(a_dark_screen_makes_light_stale_not_power),
		T(a_buffer_that_delivers_is_not_polled),
		T(a_buffer_is_slowed_down_once_it_delivers),
		T(a_silent_buffer_is_polled_within_two_seconds),
		T(light_from_input_intensity_and_rgb),
		T(matrices_by_rank),
		T(the_base_does_not_turn_the_screen),
		T(proximity_and_lid),
		T(bursts_of_power_events_are_read_twice),
		T(replay_says_all_of_it_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
