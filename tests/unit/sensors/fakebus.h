/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An IIO bus whose devices do as a test says. */
#ifndef TESTS_UNIT_SENSORS_FAKEBUS_H
#define TESTS_UNIT_SENSORS_FAKEBUS_H

#include <stdbool.h>
#include <stdint.h>

#include "sensors/iio/bus.h"

#define FAKE_DEVICES 4
#define FAKE_ATTRS   16

struct fake_device {
	bool plugged;
	char name[32];
	struct {
		char name[48], value[64];
		/* A negative errno instead of the value. */
		int error;
	} attrs[FAKE_ATTRS];
	/* What opening the buffer answers; -ENOTSUP for none. */
	int open_error;
	bool open;
	/* An eventfd that stands for /dev. */
	int fd;
	int64_t sample[3];
	unsigned reads, opens;
	/* Read twice within so long by that clock it hangs for good; NULL: it never does. */
	const uint64_t *clock;
	uint64_t hangs_within, read_at;
	bool hung;
};

extern struct fake_device fake_devices[FAKE_DEVICES];
extern const struct iiobus_ops fake_bus;
/* What creating the bus and listing it answer, 0 for success. */
extern int fake_create_error, fake_list_error;

/* Nothing plugged; everything closed. */
void fake_reset(void);
struct fake_device *fake_plug(unsigned index, const char *name);
void fake_set(struct fake_device *device, const char *attr, const char *value);
/* "" when it has none. */
const char *fake_get(const struct fake_device *device, const char *attr);
void fake_fail(struct fake_device *device, const char *attr, int error);
/* A sample arrives in the buffer. */
void fake_deliver(struct fake_device *device, int64_t x, int64_t y, int64_t z);

#endif
