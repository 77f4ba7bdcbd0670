/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What comes from a hub in another domain, before it may become a device here. That domain is hostile: whatever it says of a device is a
 * claim, and every event is held against the claim. Pure; one struct peer_device for each device.
 *
 *	code not in the descriptor, value that no such code has, slot that is not there,	the peer breaks the rules:
 *	a contact begun in a slot that holds one, ended in one that holds none, or begun	its link ends
 *	with an id that another contact has; more events than any device sends
 *	axis beyond its range									brought back into it: real ones do that
 */
#ifndef HUB_MODEL_PEER_CHECK_H
#define HUB_MODEL_PEER_CHECK_H

#include <stddef.h>

#include "hub/device/descriptor.h"
#include "hub/device/frame.h"

#define PEER_DEVICES_MAX       16
#define PEER_EVENTS_PER_SECOND 100000 /* of one device, in any second: a mouse at 8 kHz sends a third */
#define PEER_WHY_MAX           160

struct peer_device {
	const struct descriptor *descriptor; /* the caller's */
	unsigned slots, slot;
	int32_t contacts[DESCRIPTOR_SLOTS_MAX]; /* tracking ids; -1: none */
	uint64_t second;
	unsigned used; /* events in that second */
	uint64_t clamped;
};

/* Whether it is a device that may be taken at all: 0, or -EINVAL with the reason. */
int peer_check_descriptor(const struct descriptor *d, char why[PEER_WHY_MAX]);

/*
 * Whether a person has to be asked first: it can type. Keys for volume, playing and brightness alone type nothing.
 */
bool peer_needs_consent(const struct descriptor *d);

void peer_device_init(struct peer_device *device, const struct descriptor *d);

/* Takes one frame, whose last event is SYN_REPORT; axes are mended in place. 0, or -EBADMSG with the reason. */
int peer_check_frame(struct peer_device *device, struct event *events, unsigned count, uint64_t now_ns,
		     char why[PEER_WHY_MAX]);

#endif
