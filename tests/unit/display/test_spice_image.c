/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A SPICE server's images: what they may be, and how many of them, and of their palettes, it may have kept. */
#include "tests/unit/display/spice_script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "tests/unit/display/spice_draw.h"

enum {
	BITMAP = 0,
	QUIC = 1,
	LZ_PLT = 100,
	LZ,
	GLZ,
	FROM_CACHE,
	SURFACE,
	JPEG,
	FROM_CACHE_LOSSLESS,
	ZLIB_GLZ,
	JPEG_ALPHA,
	LZ4,
};

#define KEEP         1
#define KEEP_INSTEAD 4

/* DRAW_COPY of the image that follows. */
static void add_copy(void)
{
	add_drawing(304);
	add(4, 21 + 36);
	add_zeros(32);
}

static void begin_copy(void)
{
	begin();
	add_surface(0, 64, 64);
	add_copy();
}

static void expect_copy(int error)
{
	end_drawing();
	expect(GUARD_DISPLAY, error);
}

static void add_be(unsigned width, uint64_t value)
{
	for (unsigned i = width; i-- > 0;)
		add(1, value >> 8 * i & 0xff);
}

static void add_lz_head(uint32_t type, uint32_t w, uint32_t h, uint32_t stride)
{
	add_be(4, 0x20205a4c);
	add_be(4, 0x10001);
	add_be(4, type);
	add_be(4, w);
	add_be(4, h);
	add_be(4, stride);
	add_be(4, 1);
}

static void add_glz_head(unsigned type, uint32_t w, uint32_t h, uint64_t number, uint32_t back)
{
	add_be(4, 0x20205a4c);
	add_be(4, 0x10001);
	add_be(1, type);
	add_be(4, w);
	add_be(4, h);
	add_be(4, 4 * w);
	add_be(8, number);
	add_be(4, back);
}

static void add_jpeg(unsigned w, unsigned h)
{
	add_be(2, 0xffd8);
	add_be(4, 0xffe00010);
	add_zeros(14);
	add_be(4, 0xffc00011);
	add_be(1, 8);
	add_be(2, h);
	add_be(2, w);
	add_zeros(10);
}

static void test_bitmaps(void **state)
{
	/* Of each format: bytes a row of 33, colours of the palette; 0 bytes: there is none of such images. */
	static const struct {
		unsigned bytes, colours;
	} formats[] = { { 0, 0 },  { 0, 0 },  { 5, 2 },   { 0, 0 },   { 17, 16 }, { 33, 256 },
			{ 66, 0 }, { 99, 0 }, { 132, 0 }, { 132, 0 }, { 33, 0 },  { 0, 0 } };

	for (unsigned format = 0; format < 12; format++)
		for (unsigned less = 0; less < 2; less++) {
			uint32_t stride = formats[format].bytes ? formats[format].bytes - less : 200;
			size_t palette;

			begin_copy();
			add_description(1, BITMAP, 0, 33, 9);
			palette = script.size + 14;
			add_bitmap(format, 4, 33, 9, stride, 0);
			if (formats[format].colours > 0) {
				set32(palette, (uint32_t)(script.size - drawing()));
				add(8, 1);
				add(2, formats[format].colours);
				add_zeros(4 * formats[format].colours);
			}
			expect_copy(formats[format].bytes && !less ? 0 : -EPROTO);
		}
	/* Other sides than it was described with; fewer rows than it has; rows without end. */
	begin_copy();
	add_description(1, BITMAP, 0, 33, 9);
	add_bitmap(8, 4, 34, 9, 136, 0);
	expect_copy(-EPROTO);
	begin_copy();
	add_description(1, BITMAP, 0, 33, 9);
	add_bitmap(8, 4, 33, 9, 132, 0);
	script.size--;
	expect_copy(-EPROTO);
	begin_copy();
	add_description(1, BITMAP, 0, 33, 9);
	add_bitmap(8, 4, 33, 9, 132, 0);
	set32(drawing() + 57 + 18 + 10, 0xfffffff0);
	expect_copy(-EPROTO);
}

static void add_palette_copy(unsigned flags, uint64_t id, unsigned colours, bool with)
{
	size_t palette;

	add_copy();
	add_description(1, BITMAP, 0, 8, 1);
	palette = script.size + 14;
	add_bitmap(5, flags, 8, 1, 8, id);
	if (with) {
		set32(palette, (uint32_t)(script.size - drawing()));
		add(8, id);
		add(2, colours);
		add_zeros(4 * (size_t)(colours > 300 ? 300 : colours));
	}
	end_drawing();
}

static void begin_screen(void)
{
	begin();
	add_surface(0, 64, 64);
}

static void test_palettes(void **state)
{
	/* Without one, with none that it sent, with one that is none. */
	begin_screen();
	add_palette_copy(0, 0, 0, false);
	expect(GUARD_DISPLAY, -EPROTO);
	begin_screen();
	add_palette_copy(2, 9, 0, false);
	expect(GUARD_DISPLAY, -EPROTO);
	begin_screen();
	add_palette_copy(0, 9, 257, true);
	expect(GUARD_DISPLAY, -EPROTO);
	begin_screen();
	add_palette_copy(0, 9, 0, true);
	expect(GUARD_DISPLAY, -EPROTO);
	/* Kept, used, and gone in each of three ways. */
	for (unsigned way = 0; way < 4; way++) {
		begin_screen();
		add_palette_copy(1, 9, 16, true);
		add_palette_copy(1, 9, 16, true);
		add_palette_copy(2, 9, 0, false);
		if (way == 1) {
			add_message(107, 8);
			add(8, 9);
		} else if (way > 1) {
			add_message(way == 2 ? 108 : 103, 0);
		}
		add_palette_copy(2, 9, 0, false);
		expect(GUARD_DISPLAY, way == 0 ? 0 : -EPROTO);
	}
	/* Their number; one that is not to be kept does not count. */
	begin_screen();
	for (unsigned i = 0; i < GUARD_PALETTES_MAX; i++)
		add_palette_copy(1, i, 2, true);
	add_palette_copy(0, 70000, 2, true);
	expect(GUARD_DISPLAY, 0);
	add_palette_copy(1, 70000, 2, true);
	expect(GUARD_DISPLAY, -EFBIG);
	/* A surface whose pixels are no 32 or 15 bits knows none. */
	begin_screen();
	set32(script.size - 8, 80);
	add_palette_copy(0, 9, 16, true);
	expect(GUARD_DISPLAY, -EPROTO);
}

/* Packed images: right; of other sides than described; cut off. `at` is where in the body the width is. */
static void check_packed(void (*make)(uint32_t w, uint32_t h), size_t width_at)
{
	for (unsigned i = 0; i < 4; i++) {
		begin_copy();
		make(33, 9);
		if (i == 1)
			script.bytes[drawing() + 57 + 18 + width_at] ^= 0x40;
		if (i == 2)
			script.bytes[drawing() + 57 + 18 + width_at + 4] ^= 0x40;
		if (i == 3)
			script.size = drawing() + 57 + 18 + width_at;
		expect_copy(i == 0 ? 0 : -EPROTO);
	}
}

static void make_quic(uint32_t w, uint32_t h)
{
	add_description(1, QUIC, 0, w, h);
	add(4, 20);
	add(4, 0x43495551);
	add(4, 0);
	add(4, 4);
	add(4, w);
	add(4, h);
}

static void make_lz(uint32_t w, uint32_t h)
{
	add_description(1, LZ, 0, w, h);
	add(4, 28);
	add_lz_head(8, w, h, 4 * w);
}

static void make_glz(uint32_t w, uint32_t h)
{
	add_description(1, GLZ, 0, w, h);
	add(4, 33);
	add_glz_head(0x18, w, h, 0, 0);
}

static void make_jpeg(uint32_t w, uint32_t h)
{
	add_description(1, JPEG, 0, w, h);
	add(4, 49);
	add_jpeg(w, h);
}

static void make_jpeg_alpha(uint32_t w, uint32_t h)
{
	add_description(1, JPEG_ALPHA, 0, w, h);
	add(1, 1);
	add(4, 39);
	add(4, 39 + 28);
	add_jpeg(w, h);
	add_lz_head(10, w, h, 4 * w);
}

static void test_packed(void **state)
{
	check_packed(make_quic, 16);
	check_packed(make_lz, 4 + 15);
	check_packed(make_glz, 4 + 12);
	check_packed(make_jpeg_alpha, 9 + 39 + 15);
	/* JPEG has its height first, of two bytes each. */
	for (unsigned i = 0; i < 5; i++) {
		begin_copy();
		make_jpeg(33, 9);
		if (i == 1)
			script.bytes[drawing() + 57 + 18 + 4 + 26] ^= 1;
		if (i == 2)
			script.bytes[drawing() + 57 + 18 + 4 + 28] ^= 1;
		/* No frame at all; one that is not reached. */
		if (i == 3)
			script.bytes[drawing() + 57 + 18 + 4 + 21] = 0xda;
		if (i == 4)
			script.bytes[drawing() + 57 + 18 + 4 + 4] = 0xff;
		expect_copy(i == 0 ? 0 : -EPROTO);
	}
	begin_copy();
	make_jpeg_alpha(33, 9);
	set32(drawing() + 57 + 18 + 1, 1000);
	expect_copy(-EPROTO);
	/* LZ of a type that needs colours, of none, of one that only JPEG has. */
	for (unsigned type = 0; type < 13; type++) {
		begin_copy();
		make_lz(33, 9);
		script.bytes[drawing() + 57 + 18 + 4 + 11] = (uint8_t)type;
		expect_copy((type >= 6 && type <= 9) || type == 11 ? 0 : -EPROTO);
	}
	/* The library calls what it finds by this number. */
	for (unsigned type = 0; type < 16; type++) {
		begin_copy();
		make_glz(33, 9);
		script.bytes[drawing() + 57 + 18 + 4 + 8] = (uint8_t)type;
		expect_copy(type >= 6 && type <= 9 ? 0 : -EPROTO);
	}
}

static void test_packed_with_palette(void **state)
{
	/* Type, bytes a row for 33 pixels: too few of them; so many that the room for them is too large. */
	static const struct {
		unsigned type, stride;
		int error;
	} cases[] = { { 1, 5, 0 },
		      { 2, 5, 0 },
		      { 4, 17, 0 },
		      { 5, 33, 0 },
		      { 1, 4, -EPROTO },
		      { 3, 16, -EPROTO },
		      { 5, 32, -EPROTO },
		      { 6, 66, -EPROTO },
		      { 1, 0x20000000, -EFBIG },
		      { 5, 0xffffffff, -EFBIG } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (unsigned with = 0; with < 2; with++) {
			begin_copy();
			add_description(1, LZ_PLT, 0, 33, 9);
			add(1, 0);
			add(4, 28);
			add(4, with ? script.size - drawing() + 4 + 28 : 0);
			add_lz_head(cases[i].type, 33, 9, cases[i].stride);
			add(8, 1);
			add(2, 16);
			add_zeros(64);
			expect_copy(with ? cases[i].error : -EPROTO);
		}
}

#ifdef XENHUB_HAVE_ZLIB
#define UNPACKED 0
#else
#define UNPACKED (-EPROTO)
#endif

static void add_zlib_copy(uint32_t unpacked, uint32_t w, uint64_t number, size_t cut)
{
	add_copy();
	add_description(1, ZLIB_GLZ, 0, 33, 9);
	add(4, unpacked);
	add(4, 7 + 33);
	/* zlib's head, and one block that is stored as it is. */
	add_be(2, 0x7801);
	add(1, 1);
	add(2, 33);
	add(2, 0xffff ^ 33);
	add_glz_head(8, w, 9, number, 0);
	script.size -= cut;
	end_drawing();
}

static void test_zlib(void **state)
{
	begin_screen();
	add_zlib_copy(1000, 33, 0, 0);
	expect(GUARD_DISPLAY, UNPACKED);
	add_zlib_copy(1000, 33, 1, 0);
	expect(GUARD_DISPLAY, UNPACKED);
	begin_screen();
	add_zlib_copy(1000, 34, 0, 0);
	expect(GUARD_DISPLAY, -EPROTO);
	begin_screen();
	add_zlib_copy(1000, 33, 5, 0);
	expect(GUARD_DISPLAY, -EPROTO);
	begin_screen();
	add_zlib_copy(1000, 33, 0, 1);
	expect(GUARD_DISPLAY, -EPROTO);
	begin_screen();
	add_zlib_copy(0xfffffff0, 33, 0, 0);
	expect(GUARD_DISPLAY, -EFBIG);
	begin_screen();
	add_zlib_copy(0, 33, 0, 0);
	expect(GUARD_DISPLAY, -EFBIG);
}

static void add_glz_copy(uint32_t w, uint32_t h, uint64_t number, uint32_t back)
{
	add_copy();
	add_description(1, GLZ, 0, w, h);
	add(4, 33);
	add_glz_head(9, w, h, number, back);
	end_drawing();
}

static void test_window(void **state)
{
	/* By number, from 0 on, and what is in use was there. */
	static const struct {
		uint64_t number;
		uint32_t back;
		int error;
	} second[] = { { 1, 0, 0 },       { 1, 1, 0 },           { 1, 2, -EPROTO },         { 0, 0, -EPROTO },
		       { 2, 0, -EPROTO }, { ~0ull, 0, -EPROTO }, { 1ull << 63, 0, -EPROTO } };

	for (size_t i = 0; i < sizeof(second) / sizeof(second[0]); i++) {
		begin_screen();
		add_glz_copy(10, 10, 0, 0);
		add_glz_copy(10, 10, second[i].number, second[i].back);
		expect(GUARD_DISPLAY, second[i].error);
	}
	/* 16 MiB each: four of them, and a fifth if the first one goes. */
	begin_screen();
	for (unsigned i = 0; i < 100; i++)
		add_glz_copy(2048, 2000, i, i < 4 ? i : 3);
	expect(GUARD_DISPLAY, 0);
	begin_screen();
	for (unsigned i = 0; i < 5; i++)
		add_glz_copy(2048, 2000, i, i);
	expect(GUARD_DISPLAY, -EFBIG);
}

static void test_length_of_the_window(void **state)
{
	static struct guard guard;
	int rc = 0;

	begin_screen();
	assert_int_equal(play(&guard, GUARD_DISPLAY, 1 << 16), 0);
	for (unsigned i = 0; rc == 0 && i < 2 * GUARD_GLZ_MAX; i++) {
		script.size = 0;
		add_glz_copy(1, 1, i, i < 1000 ? i : 1000);
		rc = guard_receive(&guard, script.bytes, script.size);
	}
	assert_int_equal(rc, 0);
	for (unsigned i = 0; rc == 0; i++) {
		script.size = 0;
		add_glz_copy(1, 1, 2 * GUARD_GLZ_MAX + i, 1000 + i);
		rc = guard_receive(&guard, script.bytes, script.size);
		assert_true(i <= GUARD_GLZ_MAX);
	}
	assert_int_equal(rc, -EFBIG);
	assert_true(guard.glz.next - guard.glz.oldest <= GUARD_GLZ_MAX);
	guard_finish(&guard);
}

static void add_kept(unsigned flags, uint64_t id, uint32_t w, uint32_t h)
{
	add_copy();
	add_description(id, LZ, flags, w, h);
	add(4, 28);
	add_lz_head(8, w, h, 4 * w);
	end_drawing();
}

static void add_reference(unsigned type, uint64_t id)
{
	add_copy();
	add_description(id, type, 0, 0, 0);
	end_drawing();
}

static void add_gone(uint64_t id)
{
	add_message(105, 2 + 9);
	add(2, 1);
	add(1, 1);
	add(8, id);
}

static void test_cache(void **state)
{
	/* What was never sent would be waited for. */
	for (unsigned type = FROM_CACHE; type <= FROM_CACHE_LOSSLESS; type += 3) {
		begin_screen();
		add_kept(0, 5, 10, 10);
		add_reference(type, 5);
		expect(GUARD_DISPLAY, -EPROTO);
		begin_screen();
		add_kept(KEEP, 5, 10, 10);
		add_reference(type, 5);
		add_kept(KEEP_INSTEAD, 5, 10, 10);
		add_reference(type, 5);
		add_kept(KEEP_INSTEAD, 6, 10, 10);
		add_reference(type, 6);
		expect(GUARD_DISPLAY, 0);
		add_gone(5);
		expect(GUARD_DISPLAY, 0);
		add_reference(type, 5);
		expect(GUARD_DISPLAY, -EPROTO);
	}
	/* As often as it went in. */
	begin_screen();
	add_kept(KEEP, 5, 10, 10);
	add_kept(KEEP, 5, 10, 10);
	add_gone(5);
	add_reference(FROM_CACHE, 5);
	expect(GUARD_DISPLAY, 0);
	add_gone(5);
	add_reference(FROM_CACHE, 5);
	expect(GUARD_DISPLAY, -EPROTO);
	/* All at once. */
	begin_screen();
	add_kept(KEEP, 5, 10, 10);
	add_message(106, 1);
	add(1, 0);
	add_reference(FROM_CACHE, 5);
	expect(GUARD_DISPLAY, -EPROTO);
}

static void test_bytes_in_cache(void **state)
{
	unsigned most = GUARD_IMAGES_BYTES / (2048 * 2000 * 4 + KEPT_COST);

	begin_screen();
	for (unsigned i = 0; i < most; i++)
		add_kept(KEEP, i, 2048, 2000);
	/* One more often, one in another's place: no more than before. */
	add_kept(KEEP, 0, 2048, 2000);
	add_kept(KEEP_INSTEAD, 1, 2048, 2000);
	expect(GUARD_DISPLAY, 0);
	add_kept(KEEP, 1000, 2048, 2000);
	expect(GUARD_DISPLAY, -EFBIG);
	begin_screen();
	for (unsigned i = 0; i < 100; i++) {
		add_kept(KEEP, i, 2048, 2000);
		add_gone(i);
	}
	expect(GUARD_DISPLAY, 0);
	/* Masks are kept like others. */
	begin_screen();
	for (unsigned i = 0; i < 2; i++) {
		add_drawing(306);
		add_zeros(9);
		add(4, 21 + 13);
		add_description(i, i ? FROM_CACHE : BITMAP, KEEP * !i, 10, 10);
		if (i == 0)
			add_bitmap(1, 0, 10, 10, 2, 0);
		else
			set32(script.size - 18, 0);
		end_drawing();
	}
	expect(GUARD_DISPLAY, 0);
}

static void test_masks(void **state)
{
	static const struct {
		unsigned type, format, stride;
		int error;
	} cases[] = { { BITMAP, 1, 2, 0 },        { BITMAP, 2, 2, 0 },       { BITMAP, 8, 40, -EPROTO },
		      { BITMAP, 5, 10, -EPROTO }, { BITMAP, 1, 1, -EPROTO }, { JPEG, 1, 2, -EPROTO },
		      { LZ, 1, 2, -EPROTO },      { GLZ, 1, 2, -EPROTO },    { FROM_CACHE, 1, 2, -EPROTO } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin_drawing(306);
		add_zeros(9);
		add(4, 21 + 13);
		add_description(1, cases[i].type, 0, 10, 10);
		add_bitmap(cases[i].format, 0, 10, 10, cases[i].stride, 0);
		expect_copy(cases[i].error);
	}
}

static void test_from_surfaces(void **state)
{
	for (unsigned i = 0; i < 5; i++) {
		begin();
		add_surface(0, 64, 64);
		add_surface(7, 10, 10);
		add_copy();
		add_description(1, SURFACE, i == 3 ? KEEP : i == 4 ? KEEP_INSTEAD : 0, 10, 10);
		add(4, i == 1 ? 8 : i == 2 ? 0xffffffff : 7);
		expect_copy(i == 0 ? 0 : -EPROTO);
	}
	/* Pixels of other bits; only where they are changed on the way. */
	for (unsigned i = 0; i < 3; i++) {
		begin();
		add_surface(0, 64, 64);
		add_surface(7, 10, 10);
		set32(script.size - 8, i == 0 ? 96 : 8);
		if (i == 2) {
			add_drawing(313);
			add(2, 0);
			add(4, 21 + 22);
			add_zeros(16);
		} else {
			add_copy();
		}
		add_description(1, SURFACE, 0, 10, 10);
		add(4, 7);
		expect_copy(i == 1 ? -EPROTO : 0);
	}
	/* LZ4 has no sides of its own. */
	begin_copy();
	add_description(1, LZ4, 0, 10, 10);
	add(4, 2);
	add(2, 0x801);
	expect_copy(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bitmaps),
		cmocka_unit_test(test_palettes),
		cmocka_unit_test(test_packed),
		cmocka_unit_test(test_packed_with_palette),
		cmocka_unit_test(test_zlib),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_length_of_the_window),
		cmocka_unit_test(test_cache),
		cmocka_unit_test(test_bytes_in_cache),
		cmocka_unit_test(test_masks),
		cmocka_unit_test(test_from_surfaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
