/*
 * Hot-plug of sensors and changes of power supplies, from udev; nothing but silence where libudev was not
 * found.
 */
#ifndef SENSORS_EVENTS_H
#define SENSORS_EVENTS_H

#include <stddef.h>

#define EVENTS_IIO   1u
#define EVENTS_POWER 2u

struct events;

/* 0, -ENOTSUP without libudev, or -errno. */
int events_create(struct events **out);
/* NULL is allowed. */
void events_destroy(struct events *events);

/* For epoll. */
int events_fd(const struct events *events);

/* Takes what waits: a mask of EVENTS_…, of which bursts leave one bit. Never blocks. */
unsigned events_take(struct events *events);

/* A udev property of a device, e.g. ("iio", "iio:device0", "ACCEL_MOUNT_MATRIX"). 0 or -ENOENT. */
int events_property(struct events *events, const char *subsystem, const char *name, const char *key,
		    char *buf, size_t size);

#endif
