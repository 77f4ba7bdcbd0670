/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes from a keyboard's frames what was typed, and leaves that something was typed: a watcher of devices need not read along.
 * Pure.
 */
#ifndef HUB_CTL_BLUR_H
#define HUB_CTL_BLUR_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/client/xenhub.h"

/* What stands for any key that was blurred: KEY_UNKNOWN, which no driver sends for a key that types. */
#define BLUR_CODE 0xf0

/*
 * Whether the key may type text, in any layout. Whatever is not known to be harmless counts: modifiers, function and
 * cursor keys, media keys and buttons are shown.
 */
bool blur_hides(unsigned code);

/*
 * Copies a frame's events: each key that types becomes BLUR_CODE, and MSC_SCAN, which tells the key as well, is left out.
 * Returns the new count, or 0 when nothing but SYN_REPORT is left of a frame that had more. out must hold count events;
 * times and out_times may both be NULL.
 */
uint32_t blur_events(const struct xenhub_event *events, const int32_t *times, uint32_t count,
		     struct xenhub_event *out, int32_t *out_times);

#endif
