/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From libevdev's view of a device to ours. */
#ifndef HUB_SOURCE_EVDEV_DESCRIBE_H
#define HUB_SOURCE_EVDEV_DESCRIBE_H

#include "hub/device/descriptor.h"
#include "hub/device/state.h"

struct libevdev;

/* What the device is. Its texts are cleaned here: they come from firmware. */
void evdev_describe(struct libevdev *evdev, struct descriptor *d);

/* What it holds, as libevdev has it now. s must have been made from d. */
void evdev_read_state(struct libevdev *evdev, const struct descriptor *d, struct device_state *s);

#endif
