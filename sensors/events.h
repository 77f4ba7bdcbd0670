/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hot-plug of sensors, from udev, whose rules know their mount matrices; changes of power supplies, from the kernel, who says all
 * of it at once. Nothing but silence where libudev was not found.
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

/* For epoll: that of EVENTS_IIO or of EVENTS_POWER. */
int events_fd(const struct events *events, unsigned which);

/* What the kernel told of a supply. */
struct events_told;

/* "POWER_SUPPLY_CAPACITY" and the like; NULL for what was not told. */
const char *events_told_property(const struct events_told *told, const char *key);

/* told is NULL for a supply that came, went, or of which nothing more is known; it lives as long as the call. */
typedef void (*events_supply_fn)(void *data, const char *name, const struct events_told *told);

/*
 * Takes what waits of those (a mask of EVENTS_…): returns what there was of them, of which bursts leave one bit; each supply is
 * told. Never blocks.
 */
unsigned events_take(struct events *events, unsigned which, events_supply_fn fn, void *data);

/* A udev property of a device, e.g. ("iio", "iio:device0", "ACCEL_MOUNT_MATRIX"). 0 or -ENOENT. */
int events_property(struct events *events, const char *subsystem, const char *name, const char *key,
		    char *buf, size_t size);

#endif
