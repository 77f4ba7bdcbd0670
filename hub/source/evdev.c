#define LOG_MODULE "evdev"
#include "hub/source/evdev.h"

#include <errno.h>
#include <libevdev/libevdev.h>
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
#include "hub/source/discover.h"
#include "hub/source/evdev_describe.h"
#include "hub/source/touchpad.h"

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

/* ---- one device ---- */

static void update_grab(struct evdev_device *device)
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
static int reread(struct evdev_device *device, enum reason reason, uint64_t now_ns)
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
static void update_starved(struct evdev_device *device, enum reason reason, uint64_t now_ns)
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
		reread(device, reason, now_ns);
	hub_device_set_grabbed(source->hub, device->handle, starved || device->grabbed);
}

/* Hands a touchpad to libinput or takes it back, as the consumers wish. */
static void update_touchpad(struct evdev_device *device, enum reason reason, uint64_t now_ns)
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
		update_grab(device);
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
	update_starved(device, reason, now_ns);
	update_grab(device);
}

/* A closed lid or a folded tablet covers the touchpads; libinput, with the touchpads alone, cannot see it. */
static void update_cover(struct evdev_source *source, uint64_t now_ns)
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
		update_grab(device);
	if (source->touchpads && libevdev_has_event_type(device->evdev, EV_SW))
		update_cover(source, now_ns);
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

static void remove_device(struct evdev_device *device, enum reason reason, uint64_t now_ns)
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

static void on_device(void *data, int fd, uint32_t events)
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
	remove_device(device, REASON_UNPLUG, loop_now(device->source->loop));
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
	device->fd_source = loop_add_fd(source->loop, fd, EPOLLIN, on_device, device);
	if (!device->fd_source) {
		rc = -errno;
		hub_device_remove(source->hub, device->handle, REASON_UNPLUG, loop_now(source->loop));
		goto err;
	}
	DL_APPEND(source->devices, device);
	update_touchpad(device, REASON_NONE, loop_now(source->loop));
	update_grab(device);
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
		remove_device(device, REASON_UNPLUG, loop_now(source->loop));
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
	remove_device(d, REASON_END, now_ns);
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
		update_starved(d, REASON_POLICY, clock_now_ns());
		update_grab(d);
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
	if (!d->starved && reread(d, REASON_SUSPEND, now_ns) < 0)
		remove_device(d, REASON_SUSPEND, now_ns);
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
		update_cover(source, now_ns);
	}
	if (pointer && raw && source->grab)
		log_warn("touchpads go to consumers that want pointers; with the grab on, those that want "
			 "them raw get nothing");
	DL_FOREACH(source->devices, d)
	update_touchpad(d, REASON_POLICY, now_ns);
}
