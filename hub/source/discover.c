/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "devices"
#include "hub/source/discover.h"

#include <errno.h>
#include <fcntl.h>
#include <libevdev/libevdev.h>
#include <libudev.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "hub/device/classify.h"

#define RETRY_FIRST_NS (50 * NS_PER_MS)

struct waiting {
	char devnode[DISCOVER_PATH_MAX]; /* "" for a free place */
	uint32_t hints;
	unsigned tries;
	uint64_t at_ns;
};

struct discover {
	struct worker *worker;
	struct discover_callbacks callbacks;
	struct udev *udev;
	struct udev_monitor *monitor;
	struct loop_timer *timer;
	bool have_daemon;
	struct waiting waiting[DISCOVER_WAITING_MAX];
};

/* A call on its way to the main thread. */
struct report {
	struct discover *discover;
	struct libevdev *evdev;
	uint32_t hints;
	char devnode[DISCOVER_PATH_MAX];
};

static void free_evdev(struct libevdev *evdev)
{
	int fd = libevdev_get_fd(evdev);

	libevdev_free(evdev);
	close(fd);
}

static void deliver_found(void *data)
{
	struct report *r = data;

	r->discover->callbacks.found(r->discover->callbacks.data, r->evdev, r->devnode, r->hints);
	free(r);
}

static void deliver_lost(void *data)
{
	struct report *r = data;

	r->discover->callbacks.lost(r->discover->callbacks.data, r->devnode);
	free(r);
}

static void deliver_settled(void *data)
{
	struct discover *discover = data;

	discover->callbacks.settled(discover->callbacks.data);
}

static int report(struct discover *discover, loop_fn deliver, const char *devnode, struct libevdev *evdev,
		  uint32_t hints)
{
	struct report *r = calloc(1, sizeof(*r));
	int rc;

	if (!r)
		return -ENOMEM;
	r->discover = discover;
	r->evdev = evdev;
	r->hints = hints;
	snprintf(r->devnode, sizeof(r->devnode), "%s", devnode);
	rc = worker_reply(discover->worker, deliver, r);
	if (rc < 0)
		free(r);
	return rc;
}

static int open_device(const char *devnode, struct libevdev **evdev)
{
	/* Writing is for LEDs alone: who may only read still has a device. */
	int fd = open(devnode, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	int rc;

	if (fd < 0 && (errno == EACCES || errno == EPERM || errno == EROFS))
		fd = open(devnode, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	rc = libevdev_new_from_fd(fd, evdev);
	if (!rc)
		rc = libevdev_set_clock_id(*evdev, CLOCK_MONOTONIC);
	if (rc < 0) {
		if (*evdev)
			libevdev_free(*evdev);
		close(fd);
	}
	return rc;
}

static bool worth_a_retry(int err)
{
	return err == EACCES || err == EPERM || err == ENODEV || err == ENXIO || err == ENOENT ||
	       err == EBUSY || err == EAGAIN;
}

static struct waiting *find_waiting(struct discover *discover, const char *devnode)
{
	for (unsigned i = 0; i < DISCOVER_WAITING_MAX; i++)
		if (!strcmp(discover->waiting[i].devnode, devnode))
			return &discover->waiting[i];
	return NULL;
}

static void arm(struct discover *discover)
{
	uint64_t nearest = CLOCK_NEVER;

	for (unsigned i = 0; i < DISCOVER_WAITING_MAX; i++)
		if (discover->waiting[i].devnode[0] && discover->waiting[i].at_ns < nearest)
			nearest = discover->waiting[i].at_ns;
	loop_timer_at(discover->timer, nearest);
}

static void try_later(struct discover *discover, const char *devnode, uint32_t hints, int err)
{
	struct waiting *w = find_waiting(discover, devnode);

	if (!w) {
		w = find_waiting(discover, "");
		if (!w) {
			log_warn_errno(err, "%s: cannot open, and %d nodes are tried again already", devnode,
				       DISCOVER_WAITING_MAX);
			return;
		}
		memset(w, 0, sizeof(*w));
		snprintf(w->devnode, sizeof(w->devnode), "%s", devnode);
		w->hints = hints;
	}
	if (w->tries >= DISCOVER_TRIES_MAX) {
		log_errno(err, "%s: cannot open; xenhub doctor says how to mend it", devnode);
		w->devnode[0] = '\0';
		return;
	}
	w->at_ns = clock_now_ns() + (RETRY_FIRST_NS << w->tries++);
}

static void try_device(struct discover *discover, const char *devnode, uint32_t hints)
{
	struct libevdev *evdev = NULL;
	struct waiting *w;
	int rc = open_device(devnode, &evdev);

	if (!rc) {
		rc = report(discover, deliver_found, devnode, evdev, hints);
		if (rc < 0) {
			free_evdev(evdev);
			rc = -EAGAIN;
		}
	}
	if (rc < 0 && worth_a_retry(-rc)) {
		try_later(discover, devnode, hints, -rc);
	} else {
		if (rc < 0)
			log_warn_errno(-rc, "%s: is no input device that can be used", devnode);
		w = find_waiting(discover, devnode);
		if (w)
			w->devnode[0] = '\0';
	}
	arm(discover);
}

static void on_retry(void *data)
{
	struct discover *discover = data;
	uint64_t now_ns = clock_now_ns();

	for (unsigned i = 0; i < DISCOVER_WAITING_MAX; i++) {
		struct waiting *w = &discover->waiting[i];
		char devnode[DISCOVER_PATH_MAX];

		if (!w->devnode[0] || w->at_ns > now_ns)
			continue;
		memcpy(devnode, w->devnode, sizeof(devnode));
		try_device(discover, devnode, w->hints);
	}
	arm(discover);
}

static bool is_set(struct udev_device *device, const char *property)
{
	const char *value = udev_device_get_property_value(device, property);

	return value && strcmp(value, "0");
}

static uint32_t read_hints(struct udev_device *device)
{
	static const struct {
		const char *property;
		uint32_t hint;
	} table[] = {
		{ "ID_INPUT_POINTINGSTICK", HINT_POINTINGSTICK }, { "ID_INPUT_TOUCHPAD", HINT_TOUCHPAD },
		{ "ID_INPUT_TOUCHSCREEN", HINT_TOUCHSCREEN },     { "ID_INPUT_TABLET", HINT_TABLET },
		{ "ID_INPUT_TABLET_PAD", HINT_TABLET_PAD },       { "ID_INPUT_JOYSTICK", HINT_JOYSTICK },
		{ "ID_INPUT_ACCELEROMETER", HINT_ACCELEROMETER },
	};
	uint32_t hints = 0;

	for (unsigned i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (is_set(device, table[i].property))
			hints |= table[i].hint;
	return hints;
}

static bool is_event_node(struct udev_device *device, const char **devnode)
{
	const char *name = udev_device_get_sysname(device);

	*devnode = udev_device_get_devnode(device);
	return name && !strncmp(name, "event", 5) && *devnode && strlen(*devnode) < DISCOVER_PATH_MAX;
}

static void on_monitor(void *data, int fd, uint32_t events)
{
	struct discover *discover = data;
	struct udev_device *device = udev_monitor_receive_device(discover->monitor);
	const char *devnode;
	const char *action;
	struct waiting *w;

	if (!device)
		return;
	action = udev_device_get_action(device);
	if (is_event_node(device, &devnode) && action) {
		if (!strcmp(action, "remove")) {
			w = find_waiting(discover, devnode);
			if (w)
				w->devnode[0] = '\0';
			report(discover, deliver_lost, devnode, NULL, 0);
		} else {
			/* "add", or "change" after `udevadm trigger` with new rules; the receiver knows what it has. */
			try_device(discover, devnode, read_hints(device));
		}
	}
	udev_device_unref(device);
}

static void enumerate(struct discover *discover)
{
	struct udev_enumerate *all = udev_enumerate_new(discover->udev);
	struct udev_list_entry *entry;

	if (!all)
		return;
	udev_enumerate_add_match_subsystem(all, "input");
	udev_enumerate_add_match_sysname(all, "event*");
	if (discover->have_daemon)
		udev_enumerate_add_match_is_initialized(all);
	udev_enumerate_scan_devices(all);
	udev_list_entry_foreach(entry, udev_enumerate_get_list_entry(all))
	{
		struct udev_device *device =
			udev_device_new_from_syspath(discover->udev, udev_list_entry_get_name(entry));
		const char *devnode;

		if (!device)
			continue;
		if (is_event_node(device, &devnode))
			try_device(discover, devnode, read_hints(device));
		udev_device_unref(device);
	}
	udev_enumerate_unref(all);
}

static void rescan(void *data)
{
	enumerate(data);
}

static void start(void *data)
{
	struct discover *discover = data;
	struct loop *loop = worker_loop(discover->worker);

	discover->timer = loop_add_timer(loop, on_retry, discover);
	discover->udev = udev_new();
	if (!discover->udev || !discover->timer) {
		log_errno(ENOMEM, "cannot look for devices");
		worker_reply(discover->worker, deliver_settled, discover);
		return;
	}
	discover->have_daemon = access("/run/udev/control", F_OK) == 0;
	if (!discover->have_daemon)
		log_warn("no udev daemon runs: devices are taken as the kernel announces them, without "
			 "udev's hints");
	discover->monitor =
		udev_monitor_new_from_netlink(discover->udev, discover->have_daemon ? "udev" : "kernel");
	/* Listening begins before looking, so that nothing falls in between; a node seen twice is the receiver's to notice. */
	if (!discover->monitor ||
	    udev_monitor_filter_add_match_subsystem_devtype(discover->monitor, "input", NULL) < 0 ||
	    udev_monitor_enable_receiving(discover->monitor) < 0 ||
	    !loop_add_fd(loop, udev_monitor_get_fd(discover->monitor), EPOLLIN, on_monitor, discover))
		log_warn("cannot listen to udev: devices that are plugged in later are not noticed");
	enumerate(discover);
	worker_reply(discover->worker, deliver_settled, discover);
}

int discover_create(struct discover **out, struct worker *worker, const struct discover_callbacks *callbacks)
{
	struct discover *discover = calloc(1, sizeof(*discover));
	int rc;

	if (!discover)
		return -ENOMEM;
	discover->worker = worker;
	discover->callbacks = *callbacks;
	rc = worker_run(worker, start, discover);
	if (rc < 0) {
		free(discover);
		return rc;
	}
	*out = discover;
	return 0;
}

void discover_destroy(struct discover *discover)
{
	if (!discover)
		return;
	if (discover->monitor)
		udev_monitor_unref(discover->monitor);
	if (discover->udev)
		udev_unref(discover->udev);
	free(discover);
}

void discover_rescan(struct discover *discover)
{
	worker_run(discover->worker, rescan, discover);
}
