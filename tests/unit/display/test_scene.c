/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a window shows, pixel by pixel against the transform, painted whole and in random parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "display/osd/bitmap.h"
#include "display/osd/canvas.h"
#include "display/present/scene.h"
#include "tests/unit/display/random.h"

#define REMOTE_W 37
#define REMOTE_H 23
#define WINDOW_W 61
#define WINDOW_H 53
#define JUNK     0x123456

static uint32_t remote_pixels[REMOTE_W * REMOTE_H], window_pixels[WINDOW_W * WINDOW_H];
static const struct surface remote = { remote_pixels, REMOTE_W, REMOTE_H, REMOTE_W };
static const struct surface window = { window_pixels, WINDOW_W, WINDOW_H, WINDOW_W };

static void setup(struct scene *scene, enum rotation rotation, enum view_scale scale)
{
	memset(scene, 0, sizeof(*scene));
	rotate_init(&scene->rotate, ROTATE_BEST);
	assert_int_equal(view_init(&scene->view, REMOTE_W, REMOTE_H, WINDOW_W, WINDOW_H, rotation, scale), 0);
	scene->picture = &remote;
	for (int i = 0; i < REMOTE_W * REMOTE_H; i++)
		remote_pixels[i] = 0x010101u * (unsigned)(i % 251) + 0x10000;
	for (int i = 0; i < WINDOW_W * WINDOW_H; i++)
		window_pixels[i] = JUNK;
}

static uint32_t expected(const struct scene *scene, int x, int y)
{
	int u, v;

	return view_to_remote(&scene->view, x, y, &u, &v) ? remote_pixels[v * REMOTE_W + u] : 0;
}

static void check_window(const struct scene *scene)
{
	for (int y = 0; y < WINDOW_H; y++)
		for (int x = 0; x < WINDOW_W; x++)
			assert_int_equal(window_pixels[y * WINDOW_W + x] & 0xffffff, expected(scene, x, y));
}

static void test_whole_and_in_parts(void **state)
{
	static const enum view_scale scales[] = { VIEW_NONE, VIEW_INTEGER };
	uint32_t seed = 3;

	for (int i = 0; i < 8; i++) {
		struct scene scene;

		setup(&scene, (enum rotation)(i % 4), scales[i / 4]);
		scene_paint(&scene, &window, (struct rect){ 0, 0, WINDOW_W, WINDOW_H });
		check_window(&scene);
		setup(&scene, (enum rotation)(i % 4), scales[i / 4]);
		for (int part = 0; part < 400; part++) {
			int x = random_between(&seed, 0, WINDOW_W - 1),
			    y = random_between(&seed, 0, WINDOW_H - 1);

			scene_paint(&scene, &window,
				    (struct rect){ x, y, random_between(&seed, 0, WINDOW_W - x),
						   random_between(&seed, 0, WINDOW_H - y) });
			for (int at = 0; at < WINDOW_W * WINDOW_H; at++)
				if (window_pixels[at] != JUNK)
					assert_int_equal(window_pixels[at] & 0xffffff,
							 expected(&scene, at % WINDOW_W, at / WINDOW_W));
		}
	}
}

/* Not a pixel outside the part: parts of a texture that are not locked are not there. */
static void test_keeps_to_its_part(void **state)
{
	for (int i = 0; i < 16; i++) {
		struct rect part = { 11, 7, 30, 29 };
		struct scene scene;

		setup(&scene, (enum rotation)(i % 4), (enum view_scale)(i / 4));
		scene_paint(&scene, &window, part);
		for (int at = 0; at < WINDOW_W * WINDOW_H; at++)
			if (!rect_contains(part, (struct rect){ at % WINDOW_W, at / WINDOW_W, 1, 1 }))
				assert_int_equal(window_pixels[at], JUNK);
	}
}

/* The upright window's corners are where a person sees them. */
static void test_layers_stand_upright(void **state)
{
	/* Where the upright window's top-left pixel is in the window. */
	static const int corner[4][2] = {
		{ 0, 0 }, { WINDOW_W - 1, 0 }, { WINDOW_W - 1, WINDOW_H - 1 }, { 0, WINDOW_H - 1 }
	};

	for (int rotation = 0; rotation < 4; rotation++) {
		uint32_t pixels[2] = { 0xffff0000, 0xff00ff00 };
		struct scene scene;
		struct rect r;
		int x = corner[rotation][0], y = corner[rotation][1];
		int dx = rotation == 0   ? 1
			 : rotation == 2 ? -1
					 : 0,
		    dy = rotation == 1   ? 1
			 : rotation == 3 ? -1
					 : 0;

		setup(&scene, (enum rotation)rotation, VIEW_NONE);
		scene.layers[1] = (struct layer){ { pixels, 2, 1, 2 }, 0, 0 };
		scene_paint(&scene, &window, (struct rect){ 0, 0, WINDOW_W, WINDOW_H });
		assert_int_equal(window_pixels[y * WINDOW_W + x] & 0xffffff, 0xff0000);
		assert_int_equal(window_pixels[(y + dy) * WINDOW_W + x + dx] & 0xffffff, 0x00ff00);
		r = scene_layer_rect(&scene, &scene.layers[1]);
		assert_int_equal(r.w * r.h, 2);
		assert_true(rect_contains(r, (struct rect){ x, y, 1, 1 }));
	}
}

static void test_cursor_and_dimming(void **state)
{
	uint32_t arrow[4] = { 0xffffffff, 0, 0, 0xff0000ff };
	struct scene scene;
	int x, y;

	setup(&scene, ROTATION_270, VIEW_NONE);
	scene.cursor = (struct layer){ { arrow, 2, 2, 2 }, 5, 6 };
	scene_paint(&scene, &window, (struct rect){ 0, 0, WINDOW_W, WINDOW_H });
	view_to_window(&scene.view, 6, 7, &x, &y);
	assert_int_equal(window_pixels[y * WINDOW_W + x] & 0xffffff, 0x0000ff);
	view_to_window(&scene.view, 6, 6, &x, &y);
	assert_int_equal(window_pixels[y * WINDOW_W + x] & 0xffffff, expected(&scene, x, y));
	scene.dimmed = true;
	scene_paint(&scene, &window, (struct rect){ 0, 0, WINDOW_W, WINDOW_H });
	for (int at = 0; at < WINDOW_W * WINDOW_H; at++)
		assert_true((window_pixels[at] & 0xff) <=
			    (expected(&scene, at % WINDOW_W, at / WINDOW_W) & 0xff) / 2);
}

static void test_bitmap_font(void **state)
{
	struct surface canvas;
	unsigned set = 0;

	assert_int_equal(bitmap_width("abc", 2), 3 * 2 * BITMAP_CELL_W);
	assert_int_equal(bitmap_width("gr\xc3\xbc\xc3\x9f", 1), 4 * BITMAP_CELL_W);
	assert_int_equal(canvas_init(&canvas, 12, 9), 0);
	/* Clipped on all sides without a stray write (the sanitizers look). */
	bitmap_draw(&canvas, -30, -4, 3, 0xffffffff, "Wg~");
	bitmap_draw(&canvas, 5, 5, 4, 0xffffffff, "\x01\xff");
	for (int i = 0; i < 12 * 9; i++)
		set += canvas.pixels[i] != 0;
	assert_true(set > 0);
	canvas_finish(&canvas);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_and_in_parts),   cmocka_unit_test(test_keeps_to_its_part),
		cmocka_unit_test(test_layers_stand_upright), cmocka_unit_test(test_cursor_and_dimming),
		cmocka_unit_test(test_bitmap_font),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
