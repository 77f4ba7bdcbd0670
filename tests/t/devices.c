/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The devices of the world: what each kind is, and what it does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/t/world.h"

static void add_axis(struct descriptor *d, unsigned code, int32_t max)
{
	descriptor_add(d, EV_ABS, code);
	d->absinfo[code].maximum = max;
}

static void make_keyboard(struct descriptor *d)
{
	for (unsigned code = KEY_ESC; code <= KEY_KPDOT; code++)
		descriptor_add(d, EV_KEY, code);
	descriptor_add(d, EV_LED, LED_NUML);
	descriptor_add(d, EV_LED, LED_CAPSL);
	descriptor_add(d, EV_MSC, MSC_SCAN);
}

static void make_mouse(struct descriptor *d)
{
	descriptor_add(d, EV_KEY, BTN_LEFT);
	descriptor_add(d, EV_KEY, BTN_RIGHT);
	for (unsigned code = REL_X; code <= REL_WHEEL; code++)
		descriptor_add(d, EV_REL, code);
}

static void make_combo(struct descriptor *d)
{
	make_keyboard(d);
	make_mouse(d);
}

static void make_touch(struct descriptor *d)
{
	add_axis(d, ABS_MT_SLOT, 9);
	add_axis(d, ABS_MT_POSITION_X, 1919);
	add_axis(d, ABS_MT_POSITION_Y, 1199);
	add_axis(d, ABS_MT_TRACKING_ID, 65535);
}

static void make_panel(struct descriptor *d)
{
	make_touch(d);
	bit_set(d->props, INPUT_PROP_DIRECT);
}

static void make_touchpad(struct descriptor *d)
{
	make_touch(d);
	descriptor_add(d, EV_KEY, BTN_LEFT);
	descriptor_add(d, EV_KEY, BTN_TOOL_FINGER);
}

static void make_pen(struct descriptor *d)
{
	descriptor_add(d, EV_KEY, BTN_TOOL_PEN);
	descriptor_add(d, EV_KEY, BTN_TOUCH);
	descriptor_add(d, EV_KEY, BTN_STYLUS);
	add_axis(d, ABS_X, 9999);
	add_axis(d, ABS_Y, 9999);
	add_axis(d, ABS_PRESSURE, 4095);
}

static void make_buttons(struct descriptor *d)
{
	descriptor_add(d, EV_KEY, KEY_POWER);
	descriptor_add(d, EV_KEY, KEY_VOLUMEUP);
}

static void make_lid(struct descriptor *d)
{
	descriptor_add(d, EV_SW, SW_LID);
}

static const struct {
	const char *name;
	void (*make)(struct descriptor *d);
	uint32_t flags;
} kinds[] = {
	{ "keyboard", make_keyboard, 0 },
	{ "mouse", make_mouse, 0 },
	{ "combo", make_combo, 0 },
	{ "touchscreen", make_panel, 0 },
	{ "touchpad", make_touchpad, HUB_DEVICE_RAW_TOUCHPAD },
	{ "pointer", make_mouse, HUB_DEVICE_POINTER },
	{ "pen", make_pen, 0 },
	{ "buttons", make_buttons, 0 },
	{ "lid", make_lid, 0 },
};

struct world_device *world_find_device(struct world *w, const char *name)
{
	for (unsigned i = 0; i < w->n_devices; i++)
		if (!strcmp(w->devices[i].name, name))
			return &w->devices[i];
	return NULL;
}

struct world_device *world_add_device(struct world *w, const char *name, const char *kind)
{
	struct world_device *d = &w->devices[w->n_devices];
	char reason[CLASSIFY_REASON_MAX];
	size_t i = 0;

	while (i < sizeof(kinds) / sizeof(kinds[0]) && strcmp(kinds[i].name, kind))
		i++;
	if (i == sizeof(kinds) / sizeof(kinds[0]) || w->n_devices == WORLD_DEVICES_MAX)
		return NULL;
	memset(d, 0, sizeof(*d));
	snprintf(d->name, sizeof(d->name), "%s", name);
	/* Twins are alike in everything but the scenario's name for them. */
	snprintf(d->descriptor.name, sizeof(d->descriptor.name), "%s", kind);
	d->descriptor.bustype = BUS_USB;
	kinds[i].make(&d->descriptor);
	d->flags = kinds[i].flags;
	d->classes = classify(&d->descriptor, 0, reason);
	if (state_init(&d->actual, &d->descriptor) < 0)
		return NULL;
	w->n_devices++;
	world_plug(w, d);
	return d;
}

bool world_plug(struct world *w, struct world_device *d)
{
	char reason[CLASSIFY_REASON_MAX];
	struct hub_device_info info;

	classify(&d->descriptor, 0, reason);
	if (hub_device_add(w->hub, &d->descriptor, &d->actual, d->classes, reason, d->name, d->flags, w->now,
			   &d->handle) < 0) {
		d->handle = 0;
		return false;
	}
	if (hub_device_find(w->hub, d->handle, &info))
		snprintf(d->id, sizeof(d->id), "%s", info.id);
	return true;
}

void world_unplug(struct world *w, struct world_device *d)
{
	static struct event events[STATE_EVENTS_MAX];

	hub_device_remove(w->hub, d->handle, REASON_UNPLUG, w->now);
	d->handle = 0;
	/* What comes back later comes back at rest. */
	state_apply(&d->actual, events, state_release(&d->actual, false, events));
}

void world_send(struct world *w, struct world_device *d, struct event *events, unsigned n, bool missed)
{
	struct frame frame = { .time_us = w->now / NS_PER_US, .events = events };

	events[n++] = (struct event){ EV_SYN, SYN_REPORT, 0 };
	state_apply(&d->actual, events, n);
	if (missed)
		return;
	frame.count = frame_drop_repeats(events, NULL, n);
	if (frame.count)
		hub_device_frame(w->hub, d->handle, &frame, w->now);
}

void world_dropped(struct world *w, struct world_device *d)
{
	static struct event events[2][STATE_EVENTS_MAX + 1];
	struct hub_device_info info;
	unsigned n[2];
	uint32_t lost = 1;

	if (!hub_device_find(w->hub, d->handle, &info))
		return;
	state_diff(info.state, &d->actual, events[0], &n[0], events[1], &n[1]);
	for (unsigned i = 0; i < 2; i++) {
		struct frame frame = { .time_us = w->now / NS_PER_US,
				       .flags = FRAME_SYNTHETIC | FRAME_RESYNC,
				       .reason = REASON_OVERFLOW,
				       .lost = lost,
				       .count = n[i] + 1,
				       .events = events[i] };

		if (!n[i] && i == 0)
			continue;
		events[i][n[i]] = (struct event){ EV_SYN, SYN_REPORT, 0 };
		hub_device_frame(w->hub, d->handle, &frame, w->now);
		lost = 0;
	}
}
