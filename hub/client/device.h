/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A device as the mirror keeps it. Private to hub/client. */
#ifndef HUB_CLIENT_DEVICE_H
#define HUB_CLIENT_DEVICE_H

#include "hub/client/xenhub.h"
#include "hub/device/descriptor.h"
#include "hub/device/state.h"
#include "hub/wire/wire.h"

struct xenhub_device {
	uint32_t handle; /* on the present link; 0: known from an earlier one, not seen on this one yet */
	struct wire_device info;
	struct descriptor descriptor;
	struct device_state told;    /* what the hub says */
	struct device_state held;    /* what the listener has been told */
	struct device_state pending; /* what a snapshot in progress says */
	bool in_snapshot;
	/*
	 * What the lease's end released although the hub may still say it is down: it stays released until a fresh press.
	 * Keys by bit, contacts by tracking id (-1: none). Any bit here means that held follows told by difference.
	 */
	bool barred;
	uint8_t barred_keys[BITS_BYTES(KEY_CNT)];
	int32_t barred_contacts[DESCRIPTOR_SLOTS_MAX];
	void *data;
	struct xenhub_device *prev, *next;
};

/* 0 or -ENOMEM. */
int device_create(struct xenhub_device **out, const struct wire_device *info, const struct descriptor *d);
void device_destroy(struct xenhub_device *device);

/* Bars everything that told holds now. */
void device_bar(struct xenhub_device *device);
/* Lifts the bar from what told no longer holds. */
void device_unbar(struct xenhub_device *device);
/* A press in these events is a fresh one: lifts the bar from it. */
void device_note_presses(struct xenhub_device *device, const struct event *events, uint32_t count);
/* Writes told without what is barred into *target, which was made from the same descriptor. */
void device_target(const struct xenhub_device *device, struct device_state *target);

#endif
