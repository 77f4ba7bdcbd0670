/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a device holds: keys and buttons down, switches, LEDs, axes and every MT slot. Pure. The same structure is kept by
 * the hub (truth) and by a consumer (mirror), so that one can be turned into the other by a minimal frame.
 */
#ifndef HUB_DEVICE_STATE_H
#define HUB_DEVICE_STATE_H

#include "hub/device/descriptor.h"
#include "hub/device/frame.h"

struct device_state {
	uint8_t keys[BITS_BYTES(KEY_CNT)];
	uint8_t sws[BITS_BYTES(SW_CNT)];
	uint8_t leds[BITS_BYTES(LED_CNT)];
	int32_t abs[ABS_CNT];         /* of the axes outside the slots */
	unsigned held;                /* keys down + contacts: what a lease must cover */
	unsigned slot;                /* the kernel's current slot; may lie beyond the slots we keep */
	unsigned slots;               /* 0 for a device without protocol B */
	int32_t (*mt)[MT_CODE_COUNT]; /* [slots]; tracking id -1 in a slot without contact */
};

#define MT_INDEX(code) ((code)-MT_CODE_FIRST)
#define MT_TRACKING_ID MT_INDEX(ABS_MT_TRACKING_ID)

/* Neutral: nothing held, axes at the descriptor's values. 0 or -ENOMEM. */
int state_init(struct device_state *s, const struct descriptor *d);
void state_finish(struct device_state *s);

/* dst must have been made from the same descriptor. */
void state_copy(struct device_state *dst, const struct device_state *src);

/* Takes a frame's events in. Codes and slots out of range are ignored. */
void state_apply(struct device_state *s, const struct event *events, unsigned count);

/*
 * Writes the events (without SYN_REPORT) that turn `from` into `to`: releases first, then axes and contacts, switches and
 * LEDs, then presses; MT contacts that were replaced are ended (tracking id -1) in `first`, and begun in `second`, to be sent
 * as two frames. Each array must hold STATE_EVENTS_MAX. Returns through *n_first and *n_second the counts; either may be 0.
 */
#define STATE_EVENTS_MAX 1360
void state_diff(const struct device_state *from, const struct device_state *to, struct event *first,
		unsigned *n_first, struct event *second, unsigned *n_second);

/*
 * The events that let go of everything held (keys, buttons, contacts, tool proximity): switches, LEDs and axes stay. At most
 * STATE_EVENTS_MAX. With palm, each contact gets MT_TOOL_PALM before its lift: the way evdev says "cancelled".
 */
unsigned state_release(const struct device_state *s, bool palm, struct event *events);

/* Whether any contact or direct tool is down: its release has to be a cancel. */
bool state_has_contact(const struct device_state *s);

/* A hash over what is held (keys and tracking ids): equal states have equal hashes whatever way they came about. */
uint32_t state_held_hash(const struct device_state *s);

#endif
