/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "evdev"
#include "hub/source/evdev.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <utlist.h>

#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "hub/core/text.h"
#include "hub/device/twin.h"
#include "hub/source/evdev_describe.h"
#include "hub/source/evdev_private.h"
#include "hub/source/touchpad.h"

static bool is_ignored(const struct evdev_source *source, const struct descriptor *d)
{
	char line[32 + 2 * DESCRIPTOR_TEXT_MAX];

	snprintf(line, sizeof(line), "%04x:%04x:%04x:%s:%s", d->bustype, d->vendor, d->product, d->uniq,
		 d->phys);
	for (unsigned i = 0; i < source->options.n_ignore; i++)
		if (text_match(source->options.ignore[i], line))
			return true;
	return false;
}

static struct evdev_device *find_by_node(struct evdev_source *source, const char *devnode)
{
	struct evdev_device *d;

	DL_FOREACH(source->devices, d)
	if (!strcmp(d->devnode, devnode))
		return d;
	return NULL;
}

static int add_to_hub(struct evdev_device *device, const struct descriptor *d, uint32_t hints,
		      uint64_t now_ns)
{
	char reason[CLASSIFY_REASON_MAX];
	char classes[128];
	struct hub_device_info info;
	struct device_state state;
	uint32_t mask = classify(d, hints, reason);
	int rc = state_init(&state, d);

	if (rc < 0)
		return rc;
	evdev_read_state(device->evdev, d, &state);
	memcpy(device->keys, state.keys, sizeof(device->keys));
	device->is_touchpad = mask & CLASS_TOUCHPAD;
	rc = hub_device_add(device->source->hub, d, &state, mask, reason, device->devnode,
			    mask & CLASS_TOUCHPAD ? HUB_DEVICE_RAW_TOUCHPAD : 0, now_ns, &device->handle);
	state_finish(&state);
	if (rc < 0)
		return rc;
	hub_device_find(device->source->hub, device->handle, &info);
	class_names(mask, classes, sizeof(classes));
	log_info("%s: %s '%s' is %s", device->devnode, classes, d->name, info.id);
	return 0;
}

static void on_found(void *data, struct libevdev *evdev, const char *devnode, uint32_t hints)
{
	struct evdev_source *source = data;
	int fd = libevdev_get_fd(evdev);
	struct evdev_device *device = NULL;
	struct descriptor d;
	int rc = 0;

	if (find_by_node(source, devnode))
		goto err;
	evdev_describe(evdev, &d);
	if (descriptor_is_twin(&d)) {
		log_debug("%s: '%s' is a twin of xenhub's and no source", devnode, d.name);
		goto err;
	}
	if (is_ignored(source, &d)) {
		log_info("%s: '%s' is ignored, [input] ignore says so", devnode, d.name);
		goto err;
	}
	device = calloc(1, sizeof(*device));
	if (!device) {
		rc = -ENOMEM;
		goto err;
	}
	device->source = source;
	device->evdev = evdev;
	snprintf(device->devnode, sizeof(device->devnode), "%s", devnode);
	rc = add_to_hub(device, &d, hints, loop_now(source->loop));
	if (rc < 0)
		goto err;
	device->fd_source = loop_add_fd(source->loop, fd, EPOLLIN, evdev_device_read, device);
	if (!device->fd_source) {
		rc = -errno;
		hub_device_remove(source->hub, device->handle, REASON_UNPLUG, loop_now(source->loop));
		goto err;
	}
	DL_APPEND(source->devices, device);
	evdev_device_update_touchpad(device, REASON_NONE, loop_now(source->loop));
	evdev_device_update_grab(device);
	return;

err:
	if (rc == -ENOSPC)
		log_err("%s: refused: %d devices are the limit", devnode, HUB_DEVICES_MAX);
	else if (rc < 0)
		log_errno(-rc, "%s: cannot be taken", devnode);
	free(device);
	libevdev_free(evdev);
	close(fd);
}

static void on_lost(void *data, const char *devnode)
{
	struct evdev_source *source = data;
	struct evdev_device *device = find_by_node(source, devnode);

	/* Nearly always the fd has said so before. */
	if (device)
		evdev_device_remove(device, REASON_UNPLUG, loop_now(source->loop));
}

static void on_settled(void *data)
{
	struct evdev_source *source = data;

	if (source->options.settled)
		source->options.settled(source->options.data);
}

/* ---- the source ---- */

int evdev_source_create(struct evdev_source **out, struct loop *loop, struct worker *worker, struct hub *hub,
			const struct evdev_options *options)
{
	struct evdev_source *source = calloc(1, sizeof(*source));
	struct discover_callbacks callbacks = {
		.found = on_found,
		.lost = on_lost,
		.settled = on_settled,
		.data = source,
	};
	int rc;

	if (!source)
		return -ENOMEM;
	source->loop = loop;
	source->hub = hub;
	source->options = *options;
	source->grab = options->grab;
	rc = discover_create(&source->discover, worker, &callbacks);
	if (rc < 0) {
		free(source);
		return rc;
	}
	*out = source;
	return 0;
}

void evdev_source_destroy(struct evdev_source *source, uint64_t now_ns)
{
	struct evdev_device *d, *next;

	if (!source)
		return;
	DL_FOREACH_SAFE(source->devices, d, next)
	evdev_device_remove(d, REASON_END, now_ns);
	touchpads_destroy(source->touchpads, now_ns);
	discover_destroy(source->discover);
	free(source);
}

void evdev_source_set_grab(struct evdev_source *source, bool grab)
{
	struct evdev_device *d;

	source->grab = grab;
	if (source->touchpads)
		touchpads_set_grab(source->touchpads, grab);
	DL_FOREACH(source->devices, d)
	{
		d->grab_failed = false;
		evdev_device_update_starved(d, REASON_POLICY, clock_now_ns());
		evdev_device_update_grab(d);
	}
}

bool evdev_source_led(struct evdev_source *source, uint32_t handle, unsigned code, bool on)
{
	struct evdev_device *d;

	DL_FOREACH(source->devices, d)
	{
		if (d->handle != handle)
			continue;
		libevdev_kernel_set_led_value(d->evdev, code, on ? LIBEVDEV_LED_ON : LIBEVDEV_LED_OFF);
		return true;
	}
	return false;
}

void evdev_source_suspend(struct evdev_source *source, uint64_t now_ns)
{
	struct evdev_device *d;

	DL_FOREACH(source->devices, d)
	hub_device_release(source->hub, d->handle, REASON_SUSPEND, now_ns);
}

void evdev_source_resume(struct evdev_source *source, uint64_t now_ns)
{
	struct evdev_device *d, *next;

	evdev_source_suspend(source, now_ns);
	DL_FOREACH_SAFE(source->devices, d, next)
	if (!d->starved && evdev_device_reread(d, REASON_SUSPEND, now_ns) < 0)
		evdev_device_remove(d, REASON_SUSPEND, now_ns);
	discover_rescan(source->discover);
}

void evdev_source_set_touchpads(struct evdev_source *source, bool pointer, bool raw)
{
	uint64_t now_ns = clock_now_ns();
	struct evdev_device *d;
	int rc;

	if (pointer == source->want_pointers)
		return;
	source->want_pointers = pointer;
	if (pointer && !source->touchpads) {
		rc = touchpads_create(&source->touchpads, source->loop, source->hub);
		if (rc < 0) {
			log_warn_errno(-rc, "touchpads cannot be passed as pointers");
			return;
		}
		evdev_update_cover(source, now_ns);
	}
	if (pointer && raw && source->grab)
		log_warn("touchpads go to consumers that want pointers; with the grab on, those that want "
			 "them raw get nothing");
	DL_FOREACH(source->devices, d)
	evdev_device_update_touchpad(d, REASON_POLICY, now_ns);
}
