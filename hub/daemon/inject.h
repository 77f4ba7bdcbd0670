/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices that a control peer plays into the hub (xenhub replay): DEVICE_ADD, FRAME and DEVICE_REMOVE on the control socket, the
 * sequence numbers unused. The peer chooses handles of its own; its devices go when it does. They make no chords.
 */
#ifndef HUB_DAEMON_INJECT_H
#define HUB_DAEMON_INJECT_H

#include "hub/daemon/server.h"
#include "hub/model/hub.h"

#define INJECT_DEVICES_MAX 16

struct inject_device {
	uint32_t peer; /* server_peer_id; 0: free */
	uint32_t theirs;
	uint32_t handle;
};

struct inject {
	struct hub *hub;
	struct inject_device devices[INJECT_DEVICES_MAX];
};

void inject_init(struct inject *inject, struct hub *hub);

/* 0, or -EBADMSG with err: the peer's link ends. */
int inject_take(struct inject *inject, struct server_peer *peer, const uint8_t *message, size_t len,
		struct wire_error *err);

/* Its devices are released and removed. */
void inject_forget(struct inject *inject, const struct server_peer *peer);

#endif
