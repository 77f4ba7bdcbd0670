/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a SPICE server may send, and what ends its connection. Layouts are written here anew, from SPICE's own headers. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "display/spice/guard.h"

#define BYTES_MAX (64u << 20)

struct script {
	uint8_t bytes[1 << 16];
	size_t size;
};

static struct script script;

static void add(unsigned width, uint64_t value)
{
	for (unsigned i = 0; i < width; i++)
		script.bytes[script.size++] = (uint8_t)(value >> 8 * i);
}

static void add_zeros(size_t size)
{
	memset(script.bytes + script.size, 0, size);
	script.size += size;
}

static void add_reply(uint32_t error, uint32_t common_caps)
{
	memcpy(script.bytes + script.size, "REDQ", 4);
	script.size += 4;
	add(4, 2);
	add(4, 2);
	add(4, 178 + 8);
	add(4, error);
	add_zeros(162);
	add(4, 1);
	add(4, 1);
	add(4, 178);
	add(4, common_caps);
	add(4, 0);
}

/* Mini headers, choice of authentication, tickets. */
static void begin(void)
{
	script.size = 0;
	add_reply(0, 0xb);
	add(4, 0);
}

static void add_message(unsigned type, uint32_t size)
{
	add(2, type);
	add(4, size);
}

static int play(struct guard *guard, enum guard_channel channel, size_t step)
{
	int rc = 0;

	guard_init(guard, channel, BYTES_MAX);
	for (size_t at = 0; rc == 0 && at < script.size; at += step)
		rc = guard_receive(guard, script.bytes + at,
				   script.size - at < step ? script.size - at : step);
	return rc;
}

/* The same in pieces of any size. */
static void expect(enum guard_channel channel, int error)
{
	static const size_t steps[] = { 1, 2, 3, 7, 64, 1 << 16 };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct guard guard;

		assert_int_equal(play(&guard, channel, steps[i]), error);
		if (error == 0) {
			assert_true(guard_is_between(&guard));
			continue;
		}
		assert_true(strlen(guard.reason) > 10);
		/* For ever. */
		assert_int_equal(guard_receive(&guard, (const uint8_t *)"x", 1), error);
	}
}

static void add_surface(uint32_t id, uint32_t w, uint32_t h)
{
	add_message(314, 20);
	add(4, id);
	add(4, w);
	add(4, h);
	add(4, 32);
	add(4, 1);
}

static void add_copy(unsigned rects, uint32_t image_at, unsigned type, uint32_t w, uint32_t h, size_t size)
{
	size_t first;

	add_message(304, (uint32_t)size);
	first = script.size;
	add(4, 0);
	add_zeros(16);
	add(1, rects ? 1 : 0);
	if (rects) {
		add(4, rects);
		add_zeros(16 * (size_t)rects);
	}
	add(4, image_at);
	add_zeros(first + image_at - script.size);
	add(8, 1);
	add(1, type);
	add(1, 0);
	add(4, w);
	add(4, h);
	add_zeros(first + size - script.size);
}

static void add_cursor(unsigned message, unsigned flags, uint64_t id, unsigned type, unsigned w, unsigned h,
		       size_t pixels)
{
	size_t before = message == 101 ? 9 : 5;

	add_message(message, (uint32_t)(before + 2 + (flags & 1 ? 0 : 17 + pixels)));
	add_zeros(before);
	add(2, flags);
	if (flags & 1)
		return;
	add(8, id);
	add(1, type);
	add(2, w);
	add(2, h);
	add(4, 0);
	add_zeros(pixels);
}

static void test_well_behaved(void **state)
{
	begin();
	add_message(3, 8);
	add_zeros(8);
	add_surface(0, 1920, 1200);
	add_message(102, 0);
	add_copy(0, 60, 0, 64, 64, 200);
	add_copy(3, 200, 101, 1920, 1200, 400);
	add_copy(0, 60, 103, 0, 0, 200);
	add_message(315, 4);
	add(4, 0);
	add_surface(0, 3840, 2160);
	expect(GUARD_DISPLAY, 0);
	begin();
	add_cursor(101, 1, 0, 0, 0, 0, 0);
	add_cursor(103, 2, 7, 0, 32, 32, 4096);
	add_cursor(103, 4, 7, 0, 32, 32, 0);
	add_message(106, 0);
	add_message(107, 8);
	add(8, 7);
	expect(GUARD_CURSOR, 0);
	begin();
	add_message(104, 4 + 4);
	add(4, 2);
	add_zeros(4);
	add_message(4, 100);
	add_zeros(100);
	expect(GUARD_MAIN, 0);
}

static void test_greetings(void **state)
{
	script.size = 0;
	memcpy(script.bytes, "HTTP/1.1 400 Bad", 16);
	script.size = 16;
	expect(GUARD_MAIN, -EPROTO);
	script.size = 0;
	add_reply(5, 0xb);
	expect(GUARD_MAIN, -EACCES);
	script.size = 0;
	add_reply(1, 0xb);
	expect(GUARD_MAIN, -ECONNREFUSED);
	/* No mini headers; SASL alone. */
	script.size = 0;
	add_reply(0, 3);
	expect(GUARD_MAIN, -ENOTSUP);
	script.size = 0;
	add_reply(0, 0xd);
	expect(GUARD_MAIN, -EACCES);
	/* The password. */
	script.size = 0;
	add_reply(0, 0xb);
	add(4, 7);
	expect(GUARD_MAIN, -EACCES);
	/* Capabilities that lie outside, too long a greeting, another version. */
	begin();
	script.bytes[16 + 174] = 183;
	expect(GUARD_MAIN, -EPROTO);
	begin();
	script.bytes[16 + 167] = 1;
	expect(GUARD_MAIN, -EPROTO);
	begin();
	script.bytes[13] = 16;
	expect(GUARD_MAIN, -EPROTO);
	begin();
	script.bytes[4] = 1;
	expect(GUARD_MAIN, -EPROTO);
}

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
	/* All together: two of the largest, for while one takes the other's place. */
	begin();
	add_surface(0, 4096, 4096);
	add_surface(1, 4096, 4096);
	expect(GUARD_DISPLAY, 0);
	add_surface(2, 16, 16);
	expect(GUARD_DISPLAY, -EFBIG);
	begin();
	for (unsigned i = 0; i < 100; i++) {
		add_surface(i % 2, 4096, 4096);
		add_message(315, 4);
		add(4, i % 2);
	}
	expect(GUARD_DISPLAY, 0);
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
}

static void test_drawing(void **state)
{
	begin();
	add_copy(0, 60, 105, 30000, 10, 200);
	expect(GUARD_DISPLAY, -EFBIG);
	begin();
	add_copy(2, 200, 101, 16000, 16000, 300);
	expect(GUARD_DISPLAY, -EFBIG);
	/* Outside, in front, too short for what it claims. */
	begin();
	add_copy(0, 60, 0, 10, 10, 200);
	script.bytes[script.size - 200 + 21] = 190;
	expect(GUARD_DISPLAY, -EPROTO);
	begin();
	add_copy(0, 60, 0, 10, 10, 200);
	script.bytes[script.size - 200 + 21] = 4;
	expect(GUARD_DISPLAY, -EPROTO);
	begin();
	add_copy(2, 200, 0, 10, 10, 300);
	script.bytes[script.size - 300 + 24] = 0xff;
	expect(GUARD_DISPLAY, -EPROTO);
}

static void test_refused_messages(void **state)
{
	static const unsigned display[] = { 122, 123, 126, 316, 319, 320, 321 };
	static const unsigned any[] = { 1, 2, 8 };
	static const unsigned main_channel[] = { 101, 111, 116 };

	for (size_t i = 0; i < sizeof(display) / sizeof(display[0]); i++) {
		begin();
		add_message(display[i], 100);
		expect(GUARD_DISPLAY, -EPROTO);
	}
	for (size_t i = 0; i < sizeof(any) / sizeof(any[0]); i++) {
		begin();
		add_message(any[i], 100);
		expect(GUARD_CURSOR, -ENOTSUP);
	}
	for (size_t i = 0; i < sizeof(main_channel) / sizeof(main_channel[0]); i++) {
		begin();
		add_message(main_channel[i], 100);
		expect(GUARD_MAIN, -ENOTSUP);
	}
	begin();
	add_message(4, GUARD_MESSAGE_MAX + 1);
	expect(GUARD_INPUTS, -EFBIG);
	begin();
	add_message(304, 0xffffffff);
	expect(GUARD_DISPLAY, -EFBIG);
	begin();
	add_message(104, 4);
	add(4, GUARD_CHANNELS_MAX + 1);
	expect(GUARD_MAIN, -EPROTO);
}

static void test_cursors(void **state)
{
	begin();
	add_cursor(103, 0, 1, 0, 513, 1, 0);
	expect(GUARD_CURSOR, -EFBIG);
	begin();
	add_cursor(101, 0, 1, 0, 65535, 65535, 0);
	expect(GUARD_CURSOR, -EFBIG);
	/* Fewer pixels than it has, of each type. */
	for (unsigned type = 0; type < 8; type++) {
		begin();
		add_cursor(103, 0, 1, type, 33, 17, 100);
		expect(GUARD_CURSOR, -EPROTO);
	}
	begin();
	add_cursor(103, 0, 1, 1, 33, 17, 170);
	expect(GUARD_CURSOR, 0);
	/* Kept ones are counted, and forgotten as the server says. */
	begin();
	for (unsigned i = 0; i < GUARD_CURSORS_MAX; i++)
		add_cursor(103, 2, i, 0, 1, 1, 4);
	add_cursor(103, 2, 5, 0, 1, 1, 4);
	expect(GUARD_CURSOR, 0);
	add_message(107, 8);
	add(8, 17);
	add_cursor(103, 2, 100000, 0, 1, 1, 4);
	expect(GUARD_CURSOR, 0);
	add_cursor(103, 2, 100001, 0, 1, 1, 4);
	expect(GUARD_CURSOR, -EFBIG);
}

static void add_agent(uint32_t size, const uint8_t *data, size_t data_size)
{
	add(4, 1);
	add(4, 4);
	add(8, 0);
	add(4, size);
	if (data_size > 0)
		memcpy(script.bytes + script.size, data, data_size);
	script.size += data_size;
}

static void test_agent(void **state)
{
	static const uint8_t text[64];

	/* Two messages of the agent across three of the channel. */
	begin();
	add_message(109, 10 + 20 + 30);
	add_agent(40, text, 40);
	add_message(109, 20 + 30);
	add_agent(40, text, 30);
	add_message(109, 10 + 5);
	add_zeros(10);
	add(4, 1);
	add(1, 4);
	add_message(109, 15);
	add_zeros(3 + 8 + 4);
	expect(GUARD_MAIN, 0);
	begin();
	add_message(109, 20);
	add_agent(GUARD_TEXT_MAX + 1, NULL, 0);
	expect(GUARD_MAIN, -EFBIG);
	/* A new agent begins anew, whatever the old one left undone. */
	begin();
	add_message(109, 20);
	add_agent(GUARD_TEXT_MAX, NULL, 0);
	add_message(107, 0);
	add_message(109, 20);
	add_agent(GUARD_TEXT_MAX + 1, NULL, 0);
	expect(GUARD_MAIN, -EFBIG);
}

static uint32_t get(const uint8_t *p)
{
	return (uint32_t)(p[0] | p[1] << 8 | p[2] << 16) | (uint32_t)p[3] << 24;
}

static void check_request(enum guard_channel channel, uint32_t want, size_t step)
{
	struct guard guard;
	const uint8_t *out;
	size_t sent = 0;

	guard_init(&guard, channel, BYTES_MAX);
	for (size_t at = 0; at < script.size; at += step) {
		assert_int_equal(sent, 0);
		sent = guard_send(&guard, script.bytes + at,
				  script.size - at < step ? script.size - at : step, &out);
	}
	assert_int_equal(sent, script.size);
	assert_memory_equal(out, script.bytes, script.size - 4);
	assert_int_equal(get(out + script.size - 4), want);
	/* Later bytes are not touched. */
	assert_int_equal(guard_send(&guard, script.bytes, 5, &out), 5);
	assert_ptr_equal(out, script.bytes);
}

static void test_our_capabilities(void **state)
{
	script.size = 0;
	memcpy(script.bytes, "REDQ", 4);
	script.size = 4;
	add(4, 2);
	add(4, 2);
	add(4, 18 + 8);
	add(4, 0);
	add(2, 2);
	add(4, 1);
	add(4, 1);
	add(4, 18);
	add(4, 0xb);
	add(4, 0xffffffff);
	for (size_t step = 1; step < 64; step++) {
		/* Without GL (7), video (0, 4, 9, 10, 11, 13, 14). */
		check_request(GUARD_DISPLAY, 0xffffffff & ~0x6e91u, step);
		check_request(GUARD_MAIN, 0xffffffff, step);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_well_behaved),
		cmocka_unit_test(test_greetings),
		cmocka_unit_test(test_surfaces),
		cmocka_unit_test(test_drawing),
		cmocka_unit_test(test_refused_messages),
		cmocka_unit_test(test_cursors),
		cmocka_unit_test(test_agent),
		cmocka_unit_test(test_our_capabilities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
