/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One device of the machine's: its events, its grab, and whether libinput has it. */
#define LOG_MODULE "evdev"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "hub/source/evdev_describe.h"
#include "hub/source/evdev_private.h"
#include "hub/source/touchpad.h"

void evdev_device_update_grab(struct evdev_device *device)
{
	bool want = device->source->grab && !device->as_pointer;
	int rc;

	if (want == device->grabbed || (want && device->grab_failed))
		return;
	/* A grab in mid-press would leave the key down in whoever had the device before. */
	if (want && bits_count(device->keys, sizeof(device->keys)))
		return;
	rc = libevdev_grab(device->evdev, want ? LIBEVDEV_GRAB : LIBEVDEV_UNGRAB);
	if (rc < 0 && want) {
		log_warn_errno(
			-rc,
			"%s: cannot be grabbed: another program has it; its events reach that program alone",
			device->devnode);
		device->grab_failed = true;
		return;
	}
	device->grabbed = want;
	hub_device_set_grabbed(device->source->hub, device->handle, want);
}

/* What the kernel has queued is thrown away and its state read anew. */
int evdev_device_reread(struct evdev_device *device, enum reason reason, uint64_t now_ns)
{
	struct hub *hub = device->source->hub;
	struct hub_device_info info;
	struct device_state state;
	struct input_event e;
	int rc;

	libevdev_next_event(device->evdev, LIBEVDEV_READ_FLAG_FORCE_SYNC, &e);
	do
		rc = libevdev_next_event(device->evdev, LIBEVDEV_READ_FLAG_SYNC, &e);
	while (rc == LIBEVDEV_READ_STATUS_SYNC);
	if (rc != -EAGAIN)
		return rc;
	device->count = 0;
	if (!hub_device_find(hub, device->handle, &info))
		return -ENODEV;
	rc = state_init(&state, info.descriptor);
	if (rc < 0)
		return rc;
	evdev_read_state(device->evdev, info.descriptor, &state);
	if (device->source->options.chords)
		chords_forget(device->source->options.chords, device->keys);
	memcpy(device->keys, state.keys, sizeof(device->keys));
	hub_device_resync(hub, device->handle, &state, reason, now_ns);
	state_finish(&state);
	return 0;
}

/* While libinput's grab keeps the events from us, the device holds nothing; afterwards, what it holds then. */
void evdev_device_update_starved(struct evdev_device *device, enum reason reason, uint64_t now_ns)
{
	struct evdev_source *source = device->source;
	bool starved = device->as_pointer && source->grab;

	if (starved == device->starved)
		return;
	device->starved = starved;
	if (starved)
		hub_device_release(source->hub, device->handle, reason, now_ns);
	else
		/* Its fd tells of a device that is gone. */
		evdev_device_reread(device, reason, now_ns);
	hub_device_set_grabbed(source->hub, device->handle, starved || device->grabbed);
}

/* Hands a touchpad to libinput or takes it back, as the consumers wish. */
void evdev_device_update_touchpad(struct evdev_device *device, enum reason reason, uint64_t now_ns)
{
	struct evdev_source *source = device->source;
	bool want = source->want_pointers && source->touchpads && device->is_touchpad;
	struct hub_device_info info;
	int rc = 0;

	if (want == device->as_pointer)
		return;
	device->as_pointer = want;
	if (want) {
		/* libinput's descriptor must own the grab: ours would starve it. */
		evdev_device_update_grab(device);
		if (hub_device_find(source->hub, device->handle, &info))
			rc = touchpads_add(source->touchpads, device->devnode, info.descriptor, source->grab,
					   now_ns);
		if (rc < 0) {
			log_warn_errno(-rc, "%s: libinput does not take this touchpad; it is passed raw only",
				       device->devnode);
			device->is_touchpad = false;
			device->as_pointer = false;
		}
	} else {
		touchpads_remove(source->touchpads, device->devnode, reason, now_ns);
	}
	evdev_device_update_starved(device, reason, now_ns);
	evdev_device_update_grab(device);
}

/* A closed lid or a folded tablet covers the touchpads; libinput, with the touchpads alone, cannot see it. */
void evdev_update_cover(struct evdev_source *source, uint64_t now_ns)
{
	struct hub_device_info info;
	bool covered = false;

	for (unsigned i = 0; i < HUB_DEVICES_MAX; i++)
		if (hub_device_info(source->hub, i, &info))
			covered |= bit_test(info.state->sws, SW_LID) ||
				   bit_test(info.state->sws, SW_TABLET_MODE);
	touchpads_set_covered(source->touchpads, covered, now_ns);
}

static void on_chord(struct evdev_source *source, int action, uint64_t now_ns)
{
	struct evdev_device *d;

	DL_FOREACH(source->devices, d)
	hub_device_release(source->hub, d->handle, REASON_CHORD, now_ns);
	source->options.chord(source->options.data, action);
}

static void send_frame(struct evdev_device *device, const struct input_event *syn, uint32_t flags,
		       uint32_t lost)
{
	struct evdev_source *source = device->source;
	uint64_t now_ns = loop_now(source->loop);
	int action = -1;
	struct frame frame = {
		.time_us = (uint64_t)syn->input_event_sec * 1000000u + (uint64_t)syn->input_event_usec,
		.flags = flags,
		.reason = flags & FRAME_RESYNC ? REASON_OVERFLOW : REASON_NONE,
		.lost = lost,
		.events = device->events,
	};

	device->events[device->count++] = (struct event){ EV_SYN, SYN_REPORT, syn->value };
	frame.count = frame_drop_repeats(device->events, NULL, device->count);
	if (frame.count && source->options.chords)
		frame.count = chords_filter(source->options.chords, device->keys, device->events, frame.count,
					    &action);
	if (frame.count)
		hub_device_frame(source->hub, device->handle, &frame, now_ns);
	device->count = 0;
	if (action >= 0)
		on_chord(source, action, now_ns);
	if ((source->grab && !device->as_pointer) != device->grabbed)
		evdev_device_update_grab(device);
	if (source->touchpads && libevdev_has_event_type(device->evdev, EV_SW))
		evdev_update_cover(source, now_ns);
}

static void add_event(struct evdev_device *device, const struct input_event *e)
{
	/* One place is kept for SYN_REPORT. A frame this long does not come from hardware. */
	if (device->count + 1 < FRAME_EVENTS_MAX)
		device->events[device->count++] = (struct event){ e->type, e->code, e->value };
}

/* After SYN_DROPPED libevdev has the truth; what differs from what it told before becomes one frame (or two, for contacts). */
static int drain_sync(struct evdev_device *device, unsigned lost)
{
	struct input_event e;
	int rc;

	for (;;) {
		rc = libevdev_next_event(device->evdev, LIBEVDEV_READ_FLAG_SYNC, &e);
		if (rc != LIBEVDEV_READ_STATUS_SYNC)
			break;
		if (e.type != EV_SYN || e.code != SYN_REPORT) {
			add_event(device, &e);
			continue;
		}
		send_frame(device, &e, FRAME_RESYNC, lost);
		lost = 0;
	}
	if (rc == -EAGAIN && (device->count || lost)) {
		e = (struct input_event){ 0 };
		e.input_event_sec = (__kernel_ulong_t)(clock_now_ns() / NS_PER_S);
		e.input_event_usec = (__kernel_ulong_t)(clock_now_ns() % NS_PER_S / NS_PER_US);
		send_frame(device, &e, FRAME_RESYNC, lost);
	}
	return rc == -EAGAIN ? 0 : rc;
}

void evdev_device_remove(struct evdev_device *device, enum reason reason, uint64_t now_ns)
{
	struct evdev_source *source = device->source;
	int fd = libevdev_get_fd(device->evdev);

	if (source->options.chords)
		chords_forget(source->options.chords, device->keys);
	if (device->as_pointer)
		touchpads_remove(source->touchpads, device->devnode, reason, now_ns);
	hub_device_remove(source->hub, device->handle, reason, now_ns);
	loop_remove_fd(device->fd_source);
	libevdev_free(device->evdev);
	close(fd);
	DL_DELETE(source->devices, device);
	free(device);
}

void evdev_device_read(void *data, int fd, uint32_t events)
{
	struct evdev_device *device = data;
	struct input_event e;
	int rc;

	/* To the end: what libevdev has read already, epoll would not announce again. */
	for (;;) {
		rc = libevdev_next_event(device->evdev, LIBEVDEV_READ_FLAG_NORMAL, &e);
		if (rc == LIBEVDEV_READ_STATUS_SYNC)
			rc = drain_sync(device, 1);
		else if (rc == LIBEVDEV_READ_STATUS_SUCCESS && e.type == EV_SYN && e.code == SYN_REPORT)
			send_frame(device, &e, 0, 0);
		else if (rc == LIBEVDEV_READ_STATUS_SUCCESS)
			add_event(device, &e);
		if (rc < 0)
			break;
	}
	if (rc == -EAGAIN)
		return;
	log_info("%s: is gone (%s)", device->devnode, strerror(-rc));
	evdev_device_remove(device, REASON_UNPLUG, loop_now(device->source->loop));
}
