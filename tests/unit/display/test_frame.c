/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "display/frame/frame.h"
#include "tests/unit/display/random.h"

static void test_damage_covers_all(void **state)
{
	uint32_t seed = 7;

	for (int round = 0; round < 200; round++) {
		static unsigned char added[64][64];
		struct damage damage = { .count = 0 };

		memset(added, 0, sizeof(added));
		for (int i = 0; i < 40; i++) {
			struct rect r = { random_between(&seed, 0, 60), random_between(&seed, 0, 60), 0, 0 };

			r.w = random_between(&seed, 1, 64 - r.x);
			r.h = random_between(&seed, 1, 64 - r.y);
			for (int y = r.y; y < r.y + r.h; y++)
				memset(&added[y][r.x], 1, (size_t)r.w);
			damage_add(&damage, r);
			assert_true(damage.count <= DAMAGE_RECTS_MAX);
		}
		for (int y = 0; y < 64; y++)
			for (int x = 0; x < 64; x++) {
				bool covered = false;

				for (unsigned i = 0; i < damage.count; i++)
					covered |=
						rect_contains(damage.rects[i], (struct rect){ x, y, 1, 1 });
				assert_true(covered || !added[y][x]);
			}
	}
}

static void test_damage_keeps_far_apart(void **state)
{
	struct damage damage = { .count = 0 };

	damage_add(&damage, (struct rect){ 0, 0, 10, 10 });
	damage_add(&damage, (struct rect){ 1000, 1000, 10, 10 });
	damage_add(&damage, (struct rect){ 0, 0, 0, 10 });
	assert_int_equal(damage.count, 2);
	damage_add(&damage, (struct rect){ 10, 0, 10, 10 });
	assert_int_equal(damage.count, 2);
	assert_int_equal(damage_bounds(&damage).w, 1010);
}

static void test_damage_stays_bounded(void **state)
{
	struct damage damage = { .count = 0 };
	struct damage other = { .count = 0 };

	for (int i = 0; i < 100; i++)
		damage_add(&damage, (struct rect){ i * 150, (i * 7919) % 16000, 4, 4 });
	assert_true(damage.count <= DAMAGE_RECTS_MAX);
	damage_add_all(&other, &damage);
	assert_true(rect_contains(damage_bounds(&other), damage_bounds(&damage)));
}

static void test_frame_limits(void **state)
{
	struct frame frame;

	frame_init(&frame, 1 << 20);
	assert_int_equal(frame_resize(&frame, 0, 10), -EINVAL);
	assert_int_equal(frame_resize(&frame, 10, -1), -EINVAL);
	assert_int_equal(frame_resize(&frame, FRAME_SIDE_MAX + 1, 1), -EINVAL);
	assert_int_equal(frame_resize(&frame, 1024, 1024), -EFBIG);
	assert_null(frame.surface.pixels);
	assert_int_equal(frame_resize(&frame, 500, 500), 0);
	assert_int_equal(frame_resize(&frame, FRAME_SIDE_MAX, FRAME_SIDE_MAX), -EFBIG);
	assert_int_equal(frame.surface.width, 500);
	assert_int_equal((uintptr_t)frame_at(&frame, 0, 3) % 64, 0);
	frame_finish(&frame);
	frame_init(&frame, 0);
	assert_int_equal(frame_resize(&frame, 1024, 2), 0);
	assert_true(frame.surface.stride * 4 % 4096 != 0);
	frame_finish(&frame);
}

static void test_frame_resize_keeps(void **state)
{
	struct frame frame;

	frame_init(&frame, 0);
	assert_int_equal(frame_resize(&frame, 4, 4), 0);
	for (int i = 0; i < 16; i++)
		*frame_at(&frame, i % 4, i / 4) = (uint32_t)i + 1;
	damage_clear(&frame.damage);
	assert_int_equal(frame_resize(&frame, 4, 4), 0);
	assert_int_equal(frame.damage.count, 0);
	assert_int_equal(frame_resize(&frame, 6, 3), 0);
	assert_int_equal(*frame_at(&frame, 3, 2), 12);
	assert_int_equal(*frame_at(&frame, 5, 2), 0);
	assert_int_equal(frame.damage.count, 1);
	assert_int_equal(rect_area(frame.damage.rects[0]), 18);
	frame_finish(&frame);
}

static void test_frame_holds(void **state)
{
	struct frame frame;

	frame_init(&frame, 0);
	assert_int_equal(frame_resize(&frame, 100, 50), 0);
	assert_true(frame_holds(&frame, (struct rect){ 0, 0, 100, 50 }));
	assert_true(frame_holds(&frame, (struct rect){ 100, 50, 0, 0 }));
	assert_false(frame_holds(&frame, (struct rect){ 1, 0, 100, 50 }));
	assert_false(frame_holds(&frame, (struct rect){ 0, 1, 100, 50 }));
	assert_false(frame_holds(&frame, (struct rect){ -1, 0, 1, 1 }));
	assert_false(frame_holds(&frame, (struct rect){ 65535, 65535, 65535, 65535 }));
	frame_finish(&frame);
}

static void test_frame_copy_overlaps(void **state)
{
	static const struct rect moves[] = { { 3, 4, 20, 20 }, { 7, 4, 20, 20 }, { 4, 1, 20, 20 },
					     { 4, 9, 20, 20 }, { 1, 1, 20, 20 }, { 9, 9, 20, 20 },
					     { 4, 4, 20, 20 } };

	for (size_t m = 0; m < sizeof(moves) / sizeof(moves[0]); m++) {
		struct frame frame;

		frame_init(&frame, 0);
		assert_int_equal(frame_resize(&frame, 32, 32), 0);
		for (int i = 0; i < 1024; i++)
			*frame_at(&frame, i % 32, i / 32) = (uint32_t)i;
		frame_copy(&frame, 4, 4, moves[m]);
		for (int y = 0; y < 32; y++)
			for (int x = 0; x < 32; x++) {
				int dx = x - moves[m].x, dy = y - moves[m].y;
				bool moved = dx >= 0 && dx < 20 && dy >= 0 && dy < 20;
				int expect = moved ? (4 + dy) * 32 + 4 + dx : y * 32 + x;

				assert_int_equal(*frame_at(&frame, x, y), expect);
			}
		frame_finish(&frame);
	}
}

static void test_frame_fill(void **state)
{
	struct frame frame;

	frame_init(&frame, 0);
	assert_int_equal(frame_resize(&frame, 8, 8), 0);
	frame_fill(&frame, (struct rect){ 2, 3, 4, 5 }, 0x123456);
	for (int y = 0; y < 8; y++)
		for (int x = 0; x < 8; x++)
			assert_int_equal(*frame_at(&frame, x, y), x >= 2 && x < 6 && y >= 3 ? 0x123456 : 0);
	frame_finish(&frame);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_damage_covers_all),    cmocka_unit_test(test_damage_keeps_far_apart),
		cmocka_unit_test(test_damage_stays_bounded), cmocka_unit_test(test_frame_limits),
		cmocka_unit_test(test_frame_resize_keeps),   cmocka_unit_test(test_frame_holds),
		cmocka_unit_test(test_frame_copy_overlaps),  cmocka_unit_test(test_frame_fill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
