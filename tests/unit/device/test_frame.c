/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/device/frame.h"

#include "tests/unit/testing.h"

#define SYN                                                                                                  \
	{                                                                                                    \
		EV_SYN, SYN_REPORT, 0                                                                        \
	}

static void repeats_are_dropped(void **state)
{
	static const struct {
		struct event in[6];
		uint32_t n_in;
		struct event out[6];
		uint32_t n_out;
	} cases[] = {
		{ { { EV_KEY, KEY_A, 1 }, SYN }, 2, { { EV_KEY, KEY_A, 1 }, SYN }, 2 },
		{ { { EV_KEY, KEY_A, 2 }, SYN }, 2, { { 0, 0, 0 } }, 0 },
		/* the kernel's own repeat: MSC_SCAN does not come with it, but software may send it */
		{ { { EV_MSC, MSC_SCAN, 30 }, { EV_KEY, KEY_A, 2 }, SYN },
		  3,
		  { { EV_MSC, MSC_SCAN, 30 }, SYN },
		  2 },
		{ { { EV_KEY, KEY_A, 2 }, { EV_KEY, KEY_B, 1 }, SYN }, 3, { { EV_KEY, KEY_B, 1 }, SYN }, 2 },
		{ { { EV_KEY, KEY_A, 2 }, { EV_KEY, KEY_B, 2 }, SYN }, 3, { { 0, 0, 0 } }, 0 },
		/* an empty report was sent empty and stays */
		{ { SYN }, 1, { SYN }, 1 },
		/* only keys repeat: a value of 2 is a value like any other elsewhere */
		{ { { EV_REL, REL_X, 2 }, { EV_ABS, ABS_X, 2 }, SYN },
		  3,
		  { { EV_REL, REL_X, 2 }, { EV_ABS, ABS_X, 2 }, SYN },
		  3 },
		/* KEY_9 is code 10, and ten is a value too */
		{ { { EV_KEY, KEY_9, 1 }, { EV_REL, REL_X, 10 }, SYN },
		  3,
		  { { EV_KEY, KEY_9, 1 }, { EV_REL, REL_X, 10 }, SYN },
		  3 },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int32_t times[6] = { 0, 1, 2, 3, 4, 5 };
		struct event events[6];
		uint32_t n;

		memcpy(events, cases[i].in, sizeof(events));
		n = frame_drop_repeats(events, times, cases[i].n_in);
		assert_int_equal(n, cases[i].n_out);
		assert_memory_equal(events, cases[i].out, n * sizeof(events[0]));
		if (n)
			assert_int_equal(times[n - 1], cases[i].n_in - 1);
		memcpy(events, cases[i].in, sizeof(events));
		assert_int_equal(frame_drop_repeats(events, NULL, cases[i].n_in), cases[i].n_out);
	}
}

static void the_report_keeps_its_value(void **state)
{
	struct event events[] = { { EV_KEY, KEY_A, 2 }, { EV_MSC, MSC_SCAN, 1 }, { EV_SYN, SYN_REPORT, 1 } };

	assert_int_equal(frame_drop_repeats(events, NULL, 3), 2);
	assert_int_equal(events[1].value, 1);
}

static void edges_are_what_must_not_be_merged(void **state)
{
	static const struct {
		uint16_t type, code;
		bool edge;
	} cases[] = {
		{ EV_REL, REL_X, false },
		{ EV_REL, REL_WHEEL, false },
		{ EV_MSC, MSC_SCAN, false },
		{ EV_ABS, ABS_X, false },
		{ EV_ABS, ABS_MT_POSITION_X, false },
		{ EV_ABS, ABS_MT_SLOT, false },
		{ EV_ABS, ABS_MT_TRACKING_ID, true },
		{ EV_ABS, ABS_MT_TOOL_TYPE, true },
		{ EV_KEY, BTN_TOOL_PEN, true },
		{ EV_KEY, KEY_A, true },
		{ EV_SW, SW_LID, true },
		{ EV_LED, LED_CAPSL, true },
		{ EV_SYN, SYN_REPORT, false },
		{ EV_SYN, SYN_MT_REPORT, true },
		{ EV_SYN, SYN_DROPPED, true },
	};
	struct frame f = { .count = 2 };

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct event events[2] = { { cases[i].type, cases[i].code, 1 }, SYN };

		f.events = events;
		assert_int_equal(event_is_edge(cases[i].type, cases[i].code), cases[i].edge);
		assert_int_equal(frame_count_edges(events, 2), cases[i].edge);
		f.flags = 0;
		assert_int_equal(frame_is_motion(&f), !cases[i].edge);
		f.flags = FRAME_SYNTHETIC;
		assert_false(frame_is_motion(&f));
	}
}

static void reasons_have_names(void **state)
{
	for (unsigned i = 0; i < REASON_COUNT; i++)
		assert_non_null(reason_name(i));
	assert_string_equal(reason_name(REASON_UNPLUG), "unplug");
	assert_string_equal(reason_name(REASON_COUNT), "unknown");
	assert_string_equal(reason_name(UINT32_MAX), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repeats_are_dropped),
		cmocka_unit_test(the_report_keeps_its_value),
		cmocka_unit_test(edges_are_what_must_not_be_merged),
		cmocka_unit_test(reasons_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
