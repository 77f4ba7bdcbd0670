/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/daemon/inject.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hub/core/clock.h"

void inject_init(struct inject *inject, struct hub *hub)
{
	memset(inject, 0, sizeof(*inject));
	inject->hub = hub;
}

static struct inject_device *find(struct inject *inject, uint32_t peer, uint32_t theirs)
{
	for (unsigned i = 0; i < INJECT_DEVICES_MAX; i++)
		if (inject->devices[i].peer == peer && (!peer || inject->devices[i].theirs == theirs))
			return &inject->devices[i];
	return NULL;
}

static int refuse(struct wire_error *err, unsigned bye, const char *text)
{
	err->bye = bye;
	snprintf(err->text, sizeof(err->text), "%s", text);
	return -EBADMSG;
}

static int take_device(struct inject *inject, uint32_t peer, const uint8_t *message, size_t len,
		       struct wire_error *err)
{
	char reason[CLASSIFY_REASON_MAX];
	struct inject_device *device;
	struct descriptor descriptor;
	struct wire_device info;
	uint64_t seq;
	int rc = wire_get_device_add(message, len, &seq, &info, &descriptor, err);

	if (rc < 0)
		return rc;
	if (find(inject, peer, info.handle))
		return refuse(err, WIRE_BYE_UNEXPECTED, "DEVICE_ADD: a handle that is in use");
	device = find(inject, 0, 0);
	if (!device)
		return refuse(err, WIRE_BYE_LIMIT, "DEVICE_ADD: 16 replayed devices are the limit");
	rc = hub_device_add(inject->hub, &descriptor, NULL, classify(&descriptor, 0, reason), reason,
			    info.origin, 0, clock_now_ns(), &device->handle);
	if (rc < 0)
		return refuse(err, WIRE_BYE_LIMIT, "DEVICE_ADD: 64 devices are the limit");
	device->peer = peer;
	device->theirs = info.handle;
	return 0;
}

static int take_remove(struct inject *inject, uint32_t peer, const uint8_t *message, size_t len,
		       struct wire_error *err)
{
	struct inject_device *device;
	uint32_t theirs;
	unsigned reason;
	uint64_t seq;
	int rc = wire_get_device_remove(message, len, &seq, &theirs, &reason, err);

	if (rc < 0)
		return rc;
	device = find(inject, peer, theirs);
	if (!device)
		return refuse(err, WIRE_BYE_UNEXPECTED, "DEVICE_REMOVE: of an unknown handle");
	hub_device_remove(inject->hub, device->handle, REASON_END, clock_now_ns());
	device->peer = 0;
	return 0;
}

static int take_frame(struct inject *inject, uint32_t peer, const uint8_t *message, size_t len,
		      struct wire_error *err)
{
	struct event events[FRAME_EVENTS_MAX];
	int32_t times[FRAME_EVENTS_MAX];
	struct inject_device *device;
	struct wire_frame w;
	int rc = wire_get_frame(message, len, &w, events, times, err);

	if (rc < 0)
		return rc;
	device = find(inject, peer, w.handle);
	if (!device)
		return refuse(err, WIRE_BYE_UNEXPECTED, "FRAME: of an unknown handle");
	w.frame.count = frame_drop_repeats(events, w.frame.times ? times : NULL, w.frame.count);
	w.frame.flags = 0;
	w.frame.reason = REASON_NONE;
	w.frame.lost = 0;
	if (w.frame.count)
		hub_device_frame(inject->hub, device->handle, &w.frame, clock_now_ns());
	return 0;
}

int inject_take(struct inject *inject, struct server_peer *peer, const uint8_t *message, size_t len,
		struct wire_error *err)
{
	uint32_t id = server_peer_id(peer);
	struct wire_header h;

	wire_get_header(message, &h, err);
	switch (h.type) {
	case WIRE_DEVICE_ADD:
		return take_device(inject, id, message, len, err);
	case WIRE_DEVICE_REMOVE:
		return take_remove(inject, id, message, len, err);
	default:
		return take_frame(inject, id, message, len, err);
	}
}

void inject_forget(struct inject *inject, const struct server_peer *peer)
{
	for (unsigned i = 0; i < INJECT_DEVICES_MAX; i++) {
		struct inject_device *device = &inject->devices[i];

		if (device->peer != server_peer_id(peer))
			continue;
		hub_device_remove(inject->hub, device->handle, REASON_UNPLUG, clock_now_ns());
		device->peer = 0;
	}
}
