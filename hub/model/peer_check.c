/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/model/peer_check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hub/core/clock.h"
#include "hub/device/state.h"
#include "hub/device/twin.h"

int peer_check_descriptor(const struct descriptor *d, char why[PEER_WHY_MAX])
{
	if (descriptor_is_twin(d)) {
		snprintf(why, PEER_WHY_MAX, "it is a twin: two hubs would feed each other");
		return -EINVAL;
	}
	return descriptor_check(d, why, PEER_WHY_MAX);
}

static bool types_nothing(unsigned code)
{
	switch (code) {
	case KEY_MUTE:
	case KEY_VOLUMEDOWN:
	case KEY_VOLUMEUP:
	case KEY_MICMUTE:
	case KEY_NEXTSONG:
	case KEY_PLAYPAUSE:
	case KEY_PREVIOUSSONG:
	case KEY_STOPCD:
	case KEY_PLAYCD:
	case KEY_PAUSECD:
	case KEY_BRIGHTNESSDOWN:
	case KEY_BRIGHTNESSUP:
		return true;
	default:
		return false;
	}
}

bool peer_needs_consent(const struct descriptor *d)
{
	for (unsigned code = 0; code < KEY_CNT; code++)
		if (bit_test(d->keys, code) && code_is_key(code) && !types_nothing(code))
			return true;
	return false;
}

void peer_device_init(struct peer_device *device, const struct descriptor *d)
{
	memset(device, 0, sizeof(*device));
	device->descriptor = d;
	device->slots = descriptor_slots(d);
	for (unsigned i = 0; i < DESCRIPTOR_SLOTS_MAX; i++)
		device->contacts[i] = -1;
}

static int refuse(const struct event *e, const char *what, char why[PEER_WHY_MAX])
{
	snprintf(why, PEER_WHY_MAX, "event %u %u %d: %s", e->type, e->code, e->value, what);
	return -EBADMSG;
}

static int check_contact(struct peer_device *device, const struct event *e, char why[PEER_WHY_MAX])
{
	int32_t *contact = &device->contacts[device->slot];

	if (e->value < -1)
		return refuse(e, "no tracking id", why);
	if (e->value == -1) {
		if (*contact < 0)
			return refuse(e, "ends a contact where there is none", why);
		*contact = -1;
		return 0;
	}
	if (*contact >= 0)
		return refuse(e, "begins a contact in a slot that holds one", why);
	for (unsigned i = 0; i < device->slots; i++)
		if (device->contacts[i] == e->value)
			return refuse(e, "begins a contact with the id of another", why);
	*contact = e->value;
	return 0;
}

static int check_axis(struct peer_device *device, struct event *e, char why[PEER_WHY_MAX])
{
	const struct input_absinfo *range = &device->descriptor->absinfo[e->code];

	if (device->slots && e->code == ABS_MT_SLOT) {
		if (e->value < 0 || (unsigned)e->value >= device->slots)
			return refuse(e, "no such slot", why);
		device->slot = (unsigned)e->value;
		return 0;
	}
	if (device->slots && e->code == ABS_MT_TRACKING_ID)
		return check_contact(device, e, why);
	if (e->value < range->minimum || e->value > range->maximum) {
		e->value = e->value < range->minimum ? range->minimum : range->maximum;
		device->clamped++;
	}
	return 0;
}

static int check_event(struct peer_device *device, struct event *e, char why[PEER_WHY_MAX])
{
	if (e->type == EV_SYN)
		return refuse(e, "inside a frame", why);
	if (!descriptor_has(device->descriptor, e->type, e->code))
		return refuse(e, "not in the descriptor", why);
	switch (e->type) {
	case EV_KEY:
	case EV_SW:
	case EV_LED:
		return e->value == 0 || e->value == 1 ? 0 : refuse(e, "neither on nor off", why);
	case EV_ABS:
		return check_axis(device, e, why);
	case EV_REL:
	case EV_MSC:
		return 0;
	default:
		return refuse(e, "of a type that no input device sends", why);
	}
}

int peer_check_frame(struct peer_device *device, struct event *events, unsigned count, uint64_t now_ns,
		     char why[PEER_WHY_MAX])
{
	if (now_ns / NS_PER_S != device->second) {
		device->second = now_ns / NS_PER_S;
		device->used = 0;
	}
	device->used += count;
	if (device->used > PEER_EVENTS_PER_SECOND) {
		snprintf(why, PEER_WHY_MAX, "more than %d events in a second", PEER_EVENTS_PER_SECOND);
		return -EBADMSG;
	}
	for (unsigned i = 0; i + 1 < count; i++) {
		int rc = check_event(device, &events[i], why);

		if (rc < 0)
			return rc;
	}
	if (!count || events[count - 1].type != EV_SYN || events[count - 1].code != SYN_REPORT) {
		snprintf(why, PEER_WHY_MAX, "a frame without an end");
		return -EBADMSG;
	}
	return 0;
}
