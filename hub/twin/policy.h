/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a twin is and what is written to it. Pure.
 *
 * A twin has its original's descriptor but for what uinput cannot take, and sends its original's frames but for what the
 * kernel under it does by itself. docs/twin-differences.md is the list of both for people.
 */
#ifndef HUB_TWIN_POLICY_H
#define HUB_TWIN_POLICY_H

#include <stddef.h>

#include "hub/client/xenhub.h"
#include "hub/device/descriptor.h"
#include "hub/device/state.h"

/* linux/uinput.h: UINPUT_MAX_NAME_SIZE */
#define POLICY_NAME_MAX 80
/* drivers/input/misc/uinput.c, since Linux 6.11 */
#define UINPUT_SLOTS_MAX 100

/* A frame as it is written: every contact it ends may be told to be a palm first. */
#define POLICY_EVENTS_MAX (FRAME_EVENTS_MAX + DESCRIPTOR_SLOTS_MAX)

/*
 * The descriptor to give to uinput for the device `id`. Texts of what had to change go to `notes`, "" for nothing. -EINVAL
 * with the reason in notes: the kernel would refuse it.
 */
int policy_describe(const struct descriptor *original, const char *id, struct descriptor *twin, char *notes,
		    size_t size);

/* How contacts that a frame ends are taken back, rather than lifted. */
enum policy_cancel {
	POLICY_LIFT, /* nothing is to be cancelled */
	POLICY_PALM, /* MT_TOOL_PALM before the lift: multi-touch-protocol.rst; libinput cancels such a touch */
	POLICY_RECREATE, /* the device has no tool types: only its end cancels a touch */
};

/* held is what the twin holds before the frame. */
enum policy_cancel policy_cancel(const struct descriptor *d, const struct device_state *held,
				 const struct xenhub_frame *frame);

/* Whether the frame's device is about to go: to re-create it would be in vain. */
bool policy_is_farewell(const struct xenhub_frame *frame);

/*
 * The events of the frame that are to be written, its SYN_REPORT included; 0 when nothing is left of it. EV_LED events never
 * pass: they go through hub/twin/leds.h. With palm, contacts that end are palms before. out must hold POLICY_EVENTS_MAX.
 */
unsigned policy_translate(const struct descriptor *d, const struct device_state *held,
			  const struct xenhub_frame *frame, bool palm, struct event *out);

/*
 * Whether the kernel, when these events are written, tells the writer of them: it does for all that a driver would have to
 * act on. Its queue holds 16 events and forgets them all when it runs over, so it must be read at once.
 */
bool policy_has_echo(const struct event *events, unsigned count);

#endif
