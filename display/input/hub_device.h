/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One device of the hub: from its frames to calls of input.h. Knows evdev's rules (multitouch protocol B, tools,
 * hi-res wheels), and nothing of threads or links.
 */
#ifndef XENHUB_DISPLAY_HUB_DEVICE_H
#define XENHUB_DISPLAY_HUB_DEVICE_H

#include "display/input/input.h"
#include "hub/client/xenhub.h"

struct hub_device;

/* NULL: out of memory. `number` tells fingers of several panels apart. */
struct hub_device *hub_device_create(struct xenhub_device *device, unsigned number,
				     enum pointer_button eraser);
void hub_device_destroy(struct hub_device *device);

void hub_device_frame(struct hub_device *device, struct input *input, const struct xenhub_frame *frame,
		      int window_w, int window_h, uint64_t now_ns);

/* Lets go of what this device holds: it went, or the lease ended. Its fingers are cancelled. */
void hub_device_release(struct hub_device *device, struct input *input);

#endif
