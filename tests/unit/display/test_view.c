/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Properties of the transform, over random and extreme sizes, at every rotation and scale. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>
#include "display/view/view.h"
#include "tests/unit/display/random.h"

#define ROUNDS 400

static void random_view(struct view *view, uint32_t *seed, int round, int side)
{
	assert_int_equal(view_init(view, random_between(seed, 1, side), random_between(seed, 1, side),
				   random_between(seed, 1, side), random_between(seed, 1, side),
				   (enum rotation)(round % 4), (enum view_scale)(round / 4 % 4)),
			 0);
}

static int turned_w(const struct view *view)
{
	return rotation_is_sideways(view->rotation) ? view->remote_h : view->remote_w;
}

static int turned_h(const struct view *view)
{
	return rotation_is_sideways(view->rotation) ? view->remote_w : view->remote_h;
}

/* Scaling up (or 1:1) on both axes: every remote pixel comes back from the window. */
static void test_round_trip_up(void **state)
{
	uint32_t seed = 1;
	int tried = 0;

	for (int round = 0; round < ROUNDS; round++) {
		struct view view;

		random_view(&view, &seed, round, 200);
		if (view.picture.w < turned_w(&view) || view.picture.h < turned_h(&view))
			continue;
		tried++;
		for (int y = 0; y < view.remote_h; y++)
			for (int x = 0; x < view.remote_w; x++) {
				int wx, wy, rx, ry;

				view_to_window(&view, x, y, &wx, &wy);
				assert_true(view_to_remote(&view, wx, wy, &rx, &ry));
				assert_int_equal(rx, x);
				assert_int_equal(ry, y);
			}
	}
	assert_true(tried > ROUNDS / 8);
}

static void test_round_trip_down(void **state)
{
	uint32_t seed = 2;
	int tried = 0;

	for (int round = 0; round < ROUNDS; round++) {
		struct view view;

		random_view(&view, &seed, round, 200);
		if (view.picture.w > turned_w(&view) || view.picture.h > turned_h(&view))
			continue;
		tried++;
		for (int y = view.picture.y; y < view.picture.y + view.picture.h; y++)
			for (int x = view.picture.x; x < view.picture.x + view.picture.w; x++) {
				int wx, wy, rx, ry;

				assert_true(view_to_remote(&view, x, y, &rx, &ry));
				assert_true(rx >= 0 && ry >= 0 && rx < view.remote_w && ry < view.remote_h);
				view_to_window(&view, rx, ry, &wx, &wy);
				assert_int_equal(wx, x);
				assert_int_equal(wy, y);
			}
	}
	assert_true(tried > ROUNDS / 8);
}

static void test_corners_follow_rotation(void **state)
{
	/* Where the remote's top-left and bottom-right pixels are seen in a window of the turned size. */
	static const struct {
		int w, h, left_x, left_y, right_x, right_y;
	} seen[] = {
		{ 1280, 800, 0, 0, 1279, 799 },
		{ 800, 1280, 799, 0, 0, 1279 },
		{ 1280, 800, 1279, 799, 0, 0 },
		{ 800, 1280, 0, 1279, 799, 0 },
	};

	for (int r = ROTATION_0; r <= ROTATION_270; r++)
		for (int s = VIEW_FIT; s <= VIEW_NONE; s++) {
			struct view view;
			int x, y;

			assert_int_equal(view_init(&view, 1280, 800, seen[r].w, seen[r].h, (enum rotation)r,
						   (enum view_scale)s),
					 0);
			assert_true(view_is_unscaled(&view));
			view_to_window(&view, 0, 0, &x, &y);
			assert_int_equal(x, seen[r].left_x);
			assert_int_equal(y, seen[r].left_y);
			view_to_window(&view, 1279, 799, &x, &y);
			assert_int_equal(x, seen[r].right_x);
			assert_int_equal(y, seen[r].right_y);
		}
}

static void test_fine_agrees_with_pixels(void **state)
{
	uint32_t seed = 3;

	for (int round = 0; round < ROUNDS; round++) {
		struct view view;

		random_view(&view, &seed, round, 3000);
		for (int i = 0; i < 100; i++) {
			int x = random_between(&seed, -10, view.window_w + 10);
			int y = random_between(&seed, -10, view.window_h + 10);
			int rx, ry, fx, fy;
			bool inside = view_to_remote(&view, x, y, &rx, &ry);

			assert_true(inside == view_to_remote_fine(&view, x * VIEW_FINE + VIEW_FINE / 2,
								  y * VIEW_FINE + VIEW_FINE / 2, &fx, &fy));
			assert_int_equal(fx / VIEW_FINE, rx);
			assert_int_equal(fy / VIEW_FINE, ry);
			view_to_window(&view, rx, ry, &x, &y);
			view_to_window_fine(&view, rx * VIEW_FINE + VIEW_FINE / 2,
					    ry * VIEW_FINE + VIEW_FINE / 2, &fx, &fy);
			/* A mirrored centre is one fine step off its pixel's centre, scaled. */
			assert_true(abs(fx - x * VIEW_FINE - VIEW_FINE / 2) <=
				    VIEW_FINE / 2 + 1 + view.picture.w / turned_w(&view));
		}
	}
}

static void test_outside_is_clamped(void **state)
{
	struct view view;
	int x, y;

	assert_int_equal(view_init(&view, 640, 480, 1920, 1080, ROTATION_0, VIEW_FIT), 0);
	assert_int_equal(view.picture.x, 240);
	assert_int_equal(view.picture.w, 1440);
	assert_false(view_to_remote(&view, 0, 0, &x, &y));
	assert_int_equal(x, 0);
	assert_false(view_to_remote(&view, 1919, 1079, &x, &y));
	assert_int_equal(x, 639);
	assert_int_equal(y, 479);
	assert_false(view_to_remote(&view, -100000, 5000000, &x, &y));
	assert_int_equal(y, 479);
}

static void test_scales(void **state)
{
	struct view view;

	assert_int_equal(view_init(&view, 640, 480, 1920, 1080, ROTATION_0, VIEW_INTEGER), 0);
	assert_int_equal(view.picture.w, 1280);
	assert_int_equal(view_init(&view, 640, 480, 1920, 1080, ROTATION_90, VIEW_INTEGER), 0);
	assert_int_equal(view.picture.w, 480);
	assert_int_equal(view.picture.h, 640);
	assert_int_equal(view_init(&view, 640, 480, 320, 240, ROTATION_0, VIEW_INTEGER), 0);
	assert_int_equal(view.picture.w, 320);
	assert_int_equal(view_init(&view, 640, 480, 1920, 1080, ROTATION_0, VIEW_FILL), 0);
	assert_int_equal(view.picture.w, 1920);
	assert_int_equal(view.picture.h, 1440);
	assert_int_equal(view.picture.y, -180);
	assert_int_equal(view_init(&view, 0, 480, 1920, 1080, ROTATION_0, VIEW_FIT), -EINVAL);
	assert_int_equal(view.picture.h, 1440);
}

static void test_pan(void **state)
{
	struct view view;
	int x, y;

	assert_int_equal(view_init(&view, 1000, 500, 400, 600, ROTATION_0, VIEW_NONE), 0);
	assert_int_equal(view.picture.x, -300);
	assert_true(view_pan(&view, 1000, 50));
	assert_int_equal(view.picture.x, 0);
	assert_int_equal(view.picture.y, 50);
	assert_false(view_pan(&view, 1, 0));
	assert_true(view_pan(&view, -100000, 0));
	assert_true(view_to_remote(&view, 399, 50, &x, &y));
	assert_int_equal(x, 999);
	assert_int_equal(y, 0);
}

/* Damage: a window pixel whose remote pixel (or a neighbour that blending reaches) changed lies in the
 * rectangle, and back. */
static void test_rects_cover(void **state)
{
	uint32_t seed = 4;

	for (int round = 0; round < ROUNDS; round++) {
		struct view view;
		struct rect remote, window, back;

		random_view(&view, &seed, round, 120);
		remote.x = random_between(&seed, 0, view.remote_w - 1);
		remote.y = random_between(&seed, 0, view.remote_h - 1);
		remote.w = random_between(&seed, 1, view.remote_w - remote.x);
		remote.h = random_between(&seed, 1, view.remote_h - remote.y);
		window = view_rect_to_window(&view, remote);
		assert_true(window.w == 0 ||
			    rect_contains((struct rect){ 0, 0, view.window_w, view.window_h }, window));
		back = view_rect_to_remote(&view, window);
		for (int y = 0; y < view.window_h; y++)
			for (int x = 0; x < view.window_w; x++) {
				struct rect here = { x, y, 1, 1 };
				struct rect at = { 0, 0, 1, 1 };

				if (!view_to_remote(&view, x, y, &at.x, &at.y))
					continue;
				if (rect_contains(remote, at))
					assert_true(rect_contains(window, here));
				if (rect_contains(window, here))
					assert_true(rect_contains(back, at));
			}
		if (view_is_unscaled(&view))
			assert_true(rect_area(window) <= rect_area(remote));
	}
}

static void test_extremes_do_not_overflow(void **state)
{
	static const int sides[] = { 1, 2, 3, VIEW_SIDE_MAX - 1, VIEW_SIDE_MAX };

	for (int i = 0; i < 5 * 5 * 5 * 5 * 16; i++) {
		struct view view;
		int x, y, j = i / 16;

		assert_int_equal(view_init(&view, sides[j % 5], sides[j / 5 % 5], sides[j / 25 % 5],
					   sides[j / 125], (enum rotation)(i % 4),
					   (enum view_scale)(i / 4 % 4)),
				 0);
		view_to_remote(&view, view.window_w - 1, view.window_h - 1, &x, &y);
		assert_true(x >= 0 && x < view.remote_w && y >= 0 && y < view.remote_h);
		view_to_window(&view, view.remote_w - 1, view.remote_h - 1, &x, &y);
		view_to_window_fine(&view, view.remote_w * VIEW_FINE - 1, 0, &x, &y);
		view_rect_to_window(&view, (struct rect){ 0, 0, view.remote_w, view.remote_h });
		view_rect_to_remote(&view, (struct rect){ 0, 0, view.window_w, view.window_h });
	}
	assert_int_equal(view_init(&(struct view){ 0 }, VIEW_SIDE_MAX + 1, 1, 1, 1, ROTATION_0, VIEW_FIT),
			 -EINVAL);
}

static void test_axis(void **state)
{
	assert_int_equal(view_axis(0, 0, 799, 800) / VIEW_FINE, 0);
	assert_int_equal(view_axis(799, 0, 799, 800) / VIEW_FINE, 799);
	for (int v = 0; v < 800; v++)
		assert_int_equal(view_axis(v, 0, 799, 800), v * VIEW_FINE + VIEW_FINE / 2);
	assert_int_equal(view_axis(4095, 0, 4095, 800) / VIEW_FINE, 799);
	assert_int_equal(view_axis(9999, 0, 4095, 800) / VIEW_FINE, 799);
	assert_int_equal(view_axis(-9999, -100, 4095, 800) / VIEW_FINE, 0);
	assert_int_equal(view_axis(5, 5, 5, 800), 0);
	assert_true(view_axis(INT32_MAX, INT32_MIN, INT32_MAX, VIEW_SIDE_MAX) / VIEW_FINE ==
		    VIEW_SIDE_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip_up),
		cmocka_unit_test(test_round_trip_down),
		cmocka_unit_test(test_corners_follow_rotation),
		cmocka_unit_test(test_fine_agrees_with_pixels),
		cmocka_unit_test(test_outside_is_clamped),
		cmocka_unit_test(test_scales),
		cmocka_unit_test(test_pan),
		cmocka_unit_test(test_rects_cover),
		cmocka_unit_test(test_extremes_do_not_overflow),
		cmocka_unit_test(test_axis),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
