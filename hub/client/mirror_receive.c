/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hub's messages, one by one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "hub/client/mirror_private.h"
#include "hub/core/clock.h"
#include "hub/wire/cursor.h"

static void ask_for_snapshot(struct mirror *m)
{
	struct wire_subscribe subscribe = { .wishes = m->wishes, .snapshot = true };
	uint8_t buf[WIRE_SMALL_MAX];

	if (m->resync_asked)
		return;
	m->resync_asked = true;
	m->counters.mismatches++;
	mirror_queue(m, buf, wire_put_subscribe(buf, sizeof(buf), &subscribe));
}

static struct xenhub_device *find_device(struct mirror *m, uint32_t handle)
{
	struct xenhub_device *d;

	DL_FOREACH(m->devices, d)
	if (d->handle == handle)
		return d;
	return NULL;
}

static int receive_hello(struct mirror *m, const uint8_t *msg, size_t len, struct wire_error *err)
{
	struct wire_hello hello;
	int rc = wire_get_hello(msg, len, &hello, err);

	if (rc < 0)
		return rc;
	if (m->phase != MIRROR_GREETING)
		return mirror_broken(err, WIRE_BYE_UNEXPECTED, "HELLO: a second one");
	if (hello.role != WIRE_ROLE_HUB || !hello.generation)
		return mirror_broken(err, WIRE_BYE_MALFORMED, "HELLO: not from a hub");
	m->generation = hello.generation;
	m->phase = MIRROR_SYNCING;
	return 0;
}

static int receive_device_add(struct mirror *m, const uint8_t *msg, size_t len, struct wire_error *err)
{
	struct xenhub_device *device;
	struct descriptor descriptor;
	struct wire_device info;
	uint64_t seq;
	int rc = wire_get_device_add(msg, len, &seq, &info, &descriptor, err);

	if (rc < 0)
		return rc;
	if (find_device(m, info.handle))
		return mirror_broken(err, WIRE_BYE_MALFORMED, "DEVICE_ADD: a handle that is in use");
	/* The same device as on an earlier link goes on as the same object. */
	DL_FOREACH(m->devices, device)
	{
		if (device->handle || strcmp(device->info.id, info.id))
			continue;
		if (descriptor_equal(&device->descriptor, &descriptor)) {
			device->handle = info.handle;
			device->info = info;
			device->info.descriptor = &device->descriptor;
			state_finish(&device->told);
			return state_init(&device->told, &descriptor);
		}
		mirror_remove_device(m, device, REASON_UNPLUG);
		break;
	}
	if (m->n_devices >= MIRROR_DEVICES_MAX)
		return mirror_broken(err, WIRE_BYE_LIMIT, "DEVICE_ADD: more devices than 64");
	rc = device_create(&device, &info, &descriptor);
	if (rc < 0)
		return rc;
	DL_APPEND(m->devices, device);
	m->n_devices++;
	if (m->listener.device_added)
		m->listener.device_added(m->data, device);
	return 0;
}

static int receive_device_remove(struct mirror *m, const uint8_t *msg, size_t len, uint64_t now_ns,
				 struct wire_error *err)
{
	struct xenhub_device *device;
	uint32_t handle;
	unsigned reason;
	uint64_t seq;
	int rc = wire_get_device_remove(msg, len, &seq, &handle, &reason, err);

	if (rc < 0)
		return rc;
	device = find_device(m, handle);
	if (!device || !handle)
		return 0;
	/* The hub has released it already; one that has not is corrected here. */
	mirror_release_device(m, device, reason, now_ns);
	mirror_remove_device(m, device, reason);
	return 0;
}

static int receive_snapshot_begin(struct mirror *m, const uint8_t *msg, size_t len, struct wire_error *err)
{
	struct xenhub_device *d;
	int rc = wire_get_snapshot_begin(msg, len, &m->snapshot, err);

	if (rc < 0)
		return rc;
	m->in_snapshot = true;
	DL_FOREACH(m->devices, d)
	d->in_snapshot = false;
	return 0;
}

static int receive_device_state(struct mirror *m, const uint8_t *msg, size_t len, struct wire_error *err)
{
	struct xenhub_device *device;
	uint32_t handle;
	int rc = wire_get_device_state_handle(msg, len, &handle, err);

	if (rc < 0)
		return rc;
	device = handle ? find_device(m, handle) : NULL;
	if (!m->in_snapshot || !device || device->in_snapshot)
		return mirror_broken(err, WIRE_BYE_UNEXPECTED,
				     "DEVICE_STATE: outside a snapshot, twice, or of an unknown handle");
	rc = wire_get_device_state(msg, len, &device->pending, err);
	if (rc < 0)
		return rc;
	device->in_snapshot = true;
	return 0;
}

static int receive_snapshot_end(struct mirror *m, const uint8_t *msg, size_t len, uint64_t now_ns,
				struct wire_error *err)
{
	struct xenhub_device *d, *next;
	uint32_t lost_kernel, lost;
	bool first = m->phase == MIRROR_SYNCING;
	unsigned named = 0;
	uint64_t seq;
	int rc = wire_get_snapshot_end(msg, len, &seq, err);

	if (rc < 0)
		return rc;
	DL_FOREACH(m->devices, d)
	named += d->in_snapshot;
	if (!m->in_snapshot || named != m->snapshot.devices)
		return mirror_broken(err, WIRE_BYE_MALFORMED,
				     "SNAPSHOT_END: not as many devices as SNAPSHOT_BEGIN said");
	m->in_snapshot = false;
	m->resync_asked = false;
	m->phase = MIRROR_LIVE;
	lost_kernel = m->snapshot.lost_kernel > m->kernel_told ? m->snapshot.lost_kernel - m->kernel_told : 0;
	lost = lost_kernel + m->snapshot.lost_queue;
	m->kernel_told = 0;
	m->counters.lost_kernel += lost_kernel;
	m->counters.lost_queue += m->snapshot.lost_queue;
	if (first)
		m->counters.links++;

	DL_FOREACH_SAFE(m->devices, d, next)
	{
		unsigned flags = FRAME_SYNTHETIC | (lost ? FRAME_RESYNC : 0);

		if (!d->in_snapshot) {
			mirror_release_device(m, d, REASON_UNPLUG, now_ns);
			mirror_remove_device(m, d, REASON_UNPLUG);
			continue;
		}
		d->in_snapshot = false;
		state_copy(&d->told, &d->pending);
		device_unbar(d);
		device_target(d, &d->pending);
		mirror_deliver_difference(m, d, &d->pending, flags, m->snapshot.reason, lost, now_ns);
	}
	mirror_acknowledge(m);
	if (first && m->listener.link)
		m->listener.link(m->data, XENHUB_LINK_UP, "");
	return 0;
}

static int receive_frame(struct mirror *m, const uint8_t *msg, size_t len, uint64_t now_ns,
			 struct wire_error *err)
{
	struct xenhub_device *device;
	struct wire_frame w;
	int rc = wire_get_frame(msg, len, &w, m->events, m->times, err);

	if (rc < 0)
		return rc;
	if (m->in_snapshot)
		return mirror_broken(err, WIRE_BYE_UNEXPECTED, "FRAME: inside a snapshot");
	device = w.handle ? find_device(m, w.handle) : NULL;
	if (!device)
		return 0; /* of a device already removed */
	if (w.frame.flags & FRAME_RESYNC) {
		m->counters.lost_kernel += w.frame.lost;
		m->kernel_told += w.frame.lost;
	}
	state_apply(&device->told, w.frame.events, w.frame.count);
	if (device->barred) {
		device_note_presses(device, w.frame.events, w.frame.count);
		device_unbar(device);
		mirror_deliver_around_bar(m, device, &w, now_ns);
		return 0;
	}
	mirror_deliver(m, device, &w.frame, &w, now_ns);
	return 0;
}

static int receive_lease(struct mirror *m, const uint8_t *msg, size_t len, struct wire_error *err)
{
	struct xenhub_device *d;
	struct wire_lease lease;
	uint32_t held = 0, hash = 0;
	int rc = wire_get_lease(msg, len, &lease, err);

	if (rc < 0)
		return rc;
	DL_FOREACH(m->devices, d)
	{
		if (!d->handle || !d->told.held)
			continue;
		held += d->told.held;
		hash = lease_hash(hash, d->handle, state_held_hash(&d->told));
	}
	if (lease.seq != m->seq || lease.held != held || lease.hash != hash)
		ask_for_snapshot(m);
	mirror_acknowledge(m);
	return 0;
}

static int receive_state(struct mirror *m, const uint8_t *msg, size_t len, struct wire_error *err)
{
	struct xenhub_state state;
	struct wire_state w;
	int rc = wire_get_state(msg, len, &w, err);

	if (rc < 0)
		return rc;
	state = (struct xenhub_state){
		.path = w.path,
		.unit = w.unit,
		.text = w.text,
		.integer = w.integer,
		.type = w.type,
		.stale = w.stale,
		.time_ns = w.time_ns,
	};
	if (m->listener.state)
		m->listener.state(m->data, &state);
	return 0;
}

static int receive_bye(const uint8_t *msg, size_t len, struct wire_error *err)
{
	char text[WIRE_TEXT_MAX];
	unsigned reason;
	int rc = wire_get_bye(msg, len, &reason, text, err);

	if (rc < 0)
		return rc;
	err->bye = reason;
	snprintf(err->text, sizeof(err->text), "%.*s", (int)sizeof(err->text) - 1, text);
	return -ESHUTDOWN;
}

static int receive_reply(struct mirror *m, const uint8_t *msg, size_t len, struct wire_error *err)
{
	char text[WIRE_MESSAGE_MAX];
	uint32_t code;
	int rc = wire_get_request(msg, len, &code, text, sizeof(text), err);

	if (rc < 0)
		return rc;
	if (m->listener.reply)
		m->listener.reply(m->data, code, text);
	return 0;
}

static int receive_ping(struct mirror *m, const uint8_t *msg, size_t len, bool answer, struct wire_error *err)
{
	uint8_t buf[WIRE_SMALL_MAX];
	uint64_t token;
	int rc = wire_get_ping(msg, len, &token, err);

	if (rc < 0)
		return rc;
	return answer ? mirror_queue(m, buf, wire_put_ping(buf, sizeof(buf), true, token)) : 0;
}

static int dispatch(struct mirror *m, const struct wire_header *h, const uint8_t *msg, uint64_t now_ns,
		    struct wire_error *err)
{
	size_t len = h->length;
	bool focused;
	uint64_t seq;
	int rc;

	switch (h->type) {
	case WIRE_HELLO:
		return receive_hello(m, msg, len, err);
	case WIRE_DEVICE_ADD:
		return receive_device_add(m, msg, len, err);
	case WIRE_DEVICE_REMOVE:
		return receive_device_remove(m, msg, len, now_ns, err);
	case WIRE_SNAPSHOT_BEGIN:
		return receive_snapshot_begin(m, msg, len, err);
	case WIRE_DEVICE_STATE:
		return receive_device_state(m, msg, len, err);
	case WIRE_SNAPSHOT_END:
		return receive_snapshot_end(m, msg, len, now_ns, err);
	case WIRE_FRAME:
		return receive_frame(m, msg, len, now_ns, err);
	case WIRE_LEASE:
		return receive_lease(m, msg, len, err);
	case WIRE_FOCUS:
		rc = wire_get_focus(msg, len, &seq, &focused, err);
		if (!rc && m->listener.focus)
			m->listener.focus(m->data, focused);
		return rc;
	case WIRE_STATE:
		return receive_state(m, msg, len, err);
	case WIRE_PING:
		return receive_ping(m, msg, len, true, err);
	case WIRE_PONG:
		return receive_ping(m, msg, len, false, err);
	case WIRE_REPLY:
		return receive_reply(m, msg, len, err);
	default:
		if (h->type & WIRE_SKIPPABLE)
			return 0;
		return mirror_broken(err, WIRE_BYE_UNKNOWN,
				     "a message of unknown type that is not marked as one to skip");
	}
}

int mirror_receive(struct mirror *m, const struct wire_header *h, const uint8_t *msg, uint64_t now_ns,
		   struct wire_error *err)
{
	if (h->type == WIRE_BYE)
		return receive_bye(msg, h->length, err);
	if (m->phase == MIRROR_GREETING && h->type != WIRE_HELLO)
		return mirror_broken(err, WIRE_BYE_UNEXPECTED, "the first message is not HELLO");
	if (wire_is_sequenced(h->type)) {
		uint64_t seq;

		if (h->length < WIRE_HEADER_SIZE + sizeof(seq))
			return mirror_broken(err, WIRE_BYE_MALFORMED,
					     "a sequenced message without its number");
		seq = load64(msg + WIRE_HEADER_SIZE);
		if (seq != m->seq + 1)
			return mirror_broken(err, WIRE_BYE_MALFORMED, "a message is missing or out of order");
		m->seq = seq;
	}
	m->heard_ns = now_ns;
	m->unacked_bytes += h->length;
	return dispatch(m, h, msg, now_ns, err);
}
