#include "sensors/iio/bus.h"

#define LOG_MODULE "iio"
#include "hub/core/log.h"
#include "sensors/attr.h"

int iiobus_open_any(struct iiobus **out, const char *root)
{
#ifdef XENHUB_HAVE_LIBIIO
	if (!*root) {
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
