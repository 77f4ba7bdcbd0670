/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fingers to pointer: each gesture as a script of touches and times, and what has to come out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "display/input/touch.h"
#include "hub/core/clock.h"
#include "tests/unit/display/random.h"

#define PX 256

static const struct touch_config config = {
	.long_press_ms = 600, .slop = 10 * PX, .scroll_step = 20 * PX, .natural_scroll = true
};

static void expect(const struct touch_out *out, unsigned index, int x, int y, unsigned buttons)
{
	assert_true(index < out->count);
	assert_int_equal(out->events[index].x, x * PX);
	assert_int_equal(out->events[index].y, y * PX);
	assert_int_equal(out->events[index].buttons, buttons);
}

static void test_tap_is_a_click(void **state)
{
	struct touch touch;
	struct touch_out out;

	touch_init(&touch, &config);
	touch_down(&touch, 7, 100 * PX, 50 * PX, 0, &out);
	assert_int_equal(out.count, 1);
	expect(&out, 0, 100, 50, 0);
	/* A finger trembles: that is no drag, and the click is where it came down. */
	touch_move(&touch, 7, 104 * PX, 47 * PX, &out);
	assert_int_equal(out.count, 0);
	touch_up(&touch, 7, false, &out);
	assert_int_equal(out.count, 2);
	expect(&out, 0, 100, 50, POINTER_LEFT);
	expect(&out, 1, 100, 50, 0);
	assert_int_equal(touch_deadline(&touch), CLOCK_NEVER);
}

static void test_cancelled_is_no_tap(void **state)
{
	struct touch touch;
	struct touch_out out;

	touch_init(&touch, &config);
	touch_down(&touch, 0, 100 * PX, 50 * PX, 0, &out);
	touch_up(&touch, 0, true, &out);
	assert_int_equal(out.count, 0);
	touch_down(&touch, 0, 100 * PX, 50 * PX, 0, &out);
	touch_cancel(&touch, &out);
	assert_int_equal(out.count, 0);
	assert_int_equal(touch.state, TOUCH_IDLE);
}

static void test_drag(void **state)
{
	struct touch touch;
	struct touch_out out;

	touch_init(&touch, &config);
	touch_down(&touch, 1, 100 * PX, 50 * PX, 0, &out);
	touch_move(&touch, 1, 120 * PX, 50 * PX, &out);
	assert_int_equal(out.count, 2);
	expect(&out, 0, 100, 50, POINTER_LEFT);
	expect(&out, 1, 120, 50, POINTER_LEFT);
	/* Another finger changes nothing, and neither do long rests. */
	touch_down(&touch, 2, 300 * PX, 300 * PX, 1, &out);
	assert_int_equal(out.count, 0);
	touch_tick(&touch, 10 * NS_PER_S, &out);
	assert_int_equal(out.count, 0);
	touch_move(&touch, 2, 310 * PX, 300 * PX, &out);
	assert_int_equal(out.count, 0);
	touch_move(&touch, 1, 130 * PX, 60 * PX, &out);
	expect(&out, 0, 130, 60, POINTER_LEFT);
	touch_up(&touch, 1, false, &out);
	assert_int_equal(out.count, 1);
	expect(&out, 0, 130, 60, 0);
	touch_up(&touch, 2, false, &out);
	assert_int_equal(out.count, 0);
	assert_int_equal(touch.state, TOUCH_IDLE);
}

static void test_lost_drag_lets_go(void **state)
{
	struct touch touch;
	struct touch_out out;

	touch_init(&touch, &config);
	touch_down(&touch, 1, 100 * PX, 50 * PX, 0, &out);
	touch_move(&touch, 1, 150 * PX, 50 * PX, &out);
	touch_cancel(&touch, &out);
	assert_int_equal(out.count, 1);
	expect(&out, 0, 150, 50, 0);
}

static void test_long_press_is_a_right_click(void **state)
{
	struct touch touch;
	struct touch_out out;

	touch_init(&touch, &config);
	touch_down(&touch, 1, 100 * PX, 50 * PX, NS_PER_S, &out);
	assert_int_equal(touch_deadline(&touch), NS_PER_S + 600 * NS_PER_MS);
	touch_tick(&touch, NS_PER_S + 599 * NS_PER_MS, &out);
	assert_int_equal(out.count, 0);
	touch_tick(&touch, NS_PER_S + 600 * NS_PER_MS, &out);
	assert_int_equal(out.count, 1);
	expect(&out, 0, 100, 50, POINTER_RIGHT);
	touch_move(&touch, 1, 110 * PX, 90 * PX, &out);
	expect(&out, 0, 110, 90, POINTER_RIGHT);
	touch_up(&touch, 1, false, &out);
	expect(&out, 0, 110, 90, 0);
}

static void test_two_fingers_scroll(void **state)
{
	struct touch touch;
	struct touch_out out;

	touch_init(&touch, &config);
	touch_down(&touch, 1, 100 * PX, 200 * PX, 0, &out);
	touch_down(&touch, 2, 200 * PX, 200 * PX, 0, &out);
	assert_int_equal(out.count, 0);
	assert_int_equal(touch_deadline(&touch), CLOCK_NEVER);
	/* Their middle goes up by 25: one step down, where they began. */
	touch_move(&touch, 1, 100 * PX, 150 * PX, &out);
	assert_int_equal(out.count, 2);
	expect(&out, 0, 150, 200, POINTER_WHEEL_DOWN);
	expect(&out, 1, 150, 200, 0);
	/* The rest of 5 is not lost: 15 more make the next. */
	touch_move(&touch, 2, 200 * PX, 170 * PX, &out);
	assert_int_equal(out.count, 2);
	/* And to the right. */
	touch_move(&touch, 1, 140 * PX, 150 * PX, &out);
	expect(&out, 0, 150, 200, POINTER_WHEEL_LEFT);
	touch_up(&touch, 1, false, &out);
	assert_int_equal(out.count, 0);
	/* The finger that stays neither scrolls nor drags. */
	touch_move(&touch, 2, 20 * PX, 20 * PX, &out);
	assert_int_equal(out.count, 0);
	touch_up(&touch, 2, false, &out);
	assert_int_equal(out.count, 0);
	assert_int_equal(touch.state, TOUCH_IDLE);
}

/* Whatever fingers do, what is pressed is let go of in the end, and only one button is ever down. */
static void test_nothing_sticks(void **state)
{
	uint32_t seed = 5;

	for (int round = 0; round < 2000; round++) {
		struct touch touch;
		unsigned buttons = 0;
		uint64_t now = 0;

		touch_init(&touch, &config);
		for (int step = 0; step < 60; step++) {
			struct touch_out out;
			int id = random_between(&seed, 0, 20), x = random_between(&seed, 0, 900 * PX);

			now += (uint64_t)random_between(&seed, 0, 400) * NS_PER_MS;
			switch (random_between(&seed, 0, 6)) {
			case 0:
			case 1:
				touch_down(&touch, id, x, x, now, &out);
				break;
			case 2:
			case 3:
				touch_move(&touch, id, x, x / 2, &out);
				break;
			case 4:
				touch_up(&touch, id, x % 2, &out);
				break;
			case 5:
				touch_tick(&touch, now, &out);
				break;
			default:
				if (step % 9)
					continue;
				touch_cancel(&touch, &out);
			}
			for (unsigned i = 0; i < out.count; i++) {
				buttons = out.events[i].buttons;
				assert_true((buttons & (buttons - 1)) == 0);
			}
			if (touch.state == TOUCH_IDLE || touch.state == TOUCH_SCROLL ||
			    touch.state == TOUCH_SPENT)
				assert_int_equal(buttons, 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tap_is_a_click),
		cmocka_unit_test(test_cancelled_is_no_tap),
		cmocka_unit_test(test_drag),
		cmocka_unit_test(test_lost_drag_lets_go),
		cmocka_unit_test(test_long_press_is_a_right_click),
		cmocka_unit_test(test_two_fingers_scroll),
		cmocka_unit_test(test_nothing_sticks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
