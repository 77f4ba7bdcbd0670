/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One consumer: what goes into its outbox and when. What it sends is in receive.c, devices and snapshots in
 * snapshot.c. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/core/text.h"
#include "hub/model/hub_private.h"

/* Below this much waiting, states are pulled in; they never crowd out events. */
#define STATES_ROOM (OUTBOX_MARK / 4)

static void push_hello(struct hub_consumer *c)
{
	uint8_t buf[WIRE_SMALL_MAX];
	struct wire_hello hello = {
		.version_min = WIRE_VERSION,
		.version_max = WIRE_VERSION,
		.role = WIRE_ROLE_HUB,
		.clock = CLOCK_MONOTONIC,
		.generation = c->generation,
		.name = "xenhubd " XENHUB_VERSION,
	};
	int len;

	memcpy(hello.boot_id, c->hub->boot_id, sizeof(hello.boot_id));
	len = wire_put_hello(buf, sizeof(buf), &hello);
	if (len > 0)
		outbox_push(&c->box, buf, (size_t)len);
}

/* Tells it when it has changed; when that could not be queued, the next snapshot tries again. */
void consumer_tell_focus(struct hub_consumer *c)
{
	bool focused = route_focused(c);
	uint8_t buf[WIRE_SMALL_MAX];
	int len;

	if (c->focus_told && c->focused == focused)
		return;
	len = wire_put_focus(buf, sizeof(buf), 0, focused);
	c->focus_told = len > 0 && outbox_push(&c->box, buf, (size_t)len);
	c->focused = focused;
}

int hub_consumer_add(struct hub *hub, const struct wire_hello *hello, const char *peer, uint64_t now_ns,
		     struct hub_consumer **out)
{
	const struct policy_guest *guest = NULL;
	struct hub_consumer *c;
	unsigned most = hello->role == WIRE_ROLE_CONTROL ? HUB_CONTROLS_MAX : HUB_CONSUMERS_MAX;
	unsigned slot = HUB_PEERS_MAX;
	int rc;

	if (hub->policy && hello->role != WIRE_ROLE_CONTROL &&
	    !(guest = policy_find(hub->policy, hello->name)))
		return -EPERM;
	for (unsigned i = HUB_PEERS_MAX; i--;) {
		if (!hub->consumers[i])
			slot = i;
		else if ((hub->consumers[i]->role == WIRE_ROLE_CONTROL) == (hello->role == WIRE_ROLE_CONTROL))
			most--;
	}
	if (!most)
		return -ENOSPC;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	rc = outbox_init(&c->box);
	if (rc < 0) {
		free(c);
		return rc;
	}
	c->hub = hub;
	c->id = hub->next_consumer++;
	c->role = hello->role;
	c->generation = hub->next_generation++;
	c->wishes = hello->wishes;
	c->guest = guest;
	snprintf(c->name, sizeof(c->name), "%s", hello->name[0] ? hello->name : peer);
	for (unsigned i = 0; i < HUB_ENDED_MAX; i++) {
		const struct ended_link *e = &hub->ended[i];

		if (hello->generation && e->generation == hello->generation)
			c->lost_before = e->lost + hub->edges - e->edges;
	}
	hub->consumers[slot] = c;
	route_update(c);
	push_hello(c);
	consumer_tell_focus(c);
	consumer_snapshot(c, REASON_CONNECT, now_ns);
	*out = c;
	return 0;
}

void hub_consumer_remove(struct hub_consumer *c, uint64_t now_ns)
{
	struct hub *hub = c->hub;

	outbox_discard(&c->box);
	hub->ended[hub->next_ended++ % HUB_ENDED_MAX] = (struct ended_link){
		.generation = c->generation,
		.lost = c->lost_before + c->box.swallowed - c->swallowed_told,
		.edges = hub->edges,
	};
	for (unsigned i = 0; i < HUB_PEERS_MAX; i++)
		if (hub->consumers[i] == c)
			hub->consumers[i] = NULL;
	outbox_finish(&c->box);
	free(c);
	if (now_ns && hub->callbacks.wishes_changed)
		hub->callbacks.wishes_changed(hub->callbacks.data);
}

unsigned consumer_held(const struct hub_consumer *c)
{
	unsigned held = 0;

	if (!c->hub->held)
		return 0;
	for (unsigned i = 0; i < HUB_DEVICES_MAX; i++)
		if (c->routes >> i & 1)
			held += route_held(c, &c->hub->devices[i]);
	return held;
}

static void push_frame(struct hub_consumer *c, const struct hub_device *d, const struct frame *frame,
		       uint64_t now_ns)
{
	/* The snapshot that is due will say how it ends. */
	if (c->snapshot_due) {
		c->box.swallowed += frame_count_edges(frame->events, frame->count);
		return;
	}
	if (outbox_push_frame(&c->box, d->handle, frame, now_ns)) {
		c->frames++;
		return;
	}
	c->snapshot_due = true;
	c->snapshot_reason = REASON_OVERFLOW;
}

void consumer_push_frame(struct hub_consumer *c, const struct hub_device *d, const struct frame *frame,
			 uint64_t now_ns)
{
	struct event events[FRAME_EVENTS_MAX];
	int32_t times[FRAME_EVENTS_MAX];
	struct frame part = *frame;

	if (!(c->partial >> (d->handle % HUB_DEVICES_MAX) & 1)) {
		push_frame(c, d, frame, now_ns);
		return;
	}
	part.events = events;
	part.times = frame->times ? times : NULL;
	part.count = route_filter(c, d, frame, events, times);
	if (part.count)
		push_frame(c, d, &part, now_ns);
}

void consumer_reroute(struct hub_consumer *c, enum reason reason, uint64_t now_ns)
{
	uint64_t before = c->routes, glanced = c->glances, partial = c->partial;
	uint64_t after, glances;
	struct event events[STATE_EVENTS_MAX + 1];
	struct frame frame;

	route_update(c);
	after = c->routes;
	glances = c->glances;
	/* What is let go of is told as far as it was told that it is held. */
	c->routes = before;
	c->partial |= partial;
	for (unsigned i = 0; i < HUB_DEVICES_MAX; i++) {
		const struct hub_device *d = &c->hub->devices[i];

		if ((before & ~after) >> i & 1 && device_release_frame(d, reason, now_ns, events, &frame))
			consumer_push_frame(c, d, &frame, now_ns);
		if (c->known[i] && !route_sees(c, d))
			consumer_push_remove(c, i, reason);
	}
	route_update(c);
	consumer_tell_focus(c);
	if ((after & ~before) | (glances & ~(glanced | before)))
		consumer_snapshot(c, reason, now_ns);
	for (unsigned i = 0; i < HUB_DEVICES_MAX; i++)
		if (route_sees(c, &c->hub->devices[i]) && !c->known[i])
			consumer_push_device(c, &c->hub->devices[i]);
}

void consumer_lease(struct hub_consumer *c)
{
	uint8_t buf[WIRE_SMALL_MAX];
	struct wire_lease lease = { .held = consumer_held(c) };
	int len;

	/* Frames on their way renew the lease themselves, and a snapshot that is due changes what is held. */
	if (!lease.held || c->snapshot_due)
		return;
	for (unsigned i = 0; i < HUB_DEVICES_MAX; i++) {
		const struct hub_device *d = &c->hub->devices[i];
		struct device_state view;

		if (!(c->routes >> i & 1) || !route_held(c, d))
			continue;
		view = route_view(c, d);
		lease.hash = lease_hash(lease.hash, d->handle, state_held_hash(&view));
	}
	len = wire_put_lease(buf, sizeof(buf), &lease);
	if (len > 0 && !outbox_push(&c->box, buf, (size_t)len))
		consumer_overflowed(c);
}

void consumer_update_wait(struct hub_consumer *c, uint64_t now_ns)
{
	if (outbox_is_empty(&c->box) && !consumer_held(c))
		c->waiting_since = 0;
	else if (!c->waiting_since)
		c->waiting_since = now_ns;
}

int hub_consumer_check(struct hub_consumer *c, uint64_t now_ns)
{
	consumer_update_wait(c, now_ns);
	return c->waiting_since && now_ns - c->waiting_since >= WIRE_ACK_MS * NS_PER_MS ? -ETIMEDOUT : 0;
}

static void pull_states(struct hub_consumer *c, uint64_t now_ns)
{
	const struct state_node *node = NULL;

	c->states_at = 0;
	if (!c->wishes.states || c->snapshot_due || states_serial(c->hub->states) == c->states_sent)
		return;
	if (c->states_last && now_ns < c->states_last + c->wishes.state_interval_ms * NS_PER_MS) {
		c->states_at = c->states_last + c->wishes.state_interval_ms * NS_PER_MS;
		return;
	}
	while (outbox_used(&c->box) < STATES_ROOM) {
		uint8_t buf[4 * WIRE_TEXT_MAX + WIRE_TEXT_MAX + WIRE_SMALL_MAX];
		struct wire_state m;
		int len;

		node = states_next(c->hub->states, c->states_sent, node);
		if (!node) {
			c->states_last = now_ns;
			return;
		}
		if (route_shows_state(c, node->path)) {
			state_to_wire(node, &m);
			len = wire_put_state(buf, sizeof(buf), &m);
			if (len > 0 && !outbox_push(&c->box, buf, (size_t)len)) {
				consumer_overflowed(c);
				return;
			}
		}
		c->states_sent = node->serial;
	}
}

size_t hub_consumer_peek(struct hub_consumer *c, uint64_t now_ns, const uint8_t **bytes)
{
	if (c->snapshot_due)
		consumer_try_snapshot(c);
	pull_states(c, now_ns);
	consumer_update_wait(c, now_ns);
	return outbox_peek(&c->box, now_ns, bytes);
}

void hub_consumer_sent(struct hub_consumer *c, size_t n, uint64_t now_ns)
{
	outbox_sent(&c->box, n);
	consumer_update_wait(c, now_ns);
}

bool hub_consumer_queue(struct hub_consumer *c, const uint8_t *message, size_t len)
{
	if (outbox_push(&c->box, message, len))
		return true;
	if (!c->snapshot_due)
		consumer_overflowed(c);
	return false;
}

void hub_consumer_info(const struct hub_consumer *c, struct hub_consumer_info *info)
{
	*info = (struct hub_consumer_info){
		.name = c->name,
		.id = c->id,
		.role = c->role,
		.focused = route_focused(c),
		.wishes = c->wishes,
		.generation = c->generation,
		.frames = c->frames,
		.merged = c->box.merged,
		.swallowed = c->box.swallowed,
		.sent_bytes = c->box.sent_bytes,
		.snapshots = c->snapshots,
		.queued = outbox_used(&c->box),
		.held = consumer_held(c),
		.led_dropped = c->led_dropped,
	};
}
