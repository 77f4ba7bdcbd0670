/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/iio/bus.h"

#include <stdbool.h>

#define LOG_MODULE "iio"
#include "hub/core/log.h"
#include "sensors/attr.h"
#include "sensors/sysfs.h"

#ifdef XENHUB_HAVE_LIBIIO
/* libiio brings some 3.5 MB of other libraries: too much for nothing. A sensor that comes later is read through sysfs. */
static void ignore(void *data, const char *name)
{
}

static bool has_devices(void)
{
	return sysfs_list("/sys/bus/iio/devices", "iio:device", ignore, NULL) > 0;
}
#endif

int iiobus_open_any(struct iiobus **out, const char *root)
{
#ifdef XENHUB_HAVE_LIBIIO
	if (!*root && has_devices()) {
		int rc = iiobus_libiio.create(out, root);

		if (!rc)
			return 0;
		log_warn_errno(-rc, "libiio opens no context, sysfs is read directly");
	}
#endif
	return iiobus_sysfs.create(out, root);
}

int iiobus_read_double(struct iiobus *bus, const char *id, const char *attr, double *value)
{
	char text[ATTR_MAX];
	int rc = bus->ops->read(bus, id, attr, text, sizeof(text));

	return rc < 0 ? rc : attr_parse_double(text, value);
}
