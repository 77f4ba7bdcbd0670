/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ways to reach IIO devices, behind one table of functions: libiio 0.x, or sysfs and /dev read
 * directly. Attributes go by their sysfs file names ("in_accel_x_raw"), channels by their identifier within
 * ("accel_x"), devices by "iio:device0".
 *
 * Everything here may block, and belongs to one thread.
 */
#ifndef SENSORS_IIO_BUS_H
#define SENSORS_IIO_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IIOBUS_ID_MAX       32
#define IIOBUS_NAME_MAX     64
#define IIOBUS_DEVICES_MAX  64
#define IIOBUS_CHANNELS_MAX 4

struct iiobus_device {
	char id[IIOBUS_ID_MAX];
	/* The driver's name for it, cleaned; "" when it has none. */
	char name[IIOBUS_NAME_MAX];
};

struct iiobus;
struct iiobus_capture;

struct iiobus_ops {
	const char *name;

	/* root stands before /sys and /dev, "" for the system's own. 0 or -errno. */
	int (*create)(struct iiobus **out, const char *root);
	void (*destroy)(struct iiobus *bus);

	/*
	 * Looks at the devices again. Captures must be closed before. Writes at most max of them, triggers
	 * left out, and returns their number or -errno.
	 */
	int (*list)(struct iiobus *bus, struct iiobus_device *devices, unsigned max);

	/* Whether the device has such an attribute; the device itself is not asked. */
	bool (*has)(struct iiobus *bus, const char *id, const char *attr);

	/* As sysfs_read and sysfs_write. */
	int (*read)(struct iiobus *bus, const char *id, const char *attr, char *buf, size_t size);
	int (*write)(struct iiobus *bus, const char *id, const char *attr, const char *text);

	/*
	 * Buffered capture of count channels, with a trigger where the device wants one. -ENOTSUP when it
	 * has no buffer or no trigger can be found; other errors as the system gives them.
	 */
	int (*open)(struct iiobus *bus, const char *id, const char *const *channels, unsigned count,
		    struct iiobus_capture **out);
	void (*close)(struct iiobus_capture *capture);

	/* Readable when samples wait. */
	int (*fd)(const struct iiobus_capture *capture);

	/*
	 * The oldest sample that waits: one raw value a channel, in the order of open. *timestamp_ns is the
	 * kernel's monotonic time, or 0 when it has none. 1, 0 when nothing waits, or -errno.
	 */
	int (*next)(struct iiobus_capture *capture, int64_t *values, uint64_t *timestamp_ns);
};

/* The first member of each backend's own. */
struct iiobus {
	const struct iiobus_ops *ops;
};

extern const struct iiobus_ops iiobus_sysfs;
/* Only where libiio was found (XENHUB_HAVE_LIBIIO). It takes no root but "": -ENOTSUP. */
extern const struct iiobus_ops iiobus_libiio;

/* Opens with the first of the backends that works: libiio, then sysfs. */
int iiobus_open_any(struct iiobus **out, const char *root);

/* Reads a number; errors of read and of attr_parse_double. */
int iiobus_read_double(struct iiobus *bus, const char *id, const char *attr, double *value);

#endif
