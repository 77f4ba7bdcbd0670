/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every kernel against the definition, pixel by pixel: odd sizes, ragged damage, clipped and misaligned
 * destinations. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "display/frame/frame.h"
#include "display/rotate/rotate.h"
#include "display/rotate/scale.h"
#include "display/view/view.h"
#include "tests/unit/display/random.h"

#define BACKGROUND 0xdeadbeefu

static void frame_make(struct frame *frame, int width, int height, bool pattern)
{
	frame_init(frame, 0);
	assert_int_equal(frame_resize(frame, width, height), 0);
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++)
			*frame_at(frame, x, y) = pattern ? (uint32_t)(y << 16 | x) * 2654435761u : BACKGROUND;
}

/* The definition, in the words of rotate.h and geometry.h. */
static bool source_of(const struct surface *src, enum rotation rotation, int u, int v, int *x, int *y)
{
	switch (rotation) {
	case ROTATION_0:
		*x = u;
		*y = v;
		break;
	case ROTATION_90:
		*x = v;
		*y = src->height - 1 - u;
		break;
	case ROTATION_180:
		*x = src->width - 1 - u;
		*y = src->height - 1 - v;
		break;
	case ROTATION_270:
		*x = src->width - 1 - v;
		*y = u;
		break;
	}
	return *x >= 0 && *y >= 0 && *x < src->width && *y < src->height;
}

static void check_blit(const struct rotate *rotate, const struct frame *src, int dst_w, int dst_h, int skew,
		       int ox, int oy, struct rect part, enum rotation rotation)
{
	struct frame dst;
	struct surface window;
	struct rect touched;

	frame_make(&dst, dst_w + skew, dst_h, false);
	window = dst.surface;
	window.pixels += skew;
	window.width = dst_w;
	touched = rotate_blit(rotate, &window, ox, oy, &src->surface, part, rotation);
	for (int y = 0; y < dst_h; y++)
		for (int x = -skew; x < dst_w; x++) {
			uint32_t expect = BACKGROUND;
			int sx = 0, sy = 0;

			if (x >= 0 && source_of(&src->surface, rotation, x - ox, y - oy, &sx, &sy) &&
			    rect_contains(part, (struct rect){ sx, sy, 1, 1 })) {
				expect = *frame_at(src, sx, sy);
				assert_true(rect_contains(touched, (struct rect){ x, y, 1, 1 }));
			}
			if (window.pixels[(ptrdiff_t)y * window.stride + x] != expect)
				fail_msg("%s at %d: pixel %d,%d is wrong (part %d,%d %dx%d origin %d,%d)",
					 rotate->ops->name, (int)rotation * 90, x, y, part.x, part.y, part.w,
					 part.h, ox, oy);
		}
	frame_finish(&dst);
}

static void check_kernel(enum rotate_kernel kernel)
{
	struct rotate rotate;
	uint32_t seed = 99;

	if (rotate_init(&rotate, kernel) < 0) {
		print_message("this processor lacks the kernel\n");
		skip();
	}
	for (int round = 0; round < 400; round++) {
		int w = random_between(&seed, 1, 130), h = random_between(&seed, 1, 130);
		int x = random_between(&seed, -5, w), y = random_between(&seed, -5, h);
		struct rect part = { x, y, random_between(&seed, 0, w + 9), random_between(&seed, 0, h + 9) };
		struct frame src;

		frame_make(&src, w, h, true);
		rotate.stream_bytes = round % 2 ? 0 : SIZE_MAX;
		for (int r = ROTATION_0; r <= ROTATION_270; r++) {
			bool sideways = rotation_is_sideways((enum rotation)r);

			check_blit(&rotate, &src, sideways ? h : w, sideways ? w : h,
				   random_between(&seed, 0, 17), 0, 0, (struct rect){ 0, 0, w, h },
				   (enum rotation)r);
			check_blit(&rotate, &src, random_between(&seed, 1, 140),
				   random_between(&seed, 1, 140), random_between(&seed, 0, 17),
				   random_between(&seed, -40, 40), random_between(&seed, -40, 40), part,
				   (enum rotation)r);
		}
		frame_finish(&src);
	}
}

static void test_kernel_c(void **state)
{
	check_kernel(ROTATE_C);
}

static void test_kernel_sse2(void **state)
{
	check_kernel(ROTATE_SSE2);
}

static void test_kernel_avx2(void **state)
{
	check_kernel(ROTATE_AVX2);
}

static void test_kernel_neon(void **state)
{
	check_kernel(ROTATE_NEON);
}

static void test_best_always_there(void **state)
{
	struct rotate rotate;

	assert_int_equal(rotate_init(&rotate, ROTATE_BEST), 0);
	assert_int_equal(rotate_init(&rotate, ROTATE_C), 0);
}

/* The stride is not a multiple of a cache line: streaming would fault, so it must not be chosen. */
static void test_odd_stride_does_not_stream(void **state)
{
	static uint32_t pixels[37 * 64 + 3];
	struct rotate rotate;
	struct frame src;

	frame_make(&src, 64, 37, true);
	for (int skew = 0; skew < 3; skew++) {
		struct surface dst = { pixels + skew, 37, 64, 37 };

		assert_int_equal(rotate_init(&rotate, ROTATE_BEST), 0);
		rotate.stream_bytes = 0;
		rotate_blit(&rotate, &dst, 0, 0, &src.surface, (struct rect){ 0, 0, 64, 37 }, ROTATION_90);
		for (int y = 0; y < 64; y++)
			for (int x = 0; x < 37; x++)
				assert_int_equal(dst.pixels[y * 37 + x], *frame_at(&src, y, 36 - x));
	}
	frame_finish(&src);
}

/* scale_blit and view_to_remote must agree on every pixel of every mode, or touches miss what the eye sees.
 */
static void test_nearest_is_the_view(void **state)
{
	uint32_t seed = 5;

	for (int round = 0; round < 150; round++) {
		struct frame src, dst;
		struct view view;
		struct rect all;

		assert_int_equal(view_init(&view, random_between(&seed, 1, 90), random_between(&seed, 1, 90),
					   random_between(&seed, 1, 300), random_between(&seed, 1, 300),
					   (enum rotation)(round % 4), (enum view_scale)(round / 4 % 4)),
				 0);
		all = (struct rect){ 0, 0, view.window_w, view.window_h };
		frame_make(&src, view.remote_w, view.remote_h, true);
		frame_make(&dst, view.window_w, view.window_h, false);
		scale_blit(&dst.surface, view.picture, all, &src.surface, view.rotation, SCALE_NEAREST);
		for (int y = 0; y < view.window_h; y++)
			for (int x = 0; x < view.window_w; x++) {
				int rx, ry;
				bool inside = view_to_remote(&view, x, y, &rx, &ry);

				assert_int_equal(*frame_at(&dst, x, y),
						 inside ? *frame_at(&src, rx, ry) : BACKGROUND);
			}
		frame_finish(&dst);
		frame_finish(&src);
	}
}

static void test_smooth_keeps_flat_and_parts(void **state)
{
	struct frame src, whole, parts;
	struct rect picture = { -3, 5, 211, 97 };

	frame_make(&src, 64, 41, true);
	frame_make(&whole, 200, 120, false);
	frame_make(&parts, 200, 120, false);
	for (int r = ROTATION_0; r <= ROTATION_270; r++) {
		scale_blit(&whole.surface, picture, (struct rect){ 0, 0, 200, 120 }, &src.surface,
			   (enum rotation)r, SCALE_SMOOTH);
		for (int y = 0; y < 120; y += 7)
			for (int x = 0; x < 200; x += 13)
				scale_blit(&parts.surface, picture, (struct rect){ x, y, 13, 7 },
					   &src.surface, (enum rotation)r, SCALE_SMOOTH);
		for (int y = 0; y < 120; y++)
			assert_memory_equal(frame_at(&whole, 0, y), frame_at(&parts, 0, y), 200 * 4);
	}
	frame_fill(&src, (struct rect){ 0, 0, 64, 41 }, 0x00c0ffee);
	scale_blit(&whole.surface, picture, picture, &src.surface, ROTATION_270, SCALE_SMOOTH);
	for (int x = 0; x < 200; x++)
		assert_int_equal(*frame_at(&whole, x, 50), 0x00c0ffee);
	/* At 1:1 blending takes the pixel itself. */
	frame_finish(&src);
	frame_make(&src, 64, 41, true);
	scale_blit(&whole.surface, (struct rect){ 10, 10, 64, 41 }, (struct rect){ 0, 0, 200, 120 },
		   &src.surface, ROTATION_0, SCALE_SMOOTH);
	for (int y = 0; y < 41; y++)
		assert_memory_equal(frame_at(&whole, 10, 10 + y), frame_at(&src, 0, y), 64 * 4);
	frame_finish(&parts);
	frame_finish(&whole);
	frame_finish(&src);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel_c),
		cmocka_unit_test(test_kernel_sse2),
		cmocka_unit_test(test_kernel_avx2),
		cmocka_unit_test(test_kernel_neon),
		cmocka_unit_test(test_best_always_there),
		cmocka_unit_test(test_odd_stride_does_not_stream),
		cmocka_unit_test(test_nearest_is_the_view),
		cmocka_unit_test(test_smooth_keeps_flat_and_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
