/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One sensor: one class of one IIO device, captured, converted, filtered and reported. Blocks: slow thread
 * only; the clock is the caller's.
 */
#ifndef SENSORS_IIO_SENSOR_H
#define SENSORS_IIO_SENSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "sensors/claims.h"
#include "sensors/events.h"
#include "sensors/iio/bus.h"
#include "sensors/light.h"
#include "sensors/matrix.h"
#include "sensors/quirks.h"
#include "sensors/report.h"

#define IIOSENSOR_WHY_MAX 160

/* What all sensors share; outlives them. */
struct iiosensor_env {
	struct iiobus *bus;
	struct report *report;
	/* NULL without udev. */
	struct events *events;
	/* Buffers are added here while they run. */
	int epoll_fd;
	struct light_params light;
	/* 0 for the default. */
	uint64_t poll_min_ns;
	/* Axes that move less than this since they were last reported are not reported again. */
	int64_t accel_deadband;
	/* The configuration's matrix for every accelerometer; NULL when it has none. */
	const struct matrix *matrix;
	/* The quirks' text and the machine they are for; quirks NULL without a file. */
	const char *quirks, *dmi;
	quirks_error_fn quirks_error;
};

/* A line of the table that `xenhub sensors` shows. */
struct iiosensor_info {
	enum sensor_class class;
	unsigned index;
	char device[IIOBUS_ID_MAX];
	char driver[IIOBUS_NAME_MAX];
	/* "off", "buffer", "poll", "silent", "failed". */
	const char *mode;
	/* The interval asked for and the one measured between the last samples; 0 for none. */
	uint64_t interval_ns, measured_ns;
	/* The last sample in units before filter and matrix (lux, m/s², radians), values of them. */
	double raw[3];
	unsigned values;
	/* What is published, as text: lux, the orientation, near/far, radians. */
	char published[32];
	/*
	 * Where the mount matrix is from: "configuration", "quirk", "udev", the attribute's name, or
	 * "none".
	 */
	const char *matrix_source;
	/* Why it fails, or is silent, or a matrix was refused; "" when nothing is wrong. */
	char why[IIOSENSOR_WHY_MAX];
};

struct iiosensor;

/*
 * -ENOENT when the device has no such class. A device that has it but cannot be used becomes a failed
 * sensor, to be seen in the table. index names its place among its class.
 */
int iiosensor_create(struct iiosensor **out, const struct iiosensor_env *env,
		     const struct iiobus_device *device, enum sensor_class class, unsigned index);

/* Removes what it reported. */
void iiosensor_destroy(struct iiosensor *sensor);

/* CLOCK_NEVER stops it and marks what it reported as stale. */
void iiosensor_set_interval(struct iiosensor *sensor, uint64_t interval_ns, uint64_t now_ns);

/* The orientation of the device is reported by one accelerometer. Off at first. */
void iiosensor_set_primary(struct iiosensor *sensor, bool primary);

/*
 * Closes the buffer without a change of mode: the bus is about to look at its devices again. Reset
 * afterwards.
 */
void iiosensor_detach(struct iiosensor *sensor);

/* Probes again and forgets errors: resume, or a udev event. */
void iiosensor_reset(struct iiosensor *sensor, uint64_t now_ns);

/* The next time at which iiosensor_dispatch has something to do, or CLOCK_NEVER. */
uint64_t iiosensor_deadline(const struct iiosensor *sensor);
void iiosensor_dispatch(struct iiosensor *sensor, uint64_t now_ns);

/* Its buffer, which the epoll set knows by the sensor's address, has something: for the next dispatch. */
void iiosensor_ready(struct iiosensor *sensor);

const struct iiobus_device *iiosensor_device(const struct iiosensor *sensor);
enum sensor_class iiosensor_class(const struct iiosensor *sensor);
/* It waits for an event of its device. */
bool iiosensor_failed(const struct iiosensor *sensor);
unsigned iiosensor_index(const struct iiosensor *sensor);
void iiosensor_info(const struct iiosensor *sensor, struct iiosensor_info *info);

#endif
