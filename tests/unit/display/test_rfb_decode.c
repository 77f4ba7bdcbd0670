/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every encoding in every pixel format, from an encoder of the test's own, pixel by pixel; fed whole, a byte
 * at a time, and in odd pieces. The picture changes character from tile to tile (flat, two colours, few,
 * many), so that each way to pack a tile occurs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/display/random.h"
#include "tests/unit/display/rfb_script.h"

#define W 150
#define H 101

/* A wire format of the test, and what each of its values must become. */
struct wire {
	const char *name;
	enum rfb_pixels pixels;
	uint8_t format[16];
};

#define HOST_IS_BIG (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

static const struct wire wires[] = {
	{ "native", RFB_PIXELS_NATIVE, { 32, 24, HOST_IS_BIG, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0 } },
	{ "565", RFB_PIXELS_565, { 16, 16, 0, 1, 0, 31, 0, 63, 0, 31, 11, 5, 0 } },
	{ "233", RFB_PIXELS_233, { 8, 8, 0, 1, 0, 7, 0, 7, 0, 3, 0, 3, 6 } },
	{ "big-endian", RFB_PIXELS_SERVER, { 32, 24, 1, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0 } },
	{ "bgr high", RFB_PIXELS_SERVER, { 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 8, 16, 24 } },
	{ "big high", RFB_PIXELS_SERVER, { 32, 24, 1, 1, 0, 255, 0, 255, 0, 255, 24, 16, 8 } },
	{ "555 big", RFB_PIXELS_SERVER, { 16, 15, 1, 1, 0, 31, 0, 31, 0, 31, 10, 5, 0 } },
	{ "30 bits", RFB_PIXELS_SERVER, { 32, 30, 0, 1, 3, 255, 3, 255, 3, 255, 20, 10, 0 } },
	{ "map", RFB_PIXELS_SERVER, { 8, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } },
};

#define WIRES (sizeof(wires) / sizeof(wires[0]))

static uint32_t values[H][W]; /* the picture, in the wire's own values */

static uint32_t wire_max(const struct wire *wire, int channel)
{
	return (uint32_t)wire->format[4 + 2 * channel] << 8 | wire->format[5 + 2 * channel];
}

static uint32_t wire_random(const struct wire *wire, uint32_t *seed)
{
	uint32_t value = 0;

	if (!wire->format[3])
		return random_next(seed) & 255;
	for (int i = 0; i < 3; i++)
		value |= (random_next(seed) & wire_max(wire, i)) << wire->format[10 + i];
	return value;
}

static uint32_t wire_colour(const struct wire *wire, uint32_t value)
{
	uint32_t colour = 0;

	if (!wire->format[3])
		return value << 16 | (255 - value) << 8 | (value ^ 0x55);
	for (int i = 0; i < 3; i++) {
		uint32_t max = wire_max(wire, i), v = value >> wire->format[10 + i] & max;

		colour = colour << 8 | (max > 255 ? v * 255 / max : (v * 255 + max / 2) / max);
	}
	return colour;
}

static void picture_make(const struct wire *wire, uint32_t seed)
{
	uint32_t palette[200];

	for (int i = 0; i < 200; i++)
		palette[i] = wire_random(wire, &seed);
	for (int y = 0; y < H; y++)
		for (int x = 0; x < W; x++) {
			static const unsigned sizes[] = { 1, 2, 4, 15, 90, 200 };
			unsigned colours = sizes[(unsigned)(x / 37 + y / 29 * 5) % 6];
			bool run = random_next(&seed) % 4 != 0 && x > 0;

			values[y][x] = run ? values[y][x - 1] : palette[random_next(&seed) % colours];
		}
}

static void put_pixel(struct bytes *out, const struct wire *wire, uint32_t value)
{
	int bytes = wire->format[0] / 8;

	for (int i = 0; i < bytes; i++) {
		int byte = wire->format[2] ? bytes - 1 - i : i;

		bytes_u8(out, value >> (8 * byte) & 255);
	}
}

/* CPIXEL: without the byte that no channel uses. */
static void put_cpixel(struct bytes *out, const struct wire *wire, uint32_t value)
{
	bool three = wire->format[0] == 32 && wire->format[1] <= 24;
	bool high = wire->format[10] > 16 || wire->format[12] > 16;
	struct bytes four = { 0 };

	put_pixel(&four, wire, value);
	if (!three)
		bytes_add(out, four.data, four.size);
	else
		bytes_add(out, four.data + (high != wire->format[2] ? 1 : 0), 3);
	bytes_free(&four);
}

/* TPIXEL: red, green, blue where there are 8 bits of each. */
static void put_tpixel(struct bytes *out, const struct wire *wire, uint32_t value)
{
	if (wire->format[0] != 32 || wire->format[1] != 24) {
		put_pixel(out, wire, value);
		return;
	}
	for (int i = 0; i < 3; i++)
		bytes_u8(out, value >> wire->format[10 + i] & 255);
}

static void encode_raw(struct bytes *out, const struct wire *wire, struct rect r)
{
	script_rect(out, r.x, r.y, r.w, r.h, 0);
	for (int y = r.y; y < r.y + r.h; y++)
		for (int x = r.x; x < r.x + r.w; x++)
			put_pixel(out, wire, values[y][x]);
}

static unsigned palette_find(uint32_t *palette, unsigned *count, unsigned limit, uint32_t value)
{
	for (unsigned i = 0; i < *count; i++)
		if (palette[i] == value)
			return i;
	if (*count < limit)
		palette[*count] = value;
	return (*count)++;
}

static unsigned palette_of(struct rect t, uint32_t palette[256])
{
	unsigned count = 0;

	for (int y = t.y; y < t.y + t.h; y++)
		for (int x = t.x; x < t.x + t.w && count <= 255; x++)
			palette_find(palette, &count, 256, values[y][x]);
	return count;
}

/* Flat tiles carry a background only, tiles of two colours plain subrectangles, of few coloured ones; the
 * rest is raw. */
static void hextile_tile(struct bytes *out, const struct wire *wire, struct rect t)
{
	uint32_t palette[256];
	unsigned count = palette_of(t, palette);
	struct bytes subrects = { 0 };
	unsigned subrect_count = 0;

	for (int y = 0; y < t.h; y++)
		for (int x = 0; x < t.w; x++) {
			int length = 1;
			uint32_t value = values[t.y + y][t.x + x];

			if (value == palette[0])
				continue;
			while (x + length < t.w && values[t.y + y][t.x + x + length] == value)
				length++;
			if (count > 2)
				put_pixel(&subrects, wire, value);
			bytes_u8(&subrects, (unsigned)(x << 4 | y));
			bytes_u8(&subrects, (unsigned)((length - 1) << 4));
			subrect_count++;
			x += length - 1;
		}
	if (subrect_count > 255) {
		bytes_u8(out, 1);
		for (int y = 0; y < t.h; y++)
			for (int x = 0; x < t.w; x++)
				put_pixel(out, wire, values[t.y + y][t.x + x]);
	} else {
		bytes_u8(out, 2 | (count == 2 ? 4 : 0) | (count > 1 ? 8 : 0) | (count > 2 ? 16 : 0));
		put_pixel(out, wire, palette[0]);
		if (count == 2)
			put_pixel(out, wire, palette[1]);
		if (count > 1)
			bytes_u8(out, subrect_count);
		bytes_add(out, subrects.data, subrects.size);
	}
	bytes_free(&subrects);
}

static void encode_hextile(struct bytes *out, const struct wire *wire, struct rect r)
{
	script_rect(out, r.x, r.y, r.w, r.h, 5);
	for (int y = 0; y < r.h; y += 16)
		for (int x = 0; x < r.w; x += 16)
			hextile_tile(out, wire,
				     (struct rect){ r.x + x, r.y + y, r.w - x < 16 ? r.w - x : 16,
						    r.h - y < 16 ? r.h - y : 16 });
}

static void zrle_runs(struct bytes *out, const struct wire *wire, struct rect t, uint32_t *palette,
		      unsigned count)
{
	int area = t.w * t.h;

	for (int i = 0; i < area;) {
		uint32_t value = values[t.y + i / t.w][t.x + i % t.w];
		int length = 1;

		while (i + length < area &&
		       values[t.y + (i + length) / t.w][t.x + (i + length) % t.w] == value)
			length++;
		i += length;
		if (palette)
			bytes_u8(out, palette_find(palette, &count, 256, value) | (length > 1 ? 128u : 0));
		else
			put_cpixel(out, wire, value);
		if (palette && length == 1)
			continue;
		for (length--; length >= 255; length -= 255)
			bytes_u8(out, 255);
		bytes_u8(out, (unsigned)length);
	}
}

static void zrle_packed(struct bytes *out, struct rect t, uint32_t *palette, unsigned count)
{
	int bits = count == 2 ? 1 : count <= 4 ? 2 : 4;

	for (int y = 0; y < t.h; y++) {
		unsigned byte = 0;
		int filled = 0;

		for (int x = 0; x < t.w; x++) {
			byte = byte << bits | palette_find(palette, &count, 256, values[t.y + y][t.x + x]);
			filled += bits;
			if (filled == 8) {
				bytes_u8(out, byte);
				byte = 0;
				filled = 0;
			}
		}
		if (filled)
			bytes_u8(out, byte << (8 - filled));
	}
}

static void zrle_tile(struct bytes *out, const struct wire *wire, struct rect t, unsigned way)
{
	uint32_t palette[256];
	unsigned count = palette_of(t, palette);
	bool small = count <= 127;

	if (count == 1) {
		bytes_u8(out, 1);
		put_cpixel(out, wire, palette[0]);
	} else if (count <= 16 && way % 2) {
		bytes_u8(out, count);
		for (unsigned i = 0; i < count; i++)
			put_cpixel(out, wire, palette[i]);
		zrle_packed(out, t, palette, count);
	} else if (way % 3) {
		bytes_u8(out, small ? 128 + count : 128);
		for (unsigned i = 0; i < count && small; i++)
			put_cpixel(out, wire, palette[i]);
		zrle_runs(out, wire, t, small ? palette : NULL, count);
	} else {
		bytes_u8(out, 0);
		for (int y = 0; y < t.h; y++)
			for (int x = 0; x < t.w; x++)
				put_cpixel(out, wire, values[t.y + y][t.x + x]);
	}
}

static void encode_zrle(struct bytes *out, const struct wire *wire, struct rect r, z_stream *z)
{
	struct bytes plain = { 0 }, packed = { 0 };
	unsigned way = 0;

	for (int y = 0; y < r.h; y += 64)
		for (int x = 0; x < r.w; x += 64)
			zrle_tile(&plain, wire,
				  (struct rect){ r.x + x, r.y + y, r.w - x < 64 ? r.w - x : 64,
						 r.h - y < 64 ? r.h - y : 64 },
				  way++);
	script_deflate(&packed, z, &plain);
	script_rect(out, r.x, r.y, r.w, r.h, 16);
	bytes_u32(out, (uint32_t)packed.size);
	bytes_add(out, packed.data, packed.size);
	bytes_free(&packed);
	bytes_free(&plain);
}

static void tight_length(struct bytes *out, size_t length)
{
	bytes_u8(out, (length & 127) | (length > 127 ? 128 : 0));
	if (length > 127)
		bytes_u8(out, (length >> 7 & 127) | (length > 16383 ? 128 : 0));
	if (length > 16383)
		bytes_u8(out, (unsigned)(length >> 14));
}

static void tight_plain(struct bytes *out, const struct wire *wire, struct rect r, uint32_t *palette,
			unsigned count)
{
	for (int y = r.y; y < r.y + r.h; y++)
		for (int x = 0; x < r.w; x++) {
			unsigned index;

			if (!palette) {
				put_tpixel(out, wire, values[y][r.x + x]);
				continue;
			}
			index = palette_find(palette, &count, 256, values[y][r.x + x]);
			if (count > 2)
				bytes_u8(out, index);
			else if (x % 8 == 0)
				bytes_u8(out, index << 7);
			else
				out->data[out->size - 1] |= (uint8_t)(index << (7 - x % 8));
		}
}

static int at(int x, int y, struct rect r, const struct wire *wire, int channel)
{
	if (x < r.x || y < r.y)
		return 0;
	return (int)(values[y][x] >> wire->format[10 + channel] & wire_max(wire, channel));
}

static void tight_gradient(struct bytes *out, const struct wire *wire, struct rect r)
{
	for (int y = r.y; y < r.y + r.h; y++)
		for (int x = r.x; x < r.x + r.w; x++) {
			uint32_t value = 0;

			for (int i = 0; i < 3; i++) {
				int max = (int)wire_max(wire, i);
				int guess = at(x - 1, y, r, wire, i) + at(x, y - 1, r, wire, i) -
					    at(x - 1, y - 1, r, wire, i);

				guess = guess < 0 ? 0 : guess > max ? max : guess;
				value |= (uint32_t)((at(x, y, r, wire, i) - guess) & max)
					 << wire->format[10 + i];
			}
			put_tpixel(out, wire, value);
		}
}

/* way: 0 copy, 1 palette where it fits, 2 gradient where the format has it. Streams take turns. */
static void encode_tight(struct bytes *out, const struct wire *wire, struct rect r, z_stream z[4],
			 unsigned way)
{
	uint32_t palette[256];
	unsigned count = palette_of(r, palette), stream = (unsigned)r.x % 4;
	bool gradient = way == 2 && wire->format[3] && wire->format[0] > 8 && wire_max(wire, 0) < 256;
	bool indexed = way == 1 && count <= 256;
	struct bytes plain = { 0 }, packed = { 0 };

	script_rect(out, r.x, r.y, r.w, r.h, 7);
	if (count == 1) {
		bytes_u8(out, 0x80);
		put_tpixel(out, wire, palette[0]);
		return;
	}
	bytes_u8(out, (stream | (gradient || indexed ? 4 : 0)) << 4);
	if (gradient)
		bytes_u8(out, 2);
	if (indexed && !gradient) {
		bytes_u8(out, 1);
		bytes_u8(out, count - 1);
		for (unsigned i = 0; i < count; i++)
			put_tpixel(out, wire, palette[i]);
	}
	if (gradient)
		tight_gradient(&plain, wire, r);
	else
		tight_plain(&plain, wire, r, indexed ? palette : NULL, count);
	if (plain.size < 12) {
		bytes_add(out, plain.data, plain.size);
	} else {
		script_deflate(&packed, &z[stream], &plain);
		tight_length(out, packed.size);
		bytes_add(out, packed.data, packed.size);
	}
	bytes_free(&packed);
	bytes_free(&plain);
}

/* The picture in uneven rectangles, all in one update that LastRect ends. */
static void script_picture(struct bytes *out, const struct wire *wire, int encoding)
{
	z_stream z[5] = { 0 };
	unsigned way = 0;

	for (int i = 0; i < 5; i++)
		deflateInit(&z[i], 6);
	script_hello_format(out, W, H, wire->format);
	if (!wire->format[3]) {
		bytes_u16(out, 0x0100);
		bytes_u16(out, 0);
		bytes_u16(out, 256);
		for (unsigned i = 0; i < 256; i++) {
			bytes_u16(out, i << 8);
			bytes_u16(out, (255 - i) << 8 | 7);
			bytes_u16(out, (i ^ 0x55) << 8);
		}
	}
	script_update(out, 65535);
	for (int y = 0; y < H; y += 29)
		for (int x = 0; x < W; x += 37) {
			struct rect r = { x, y, W - x < 37 ? W - x : 37, H - y < 29 ? H - y : 29 };

			if (encoding == 0)
				encode_raw(out, wire, r);
			else if (encoding == 5)
				encode_hextile(out, wire, r);
			else if (encoding == 16)
				encode_zrle(out, wire, r, &z[4]);
			else
				encode_tight(out, wire, r, z, way++ % 3);
		}
	/* Once more as one rectangle: several tiles a row, runs over rows. */
	if (encoding == 16)
		encode_zrle(out, wire, (struct rect){ 0, 0, W, H }, &z[4]);
	if (encoding == 7)
		encode_tight(out, wire, (struct rect){ 0, 0, 3, 1 }, z, 0);
	script_rect(out, 0, 0, 0, 0, -224);
	for (int i = 0; i < 5; i++)
		deflateEnd(&z[i]);
}

static void check_picture(const struct wire *wire, int encoding, size_t piece, const struct bytes *script)
{
	struct rfb_config config = { .pixels = wire->pixels, .wishes = rfb_wishes_slow };
	struct session session;

	session_open(&session, &config);
	if (session_feed(&session, script, piece) < 0)
		fail_msg("%s, encoding %d, pieces of %zu: %s", wire->name, encoding, piece,
			 rfb_reason(session.rfb));
	assert_int_equal(session.events[RFB_EVENT_READY], 1);
	assert_int_equal(session.events[RFB_EVENT_UPDATE_BEGIN], 1);
	assert_int_equal(session.events[RFB_EVENT_UPDATE_END], 1);
	for (int y = 0; y < H; y++)
		for (int x = 0; x < W; x++) {
			uint32_t expect = wire_colour(wire, values[y][x]);
			uint32_t got = *frame_at(&session.frame, x, y) & 0xffffff;

			if (got != expect)
				fail_msg("%s, encoding %d, pieces of %zu: pixel %d,%d is %06x, not %06x",
					 wire->name, encoding, piece, x, y, got, expect);
		}
	assert_int_equal(rect_area(damage_bounds(&session.frame.damage)), W * H);
	session_close(&session);
}

static void check_encoding(int encoding)
{
	static const size_t pieces[] = { 0, 1, 2, 3, 7, 61, 1000 };

	for (size_t i = 0; i < WIRES; i++) {
		struct bytes script = { 0 };

		picture_make(&wires[i], (uint32_t)i + 11);
		script_picture(&script, &wires[i], encoding);
		for (size_t p = 0; p < sizeof(pieces) / sizeof(pieces[0]); p++)
			check_picture(&wires[i], encoding, pieces[p], &script);
		bytes_free(&script);
	}
}

static void test_raw(void **state)
{
	check_encoding(0);
}

static void test_hextile(void **state)
{
	check_encoding(5);
}

static void test_zrle(void **state)
{
	check_encoding(16);
}

static void test_tight(void **state)
{
	check_encoding(7);
}

static void test_copyrect(void **state)
{
	struct rfb_config config = { .wishes = rfb_wishes_local };
	struct bytes script = { 0 };
	struct session session;

	picture_make(&wires[0], 3);
	script_hello(&script, W, H);
	script_update(&script, 2);
	encode_raw(&script, &wires[0], (struct rect){ 0, 0, W, H });
	script_rect(&script, 5, 6, 100, 80, 1);
	bytes_u16(&script, 20);
	bytes_u16(&script, 1);
	session_open(&session, &config);
	assert_true(session_feed(&session, &script, 5) >= 0);
	for (int y = 0; y < H; y++)
		for (int x = 0; x < W; x++) {
			bool moved = x >= 5 && x < 105 && y >= 6 && y < 86;
			uint32_t value = moved ? values[y - 5][x + 15] : values[y][x];

			assert_int_equal(*frame_at(&session.frame, x, y), value);
		}
	session_close(&session);
	bytes_free(&script);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_raw),   cmocka_unit_test(test_hextile),  cmocka_unit_test(test_zrle),
		cmocka_unit_test(test_tight), cmocka_unit_test(test_copyrect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
