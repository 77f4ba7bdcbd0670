/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The LEDs of a twin and its original: who wins, that nothing loops, that storms end as their last state. */
#include "tests/unit/testing.h"

#include <linux/input.h>

#include "hub/twin/leds.h"

#define CAPS  (1u << LED_CAPSL)
#define NUM   (1u << LED_NUML)
#define START (1000 * NS_PER_S)

static void expect_due(struct leds *l, uint64_t now_ns, uint32_t due, uint32_t show)
{
	uint32_t shown;

	assert_int_equal(leds_due(l, now_ns, &shown), due);
	assert_int_equal(shown, show);
}

static void test_twin_asks_once(void **state)
{
	struct leds l = { 0 };

	assert_true(leds_deadline(&l) == CLOCK_NEVER);
	leds_set(&l, LED_CAPSL, true);
	assert_true(leds_deadline(&l) <= START);
	expect_due(&l, START, CAPS, 0);
	assert_int_equal(l.here, CAPS);
	/* The answer is what the twin shows already. */
	assert_false(leds_heard(&l, LED_CAPSL, true, false));
	assert_true(leds_deadline(&l) == CLOCK_NEVER);
	expect_due(&l, START + NS_PER_S, 0, 0);
}

static void test_echo_of_what_was_shown_is_not_asked_for(void **state)
{
	struct leds l = { 0 };

	assert_true(leds_heard(&l, LED_NUML, true, false));
	leds_set(&l, LED_NUML, true); /* the kernel tells of what we wrote */
	assert_true(leds_deadline(&l) == CLOCK_NEVER);
	expect_due(&l, START, 0, 0);
	assert_true(leds_heard(&l, LED_NUML, false, false));
	leds_set(&l, LED_NUML, false);
	expect_due(&l, START + NS_PER_S, 0, 0);
}

/* On, off and on again before the hub has answered the first: no answer may undo a later wish. */
static void test_old_answers_do_not_override(void **state)
{
	struct leds l = { 0 };

	leds_set(&l, LED_CAPSL, true);
	expect_due(&l, START, CAPS, 0);
	leds_set(&l, LED_CAPSL, false);
	expect_due(&l, START + LEDS_INTERVAL_NS, 0, 0); /* one at a time */
	assert_false(leds_heard(&l, LED_CAPSL, true, false));
	assert_int_equal(l.here, 0);
	expect_due(&l, START + LEDS_INTERVAL_NS, CAPS, 0);
	leds_set(&l, LED_CAPSL, true);
	assert_false(leds_heard(&l, LED_CAPSL, false, false));
	assert_int_equal(l.here, CAPS);
	expect_due(&l, START + 2 * LEDS_INTERVAL_NS, CAPS, 0);
	assert_false(leds_heard(&l, LED_CAPSL, true, false));
	assert_true(leds_deadline(&l) == CLOCK_NEVER);
	assert_int_equal(l.here, l.there);
}

static void test_storm_becomes_its_last_state(void **state)
{
	struct leds l = { 0 };
	unsigned bursts = 0;
	uint64_t now = START;
	uint32_t show;

	/* 1000 changes in a second, answered at once. */
	for (unsigned i = 0; i < 1000; i++, now += NS_PER_MS) {
		leds_set(&l, LED_CAPSL, i % 2 == 0);
		if (leds_due(&l, now, &show)) {
			bursts++;
			leds_heard(&l, LED_CAPSL, l.wish & CAPS, false);
		}
	}
	assert_in_range(bursts, 2, NS_PER_S / LEDS_INTERVAL_NS);
	leds_set(&l, LED_CAPSL, true);
	now += LEDS_INTERVAL_NS;
	leds_due(&l, now, &show);
	leds_heard(&l, LED_CAPSL, l.wish & CAPS, false);
	now += LEDS_INTERVAL_NS;
	leds_due(&l, now, &show);
	leds_heard(&l, LED_CAPSL, l.wish & CAPS, false);
	assert_int_equal(l.there, CAPS);
	assert_true(leds_deadline(&l) == CLOCK_NEVER);
}

static void test_storm_that_ends_where_it_began_asks_nothing(void **state)
{
	struct leds l = { 0 };

	leds_set(&l, LED_CAPSL, true);
	leds_set(&l, LED_CAPSL, false);
	expect_due(&l, START, 0, 0);
	assert_true(leds_deadline(&l) == CLOCK_NEVER);
}

/* A refusal (no focus) is silence: it is asked for again when focus comes, and not before. */
static void test_refusal_waits_for_focus(void **state)
{
	struct leds l = { 0 };

	leds_set(&l, LED_CAPSL, true);
	expect_due(&l, START, CAPS, 0);
	assert_true(leds_deadline(&l) == START + LEDS_PATIENCE_NS);
	expect_due(&l, START + LEDS_PATIENCE_NS, 0, 0);
	assert_true(leds_deadline(&l) == CLOCK_NEVER);
	leds_claim(&l);
	expect_due(&l, START + NS_PER_S, CAPS, 0);
}

/* A hub that does what it is asked but never says so must still be told to put the light out. */
static void test_silent_hub_is_told_both_ways(void **state)
{
	struct leds l = { 0 };

	leds_set(&l, LED_CAPSL, true);
	expect_due(&l, START, CAPS, 0);
	expect_due(&l, START + LEDS_PATIENCE_NS, 0, 0);
	leds_set(&l, LED_CAPSL, false);
	expect_due(&l, START + NS_PER_S, CAPS, 0);
	assert_int_equal(l.wish & CAPS, 0);
}

static void test_contradicted_wish_gives_in(void **state)
{
	struct leds l = { .here = NUM, .there = NUM };

	leds_set(&l, LED_NUML, false);
	expect_due(&l, START, NUM, 0);
	/* A resync says that it is still lit. */
	assert_false(leds_heard(&l, LED_NUML, true, false));
	expect_due(&l, START + LEDS_PATIENCE_NS, 0, NUM);
	assert_int_equal(l.here, NUM);
	assert_true(leds_deadline(&l) == CLOCK_NEVER);
}

static void test_reconnect_asks_again_for_what_differs(void **state)
{
	struct leds l = { .here = CAPS, .there = CAPS };

	/* While the link is down somebody lights num lock here; the new hub's snapshot says caps lock is dark. */
	leds_lost(&l);
	leds_set(&l, LED_NUML, true);
	assert_false(leds_heard(&l, LED_CAPSL, false, true));
	leds_claim(&l);
	expect_due(&l, START, CAPS | NUM, 0);
	assert_int_equal(l.wish, CAPS | NUM);
}

static void test_reconnect_in_step_asks_nothing(void **state)
{
	struct leds l = { .here = CAPS, .there = CAPS };

	leds_lost(&l);
	leds_claim(&l);
	assert_true(leds_deadline(&l) == CLOCK_NEVER);
}

static void test_request_lost_with_the_link_is_made_again(void **state)
{
	struct leds l = { 0 };

	leds_set(&l, LED_CAPSL, true);
	expect_due(&l, START, CAPS, 0);
	leds_set(&l, LED_CAPSL, false); /* back to what was last heard, but the request may have got there */
	leds_lost(&l);
	leds_claim(&l);
	expect_due(&l, START + NS_PER_S, CAPS, 0);
	assert_int_equal(l.wish & CAPS, 0);
}

/* An original behind a link that takes its time. */
struct original {
	bool lit;
	bool wire[64]; /* EV_LED on its way to the twin */
	unsigned head, tail;
};

/* A kernel tells of changes alone. */
static void original_set(struct original *o, bool on)
{
	if (o->lit == on)
		return;
	o->lit = on;
	assert_true(o->tail - o->head < COUNT_OF(o->wire));
	o->wire[o->tail++ % COUNT_OF(o->wire)] = on;
}

/* One step in time: what is due goes out, what is on its way may arrive. Returns how many requests went out. */
static unsigned step(struct leds *l, struct original *o, uint64_t now_ns, bool refuse, bool arrive)
{
	uint32_t show;
	unsigned due = leds_due(l, now_ns, &show) != 0;

	if (due && !refuse)
		original_set(o, l->wish & CAPS);
	if (arrive && o->head != o->tail) {
		bool on = o->wire[o->head++ % COUNT_OF(o->wire)];

		if (leds_heard(l, LED_CAPSL, on, false))
			leds_set(l, LED_CAPSL, on); /* the echo */
	}
	return due;
}

/* Both sides change at random and the hub refuses now and then: once they rest it gets quiet, and focus makes them agree. */
static void test_always_converges(void **state)
{
	struct rng rng = { 20 };

	for (unsigned round = 0; round < 300; round++) {
		struct original o = { 0 };
		struct leds l = { 0 };
		uint64_t now = START;
		unsigned requests = 0;

		for (unsigned i = 0; i < 200; i++, now += 17 * NS_PER_MS) {
			if (rng_chance(&rng, 30))
				leds_set(&l, LED_CAPSL, rng_chance(&rng, 50));
			if (rng_chance(&rng, 10))
				original_set(&o, rng_chance(&rng, 50));
			step(&l, &o, now, rng_chance(&rng, 10), rng_chance(&rng, 50));
		}
		for (unsigned i = 0; i < 200; i++, now += 17 * NS_PER_MS)
			requests += step(&l, &o, now, false, true);
		assert_int_equal(o.head, o.tail);
		assert_true(leds_deadline(&l) == CLOCK_NEVER);
		assert_true(requests <= 2);

		leds_claim(&l);
		for (unsigned i = 0; i < 200; i++, now += 17 * NS_PER_MS)
			step(&l, &o, now, false, true);
		assert_int_equal(o.lit, (l.here & CAPS) != 0);
		assert_true(leds_deadline(&l) == CLOCK_NEVER);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twin_asks_once),
		cmocka_unit_test(test_echo_of_what_was_shown_is_not_asked_for),
		cmocka_unit_test(test_old_answers_do_not_override),
		cmocka_unit_test(test_storm_becomes_its_last_state),
		cmocka_unit_test(test_storm_that_ends_where_it_began_asks_nothing),
		cmocka_unit_test(test_refusal_waits_for_focus),
		cmocka_unit_test(test_silent_hub_is_told_both_ways),
		cmocka_unit_test(test_contradicted_wish_gives_in),
		cmocka_unit_test(test_reconnect_asks_again_for_what_differs),
		cmocka_unit_test(test_reconnect_in_step_asks_nothing),
		cmocka_unit_test(test_request_lost_with_the_link_is_made_again),
		cmocka_unit_test(test_always_converges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
