#include "sensors/events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef XENHUB_HAVE_LIBUDEV

#include <libudev.h>

/*
 * udevd's own messages come when its rules are done, and so are properties; without a udevd only the kernel
 * speaks.
 */
#define UDEVD_SOCKET "/run/udev/control"

struct events {
	struct udev *udev;
	struct udev_monitor *monitor;
};

int events_create(struct events **out)
{
	struct events *events = calloc(1, sizeof(*events));
	int rc = -ENOMEM;

	if (!events)
		return rc;
	events->udev = udev_new();
	if (!events->udev)
		goto fail;
	events->monitor =
		udev_monitor_new_from_netlink(events->udev, access(UDEVD_SOCKET, F_OK) ? "kernel" : "udev");
	if (!events->monitor) {
		rc = errno ? -errno : -EIO;
		goto fail_udev;
	}
	rc = udev_monitor_filter_add_match_subsystem_devtype(events->monitor, "iio", NULL);
	if (rc >= 0)
		rc = udev_monitor_filter_add_match_subsystem_devtype(events->monitor, "power_supply", NULL);
	if (rc >= 0)
		rc = udev_monitor_enable_receiving(events->monitor);
	if (rc < 0)
		goto fail_monitor;
	*out = events;
	return 0;

fail_monitor:
	udev_monitor_unref(events->monitor);
fail_udev:
	udev_unref(events->udev);
fail:
	free(events);
	return rc;
}

void events_destroy(struct events *events)
{
	if (!events)
		return;
	udev_monitor_unref(events->monitor);
	udev_unref(events->udev);
	free(events);
}

int events_fd(const struct events *events)
{
	return udev_monitor_get_fd(events->monitor);
}

unsigned events_take(struct events *events)
{
	struct udev_device *device;
	unsigned mask = 0;

	while ((device = udev_monitor_receive_device(events->monitor))) {
		const char *subsystem = udev_device_get_subsystem(device);
		const char *action = udev_device_get_action(device);

		/*
		 * A bind tells nothing that the add did not; and reading attributes makes some drivers send
		 * changes.
		 */
		if (subsystem && !strcmp(subsystem, "iio") && action && strcmp(action, "bind"))
			mask |= EVENTS_IIO;
		else if (subsystem && !strcmp(subsystem, "power_supply"))
			mask |= EVENTS_POWER;
		udev_device_unref(device);
	}
	return mask;
}

int events_property(struct events *events, const char *subsystem, const char *name, const char *key,
		    char *buf, size_t size)
{
	struct udev_device *device;
	const char *value;
	int rc = -ENOENT;

	device = udev_device_new_from_subsystem_sysname(events->udev, subsystem, name);
	if (!device)
		return rc;
	value = udev_device_get_property_value(device, key);
	if (value && strlen(value) < size) {
		memcpy(buf, value, strlen(value) + 1);
		rc = 0;
	}
	udev_device_unref(device);
	return rc;
}

#else

int events_create(struct events **out)
{
	return -ENOTSUP;
}

void events_destroy(struct events *events)
{
}

int events_fd(const struct events *events)
{
	return -1;
}

unsigned events_take(struct events *events)
{
	return 0;
}

int events_property(struct events *events, const char *subsystem, const char *name, const char *key,
		    char *buf, size_t size)
{
	return -ENOENT;
}

#endif
