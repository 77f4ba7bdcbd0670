/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds input devices, on the slow thread: udev's initialised event nodes, those that are there and those that come and go. A
 * node that cannot be opened yet (EACCES, ENODEV: rules still run) is tried again with a growing pause. Without a udev daemon
 * the kernel's own announcements serve, with the same retries.
 */
#ifndef HUB_SOURCE_DISCOVER_H
#define HUB_SOURCE_DISCOVER_H

#include <stdint.h>

#include "hub/core/worker.h"

#define DISCOVER_PATH_MAX 128
#define DISCOVER_TRIES_MAX                                                                                   \
	8 /* 50 ms, doubled each time, to 3.2 s; then a line in the log until udev tells anew */
#define DISCOVER_WAITING_MAX 64

struct libevdev;
struct discover;

/* What was found; each call comes on the main thread. */
struct discover_callbacks {
	/*
	 * An open, readable, non-blocking device with its clock set to CLOCK_MONOTONIC. The fd (libevdev_get_fd) and evdev become the
	 * receiver's. hints: enum udev_hint.
	 */
	void (*found)(void *data, struct libevdev *evdev, const char *devnode, uint32_t hints);
	void (*lost)(void *data, const char *devnode);
	/* The first enumeration is through. */
	void (*settled)(void *data);
	void *data;
};

/* Begins at once. The worker must outlive it. 0 or -errno. */
int discover_create(struct discover **out, struct worker *worker, const struct discover_callbacks *callbacks);

/* After worker_destroy: frees what is left. */
void discover_destroy(struct discover *discover);

/* Looks at all nodes again: after a suspend, or when permissions changed. */
void discover_rescan(struct discover *discover);

#endif
