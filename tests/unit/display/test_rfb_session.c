/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handshakes of every version and security type, and each message and pseudo-encoding outside the pixels. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/display/rfb_script.h"

static const struct rfb_config defaults = { .wishes = { .encodings = { RFB_RAW },
							.count = 1,
							.jpeg_quality = -1,
							.compression = -1,
							.continuous = true } };

static void server_init(struct bytes *bytes)
{
	static const uint8_t format[16] = { 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0 };

	bytes_u16(bytes, 8);
	bytes_u16(bytes, 6);
	bytes_add(bytes, format, 16);
	bytes_u32(bytes, 2);
	bytes_add(bytes, "hi", 2);
}

/* Feeds in whole and byte by byte; both must end in the same phase with the same words sent. */
static void check_handshake(const struct bytes *script, const struct rfb_config *config, enum rfb_phase phase,
			    int error, const char *said, size_t said_size)
{
	for (size_t piece = 0; piece < 2; piece++) {
		struct session session;
		ssize_t used;

		session_open(&session, config);
		used = session_feed(&session, script, piece);
		if (error)
			assert_int_equal(used, error);
		if (rfb_phase(session.rfb) != phase)
			fail_msg("phase %d: %s", (int)rfb_phase(session.rfb), rfb_reason(session.rfb));
		assert_true((rfb_reason(session.rfb)[0] != '\0') == (error != 0));
		assert_true(session.sent.size >= said_size);
		assert_memory_equal(session.sent.data, said, said_size);
		session_close(&session);
	}
}

static void test_version_3_3(void **state)
{
	struct bytes script = { 0 };

	bytes_add(&script, "RFB 003.003\n", 12);
	bytes_u32(&script, 1);
	server_init(&script);
	check_handshake(&script, &defaults, RFB_PHASE_RUNNING, 0, "RFB 003.003\n\1\0", 14);
	bytes_free(&script);
	/* A misreported 3.5 is 3.3, says the protocol. */
	bytes_add(&script, "RFB 003.005\n", 12);
	bytes_u32(&script, 1);
	server_init(&script);
	check_handshake(&script, &defaults, RFB_PHASE_RUNNING, 0, "RFB 003.003\n\1\0", 14);
	bytes_free(&script);
}

static void test_version_3_7(void **state)
{
	struct bytes script = { 0 };

	bytes_add(&script, "RFB 003.007\n", 12);
	bytes_u16(&script, 0x0101);
	server_init(&script);
	check_handshake(&script, &defaults, RFB_PHASE_RUNNING, 0, "RFB 003.007\n\1\1\0", 15);
	bytes_free(&script);
}

static void test_version_later(void **state)
{
	static const char *const greetings[] = { "RFB 003.008\n", "RFB 003.889\n", "RFB 004.001\n" };

	for (int i = 0; i < 3; i++) {
		struct bytes script = { 0 };

		bytes_add(&script, greetings[i], 12);
		bytes_u16(&script, 0x0101);
		bytes_u32(&script, 0);
		server_init(&script);
		check_handshake(&script, &defaults, RFB_PHASE_RUNNING, 0, "RFB 003.008\n\1\1\0", 15);
		bytes_free(&script);
	}
}

static void test_not_vnc(void **state)
{
	static const char *const greetings[] = { "SSH-2.0-Open",  "HTTP/1.0 400",  "RFB 002.000\n",
						 "RFB 000.000\n", "RFB 003.0x8\n", "RFB 003.008 " };

	for (size_t i = 0; i < sizeof(greetings) / sizeof(greetings[0]); i++) {
		struct bytes script = { 0 };

		bytes_add(&script, greetings[i], 12);
		check_handshake(&script, &defaults, RFB_PHASE_FAILED, -EPROTO, "", 0);
		bytes_free(&script);
	}
}

/* The answer was computed with OpenSSL's DES. */
static void test_vnc_password(void **state)
{
	static const uint8_t challenge[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };
	static const uint8_t answer[16] = { 0xad, 0xcd, 0x99, 0x7f, 0x8e, 0x16, 0xfe, 0xe5,
					    0x75, 0xe9, 0x73, 0xf9, 0x3c, 0x2b, 0x62, 0xb4 };
	struct rfb_config config = defaults;
	struct bytes script = { 0 };
	struct session session;

	config.password = "secret12 and what follows does not count";
	bytes_add(&script, "RFB 003.008\n", 12);
	bytes_add(&script, "\2\1\2", 3);
	bytes_add(&script, challenge, 16);
	session_open(&session, &config);
	assert_true(session_feed(&session, &script, 1) >= 0);
	if (rfb_phase(session.rfb) == RFB_PHASE_FAILED)
		skip();
	assert_int_equal(session.sent.data[12], 2);
	assert_int_equal(session.sent.size, 12 + 1 + 16);
	assert_memory_equal(session.sent.data + 13, answer, 16);
	assert_int_equal(rfb_phase(session.rfb), RFB_PHASE_AUTHENTICATION);
	bytes_free(&script);
	bytes_u32(&script, 1);
	bytes_u32(&script, 5);
	bytes_add(&script, "no\033[m", 5);
	assert_int_equal(session_feed(&session, &script, 0), -EACCES);
	assert_non_null(strstr(rfb_reason(session.rfb), "no [m"));
	session_close(&session);
	bytes_free(&script);
}

static void test_refusals(void **state)
{
	struct bytes script = { 0 };

	bytes_add(&script, "RFB 003.008\n\0", 13);
	bytes_u32(&script, 4);
	bytes_add(&script, "full", 4);
	check_handshake(&script, &defaults, RFB_PHASE_FAILED, -ECONNREFUSED, "", 0);
	bytes_free(&script);
	/* An endless reason is cut, not waited for. */
	bytes_add(&script, "RFB 003.008\n\0\xff\xff\xff\xff", 17);
	for (int i = 0; i < RFB_REASON_MAX; i++)
		bytes_u8(&script, 'x');
	check_handshake(&script, &defaults, RFB_PHASE_FAILED, -ECONNREFUSED, "", 0);
	bytes_free(&script);
	bytes_add(&script, "RFB 003.008\n\2\5\6", 15);
	check_handshake(&script, &defaults, RFB_PHASE_FAILED, -EACCES, "", 0);
	bytes_free(&script);
	bytes_add(&script, "RFB 003.008\n\1\2", 14);
	check_handshake(&script, &defaults, RFB_PHASE_FAILED, -EACCES, "", 0);
	bytes_free(&script);
}

static void script_vencrypt(struct bytes *script, uint32_t a, uint32_t b)
{
	bytes_add(script, "RFB 003.008\n\2\1\x13\0\2\0\2", 19);
	bytes_u32(script, a);
	bytes_u32(script, b);
}

static void test_vencrypt(void **state)
{
	struct rfb_config config = defaults;
	struct bytes script = { 0 }, rest = { 0 };
	struct session session;

	config.password = "x";
	script_vencrypt(&script, 258, 261);
	bytes_u8(&script, 1);
	bytes_add(&script, "\x16\x03\x03", 3);
	session_open(&session, &config);
	/* All but the three bytes of TLS are taken. */
	assert_int_equal(rfb_feed(session.rfb, script.data, script.size), (ssize_t)script.size - 3);
	assert_int_equal(session.events[RFB_EVENT_START_TLS], 1);
	assert_true(session.last[RFB_EVENT_START_TLS].u.x509);
	assert_int_equal(rfb_phase(session.rfb), RFB_PHASE_TLS);
	assert_int_equal(rfb_feed(session.rfb, script.data, 3), 0);
	rfb_tls_ready(session.rfb);
	for (int i = 0; i < 16; i++)
		bytes_u8(&rest, (unsigned)i);
	bytes_u32(&rest, 0);
	server_init(&rest);
	assert_true(session_feed(&session, &rest, 1) >= 0);
	assert_int_equal(rfb_phase(session.rfb), RFB_PHASE_RUNNING);
	assert_true(session_said(&session, "\x13\0\2\0\0\1\x05", 7));
	session_close(&session);
	bytes_free(&rest);
	bytes_free(&script);
}

static void test_vencrypt_plain(void **state)
{
	struct rfb_config config = defaults;
	struct bytes script = { 0 };

	config.username = "me";
	config.password = "pw";
	config.security = RFB_ALLOW_PLAIN;
	script_vencrypt(&script, 256, 999);
	bytes_u32(&script, 0);
	server_init(&script);
	check_handshake(&script, &config, RFB_PHASE_RUNNING, 0,
			"RFB 003.008\n\x13\0\2\0\0\1\0\0\0\0\2\0\0\0\2mepw\1", 32);
	/* Without leave it is not given to anybody in the clear. */
	config.security = 0;
	check_handshake(&script, &config, RFB_PHASE_FAILED, -EACCES, "", 0);
	bytes_free(&script);
}

static void test_vencrypt_refused(void **state)
{
	static const char *const scripts[] = { "\2\1\x13\0\1", "\2\1\x13\0\2\1", "\2\1\x13\0\2\0\0",
					       "\2\1\x13\0\2\0\1\0\0\1\1\0" };
	static const size_t sizes[] = { 5, 6, 7, 12 };
	static const int errors[] = { -EPROTO, -EPROTO, -EPROTO, -ECONNREFUSED };

	for (int i = 0; i < 4; i++) {
		struct bytes script = { 0 };

		bytes_add(&script, "RFB 003.008\n", 12);
		bytes_add(&script, scripts[i], sizes[i]);
		check_handshake(&script, &defaults, RFB_PHASE_FAILED, errors[i], "", 0);
		bytes_free(&script);
	}
}

/* Opens a running session of 40x30 and forgets what was said so far. */
static void session_start(struct session *session)
{
	struct bytes script = { 0 };

	session_open(session, &defaults);
	script_hello(&script, 40, 30);
	assert_true(session_feed(session, &script, 0) >= 0);
	assert_int_equal(rfb_phase(session->rfb), RFB_PHASE_RUNNING);
	session->sent.size = 0;
	damage_clear(&session->frame.damage);
	bytes_free(&script);
}

static void feed_all(struct session *session, struct bytes *script)
{
	if (session_feed(session, script, 1) < 0)
		fail_msg("%s", rfb_reason(session->rfb));
	bytes_free(script);
}

static void test_requests_follow_updates(void **state)
{
	struct bytes script = { 0 };
	struct session session;

	session_start(&session);
	script_update(&script, 0);
	feed_all(&session, &script);
	assert_int_equal(session.sent.size, 10);
	assert_memory_equal(session.sent.data, "\3\1\0\0\0\0\0\x28\0\x1e", 10);
	assert_int_equal(rfb_set_updates(session.rfb, false), 0);
	script_update(&script, 0);
	feed_all(&session, &script);
	assert_int_equal(session.sent.size, 10);
	assert_int_equal(rfb_set_updates(session.rfb, true), 0);
	script_update(&script, 0);
	feed_all(&session, &script);
	assert_int_equal(session.sent.size, 30);
	session_close(&session);
}

static void test_continuous(void **state)
{
	struct bytes script = { 0 };
	struct session session;

	session_start(&session);
	bytes_u8(&script, 150);
	feed_all(&session, &script);
	assert_true(rfb_features(session.rfb).continuous);
	assert_memory_equal(session.sent.data, "\x96\1\0\0\0\0\0\x28\0\x1e", 10);
	script_update(&script, 0);
	feed_all(&session, &script);
	assert_int_equal(session.sent.size, 10);
	/* A new size needs a new area; the end of it all needs requests. */
	script_update(&script, 1);
	script_rect(&script, 0, 0, 20, 10, -223);
	feed_all(&session, &script);
	assert_int_equal(session.sent.size, 20);
	assert_memory_equal(session.sent.data + 10, "\x96\1\0\0\0\0\0\x14\0\x0a", 10);
	bytes_u8(&script, 150);
	feed_all(&session, &script);
	assert_memory_equal(session.sent.data + 20, "\3\1\0\0\0\0\0\x14\0\x0a", 10);
	session_close(&session);
}

static void test_fence(void **state)
{
	struct bytes script = { 0 };
	struct session session;

	session_start(&session);
	assert_int_equal(rfb_send_fence(session.rfb, (const uint8_t *)"a", 1), -ENOTSUP);
	bytes_add(&script, "\xf8\0\0\0\x80\0\0\7\3xyz", 12);
	feed_all(&session, &script);
	assert_int_equal(session.sent.size, 12);
	assert_memory_equal(session.sent.data, "\xf8\0\0\0\0\0\0\3\3xyz", 12);
	assert_int_equal(rfb_send_fence(session.rfb, (const uint8_t *)"ab", 2), 0);
	bytes_add(&script, "\xf8\0\0\0\0\0\0\1\2ab\xf8\0\0\0\x80\0\0\0\0", 20);
	feed_all(&session, &script);
	assert_int_equal(session.events[RFB_EVENT_FENCE], 1);
	assert_memory_equal(session.fence, "ab", 2);
	assert_int_equal(session.last[RFB_EVENT_FENCE].u.fence.size, 2);
	session_close(&session);
}

static void test_cursor(void **state)
{
	/* As this machine has them, which is what we ask for. */
	static const uint32_t native[] = { 0x030201, 0x060504, 0x090807, 0x0c0b0a };
	struct bytes script = { 0 };
	struct session session;

	session_start(&session);
	script_update(&script, 3);
	script_rect(&script, 9, 1, 2, 2, -239);
	bytes_add(&script, native, sizeof(native));
	bytes_add(&script, "\x80\x40", 2);
	script_rect(&script, 0, 0, 2, 1, -314);
	bytes_u32(&script, 0);
	bytes_add(&script, "\x40\x20\0\x80\0\0\0\0", 8);
	script_rect(&script, 7, 7, 0, 5, -239);
	feed_all(&session, &script);
	assert_int_equal(session.events[RFB_EVENT_CURSOR], 3);
	assert_int_equal(session.last[RFB_EVENT_CURSOR].u.cursor.w, 0);
	assert_true(session.cursor[0] == 0x80804000u);
	assert_int_equal(session.cursor[1] >> 24, 0);
	script_update(&script, 1);
	script_rect(&script, 9, 1, 2, 2, -239);
	bytes_add(&script, native, sizeof(native));
	bytes_add(&script, "\x80\x40", 2);
	feed_all(&session, &script);
	assert_true(session.cursor[0] == 0xff030201u);
	assert_int_equal(session.cursor[1], 0);
	assert_true(session.cursor[3] == 0xff0c0b0au);
	assert_int_equal(session.last[RFB_EVENT_CURSOR].u.cursor.hot_x, 1);
	session_close(&session);
}

/* QEMU's cursors: blue first, and not multiplied in its older versions. */
static void test_cursor_of_qemu(void **state)
{
	struct bytes script = { 0 };
	struct session session;

	session_start(&session);
	script_update(&script, 2);
	script_rect(&script, 0, 0, 0, 0, -307);
	bytes_u32(&script, 8);
	bytes_add(&script, "QEMU (x)", 8);
	script_rect(&script, 0, 0, 2, 1, -314);
	bytes_u32(&script, 0);
	bytes_add(&script, "\x40\x20\xff\x80\1\2\3\xff", 8);
	feed_all(&session, &script);
	assert_true(session.cursor[0] == 0x80ff2040u);
	assert_true(session.cursor[1] == 0xff030201u);
	session_close(&session);
}

static void test_desktop_sizes(void **state)
{
	const struct rfb_screen *screens;
	struct bytes script = { 0 };
	struct session session;

	session_start(&session);
	assert_int_equal(rfb_send_desktop_size(session.rfb, 50, 40), -ENOTSUP);
	/* QEMU: one screen with the id 0. */
	script_update(&script, 1);
	script_rect(&script, 0, 0, 64, 48, -308);
	bytes_u32(&script, 0x01000000);
	bytes_u32(&script, 0);
	bytes_u32(&script, 0);
	bytes_u32(&script, 64 << 16 | 48);
	bytes_u32(&script, 5);
	feed_all(&session, &script);
	assert_int_equal(session.frame.surface.width, 64);
	assert_int_equal(session.events[RFB_EVENT_RESIZE], 1);
	assert_int_equal(rfb_screens(session.rfb, &screens), 1);
	assert_int_equal(screens[0].h, 48);
	session.sent.size = 0;
	assert_int_equal(rfb_send_desktop_size(session.rfb, 50, 40), 0);
	/* Refused: nothing changes, whatever the other fields say. */
	script_update(&script, 1);
	script_rect(&script, 1, 3, 9, 9, -308);
	bytes_u32(&script, 0);
	feed_all(&session, &script);
	assert_memory_equal(session.sent.data, "\xfb\0\0\x32\0\x28\1\0\0\0\0\0\0\0\0\0\0\x32\0\x28\0\0\0\5",
			    24);
	assert_int_equal(session.events[RFB_EVENT_RESIZE_REFUSED], 1);
	assert_int_equal(session.last[RFB_EVENT_RESIZE_REFUSED].u.status, 3);
	assert_int_equal(session.frame.surface.width, 64);
	assert_int_equal(rfb_screens(session.rfb, &screens), 1);
	session_close(&session);
}

static void test_many_mode_changes(void **state)
{
	struct session session;

	session_start(&session);
	for (int i = 0; i < 1000; i++) {
		struct bytes script = { 0 };

		script_update(&script, 1);
		script_rect(&script, 0, 0, 100 + i % 7 * 100, 100 + i % 5 * 100, i % 2 ? -223 : -308);
		if (i % 2 == 0)
			bytes_u32(&script, 0);
		feed_all(&session, &script);
	}
	assert_int_equal(rfb_phase(session.rfb), RFB_PHASE_RUNNING);
	session_close(&session);
}

static void test_qemu(void **state)
{
	struct bytes script = { 0 };
	struct session session;

	session_start(&session);
	assert_int_equal(rfb_send_key(session.rfb, 0x61, 0x1e, true), 0);
	script_update(&script, 4);
	script_rect(&script, 0, 0, 40, 30, -258);
	script_rect(&script, 1, 0, 40, 30, -257);
	script_rect(&script, 0, 0, 0, 0, -261);
	bytes_u8(&script, 6);
	script_rect(&script, 0, 0, 0, 0, 0x574d5668);
	bytes_u32(&script, 0xffffff05);
	feed_all(&session, &script);
	assert_memory_equal(session.sent.data, "\4\1\0\0\0\0\0\x61", 8);
	assert_true(rfb_features(session.rfb).key_codes);
	assert_true(session.last[RFB_EVENT_POINTER_MODE].u.absolute);
	assert_int_equal(session.events[RFB_EVENT_LEDS], 2);
	assert_int_equal(session.last[RFB_EVENT_LEDS].u.leds, RFB_LED_SCROLL | RFB_LED_CAPS);
	session.sent.size = 0;
	assert_int_equal(rfb_send_key(session.rfb, 0xffe4, 0x9d, false), 0);
	assert_int_equal(rfb_send_pointer(session.rfb, 500, -3, 5), 0);
	assert_int_equal(rfb_send_motion(session.rfb, -1, 1, 0), 0);
	script_update(&script, 0);
	feed_all(&session, &script);
	assert_memory_equal(session.sent.data,
			    "\xff\0\0\0\0\0\xff\xe4\0\0\0\x9d\5\5\0\x27\0\0\5\0\x7f\xfe\x80\0", 24);
	session_close(&session);
}

static void test_cut_text(void **state)
{
	struct bytes script = { 0 };
	struct session session;

	session_start(&session);
	bytes_add(&script, "\3\0\0\0\0\0\0\6a\xe9\0\r\n\t", 14);
	feed_all(&session, &script);
	assert_int_equal(session.text_size, 5);
	assert_memory_equal(session.text, "a\xc3\xa9\n\t", 5);
	assert_int_equal(rfb_send_text(session.rfb, "\xc3\xa9\xe2\x82\xac\n", 6), 0);
	script_update(&script, 0);
	feed_all(&session, &script);
	assert_memory_equal(session.sent.data, "\6\0\0\0\0\0\0\3\xe9?\n", 11);
	session_close(&session);
}

static void extended(struct bytes *script, uint32_t flags, const struct bytes *data)
{
	bytes_add(script, "\3\0\0\0", 4);
	bytes_u32(script, 0u - (uint32_t)(4 + data->size));
	bytes_u32(script, flags);
	bytes_add(script, data->data, data->size);
}

static void provide(struct bytes *script, const char *text, uint32_t claimed, size_t size)
{
	struct bytes plain = { 0 }, packed = { 0 };
	z_stream z = { 0 };

	bytes_u32(&plain, claimed);
	bytes_add(&plain, text, size);
	deflateInit(&z, 9);
	script_deflate(&packed, &z, &plain);
	deflateEnd(&z);
	extended(script, 1u << 28 | 1, &packed);
	bytes_free(&packed);
	bytes_free(&plain);
}

static void test_extended_clipboard(void **state)
{
	struct bytes script = { 0 }, none = { 0 }, sizes = { 0 };
	struct session session;

	session_start(&session);
	assert_int_equal(rfb_offer_text(session.rfb), -ENOTSUP);
	bytes_u32(&sizes, 1000);
	extended(&script, 0x1f000001, &sizes);
	extended(&script, 1u << 27 | 1, &none);
	extended(&script, 1u << 26, &none);
	provide(&script, "gr\xc3\xbc\xc3\x9f\r\nx\xff", 9 + 1, 10);
	extended(&script, 1u << 25 | 1, &none);
	feed_all(&session, &script);
	assert_true(rfb_features(session.rfb).clipboard_utf8);
	assert_memory_equal(session.sent.data, "\6\0\0\0\xff\xff\xff\xf8\x1f\0\0\1\0\0\0\0", 16);
	assert_memory_equal(session.sent.data + 16, "\6\0\0\0\xff\xff\xff\xfc\2\0\0\1", 12);
	assert_memory_equal(session.sent.data + 28, "\6\0\0\0\xff\xff\xff\xfc\x08\0\0\0", 12);
	assert_int_equal(session.text_size, 9);
	assert_memory_equal(session.text, "gr\xc3\xbc\xc3\x9f\nx?", 9);
	assert_int_equal(session.events[RFB_EVENT_TEXT_WANTED], 1);
	session.sent.size = 0;
	assert_int_equal(rfb_offer_text(session.rfb), 0);
	assert_int_equal(rfb_send_text(session.rfb, "a\nb", 3), 0);
	script_update(&script, 0);
	feed_all(&session, &script);
	assert_memory_equal(session.sent.data, "\6\0\0\0\xff\xff\xff\xfc\x08\0\0\1", 12);
	{
		uint8_t plain[64];
		z_stream stream = { .next_out = plain, .avail_out = sizeof(plain) };
		uint32_t length =
			0u - ((uint32_t)session.sent.data[16] << 24 | (uint32_t)session.sent.data[17] << 16 |
			      (uint32_t)session.sent.data[18] << 8 | session.sent.data[19]);

		assert_memory_equal(session.sent.data + 20, "\x10\0\0\1", 4);
		/* All of it is there, and it does not end: libvncserver takes an end for an error. */
		stream.next_in = session.sent.data + 24;
		stream.avail_in = length - 4;
		assert_int_equal(inflateInit(&stream), Z_OK);
		assert_int_equal(inflate(&stream, Z_SYNC_FLUSH), Z_OK);
		assert_int_equal(stream.avail_in, 0);
		assert_int_equal(sizeof(plain) - stream.avail_out, 9);
		inflateEnd(&stream);
		assert_memory_equal(plain, "\0\0\0\5a\r\nb\0", 9);
	}
	bytes_free(&sizes);
	session_close(&session);
}

static void test_bell_and_name(void **state)
{
	struct bytes script = { 0 };
	struct session session;

	session_start(&session);
	assert_string_equal(rfb_name(session.rfb), "test");
	bytes_u8(&script, 2);
	script_update(&script, 1);
	script_rect(&script, 0, 0, 0, 0, -307);
	bytes_u32(&script, 300);
	bytes_add(&script,
		  "\033]0;x\a\xe2\x80\xae\xff"
		  "name",
		  14);
	for (int i = 14; i < 300; i++)
		bytes_u8(&script, 'n');
	feed_all(&session, &script);
	assert_int_equal(session.events[RFB_EVENT_BELL], 1);
	assert_int_equal(session.events[RFB_EVENT_NAME], 1);
	assert_memory_equal(rfb_name(session.rfb), " ]0;x  ?name", 12);
	assert_int_equal(strlen(rfb_name(session.rfb)), RFB_NAME_MAX - 1);
	session_close(&session);
}

static void test_wishes_and_ping(void **state)
{
	struct rfb_wishes wishes = rfb_wishes_slow;
	struct bytes script = { 0 };
	struct session session;

	session_start(&session);
	assert_int_equal(rfb_ping(session.rfb), 0);
	wishes.jpeg_quality = 3;
	wishes.compression = 9;
	assert_int_equal(rfb_set_wishes(session.rfb, &wishes), 0);
	script_update(&script, 0);
	feed_all(&session, &script);
	assert_memory_equal(session.sent.data, "\3\0\0\0\0\0\0\1\0\1", 10);
	assert_true(session_said(&session, "\xff\xff\xff\x09", 4));
	wishes.count = RFB_WISHES_MAX + 1;
	assert_int_equal(rfb_set_wishes(session.rfb, &wishes), -EINVAL);
	session_close(&session);
}

static void test_bad_config(void **state)
{
	static uint8_t output[RFB_OUTPUT_MIN];
	struct frame frame;
	struct rfb_config config = { .frame = &frame, .output = output, .output_size = sizeof(output) };
	struct rfb *rfb = NULL;

	frame_init(&frame, 0);
	assert_int_equal(rfb_create(&rfb, &config), -EINVAL);
	rfb_destroy(NULL);
	assert_null(rfb);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version_3_3),
		cmocka_unit_test(test_version_3_7),
		cmocka_unit_test(test_version_later),
		cmocka_unit_test(test_not_vnc),
		cmocka_unit_test(test_vnc_password),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_vencrypt),
		cmocka_unit_test(test_vencrypt_plain),
		cmocka_unit_test(test_vencrypt_refused),
		cmocka_unit_test(test_requests_follow_updates),
		cmocka_unit_test(test_continuous),
		cmocka_unit_test(test_fence),
		cmocka_unit_test(test_cursor),
		cmocka_unit_test(test_cursor_of_qemu),
		cmocka_unit_test(test_desktop_sizes),
		cmocka_unit_test(test_many_mode_changes),
		cmocka_unit_test(test_qemu),
		cmocka_unit_test(test_cut_text),
		cmocka_unit_test(test_extended_clipboard),
		cmocka_unit_test(test_bell_and_name),
		cmocka_unit_test(test_wishes_and_ping),
		cmocka_unit_test(test_bad_config),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
