/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the evdev source and its devices share. Private to hub/source. */
#ifndef HUB_SOURCE_EVDEV_PRIVATE_H
#define HUB_SOURCE_EVDEV_PRIVATE_H

#include <libevdev/libevdev.h>

#include "hub/source/discover.h"
#include "hub/source/evdev.h"

struct evdev_device {
	struct evdev_source *source;
	struct libevdev *evdev;
	char devnode[DISCOVER_PATH_MAX];
	uint32_t handle;
	struct loop_fd *fd_source;
	bool grabbed;
	bool grab_failed;
	bool is_touchpad;
	bool as_pointer;                   /* libinput has it */
	bool starved;                      /* libinput has grabbed it: nothing comes here */
	uint8_t keys[BITS_BYTES(KEY_CNT)]; /* physically down, withheld ones included */
	uint32_t count;                    /* of events so far in this frame */
	struct event events[FRAME_EVENTS_MAX];
	struct evdev_device *prev, *next;
};

struct evdev_source {
	struct loop *loop;
	struct hub *hub;
	struct evdev_options options;
	bool grab;
	struct discover *discover;
	struct touchpads *touchpads; /* NULL until somebody wants pointers */
	bool want_pointers;
	struct evdev_device *devices;
};

/* evdev_device.c: one device, whose descriptor it owns. */

/* What libevdev has to say, for loop_add_fd: frames go to the hub; a device that is gone is removed. */
void evdev_device_read(void *data, int fd, uint32_t events);
/* What the kernel has queued is thrown away and its state read anew. 0 or -errno: it is gone. */
int evdev_device_reread(struct evdev_device *device, enum reason reason, uint64_t now_ns);
/* Takes it out of hub and source, and frees it. */
void evdev_device_remove(struct evdev_device *device, enum reason reason, uint64_t now_ns);

/* Each brings one thing in line with what the source wants: the grab, as soon as nothing is held; */
void evdev_device_update_grab(struct evdev_device *device);
/* whether libinput's grab keeps the events from us: then it holds nothing here, and afterwards what it holds then; */
void evdev_device_update_starved(struct evdev_device *device, enum reason reason, uint64_t now_ns);
/* whether libinput has this touchpad; */
void evdev_device_update_touchpad(struct evdev_device *device, enum reason reason, uint64_t now_ns);
/* and whether a closed lid or a folded tablet covers them all. */
void evdev_update_cover(struct evdev_source *source, uint64_t now_ns);

#endif
