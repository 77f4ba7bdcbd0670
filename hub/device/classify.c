/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/device/classify.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct verdict {
	const struct descriptor *d;
	uint32_t mask;
	char *reason;
	size_t used;
};

static const char *const names[CLASS_COUNT] = {
	"keyboard", "mouse", "trackpoint", "touchpad", "touchscreen",
	"pen",      "pad",   "buttons",    "switch",   "other",
};

const char *class_name(uint32_t one)
{
	for (unsigned i = 0; i < CLASS_COUNT; i++)
		if (one == 1u << i)
			return names[i];
	return NULL;
}

void class_names(uint32_t mask, char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	for (unsigned i = 0; i < CLASS_COUNT; i++) {
		if (!(mask & 1u << i) || n >= size)
			continue;
		n += (size_t)snprintf(buf + n, size - n, "%s%s", n ? "," : "", names[i]);
	}
}

int class_parse(const char *list, uint32_t *mask)
{
	*mask = 0;
	while (*list) {
		size_t len = strcspn(list, ", \t");
		uint32_t found = 0;

		if (len == 3 && !strncmp(list, "all", 3))
			found = CLASS_ALL;
		for (unsigned i = 0; i < CLASS_COUNT && !found; i++)
			if (strlen(names[i]) == len && !strncmp(list, names[i], len))
				found = 1u << i;
		if (len && !found)
			return -EINVAL;
		*mask |= found;
		list += len;
		list += strspn(list, ", \t");
	}
	return *mask ? 0 : -EINVAL;
}

__attribute__((format(printf, 3, 4))) static void say(struct verdict *v, uint32_t class, const char *format,
						      ...)
{
	va_list args;
	int n;

	v->mask |= class;
	n = snprintf(v->reason + v->used, CLASSIFY_REASON_MAX - v->used, "%s%s: ", v->used ? "; " : "",
		     class_name(class));
	v->used += (size_t)n;
	if (v->used >= CLASSIFY_REASON_MAX) {
		v->used = CLASSIFY_REASON_MAX - 1;
		return;
	}
	va_start(args, format);
	n = vsnprintf(v->reason + v->used, CLASSIFY_REASON_MAX - v->used, format, args);
	va_end(args);
	v->used += (size_t)n;
	if (v->used >= CLASSIFY_REASON_MAX)
		v->used = CLASSIFY_REASON_MAX - 1;
}

static bool key(const struct descriptor *d, unsigned code)
{
	return descriptor_has(d, EV_KEY, code);
}

static bool abs_pair(const struct descriptor *d, unsigned x, unsigned y)
{
	return descriptor_has(d, EV_ABS, x) && descriptor_has(d, EV_ABS, y);
}

static bool prop(const struct descriptor *d, unsigned p)
{
	return bit_test(d->props, p);
}

static bool any_key(const struct descriptor *d, unsigned first, unsigned last)
{
	for (unsigned code = first; code <= last; code++)
		if (key(d, code))
			return true;
	return false;
}

#define LETTERS_OF_A_KEYBOARD 20

/* Letters in number make a keyboard: a headset or a remote has KEY_ENTER or KEY_A too. */
static unsigned letters(const struct descriptor *d)
{
	unsigned n = 0;

	for (unsigned code = KEY_Q; code <= KEY_M; code++)
		n += key(d, code);
	return n;
}

static bool is_joystick(const struct descriptor *d, uint32_t hints)
{
	return (hints & HINT_JOYSTICK) || any_key(d, BTN_JOYSTICK, BTN_DEAD) ||
	       any_key(d, BTN_GAMEPAD, BTN_THUMBR) || any_key(d, BTN_TRIGGER_HAPPY, BTN_TRIGGER_HAPPY40);
}

/* Kernels before 3.16, and recordings made with them, have no property for sticks. */
static bool stick_by_name(const struct descriptor *d)
{
	return strstr(d->name, "TrackPoint") || strstr(d->name, "DualPoint Stick");
}

static void classify_pointing(struct verdict *v, uint32_t hints)
{
	const struct descriptor *d = v->d;
	bool xy = abs_pair(d, ABS_X, ABS_Y);
	bool mt = abs_pair(d, ABS_MT_POSITION_X, ABS_MT_POSITION_Y) && !descriptor_mt_is_fake(d);
	bool rel = descriptor_has(d, EV_REL, REL_X) && descriptor_has(d, EV_REL, REL_Y);
	bool direct = prop(d, INPUT_PROP_DIRECT);
	bool pen_tool = key(d, BTN_TOOL_PEN) || (key(d, BTN_STYLUS) && !key(d, BTN_0));

	if (prop(d, INPUT_PROP_ACCELEROMETER) || (hints & HINT_ACCELEROMETER))
		return;

	/*
	 * Buttons of a drawing tablet: BTN_0 with axes that no hand moves a pointer with. The largest ones go on through a
	 * gamepad's codes; what tells them from one is BTN_STYLUS, which the kernel's drivers set on every pad.
	 */
	if ((hints & HINT_TABLET_PAD) ||
	    (key(d, BTN_0) && !pen_tool && !rel && !mt && !key(d, BTN_TOOL_FINGER) &&
	     (key(d, BTN_STYLUS) ||
	      (!any_key(d, BTN_JOYSTICK, BTN_DEAD) && letters(d) < LETTERS_OF_A_KEYBOARD &&
	       (descriptor_has(d, EV_ABS, ABS_WHEEL) || descriptor_has(d, EV_ABS, ABS_RX) || xy))))) {
		say(v, CLASS_PAD, hints & HINT_TABLET_PAD ? "udev says tablet pad" : "BTN_0 with pad axes");
		return;
	}
	/* With MT axes, BTN_TOOL_FINGER is a touch surface that knows a pen too; without, an old driver's name for the pad. */
	if ((xy || mt) && (pen_tool || (hints & HINT_TABLET)) && !(mt && key(d, BTN_TOOL_FINGER))) {
		say(v, CLASS_PEN,
		    key(d, BTN_TOOL_PEN) ? "BTN_TOOL_PEN"
		    : key(d, BTN_STYLUS) ? "BTN_STYLUS"
					 : "udev says tablet");
		/* A panel that reports its finger contacts on the pen's own node is both. */
		if (mt && direct)
			say(v, CLASS_TOUCHSCREEN, "ABS_MT_POSITION, INPUT_PROP_DIRECT");
		return;
	}
	if (hints & HINT_TOUCHSCREEN || (direct && (mt || xy) && !is_joystick(d, 0))) {
		say(v, CLASS_TOUCHSCREEN, direct ? "%s, INPUT_PROP_DIRECT" : "%s, udev says touchscreen",
		    mt ? "ABS_MT_POSITION" : "ABS_X/Y");
		if (pen_tool)
			say(v, CLASS_PEN, "BTN_TOOL_PEN");
		return;
	}
	if ((xy || mt) &&
	    ((hints & HINT_TOUCHPAD) || key(d, BTN_TOOL_FINGER) || prop(d, INPUT_PROP_BUTTONPAD) ||
	     prop(d, INPUT_PROP_TOPBUTTONPAD) || prop(d, INPUT_PROP_SEMI_MT))) {
		say(v, CLASS_TOUCHPAD, "%s",
		    key(d, BTN_TOOL_FINGER)   ? "BTN_TOOL_FINGER without INPUT_PROP_DIRECT"
		    : (hints & HINT_TOUCHPAD) ? "udev says touchpad"
					      : "INPUT_PROP_BUTTONPAD");
		if (pen_tool)
			say(v, CLASS_PEN, "BTN_TOOL_PEN");
		return;
	}
	/* Old drivers set no property: a touch button without a mouse button is a screen. */
	if ((mt || xy) && key(d, BTN_TOUCH) && !key(d, BTN_LEFT) && !is_joystick(d, hints)) {
		say(v, CLASS_TOUCHSCREEN, "%s, BTN_TOUCH, no mouse button",
		    mt ? "ABS_MT_POSITION" : "ABS_X/Y");
		return;
	}
	if (mt && !rel && !key(d, BTN_LEFT) && !is_joystick(d, hints)) {
		say(v, CLASS_TOUCHSCREEN, "ABS_MT_POSITION, no relative axes");
		return;
	}
	if (rel && (prop(d, INPUT_PROP_POINTING_STICK) || (hints & HINT_POINTINGSTICK) || stick_by_name(d))) {
		say(v, CLASS_TRACKPOINT, "%s",
		    prop(d, INPUT_PROP_POINTING_STICK) ? "INPUT_PROP_POINTING_STICK"
		    : (hints & HINT_POINTINGSTICK)     ? "udev says pointing stick"
						       : "REL_X/Y and its name");
		return;
	}
	if (rel && key(d, BTN_LEFT))
		say(v, CLASS_MOUSE, "REL_X/Y, BTN_LEFT");
	else if (xy && key(d, BTN_LEFT) && !is_joystick(d, hints))
		say(v, CLASS_MOUSE, "ABS_X/Y, BTN_LEFT (absolute pointer)");
	else if (rel && !is_joystick(d, hints))
		say(v, CLASS_MOUSE, "REL_X/Y");
	else if (key(d, BTN_MOUSE) && (descriptor_has(d, EV_REL, REL_WHEEL)))
		say(v, CLASS_MOUSE, "BTN_LEFT, REL_WHEEL");
}

/* Keys that a tablet's frame or a laptop's lid carries, each of which makes a device of its own worth while. */
static const struct {
	uint16_t code;
	const char *name;
} frame_keys[] = {
	{ KEY_POWER, "KEY_POWER" },
	{ KEY_VOLUMEUP, "KEY_VOLUMEUP" },
	{ KEY_VOLUMEDOWN, "KEY_VOLUMEDOWN" },
	{ KEY_MUTE, "KEY_MUTE" },
	{ KEY_HOMEPAGE, "KEY_HOMEPAGE" },
	{ KEY_LEFTMETA, "KEY_LEFTMETA" },
	{ KEY_ROTATE_LOCK_TOGGLE, "KEY_ROTATE_LOCK_TOGGLE" },
	{ KEY_SLEEP, "KEY_SLEEP" },
	{ KEY_WAKEUP, "KEY_WAKEUP" },
	{ KEY_CAMERA, "KEY_CAMERA" },
	{ KEY_BRIGHTNESSUP, "KEY_BRIGHTNESSUP" },
	{ KEY_BRIGHTNESSDOWN, "KEY_BRIGHTNESSDOWN" },
	{ KEY_BACK, "KEY_BACK" },
	{ KEY_MENU, "KEY_MENU" },
	{ KEY_HOME, "KEY_HOME" },
	{ KEY_PROG1, "KEY_PROG1" },
	{ KEY_WLAN, "KEY_WLAN" },
	{ KEY_RFKILL, "KEY_RFKILL" },
	{ KEY_MICMUTE, "KEY_MICMUTE" },
	{ KEY_PLAYPAUSE, "KEY_PLAYPAUSE" },
};

static void classify_keys(struct verdict *v)
{
	const struct descriptor *d = v->d;
	unsigned n = letters(d);

	if (n >= LETTERS_OF_A_KEYBOARD) {
		say(v, CLASS_KEYBOARD, "%u letter-row keys", n);
		return;
	}
	/* A keypad: the digits and an Enter. */
	if (key(d, KEY_KP0) && key(d, KEY_KP9) && key(d, KEY_KPENTER)) {
		say(v, CLASS_KEYBOARD, "KEY_KP0..9, KEY_KPENTER");
		return;
	}
	for (unsigned i = 0; i < sizeof(frame_keys) / sizeof(frame_keys[0]); i++) {
		if (key(d, frame_keys[i].code)) {
			say(v, CLASS_BUTTONS, "%s", frame_keys[i].name);
			return;
		}
	}
	/* Whatever else sends plain keys: a barcode reader's or a remote's few, function keys of a vendor. */
	if (any_key(d, KEY_ESC, KEY_MICMUTE) || any_key(d, KEY_OK, BTN_DPAD_UP - 1) ||
	    any_key(d, BTN_DPAD_RIGHT + 1, BTN_TRIGGER_HAPPY - 1))
		say(v, CLASS_BUTTONS, "a few keys");
}

uint32_t classify(const struct descriptor *d, uint32_t hints, char reason[CLASSIFY_REASON_MAX])
{
	struct verdict v = { .d = d, .reason = reason };
	char why[CLASSIFY_REASON_MAX - 16];

	reason[0] = '\0';
	if (descriptor_check(d, why, sizeof(why)) < 0) {
		say(&v, CLASS_OTHER, "%s", why);
		return v.mask;
	}
	classify_pointing(&v, hints);
	classify_keys(&v);
	if (bit_test(d->types, EV_SW) && bits_count(d->sws, sizeof(d->sws))) {
		const char *which = descriptor_has(d, EV_SW, SW_LID)           ? "SW_LID"
				    : descriptor_has(d, EV_SW, SW_TABLET_MODE) ? "SW_TABLET_MODE"
									       : "EV_SW";

		say(&v, CLASS_SWITCH, "%s", which);
	}
	if (!v.mask)
		say(&v, CLASS_OTHER, "%s",
		    is_joystick(d, hints)                         ? "a joystick or gamepad"
		    : prop(d, INPUT_PROP_ACCELEROMETER)           ? "an accelerometer"
		    : bits_count(d->types, sizeof(d->types)) <= 1 ? "no events at all"
								  : "no known set of capabilities");
	return v.mask;
}
