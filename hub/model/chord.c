/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/model/chord.h"

#include <errno.h>
#include <string.h>

int chords_add(struct chords *chords, const uint16_t *keys, unsigned count, int action)
{
	struct chord *chord = &chords->chords[chords->count];

	if (!count || count > CHORD_KEYS_MAX)
		return -EINVAL;
	if (chords->count == CHORDS_MAX)
		return -ENOSPC;
	for (unsigned i = 0; i < count; i++)
		if (keys[i] >= KEY_CNT || !code_is_key(keys[i]))
			return -EINVAL;
	memcpy(chord->keys, keys, count * sizeof(keys[0]));
	chord->count = count;
	chord->action = action;
	chords->count++;
	return 0;
}

static void key_changed(struct chords *chords, unsigned code, bool down)
{
	if (down) {
		chords->down[code]++;
		chords->held++;
	} else if (chords->down[code]) {
		chords->down[code]--;
		chords->held--;
	}
}

/* The chord that `code`, which went down just now, completes: exactly its keys are down, no other. */
static const struct chord *completed(const struct chords *chords, unsigned code)
{
	for (unsigned i = 0; i < chords->count; i++) {
		const struct chord *chord = &chords->chords[i];
		bool all = true, part = false;

		for (unsigned k = 0; k < chord->count; k++) {
			all &= chords->down[chord->keys[k]] > 0;
			part |= chord->keys[k] == code;
		}
		if (all && part && chords->held == chord->count)
			return chord;
	}
	return NULL;
}

uint32_t chords_filter(struct chords *chords, uint8_t *keys, struct event *events, uint32_t count,
		       int *action)
{
	bool withheld = false;
	uint32_t n = 0;

	*action = -1;
	for (uint32_t i = 0; i < count; i++) {
		const struct event *e = &events[i];
		const struct chord *match;
		bool withhold;

		if (e->type != EV_KEY || e->code >= KEY_CNT || !code_is_key(e->code) || e->value == 2) {
			events[n++] = *e;
			continue;
		}
		withhold = chords->withholding;
		if (bit_test(keys, e->code) != (e->value != 0)) {
			bit_put(keys, e->code, e->value != 0);
			key_changed(chords, e->code, e->value != 0);
			match = e->value ? completed(chords, e->code) : NULL;
			if (match && !chords->withholding) {
				chords->withholding = true;
				withhold = true;
				*action = match->action;
			}
		}
		if (!chords->held)
			chords->withholding = false;
		if (!withhold) {
			events[n++] = *e;
			continue;
		}
		withheld = true;
		/* The scan code before it would tell as much. */
		if (n && events[n - 1].type == EV_MSC && events[n - 1].code == MSC_SCAN)
			n--;
	}
	return withheld && n == 1 ? 0 : n;
}

void chords_forget(struct chords *chords, const uint8_t *keys_held)
{
	for (unsigned code = 0; code < KEY_CNT; code++)
		if (code_is_key(code) && bit_test(keys_held, code))
			key_changed(chords, code, false);
	if (!chords->held)
		chords->withholding = false;
}
