/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the mount matrix of an accelerometer comes from. Reads attributes: slow thread only. */
#ifndef SENSORS_IIO_MOUNT_H
#define SENSORS_IIO_MOUNT_H

#include <stddef.h>

#include "sensors/iio/bus.h"
#include "sensors/iio/sensor.h"
#include "sensors/matrix.h"
#include "sensors/quirks.h"

struct mount {
	struct matrix matrix;
	/* As iiosensor_info.matrix_source. */
	const char *source;
};

/*
 * The first valid one of: the configuration, the quirk, udev's ACCEL_MOUNT_MATRIX, the attributes
 * in_accel_mount_matrix, in_mount_matrix and mount_matrix; else the identity. One that is refused is
 * logged, and told in why.
 */
void mount_find(struct mount *mount, const struct iiosensor_env *env, const struct iiobus_device *device,
		const struct quirk *quirk, char *why, size_t why_size);

#endif
