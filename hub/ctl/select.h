/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which device a person means, and which of its keys may be shown. Shared by watch and record. */
#ifndef HUB_CTL_SELECT_H
#define HUB_CTL_SELECT_H

#include <stdbool.h>

#include "hub/client/xenhub.h"
#include "hub/device/frame.h"

/* Whether `wanted` (NULL: any) is the device's id, its name, its origin ("/dev/input/event3") or the origin's last part. */
bool select_matches(const struct xenhub_device *device, const char *wanted);

/* Keys are hidden unless `keys`; `says` becomes true once it was said. Holds one blurred frame at a time. */
struct curtain {
	bool keys;
	bool open_for_recordings;
	bool said;
	struct xenhub_event events[FRAME_EVENTS_MAX];
	int32_t times[FRAME_EVENTS_MAX];
};

/*
 * The frame as it may be shown: *frame itself or a blurred copy in *copy, whose events live until the next call; NULL when
 * nothing is left of it.
 */
const struct xenhub_frame *curtain_frame(struct curtain *curtain, const struct xenhub_device *device,
					 const struct xenhub_frame *frame, struct xenhub_frame *copy);

#endif
