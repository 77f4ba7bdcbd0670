/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/device/state.h"

#include "tests/unit/testing.h"

static struct event first[STATE_EVENTS_MAX], second[STATE_EVENTS_MAX];
static unsigned n_first, n_second;

/* A device with everything, and `slots` slots. */
static void make_device(struct descriptor *d, unsigned slots)
{
	memset(d, 0, sizeof(*d));
	for (unsigned code = 0; code < KEY_CNT; code++)
		descriptor_add(d, EV_KEY, code);
	for (unsigned code = 0; code < ABS_CNT; code++)
		if (slots || code < ABS_MT_SLOT)
			descriptor_add(d, EV_ABS, code);
	for (unsigned code = 0; code < SW_CNT; code++)
		descriptor_add(d, EV_SW, code);
	for (unsigned code = 0; code < LED_CNT; code++)
		descriptor_add(d, EV_LED, code);
	bit_clear(d->abss, ABS_MT_SLOT - 1); /* see descriptor_mt_is_fake */
	d->absinfo[ABS_MT_SLOT].maximum = (int32_t)slots - 1;
	d->absinfo[ABS_X].value = 77;
}

static struct event random_event(struct rng *r, unsigned slots)
{
	static const uint16_t types[] = { EV_KEY, EV_ABS, EV_ABS, EV_ABS, EV_SW, EV_LED, EV_REL, EV_MSC };
	struct event e = { .type = types[rng_below(r, COUNT_OF(types))] };

	switch (e.type) {
	case EV_KEY:
		e.code = (uint16_t)rng_below(r, rng_chance(r, 2) ? 65536 : 40);
		e.value = rng_range(r, 0, 2);
		break;
	case EV_SW:
	case EV_LED:
		e.code = (uint16_t)rng_below(r, 20);
		e.value = rng_range(r, 0, 1);
		break;
	case EV_ABS:
		if (slots && rng_chance(r, 30)) {
			e.code = ABS_MT_SLOT;
			e.value = rng_chance(r, 3) ? rng_range(r, -5, 300)
						   : rng_range(r, 0, (int32_t)slots - 1);
		} else if (slots && rng_chance(r, 30)) {
			e.code = ABS_MT_TRACKING_ID;
			e.value = rng_chance(r, 40) ? -1 : rng_range(r, 0, 30);
		} else {
			e.code = (uint16_t)rng_below(r, rng_chance(r, 2) ? 65536 : ABS_CNT);
			e.value = rng_range(r, -20, 20);
			if (e.code == ABS_MT_SLOT || e.code == ABS_MT_TRACKING_ID)
				e.code = ABS_Y;
		}
		break;
	default:
		e.value = rng_range(r, -3, 3);
	}
	return e;
}

static void random_walk(struct rng *r, struct device_state *s, unsigned steps)
{
	while (steps--) {
		struct event e = random_event(r, s->slots);

		state_apply(s, &e, 1);
	}
}

static unsigned count_held(const struct device_state *s)
{
	unsigned n = bits_count(s->keys, sizeof(s->keys));

	for (unsigned i = 0; i < s->slots; i++)
		n += s->mt[i][MT_TRACKING_ID] >= 0;
	return n;
}

static void assert_same(const struct device_state *a, const struct device_state *b)
{
	assert_memory_equal(a->keys, b->keys, sizeof(a->keys));
	assert_memory_equal(a->sws, b->sws, sizeof(a->sws));
	assert_memory_equal(a->leds, b->leds, sizeof(a->leds));
	assert_memory_equal(a->abs, b->abs, sizeof(a->abs));
	assert_int_equal(a->slot, b->slot);
	assert_int_equal(a->held, b->held);
	if (a->slots)
		assert_memory_equal(a->mt, b->mt, a->slots * sizeof(*a->mt));
}

/* From any state to any other: the difference, applied, is the other. */
static void a_difference_leads_there(void **state)
{
	struct rng r = { 7 };

	for (int n = 0; n < 3000; n++) {
		static const unsigned slot_counts[] = { 0, 1, 2, 10, DESCRIPTOR_SLOTS_MAX };
		unsigned slots = slot_counts[rng_below(&r, COUNT_OF(slot_counts))];
		static struct descriptor d;
		struct device_state a, b, walked;

		make_device(&d, slots);
		assert_int_equal(state_init(&a, &d), 0);
		assert_int_equal(state_init(&b, &d), 0);
		assert_int_equal(state_init(&walked, &d), 0);
		random_walk(&r, &a, rng_below(&r, 200));
		if (rng_chance(&r, 50))
			state_copy(&b, &a);
		random_walk(&r, &b, rng_below(&r, 100));
		assert_int_equal(a.held, count_held(&a));
		assert_int_equal(b.held, count_held(&b));

		state_copy(&walked, &a);
		assert_same(&walked, &a);
		state_diff(&a, &b, first, &n_first, second, &n_second);
		assert_true(n_first <= STATE_EVENTS_MAX && n_second <= STATE_EVENTS_MAX);
		state_apply(&walked, first, n_first);
		state_apply(&walked, second, n_second);
		assert_same(&walked, &b);
		assert_int_equal(state_held_hash(&walked), state_held_hash(&b));

		state_diff(&b, &walked, first, &n_first, second, &n_second);
		assert_int_equal(n_first + n_second, 0);
		state_finish(&a);
		state_finish(&b);
		state_finish(&walked);
	}
}

/* Letting go: nothing is held, all else is as it was, and the difference leads back. */
static void a_release_leaves_the_rest(void **state)
{
	struct rng r = { 8 };

	for (int n = 0; n < 2000; n++) {
		static struct descriptor d;
		static struct event events[STATE_EVENTS_MAX];
		struct device_state a, b;
		unsigned count;
		bool palm = rng_chance(&r, 50);

		make_device(&d, rng_below(&r, 2) ? 10 : 0);
		assert_int_equal(state_init(&a, &d), 0);
		assert_int_equal(state_init(&b, &d), 0);
		random_walk(&r, &a, rng_below(&r, 300));
		state_copy(&b, &a);
		count = state_release(&b, palm, events);
		state_apply(&b, events, count);
		assert_int_equal(b.held, 0);
		assert_int_equal(count_held(&b), 0);
		assert_false(state_has_contact(&b));
		assert_int_equal(b.slot, a.slot);
		assert_memory_equal(b.abs, a.abs, sizeof(a.abs));
		assert_memory_equal(b.sws, a.sws, sizeof(a.sws));
		assert_memory_equal(b.leds, a.leds, sizeof(a.leds));
		for (unsigned i = 0; i < a.slots; i++)
			if (a.mt[i][MT_TRACKING_ID] >= 0)
				assert_int_equal(b.mt[i][MT_INDEX(ABS_MT_TOOL_TYPE)],
						 palm ? MT_TOOL_PALM : a.mt[i][MT_INDEX(ABS_MT_TOOL_TYPE)]);

		state_diff(&b, &a, first, &n_first, second, &n_second);
		assert_int_equal(n_first, 0);
		state_apply(&b, second, n_second);
		assert_same(&b, &a);
		state_finish(&a);
		state_finish(&b);
	}
}

/* The largest difference there is: it fits (ASan watches the arrays). */
static void everything_may_change_at_once(void **state)
{
	static struct descriptor d;
	struct device_state a, b;

	make_device(&d, DESCRIPTOR_SLOTS_MAX);
	assert_int_equal(state_init(&a, &d), 0);
	assert_int_equal(state_init(&b, &d), 0);
	for (unsigned i = 0; i < DESCRIPTOR_SLOTS_MAX; i++) {
		a.mt[i][MT_TRACKING_ID] = 1;
		a.held++;
		b.held++;
		for (unsigned code = 0; code < MT_CODE_COUNT; code++)
			b.mt[i][code] = 1000 + (int32_t)code;
	}
	for (unsigned i = 0; i < KEY_CNT; i++) {
		bit_put(i & 1 ? a.keys : b.keys, i, true);
		if (i & 1)
			a.held++;
		else
			b.held++;
	}
	for (unsigned code = 0; code < ABS_MT_SLOT; code++)
		b.abs[code] = 12345;
	for (unsigned code = MT_CODE_LAST + 1; code < ABS_CNT; code++)
		b.abs[code] = 12345;
	memset(b.sws, 0xff, SW_CNT / 8);
	memset(b.leds, 0xff, LED_CNT / 8);
	b.slot = 500;
	state_diff(&a, &b, first, &n_first, second, &n_second);
	assert_int_equal(n_first, 2 * DESCRIPTOR_SLOTS_MAX - 1);
	assert_true(n_second <= STATE_EVENTS_MAX);
	state_apply(&a, first, n_first);
	state_apply(&a, second, n_second);
	assert_same(&a, &b);
	assert_true(state_release(&b, true, first) <= STATE_EVENTS_MAX);
	state_finish(&a);
	state_finish(&b);
}

/* A contact that another replaced in its slot ends in a frame of its own: nobody may take it for a jump. */
static void a_replaced_contact_ends_first(void **state)
{
	static struct descriptor d;
	static const struct event one[] = { { EV_ABS, ABS_MT_SLOT, 1 },
					    { EV_ABS, ABS_MT_TRACKING_ID, 5 },
					    { EV_ABS, ABS_MT_POSITION_X, 10 } };
	static const struct event two[] = { { EV_ABS, ABS_MT_SLOT, 1 },
					    { EV_ABS, ABS_MT_TRACKING_ID, 6 },
					    { EV_ABS, ABS_MT_POSITION_X, 90 },
					    { EV_ABS, ABS_MT_SLOT, 0 } };
	static const struct event end[] = { { EV_ABS, ABS_MT_TRACKING_ID, -1 } };
	static const struct event begin[] = { { EV_ABS, ABS_MT_TRACKING_ID, 6 },
					      { EV_ABS, ABS_MT_POSITION_X, 90 },
					      { EV_ABS, ABS_MT_SLOT, 0 } };
	struct device_state a, b;

	make_device(&d, 2);
	assert_int_equal(state_init(&a, &d), 0);
	assert_int_equal(state_init(&b, &d), 0);
	state_apply(&a, one, COUNT_OF(one));
	state_apply(&b, two, COUNT_OF(two));
	state_diff(&a, &b, first, &n_first, second, &n_second);
	assert_int_equal(n_first, COUNT_OF(end));
	assert_memory_equal(first, end, sizeof(end));
	assert_int_equal(n_second, COUNT_OF(begin));
	assert_memory_equal(second, begin, sizeof(begin));
	state_finish(&a);
	state_finish(&b);
}

static void releases_come_before_presses(void **state)
{
	static struct descriptor d;
	static const struct event shift = { EV_KEY, KEY_Z, 1 };
	static const struct event a_key = { EV_KEY, KEY_9, 1 }; /* code 10, before KEY_Z */
	struct device_state a, b;

	make_device(&d, 0);
	assert_int_equal(state_init(&a, &d), 0);
	assert_int_equal(state_init(&b, &d), 0);
	state_apply(&a, &shift, 1);
	state_apply(&b, &a_key, 1);
	state_diff(&a, &b, first, &n_first, second, &n_second);
	assert_int_equal(n_first, 0);
	assert_int_equal(n_second, 2);
	assert_int_equal(second[0].code, KEY_Z);
	assert_int_equal(second[0].value, 0);
	assert_int_equal(second[1].code, KEY_9);
	assert_int_equal(second[1].value, 1);
	state_finish(&a);
	state_finish(&b);
}

static void begins_as_the_descriptor_says(void **state)
{
	static struct descriptor d;
	struct device_state s;

	make_device(&d, 10);
	d.absinfo[ABS_MT_SLOT].value = 3;
	assert_int_equal(state_init(&s, &d), 0);
	assert_int_equal(s.abs[ABS_X], 77);
	assert_int_equal(s.slot, 3);
	assert_int_equal(s.slots, 10);
	assert_int_equal(s.held, 0);
	for (unsigned i = 0; i < s.slots; i++)
		assert_int_equal(s.mt[i][MT_TRACKING_ID], -1);
	state_finish(&s);
}

/* Repeats, unknown codes and slots beyond those we keep change nothing and break nothing. */
static void nonsense_is_passed_over(void **state)
{
	static const struct event events[] = {
		{ EV_KEY, KEY_A, 1 },
		{ EV_KEY, KEY_A, 1 },
		{ EV_KEY, KEY_A, 2 },
		{ EV_KEY, 0xffff, 1 },
		{ EV_ABS, 0xffff, 1 },
		{ EV_SW, 0xffff, 1 },
		{ EV_LED, 0xffff, 1 },
		{ 0xffff, 0, 1 },
		{ EV_ABS, ABS_MT_SLOT, 99 },
		{ EV_ABS, ABS_MT_TRACKING_ID, 4 },
		{ EV_ABS, ABS_MT_SLOT, INT32_MIN },
		{ EV_ABS, ABS_MT_TRACKING_ID, 4 },
	};
	static struct descriptor d;
	struct device_state s;

	make_device(&d, 2);
	assert_int_equal(state_init(&s, &d), 0);
	state_apply(&s, events, COUNT_OF(events));
	assert_int_equal(s.held, 1);
	assert_int_equal(count_held(&s), 1);
	state_finish(&s);
}

static void a_difference_tells_of_each_led_once(void **state)
{
	struct device_state from, to;
	struct descriptor d;

	make_device(&d, 0);
	assert_int_equal(state_init(&from, &d), 0);
	assert_int_equal(state_init(&to, &d), 0);
	bit_set(from.leds, LED_NUML);
	bit_set(to.leds, LED_CAPSL);
	state_diff(&from, &to, first, &n_first, second, &n_second);
	assert_int_equal(n_first, 0);
	assert_int_equal(n_second, 2);
	assert_memory_equal(&second[0], (&(struct event){ EV_LED, LED_NUML, 0 }), sizeof(struct event));
	assert_memory_equal(&second[1], (&(struct event){ EV_LED, LED_CAPSL, 1 }), sizeof(struct event));
	state_finish(&from);
	state_finish(&to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_difference_leads_there),
		cmocka_unit_test(a_difference_tells_of_each_led_once),
		cmocka_unit_test(a_release_leaves_the_rest),
		cmocka_unit_test(everything_may_change_at_once),
		cmocka_unit_test(a_replaced_contact_ends_first),
		cmocka_unit_test(releases_come_before_presses),
		cmocka_unit_test(begins_as_the_descriptor_says),
		cmocka_unit_test(nonsense_is_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
