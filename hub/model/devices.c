/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hub's devices: they come and go, and what they do goes to whoever gets it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hub/core/text.h"
#include "hub/model/hub_private.h"

static struct hub_device *find_device(const struct hub *hub, uint32_t handle)
{
	const struct hub_device *d = &hub->devices[handle % HUB_DEVICES_MAX];

	return handle && d->handle == handle ? (struct hub_device *)d : NULL;
}

static bool id_taken(const struct hub *hub, const char *id)
{
	for (unsigned i = 0; i < HUB_DEVICES_MAX; i++)
		if (hub->devices[i].handle && !strcmp(hub->devices[i].info.id, id))
			return true;
	return false;
}

static void make_id(const struct hub *hub, const struct descriptor *d, char id[IDENTITY_MAX])
{
	identity_make(d, id);
	for (unsigned n = 2; id_taken(hub, id); n++) {
		identity_make(d, id);
		identity_number(id, n);
	}
}

/* The lease's clock runs while anything is held, and from the moment it is. */
static void update_lease(struct hub *hub, uint64_t now_ns)
{
	if (!hub->held)
		hub->lease_at = CLOCK_NEVER;
	else if (hub->lease_at == CLOCK_NEVER)
		hub->lease_at = now_ns + WIRE_LEASE_MS * NS_PER_MS;
}

int hub_device_add(struct hub *hub, const struct descriptor *desc, const struct device_state *initial,
		   uint32_t classes, const char *reason, const char *origin, uint32_t flags, uint64_t now_ns,
		   uint32_t *handle)
{
	struct hub_device *d = NULL;
	unsigned slot;
	int rc;

	for (slot = 0; slot < HUB_DEVICES_MAX; slot++) {
		if (!hub->devices[slot].handle) {
			d = &hub->devices[slot];
			break;
		}
	}
	if (!d)
		return -ENOSPC;
	memset(d, 0, sizeof(*d));
	d->descriptor = *desc;
	rc = state_init(&d->state, desc);
	if (rc < 0)
		return rc;
	if (initial)
		state_copy(&d->state, initial);
	make_id(hub, desc, d->info.id);
	d->handle = hub->next_handle++ * HUB_DEVICES_MAX + slot;
	d->info.handle = d->handle;
	d->info.classes = classes;
	d->info.flags = flags;
	snprintf(d->info.reason, sizeof(d->info.reason), "%s", reason);
	snprintf(d->info.origin, sizeof(d->info.origin), "%s", origin);
	d->info.descriptor = &d->descriptor;
	d->info.state = &d->state;
	for (unsigned i = 0; hub->policy && i < hub->policy->count; i++)
		d->granted[i] = route_grant(&hub->policy->guests[i], d);
	hub->held += d->state.held;
	hub->dirty |= 1ull << slot;
	update_lease(hub, now_ns);

	for (unsigned i = 0; i < HUB_PEERS_MAX; i++) {
		struct hub_consumer *c = hub->consumers[i];

		if (!c || !route_sees(c, d))
			continue;
		route_update(c);
		/* What is on from the first moment (a key down, a lid closed, Caps Lock lit) is told by a
		 * snapshot. */
		if (d->state.held || bits_count(d->state.sws, sizeof(d->state.sws)) ||
		    bits_count(d->state.leds, sizeof(d->state.leds)))
			consumer_snapshot(c, REASON_CONNECT, now_ns);
		else
			consumer_push_device(c, d);
	}
	*handle = d->handle;
	return 0;
}

/* To everyone who gets this device's frames; the state is up to date already. */
static void broadcast(struct hub *hub, struct hub_device *d, const struct frame *frame, uint64_t now_ns)
{
	uint64_t bit = 1ull << (d->handle % HUB_DEVICES_MAX);

	for (unsigned i = 0; i < HUB_PEERS_MAX; i++)
		if (hub->consumers[i] && (hub->consumers[i]->routes | hub->consumers[i]->glances) & bit)
			consumer_push_frame(hub->consumers[i], d, frame, now_ns);
}

static void take_frame(struct hub *hub, struct hub_device *d, const struct frame *frame, uint64_t now_ns)
{
	unsigned before = d->state.held;

	state_apply(&d->state, frame->events, frame->count);
	if (d->info.classes & (CLASS_MOUSE | CLASS_TRACKPOINT))
		pointer_apply(&hub->pointer, &d->descriptor, frame->events, frame->count);
	hub->held += d->state.held - before;
	update_lease(hub, now_ns);
	hub->dirty |= 1ull << (d->handle % HUB_DEVICES_MAX);
	d->info.frames++;
	d->info.events += frame->count;
	hub->edges += frame_count_edges(frame->events, frame->count);
	broadcast(hub, d, frame, now_ns);
}

void hub_device_frame(struct hub *hub, uint32_t handle, const struct frame *frame, uint64_t now_ns)
{
	struct hub_device *d = find_device(hub, handle);

	if (!d)
		return;
	if (frame->flags & FRAME_RESYNC) {
		uint64_t bit = 1ull << (handle % HUB_DEVICES_MAX);

		d->info.resyncs++;
		for (unsigned i = 0; i < HUB_PEERS_MAX; i++)
			if (hub->consumers[i] && hub->consumers[i]->routes & bit)
				hub->consumers[i]->lost_kernel += frame->lost;
	}
	take_frame(hub, d, frame, now_ns);
}

bool device_release_frame(const struct hub_device *d, enum reason reason, uint64_t now_ns,
			  struct event *events, struct frame *frame)
{
	unsigned n;

	if (!d->state.held)
		return false;
	n = state_release(&d->state, false, events);
	events[n++] = (struct event){ EV_SYN, SYN_REPORT, 0 };
	*frame = (struct frame){
		.time_us = now_ns / NS_PER_US,
		.flags = FRAME_SYNTHETIC | (state_has_contact(&d->state) ? FRAME_CANCEL : 0),
		.reason = reason,
		.count = n,
		.events = events,
	};
	return true;
}

void hub_device_release(struct hub *hub, uint32_t handle, enum reason reason, uint64_t now_ns)
{
	struct hub_device *d = find_device(hub, handle);
	struct event events[STATE_EVENTS_MAX + 1];
	struct frame frame;

	if (d && device_release_frame(d, reason, now_ns, events, &frame))
		take_frame(hub, d, &frame, now_ns);
}

/* What went up while nobody watched was no tap. */
static bool lifts_contact(const struct event *events, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if ((events[i].type == EV_ABS && events[i].code == ABS_MT_TRACKING_ID &&
		     events[i].value < 0) ||
		    (events[i].type == EV_KEY && events[i].code == BTN_TOUCH && !events[i].value))
			return true;
	return false;
}

void hub_device_resync(struct hub *hub, uint32_t handle, const struct device_state *actual,
		       enum reason reason, uint64_t now_ns)
{
	struct hub_device *d = find_device(hub, handle);
	struct event events[2][STATE_EVENTS_MAX + 1];
	unsigned n[2];

	if (!d)
		return;
	state_diff(&d->state, actual, events[0], &n[0], events[1], &n[1]);
	for (unsigned i = 0; i < 2; i++) {
		struct frame frame = {
			.time_us = now_ns / NS_PER_US,
			.flags = FRAME_SYNTHETIC | FRAME_RESYNC |
				 (lifts_contact(events[i], n[i]) ? FRAME_CANCEL : 0),
			.reason = reason,
			.count = n[i] + 1,
			.events = events[i],
		};

		if (!n[i])
			continue;
		events[i][n[i]] = (struct event){ EV_SYN, SYN_REPORT, 0 };
		take_frame(hub, d, &frame, now_ns);
	}
}

void hub_device_consent(struct hub *hub, uint32_t handle, uint64_t now_ns)
{
	struct hub_device *d = find_device(hub, handle);

	if (!d || !(d->info.flags & HUB_DEVICE_PENDING))
		return;
	hub_device_release(hub, handle, REASON_POLICY, now_ns);
	d->info.flags &= ~(uint32_t)HUB_DEVICE_PENDING;
	hub->dirty |= 1ull << (handle % HUB_DEVICES_MAX);
	for (unsigned i = 0; i < HUB_PEERS_MAX; i++)
		if (hub->consumers[i])
			consumer_reroute(hub->consumers[i], REASON_POLICY, now_ns);
}

void hub_device_set_grabbed(struct hub *hub, uint32_t handle, bool grabbed)
{
	struct hub_device *d = find_device(hub, handle);

	if (!d)
		return;
	d->info.grabbed = grabbed;
	hub->dirty |= 1ull << (handle % HUB_DEVICES_MAX);
}

void hub_device_remove(struct hub *hub, uint32_t handle, enum reason reason, uint64_t now_ns)
{
	struct hub_device *d = find_device(hub, handle);
	unsigned slot = handle % HUB_DEVICES_MAX;

	if (!d)
		return;
	hub_device_release(hub, handle, reason, now_ns);
	for (unsigned i = 0; i < HUB_PEERS_MAX; i++) {
		struct hub_consumer *c = hub->consumers[i];

		if (!c)
			continue;
		c->routes &= ~(1ull << slot);
		c->glances &= ~(1ull << slot);
		consumer_push_remove(c, slot, reason);
	}
	state_finish(&d->state);
	d->handle = 0;
	hub->dirty |= 1ull << slot;
}

bool hub_device_info(const struct hub *hub, unsigned index, struct hub_device_info *info)
{
	const struct hub_device *d = &hub->devices[index];

	if (!d->handle)
		return false;
	*info = d->info;
	info->held = d->state.held;
	return true;
}

bool hub_device_find(const struct hub *hub, uint32_t handle, struct hub_device_info *info)
{
	return find_device(hub, handle) && hub_device_info(hub, handle % HUB_DEVICES_MAX, info);
}
