/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a SPICE server may have drawn and kept, and each limit of it. Images: test_spice_image.c. */
#include "tests/unit/display/spice_script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "tests/unit/display/spice_draw.h"

static void test_surfaces(void **state)
{
	static const struct {
		uint32_t id, w, h;
	} bad[] = { { 0, 16385, 1 },      { 0, 1, 16385 },    { 0, 0, 100 },    { 0, 32768, 32768 },
		    { 0, 65536, 65536 },  { 0, 5000, 5000 },  { 1024, 10, 10 }, { 0xffffffff, 10, 10 },
		    { 0, 0x80000001, 2 }, { 0, 16384, 16384 } };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin();
		add_surface(bad[i].id, bad[i].w, bad[i].h);
		expect(GUARD_DISPLAY, -EFBIG);
	}
	/* All together: two of the largest, nearly, for while one takes the other's place. */
	begin();
	add_surface(0, 4096, 4000);
	add_surface(1, 4096, 4000);
	expect(GUARD_DISPLAY, 0);
	add_surface(2, 1000, 1000);
	expect(GUARD_DISPLAY, -EFBIG);
	begin();
	for (unsigned i = 0; i < 100; i++) {
		add_surface(i % 2, 4096, 4096);
		add_message(315, 4);
		add(4, i % 2);
	}
	expect(GUARD_DISPLAY, 0);
	/* Many, each with its price. */
	begin();
	for (unsigned i = 1; i <= 2 * BYTES_MAX / (GUARD_SURFACE_COST + 256 * 128 * 4); i++)
		add_surface(i, 256, 128);
	expect(GUARD_DISPLAY, 0);
	add_surface(0, 256, 128);
	expect(GUARD_DISPLAY, -EFBIG);
	/* The old way to make a screen. */
	begin();
	add_message(101, 12);
	add(4, 40000);
	add(4, 40000);
	add(4, 32);
	expect(GUARD_DISPLAY, -EFBIG);
	begin();
	add_message(314, 19);
	add_zeros(19);
	expect(GUARD_DISPLAY, -EPROTO);
	/* A screen by another number, a surface with the screen's, a format of its own. */
	begin();
	add_surface(3, 64, 64);
	set32(script.size - 4, 1);
	expect(GUARD_DISPLAY, -EPROTO);
	begin();
	add_surface(0, 64, 64);
	set32(script.size - 4, 0);
	expect(GUARD_DISPLAY, -EPROTO);
	begin();
	add_surface(0, 64, 64);
	set32(script.size - 8, 24);
	expect(GUARD_DISPLAY, -EPROTO);
}

static void test_boxes(void **state)
{
	static const struct {
		int32_t top, left, bottom, right;
		int error;
	} boxes[] = {
		{ -20, -20, 5, 5, 0 },
		{ 0, 0, 0, 0, 0 },
		{ 0, 0, 4000, 4000, 0 },
		{ 0, 0, 5000, 5000, -EFBIG },
		{ 0, 0, 1, GUARD_SIDE_MAX + 1, -EFBIG },
		{ INT32_MIN, 0, 1, 1, -EFBIG },
		{ 0, -GUARD_FAR_MAX - 1, 1, 1, -EFBIG },
		{ INT32_MIN, INT32_MIN, INT32_MAX, INT32_MAX, -EFBIG },
		{ 10, 0, 9, 1, -EPROTO },
		{ 0, 10, 1, 9, -EPROTO },
	};

	for (size_t i = 0; i < sizeof(boxes) / sizeof(boxes[0]); i++) {
		begin_drawing(104);
		set32(drawing() + 4, (uint32_t)boxes[i].top);
		set32(drawing() + 8, (uint32_t)boxes[i].left);
		set32(drawing() + 12, (uint32_t)boxes[i].bottom);
		set32(drawing() + 16, (uint32_t)boxes[i].right);
		add_zeros(8);
		end_drawing();
		expect(GUARD_DISPLAY, boxes[i].error);
	}
	/* These make an image of the box, whatever its size. */
	for (unsigned type = 309; type <= 318; type += 9) {
		begin_drawing(type);
		set32(drawing() + 12, 0);
		add_zeros(100);
		end_drawing();
		expect(GUARD_DISPLAY, -EPROTO);
	}
}

static void test_clips(void **state)
{
	for (uint32_t count = 0; count < 5; count++) {
		begin_drawing(306);
		script.bytes[drawing() + 20] = 1;
		add(4, count);
		add_zeros(16 * 3);
		if (count < 3)
			add_zeros(13);
		end_drawing();
		expect(GUARD_DISPLAY, count < 3 ? 0 : -EPROTO);
	}
	begin_drawing(306);
	script.bytes[drawing() + 20] = 2;
	add_zeros(13);
	end_drawing();
	expect(GUARD_DISPLAY, -EPROTO);
	/* More than are looked through, though they are there: what follows need not be. */
	begin_drawing(306);
	script.bytes[drawing() + 20] = 1;
	add(4, GUARD_CLIP_MAX + 1);
	end_drawing();
	set32(drawing() - 4, 16 * GUARD_CLIP_MAX + 100);
	expect(GUARD_DISPLAY, -EPROTO);
}

/* Every drawing with all that hangs on it; then too large an image in each place, and none where one is needed. */
static void test_images_everywhere(void **state)
{
	for (unsigned which = 0; which < DRAWINGS; which++)
		for (unsigned place = 0; place < drawings[which].images; place++) {
			begin_whole_drawing(which);
			expect(GUARD_DISPLAY, 0);
			set32(image_at(place) + 10, GUARD_SIDE_MAX + 1);
			expect(GUARD_DISPLAY, -EFBIG);
			set32(image_at(place) + 10, 8000);
			set32(image_at(place) + 14, 8000);
			expect(GUARD_DISPLAY, -EFBIG);
			begin_whole_drawing(which);
			script.bytes[image_at(place) + 8] = 50;
			expect(GUARD_DISPLAY, -EPROTO);
			/* In front of itself, behind the end, in the middle of another. */
			for (unsigned i = 0; i < 3; i++) {
				begin_whole_drawing(which);
				set32(image_pointer(place),
				      i == 0   ? 8
				      : i == 1 ? (uint32_t)(script.size - drawing() - 17)
					       : (uint32_t)(image_at(place ? 0 : 1) - drawing() + 9));
				if (i < 2 || drawings[which].images > 1)
					expect(GUARD_DISPLAY, -EPROTO);
			}
			begin_whole_drawing(which);
			set32(image_pointer(place), 0);
			expect(GUARD_DISPLAY, drawings[which].mask == place + 1 ? 0 : -EPROTO);
		}
}

static void test_on_no_surface(void **state)
{
	/* The library does not look at what is drawn there, and so nothing of it counts. */
	begin_whole_drawing(0);
	set32(image_at(0) + 10, 100000);
	set32(drawing(), 5);
	expect(GUARD_DISPLAY, 0);
	set32(drawing(), 0xffffffff);
	expect(GUARD_DISPLAY, 0);
}

static void test_brushes(void **state)
{
	for (unsigned type = 0; type < 4; type++) {
		begin_drawing(302);
		add(1, type);
		add(4, 0x123456);
		add_zeros(30);
		end_drawing();
		/* A pattern without one; a kind that there is not. */
		expect(GUARD_DISPLAY, type < 2 ? 0 : -EPROTO);
	}
}

static void begin_stroke(unsigned flags, unsigned count, const uint32_t *dashes)
{
	begin_drawing(310);
	add(4, 0);
	add(1, flags);
	if (flags & 8) {
		add(1, count);
		add(4, 0);
	}
	add(1, 1);
	add(4, 0xffffff);
	add(4, 0);
	if (flags & 8) {
		set32(drawing() + 27, (uint32_t)(script.size - drawing()));
		for (unsigned i = 0; i < count; i++)
			add(4, dashes[i]);
	}
	set32(drawing() + 21, (uint32_t)(script.size - drawing()));
}

static void add_segment(unsigned flags, uint32_t count, uint32_t x)
{
	add(1, flags);
	add(4, count);
	for (uint32_t i = 0; i < count; i++) {
		add(4, x);
		add(4, 16);
	}
}

static void expect_stroke(int error)
{
	end_drawing();
	expect(GUARD_DISPLAY, error);
}

static void test_paths(void **state)
{
	begin_stroke(0, 0, NULL);
	add(4, 2);
	add_segment(1, 3, 160);
	add_segment(2, 1, 1600);
	expect_stroke(0);
	/* Curves; one without a beginning, one without points, both of another segment and of none. */
	begin_stroke(0, 0, NULL);
	add(4, 1);
	add_segment(1 | 16, 4, 160);
	expect_stroke(-ENOTSUP);
	begin_stroke(0, 0, NULL);
	add(4, 1);
	add_segment(0, 4, 160);
	expect_stroke(-EPROTO);
	begin_stroke(0, 0, NULL);
	add(4, 2);
	add_segment(1, 1, 160);
	add_segment(0, 0, 160);
	expect_stroke(-EPROTO);
	begin_stroke(0, 0, NULL);
	add(4, 2);
	add_segment(1, 1, 160);
	expect_stroke(-EPROTO);
	/* As far as that, and further; in either direction. */
	begin_stroke(0, 0, NULL);
	add(4, 1);
	add_segment(1, 2, GUARD_FAR_MAX << 4);
	expect_stroke(0);
	begin_stroke(0, 0, NULL);
	add(4, 1);
	add_segment(1, 2, (GUARD_FAR_MAX << 4) + 1);
	expect_stroke(-EFBIG);
	begin_stroke(0, 0, NULL);
	add(4, 1);
	add_segment(1, 2, 0x80000000);
	expect_stroke(-EFBIG);
	/* Too many points: in one, and in all. */
	begin_stroke(0, 0, NULL);
	add(4, 1);
	add(1, 1);
	add(4, GUARD_POINTS_MAX + 1);
	end_drawing();
	set32(drawing() - 4, GUARD_POINTS_MAX * 8 + 100);
	expect(GUARD_DISPLAY, -EFBIG);
	begin_stroke(0, 0, NULL);
	add(4, 2);
	add_segment(1, 10, 160);
	add(1, 0);
	add(4, GUARD_POINTS_MAX - 9);
	end_drawing();
	set32(drawing() - 4, GUARD_POINTS_MAX * 8 + 200);
	expect(GUARD_DISPLAY, -EFBIG);
}

static void test_dashes(void **state)
{
	static const uint32_t good[] = { 0, 16, 0 }, none[] = { 15, 0, 0x1000, 0 };

	begin_stroke(8, 3, good);
	add(4, 1);
	add_segment(1, 2, 160);
	expect_stroke(0);
	/* Less than a pixel, or a multiple of 256, is none to the library. */
	begin_stroke(8, 4, none);
	add(4, 1);
	add_segment(1, 2, 160);
	expect_stroke(-EPROTO);
	begin_stroke(8, 0, good);
	add(4, 1);
	add_segment(1, 2, 160);
	expect_stroke(-EPROTO);
}

/* A line of a pattern: bitmaps are, surfaces are taken for what they are not. */
static void test_patterns_of_lines(void **state)
{
	for (unsigned surface = 0; surface < 2; surface++) {
		begin_drawing(310);
		add(4, 0);
		add(1, 0);
		add(1, 2);
		add(4, 0);
		add_zeros(8 + 4);
		set32(drawing() + 21, (uint32_t)(script.size - drawing()));
		add(4, 1);
		add_segment(1, 2, 160);
		set32(drawing() + 27, (uint32_t)(script.size - drawing()));
		add_description(1, surface ? 104 : 0, 0, 7, 5);
		if (surface)
			add(4, 0);
		else
			add_bitmap(8, 0, 7, 5, 28, 0);
		end_drawing();
		expect(GUARD_DISPLAY, surface ? -EPROTO : 0);
	}
}

static void begin_text(unsigned count, unsigned flags)
{
	begin_drawing(311);
	add(4, 0);
	add_zeros(16);
	for (unsigned i = 0; i < 2; i++) {
		add(1, 1);
		add(4, 0);
	}
	add(4, 0);
	set32(drawing() + 21, (uint32_t)(script.size - drawing()));
	add(2, count);
	add(1, flags);
}

static void add_glyph(int32_t x, int32_t y, unsigned width, unsigned height, size_t bytes)
{
	add(4, (uint32_t)x);
	add(4, (uint32_t)y);
	add(4, (uint32_t)-1);
	add(4, 2);
	add(2, width);
	add(2, height);
	add_zeros(bytes);
}

static void test_texts(void **state)
{
	static const unsigned bytes[] = { 2 * 7, 5 * 7, 9 * 7 };

	/* Each kind of glyph; and one byte too few of the last one. */
	for (unsigned kind = 0; kind < 3; kind++)
		for (unsigned less = 0; less < 2; less++) {
			begin_text(3, 1u << kind);
			add_glyph(5, 5, 9, 7, bytes[kind]);
			add_glyph(15, 5, 0, 0, 0);
			add_glyph(15, 5, 9, 7, bytes[kind] - less);
			end_drawing();
			expect(GUARD_DISPLAY, less ? -EPROTO : 0);
		}
	/* Without glyphs, with more than there may be, of no kind, of two. */
	for (unsigned i = 0; i < 4; i++) {
		begin_text(i == 0 ? 0 : i == 1 ? GUARD_GLYPHS_MAX + 1 : 1, i == 2 ? 8 : i == 3 ? 3 : 1);
		add_glyph(5, 5, 9, 7, 500);
		end_drawing();
		expect(GUARD_DISPLAY, -EPROTO);
	}
	/* The library makes room for all that is between the first and the last one. */
	begin_text(2, 1);
	add_glyph(0, 0, 9, 7, bytes[0]);
	add_glyph(4000, 3000, 9, 7, bytes[0]);
	end_drawing();
	expect(GUARD_DISPLAY, 0);
	begin_text(2, 1);
	add_glyph(-4000, -3000, 9, 7, bytes[0]);
	add_glyph(4000, 3000, 9, 7, bytes[0]);
	end_drawing();
	expect(GUARD_DISPLAY, -EFBIG);
	begin_text(1, 1);
	add_glyph(INT32_MAX, 0, 9, 7, bytes[0]);
	end_drawing();
	expect(GUARD_DISPLAY, -EFBIG);
	begin_text(1, 1);
	add_glyph(0, INT32_MIN, 9, 7, bytes[0]);
	end_drawing();
	expect(GUARD_DISPLAY, -EFBIG);
}

/* A rop of three, its area drawn from at 21 + 4, its pattern's brush at 21 + 4 + 16. */
static void test_rops_of_three(void **state)
{
	static const struct {
		uint32_t at, value;
		int error;
	} cases[] = {
		/* An area of another size is made to fit; one without extent cannot be. */
		{ 25, (uint32_t)-1, 0 },
		{ 33, 6, 0 },
		{ 33, 0, -EPROTO },
		{ 37, 0, -EPROTO },
		/* The pattern begins there. */
		{ 46, 1, -EPROTO },
		{ 50, 1, -EPROTO },
		{ 46, (uint32_t)-3, 0 },
	};
	/* Areas of the box's size, with the place that is beside the image of 7 x 5. */
	static const int32_t beside[][2] = { { -1, 0 }, { 0, -1 }, { 1, 0 }, { 0, 3 } };
	unsigned known = 0;

	/* In the whole of the surface, of 64 x 64, and beside it on each side. */
	for (unsigned side = 0; side < 4; side++) {
		begin_whole_drawing(6);
		set32(drawing() + 12, 64);
		set32(drawing() + 16, 64);
		expect(GUARD_DISPLAY, 0);
		set32(drawing() + 4 + 4 * side, side < 2 ? (uint32_t)-1 : 65);
		expect(GUARD_DISPLAY, -EPROTO);
	}
	/* On a surface of 8 bits. */
	begin_whole_drawing(6);
	expect(GUARD_DISPLAY, 0);
	set32(drawing() - 6 - 8, 8);
	expect(GUARD_DISPLAY, -EPROTO);
	for (unsigned rop = 0; rop < 256; rop++) {
		static struct guard guard;

		begin_whole_drawing(6);
		script.bytes[drawing() + 21 + 4 + 16 + 13] = (uint8_t)rop;
		known += play(&guard, GUARD_DISPLAY, 1 << 16) == 0;
		guard_finish(&guard);
	}
	assert_int_equal(known, 256 - 38);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin_whole_drawing(6);
		/* A box of the area's size: nothing is made to fit. */
		set32(drawing() + 12, 5);
		set32(drawing() + 16, 5);
		expect(GUARD_DISPLAY, 0);
		set32(drawing() + cases[i].at, cases[i].value);
		expect(GUARD_DISPLAY, cases[i].error);
	}
	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
		begin_whole_drawing(6);
		set32(drawing() + 12, 5);
		set32(drawing() + 16, 5);
		for (unsigned k = 0; k < 4; k++)
			set32(drawing() + 25 + 4 * k, (uint32_t)(beside[i][k % 2] + (k < 2 ? 0 : 5)));
		expect(GUARD_DISPLAY, -EPROTO);
	}
}

static void test_small_things(void **state)
{
	/* Text over its background. */
	for (unsigned mode = 4; mode <= 8; mode += 4)
		for (unsigned with = 0; with < 2; with++) {
			begin_text(1, 1);
			set32(drawing() + 25 + 8, 10);
			set32(drawing() + 25 + 12, 10 * with);
			script.bytes[drawing() + 25 + 16 + 10] = (uint8_t)mode;
			add_glyph(5, 5, 9, 7, 14);
			end_drawing();
			expect(GUARD_DISPLAY, with && mode != 8 ? -EPROTO : 0);
		}

	/* How a picture is scaled. */
	for (unsigned mode = 0; mode < 3; mode++) {
		begin_whole_drawing(2);
		script.bytes[drawing() + 21 + 4 + 16 + 2] = (uint8_t)mode;
		expect(GUARD_DISPLAY, mode < 2 ? 0 : -EPROTO);
	}
	/* What goes: nothing but images does. */
	begin();
	add_message(105, 2 + 2 * 9);
	add(2, 2);
	for (unsigned i = 0; i < 2; i++) {
		add(1, 1 + i);
		add(8, 7);
	}
	expect(GUARD_DISPLAY, -EPROTO);
	begin();
	add_message(105, 2 + 9);
	add(2, 2);
	add(1, 1);
	add(8, 7);
	expect(GUARD_DISPLAY, -EPROTO);
	begin();
	add_message(105, 2);
	add(2, 0);
	expect(GUARD_DISPLAY, 0);
	/* Only what may hold a picture may be as large as one. */
	begin();
	add_message(104, GUARD_MESSAGE_MAX + BYTES_MAX + 1);
	expect(GUARD_DISPLAY, -EFBIG);
	begin();
	add_message(317, GUARD_MESSAGE_MAX + 1);
	expect(GUARD_DISPLAY, -EFBIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_surfaces),
		cmocka_unit_test(test_boxes),
		cmocka_unit_test(test_clips),
		cmocka_unit_test(test_images_everywhere),
		cmocka_unit_test(test_on_no_surface),
		cmocka_unit_test(test_brushes),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_dashes),
		cmocka_unit_test(test_patterns_of_lines),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_small_things),
		cmocka_unit_test(test_rops_of_three),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
