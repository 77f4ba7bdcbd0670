/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an IIO device offers for a class of sensor, and how its numbers become units. Reads attributes: slow
 * thread only. Names, units and "(raw + offset) × scale" are those of
 * Documentation/ABI/testing/sysfs-bus-iio.
 */
#ifndef SENSORS_IIO_CHANNELS_H
#define SENSORS_IIO_CHANNELS_H

#include <stdbool.h>
#include <stddef.h>

#include "sensors/claims.h"
#include "sensors/iio/bus.h"

#define CHANNELS_MAX     3
#define CHANNELS_WHY_MAX 160

struct channel {
	char id[IIOBUS_ID_MAX];
	double offset, scale;
};

struct channels {
	enum sensor_class class;
	struct channel channel[CHANNELS_MAX];
	unsigned count;
	/* Polling reads in_<id>_input, in units already; such a channel has no raw buffer. */
	bool processed;
	/*
	 * Where light comes from: "illuminance" (lux), "intensity" or "rgb" (without a unit, taken for
	 * lux).
	 */
	const char *source;
};

/*
 * Fills channels when the device has the class: light from illuminance, then intensity, then red, green and
 * blue; orientation from an accelerometer that does not sit in a laptop's base. 0, -ENOENT (it has not), or
 * -EINVAL (it has, but cannot be used: an offset or scale that is unreadable, a scale of 0) with the reason
 * in why.
 */
int channels_probe(struct iiobus *bus, const char *id, enum sensor_class class, struct channels *channels,
		   char *why, size_t why_size);

/* One value a channel, as the kernel says it. 0 or -errno. */
int channels_read(struct iiobus *bus, const char *id, const struct channels *channels, double *raw);

/*
 * raw values into units: light {lux}, accelerometer {x, y, z in m/s²}, lid {radians}, proximity as it is.
 * 0, or -ERANGE for what no such sensor can measure.
 */
int channels_convert(const struct channels *channels, const double *raw, double *values);

/* How many values channels_convert writes. */
unsigned channels_values(const struct channels *channels);

#endif
