/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/ctl/blur.h"

#include <linux/input-event-codes.h>

#include "tests/unit/testing.h"

static void what_types_is_hidden(void **state)
{
	static const uint16_t hidden[] = {
		KEY_1,
		KEY_0,
		KEY_MINUS,
		KEY_EQUAL,
		KEY_BACKSPACE,
		KEY_TAB,
		KEY_Q,
		KEY_P,
		KEY_ENTER,
		KEY_A,
		KEY_GRAVE,
		KEY_BACKSLASH,
		KEY_Z,
		KEY_SLASH,
		KEY_KPASTERISK,
		KEY_SPACE,
		KEY_KP7,
		KEY_KPDOT,
		KEY_102ND,
		KEY_RO,
		KEY_KPENTER,
		KEY_KPSLASH,
		KEY_KPEQUAL,
		KEY_KPPLUSMINUS,
		KEY_KPCOMMA,
		KEY_YEN,
		KEY_KPLEFTPAREN,
		KEY_KPRIGHTPAREN,
		KEY_QUESTION,
		KEY_EURO,
		KEY_DOLLAR,
		KEY_BRL_DOT1,
		KEY_NUMERIC_0,
		KEY_NUMERIC_9,
		KEY_NUMERIC_POUND,
		KEY_MACRO1,
	};

	for (size_t i = 0; i < COUNT_OF(hidden); i++)
		if (!blur_hides(hidden[i]))
			fail_msg("key %u would be shown", hidden[i]);
	for (unsigned code = KEY_Q; code <= KEY_P; code++)
		assert_true(blur_hides(code));
	for (unsigned code = KEY_A; code <= KEY_L; code++)
		assert_true(blur_hides(code));
	for (unsigned code = KEY_Z; code <= KEY_M; code++)
		assert_true(blur_hides(code));
	for (unsigned code = KEY_KP7; code <= KEY_KPDOT; code++)
		assert_true(blur_hides(code));
}

static void what_does_not_is_shown(void **state)
{
	static const uint16_t shown[] = {
		KEY_ESC,          KEY_LEFTCTRL,
		KEY_LEFTSHIFT,    KEY_RIGHTSHIFT,
		KEY_LEFTALT,      KEY_CAPSLOCK,
		KEY_F1,           KEY_F10,
		KEY_NUMLOCK,      KEY_F11,
		KEY_F12,          KEY_RIGHTCTRL,
		KEY_SYSRQ,        KEY_RIGHTALT,
		KEY_HOME,         KEY_UP,
		KEY_DELETE,       KEY_MUTE,
		KEY_VOLUMEUP,     KEY_POWER,
		KEY_PAUSE,        KEY_LEFTMETA,
		KEY_MENU,         KEY_SLEEP,
		KEY_F13,          KEY_F24,
		KEY_PLAYPAUSE,    KEY_MICMUTE,
		BTN_LEFT,         BTN_TOUCH,
		KEY_OK,           KEY_FN,
		KEY_BRIGHTNESSUP, KEY_ROTATE_LOCK_TOGGLE,
		BTN_TOOL_PEN,     KEY_UNKNOWN,
	};

	for (size_t i = 0; i < COUNT_OF(shown); i++)
		if (blur_hides(shown[i]))
			fail_msg("key %u would be hidden", shown[i]);
}

static void a_typed_key_loses_code_and_scan_code(void **state)
{
	static const struct xenhub_event in[] = {
		{ EV_MSC, MSC_SCAN, 0x70004 }, { EV_KEY, KEY_A, 1 },     { EV_KEY, KEY_LEFTSHIFT, 0 },
		{ EV_REL, REL_X, 4 },          { EV_LED, LED_CAPSL, 1 }, { EV_SYN, SYN_REPORT, 0 },
	};
	static const int32_t times[] = { -5, -4, -3, -2, -1, 0 };
	struct xenhub_event out[COUNT_OF(in)];
	int32_t out_times[COUNT_OF(in)];

	assert_int_equal(blur_events(in, times, COUNT_OF(in), out, out_times), 5);
	assert_int_equal(out[0].type, EV_KEY);
	assert_int_equal(out[0].code, BLUR_CODE);
	assert_int_equal(out[0].value, 1);
	assert_int_equal(out_times[0], -4);
	assert_memory_equal(&out[1], &in[2], 4 * sizeof(in[0]));
	assert_memory_equal(&out_times[1], &times[2], 4 * sizeof(times[0]));
	assert_int_equal(blur_events(in, NULL, COUNT_OF(in), out, NULL), 5);
}

/* Two keys must not be told apart by anything but the order of their presses. */
static void all_typed_keys_look_alike(void **state)
{
	struct xenhub_event first[3], other[3];

	for (unsigned code = 0; code < KEY_CNT; code++) {
		struct xenhub_event in[] = { { EV_MSC, MSC_SCAN, (int32_t)code },
					     { EV_KEY, (uint16_t)code, 1 },
					     { EV_SYN, SYN_REPORT, 0 } };
		struct xenhub_event a[] = { { EV_MSC, MSC_SCAN, 30 },
					    { EV_KEY, KEY_A, 1 },
					    { EV_SYN, SYN_REPORT, 0 } };

		if (!blur_hides(code))
			continue;
		assert_int_equal(blur_events(a, NULL, 3, first, NULL), 2);
		assert_int_equal(blur_events(in, NULL, 3, other, NULL), 2);
		assert_memory_equal(first, other, 2 * sizeof(first[0]));
	}
}

static void a_frame_of_a_scan_code_alone_vanishes(void **state)
{
	static const struct xenhub_event in[] = { { EV_MSC, MSC_SCAN, 4 }, { EV_SYN, SYN_REPORT, 0 } };
	struct xenhub_event out[2];

	assert_int_equal(blur_events(in, NULL, 2, out, NULL), 0);
	/* An empty frame that the device itself sent stays one. */
	assert_int_equal(blur_events(&in[1], NULL, 1, out, NULL), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_types_is_hidden),
		cmocka_unit_test(what_does_not_is_shown),
		cmocka_unit_test(a_typed_key_loses_code_and_scan_code),
		cmocka_unit_test(all_typed_keys_look_alike),
		cmocka_unit_test(a_frame_of_a_scan_code_alone_vanishes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
