/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chords: keys that, held together on local devices, do something at the hub and are seen by no guest: the way out. Pure.
 *
 * The earlier keys of a chord route as usual; on the match they are released to the consumers (by the caller), and the
 * completing key and every key after it is withheld until all keys are up. Only keys of local devices are fed here: a peer, a
 * recording or an injected key can neither make nor break a chord.
 *
 *	idle ──key of a chord completes it──▶ withholding ──the last key goes up──▶ idle
 */
#ifndef HUB_MODEL_CHORD_H
#define HUB_MODEL_CHORD_H

#include <stddef.h>

#include "hub/device/descriptor.h"
#include "hub/device/frame.h"

#define CHORDS_MAX     8
#define CHORD_KEYS_MAX 4

struct chord {
	unsigned count;
	uint16_t keys[CHORD_KEYS_MAX];
	int action; /* the caller's, 0 or more */
};

struct chords {
	unsigned count;
	struct chord chords[CHORDS_MAX];
	uint16_t down[KEY_CNT]; /* on how many devices */
	unsigned held;
	bool withholding;
};

/* Keys by number; 1 to CHORD_KEYS_MAX of them. 0, -EINVAL, -ENOSPC. */
int chords_add(struct chords *chords, const uint16_t *keys, unsigned count, int action);

/*
 * Takes one frame of a local device. keys is the device's physically held keys (BITS_BYTES(KEY_CNT), the caller's, zero at first),
 * brought up to date here. Events that must be withheld are taken out in place (with their MSC_SCAN); returns the new count,
 * 0 when nothing is left to send. *action becomes that of the chord that this frame completed, or -1. Buttons (BTN_*) neither
 * belong to chords nor are withheld.
 */
uint32_t chords_filter(struct chords *chords, uint8_t *keys, struct event *events, uint32_t count,
		       int *action);

/* A device is gone with these keys held. */
void chords_forget(struct chords *chords, const uint8_t *keys_held);

#endif
