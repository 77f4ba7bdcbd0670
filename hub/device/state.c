/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/device/state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hub/core/text.h"

_Static_assert(KEY_CNT + ABS_CNT + SW_CNT + LED_CNT + DESCRIPTOR_SLOTS_MAX * (MT_CODE_COUNT + 1) + 1 <=
		       STATE_EVENTS_MAX,
	       "a whole difference must fit");
_Static_assert(STATE_EVENTS_MAX < FRAME_EVENTS_MAX,
	       "a whole difference and its SYN_REPORT must fit into one frame");

static bool is_mt_value(unsigned code)
{
	return code >= MT_CODE_FIRST && code <= MT_CODE_LAST;
}

static bool slot_active(const struct device_state *s, unsigned slot)
{
	return s->mt[slot][MT_TRACKING_ID] >= 0;
}

int state_init(struct device_state *s, const struct descriptor *d)
{
	memset(s, 0, sizeof(*s));
	for (unsigned code = 0; code < ABS_CNT; code++)
		if (descriptor_has(d, EV_ABS, code) && !is_mt_value(code) && code != ABS_MT_SLOT)
			s->abs[code] = d->absinfo[code].value;
	s->slots = descriptor_slots(d);
	if (!s->slots)
		return 0;
	s->slot = (unsigned)d->absinfo[ABS_MT_SLOT].value;
	s->mt = calloc(s->slots, sizeof(*s->mt));
	if (!s->mt)
		return -ENOMEM;
	for (unsigned i = 0; i < s->slots; i++)
		s->mt[i][MT_TRACKING_ID] = -1;
	return 0;
}

void state_finish(struct device_state *s)
{
	free(s->mt);
	s->mt = NULL;
	s->slots = 0;
}

void state_copy(struct device_state *dst, const struct device_state *src)
{
	int32_t(*mt)[MT_CODE_COUNT] = dst->mt;

	if (mt)
		memcpy(mt, src->mt, src->slots * sizeof(*mt));
	*dst = *src;
	dst->mt = mt;
}

static void apply_key(struct device_state *s, unsigned code, bool down)
{
	if (code >= KEY_CNT || bit_test(s->keys, code) == down)
		return;
	bit_put(s->keys, code, down);
	if (down)
		s->held++;
	else
		s->held--;
}

static void apply_abs(struct device_state *s, unsigned code, int32_t value)
{
	if (s->slots && is_mt_value(code)) {
		if (s->slot >= s->slots)
			return;
		if (code == ABS_MT_TRACKING_ID) {
			bool was = slot_active(s, s->slot);

			value = value < 0 ? -1 : value;
			if (!was && value >= 0)
				s->held++;
			else if (was && value < 0)
				s->held--;
		}
		s->mt[s->slot][MT_INDEX(code)] = value;
	} else if (is_mt_value(code)) {
		return; /* protocol A: contacts are told anew in every frame, nothing is held */
	} else if (code == ABS_MT_SLOT) {
		s->slot = value < 0 ? UINT32_MAX : (unsigned)value;
	} else if (code < ABS_CNT) {
		s->abs[code] = value;
	}
}

void state_apply(struct device_state *s, const struct event *events, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		const struct event *e = &events[i];

		switch (e->type) {
		case EV_KEY:
			apply_key(s, e->code, e->value != 0);
			break;
		case EV_ABS:
			apply_abs(s, e->code, e->value);
			break;
		case EV_SW:
			if (e->code < SW_CNT)
				bit_put(s->sws, e->code, e->value != 0);
			break;
		case EV_LED:
			if (e->code < LED_CNT)
				bit_put(s->leds, e->code, e->value != 0);
			break;
		}
	}
}

struct list {
	struct event *events;
	unsigned n;
	unsigned slot; /* the slot selected so far */
};

static void list_add(struct list *l, unsigned type, unsigned code, int32_t value)
{
	l->events[l->n++] = (struct event){ (uint16_t)type, (uint16_t)code, value };
}

static void list_add_mt(struct list *l, unsigned slot, unsigned code, int32_t value)
{
	if (l->slot != slot) {
		l->slot = slot;
		list_add(l, EV_ABS, ABS_MT_SLOT, (int32_t)slot);
	}
	list_add(l, EV_ABS, code, value);
}

/* The device goes on in the slot it was in and will not name it again: leave the selection as it has it. */
static void list_restore_slot(struct list *l, unsigned slot)
{
	if (l->slot != slot)
		list_add(l, EV_ABS, ABS_MT_SLOT, (int32_t)slot);
	l->slot = slot;
}

static void diff_keys(struct list *l, const struct device_state *from, const struct device_state *to,
		      bool down)
{
	for (unsigned i = 0; i < sizeof(to->keys); i++) {
		uint8_t changed = (from->keys[i] ^ to->keys[i]) & (down ? to->keys[i] : from->keys[i]);

		for (; changed; changed &= (uint8_t)(changed - 1))
			list_add(l, EV_KEY, i * 8 + (unsigned)__builtin_ctz(changed), down);
	}
}

static void diff_slot(struct list *l, unsigned slot, const int32_t *from, const int32_t *to)
{
	/* The id first: the kernel, and everyone after it, takes the values that follow as the new contact's. */
	if (from[MT_TRACKING_ID] != to[MT_TRACKING_ID])
		list_add_mt(l, slot, ABS_MT_TRACKING_ID, to[MT_TRACKING_ID]);
	for (unsigned i = 0; i < MT_CODE_COUNT; i++)
		if (i != MT_TRACKING_ID && from[i] != to[i])
			list_add_mt(l, slot, MT_CODE_FIRST + i, to[i]);
}

void state_diff(const struct device_state *from, const struct device_state *to, struct event *first,
		unsigned *n_first, struct event *second, unsigned *n_second)
{
	struct list a = { first, 0, from->slot };
	struct list b = { second, 0, from->slot };

	for (unsigned i = 0; i < to->slots; i++)
		if (slot_active(from, i) && slot_active(to, i) &&
		    from->mt[i][MT_TRACKING_ID] != to->mt[i][MT_TRACKING_ID])
			list_add_mt(&a, i, ABS_MT_TRACKING_ID, -1);
	b.slot = a.slot;

	diff_keys(&b, from, to, false);
	for (unsigned code = 0; code < ABS_CNT; code++)
		if (from->abs[code] != to->abs[code])
			list_add(&b, EV_ABS, code, to->abs[code]);
	for (unsigned i = 0; i < to->slots; i++)
		diff_slot(&b, i, from->mt[i], to->mt[i]);
	list_restore_slot(&b, to->slot);
	for (unsigned code = 0; code < SW_CNT; code++)
		if (bit_test(from->sws, code) != bit_test(to->sws, code))
			list_add(&b, EV_SW, code, bit_test(to->sws, code));
	for (unsigned code = 0; code < LED_CNT; code++)
		if (bit_test(from->leds, code) != bit_test(to->leds, code))
			list_add(&b, EV_LED, code, bit_test(to->leds, code));
	diff_keys(&b, from, to, true);

	*n_first = a.n;
	*n_second = b.n;
}

unsigned state_release(const struct device_state *s, bool palm, struct event *events)
{
	struct list l = { events, 0, s->slot };
	const struct device_state none = { 0 };

	for (unsigned i = 0; i < s->slots; i++) {
		if (!slot_active(s, i))
			continue;
		if (palm)
			list_add_mt(&l, i, ABS_MT_TOOL_TYPE, MT_TOOL_PALM);
		list_add_mt(&l, i, ABS_MT_TRACKING_ID, -1);
	}
	list_restore_slot(&l, s->slot);
	diff_keys(&l, s, &none, false);
	return l.n;
}

bool state_has_contact(const struct device_state *s)
{
	for (unsigned i = 0; i < s->slots; i++)
		if (slot_active(s, i))
			return true;
	return bit_test(s->keys, BTN_TOUCH);
}

uint32_t state_held_hash(const struct device_state *s)
{
	uint64_t h = TEXT_HASH_SEED;

	h = text_hash(h, s->keys, sizeof(s->keys));
	for (unsigned i = 0; i < s->slots; i++) {
		uint32_t id = (uint32_t)s->mt[i][MT_TRACKING_ID];
		uint8_t bytes[4] = { (uint8_t)id, (uint8_t)(id >> 8), (uint8_t)(id >> 16),
				     (uint8_t)(id >> 24) };

		h = text_hash(h, bytes, sizeof(bytes));
	}
	return (uint32_t)(h ^ h >> 32);
}
