/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the mirror tells its listener. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "hub/client/mirror_private.h"
#include "hub/core/clock.h"
#include "hub/device/classify.h"

_Static_assert(sizeof(struct xenhub_event) == sizeof(struct event),
	       "xenhub_event is struct event under its public name");
_Static_assert((int)XENHUB_CANCEL == (int)FRAME_CANCEL && (int)XENHUB_RESYNC == (int)FRAME_RESYNC,
	       "flags are the same");
_Static_assert((int)XENHUB_REASON_POLICY == (int)REASON_POLICY, "reasons are the same");
_Static_assert((int)XENHUB_OTHER == (int)CLASS_OTHER, "classes are the same");

void mirror_remove_device(struct mirror *m, struct xenhub_device *device, unsigned reason)
{
	if (m->listener.device_removed)
		m->listener.device_removed(m->data, device, reason);
	DL_DELETE(m->devices, device);
	m->n_devices--;
	device_destroy(device);
}

void mirror_deliver(struct mirror *m, struct xenhub_device *device, const struct frame *f,
		    const struct wire_frame *hops, uint64_t now_ns)
{
	struct xenhub_frame frame = {
		.time_us = f->time_us,
		.flags = f->flags,
		.reason = f->reason,
		.lost = f->lost,
		.count = f->count,
		.events = (const struct xenhub_event *)f->events,
		.event_times = f->times,
		.received_ns = hops ? now_ns : 0,
	};

	if (hops) {
		frame.sent_ns = hops->sent_ns;
		frame.read_ns = hops->sent_ns - hops->age_ns;
	}
	state_apply(&device->held, f->events, f->count);
	m->counters.frames++;
	m->counters.events += f->count;
	if (m->listener.frame)
		m->listener.frame(m->data, device, &frame);
}

static bool lifts_contact(const struct event *events, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if ((events[i].type == EV_ABS && events[i].code == ABS_MT_TRACKING_ID &&
		     events[i].value < 0) ||
		    (events[i].type == EV_KEY && events[i].code == BTN_TOUCH && !events[i].value))
			return true;
	return false;
}

/* Brings held to target by frames made here. */
void mirror_deliver_difference(struct mirror *m, struct xenhub_device *device,
			       const struct device_state *target, unsigned flags, unsigned reason,
			       uint32_t lost, uint64_t now_ns)
{
	struct event events[2][STATE_EVENTS_MAX + 1];
	unsigned n[2];

	state_diff(&device->held, target, events[0], &n[0], events[1], &n[1]);
	for (unsigned i = 0; i < 2; i++) {
		struct frame f = {
			.time_us = now_ns / NS_PER_US,
			.flags = flags | (lifts_contact(events[i], n[i]) ? FRAME_CANCEL : 0),
			.reason = reason,
			.lost = lost,
			.count = n[i] + 1,
			.events = events[i],
		};

		if (!n[i])
			continue;
		events[i][n[i]] = (struct event){ EV_SYN, SYN_REPORT, 0 };
		mirror_deliver(m, device, &f, NULL, now_ns);
		lost = 0;
	}
}

void mirror_release_device(struct mirror *m, struct xenhub_device *device, unsigned reason, uint64_t now_ns)
{
	struct event events[STATE_EVENTS_MAX + 1];
	struct frame f = {
		.time_us = now_ns / NS_PER_US,
		.flags = FRAME_SYNTHETIC | (state_has_contact(&device->held) ? FRAME_CANCEL : 0),
		.reason = reason,
		.events = events,
	};

	if (!device->held.held)
		return;
	f.count = state_release(&device->held, false, events);
	events[f.count++] = (struct event){ EV_SYN, SYN_REPORT, 0 };
	mirror_deliver(m, device, &f, NULL, now_ns);
}

void mirror_release_all(struct mirror *m, enum reason reason, uint64_t now_ns)
{
	struct xenhub_device *d;

	DL_FOREACH(m->devices, d)
	mirror_release_device(m, d, reason, now_ns);
}

void mirror_deliver_around_bar(struct mirror *m, struct xenhub_device *device, const struct wire_frame *w,
			       uint64_t now_ns)
{
	struct event events[2][FRAME_EVENTS_MAX + STATE_EVENTS_MAX];
	unsigned n[2];

	device_target(device, &device->pending);
	state_diff(&device->held, &device->pending, events[0], &n[0], events[1], &n[1]);
	for (uint32_t i = 0; i < w->frame.count; i++) {
		const struct event *e = &w->frame.events[i];

		if (n[1] + 1 < FRAME_EVENTS_MAX && e->type == EV_REL)
			events[1][n[1]++] = *e;
	}
	for (unsigned i = 0; i < 2; i++) {
		struct frame f = w->frame;

		if (!n[i])
			continue;
		events[i][n[i]] = w->frame.events[w->frame.count - 1];
		f.events = events[i];
		f.count = n[i] + 1;
		f.times = NULL;
		mirror_deliver(m, device, &f, w, now_ns);
	}
}
