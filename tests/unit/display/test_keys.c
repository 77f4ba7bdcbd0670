/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Held keys, repeats, hot keys, and the three names of a key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <linux/input-event-codes.h>
#include "display/input/codes.h"
#include "display/input/keys.h"
#include "hub/core/clock.h"

static enum keys_verdict press(struct keys *keys, unsigned code, bool down, enum action *action)
{
	unsigned argument;

	return keys_event(keys, code, down, 0, action, &argument);
}

static void test_hold_and_repeat(void **state)
{
	struct keys keys;
	enum action action;

	keys_init(&keys, 500, 40);
	assert_int_equal(press(&keys, KEY_A, true, &action), KEYS_SEND);
	assert_int_equal(press(&keys, KEY_A, true, &action), KEYS_IGNORE);
	assert_int_equal(keys_deadline(&keys), 500 * NS_PER_MS);
	assert_int_equal(keys_tick(&keys, 499 * NS_PER_MS), 0);
	assert_int_equal(keys_tick(&keys, 500 * NS_PER_MS), KEY_A);
	assert_int_equal(keys_tick(&keys, 539 * NS_PER_MS), 0);
	/* After a sleep of a minute there is one repeat, not a thousand. */
	assert_int_equal(keys_tick(&keys, 60 * NS_PER_S), KEY_A);
	assert_int_equal(keys_tick(&keys, 60 * NS_PER_S), 0);
	/* The newest repeats; a modifier does not, and does not stop it. */
	press(&keys, KEY_B, true, &action);
	press(&keys, KEY_LEFTSHIFT, true, &action);
	assert_int_equal(keys_tick(&keys, 61 * NS_PER_S), KEY_B);
	press(&keys, KEY_B, false, &action);
	assert_int_equal(keys_deadline(&keys), CLOCK_NEVER);
	assert_int_equal(press(&keys, KEY_A, false, &action), KEYS_SEND);
	assert_int_equal(press(&keys, KEY_A, false, &action), KEYS_IGNORE);
}

static void test_forgotten_keys_are_released_by_nobody(void **state)
{
	struct keys keys;
	enum action action;

	keys_init(&keys, 500, 40);
	press(&keys, KEY_A, true, &action);
	keys_forget(&keys);
	assert_int_equal(keys_deadline(&keys), CLOCK_NEVER);
	assert_int_equal(press(&keys, KEY_A, false, &action), KEYS_IGNORE);
}

static void test_hot_keys(void **state)
{
	struct keys keys;
	enum action action;
	unsigned argument;

	keys_init(&keys, 500, 40);
	press(&keys, KEY_RIGHTCTRL, true, &action);
	press(&keys, KEY_LEFTALT, true, &action);
	assert_int_equal(press(&keys, KEY_R, true, &action), KEYS_SEND);
	press(&keys, KEY_R, false, &action);
	press(&keys, KEY_LEFTSHIFT, true, &action);
	assert_int_equal(press(&keys, KEY_R, true, &action), KEYS_ACTION);
	assert_int_equal(action, ACTION_ROTATE);
	/* Its release is ours too, even when the modifiers went first. */
	assert_int_equal(press(&keys, KEY_RIGHTCTRL, false, &action), KEYS_SEND);
	assert_int_equal(press(&keys, KEY_R, false, &action), KEYS_IGNORE);
	press(&keys, KEY_RIGHTCTRL, true, &action);
	assert_int_equal(keys_event(&keys, KEY_3, true, 0, &action, &argument), KEYS_ACTION);
	assert_int_equal(action, ACTION_CONNECTION);
	assert_int_equal(argument, 2);
	assert_int_equal(keys_deadline(&keys), CLOCK_NEVER);
	keys_forget(&keys);
	assert_int_equal(press(&keys, KEY_ROTATE_LOCK_TOGGLE, true, &action), KEYS_ACTION);
	assert_int_equal(action, ACTION_LOCK);
}

static void test_names(void **state)
{
	static const struct {
		unsigned usage, code, xt;
	} known[] = {
		{ 0x04, KEY_A, 0x1e },         { 0x1d, KEY_Z, 0x2c },        { 0x27, KEY_0, 0x0b },
		{ 0x28, KEY_ENTER, 0x1c },     { 0x45, KEY_F12, 0x58 },      { 0x4f, KEY_RIGHT, 0xcd },
		{ 0x52, KEY_UP, 0xc8 },        { 0x58, KEY_KPENTER, 0x9c },  { 0x64, KEY_102ND, 0x56 },
		{ 0x63, KEY_KPDOT, 0x53 },     { 0xe0, KEY_LEFTCTRL, 0x1d }, { 0xe6, KEY_RIGHTALT, 0xb8 },
		{ 0xe7, KEY_RIGHTMETA, 0xdc }, { 0x4c, KEY_DELETE, 0xd3 },   { 0x62, KEY_KP0, 0x52 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_int_equal(code_from_usage(known[i].usage), known[i].code);
		assert_int_equal(code_to_xt(known[i].code), known[i].xt);
	}
	assert_int_equal(code_from_usage(0), 0);
	assert_int_equal(code_from_usage(100000), 0);
	assert_int_equal(code_to_xt(KEY_MAX), 0);
	assert_int_equal(code_to_xt(KEY_PLAYPAUSE), 0xa2);
	assert_int_equal(code_to_xt(KEY_BRIGHTNESSUP), 0xd4);
	assert_int_equal(code_to_xt(KEY_F24), 0x6f);
	/* No two keys share a scancode. */
	for (unsigned a = 1; a < KEY_MAX; a++)
		for (unsigned b = a + 1; b < KEY_MAX; b++)
			assert_true(code_to_xt(a) != code_to_xt(b) || code_to_xt(a) == 0);
	for (unsigned a = 4; a < 232; a++)
		for (unsigned b = a + 1; b < 232; b++)
			if (code_from_usage(a) && code_from_usage(a) != code_from_usage(b))
				assert_true(code_to_xt(code_from_usage(a)) !=
						    code_to_xt(code_from_usage(b)) ||
					    code_to_xt(code_from_usage(a)) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hold_and_repeat),
		cmocka_unit_test(test_forgotten_keys_are_released_by_nobody),
		cmocka_unit_test(test_hot_keys),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
