/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/model/chord.h"

#include <errno.h>

#include "tests/unit/testing.h"

#define SECURE  1
#define PANIC   2
#define DEVICES 2

struct world {
	struct chords chords;
	uint8_t keys[DEVICES][BITS_BYTES(KEY_CNT)];
};

static int setup(void **state)
{
	static const uint16_t secure[] = { KEY_LEFTCTRL, KEY_LEFTALT, KEY_ESC };
	static const uint16_t panic[] = { KEY_POWER, KEY_VOLUMEUP };
	struct world *w = calloc(1, sizeof(*w));

	if (!w || chords_add(&w->chords, secure, 3, SECURE) < 0 ||
	    chords_add(&w->chords, panic, 2, PANIC) < 0)
		return -1;
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

/* One key in one frame: whether it goes on to consumers. *action as the filter says. */
static bool key(struct world *w, unsigned device, uint16_t code, int value, int *action)
{
	struct event e[] = { { EV_MSC, MSC_SCAN, 7 }, { EV_KEY, code, value }, { EV_SYN, SYN_REPORT, 0 } };
	uint32_t n = chords_filter(&w->chords, w->keys[device], e, 3, action);

	assert_true(n == 0 || n == 3);
	return n == 3;
}

static bool press(struct world *w, uint16_t code, int *action)
{
	return key(w, 0, code, 1, action);
}

static bool release(struct world *w, uint16_t code)
{
	int action;
	bool passed = key(w, 0, code, 0, &action);

	assert_int_equal(action, -1);
	return passed;
}

static void a_chord_is_seen_by_nobody_from_its_last_key_on(void **state)
{
	struct world *w = *state;
	int action;

	assert_true(press(w, KEY_LEFTCTRL, &action) && action == -1);
	assert_true(press(w, KEY_LEFTALT, &action) && action == -1);
	assert_false(press(w, KEY_ESC, &action));
	assert_int_equal(action, SECURE);
	/* Until everything is up nothing goes on: not the releases, not other keys. */
	assert_false(press(w, KEY_A, &action));
	assert_int_equal(action, -1);
	assert_false(release(w, KEY_ESC));
	assert_false(press(w, KEY_ESC, &action));
	assert_int_equal(action, -1);
	assert_false(release(w, KEY_LEFTCTRL));
	assert_false(release(w, KEY_A));
	assert_false(release(w, KEY_LEFTALT));
	assert_false(release(w, KEY_ESC));
	assert_true(press(w, KEY_A, &action));
	assert_true(release(w, KEY_A));
}

static void any_order_completes_it(void **state)
{
	static const uint16_t orders[][3] = {
		{ KEY_ESC, KEY_LEFTALT, KEY_LEFTCTRL },
		{ KEY_LEFTALT, KEY_ESC, KEY_LEFTCTRL },
		{ KEY_LEFTCTRL, KEY_ESC, KEY_LEFTALT },
	};
	struct world *w = *state;
	int action;

	for (size_t i = 0; i < COUNT_OF(orders); i++) {
		assert_true(press(w, orders[i][0], &action));
		assert_true(press(w, orders[i][1], &action));
		assert_false(press(w, orders[i][2], &action));
		assert_int_equal(action, SECURE);
		for (unsigned k = 0; k < 3; k++)
			assert_false(release(w, orders[i][k]));
	}
}

static void one_key_more_or_less_is_no_chord(void **state)
{
	struct world *w = *state;
	int action;

	assert_true(press(w, KEY_LEFTSHIFT, &action));
	assert_true(press(w, KEY_LEFTCTRL, &action));
	assert_true(press(w, KEY_LEFTALT, &action));
	assert_true(press(w, KEY_ESC, &action));
	assert_int_equal(action, -1);
	/* Nor does it become one when the other goes up: a chord is completed by a press. */
	assert_true(release(w, KEY_LEFTSHIFT));
	assert_true(release(w, KEY_ESC));
	assert_false(press(w, KEY_ESC, &action));
	assert_int_equal(action, SECURE);
}

/* Power on one device, volume on another: the tablet's buttons often are. */
static void a_chord_may_span_devices(void **state)
{
	struct world *w = *state;
	int action;

	assert_true(key(w, 0, KEY_POWER, 1, &action));
	assert_false(key(w, 1, KEY_VOLUMEUP, 1, &action));
	assert_int_equal(action, PANIC);
	assert_false(key(w, 0, KEY_POWER, 0, &action));
	assert_false(key(w, 1, KEY_VOLUMEUP, 0, &action));
	assert_true(key(w, 1, KEY_VOLUMEUP, 1, &action));
}

/* A device that is pulled out must not leave its keys down, nor the hub withholding for ever. */
static void a_device_that_goes_takes_its_keys(void **state)
{
	struct world *w = *state;
	int action;

	assert_true(key(w, 0, KEY_POWER, 1, &action));
	chords_forget(&w->chords, w->keys[0]);
	memset(w->keys[0], 0, sizeof(w->keys[0]));
	assert_true(key(w, 1, KEY_VOLUMEUP, 1, &action));
	assert_int_equal(action, -1);
	assert_false(key(w, 0, KEY_POWER, 1, &action));
	assert_int_equal(action, PANIC);
	chords_forget(&w->chords, w->keys[0]);
	assert_false(key(w, 1, KEY_A, 1, &action));
	chords_forget(&w->chords, w->keys[1]);
	memset(w->keys, 0, sizeof(w->keys));
	assert_int_equal(w->chords.held, 0);
	assert_true(key(w, 1, KEY_A, 1, &action));
}

static void buttons_and_motion_pass(void **state)
{
	struct world *w = *state;
	struct event e[] = { { EV_REL, REL_X, 5 },
			     { EV_KEY, BTN_LEFT, 1 },
			     { EV_KEY, KEY_A, 1 },
			     { EV_ABS, ABS_X, 3 },
			     { EV_SYN, SYN_REPORT, 1 } };
	int action;

	press(w, KEY_POWER, &action);
	assert_false(press(w, KEY_VOLUMEUP, &action));
	assert_int_equal(chords_filter(&w->chords, w->keys[0], e, 5, &action), 4);
	assert_int_equal(e[1].code, BTN_LEFT);
	assert_int_equal(e[2].type, EV_ABS);
	assert_int_equal(e[3].value, 1);
	/* A button neither makes nor breaks a chord. */
	release(w, KEY_A);
	release(w, KEY_POWER);
	release(w, KEY_VOLUMEUP);
	assert_true(press(w, BTN_LEFT, &action));
	assert_true(press(w, KEY_POWER, &action));
	assert_false(press(w, KEY_VOLUMEUP, &action));
	assert_int_equal(action, PANIC);
}

/* A key that was down before we looked, an up that says nothing new: no count goes below nothing. */
static void unknown_releases_are_harmless(void **state)
{
	struct world *w = *state;
	int action;

	assert_true(release(w, KEY_POWER));
	assert_true(release(w, KEY_POWER));
	assert_true(press(w, KEY_POWER, &action));
	assert_true(press(w, KEY_POWER, &action));
	assert_int_equal(w->chords.held, 1);
	assert_false(press(w, KEY_VOLUMEUP, &action));
	assert_int_equal(action, PANIC);
}

static void bad_chords_are_refused(void **state)
{
	static const uint16_t keys[] = { KEY_A, KEY_B, KEY_C, KEY_D, KEY_E };
	static const uint16_t none[] = { KEY_CNT };
	static const uint16_t button[] = { BTN_LEFT };
	struct world *w = *state;

	assert_int_equal(chords_add(&w->chords, keys, 0, 3), -EINVAL);
	assert_int_equal(chords_add(&w->chords, keys, CHORD_KEYS_MAX + 1, 3), -EINVAL);
	assert_int_equal(chords_add(&w->chords, none, 1, 3), -EINVAL);
	assert_int_equal(chords_add(&w->chords, button, 1, 3), -EINVAL);
	for (unsigned i = w->chords.count; i < CHORDS_MAX; i++)
		assert_int_equal(chords_add(&w->chords, keys, 1, 3), 0);
	assert_int_equal(chords_add(&w->chords, keys, 1, 3), -ENOSPC);
}

/* Any keys on any device, devices that go: at rest nothing is counted and nothing withheld. */
static void it_always_comes_to_rest(void **state)
{
	static const uint16_t codes[] = {
		KEY_LEFTCTRL, KEY_LEFTALT, KEY_ESC, KEY_POWER, KEY_VOLUMEUP, KEY_A
	};
	struct world *w = *state;
	struct rng r = { 31 };
	int action;

	for (int round = 0; round < 3000; round++) {
		for (unsigned n = rng_below(&r, 30); n--;) {
			unsigned device = rng_below(&r, DEVICES);

			action = -1;
			if (rng_chance(&r, 5)) {
				chords_forget(&w->chords, w->keys[device]);
				memset(w->keys[device], 0, sizeof(w->keys[device]));
			} else {
				key(w, device, codes[rng_below(&r, COUNT_OF(codes))], rng_range(&r, 0, 1),
				    &action);
			}
			if (action == -1)
				continue;
			assert_true(w->chords.withholding && w->chords.held > 0);
		}
		for (unsigned device = 0; device < DEVICES; device++)
			for (size_t i = 0; i < COUNT_OF(codes); i++)
				key(w, device, codes[i], 0, &action);
		assert_int_equal(w->chords.held, 0);
		assert_false(w->chords.withholding);
		assert_true(press(w, KEY_A, &action) && release(w, KEY_A));
	}
}

int main(void)
{
#define WITH_CHORDS(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH_CHORDS(a_chord_is_seen_by_nobody_from_its_last_key_on),
		WITH_CHORDS(any_order_completes_it),
		WITH_CHORDS(one_key_more_or_less_is_no_chord),
		WITH_CHORDS(a_chord_may_span_devices),
		WITH_CHORDS(a_device_that_goes_takes_its_keys),
		WITH_CHORDS(buttons_and_motion_pass),
		WITH_CHORDS(unknown_releases_are_harmless),
		WITH_CHORDS(bad_chords_are_refused),
		WITH_CHORDS(it_always_comes_to_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
