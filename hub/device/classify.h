/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a descriptor to classes, with the reason. Pure: no udev, no libinput, since recordings and peers have neither; udev's
 * hints (ID_INPUT_*), where there are any, only add or settle what the capabilities leave open.
 *
 * Sources of the rules: the kernel's Documentation/input/event-codes.rst (what BTN_TOOL_*, INPUT_PROP_* mean) and
 * multi-touch-protocol.rst.
 */
#ifndef HUB_DEVICE_CLASSIFY_H
#define HUB_DEVICE_CLASSIFY_H

#include <stddef.h>
#include <stdint.h>

#include "hub/device/descriptor.h"

/* A device can be several. Values are the wire's. */
enum device_class {
	CLASS_KEYBOARD = 1 << 0,
	CLASS_MOUSE = 1 << 1,
	CLASS_TRACKPOINT = 1 << 2,
	CLASS_TOUCHPAD = 1 << 3,
	CLASS_TOUCHSCREEN = 1 << 4,
	CLASS_PEN = 1 << 5,
	CLASS_PAD = 1 << 6,
	CLASS_BUTTONS = 1 << 7,
	CLASS_SWITCH = 1 << 8,
	CLASS_OTHER = 1 << 9,
	CLASS_ALL = (1 << 10) - 1,
};

#define CLASS_COUNT 10

/* udev's view, one bit an ID_INPUT_* property that is set. */
enum udev_hint {
	HINT_POINTINGSTICK = 1 << 0,
	HINT_TOUCHPAD = 1 << 1,
	HINT_TOUCHSCREEN = 1 << 2,
	HINT_TABLET = 1 << 3,
	HINT_TABLET_PAD = 1 << 4,
	HINT_JOYSTICK = 1 << 5,
	HINT_ACCELEROMETER = 1 << 6,
};

#define CLASSIFY_REASON_MAX 160

/*
 * The mask of classes, never 0: CLASS_OTHER alone when nothing fits or the descriptor is nonsense. reason says, for each
 * class, which capabilities decided: "touchpad: BTN_TOOL_FINGER, INPUT_PROP_POINTER; buttons: KEY_POWER".
 */
uint32_t classify(const struct descriptor *d, uint32_t hints, char reason[CLASSIFY_REASON_MAX]);

/* "keyboard", "mouse" … for one bit; NULL otherwise. */
const char *class_name(uint32_t one);

/* The names of a mask, joined by commas. */
void class_names(uint32_t mask, char *buf, size_t size);

/* The mask of a comma- or space-separated list of names, or "all". 0 or -EINVAL. */
int class_parse(const char *list, uint32_t *mask);

#endif
