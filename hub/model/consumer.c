/* One consumer: its messages in, its outbox out. */
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
static void tell_focus(struct hub_consumer *c)
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
	struct hub_consumer *c;
	unsigned slot = 0;
	int rc;

	while (slot < HUB_CONSUMERS_MAX && hub->consumers[slot])
		slot++;
	if (slot == HUB_CONSUMERS_MAX)
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
	snprintf(c->name, sizeof(c->name), "%s", hello->name[0] ? hello->name : peer);
	for (unsigned i = 0; i < HUB_ENDED_MAX; i++) {
		const struct ended_link *e = &hub->ended[i];

		if (hello->generation && e->generation == hello->generation)
			c->lost_before = e->lost + hub->edges - e->edges;
	}
	hub->consumers[slot] = c;
	c->routes = route_mask(c);
	push_hello(c);
	tell_focus(c);
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
	for (unsigned i = 0; i < HUB_CONSUMERS_MAX; i++)
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
			held += c->hub->devices[i].state.held;
	return held;
}

void consumer_push_frame(struct hub_consumer *c, const struct hub_device *d, const struct frame *frame, uint64_t now_ns)
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

static int encode_device(const struct hub_device *d, uint8_t *buf, size_t size)
{
	struct wire_device m = {
		.handle = d->handle,
		.classes = d->info.classes,
		.claimed = d->info.flags & HUB_DEVICE_CLAIMED,
		.descriptor = &d->descriptor,
	};

	memcpy(m.id, d->info.id, sizeof(m.id));
	memcpy(m.reason, d->info.reason, sizeof(d->info.reason));
	memcpy(m.origin, d->info.origin, sizeof(m.origin));
	return wire_put_device_add(buf, size, 0, &m);
}

static void overflowed(struct hub_consumer *c)
{
	c->snapshot_due = true;
	c->snapshot_reason = REASON_OVERFLOW;
}

void consumer_push_device(struct hub_consumer *c, const struct hub_device *d)
{
	uint8_t buf[WIRE_DEVICE_ADD_MAX];
	int len = encode_device(d, buf, sizeof(buf));

	if (len < 0 || c->snapshot_due || !outbox_push(&c->box, buf, (size_t)len)) {
		if (!c->snapshot_due)
			overflowed(c);
		return;
	}
	c->known[d->handle % HUB_DEVICES_MAX] = d->handle;
}

void consumer_push_remove(struct hub_consumer *c, unsigned slot, enum reason reason)
{
	uint8_t buf[WIRE_SMALL_MAX];
	int len;

	if (!c->known[slot])
		return;
	len = wire_put_device_remove(buf, sizeof(buf), 0, c->known[slot], reason);
	c->known[slot] = 0;
	/* A snapshot that is due tells it too: what it does not name is gone. */
	if (len > 0 && !c->snapshot_due && !outbox_push(&c->box, buf, (size_t)len))
		overflowed(c);
}

/* What this consumer may know of the device: its state while it gets its frames, otherwise a neutral one. */
static int encode_state(const struct hub_consumer *c, const struct hub_device *d, uint8_t *buf, size_t size)
{
	struct device_state neutral;
	int rc;

	if (c->routes >> (d->handle % HUB_DEVICES_MAX) & 1)
		return wire_put_device_state(buf, size, d->handle, &d->state);
	rc = state_init(&neutral, &d->descriptor);
	if (rc < 0)
		return rc;
	rc = wire_put_device_state(buf, size, d->handle, &neutral);
	state_finish(&neutral);
	return rc;
}

/* Encodes the whole snapshot into one malloc'ed run: *out and its length. */
static int make_snapshot(struct hub_consumer *c, uint8_t **out, size_t *out_len)
{
	struct hub *hub = c->hub;
	struct wire_snapshot begin = {
		.reason = c->snapshot_reason,
		.lost_kernel = (uint32_t)c->lost_kernel,
		.lost_queue = (uint32_t)(c->lost_before + c->box.swallowed - c->swallowed_told),
	};
	size_t size = 2 * WIRE_SMALL_MAX;
	size_t at = 0;
	uint8_t *buf;
	int len;

	for (unsigned i = 0; i < HUB_DEVICES_MAX; i++) {
		if (!route_sees(c, &hub->devices[i]))
			continue;
		begin.devices++;
		size += WIRE_DEVICE_ADD_MAX + WIRE_DEVICE_STATE_MAX;
	}
	buf = malloc(size);
	if (!buf)
		return -ENOMEM;
	for (unsigned i = 0; i < HUB_DEVICES_MAX; i++) {
		const struct hub_device *d = &hub->devices[i];

		if (!route_sees(c, d) || c->known[i] == d->handle)
			continue;
		len = encode_device(d, buf + at, size - at);
		if (len < 0)
			goto err;
		at += (size_t)len;
	}
	len = wire_put_snapshot_begin(buf + at, size - at, &begin);
	if (len < 0)
		goto err;
	at += (size_t)len;
	for (unsigned i = 0; i < HUB_DEVICES_MAX; i++) {
		if (!route_sees(c, &hub->devices[i]))
			continue;
		len = encode_state(c, &hub->devices[i], buf + at, size - at);
		if (len < 0)
			goto err;
		at += (size_t)len;
	}
	len = wire_put_snapshot_end(buf + at, size - at, 0);
	if (len < 0)
		goto err;
	*out = buf;
	*out_len = at + (size_t)len;
	return 0;

err:
	free(buf);
	return len;
}

/*
 * Now, if the outbox can take it; otherwise as soon as it can, and what devices do until then is lost. So a small one goes in
 * with the other messages: however many come in a row (focus that moves to and fro, devices with something held), none has to
 * wait for another.
 */
static void try_snapshot(struct hub_consumer *c)
{
	uint8_t *messages;
	size_t len;

	if (c->box.overflowed && !outbox_is_empty(&c->box))
		return;
	if (c->box.bulk && outbox_used(&c->box) > OUTBOX_MARK)
		return;
	if (make_snapshot(c, &messages, &len) < 0)
		return;
	outbox_recover(&c->box);
	tell_focus(c);
	if (outbox_used(&c->box) + len <= OUTBOX_MARK) {
		outbox_push(&c->box, messages, len);
		free(messages);
	} else if (outbox_push_bulk(&c->box, messages, len) < 0) {
		free(messages);
		return;
	}
	for (unsigned i = 0; i < HUB_DEVICES_MAX; i++)
		if (route_sees(c, &c->hub->devices[i]))
			c->known[i] = c->hub->devices[i].handle;
	c->snapshot_due = false;
	c->snapshots++;
	c->lost_kernel = 0;
	c->lost_before = 0;
	c->swallowed_told = c->box.swallowed;
}

void consumer_snapshot(struct hub_consumer *c, enum reason reason, uint64_t now_ns)
{
	if (!c->snapshot_due) {
		c->snapshot_due = true;
		c->snapshot_reason = reason;
	}
	try_snapshot(c);
}

void consumer_reroute(struct hub_consumer *c, enum reason reason, uint64_t now_ns)
{
	uint64_t before = c->routes;
	uint64_t after = route_mask(c);
	struct event events[STATE_EVENTS_MAX + 1];
	struct frame frame;

	for (unsigned i = 0; i < HUB_DEVICES_MAX; i++) {
		const struct hub_device *d = &c->hub->devices[i];

		if ((before & ~after) >> i & 1 && device_release_frame(d, reason, now_ns, events, &frame))
			consumer_push_frame(c, d, &frame, now_ns);
		if (c->known[i] && !route_sees(c, d))
			consumer_push_remove(c, i, reason);
	}
	c->routes = after;
	tell_focus(c);
	if (after & ~before)
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

		if (c->routes >> i & 1 && d->state.held)
			lease.hash = lease_hash(lease.hash, d->handle, state_held_hash(&d->state));
	}
	len = wire_put_lease(buf, sizeof(buf), &lease);
	if (len > 0 && !outbox_push(&c->box, buf, (size_t)len))
		overflowed(c);
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

/* What an ordinary consumer may read of the tree: the machine's states, not who else is there or what is pressed. */
static bool state_is_public(const char *path)
{
	return !state_path_below(path, "device") && !state_path_below(path, "counter") &&
	       !state_path_below(path, "consumer") && !state_path_below(path, "sensor") &&
	       !state_path_below(path, "hub") && !state_path_below(path, "pointer") && !state_path_below(path, "focus");
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
		if (c->role == WIRE_ROLE_CONTROL || state_is_public(node->path)) {
			state_to_wire(node, &m);
			len = wire_put_state(buf, sizeof(buf), &m);
			if (len > 0 && !outbox_push(&c->box, buf, (size_t)len)) {
				overflowed(c);
				return;
			}
		}
		c->states_sent = node->serial;
	}
}

size_t hub_consumer_peek(struct hub_consumer *c, uint64_t now_ns, const uint8_t **bytes)
{
	if (c->snapshot_due)
		try_snapshot(c);
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
		overflowed(c);
	return false;
}

static int unexpected(unsigned type, const char *what, struct wire_error *err)
{
	char buf[16];

	err->bye = WIRE_BYE_UNEXPECTED;
	snprintf(err->text, sizeof(err->text), "%s: %s", wire_type_name(type, buf), what);
	return -EBADMSG;
}

static int receive_subscribe(struct hub_consumer *c, const uint8_t *msg, size_t len, uint64_t now_ns,
			     struct wire_error *err)
{
	struct wire_subscribe m;
	int rc = wire_get_subscribe(msg, len, &m, err);

	if (rc < 0)
		return rc;
	c->wishes = m.wishes;
	if (!m.wishes.states)
		c->states_sent = 0;
	consumer_reroute(c, REASON_CONNECT, now_ns);
	if (m.snapshot)
		consumer_snapshot(c, REASON_CONNECT, now_ns);
	if (c->hub->callbacks.wishes_changed)
		c->hub->callbacks.wishes_changed(c->hub->callbacks.data);
	return 0;
}

static int receive_ack(struct hub_consumer *c, const uint8_t *msg, size_t len, uint64_t now_ns, struct wire_error *err)
{
	uint64_t seq;
	int rc = wire_get_ack(msg, len, &seq, err);

	if (rc < 0)
		return rc;
	if (seq < c->acked || seq >= c->box.next_seq)
		return unexpected(WIRE_ACK, "a sequence number that goes back or was never sent", err);
	c->acked = seq;
	if (c->waiting_since)
		c->waiting_since = now_ns;
	return 0;
}

static int receive_led(struct hub_consumer *c, const uint8_t *msg, size_t len, uint64_t now_ns, struct wire_error *err)
{
	struct hub_device_info info;
	struct wire_led m;
	int rc = wire_get_led(msg, len, &m, err);

	if (rc < 0)
		return rc;
	/* A handle that has just gone, or focus that has: not the consumer's fault. */
	if (!hub_device_find(c->hub, m.handle, &info) || !(c->routes >> (m.handle % HUB_DEVICES_MAX) & 1))
		return 0;
	if (!descriptor_has(info.descriptor, EV_LED, m.code))
		return unexpected(WIRE_LED, "the device has no such LED", err);
	if (now_ns / NS_PER_S != c->led_second) {
		c->led_second = now_ns / NS_PER_S;
		c->led_used = 0;
	}
	if (++c->led_used > HUB_LED_PER_SECOND) {
		c->led_dropped++;
		return 0;
	}
	if (c->hub->callbacks.led)
		c->hub->callbacks.led(c->hub->callbacks.data, m.handle, m.code, m.on);
	return 0;
}

static int receive_ping(struct hub_consumer *c, const uint8_t *msg, size_t len, struct wire_error *err)
{
	uint8_t buf[WIRE_SMALL_MAX];
	uint64_t token;
	int rc = wire_get_ping(msg, len, &token, err);

	if (rc < 0)
		return rc;
	rc = wire_put_ping(buf, sizeof(buf), true, token);
	if (rc > 0)
		hub_consumer_queue(c, buf, (size_t)rc);
	return 0;
}

int hub_consumer_receive(struct hub_consumer *c, const uint8_t *msg, size_t len, uint64_t now_ns, struct wire_error *err)
{
	char text[WIRE_TEXT_MAX];
	struct wire_header h;
	unsigned reason;
	uint64_t token;
	bool on;
	int rc = wire_get_header(msg, &h, err);

	if (rc < 0)
		return rc;
	switch (h.type) {
	case WIRE_ACK:
		return receive_ack(c, msg, len, now_ns, err);
	case WIRE_SUBSCRIBE:
		return receive_subscribe(c, msg, len, now_ns, err);
	case WIRE_LED:
		return receive_led(c, msg, len, now_ns, err);
	case WIRE_PING:
		return receive_ping(c, msg, len, err);
	case WIRE_PONG:
		return wire_get_ping(msg, len, &token, err);
	case WIRE_SCREEN:
		rc = wire_get_screen(msg, len, &on, err);
		if (rc < 0)
			return rc;
		c->screen_told = true;
		c->screen_off = !on;
		if (c->hub->callbacks.wishes_changed)
			c->hub->callbacks.wishes_changed(c->hub->callbacks.data);
		return 0;
	case WIRE_BYE:
		rc = wire_get_bye(msg, len, &reason, text, err);
		return rc < 0 ? rc : -ESHUTDOWN;
	case WIRE_HELLO:
		return unexpected(h.type, "a second one", err);
	default:
		if ((h.type >= WIRE_DEVICE_ADD && h.type <= WIRE_FOCUS) || h.type == WIRE_STATE)
			return unexpected(h.type, "only a hub may send it", err);
		if (h.type & WIRE_SKIPPABLE)
			return 0;
		unexpected(h.type, "not known here, and not marked as one to skip", err);
		err->bye = WIRE_BYE_UNKNOWN;
		return -EBADMSG;
	}
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
