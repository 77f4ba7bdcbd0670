/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a sensor consists of: for iio/sensor.c, whose life it is, iio/read.c, which reads it, and iio/say.c, which reports it. */
#ifndef SENSORS_IIO_SENSOR_STATE_H
#define SENSORS_IIO_SENSOR_STATE_H

#include "sensors/iio/capture.h"
#include "sensors/iio/channels.h"
#include "sensors/iio/mount.h"
#include "sensors/iio/sensor.h"
#include "sensors/orientation.h"

struct iiosensor {
	const struct iiosensor_env *env;
	struct iiobus_device device;
	enum sensor_class class;
	unsigned index;
	char path[REPORT_PATH_MAX];

	struct channels channels;
	struct capture capture;
	struct iiobus_capture *buffer;
	bool ready;
	struct quirk quirk;
	/* Why it cannot be used at all, "" when it can. */
	char unusable[CHANNELS_WHY_MAX];
	char why[IIOSENSOR_WHY_MAX];

	struct mount mount;
	struct light light;
	enum orientation orientation;
	bool primary;
	bool near;
	double near_level;

	double sample[CHANNELS_MAX];
	bool has_sample;
	uint64_t sample_ns, measured_ns;
	bool unsaid;
	uint64_t say_ns;
	bool has_said;
	int64_t said[CHANNELS_MAX];
};

/* ---- read.c ---- */

/*
 * Takes the oldest sample of the buffer, which has become ready. One: as long as there are more it stays ready, and to ask whether
 * there are would be a system call for each sample, since sensors are slower than we are.
 */
void sensor_take(struct iiosensor *s, uint64_t now_ns);
/* Does what is due: opening, reading, checking, closing. */
void sensor_act(struct iiosensor *s, uint64_t now_ns);
/* From the rate at which a buffer proves itself to the one that is claimed. */
void sensor_slow_down(struct iiosensor *s);
/* Nothing where there is none. */
void sensor_close_buffer(struct iiosensor *s);

/* ---- say.c ---- */

/* Thousandths, rounded. */
int64_t sensor_milli(double value);

/* Each reports what changed of it, and nothing otherwise. */
void sensor_say_light(struct iiosensor *s);
void sensor_say_orientation(struct iiosensor *s);
/* What changes with every sample; begins a new interval in which buffered samples are held back. */
void sensor_say_sample(struct iiosensor *s, uint64_t now_ns);

/* All of it is marked as old, or gone. */
void sensor_say_stale(struct iiosensor *s);
void sensor_forget(struct iiosensor *s);

#endif
