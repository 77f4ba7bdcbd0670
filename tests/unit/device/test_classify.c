/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/device/classify.h"

#include <errno.h>
#include <stdio.h>

#include "tests/unit/testing.h"

/* Lists end with -1; ranges are pairs. An axis is { code, minimum, maximum }. */
#define LIST(...)   ((const int[]){ __VA_ARGS__, -1 })
#define AXES(...)   ((const struct axis[]){ __VA_ARGS__, { -1, 0, 0 } })
#define ALL_LETTERS KEY_ESC, KEY_F12

struct axis {
	int code, min, max;
};

static const struct device {
	const char *name;
	const int *props, *key_ranges, *keys, *rels, *sws, *leds;
	const struct axis *axes;
	uint32_t hints;
	uint32_t classes;
	const char *reason; /* is part of the reason */
} devices[] = {
	{ .name = "AT Translated Set 2 keyboard",
	  .key_ranges = LIST(ALL_LETTERS),
	  .leds = LIST(LED_CAPSL),
	  .classes = CLASS_KEYBOARD,
	  .reason = "keyboard: " },
	{ .name = "USB keypad",
	  .key_ranges = LIST(KEY_KP7, KEY_KPDOT),
	  .keys = LIST(KEY_KPENTER, KEY_NUMLOCK),
	  .classes = CLASS_KEYBOARD,
	  .reason = "KEY_KPENTER" },
	{ .name = "Logitech USB Receiver, keyboard and mouse in one",
	  .key_ranges = LIST(ALL_LETTERS, BTN_LEFT, BTN_TASK),
	  .rels = LIST(REL_X, REL_Y, REL_WHEEL, REL_HWHEEL),
	  .axes = AXES({ ABS_VOLUME, 1, 652 }),
	  .classes = CLASS_KEYBOARD | CLASS_MOUSE,
	  .reason = "mouse: REL_X/Y, BTN_LEFT; keyboard: " },
	{ .name = "combo receiver with media and system keys",
	  .key_ranges = LIST(ALL_LETTERS, BTN_LEFT, BTN_MIDDLE),
	  .keys = LIST(KEY_POWER, KEY_SLEEP, KEY_VOLUMEUP),
	  .rels = LIST(REL_X, REL_Y),
	  .classes = CLASS_KEYBOARD | CLASS_MOUSE },
	{ .name = "mouse with a power key",
	  .keys = LIST(BTN_LEFT, BTN_RIGHT, KEY_POWER),
	  .rels = LIST(REL_X, REL_Y),
	  .classes = CLASS_MOUSE | CLASS_BUTTONS,
	  .reason = "KEY_POWER" },
	{ .name = "PS/2 Generic Mouse",
	  .keys = LIST(BTN_LEFT, BTN_RIGHT, BTN_MIDDLE),
	  .rels = LIST(REL_X, REL_Y),
	  .classes = CLASS_MOUSE },
	{ .name = "scroll knob", .keys = LIST(BTN_LEFT), .rels = LIST(REL_WHEEL), .classes = CLASS_MOUSE },
	{ .name = "TPPS/2 IBM TrackPoint",
	  .keys = LIST(BTN_LEFT, BTN_RIGHT, BTN_MIDDLE),
	  .rels = LIST(REL_X, REL_Y),
	  .props = LIST(INPUT_PROP_POINTER, INPUT_PROP_POINTING_STICK),
	  .classes = CLASS_TRACKPOINT },
	{ .name = "a stick that only udev knows",
	  .keys = LIST(BTN_LEFT),
	  .rels = LIST(REL_X, REL_Y),
	  .hints = HINT_POINTINGSTICK,
	  .classes = CLASS_TRACKPOINT,
	  .reason = "udev" },
	{ .name = "AlpsPS/2 ALPS DualPoint Stick",
	  .keys = LIST(BTN_LEFT),
	  .rels = LIST(REL_X, REL_Y),
	  .classes = CLASS_TRACKPOINT,
	  .reason = "name" },
	{ .name = "SynPS/2 Synaptics TouchPad",
	  .keys = LIST(BTN_LEFT, BTN_TOOL_FINGER, BTN_TOUCH, BTN_TOOL_DOUBLETAP, BTN_TOOL_TRIPLETAP),
	  .props = LIST(INPUT_PROP_POINTER, INPUT_PROP_BUTTONPAD),
	  .axes = AXES({ ABS_X, 1472, 5662 }, { ABS_Y, 1408, 4646 }, { ABS_PRESSURE, 0, 255 },
		       { ABS_MT_SLOT, 0, 1 }, { ABS_MT_POSITION_X, 1472, 5662 },
		       { ABS_MT_POSITION_Y, 1408, 4646 }, { ABS_MT_TRACKING_ID, 0, 65535 }),
	  .classes = CLASS_TOUCHPAD,
	  .reason = "BTN_TOOL_FINGER" },
	{ .name = "a touchpad without multitouch",
	  .keys = LIST(BTN_LEFT, BTN_RIGHT, BTN_TOOL_FINGER, BTN_TOUCH),
	  .axes = AXES({ ABS_X, 0, 1023 }, { ABS_Y, 0, 767 }),
	  .classes = CLASS_TOUCHPAD },
	{ .name = "ELAN Touchscreen on I2C",
	  .keys = LIST(BTN_TOUCH),
	  .props = LIST(INPUT_PROP_DIRECT),
	  .axes = AXES({ ABS_X, 0, 2368 }, { ABS_Y, 0, 1312 }, { ABS_MT_SLOT, 0, 9 },
		       { ABS_MT_POSITION_X, 0, 2368 }, { ABS_MT_POSITION_Y, 0, 1312 },
		       { ABS_MT_TRACKING_ID, 0, 65535 }),
	  .classes = CLASS_TOUCHSCREEN,
	  .reason = "INPUT_PROP_DIRECT" },
	{ .name = "a panel without BTN_TOUCH",
	  .props = LIST(INPUT_PROP_DIRECT),
	  .axes = AXES({ ABS_MT_SLOT, 0, 4 }, { ABS_MT_POSITION_X, 0, 100 }, { ABS_MT_POSITION_Y, 0, 100 },
		       { ABS_MT_TRACKING_ID, 0, 10 }),
	  .classes = CLASS_TOUCHSCREEN },
	{ .name = "N-Trig, from before properties",
	  .keys = LIST(BTN_TOUCH),
	  .axes = AXES({ ABS_X, 0, 9600 }, { ABS_Y, 0, 7200 }, { ABS_MT_POSITION_X, 0, 9600 },
		       { ABS_MT_POSITION_Y, 0, 7200 }),
	  .classes = CLASS_TOUCHSCREEN,
	  .reason = "no mouse button" },
	{ .name = "a resistive panel",
	  .keys = LIST(BTN_TOUCH),
	  .axes = AXES({ ABS_X, 0, 4095 }, { ABS_Y, 0, 4095 }),
	  .classes = CLASS_TOUCHSCREEN },
	{ .name = "goodix panel with a home key",
	  .keys = LIST(BTN_TOUCH, KEY_LEFTMETA),
	  .props = LIST(INPUT_PROP_DIRECT),
	  .axes = AXES({ ABS_MT_SLOT, 0, 9 }, { ABS_MT_POSITION_X, 0, 1919 }, { ABS_MT_POSITION_Y, 0, 1199 },
		       { ABS_MT_TRACKING_ID, 0, 65535 }),
	  .classes = CLASS_TOUCHSCREEN | CLASS_BUTTONS,
	  .reason = "buttons: KEY_LEFTMETA" },
	{ .name = "Wacom HID 4846 Pen",
	  .keys = LIST(BTN_TOOL_PEN, BTN_TOOL_RUBBER, BTN_TOUCH, BTN_STYLUS),
	  .props = LIST(INPUT_PROP_DIRECT),
	  .axes = AXES({ ABS_X, 0, 27648 }, { ABS_Y, 0, 15552 }, { ABS_PRESSURE, 0, 4095 }),
	  .classes = CLASS_PEN,
	  .reason = "BTN_TOOL_PEN" },
	{ .name = "UC-LOGIC Tablet",
	  .keys = LIST(BTN_TOUCH, BTN_STYLUS, BTN_STYLUS2, BTN_LEFT),
	  .axes = AXES({ ABS_X, 0, 20000 }, { ABS_Y, 0, 15000 }, { ABS_PRESSURE, 0, 1023 }),
	  .classes = CLASS_PEN },
	{ .name = "Wacom Intuos5 touch M Pad",
	  .keys = LIST(BTN_0, BTN_1, BTN_2, BTN_STYLUS),
	  .axes = AXES({ ABS_X, 0, 1 }, { ABS_Y, 0, 1 }, { ABS_WHEEL, 0, 71 }, { ABS_MISC, 0, 0 }),
	  .classes = CLASS_PAD },
	{ .name = "Wacom Cintiq 21UX2 Pad, out of BTN_0..9",
	  .key_ranges = LIST(BTN_0, BTN_9, BTN_A, BTN_Z),
	  .keys = LIST(BTN_BASE, BTN_BASE2, BTN_STYLUS),
	  .axes = AXES({ ABS_X, 0, 1 }, { ABS_Y, 0, 1 }, { ABS_RX, 0, 4096 }, { ABS_RY, 0, 4096 }),
	  .classes = CLASS_PAD },
	{ .name = "a pen and touch on one node",
	  .keys = LIST(BTN_TOOL_PEN, BTN_TOUCH, BTN_STYLUS),
	  .props = LIST(INPUT_PROP_DIRECT),
	  .axes = AXES({ ABS_X, 0, 100 }, { ABS_Y, 0, 100 }, { ABS_MT_SLOT, 0, 1 },
		       { ABS_MT_POSITION_X, 0, 100 }, { ABS_MT_POSITION_Y, 0, 100 },
		       { ABS_MT_TRACKING_ID, 0, 9 }),
	  .classes = CLASS_PEN | CLASS_TOUCHSCREEN },
	{ .name = "QEMU USB Tablet",
	  .keys = LIST(BTN_LEFT, BTN_RIGHT, BTN_MIDDLE),
	  .rels = LIST(REL_WHEEL),
	  .axes = AXES({ ABS_X, 0, 32767 }, { ABS_Y, 0, 32767 }),
	  .classes = CLASS_MOUSE,
	  .reason = "absolute pointer" },
	{ .name = "Power Button", .keys = LIST(KEY_POWER), .classes = CLASS_BUTTONS, .reason = "KEY_POWER" },
	{ .name = "gpio-keys of a tablet",
	  .keys = LIST(KEY_VOLUMEUP, KEY_VOLUMEDOWN, KEY_ROTATE_LOCK_TOGGLE),
	  .classes = CLASS_BUTTONS,
	  .reason = "KEY_VOLUMEUP" },
	{ .name = "soc-button-array with home",
	  .keys = LIST(KEY_LEFTMETA, KEY_HOMEPAGE),
	  .classes = CLASS_BUTTONS },
	{ .name = "Lid Switch", .sws = LIST(SW_LID), .classes = CLASS_SWITCH, .reason = "SW_LID" },
	{ .name = "Intel HID switches",
	  .sws = LIST(SW_TABLET_MODE),
	  .classes = CLASS_SWITCH,
	  .reason = "SW_TABLET_MODE" },
	{ .name = "HDA Intel Headphone", .sws = LIST(SW_HEADPHONE_INSERT), .classes = CLASS_SWITCH },
	{ .name = "HP WMI hotkeys",
	  .keys = LIST(KEY_BRIGHTNESSUP, KEY_WLAN),
	  .sws = LIST(SW_TABLET_MODE),
	  .classes = CLASS_BUTTONS | CLASS_SWITCH },
	{ .name = "a headset whose HID usages run through the MT codes",
	  .keys = LIST(KEY_VOLUMEUP, KEY_VOLUMEDOWN, KEY_MUTE),
	  .axes = AXES({ ABS_MT_SLOT - 1, 0, 255 }, { ABS_MT_SLOT, 0, 255 }, { ABS_MT_POSITION_X, 0, 255 },
		       { ABS_MT_POSITION_Y, 0, 255 }, { ABS_MT_TRACKING_ID, 0, 255 }),
	  .classes = CLASS_BUTTONS },
	{ .name = "a mouse whose HID usages run through the MT codes",
	  .keys = LIST(BTN_LEFT, BTN_RIGHT),
	  .rels = LIST(REL_X, REL_Y, REL_WHEEL),
	  .axes = AXES({ ABS_MT_SLOT - 1, 0, 255 }, { ABS_MT_SLOT, 0, 255 }, { ABS_MT_POSITION_X, 0, 255 },
		       { ABS_MT_POSITION_Y, 0, 255 }, { ABS_MT_TRACKING_ID, 0, 255 }),
	  .classes = CLASS_MOUSE },
	{ .name = "a receiver's keyboard with axes of everything",
	  .key_ranges = LIST(ALL_LETTERS, BTN_0, BTN_9),
	  .axes = AXES({ ABS_X, 0, 255 }, { ABS_Y, 0, 255 }, { ABS_WHEEL, 0, 255 },
		       { ABS_MT_SLOT - 1, 0, 255 }, { ABS_MT_SLOT, 0, 255 }),
	  .classes = CLASS_KEYBOARD },
	{ .name = "X-Box 360 pad",
	  .key_ranges = LIST(BTN_A, BTN_THUMBR),
	  .axes = AXES({ ABS_X, -32768, 32767 }, { ABS_Y, -32768, 32767 }, { ABS_RX, -32768, 32767 }),
	  .classes = CLASS_OTHER,
	  .reason = "joystick" },
	{ .name = "an old joystick",
	  .keys = LIST(BTN_TRIGGER, BTN_THUMB),
	  .axes = AXES({ ABS_X, 0, 255 }, { ABS_Y, 0, 255 }),
	  .classes = CLASS_OTHER,
	  .reason = "joystick" },
	{ .name = "lis3lv02d accelerometer",
	  .props = LIST(INPUT_PROP_ACCELEROMETER),
	  .axes = AXES({ ABS_X, -1152, 1152 }, { ABS_Y, -1152, 1152 }, { ABS_Z, -1152, 1152 }),
	  .classes = CLASS_OTHER,
	  .reason = "accelerometer" },
	{ .name = "PC Speaker", .classes = CLASS_OTHER, .reason = "no events" },
	{ .name = "a panel that says 200 slots",
	  .keys = LIST(BTN_TOUCH),
	  .props = LIST(INPUT_PROP_DIRECT),
	  .axes = AXES({ ABS_MT_SLOT, 0, 199 }, { ABS_MT_POSITION_X, 0, 100 }, { ABS_MT_POSITION_Y, 0, 100 },
		       { ABS_MT_TRACKING_ID, 0, 10 }),
	  .classes = CLASS_OTHER,
	  .reason = "slots 0 to 199" },
	{ .name = "a panel upside down",
	  .keys = LIST(BTN_TOUCH),
	  .props = LIST(INPUT_PROP_DIRECT),
	  .axes = AXES({ ABS_X, 100, 0 }, { ABS_Y, 0, 100 }),
	  .classes = CLASS_OTHER,
	  .reason = "minimum 100 above maximum 0" },
	/* Devices found by one key alone are the defect not to repeat. */
	{ .name = "only KEY_ESC", .keys = LIST(KEY_ESC), .classes = CLASS_BUTTONS, .reason = "a few keys" },
	{ .name = "only BTN_LEFT", .keys = LIST(BTN_LEFT), .classes = CLASS_OTHER },
	{ .name = "only BTN_TOUCH", .keys = LIST(BTN_TOUCH), .classes = CLASS_OTHER },
	{ .name = "a remote with Enter and a few letters",
	  .keys = LIST(KEY_ENTER, KEY_A, KEY_UP, KEY_VOLUMEUP),
	  .classes = CLASS_BUTTONS },
};

static void each(const int *list, void (*fn)(struct descriptor *d, int code), struct descriptor *d)
{
	for (; list && *list >= 0; list++)
		fn(d, *list);
}

static void add_prop(struct descriptor *d, int code)
{
	bit_set(d->props, (unsigned)code);
}

static void add_key(struct descriptor *d, int code)
{
	descriptor_add(d, EV_KEY, (unsigned)code);
}

static void add_rel(struct descriptor *d, int code)
{
	descriptor_add(d, EV_REL, (unsigned)code);
}

static void add_sw(struct descriptor *d, int code)
{
	descriptor_add(d, EV_SW, (unsigned)code);
}

static void add_led(struct descriptor *d, int code)
{
	descriptor_add(d, EV_LED, (unsigned)code);
}

static void make(const struct device *from, struct descriptor *d)
{
	memset(d, 0, sizeof(*d));
	snprintf(d->name, sizeof(d->name), "%s", from->name);
	bit_set(d->types, EV_SYN);
	each(from->props, add_prop, d);
	each(from->keys, add_key, d);
	each(from->rels, add_rel, d);
	each(from->sws, add_sw, d);
	each(from->leds, add_led, d);
	for (const int *r = from->key_ranges; r && *r >= 0; r += 2)
		for (int code = r[0]; code <= r[1]; code++)
			add_key(d, code);
	for (const struct axis *a = from->axes; a && a->code >= 0; a++) {
		descriptor_add(d, EV_ABS, (unsigned)a->code);
		d->absinfo[a->code].minimum = a->min;
		d->absinfo[a->code].maximum = a->max;
	}
}

static void devices_are_what_they_are(void **state)
{
	for (size_t i = 0; i < COUNT_OF(devices); i++) {
		static struct descriptor d;
		char reason[CLASSIFY_REASON_MAX], got[128], want[128];

		make(&devices[i], &d);
		class_names(classify(&d, devices[i].hints, reason), got, sizeof(got));
		class_names(devices[i].classes, want, sizeof(want));
		if (strcmp(got, want) || (devices[i].reason && !strstr(reason, devices[i].reason)))
			fail_msg("%s: is %s, should be %s; reason: %s", devices[i].name, got, want, reason);
	}
}

/* Whatever a device claims: there is a class, and each class is in the reason unless that is full. */
static void anything_has_a_class_and_a_reason(void **state)
{
	struct rng r = { 3 };

	for (int n = 0; n < 20000; n++) {
		static struct descriptor d;
		char reason[CLASSIFY_REASON_MAX];
		uint32_t classes;

		memset(&d, 0, sizeof(d));
		for (unsigned k = rng_below(&r, 60); k--;) {
			static const uint16_t types[] = { EV_KEY, EV_KEY, EV_REL, EV_ABS, EV_SW, EV_LED };
			unsigned type = types[rng_below(&r, COUNT_OF(types))];
			unsigned code = rng_below(&r, type == EV_KEY   ? KEY_CNT
						      : type == EV_ABS ? ABS_CNT
								       : 16);

			descriptor_add(&d, type, code);
			if (type == EV_ABS) {
				d.absinfo[code].minimum = rng_range(&r, -1, 1);
				d.absinfo[code].maximum = rng_range(&r, 1, 30);
			}
		}
		d.props[0] = (uint8_t)rng_next(&r);
		classes = classify(&d, rng_below(&r, 128), reason);
		assert_true(classes && !(classes & ~(uint32_t)CLASS_ALL));
		assert_true(reason[0] && strlen(reason) < CLASSIFY_REASON_MAX);
		if (classes & CLASS_OTHER)
			assert_int_equal(classes, CLASS_OTHER);
		for (unsigned i = 0; i < CLASS_COUNT; i++)
			if (classes & 1u << i && strlen(reason) < CLASSIFY_REASON_MAX - 1)
				assert_non_null(strstr(reason, class_name(1u << i)));
	}
}

static void names_go_both_ways(void **state)
{
	char buf[128];
	uint32_t mask;

	for (uint32_t m = 1; m <= CLASS_ALL; m++) {
		class_names(m, buf, sizeof(buf));
		assert_int_equal(class_parse(buf, &mask), 0);
		assert_int_equal(mask, m);
	}
	assert_int_equal(class_parse("keyboard mouse, pen", &mask), 0);
	assert_int_equal(mask, CLASS_KEYBOARD | CLASS_MOUSE | CLASS_PEN);
	assert_int_equal(class_parse("all", &mask), 0);
	assert_int_equal(mask, CLASS_ALL);
	assert_int_equal(class_parse("", &mask), -EINVAL);
	assert_int_equal(class_parse("keyboards", &mask), -EINVAL);
	assert_int_equal(class_parse("key", &mask), -EINVAL);
	assert_null(class_name(0));
	assert_null(class_name(3));
	for (size_t size = 1; size < sizeof(buf); size++) {
		class_names(CLASS_ALL, buf, size);
		assert_true(strlen(buf) < size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(devices_are_what_they_are),
		cmocka_unit_test(anything_has_a_class_and_a_reason),
		cmocka_unit_test(names_go_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
