/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole, with hardware that fails, lies, hangs, comes and goes. */
#include "tests/unit/testing.h"

#include <dirent.h>
#include <errno.h>

#include "sensors/events.h"
#include "sensors/iio/capture.h"
#include "tests/unit/sensors/fixture.h"
#include "tests/unit/sensors/tree.h"

static void one_error_is_nothing_and_endless_ones_are_the_end(void **state)
{
	struct fixture *f = *state;
	struct fake_device *light = plug_light(0, "2500");

	begin(f);
	claim(f, SENSOR_LIGHT, 2 * S);
	fake_fail(light, "in_illuminance_raw", -EIO);
	run(f, f->now + 2 * S);
	assert_int_equal(said_integer(&f->said, "light/0/stale"), 0);
	fake_set(light, "in_illuminance_raw", "2500");
	run(f, f->now + 2 * S);
	assert_string_equal(info_of(f, SENSOR_LIGHT).why, "");

	fake_fail(light, "in_illuminance_raw", -EIO);
	run(f, f->now + 7 * S);
	assert_int_equal(said_integer(&f->said, "light/0/stale"), 1);
	run(f, f->now + 1000 * S);
	assert_string_equal(info_of(f, SENSOR_LIGHT).mode, "failed");
	assert_true(strstr(info_of(f, SENSOR_LIGHT).why, strerror(EIO)) != NULL);
	assert_int_equal(said_integer(&f->said, "light/0/illuminance-mlux"), SAID_MISSING);
	assert_true(sensors_deadline(f->sensors) == CLOCK_NEVER);

	fake_set(light, "in_illuminance_raw", "500");
	sensors_notify(f->sensors, EVENTS_IIO, f->now);
	run(f, f->now + S);
	assert_int_equal(said_integer(&f->said, "light/0/illuminance-mlux"), 50000);
	assert_string_equal(info_of(f, SENSOR_LIGHT).mode, "poll");
}

static void bad_scales_are_refused_with_the_reason(void **state)
{
	static const struct {
		const char *scale, *why;
	} cases[] = {
		{ "0", "in_illuminance_scale is 0, which measures nothing" },
		{ "nan", "in_illuminance_scale cannot be used: not a number" },
		{ "-1", "in_illuminance_scale is -1, which measures nothing" },
		{ "1e400", "in_illuminance_scale cannot be used: Numerical result out of range" },
	};
	struct fixture *f = *state;
	struct fake_device *light = plug_light(0, "2500");

	begin(f);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		fake_set(light, "in_illuminance_scale", cases[i].scale);
		sensors_notify(f->sensors, EVENTS_IIO, f->now);
		sensors_dispatch(f->sensors, f->now);
		claim(f, SENSOR_LIGHT, 2 * S);
		assert_string_equal(info_of(f, SENSOR_LIGHT).mode, "failed");
#ifdef __GLIBC__
		assert_string_equal(info_of(f, SENSOR_LIGHT).why, cases[i].why);
#endif
		assert_true(sensors_deadline(f->sensors) == CLOCK_NEVER);
		f->now += S;
	}
	fake_set(light, "in_illuminance_scale", "0.2");
	sensors_notify(f->sensors, EVENTS_IIO, f->now);
	run(f, f->now + S);
	assert_int_equal(said_integer(&f->said, "light/0/illuminance-mlux"), 500000);
}

static void bad_samples_are_errors(void **state)
{
	static const char *const bad[] = { "", "dark", "9223372036854775808", "1e300", "nan" };
	struct fixture *f = *state;
	struct fake_device *light = plug_light(0, "2500");

	begin(f);
	claim(f, SENSOR_LIGHT, 2 * S);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		fake_set(light, "in_illuminance_raw", bad[i]);
		run(f, f->now + 2 * S);
		fake_set(light, "in_illuminance_raw", "2500");
		run(f, f->now + 2 * S);
		assert_int_equal(said_integer(&f->said, "light/0/illuminance-raw-mlux"), 250000);
	}
}

static void a_second_accelerometer_takes_over(void **state)
{
	struct fixture *f = *state;
	struct fake_device *first = plug_accel(0, "0", "-1000", "0");

	plug_accel(1, "0", "1000", "0");
	begin(f);
	claim(f, SENSOR_ORIENTATION, S);
	assert_string_equal(said_text(&f->said, "orientation"), "normal");
	/* 9 km/s²: no error of the bus, and no value either. */
	fake_set(first, "in_accel_x_raw", "999999999");
	run(f, f->now + 1000 * S);
	assert_string_equal(info_of(f, SENSOR_ORIENTATION).mode, "failed");
	assert_int_equal(said_integer(&f->said, "accel/0/y"), SAID_MISSING);
	assert_string_equal(said_text(&f->said, "orientation"), "bottom-up");
}

static int open_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static void fifty_replugs_leave_nothing_behind(void **state)
{
	struct fixture *f = *state;
	int descriptors = 0;

	begin(f);
	claim(f, SENSOR_LIGHT, 2 * S);
	claim(f, SENSOR_ORIENTATION, S);
	claim(f, SENSOR_POWER, 30 * S);
	for (int i = 0; i < 50; i++) {
		plug_light(0, "2500");
		plug_accel(1, "0", "-1000", "0")->open_error = 0;
		tree_put(f->root, "sys/class/power_supply/BAT0", "type", "Battery\n");
		tree_put(f->root, "sys/class/power_supply/BAT0", "capacity", "70\n");
		sensors_notify(f->sensors, EVENTS_IIO | EVENTS_POWER, f->now);
		run(f, f->now + S);
		assert_true(fake_devices[1].open);
		fake_deliver(&fake_devices[1], 0, -1000, 0);
		sensors_dispatch(f->sensors, f->now);
		assert_int_equal(said_integer(&f->said, "light/0/illuminance-mlux"), 250000);
		assert_string_equal(said_text(&f->said, "orientation"), "normal");
		assert_int_equal(said_integer(&f->said, "power/percent"), 70);

		fake_devices[0].plugged = false;
		fake_devices[1].plugged = false;
		tree_remove(f->root, "sys/class/power_supply/BAT0");
		sensors_notify(f->sensors, EVENTS_IIO | EVENTS_POWER, f->now);
		run(f, f->now + S);
		assert_int_equal(f->said.count, 0);
		if (!descriptors)
			descriptors = open_descriptors();
		assert_int_equal(open_descriptors(), descriptors);
	}
}

static void a_bus_that_fails_takes_nothing_else_along(void **state)
{
	struct fixture *f = *state;

	/* A context that cannot be opened: sysfs is read, and power there as ever. */
	tree_put(f->root, "sys/class/power_supply/AC", "type", "Mains\n");
	tree_put(f->root, "sys/class/power_supply/AC", "online", "0\n");
	tree_put(f->root, "sys/bus/iio/devices/iio:device0", "name", "als\n");
	tree_put(f->root, "sys/bus/iio/devices/iio:device0", "in_illuminance_input", "70\n");
	fake_create_error = -EACCES;
	begin(f);
	claim(f, SENSOR_POWER, 30 * S);
	claim(f, SENSOR_LIGHT, 2 * S);
	assert_string_equal(sensors_backend_name(f->sensors), "sysfs");
	assert_int_equal(said_integer(&f->said, "power/on-ac"), 0);
	assert_int_equal(said_integer(&f->said, "light/0/illuminance-mlux"), 70000);
	sensors_destroy(f->sensors);
	f->said.count = 0;
	fake_create_error = 0;

	/* Power works without IIO, and IIO comes back with its next event. */
	fake_list_error = -EIO;
	plug_light(0, "2500");
	tree_put(f->root, "sys/class/power_supply/AC", "online", "1\n");
	begin(f);
	claim(f, SENSOR_POWER, 30 * S);
	claim(f, SENSOR_LIGHT, 2 * S);
	assert_int_equal(said_integer(&f->said, "power/on-ac"), 1);
	assert_int_equal(said_integer(&f->said, "light/0/illuminance-mlux"), SAID_MISSING);
	fake_list_error = 0;
	sensors_notify(f->sensors, EVENTS_IIO, f->now);
	sensors_dispatch(f->sensors, f->now);
	assert_int_equal(said_integer(&f->said, "light/0/illuminance-mlux"), 250000);
}

/* Firmware that is asked again within half a second answers never again: whatever happens, it is not. */
static void a_sensor_that_hangs_when_polled_fast_never_does(void **state)
{
	struct fixture *f = *state;
	struct rng rng = { 20 };
	unsigned reads = 0;

	for (int turn = 0; turn < 40; turn++) {
		struct fake_device *light = plug_light(0, "2500");
		bool buffered = turn % 2;

		light->open_error = buffered ? 0 : -ENOTSUP;
		light->clock = &f->now;
		light->hangs_within = CAPTURE_POLL_MIN_NS;
		begin(f);
		for (int step = 0; step < 300; step++) {
			enum sensor_class class = rng_below(&rng, 2) ? SENSOR_LIGHT : SENSOR_ORIENTATION;

			switch (rng_below(&rng, 8)) {
			case 0:
				sensors_release_owner(f->sensors, GUI, f->now);
				break;
			case 1:
				sensors_set_screen(f->sensors, rng_below(&rng, 2), f->now);
				break;
			case 2:
				sensors_resume(f->sensors, f->now);
				break;
			case 3:
				sensors_notify(f->sensors, EVENTS_IIO, f->now);
				break;
			case 4:
				/* It fails by itself for a while. */
				fake_fail(light, "in_illuminance_raw", rng_below(&rng, 2) ? -EIO : 0);
				break;
			case 5:
				if (light->open)
					fake_deliver(light, rng_below(&rng, 5000), 0, 0);
				break;
			default:
				claim(f, class, 1 + rng_below(&rng, 3000) * NS_PER_MS);
				break;
			}
			sensors_dispatch(f->sensors, f->now);
			run(f, f->now + rng_below(&rng, 900) * NS_PER_MS);
			assert_false(light->hung);
		}
		reads += light->reads;
		sensors_destroy(f->sensors);
		f->sensors = NULL;
		f->said.count = 0;
		f->wakes = 0;
		fake_reset();
	}
	assert_in_range(reads, 1000, 12000);
}

/* A guest's claim that says nothing new costs nothing. */
static void a_battery_is_not_read_to_death(void **state)
{
	struct fixture *f = *state;

	tree_put(f->root, "sys/class/power_supply/BAT0", "type", "Battery\n");
	tree_put(f->root, "sys/class/power_supply/BAT0", "capacity", "70\n");
	begin(f);
	f->wakes = 0;
	for (int i = 0; i < 1000; i++) {
		claim(f, SENSOR_POWER, 20 * NS_PER_MS);
		run(f, f->now + 10 * NS_PER_MS);
		sensors_release_owner(f->sensors, GUI, f->now);
	}
	assert_in_range(f->wakes, 0, 21);
	assert_true(sensors_deadline(f->sensors) == CLOCK_NEVER);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(one_error_is_nothing_and_endless_ones_are_the_end),
		T(bad_scales_are_refused_with_the_reason),
		T(bad_samples_are_errors),
		T(a_second_accelerometer_takes_over),
		T(fifty_replugs_leave_nothing_behind),
		T(a_bus_that_fails_takes_nothing_else_along),
		T(a_sensor_that_hangs_when_polled_fast_never_does),
		T(a_battery_is_not_read_to_death),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
