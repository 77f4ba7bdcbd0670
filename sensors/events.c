/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/events.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef XENHUB_HAVE_LIBUDEV

#include <libudev.h>

#include "sensors/uevent_filter.h"

/*
 * udevd's own messages come when its rules are done, and so are properties; without a udevd only the kernel
 * speaks.
 */
#define UDEVD_SOCKET "/run/udev/control"

struct events {
	struct udev *udev;
	struct udev_monitor *iio, *power;
};

static int open_monitor(struct udev *udev, const char *source, const char *subsystem,
			struct udev_monitor **out)
{
	struct udev_monitor *monitor = udev_monitor_new_from_netlink(udev, source);
	int rc;

	if (!monitor)
		return errno ? -errno : -EIO;
	rc = udev_monitor_filter_add_match_subsystem_devtype(monitor, subsystem, NULL);
	if (rc >= 0)
		rc = udev_monitor_enable_receiving(monitor);
	if (rc < 0) {
		udev_monitor_unref(monitor);
		return rc;
	}
	/* Of the kernel's messages libudev drops the others as well, but after they woke us. */
	if (!strcmp(source, "kernel"))
		uevent_filter_attach(udev_monitor_get_fd(monitor), subsystem);
	*out = monitor;
	return 0;
}

int events_create(struct events **out)
{
	struct events *events = calloc(1, sizeof(*events));
	int rc = -ENOMEM;

	if (!events)
		return rc;
	events->udev = udev_new();
	if (!events->udev)
		goto fail;
	rc = open_monitor(events->udev, access(UDEVD_SOCKET, F_OK) ? "kernel" : "udev", "iio", &events->iio);
	if (rc < 0)
		goto fail_udev;
	/* No rule adds to what the kernel says of a supply: there is nothing to wait for. */
	rc = open_monitor(events->udev, "kernel", "power_supply", &events->power);
	if (rc < 0)
		goto fail_iio;
	*out = events;
	return 0;

fail_iio:
	udev_monitor_unref(events->iio);
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
	udev_monitor_unref(events->power);
	udev_monitor_unref(events->iio);
	udev_unref(events->udev);
	free(events);
}

int events_fd(const struct events *events, unsigned which)
{
	return udev_monitor_get_fd(which == EVENTS_IIO ? events->iio : events->power);
}

static unsigned take_iio(struct events *events)
{
	struct udev_device *device;
	unsigned mask = 0;

	while ((device = udev_monitor_receive_device(events->iio))) {
		const char *action = udev_device_get_action(device);

		/*
		 * A bind tells nothing that the add did not; and reading attributes makes some drivers send
		 * changes.
		 */
		if (action && strcmp(action, "bind"))
			mask = EVENTS_IIO;
		udev_device_unref(device);
	}
	return mask;
}

static unsigned take_power(struct events *events, events_supply_fn fn, void *data)
{
	struct udev_device *device;
	unsigned mask = 0;

	while ((device = udev_monitor_receive_device(events->power))) {
		const char *action = udev_device_get_action(device);
		const char *name = udev_device_get_sysname(device);
		bool changed = action && !strcmp(action, "change");

		if (name)
			fn(data, name, changed ? (const struct events_told *)device : NULL);
		mask = EVENTS_POWER;
		udev_device_unref(device);
	}
	return mask;
}

unsigned events_take(struct events *events, unsigned which, events_supply_fn fn, void *data)
{
	return (which & EVENTS_IIO ? take_iio(events) : 0) |
	       (which & EVENTS_POWER ? take_power(events, fn, data) : 0);
}

const char *events_told_property(const struct events_told *told, const char *key)
{
	return udev_device_get_property_value((struct udev_device *)told, key);
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

int events_fd(const struct events *events, unsigned which)
{
	return -1;
}

unsigned events_take(struct events *events, unsigned which, events_supply_fn fn, void *data)
{
	return 0;
}

const char *events_told_property(const struct events_told *told, const char *key)
{
	return NULL;
}

int events_property(struct events *events, const char *subsystem, const char *name, const char *key,
		    char *buf, size_t size)
{
	return -ENOENT;
}

#endif
