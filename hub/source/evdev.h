/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine's own input devices: libevdev on the event loop, discovery on the slow thread.
 */
#ifndef HUB_SOURCE_EVDEV_H
#define HUB_SOURCE_EVDEV_H

#include <stdbool.h>

#include "hub/core/loop.h"
#include "hub/core/worker.h"
#include "hub/model/chord.h"
#include "hub/model/hub.h"

struct evdev_source;

struct evdev_options {
	bool grab;     /* each device as soon as nothing is held on it */
	char **ignore; /* patterns of BUS:VENDOR:PRODUCT:UNIQ:PHYS; kept by pointer */
	unsigned n_ignore;
	struct chords *chords; /* fed with local keys; the caller's; NULL: none */
	/* A chord was completed. What it holds has been released already. */
	void (*chord)(void *data, int action);
	/* The first enumeration is through. */
	void (*settled)(void *data);
	void *data;
};

/* 0 or -errno. Devices appear in the hub from now on, each within one turn of the loop after udev is done with it. */
int evdev_source_create(struct evdev_source **out, struct loop *loop, struct worker *worker, struct hub *hub,
			const struct evdev_options *options);

/* After worker_destroy. Removes its devices from the hub. */
void evdev_source_destroy(struct evdev_source *source, uint64_t now_ns);

/* Lets go of all grabs, or takes them again. */
void evdev_source_set_grab(struct evdev_source *source, bool grab);

/* For hub_callbacks.led: true when the handle is one of ours. */
bool evdev_source_led(struct evdev_source *source, uint32_t handle, unsigned code, bool on);

/* Before and after a sleep of the machine: lets go of what is held; reads the truth again and looks for devices. */
void evdev_source_suspend(struct evdev_source *source, uint64_t now_ns);
void evdev_source_resume(struct evdev_source *source, uint64_t now_ns);

/*
 * Whether any consumer wants touchpads as pointers, and whether any wants them raw: libinput runs for the first. With a grab a
 * touchpad can serve one kind only, and pointers win.
 */
void evdev_source_set_touchpads(struct evdev_source *source, bool pointer, bool raw);

#endif
