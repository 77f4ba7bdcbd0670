/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/ctl/select.h"

#include <string.h>

#include "hub/ctl/blur.h"
#include "hub/ctl/ctl.h"
#include "hub/ctl/printer.h"

bool select_matches(const struct xenhub_device *device, const char *wanted)
{
	const char *origin = xenhub_device_origin(device);
	const char *base = strrchr(origin, '/');

	return !wanted || !strcmp(wanted, xenhub_device_id(device)) ||
	       !strcmp(wanted, xenhub_device_name(device)) || !strcmp(wanted, origin) ||
	       (base && base[1] && !strcmp(wanted, base + 1));
}

const struct xenhub_frame *curtain_frame(struct curtain *curtain, const struct xenhub_device *device,
					 const struct xenhub_frame *frame, struct xenhub_frame *copy)
{
	if (curtain->keys || !(xenhub_device_classes(device) & XENHUB_KEYBOARD) ||
	    (curtain->open_for_recordings && device_is_recording(device)))
		return frame;
	if (!curtain->said) {
		curtain->said = true;
		ctl_say("key codes of keyboards are blurred, since they tell what is typed; --keys shows "
			"them");
	}
	*copy = *frame;
	copy->count =
		blur_events(frame->events, frame->event_times, frame->count, curtain->events, curtain->times);
	copy->events = curtain->events;
	copy->event_times = frame->event_times ? curtain->times : NULL;
	return copy->count ? copy : NULL;
}
