/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sysfs backend, with a pipe in the place of /dev/iio:device0. */
#include "tests/unit/testing.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hub/core/clock.h"
#include "sensors/iio/bus.h"
#include "sensors/sensors.h"
#include "tests/unit/sensors/said.h"
#include "tests/unit/sensors/tree.h"

#define DEV  "sys/bus/iio/devices/iio:device0"
#define TRIG "sys/bus/iio/devices/trigger0"

struct fixture {
	char *root;
	struct iiobus *bus;
	int pipe;
};

static const char *const axes[] = { "accel_x", "accel_y", "accel_z" };

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->root = tree_create();
	f->pipe = -1;
	assert_int_equal(iiobus_sysfs.create(&f->bus, f->root), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	if (f->pipe >= 0)
		close(f->pipe);
	f->bus->ops->destroy(f->bus);
	tree_destroy(f->root);
	free(f);
	return 0;
}

static void put_accel(struct fixture *f, const char *type)
{
	static const char *const indices[] = { "2", "0", "1" };
	char name[64];
	char path[256];

	tree_put(f->root, DEV, "name", "accel_3d\n");
	tree_put(f->root, DEV, "in_accel_scale", "0.00980665\n");
	for (int i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "in_%s_raw", axes[i]);
		tree_put(f->root, DEV, name, "0\n");
		snprintf(name, sizeof(name), "in_%s_en", axes[i]);
		tree_put(f->root, DEV "/scan_elements", name, "0\n");
		snprintf(name, sizeof(name), "in_%s_index", axes[i]);
		tree_put(f->root, DEV "/scan_elements", name, indices[i]);
		snprintf(name, sizeof(name), "in_%s_type", axes[i]);
		tree_put(f->root, DEV "/scan_elements", name, type);
	}
	tree_put(f->root, DEV "/scan_elements", "in_timestamp_en", "1\n");
	tree_put(f->root, DEV "/scan_elements", "in_timestamp_index", "3\n");
	tree_put(f->root, DEV "/scan_elements", "in_timestamp_type", "le:s64/64>>0\n");
	tree_put(f->root, DEV "/buffer", "enable", "0\n");
	tree_put(f->root, DEV "/buffer", "length", "2\n");
	tree_put(f->root, DEV "/trigger", "current_trigger", "\n");
	tree_put(f->root, TRIG, "name", "accel_3d-dev0\n");
	tree_put(f->root, "dev", "iio:device0", "");
	snprintf(path, sizeof(path), "%s/dev/iio:device0", f->root);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
}

static void attr_is(struct fixture *f, const char *attr, const char *expected)
{
	char text[64];

	assert_int_equal(f->bus->ops->read(f->bus, "iio:device0", attr, text, sizeof(text)), 0);
	assert_string_equal(text, expected);
}

static void devices_are_listed_and_triggers_are_not(void **state)
{
	struct fixture *f = *state;
	struct iiobus_device devices[4];

	assert_int_equal(f->bus->ops->list(f->bus, devices, 4), 0);
	put_accel(f, "le:s16/16>>0\n");
	tree_put(f->root, "sys/bus/iio/devices/iio:device10", "name", "b\x1b\n");
	tree_put(f->root, "sys/bus/iio/devices/iio:device2", "in_x", "1");
	assert_int_equal(f->bus->ops->list(f->bus, devices, 4), 3);
	assert_string_equal(devices[0].id, "iio:device0");
	assert_string_equal(devices[0].name, "accel_3d");
	assert_string_equal(devices[1].id, "iio:device2");
	assert_string_equal(devices[1].name, "");
	assert_string_equal(devices[2].name, "b?");
	assert_int_equal(f->bus->ops->list(f->bus, devices, 2), 2);
}

static void a_buffer_with_its_trigger(void **state)
{
	struct fixture *f = *state;
	struct iiobus_capture *capture;
	int64_t values[3];
	uint64_t at;
	/* y, z, x: the order of the indices; 2 + 4 bits below. */
	const uint8_t scan[] = { 0xf0, 0xff, 0x20, 0x00, 0x30, 0x00 };
	char path[256];

	put_accel(f, "le:s12/16>>4\n");
	assert_int_equal(f->bus->ops->open(f->bus, "iio:device0", axes, 3, &capture), 0);
	attr_is(f, "trigger/current_trigger", "accel_3d-dev0");
	attr_is(f, "scan_elements/in_accel_x_en", "1");
	/* Left on by someone; there is no clock to ask for, so it goes. */
	attr_is(f, "scan_elements/in_timestamp_en", "0");
	attr_is(f, "buffer/enable", "1");

	snprintf(path, sizeof(path), "%s/dev/iio:device0", f->root);
	f->pipe = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(f->pipe >= 0);
	assert_int_equal(f->bus->ops->next(capture, values, &at), 0);
	assert_int_equal(write(f->pipe, scan, sizeof(scan)), sizeof(scan));
	assert_int_equal(f->bus->ops->next(capture, values, &at), 1);
	assert_int_equal(values[0], 3);
	assert_int_equal(values[1], -1);
	assert_int_equal(values[2], 2);
	assert_int_equal(at, 0);
	assert_int_equal(f->bus->ops->next(capture, values, &at), 0);
	/* Half a scan is an error, and so is the end. */
	assert_int_equal(write(f->pipe, scan, 3), 3);
	assert_int_equal(f->bus->ops->next(capture, values, &at), -EIO);
	close(f->pipe);
	f->pipe = -1;
	assert_int_equal(f->bus->ops->next(capture, values, &at), -ENODEV);
	f->bus->ops->close(capture);
	attr_is(f, "buffer/enable", "0");
	attr_is(f, "scan_elements/in_accel_x_en", "0");
}

static void timestamps_where_the_clock_can_be_chosen(void **state)
{
	struct fixture *f = *state;
	struct iiobus_capture *capture;
	int64_t values[3];
	uint64_t at;
	uint8_t scan[16] = { 1, 0, 2, 0, 3, 0 };
	char path[256];

	put_accel(f, "le:s16/16>>0\n");
	tree_put(f->root, DEV, "current_timestamp_clock", "realtime\n");
	assert_int_equal(f->bus->ops->open(f->bus, "iio:device0", axes, 3, &capture), 0);
	snprintf(path, sizeof(path), "%s/dev/iio:device0", f->root);
	f->pipe = open(path, O_WRONLY | O_CLOEXEC);
	scan[9] = 1;
	assert_int_equal(write(f->pipe, scan, sizeof(scan)), sizeof(scan));
	assert_int_equal(f->bus->ops->next(capture, values, &at), 1);
	assert_int_equal(values[0], 3);
	assert_int_equal(at, 256);
	f->bus->ops->close(capture);
}

static void what_cannot_be_buffered_says_so(void **state)
{
	struct fixture *f = *state;
	struct iiobus_capture *capture;
	static const char *const strange[] = { "accel_q" };

	tree_put(f->root, DEV, "name", "accel_3d\n");
	assert_int_equal(f->bus->ops->open(f->bus, "iio:device0", axes, 3, &capture), -ENOTSUP);
	put_accel(f, "le:s16/16>>0\n");
	tree_remove(f->root, TRIG);
	assert_int_equal(f->bus->ops->open(f->bus, "iio:device0", axes, 3, &capture), -ENOTSUP);
	put_accel(f, "le:s99/16>>0\n");
	assert_int_equal(f->bus->ops->open(f->bus, "iio:device0", axes, 3, &capture), -EINVAL);
	assert_int_equal(f->bus->ops->open(f->bus, "iio:device0", strange, 1, &capture), -ENOENT);
	attr_is(f, "scan_elements/in_accel_x_en", "0");
}

/* From the pipe to the listener. */
static void a_turn_comes_through_the_buffer(void **state)
{
	static const struct sensors_listener listener = { said_value, said_removed, said_warning };
	struct fixture *f = *state;
	struct said said = { .count = 0 };
	struct sensors_options options = { .root = f->root,
					   .backend = SENSORS_BACKEND_SYSFS,
					   .no_udev = true };
	struct sensors *sensors;
	/* -1000 and 1000, little-endian as the scan's type says. */
	const uint8_t normal[] = { 0x18, 0xfc, 0, 0, 0, 0 };
	const uint8_t left_up[] = { 0, 0, 0, 0, 0xe8, 0x03 };
	char path[256];

	put_accel(f, "le:s16/16>>0\n");
	assert_int_equal(sensors_create(&sensors, &options, &listener, &said, NS_PER_S), 0);
	assert_string_equal(sensors_backend_name(sensors), "sysfs");
	assert_int_equal(sensors_claim(sensors, 1, SENSOR_ORIENTATION, NS_PER_S, NS_PER_S), 0);
	sensors_dispatch(sensors, NS_PER_S);
	snprintf(path, sizeof(path), "%s/dev/iio:device0", f->root);
	f->pipe = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(f->pipe >= 0);
	assert_int_equal(write(f->pipe, normal, sizeof(normal)), sizeof(normal));
	sensors_dispatch(sensors, NS_PER_S + 1);
	assert_string_equal(said_text(&said, "orientation"), "normal");
	assert_int_equal(write(f->pipe, left_up, sizeof(left_up)), sizeof(left_up));
	sensors_dispatch(sensors, NS_PER_S + 2);
	assert_string_equal(said_text(&said, "orientation"), "left-up");
	/* Two that came together: the first leaves it ready for the second. */
	assert_int_equal(write(f->pipe, normal, sizeof(normal)), sizeof(normal));
	assert_int_equal(write(f->pipe, left_up, sizeof(left_up)), sizeof(left_up));
	sensors_dispatch(sensors, NS_PER_S + 3);
	assert_string_equal(said_text(&said, "orientation"), "normal");
	assert_int_equal(poll(&(struct pollfd){ sensors_fd(sensors), POLLIN, 0 }, 1, 0), 1);
	sensors_dispatch(sensors, NS_PER_S + 4);
	assert_string_equal(said_text(&said, "orientation"), "left-up");
	assert_int_equal(poll(&(struct pollfd){ sensors_fd(sensors), POLLIN, 0 }, 1, 0), 0);
	/* The device is pulled: its buffer ends, what it said is polled, fails, and is stale. */
	close(f->pipe);
	f->pipe = -1;
	tree_remove(f->root, DEV);
	for (uint64_t now = 2 * NS_PER_S; sensors_deadline(sensors) != CLOCK_NEVER;
	     now = sensors_deadline(sensors))
		sensors_dispatch(sensors, now);
	assert_string_equal(said_text(&said, "orientation"), "(missing)");
	sensors_notify(sensors, EVENTS_IIO, 9000 * NS_PER_S);
	sensors_dispatch(sensors, 9000 * NS_PER_S);
	assert_int_equal(said.count, 0);
	sensors_destroy(sensors);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(devices_are_listed_and_triggers_are_not),  T(a_buffer_with_its_trigger),
		T(timestamps_where_the_clock_can_be_chosen), T(what_cannot_be_buffered_says_so),
		T(a_turn_comes_through_the_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
