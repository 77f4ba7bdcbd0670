/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a consumer is told of devices: their coming and going, and their states all at once. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hub/model/hub_private.h"

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

void consumer_overflowed(struct hub_consumer *c)
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
			consumer_overflowed(c);
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
		consumer_overflowed(c);
}

/* What this consumer may know of the device: its state while it gets its frames, otherwise a neutral one. */
static int encode_state(const struct hub_consumer *c, const struct hub_device *d, uint8_t *buf, size_t size)
{
	uint64_t bit = 1ull << (d->handle % HUB_DEVICES_MAX);
	struct device_state view, part;
	int rc;

	if (c->routes & ~c->partial & bit)
		return wire_put_device_state(buf, size, d->handle, &d->state);
	rc = state_init(&part, &d->descriptor);
	if (rc < 0)
		return rc;
	if (c->routes & bit) {
		view = route_view(c, d);
		/* Without its slots it is a device whose contacts and axes are not for this consumer. */
		if (view.slots == part.slots) {
			state_copy(&part, &view);
		} else {
			memcpy(part.keys, view.keys, sizeof(part.keys));
			memcpy(part.leds, view.leds, sizeof(part.leds));
			memcpy(part.sws, view.sws, sizeof(part.sws));
		}
	} else if (c->glances & bit) {
		route_glance(c, d, part.sws);
	}
	rc = wire_put_device_state(buf, size, d->handle, &part);
	state_finish(&part);
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
 * Now, if the outbox can take it; otherwise as soon as it can, and what devices do until then is lost. So a
 * small one goes in with the other messages: however many come in a row (focus that moves to and fro, devices
 * with something held), none has to wait for another.
 */
void consumer_try_snapshot(struct hub_consumer *c)
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
	consumer_tell_focus(c);
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
	consumer_try_snapshot(c);
}
