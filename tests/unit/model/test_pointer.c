/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/model/pointer.h"

#include "tests/unit/testing.h"

static struct descriptor absolute(int32_t min, int32_t max)
{
	struct descriptor d = { .name = "" };

	descriptor_add(&d, EV_ABS, ABS_X);
	descriptor_add(&d, EV_ABS, ABS_Y);
	d.absinfo[ABS_X].minimum = d.absinfo[ABS_Y].minimum = min;
	d.absinfo[ABS_X].maximum = d.absinfo[ABS_Y].maximum = max;
	return d;
}

static void relative_motion_stays_on_the_screen(void **state)
{
	static const struct {
		int32_t dx, dy, x, y;
	} steps[] = {
		{ 10, -10, 650, 390 },
		{ -5, 5, 645, 395 },
		{ 100000, 0, 1279, 395 },
		{ -1, 0, 1278, 395 },
		{ 0, -100000, 1278, 0 },
		{ INT32_MIN, INT32_MAX, 0, 799 },
		{ INT32_MAX, INT32_MIN, 1279, 0 },
	};
	static struct descriptor d;
	struct pointer p;

	pointer_init(&p, 1280, 800);
	assert_int_equal(p.x, 640);
	assert_int_equal(p.y, 400);
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		struct event e[] = { { EV_REL, REL_X, steps[i].dx },
				     { EV_REL, REL_Y, steps[i].dy },
				     { EV_REL, REL_WHEEL, 9 },
				     { EV_SYN, SYN_REPORT, 0 } };

		pointer_apply(&p, &d, e, COUNT_OF(e));
		assert_int_equal(p.x, steps[i].x);
		assert_int_equal(p.y, steps[i].y);
	}
}

static void absolute_motion_is_scaled(void **state)
{
	static const struct {
		int32_t min, max, value, x;
	} cases[] = {
		{ 0, 32767, 0, 0 },
		{ 0, 32767, 32767, 999 },
		{ 0, 32767, 16384, 500 },
		{ 0, 32767, -5, 0 },
		{ 0, 32767, 99999, 999 },
		{ -100, 100, -100, 0 },
		{ -100, 100, 100, 999 },
		{ -100, 100, 0, 497 },
		{ 0, 0, 5, 0 },
		{ INT32_MIN, INT32_MAX, INT32_MAX, 999 },
		{ INT32_MIN, INT32_MAX, INT32_MIN, 0 },
		{ INT32_MIN, INT32_MAX, 0, 500 },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct descriptor d = absolute(cases[i].min, cases[i].max);
		struct event e[] = { { EV_ABS, ABS_X, cases[i].value },
				     { EV_ABS, ABS_Y, cases[i].value },
				     { EV_SYN, SYN_REPORT, 0 } };
		struct pointer p;

		pointer_init(&p, 1000, 1000);
		pointer_apply(&p, &d, e, COUNT_OF(e));
		assert_int_equal(p.x, cases[i].x);
		assert_int_equal(p.y, cases[i].x);
	}
}

static void a_screen_has_at_least_a_pixel(void **state)
{
	struct descriptor d = absolute(0, 10);
	struct event e[] = { { EV_REL, REL_X, 5 }, { EV_ABS, ABS_Y, 10 }, { EV_SYN, SYN_REPORT, 0 } };
	struct pointer p;

	pointer_init(&p, 0, -5);
	pointer_apply(&p, &d, e, COUNT_OF(e));
	assert_int_equal(p.x, 0);
	assert_int_equal(p.y, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(relative_motion_stays_on_the_screen),
		cmocka_unit_test(absolute_motion_is_scaled),
		cmocka_unit_test(a_screen_has_at_least_a_pixel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
