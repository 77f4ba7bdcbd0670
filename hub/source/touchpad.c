/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "touchpad"
#include "hub/source/touchpad.h"

#include <errno.h>
#include <fcntl.h>
#include <libinput.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utlist.h>

#include "hub/core/clock.h"
#include "hub/core/log.h"

/* libinput's finger scrolling is in pixels of the pointer; a wheel's click is 15 degrees or 120 units. */
#define HIRES_PER_PIXEL 8
#define HIRES_PER_CLICK 120

struct touchpad {
	struct libinput_device *device;
	int fd; /* libinput's */
	char devnode[128];
	uint32_t handle;
	double rest_x, rest_y; /* of motion, below one pixel */
	double scroll_rest[2]; /* of scrolling, below one unit */
	int32_t click_rest[2]; /* units that do not make a click yet */
	struct touchpad *prev, *next;
};

struct touchpads {
	struct loop *loop;
	struct hub *hub;
	struct libinput *libinput;
	struct loop_fd *source;
	bool covered;
	bool grab;  /* what is being opened is to be grabbed */
	int opened; /* the descriptor that libinput got last */
	struct touchpad *list;
};

static int open_restricted(const char *path, int flags, void *data)
{
	struct touchpads *t = data;
	int fd = open(path, flags | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return -errno;
	if (t->grab && ioctl(fd, EVIOCGRAB, 1) < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	t->opened = fd;
	return fd;
}

static void close_restricted(int fd, void *data)
{
	struct touchpads *t = data;
	struct touchpad *pad;

	DL_FOREACH(t->list, pad)
	if (pad->fd == fd)
		pad->fd = -1;
	close(fd);
}

static const struct libinput_interface interface = {
	.open_restricted = open_restricted,
	.close_restricted = close_restricted,
};

static void describe_mouse(const struct descriptor *pad, struct descriptor *d)
{
	static const uint16_t buttons[] = { BTN_LEFT, BTN_RIGHT, BTN_MIDDLE };
	static const uint16_t axes[] = {
		REL_X, REL_Y, REL_WHEEL, REL_HWHEEL, REL_WHEEL_HI_RES, REL_HWHEEL_HI_RES
	};

	memset(d, 0, sizeof(*d));
	snprintf(d->name, sizeof(d->name), "%.110s (pointer)", pad->name);
	snprintf(d->phys, sizeof(d->phys), "xenhub-pointer/%.100s", pad->phys);
	d->bustype = pad->bustype;
	d->vendor = pad->vendor;
	d->product = pad->product;
	d->version = pad->version;
	bit_set(d->props, INPUT_PROP_POINTER);
	for (unsigned i = 0; i < sizeof(buttons) / sizeof(buttons[0]); i++)
		descriptor_add(d, EV_KEY, buttons[i]);
	for (unsigned i = 0; i < sizeof(axes) / sizeof(axes[0]); i++)
		descriptor_add(d, EV_REL, axes[i]);
}

static void send(struct touchpads *t, struct touchpad *pad, struct event *events, uint32_t n,
		 uint64_t time_us)
{
	struct frame frame = { .time_us = time_us, .events = events, .count = n + 1 };

	if (!n || t->covered)
		return;
	events[n] = (struct event){ EV_SYN, SYN_REPORT, 0 };
	hub_device_frame(t->hub, pad->handle, &frame, loop_now(t->loop));
}

/* The whole part of *rest + by; the remainder stays. */
static int32_t whole(double *rest, double by)
{
	int32_t n;

	*rest += by;
	if (*rest > INT32_MAX / 2 || *rest < -(INT32_MAX / 2))
		*rest = 0;
	n = (int32_t)*rest;
	*rest -= n;
	return n;
}

static void on_motion(struct touchpads *t, struct touchpad *pad, struct libinput_event_pointer *e)
{
	struct event events[3];
	uint32_t n = 0;
	int32_t x = whole(&pad->rest_x, libinput_event_pointer_get_dx(e));
	int32_t y = whole(&pad->rest_y, libinput_event_pointer_get_dy(e));

	if (x)
		events[n++] = (struct event){ EV_REL, REL_X, x };
	if (y)
		events[n++] = (struct event){ EV_REL, REL_Y, y };
	send(t, pad, events, n, libinput_event_pointer_get_time_usec(e));
}

static void on_button(struct touchpads *t, struct touchpad *pad, struct libinput_event_pointer *e)
{
	bool down = libinput_event_pointer_get_button_state(e) == LIBINPUT_BUTTON_STATE_PRESSED;
	struct event events[2] = { { EV_KEY, (uint16_t)libinput_event_pointer_get_button(e), down } };

	send(t, pad, events, 1, libinput_event_pointer_get_time_usec(e));
}

static uint32_t scroll_axis(struct touchpad *pad, unsigned axis, double pixels, struct event *events)
{
	/* Wheels count up where scrolling counts down; sideways both go right. */
	int32_t units = whole(&pad->scroll_rest[axis], (axis ? pixels : -pixels) * HIRES_PER_PIXEL);
	int32_t clicks;
	uint32_t n = 0;

	if (!units)
		return 0;
	events[n++] = (struct event){ EV_REL, axis ? REL_HWHEEL_HI_RES : REL_WHEEL_HI_RES, units };
	pad->click_rest[axis] += units;
	clicks = pad->click_rest[axis] / HIRES_PER_CLICK;
	pad->click_rest[axis] -= clicks * HIRES_PER_CLICK;
	if (clicks)
		events[n++] = (struct event){ EV_REL, axis ? REL_HWHEEL : REL_WHEEL, clicks };
	return n;
}

static void on_scroll(struct touchpads *t, struct touchpad *pad, struct libinput_event_pointer *e)
{
	static const enum libinput_pointer_axis axes[2] = {
		LIBINPUT_POINTER_AXIS_SCROLL_VERTICAL,
		LIBINPUT_POINTER_AXIS_SCROLL_HORIZONTAL,
	};
	struct event events[5];
	uint32_t n = 0;

	for (unsigned i = 0; i < 2; i++)
		if (libinput_event_pointer_has_axis(e, axes[i]))
			n += scroll_axis(pad, i, libinput_event_pointer_get_scroll_value(e, axes[i]),
					 events + n);
	send(t, pad, events, n, libinput_event_pointer_get_time_usec(e));
}

static void on_libinput(void *data, int fd, uint32_t mask)
{
	struct touchpads *t = data;
	struct libinput_event *event;

	libinput_dispatch(t->libinput);
	while ((event = libinput_get_event(t->libinput))) {
		struct touchpad *pad = libinput_device_get_user_data(libinput_event_get_device(event));
		struct libinput_event_pointer *e = NULL;

		switch (pad ? libinput_event_get_type(event) : LIBINPUT_EVENT_NONE) {
		case LIBINPUT_EVENT_POINTER_MOTION:
			e = libinput_event_get_pointer_event(event);
			on_motion(t, pad, e);
			break;
		case LIBINPUT_EVENT_POINTER_BUTTON:
			e = libinput_event_get_pointer_event(event);
			on_button(t, pad, e);
			break;
		case LIBINPUT_EVENT_POINTER_SCROLL_FINGER:
		case LIBINPUT_EVENT_POINTER_SCROLL_CONTINUOUS:
			e = libinput_event_get_pointer_event(event);
			on_scroll(t, pad, e);
			break;
		default:
			break;
		}
		libinput_event_destroy(event);
	}
}

int touchpads_create(struct touchpads **out, struct loop *loop, struct hub *hub)
{
	struct touchpads *t = calloc(1, sizeof(*t));
	int rc = -ENOMEM;

	if (!t)
		return rc;
	t->loop = loop;
	t->hub = hub;
	t->libinput = libinput_path_create_context(&interface, t);
	if (!t->libinput)
		goto err_free;
	t->source = loop_add_fd(loop, libinput_get_fd(t->libinput), EPOLLIN, on_libinput, t);
	if (!t->source) {
		rc = -errno;
		goto err_libinput;
	}
	*out = t;
	return 0;

err_libinput:
	libinput_unref(t->libinput);
err_free:
	free(t);
	return rc;
}

static void remove_pad(struct touchpads *t, struct touchpad *pad, enum reason reason, uint64_t now_ns)
{
	hub_device_remove(t->hub, pad->handle, reason, now_ns);
	libinput_device_set_user_data(pad->device, NULL);
	libinput_path_remove_device(pad->device);
	libinput_device_unref(pad->device);
	DL_DELETE(t->list, pad);
	free(pad);
}

void touchpads_destroy(struct touchpads *t, uint64_t now_ns)
{
	struct touchpad *pad, *next;

	if (!t)
		return;
	DL_FOREACH_SAFE(t->list, pad, next)
	remove_pad(t, pad, REASON_END, now_ns);
	loop_remove_fd(t->source);
	libinput_unref(t->libinput);
	free(t);
}

int touchpads_add(struct touchpads *t, const char *devnode, const struct descriptor *d, bool grab,
		  uint64_t now_ns)
{
	struct touchpad *pad = calloc(1, sizeof(*pad));
	struct descriptor mouse;
	int rc;

	if (!pad)
		return -ENOMEM;
	t->grab = grab;
	pad->device = libinput_path_add_device(t->libinput, devnode);
	if (!pad->device) {
		free(pad);
		return -ENODEV;
	}
	describe_mouse(d, &mouse);
	rc = hub_device_add(t->hub, &mouse, NULL, CLASS_MOUSE, "mouse: a touchpad through libinput", devnode,
			    HUB_DEVICE_POINTER, now_ns, &pad->handle);
	if (rc < 0) {
		libinput_path_remove_device(pad->device);
		free(pad);
		return rc;
	}
	libinput_device_ref(pad->device);
	pad->fd = t->opened;
	snprintf(pad->devnode, sizeof(pad->devnode), "%s", devnode);
	libinput_device_set_user_data(pad->device, pad);
	if (libinput_device_config_accel_is_available(pad->device))
		libinput_device_config_accel_set_profile(pad->device, LIBINPUT_CONFIG_ACCEL_PROFILE_FLAT);
	if (libinput_device_config_tap_get_finger_count(pad->device))
		libinput_device_config_tap_set_enabled(pad->device, LIBINPUT_CONFIG_TAP_ENABLED);
	DL_APPEND(t->list, pad);
	return 0;
}

void touchpads_remove(struct touchpads *t, const char *devnode, enum reason reason, uint64_t now_ns)
{
	struct touchpad *pad, *next;

	DL_FOREACH_SAFE(t->list, pad, next)
	if (!strcmp(pad->devnode, devnode))
		remove_pad(t, pad, reason, now_ns);
}

void touchpads_set_grab(struct touchpads *t, bool grab)
{
	struct touchpad *pad;

	DL_FOREACH(t->list, pad)
	if (pad->fd >= 0 && ioctl(pad->fd, EVIOCGRAB, grab ? 1 : 0) < 0)
		log_warn_errno(errno, "%s: the grab cannot be %s", pad->devnode,
			       grab ? "taken" : "let go of");
}

void touchpads_set_covered(struct touchpads *t, bool covered, uint64_t now_ns)
{
	struct touchpad *pad;

	if (covered == t->covered)
		return;
	DL_FOREACH(t->list, pad)
	hub_device_release(t->hub, pad->handle, REASON_SUSPEND, now_ns);
	t->covered = covered;
}
