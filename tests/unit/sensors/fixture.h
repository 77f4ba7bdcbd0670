/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sensors of a machine that is the test's: a bus, a tree of sysfs and a time of its own. */
#ifndef TESTS_UNIT_SENSORS_FIXTURE_H
#define TESTS_UNIT_SENSORS_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/core/clock.h"
#include "sensors/sensors.h"
#include "tests/unit/sensors/fakebus.h"
#include "tests/unit/sensors/said.h"

#define S   NS_PER_S
#define GUI 1

struct fixture {
	char *root;
	struct said said;
	struct sensors *sensors;
	struct sensors_options options;
	uint64_t now;
	unsigned wakes;
};

/* For cmocka. All buffers have to be closed when sensors are gone. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Creates the sensors with the options as they are. */
void begin(struct fixture *f);
/* For GUI, followed by what is due. */
void claim(struct fixture *f, enum sensor_class class, uint64_t interval);
/* As a loop would: from deadline to deadline. */
void run(struct fixture *f, uint64_t until);

struct fake_device *plug_light(unsigned index, const char *raw);
struct fake_device *plug_accel(unsigned index, const char *x, const char *y, const char *z);
/* The first of that class; fails without one. */
struct iiosensor_info info_of(struct fixture *f, enum sensor_class class);

#endif
