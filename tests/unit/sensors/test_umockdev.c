/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Odd hardware as the kernel would show it, with udev's events and properties, through both backends. */
#include "tests/unit/testing.h"

#include <dirent.h>
#include <malloc.h>
#include <poll.h>
#include <umockdev.h>

#include "hub/core/clock.h"
#include "sensors/burst.h"
#include "sensors/sensors.h"
#include "tests/unit/sensors/said.h"

#define BATTERY "/sys/devices/LNXSYSTM:00/PNP0C0A:00/power_supply/BAT0"
#define CHARGER "/sys/devices/platform/GEN7:00/power_supply/ACTIVE CHARGER.7"
#define USBC    "/sys/devices/platform/USBC000:00/power_supply/ucsi-source-psy-USBC000:001"
#define ACCEL   "/sys/devices/platform/80860F41:04/i2c-12/i2c-BMA250E:00/iio:device0"

#define S NS_PER_S

static const struct sensors_listener listener = { said_value, said_removed, said_warning };

struct fixture {
	UMockdevTestbed *testbed;
	struct said said;
	struct sensors *sensors;
	uint64_t now;
};

static int setup_machine(void **state, const char *path)
{
	struct fixture *f = calloc(1, sizeof(*f));
	GError *error = NULL;

	f->testbed = umockdev_testbed_new();
	if (!umockdev_testbed_add_from_file(f->testbed, path, &error))
		fail_msg("%s", error->message);
	f->now = 1000 * S;
	*state = f;
	return 0;
}

static int setup(void **state)
{
	return setup_machine(state, FIXTURES "/tablet.umockdev");
}

static int setup_odd(void **state)
{
	return setup_machine(state, FIXTURES "/odd.umockdev");
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	sensors_destroy(f->sensors);
	g_object_unref(f->testbed);
	free(f);
	return 0;
}

static void begin(struct fixture *f, enum sensors_backend backend)
{
	struct sensors_options options = { .backend = backend };

	assert_int_equal(sensors_create(&f->sensors, &options, &listener, &f->said, f->now), 0);
	for (int class = 0; class < SENSOR_CLASSES; class ++)
		assert_int_equal(sensors_claim(f->sensors, 1, (enum sensor_class) class, S, f->now), 0);
	sensors_dispatch(f->sensors, f->now);
}

static void begin_libiio(struct fixture *f)
{
#ifdef XENHUB_HAVE_LIBIIO
	begin(f, SENSORS_BACKEND_LIBIIO);
	assert_string_equal(sensors_backend_name(f->sensors), "libiio");
#else
	skip();
#endif
}

static void run(struct fixture *f, uint64_t until)
{
	while (sensors_deadline(f->sensors) <= until) {
		f->now = sensors_deadline(f->sensors) > f->now ? sensors_deadline(f->sensors) : f->now;
		sensors_dispatch(f->sensors, f->now);
	}
	f->now = until;
}

/* Waits for the event itself: it comes through a socket, from another thread. */
static void wait_for_event(struct fixture *f)
{
	struct pollfd pollfd = { sensors_fd(f->sensors), POLLIN, 0 };

	assert_int_equal(poll(&pollfd, 1, 5000), 1);
	sensors_dispatch(f->sensors, f->now);
}

static void check_tablet(struct fixture *f)
{
	assert_int_equal(said_integer(&f->said, "power/percent"), 62);
	assert_int_equal(said_integer(&f->said, "power/on-ac"), 0);
	/* charge × design voltage; 0xffff of milliampere is no current. */
	assert_int_equal(said_integer(&f->said, "power/energy-now"), 23560000);
	assert_int_equal(said_integer(&f->said, "power/power-now"), 0);
	assert_int_equal(said_integer(&f->said, "power/time-to-empty"), SAID_MISSING);
	assert_true(said_find(&f->said, "power/battery/bat0/manufacturer") != NULL);
	for (const char *c = said_text(&f->said, "power/battery/bat0/manufacturer"); *c; c++)
		assert_in_range(*c, 0x20, 0x7e);
	assert_int_equal(said_integer(&f->said, "power/mains/active-charger-7/online"), 0);
	assert_int_equal(said_integer(&f->said, "power/mains/test-ac/online"), SAID_MISSING);
	assert_int_equal(said_integer(&f->said, "light/0/illuminance-mlux"), 421000);
	/* udev's matrix stands above the kernel's, which has a zero row. */
	assert_string_equal(said_text(&f->said, "orientation"), "normal");
	assert_int_equal(said_integer(&f->said, "accel/0/y"), -9807);
}

static void the_tablet_through_sysfs(void **state)
{
	struct fixture *f = *state;

	begin(f, SENSORS_BACKEND_SYSFS);
	check_tablet(f);
}

static void the_tablet_through_libiio(void **state)
{
	struct fixture *f = *state;

	begin_libiio(f);
	check_tablet(f);
}

static const struct iiosensor_info *row(const struct iiosensor_info *rows, unsigned count, const char *driver)
{
	for (unsigned i = 0; i < count; i++)
		if (!strcmp(rows[i].driver, driver))
			return &rows[i];
	fail_msg("no sensor %s", driver);
	return rows;
}

static void check_odd(struct fixture *f)
{
	struct iiosensor_info rows[SENSORS_MAX];
	unsigned count;

	/* A hundredth of a watt is believed, and the ten weeks that follow from it are not. */
	assert_int_equal(said_integer(&f->said, "power/power-now"), 10000);
	assert_int_equal(said_integer(&f->said, "power/time-to-empty"), SAID_MISSING);
	assert_int_equal(said_integer(&f->said, "power/percent"), 41);
	assert_int_equal(said_integer(&f->said, "power/battery/bat1/voltage-now"), SAID_MISSING);
	assert_int_equal(said_integer(&f->said, "power/battery/bat1/cycle-count"), SAID_MISSING);
	assert_int_equal(said_integer(&f->said, "power/battery/bat1/temp"), SAID_MISSING);
	assert_string_equal(said_text(&f->said, "power/battery/bat1/model-name"), "(missing)");
	assert_int_equal(said_integer(&f->said, "power/battery/bat2/present"), 0);
	assert_int_equal(said_integer(&f->said, "power/battery/bat2/capacity"), SAID_MISSING);
	assert_int_equal(said_integer(&f->said, "power/battery/test-battery/present"), SAID_MISSING);
	assert_int_equal(said_integer(&f->said, "power/mains/test-ac/online"), SAID_MISSING);
	assert_int_equal(said_integer(&f->said, "power/usb/ucsi-source-psy-usbc000-001/online"), 2);
	assert_int_equal(said_integer(&f->said, "power/on-ac"), 1);

	/* A matrix with a zero row is refused with the reason, and the sensor read without one. */
	assert_string_equal(said_text(&f->said, "orientation"), "left-up");
	count = sensors_info(f->sensors, rows, SENSORS_MAX);
	assert_int_equal(count, 3);
	assert_string_equal(row(rows, count, "zerorow")->matrix_source, "none");
	assert_non_null(strstr(row(rows, count, "zerorow")->why, "row 2 is zero"));
	assert_string_equal(row(rows, count, "dark")->mode, "failed");
	assert_non_null(strstr(row(rows, count, "dark")->why, "scale is 0"));
	assert_int_equal(row(rows, count, "nanny")->values, 0);
	run(f, f->now + 1000 * S);
	sensors_info(f->sensors, rows, SENSORS_MAX);
	assert_string_equal(row(rows, count, "nanny")->mode, "failed");
	assert_string_equal(row(rows, count, "zerorow")->mode, "poll");
}

static void odd_hardware_through_sysfs(void **state)
{
	begin(*state, SENSORS_BACKEND_SYSFS);
	check_odd(*state);
}

static void odd_hardware_through_libiio(void **state)
{
	begin_libiio(*state);
	check_odd(*state);
}

static void a_uevent_is_followed_at_once(void **state)
{
	struct fixture *f = *state;

	begin(f, SENSORS_BACKEND_SYSFS);
	umockdev_testbed_set_attribute(f->testbed, USBC, "online", "2\n");
	umockdev_testbed_set_attribute(f->testbed, BATTERY, "status", "Unknown\n");
	umockdev_testbed_uevent(f->testbed, USBC, "change");
	wait_for_event(f);
	assert_int_equal(said_integer(&f->said, "power/on-ac"), 1);
	assert_int_equal(said_integer(&f->said, "power/usb/ucsi-source-psy-usbc000-001/online"), 2);
	assert_string_equal(said_text(&f->said, "power/status"), "not-charging");
}

/* The kernel's own words are reported, and sysfs is read when the burst is over. */
static void what_a_uevent_says_comes_before_any_reading(void **state)
{
	struct fixture *f = *state;

	begin(f, SENSORS_BACKEND_SYSFS);
	umockdev_testbed_set_property(f->testbed, BATTERY, "POWER_SUPPLY_CAPACITY", "61");
	umockdev_testbed_set_property(f->testbed, BATTERY, "POWER_SUPPLY_STATUS", "Charging");
	for (int i = 0; i < 3; i++) {
		umockdev_testbed_uevent(f->testbed, BATTERY, "change");
		wait_for_event(f);
		assert_int_equal(said_integer(&f->said, "power/percent"), 61);
		assert_string_equal(said_text(&f->said, "power/status"), "charging");
	}
	assert_int_equal(said_integer(&f->said, "power/battery/bat0/capacity"), 62);
	umockdev_testbed_set_attribute(f->testbed, BATTERY, "capacity", "60\n");
	run(f, f->now + BURST_NS);
	assert_int_equal(said_integer(&f->said, "power/percent"), 60);
	assert_int_equal(said_integer(&f->said, "power/battery/bat0/capacity"), 60);
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

static void replug(struct fixture *f, unsigned present)
{
	umockdev_testbed_uevent(f->testbed, ACCEL, "remove");
	umockdev_testbed_remove_device(f->testbed, ACCEL);
	wait_for_event(f);
	run(f, f->now + S);
	assert_string_equal(said_text(&f->said, "orientation"), "(missing)");
	assert_int_equal(said_integer(&f->said, "accel/0/x"), SAID_MISSING);
	umockdev_testbed_add_from_string(
		f->testbed,
		"P: /devices/platform/80860F41:04/i2c-12/i2c-BMA250E:00/iio:device0\n"
		"E: SUBSYSTEM=iio\n"
		"E: DEVTYPE=iio_device\n"
		"A: name=bma250e\\n\n"
		"A: in_accel_x_raw=0\\n\n"
		"A: in_accel_y_raw=256\\n\n"
		"A: in_accel_z_raw=0\\n\n"
		"A: in_accel_scale=0.038307\\n\n",
		NULL);
	umockdev_testbed_uevent(f->testbed, ACCEL, "add");
	wait_for_event(f);
	run(f, f->now + S);
	assert_string_equal(said_text(&f->said, "orientation"), "bottom-up");
	assert_int_equal(f->said.count, present);
}

/* Descriptors exactly, memory as the allocator counts it, after the first rounds have filled its caches. */
static void fifty_replugs(struct fixture *f)
{
	struct mallinfo2 before;
	unsigned present;
	int descriptors;

	present = f->said.count;
	for (int i = 0; i < 5; i++)
		replug(f, present);
	descriptors = open_descriptors();
	before = mallinfo2();
	for (int i = 0; i < 50; i++) {
		replug(f, present);
		assert_int_equal(open_descriptors(), descriptors);
	}
	print_message("50 replugs: %ld bytes more in use\n", (long)(mallinfo2().uordblks - before.uordblks));
	assert_true(mallinfo2().uordblks < before.uordblks + 64 * 1024);
}

static void fifty_replugs_through_sysfs(void **state)
{
	begin(*state, SENSORS_BACKEND_SYSFS);
	fifty_replugs(*state);
}

static void fifty_replugs_through_libiio(void **state)
{
	begin_libiio(*state);
	fifty_replugs(*state);
}

#define T(name)   cmocka_unit_test_setup_teardown(name, setup, teardown)
#define ODD(name) cmocka_unit_test_setup_teardown(name, setup_odd, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_tablet_through_sysfs),     T(the_tablet_through_libiio),
		T(a_uevent_is_followed_at_once), T(what_a_uevent_says_comes_before_any_reading),
		T(fifty_replugs_through_sysfs),  T(fifty_replugs_through_libiio),
		ODD(odd_hardware_through_sysfs), ODD(odd_hardware_through_libiio),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
