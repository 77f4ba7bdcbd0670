/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the pointer is: relative motion integrated on the screen, absolute motion scaled to it. Pure. */
#ifndef HUB_MODEL_POINTER_H
#define HUB_MODEL_POINTER_H

#include "hub/device/descriptor.h"
#include "hub/device/frame.h"

struct pointer {
	int32_t width, height; /* pixels, at least 1 */
	int32_t x, y;          /* 0 .. width - 1, 0 .. height - 1 */
};

/* Starts in the middle. */
void pointer_init(struct pointer *p, int32_t width, int32_t height);

/* Takes in a frame of a mouse, trackpoint or absolute pointer. */
void pointer_apply(struct pointer *p, const struct descriptor *d, const struct event *events, uint32_t count);

#endif
