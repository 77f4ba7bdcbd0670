/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/model/merge.h"

#include "hub/device/state.h"
#include "tests/unit/testing.h"

#define SLOTS 4
#define RELS  12

struct outcome {
	struct device_state state;
	int64_t rels[RELS];
};

static void make_device(struct descriptor *d)
{
	memset(d, 0, sizeof(*d));
	for (unsigned code = 0; code < ABS_CNT; code++)
		if (code != ABS_MT_SLOT - 1)
			descriptor_add(d, EV_ABS, code);
	d->absinfo[ABS_MT_SLOT].maximum = SLOTS - 1;
}

static uint32_t random_motion(struct rng *r, struct event *events)
{
	uint32_t n = 0;

	for (unsigned k = rng_below(r, 8); k--;) {
		switch (rng_below(r, 5)) {
		case 0:
			events[n++] = (struct event){ EV_REL, (uint16_t)rng_below(r, RELS),
						      rng_range(r, -100, 100) };
			break;
		case 1:
			events[n++] = (struct event){ EV_ABS, (uint16_t)rng_below(r, 3), rng_range(r, 0, 9) };
			break;
		case 2:
			events[n++] = (struct event){ EV_ABS, ABS_MT_SLOT, rng_range(r, 0, SLOTS - 1) };
			break;
		case 3:
			events[n++] = (struct event){ EV_MSC, MSC_TIMESTAMP, rng_range(r, 0, 9999) };
			break;
		default:
			events[n++] = (struct event){ EV_ABS, (uint16_t)(ABS_MT_POSITION_X + rng_below(r, 2)),
						      rng_range(r, 0, 9) };
		}
	}
	events[n++] = (struct event){ EV_SYN, SYN_REPORT, rng_range(r, 0, 1) };
	return n;
}

static void take(struct outcome *o, const struct event *events, uint32_t n)
{
	state_apply(&o->state, events, n);
	for (uint32_t i = 0; i < n; i++)
		if (events[i].type == EV_REL)
			o->rels[events[i].code] += events[i].value;
}

/* Two, five, nine frames merged: the same place in every slot, the same distance, the same slot selected at the end. */
static void merging_changes_nothing_that_is_left_behind(void **state)
{
	static struct event merged[FRAME_EVENTS_MAX], more[16];
	static struct descriptor d;
	struct rng r = { 5 };

	make_device(&d);
	for (int round = 0; round < 20000; round++) {
		struct outcome apart = { 0 }, together = { 0 };
		struct event start = { EV_ABS, ABS_MT_SLOT, rng_range(&r, 0, SLOTS - 1) };
		uint32_t n;

		assert_int_equal(state_init(&apart.state, &d), 0);
		assert_int_equal(state_init(&together.state, &d), 0);
		state_apply(&apart.state, &start, 1);
		state_apply(&together.state, &start, 1);
		n = random_motion(&r, merged);
		take(&apart, merged, n);
		for (unsigned k = 1 + rng_below(&r, 8); k--;) {
			uint32_t n_more = random_motion(&r, more);

			take(&apart, more, n_more);
			assert_true(merge_motion(merged, &n, FRAME_EVENTS_MAX, more, n_more));
			assert_int_equal(merged[n - 1].type, EV_SYN);
			assert_int_equal(merged[n - 1].value, more[n_more - 1].value);
		}
		take(&together, merged, n);
		assert_memory_equal(apart.rels, together.rels, sizeof(apart.rels));
		assert_memory_equal(apart.state.abs, together.state.abs, sizeof(apart.state.abs));
		assert_memory_equal(apart.state.mt, together.state.mt, SLOTS * sizeof(*apart.state.mt));
		assert_int_equal(apart.state.slot, together.state.slot);
		state_finish(&apart.state);
		state_finish(&together.state);
	}
}

/* A merged frame grows with what moves, not with time. */
static void size_is_bounded_by_what_moves(void **state)
{
	static struct event merged[FRAME_EVENTS_MAX];
	struct rng r = { 6 };
	uint32_t n = random_motion(&r, merged);
	struct event more[16];

	for (int i = 0; i < 100000; i++) {
		uint32_t n_more = random_motion(&r, more);

		assert_true(merge_motion(merged, &n, FRAME_EVENTS_MAX, more, n_more));
		/* every axis, MSC_TIMESTAMP, and for each slot (and the unnamed one) two values and selections */
		assert_true(n <= RELS + 3 + 1 + (SLOTS + 1) * 2 * 2 + 8);
	}
}

static void sums_saturate(void **state)
{
	struct event merged[8] = { { EV_REL, REL_X, INT32_MAX - 5 },
				   { EV_REL, REL_Y, INT32_MIN + 5 },
				   { EV_SYN, SYN_REPORT, 0 } };
	const struct event more[] = { { EV_REL, REL_X, 10 },
				      { EV_REL, REL_Y, -10 },
				      { EV_SYN, SYN_REPORT, 0 } };
	uint32_t n = 3;

	assert_true(merge_motion(merged, &n, 11, more, 3));
	assert_int_equal(n, 3);
	assert_int_equal(merged[0].value, INT32_MAX);
	assert_int_equal(merged[1].value, INT32_MIN);
}

static void what_may_not_fit_is_refused(void **state)
{
	struct event merged[8] = { { EV_REL, REL_X, 1 }, { EV_SYN, SYN_REPORT, 0 } };
	const struct event more[] = { { EV_REL, REL_Y, 1 }, { EV_REL, REL_Z, 1 }, { EV_SYN, SYN_REPORT, 0 } };
	uint32_t n = 2;

	assert_false(merge_motion(merged, &n, 4, more, 3));
	assert_int_equal(n, 2);
	assert_int_equal(merged[0].value, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(merging_changes_nothing_that_is_left_behind),
		cmocka_unit_test(size_is_bounded_by_what_moves),
		cmocka_unit_test(sums_saturate),
		cmocka_unit_test(what_may_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
