/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/iio/mount.h"

#include <stdio.h>

#define LOG_MODULE "sensors"
#include "hub/core/log.h"
#include "sensors/attr.h"

static int try_text(struct mount *mount, const struct iiobus_device *device, const char *source,
		    const char *text, char *why, size_t why_size)
{
	char reason[MATRIX_TEXT_MAX];
	int rc = matrix_parse(text, &mount->matrix, reason, sizeof(reason));

	if (!rc) {
		mount->source = source;
		return 0;
	}
	log_warn("%s (%s): mount matrix from %s refused, %s: \"%s\"", device->name, device->id, source,
		 reason, text);
	snprintf(why, why_size, "mount matrix from %s refused: %.80s", source, reason);
	return rc;
}

void mount_find(struct mount *mount, const struct iiosensor_env *env, const struct iiobus_device *device,
		const struct quirk *quirk, char *why, size_t why_size)
{
	static const char *const attrs[] = { "in_accel_mount_matrix", "in_mount_matrix", "mount_matrix" };
	char text[ATTR_MAX];

	if (env->matrix || quirk->has_matrix) {
		mount->matrix = env->matrix ? *env->matrix : quirk->matrix;
		mount->source = env->matrix ? "configuration" : "quirk";
		return;
	}
	if (env->events &&
	    !events_property(env->events, "iio", device->id, "ACCEL_MOUNT_MATRIX", text, sizeof(text)) &&
	    !try_text(mount, device, "udev", text, why, why_size))
		return;
	for (unsigned i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++)
		if (!env->bus->ops->read(env->bus, device->id, attrs[i], text, sizeof(text)) &&
		    !try_text(mount, device, attrs[i], text, why, why_size))
			return;
	mount->matrix = matrix_identity;
	mount->source = "none";
}
