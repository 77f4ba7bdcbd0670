/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices that the twin's tests describe, and how they compare events. */
#ifndef TESTS_UNIT_TWIN_DEVICES_H
#define TESTS_UNIT_TWIN_DEVICES_H

#include <stdio.h>

#include "hub/device/descriptor.h"
#include "hub/device/frame.h"
#include "tests/unit/testing.h"

#define TOUCHSCREEN_SLOTS 10

static inline void add_axis(struct descriptor *d, unsigned code, int32_t max, int32_t resolution)
{
	descriptor_add(d, EV_ABS, code);
	d->absinfo[code] = (struct input_absinfo){ .maximum = max, .resolution = resolution };
}

static inline struct descriptor named(const char *name)
{
	struct descriptor d = { .bustype = BUS_USB, .vendor = 0x46d, .product = 0xc52b, .version = 0x111 };

	snprintf(d.name, sizeof(d.name), "%s", name);
	return d;
}

static inline struct descriptor keyboard(void)
{
	struct descriptor d = named("Keyboard");

	for (unsigned code = KEY_ESC; code <= KEY_MICMUTE; code++)
		descriptor_add(&d, EV_KEY, code);
	descriptor_add(&d, EV_MSC, MSC_SCAN);
	descriptor_add(&d, EV_SND, SND_BELL);
	for (unsigned code = LED_NUML; code <= LED_SCROLLL; code++)
		descriptor_add(&d, EV_LED, code);
	descriptor_add(&d, EV_REP, REP_DELAY);
	descriptor_add(&d, EV_REP, REP_PERIOD);
	return d;
}

static inline struct descriptor touchscreen(bool tool_types)
{
	struct descriptor d = named("Touchscreen");

	bit_set(d.props, INPUT_PROP_DIRECT);
	descriptor_add(&d, EV_KEY, BTN_TOUCH);
	add_axis(&d, ABS_X, 4095, 12);
	add_axis(&d, ABS_Y, 2047, 12);
	add_axis(&d, ABS_MT_SLOT, TOUCHSCREEN_SLOTS - 1, 0);
	add_axis(&d, ABS_MT_POSITION_X, 4095, 12);
	add_axis(&d, ABS_MT_POSITION_Y, 2047, 12);
	add_axis(&d, ABS_MT_TRACKING_ID, 65535, 0);
	if (tool_types)
		add_axis(&d, ABS_MT_TOOL_TYPE, MT_TOOL_PALM, 0);
	return d;
}

static inline struct descriptor single_touch(void)
{
	struct descriptor d = named("Single touch");

	bit_set(d.props, INPUT_PROP_DIRECT);
	descriptor_add(&d, EV_KEY, BTN_TOUCH);
	add_axis(&d, ABS_X, 4095, 12);
	add_axis(&d, ABS_Y, 2047, 12);
	return d;
}

static inline struct descriptor pen(void)
{
	struct descriptor d = single_touch();

	descriptor_add(&d, EV_KEY, BTN_TOOL_PEN);
	descriptor_add(&d, EV_KEY, BTN_STYLUS);
	return d;
}

static inline struct descriptor protocol_a(void)
{
	struct descriptor d = named("Protocol A");

	bit_set(d.props, INPUT_PROP_DIRECT);
	descriptor_add(&d, EV_KEY, BTN_TOUCH);
	add_axis(&d, ABS_MT_POSITION_X, 4095, 12);
	add_axis(&d, ABS_MT_POSITION_Y, 2047, 12);
	return d;
}

static inline void expect_events(const struct event *events, unsigned n, const struct event *expected,
				 unsigned n_expected)
{
	for (unsigned i = 0; i < n && i < n_expected; i++)
		if (memcmp(&events[i], &expected[i], sizeof(events[i])) != 0)
			fail_msg("event %u is %04x %04x %d, not %04x %04x %d", i, events[i].type,
				 events[i].code, events[i].value, expected[i].type, expected[i].code,
				 expected[i].value);
	assert_int_equal(n, n_expected);
}

#endif
