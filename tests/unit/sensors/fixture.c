/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/sensors/fixture.h"

#include "tests/unit/testing.h"

#include "tests/unit/sensors/tree.h"

static const struct sensors_listener listener = { said_value, said_removed, said_warning };

int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fake_reset();
	f->root = tree_create();
	f->now = 1000 * S;
	f->options.root = f->root;
	f->options.bus = &fake_bus;
	f->options.no_udev = true;
	*state = f;
	return 0;
}

int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	sensors_destroy(f->sensors);
	for (int i = 0; i < FAKE_DEVICES; i++)
		assert_false(fake_devices[i].open);
	tree_destroy(f->root);
	free(f);
	return 0;
}

void begin(struct fixture *f)
{
	assert_int_equal(sensors_create(&f->sensors, &f->options, &listener, &f->said, f->now), 0);
}

void claim(struct fixture *f, enum sensor_class class, uint64_t interval)
{
	assert_int_equal(sensors_claim(f->sensors, GUI, class, interval, f->now), 0);
	sensors_dispatch(f->sensors, f->now);
}

void run(struct fixture *f, uint64_t until)
{
	while (sensors_deadline(f->sensors) <= until) {
		if (f->now < sensors_deadline(f->sensors))
			f->now = sensors_deadline(f->sensors);
		sensors_dispatch(f->sensors, f->now);
		f->wakes++;
		assert_true(f->wakes < 100000);
	}
	f->now = until;
}

struct fake_device *plug_light(unsigned index, const char *raw)
{
	struct fake_device *device = fake_plug(index, "als");

	fake_set(device, "in_illuminance_raw", raw);
	fake_set(device, "in_illuminance_scale", "0.1");
	return device;
}

struct fake_device *plug_accel(unsigned index, const char *x, const char *y, const char *z)
{
	struct fake_device *device = fake_plug(index, "accel_3d");

	fake_set(device, "in_accel_x_raw", x);
	fake_set(device, "in_accel_y_raw", y);
	fake_set(device, "in_accel_z_raw", z);
	fake_set(device, "in_accel_scale", "0.00980665");
	return device;
}

struct iiosensor_info info_of(struct fixture *f, enum sensor_class class)
{
	struct iiosensor_info info[SENSORS_MAX];
	unsigned count = sensors_info(f->sensors, info, SENSORS_MAX);

	for (unsigned i = 0; i < count; i++)
		if (info[i].class == class)
			return info[i];
	fail();
	return info[0];
}
