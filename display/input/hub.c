/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/input/hub.h"

#include <errno.h>
#include <linux/input-event-codes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "display/input/hub_device.h"
#include "hub/client/xenhub.h"
#include "hub/core/clock.h"

#define LOG_MODULE "hub"
#include "hub/core/log.h"

#define KEYBOARDS_MAX 16

struct hub {
	struct xenhub *client;
	struct input *input;
	void (*changed)(void *user);
	void *user;
	bool devices;
	enum pointer_button eraser;
	pthread_t thread;
	int wake_fd; /* eventfd: the thread has to look */
	unsigned next_number;
	struct xenhub_device *keyboards[KEYBOARDS_MAX]; /* with LEDs */
	unsigned keyboard_count;

	pthread_mutex_t lock;
	bool quit;
	int leds; /* what they are to show, a bit for each code; -1: nobody has said */
	struct hub_states states;
	int window_w, window_h;
};

static void show_leds(struct hub *hub, struct xenhub_device *device)
{
	int leds;

	pthread_mutex_lock(&hub->lock);
	leds = hub->leds;
	pthread_mutex_unlock(&hub->lock);
	for (unsigned code = LED_NUML; leds >= 0 && code <= LED_SCROLLL; code++)
		if (xenhub_device_has(device, EV_LED, code) &&
		    xenhub_device_led(device, code) != (leds >> code & 1))
			xenhub_set_led(hub->client, device, code, leds >> code & 1);
}

static void forget_keyboard(struct hub *hub, const struct xenhub_device *device)
{
	for (unsigned i = 0; i < hub->keyboard_count; i++)
		if (hub->keyboards[i] == device)
			hub->keyboards[i] = hub->keyboards[--hub->keyboard_count];
}

static void on_added(void *data, struct xenhub_device *device)
{
	struct hub *hub = data;

	if (xenhub_device_has(device, EV_LED, LED_CAPSL) && hub->keyboard_count < KEYBOARDS_MAX) {
		hub->keyboards[hub->keyboard_count++] = device;
		show_leds(hub, device);
	}

	xenhub_device_set_data(device, hub_device_create(device, hub->next_number++, hub->eraser));
	log_debug("%s (%s)", xenhub_device_name(device), xenhub_device_class_reason(device));
}

static void on_removed(void *data, struct xenhub_device *device, unsigned reason)
{
	struct hub *hub = data;
	struct hub_device *d = xenhub_device_data(device);

	forget_keyboard(hub, device);
	if (!d)
		return;
	hub_device_release(d, hub->input);
	hub_device_destroy(d);
}

static void on_frame(void *data, struct xenhub_device *device, const struct xenhub_frame *frame)
{
	struct hub *hub = data;
	struct hub_device *d = xenhub_device_data(device);
	int width, height;

	pthread_mutex_lock(&hub->lock);
	width = hub->window_w;
	height = hub->window_h;
	pthread_mutex_unlock(&hub->lock);
	if (d)
		hub_device_frame(d, hub->input, frame, width, height, clock_now_ns());
}

static int parse_orientation(const char *text)
{
	static const char *const names[] = { "normal", "right-up", "bottom-up", "left-up" };

	for (int i = 0; i < 4; i++)
		if (!strcmp(text, names[i]))
			return i;
	return -1;
}

static void on_state(void *data, const struct xenhub_state *state)
{
	struct hub *hub = data;
	bool there = state->type != XENHUB_STATE_ABSENT;
	struct hub_states *states = &hub->states;
	struct hub_states before;
	bool differs;

	pthread_mutex_lock(&hub->lock);
	before = *states;
	if (!strcmp(state->path, "power/percent"))
		states->percent = there ? (int)state->integer : -1;
	else if (!strcmp(state->path, "power/on-ac"))
		states->on_ac = there ? (int)state->integer : -1;
	else if (!strcmp(state->path, "power/warning"))
		states->battery_low = there && strcmp(state->text, "none") != 0;
	else if (!strcmp(state->path, "switch/tablet-mode"))
		states->tablet_mode = there ? (int)state->integer : -1;
	else if (!strcmp(state->path, "switch/rotate-lock"))
		states->rotation_lock = there ? (int)state->integer : -1;
	else if (!strcmp(state->path, "switch/lid"))
		states->lid_closed = there && state->integer != 0;
	else if (!strcmp(state->path, "orientation") && there && parse_orientation(state->text) >= 0)
		/* Flat or unknown: it stays what it was. */
		states->orientation = parse_orientation(state->text);
	differs = memcmp(&before, states, sizeof(before)) != 0;
	pthread_mutex_unlock(&hub->lock);
	/* What a closed lid presses on the panel is no finger. */
	if (before.lid_closed != states->lid_closed)
		input_set_covered(hub->input, states->lid_closed);
	if (differs)
		hub->changed(hub->user);
}

static void on_focus(void *data, bool focused)
{
	struct hub *hub = data;

	if (!focused && hub->devices)
		input_release(hub->input);
}

static void on_link(void *data, enum xenhub_link status, const char *text)
{
	struct hub *hub = data;

	pthread_mutex_lock(&hub->lock);
	hub->states.up = status == XENHUB_LINK_UP;
	pthread_mutex_unlock(&hub->lock);
	if (status != XENHUB_LINK_UP && hub->devices)
		input_release(hub->input);
	if (status == XENHUB_LINK_REFUSED)
		log_warn("the hub refuses us: %s", text);
	hub->changed(hub->user);
}

static const struct xenhub_listener listener = {
	.device_added = on_added,
	.device_removed = on_removed,
	.frame = on_frame,
	.state = on_state,
	.focus = on_focus,
	.link = on_link,
};

static int timeout_of(struct hub *hub)
{
	uint64_t deadline = hub->devices ? input_deadline(hub->input) : CLOCK_NEVER;
	uint64_t now = clock_now_ns();

	if (deadline == CLOCK_NEVER)
		return -1;
	return deadline <= now ? 0 : (int)((deadline - now) / NS_PER_MS) + 1;
}

/* False: it is over. */
static bool woken(struct hub *hub)
{
	uint64_t count;
	bool quit;

	if (read(hub->wake_fd, &count, sizeof(count)) < 0)
		return true;
	pthread_mutex_lock(&hub->lock);
	quit = hub->quit;
	pthread_mutex_unlock(&hub->lock);
	for (unsigned i = 0; i < hub->keyboard_count && !quit; i++)
		show_leds(hub, hub->keyboards[i]);
	return !quit;
}

static void *hub_thread(void *user)
{
	struct hub *hub = user;
	struct pollfd fds[2] = {
		{ .fd = xenhub_fd(hub->client), .events = POLLIN },
		{ .fd = hub->wake_fd, .events = POLLIN },
	};

	for (;;) {
		poll(fds, 2, timeout_of(hub));
		if (fds[1].revents && !woken(hub))
			break;
		if (fds[0].revents)
			xenhub_dispatch(hub->client);
		if (hub->devices)
			input_tick(hub->input, clock_now_ns());
	}
	return NULL;
}

static int start_thread(struct hub *hub)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	rc = pthread_create(&hub->thread, NULL, hub_thread, hub);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -rc;
}

int hub_create(struct hub **out, const char *link, bool devices, enum pointer_button eraser,
	       struct input *input, void (*changed)(void *user), void *user)
{
	struct xenhub_options options = {
		.name = "xenhub-display",
		.classes = devices ? XENHUB_ALL_CLASSES : 0,
		.touchpad = XENHUB_TOUCHPAD_POINTER,
		.states = true,
		.state_interval_ms = 50,
	};
	struct hub *hub = calloc(1, sizeof(*hub));
	int rc;

	if (!hub)
		return -ENOMEM;
	hub->input = input;
	hub->devices = devices;
	hub->eraser = eraser;
	hub->changed = changed;
	hub->user = user;
	hub->window_w = hub->window_h = 1;
	hub->states = HUB_STATES_UNKNOWN;
	hub->leds = -1;
	pthread_mutex_init(&hub->lock, NULL);
	hub->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	rc = hub->wake_fd < 0 ? -errno : xenhub_open(&hub->client, link, &options, &listener, hub);
	if (rc == 0) {
		rc = start_thread(hub);
		if (rc < 0)
			xenhub_close(hub->client);
	}
	if (rc < 0) {
		if (hub->wake_fd >= 0)
			close(hub->wake_fd);
		pthread_mutex_destroy(&hub->lock);
		free(hub);
		return rc;
	}
	*out = hub;
	return 0;
}

static void wake_thread(struct hub *hub)
{
	uint64_t one = 1;

	if (write(hub->wake_fd, &one, sizeof(one)) < 0)
		return; /* the counter is full: it is awake */
}

void hub_destroy(struct hub *hub)
{
	if (!hub)
		return;
	pthread_mutex_lock(&hub->lock);
	hub->quit = true;
	pthread_mutex_unlock(&hub->lock);
	wake_thread(hub);
	pthread_join(hub->thread, NULL);
	xenhub_close(hub->client);
	close(hub->wake_fd);
	pthread_mutex_destroy(&hub->lock);
	free(hub);
}

void hub_get_states(struct hub *hub, struct hub_states *states)
{
	pthread_mutex_lock(&hub->lock);
	*states = hub->states;
	pthread_mutex_unlock(&hub->lock);
}

void hub_set_window(struct hub *hub, int width, int height)
{
	pthread_mutex_lock(&hub->lock);
	hub->window_w = width;
	hub->window_h = height;
	pthread_mutex_unlock(&hub->lock);
}

void hub_set_leds(struct hub *hub, bool num, bool caps, bool scroll)
{
	pthread_mutex_lock(&hub->lock);
	hub->leds = num << LED_NUML | caps << LED_CAPSL | scroll << LED_SCROLLL;
	pthread_mutex_unlock(&hub->lock);
	wake_thread(hub);
}
