/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A server that means harm. Each case must end the link with the right error and a reason that names the
 * thing, fed whole and byte by byte, with nothing written outside the frame (the sanitizers watch) and all
 * memory given back (so does the leak check).
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/display/rfb_script.h"

#define W 40
#define H 30

static const struct rfb_config defaults = { .wishes = { .encodings = { RFB_COPYRECT, RFB_HEXTILE, RFB_ZRLE,
								       RFB_TIGHT },
							.count = 4,
							.jpeg_quality = 5,
							.compression = -1 } };

static void check_ends(const struct bytes *script, const struct rfb_config *config, int error,
		       const char *word)
{
	for (size_t piece = 0; piece < 2; piece++) {
		struct session session;

		session_open(&session, config);
		assert_int_equal(session_feed(&session, script, piece), error);
		assert_int_equal(rfb_phase(session.rfb), RFB_PHASE_FAILED);
		if (!strstr(rfb_reason(session.rfb), word))
			fail_msg("\"%s\" does not say \"%s\"", rfb_reason(session.rfb), word);
		/* It stays dead, and says so. */
		assert_int_equal(rfb_feed(session.rfb, script->data, 1), error);
		assert_int_equal(rfb_send_key(session.rfb, 1, 1, true), -ENOTCONN);
		session_close(&session);
	}
}

/* One rectangle with these bytes after its header. */
static void check_rect(struct rect r, int32_t encoding, const void *data, size_t size, int error,
		       const char *word)
{
	struct bytes script = { 0 };

	script_hello(&script, W, H);
	script_update(&script, 1);
	script_rect(&script, r.x, r.y, r.w, r.h, encoding);
	bytes_add(&script, data, size);
	check_ends(&script, &defaults, error, word);
	bytes_free(&script);
}

static void test_outside_the_screen(void **state)
{
	static const struct rect outside[] = {
		{ 1, 0, W, H }, { 0, 1, W, H }, { 65535, 65535, 1, 1 }, { 0, 0, 65535, 65535 }, { W, H, 1, 1 }
	};
	static const int32_t encodings[] = { 0, 1, 5, 7, 16 };

	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
		for (size_t e = 0; e < 5; e++)
			check_rect(outside[i], encodings[e], "", 0, -EPROTO, "outside its screen");
	check_rect((struct rect){ 0, 0, 10, 10 }, 1, "\0\x1f\0\0", 4, -EPROTO, "copies from outside");
	check_rect((struct rect){ 0, 0, 10, 10 }, 1, "\xff\xff\xff\xff", 4, -EPROTO, "copies from outside");
}

static void test_sizes(void **state)
{
	struct bytes script = { 0 };

	check_rect((struct rect){ 0, 0, 16385, 10 }, -223, "", 0, -EFBIG, "16385x10");
	check_rect((struct rect){ 0, 0, 0, 10 }, -223, "", 0, -EFBIG, "0x10");
	check_rect((struct rect){ 0, 0, 16384, 16384 }, -223, "", 0, -EFBIG, "limits");
	check_rect((struct rect){ 0, 0, 65535, 65535 }, -308, "\0\0\0", 4, -EFBIG, "limits");
	script_hello(&script, 16384, 16384);
	check_ends(&script, &defaults, -EFBIG, "16384x16384");
	bytes_free(&script);
	script_hello(&script, 0, 0);
	check_ends(&script, &defaults, -EFBIG, "0x0");
	bytes_free(&script);
}

static void test_not_asked_for(void **state)
{
	struct rfb_config config = defaults;
	struct bytes script = { 0 };

	check_rect((struct rect){ 0, 0, 1, 1 }, 2, "", 0, -EPROTO, "encoding 2,");
	check_rect((struct rect){ 0, 0, 1, 1 }, -1000, "", 0, -EPROTO, "encoding -1000");
	config.wishes.count = 1;
	config.wishes.jpeg_quality = -1;
	script_hello(&script, W, H);
	script_update(&script, 1);
	script_rect(&script, 0, 0, 1, 1, 16);
	check_ends(&script, &config, -EPROTO, "did not ask for");
	bytes_free(&script);
	script_hello(&script, W, H);
	bytes_u8(&script, 77);
	check_ends(&script, &defaults, -EPROTO, "unknown type 77");
	bytes_free(&script);
	config.wishes.encodings[0] = RFB_TIGHT;
	script_hello(&script, W, H);
	script_update(&script, 1);
	script_rect(&script, 0, 0, 1, 1, 7);
	bytes_u8(&script, 0x90);
	check_ends(&script, &config, -EPROTO, "JPEG, which");
	bytes_free(&script);
}

static void test_hextile_subrects(void **state)
{
	/* A tile of 8x8 whose subrectangle is 16 wide. */
	check_rect((struct rect){ 0, 0, 8, 8 }, 5, "\x0e\1\1\1\0\2\2\2\0\1\0\xf0", 12, -EPROTO, "Hextile");
	check_rect((struct rect){ 0, 0, 8, 8 }, 5, "\x0e\1\1\1\0\2\2\2\0\1\x80\0", 12, -EPROTO, "Hextile");
}

/* The plain bytes, deflated, as a ZRLE rectangle of the whole screen. */
static void check_zrle(const void *plain, size_t size, const char *word)
{
	struct bytes data = { (uint8_t *)(uintptr_t)plain, size, size }, packed = { 0 }, body = { 0 };
	z_stream z = { 0 };

	deflateInit(&z, 9);
	script_deflate(&packed, &z, &data);
	deflateEnd(&z);
	bytes_u32(&body, (uint32_t)packed.size);
	bytes_add(&body, packed.data, packed.size);
	check_rect((struct rect){ 0, 0, W, H }, 16, body.data, body.size, -EPROTO, word);
	bytes_free(&body);
	bytes_free(&packed);
}

static void test_zrle_tiles(void **state)
{
	static uint8_t bomb[8 << 20];

	check_zrle("\x11", 1, "broken ZRLE");
	check_zrle("\x81", 1, "broken ZRLE");
	check_zrle("\x83\1\1\1\2\2\2\3\3\3\3", 11, "broken ZRLE"); /* index past the palette */
	check_zrle("\3\1\1\1\2\2\2\3\3\3\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 20, "broken ZRLE");
	check_zrle("\x80\1\2\3\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0", 22,
		   "broken ZRLE");
	check_zrle("\1\1\2", 3, "ends within");
	check_zrle("\1\1\2\3\0", 5, "more ZRLE data");
	/* A solid tile fills the screen; the rest of the bomb is the trap. */
	bomb[0] = 1;
	check_zrle(bomb, sizeof(bomb), "more ZRLE data");
	check_rect((struct rect){ 0, 0, W, H }, 16, "\0\0\0\4abcd", 8, -EPROTO, "broken ZRLE data");
	check_rect((struct rect){ 0, 0, W, H }, 16, "\0\0\0\0", 4, -EPROTO, "ends within");
}

static void test_tight(void **state)
{
	struct rect all = { 0, 0, W, H };

	check_rect(all, 7, "\xa0", 1, -EPROTO, "kind 10");
	check_rect(all, 7, "\x40\3", 2, -EPROTO, "filter 3");
	check_rect(all, 7, "\0\4abcd", 6, -EPROTO, "broken Tight data");
	check_rect(all, 7, "\0\0", 2, -EPROTO, "ends within");
	check_rect(all, 7, "\x90\0", 2, -EPROTO, "JPEG");
	check_rect(all, 7, "\x90\4\xff\xd8\xff\xd9", 6, -EPROTO, "JPEG");
	check_rect(all, 7, "\x90\4nope", 6, -EPROTO, "JPEG");
}

static void test_endless_texts(void **state)
{
	struct bytes script = { 0 };
	struct session session;

	script_hello(&script, W, H);
	bytes_add(&script, "\3\0\0\0\1\0\0\1", 8);
	check_ends(&script, &defaults, -EFBIG, "cut text of 16777217");
	bytes_free(&script);
	script_hello(&script, W, H);
	bytes_add(&script, "\3\0\0\0\x80\0\0\0", 8);
	check_ends(&script, &defaults, -EFBIG, "cut text of 2147483648");
	bytes_free(&script);
	script_hello(&script, W, H);
	bytes_add(&script, "\3\0\0\0\xff\xff\xff\xff", 8);
	check_ends(&script, &defaults, -EPROTO, "clipboard");
	bytes_free(&script);
	script_hello(&script, W, H);
	script_update(&script, 1);
	script_rect(&script, 0, 0, 0, 0, -307);
	bytes_u32(&script, RFB_NAME_WIRE_MAX + 1);
	check_ends(&script, &defaults, -EFBIG, "name is 65537 bytes");
	bytes_free(&script);
	/* Longer than we pass on, but within reason: read past, and the link goes on. */
	script_hello(&script, W, H);
	bytes_add(&script, "\3\0\0\0", 4);
	bytes_u32(&script, RFB_TEXT_MAX_DEFAULT + 1);
	for (unsigned i = 0; i <= RFB_TEXT_MAX_DEFAULT; i++)
		bytes_u8(&script, 'x');
	bytes_u8(&script, 2);
	session_open(&session, &defaults);
	assert_true(session_feed(&session, &script, 0) >= 0);
	assert_int_equal(session.events[RFB_EVENT_TEXT], 0);
	assert_int_equal(session.events[RFB_EVENT_BELL], 1);
	session_close(&session);
	bytes_free(&script);
}

/* 8 MiB of text behind a few KiB of zlib: no more than text_max is ever inflated, and nothing is passed on.
 */
static void test_clipboard_bomb(void **state)
{
	struct bytes script = { 0 }, plain = { 0 }, packed = { 0 };
	static uint8_t zeros[4096];
	struct session session;
	z_stream z = { 0 };

	bytes_u32(&plain, 8 << 20);
	for (int i = 0; i < 2048; i++)
		bytes_add(&plain, zeros, sizeof(zeros));
	deflateInit(&z, 9);
	script_deflate(&packed, &z, &plain);
	deflateEnd(&z);
	script_hello(&script, W, H);
	bytes_add(&script, "\3\0\0\0", 4);
	bytes_u32(&script, 0u - (uint32_t)(4 + packed.size));
	bytes_u32(&script, 1u << 28 | 1);
	bytes_add(&script, packed.data, packed.size);
	bytes_u8(&script, 2);
	session_open(&session, &defaults);
	assert_true(session_feed(&session, &script, 0) >= 0);
	assert_int_equal(session.events[RFB_EVENT_TEXT], 0);
	assert_int_equal(session.events[RFB_EVENT_BELL], 1);
	session_close(&session);
	bytes_free(&packed);
	bytes_free(&plain);
	bytes_free(&script);
}

static void test_cursors(void **state)
{
	check_rect((struct rect){ 0, 0, 513, 1 }, -239, "", 0, -EFBIG, "cursor of 513x1");
	check_rect((struct rect){ 0, 0, 65535, 65535 }, -314, "", 0, -EFBIG, "cursor");
	check_rect((struct rect){ 0, 0, 1, 1 }, -314, "\0\0\0\7", 4, -ENOTSUP, "encoding 7");
}

static void test_fences(void **state)
{
	struct rfb_config config = defaults;
	struct bytes script = { 0 };
	struct session session;
	ssize_t used = 0;

	script_hello(&script, W, H);
	bytes_add(&script, "\xf8\0\0\0\x80\0\0\1\x41", 9);
	check_ends(&script, &defaults, -EPROTO, "fence of 65");
	bytes_free(&script);
	/* Asks, and never reads the answers: the output buffer is all that it can fill. */
	config.output_size = RFB_OUTPUT_MIN;
	script_hello(&script, W, H);
	for (int i = 0; i < 1000; i++)
		bytes_add(&script, "\xf8\0\0\0\x80\0\0\1\0", 9);
	session_open(&session, &config);
	used = rfb_feed(session.rfb, script.data, script.size);
	assert_int_equal(used, -ENOBUFS);
	assert_non_null(strstr(rfb_reason(session.rfb), "does not read"));
	session_close(&session);
	bytes_free(&script);
}

/* A full output buffer postpones a request; room brings it back. */
static void test_request_waits_for_room(void **state)
{
	struct rfb_config config = defaults;
	struct bytes script = { 0 }, update = { 0 };
	struct session session;
	size_t size;

	config.output_size = RFB_OUTPUT_MIN;
	script_hello(&script, W, H);
	session_open(&session, &config);
	assert_true(session_feed(&session, &script, 0) >= 0);
	while (rfb_send_key(session.rfb, 1, 0, true) == 0)
		;
	script_update(&update, 0);
	assert_true(rfb_feed(session.rfb, update.data, update.size) > 0);
	assert_non_null(rfb_output(session.rfb, &size));
	assert_true(size > RFB_OUTPUT_MIN - 10);
	rfb_output_done(session.rfb, size);
	assert_non_null(rfb_output(session.rfb, &size));
	assert_int_equal(size, 10);
	session_close(&session);
	bytes_free(&update);
	bytes_free(&script);
}

static void test_pixel_formats(void **state)
{
	static const uint8_t formats[][16] = {
		{ 24, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0 },
		{ 0 },
		{ 16, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
		{ 32, 24, 0, 1, 0, 0, 0, 255, 0, 255, 16, 8, 0 },
		{ 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 32, 8, 0 },
		{ 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 25, 8, 0 },
		{ 32, 24, 0, 1, 0, 200, 0, 255, 0, 255, 16, 8, 0 },
		{ 8, 8, 0, 1, 0, 255, 0, 255, 0, 255, 0, 0, 200 },
	};
	struct rfb_config config = defaults;

	config.pixels = RFB_PIXELS_SERVER;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		struct bytes script = { 0 };

		script_hello_format(&script, W, H, formats[i]);
		check_ends(&script, &config, -EPROTO, "pixel format");
		bytes_free(&script);
	}
}

/* Whatever happens to any one byte of a good session, the parser comes back with all, or with an error and a
 * reason. */
static void test_every_byte_flipped(void **state)
{
	struct bytes script = { 0 };

	script_hello(&script, W, H);
	script_update(&script, 4);
	script_rect(&script, 0, 0, 16, 4, 5);
	bytes_add(&script, "\x0e\1\1\1\0\2\2\2\0\1\0\x10", 12);
	script_rect(&script, 0, 0, 8, 8, 7);
	bytes_add(&script, "\x80\1\2\3", 4);
	script_rect(&script, 0, 0, 20, 20, -308);
	bytes_add(&script, "\1\0\0\0\0\0\0\0\0\0\0\0\0\x14\0\x14\0\0\0\0", 20);
	script_rect(&script, 0, 0, 2, 2, -314);
	bytes_add(&script, "\0\0\0\0\1\2\3\4\1\2\3\4\1\2\3\4\1\2\3\4", 20);
	bytes_add(&script, "\3\0\0\0\0\0\0\1x\2", 10);
	for (size_t i = 0; i < script.size; i++)
		for (int bit = 0; bit < 8; bit++) {
			struct session session;

			script.data[i] ^= (uint8_t)(1 << bit);
			session_open(&session, &defaults);
			if (session_feed(&session, &script, 0) < 0)
				assert_true(rfb_reason(session.rfb)[0] != '\0');
			session_close(&session);
			script.data[i] ^= (uint8_t)(1 << bit);
		}
	bytes_free(&script);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outside_the_screen),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_not_asked_for),
		cmocka_unit_test(test_hextile_subrects),
		cmocka_unit_test(test_zrle_tiles),
		cmocka_unit_test(test_tight),
		cmocka_unit_test(test_endless_texts),
		cmocka_unit_test(test_clipboard_bomb),
		cmocka_unit_test(test_cursors),
		cmocka_unit_test(test_fences),
		cmocka_unit_test(test_request_waits_for_room),
		cmocka_unit_test(test_pixel_formats),
		cmocka_unit_test(test_every_byte_flipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
