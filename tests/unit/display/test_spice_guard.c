/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a SPICE server may send, and what ends its connection: greetings, cursors, the agent; what we send. Drawings: test_spice_draw.c. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "tests/unit/display/spice_script.h"

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

/* It says what it can: 0xffffffff of it, without sound (11) as it is passed on, whatever way it is cut. */
static void test_an_agent_is_silent(void **state)
{
	static struct guard guard;

	for (size_t step = 1; step < 40; step++) {
		size_t at;

		begin();
		add_message(109, 20 + 8);
		add(4, 1);
		add(4, 6);
		add(8, 0);
		add(4, 8);
		add(4, 1);
		at = script.size;
		add(4, 0xffffffff);
		add_message(109, 20 + 8);
		add(4, 1);
		add(4, 7);
		add(8, 0);
		add(4, 8);
		add(8, ~0ull);
		assert_int_equal(play(&guard, GUARD_MAIN, step), 0);
		guard_finish(&guard);
		assert_int_equal(get32_at(script.bytes + at), 0xffffffff & ~(1u << 11));
		/* No other message is touched. */
		assert_int_equal(get32_at(script.bytes + script.size - 8), 0xffffffff);
		assert_int_equal(get32_at(script.bytes + script.size - 4), 0xffffffff);
	}
}

/* A message of ours to the agent. */
static void add_to_agent(unsigned type, uint32_t size)
{
	add_message(107, 20 + size);
	add(4, 1);
	add(4, type);
	add(8, 0);
	add(4, size);
}

static void add_monitors(uint32_t count, uint32_t flags, bool millimetres)
{
	add_to_agent(2, 8 + count * (millimetres ? 24 : 20));
	add(4, count);
	add(4, flags);
	for (uint32_t i = 0; i < count * 5; i++)
		add(4, 1000 + i);
	for (uint32_t i = 0; millimetres && i < count; i++)
		add(4, 0x00c80100);
}

/* After the greetings, both ways. */
static void begin_sending(struct guard *guard, enum guard_channel channel)
{
	static const uint8_t greeting[16 + 18] = { 'R', 'E', 'D', 'Q', 2, 0, 0, 0, 2, 0, 0, 0, 18 };
	uint8_t out[64 + GUARD_LINK_MAX];

	begin();
	assert_int_equal(play(guard, channel, 7), 0);
	assert_int_equal(guard_send(guard, greeting, sizeof(greeting), out), sizeof(greeting));
	script.size = 0;
}

static void expect_sent(enum guard_channel channel, const struct script *want, size_t step)
{
	static struct guard guard;
	static struct script given, sent, wanted;

	given = script;
	wanted = *want;
	begin_sending(&guard, channel);
	sent.size = 0;
	for (size_t at = 0; at < given.size; at += step)
		sent.size +=
			guard_send(&guard, given.bytes + at, given.size - at < step ? given.size - at : step,
				   sent.bytes + sent.size);
	assert_int_equal(sent.size, wanted.size);
	assert_memory_equal(sent.bytes, wanted.bytes, wanted.size);
	script = given;
	guard_finish(&guard);
}

static void test_sizes_go_without_millimetres(void **state)
{
	static struct script want;

	for (size_t step = 1; step < 200; step += step < 50 ? 1 : 37) {
		script.size = 0;
		add_message(104, 0);
		add_monitors(1, 1, false);
		add_monitors(16, 0, false);
		add_message(3, 12);
		add_zeros(12);
		want = script;
		script.size = 0;
		add_message(104, 0);
		add_monitors(1, 1 | 2, true);
		add_monitors(16, 2, true);
		add_message(3, 12);
		add_zeros(12);
		expect_sent(GUARD_MAIN, &want, step);
		/* Somebody else's messages of that number are not the agent's. */
		expect_sent(GUARD_DISPLAY, &script, step);
	}
}

/* All else goes as it is: other messages, those that are cut, such as say something else than they hold. */
static void test_what_is_sent_is_left_alone(void **state)
{
	for (size_t step = 1; step < 200; step += step < 50 ? 1 : 37) {
		script.size = 0;
		add_monitors(1, 1, false);
		add_to_agent(4, 3);
		add_zeros(3);
		/* One of two pieces; in the second one is what looks like a size with millimetres. */
		add_message(107, 20 + 10);
		add(4, 1);
		add(4, 4);
		add(8, 0);
		add(4, 10 + 52);
		add_zeros(10);
		add_message(107, 52);
		add(4, 1);
		add(4, 2);
		add(8, 0);
		add(4, 32);
		add(4, 1);
		add(4, 2);
		add_zeros(24);
		add_monitors(1, 0, false);
		add_message(107, 0);
		add_monitors(2, 2, false);
		add_message(107, 20 + 8);
		add(4, 1);
		add(4, 2);
		add(8, 0);
		add(4, 8);
		add(4, 0x10000000);
		add(4, 2);
		expect_sent(GUARD_MAIN, &script, step);
	}
}

static void check_request(enum guard_channel channel, uint32_t want, size_t step)
{
	static struct guard guard;
	uint8_t out[64 + GUARD_LINK_MAX];
	size_t sent = 0;

	guard_init(&guard, channel, BYTES_MAX);
	for (size_t at = 0; at < script.size; at += step) {
		assert_int_equal(sent, 0);
		sent = guard_send(&guard, script.bytes + at,
				  script.size - at < step ? script.size - at : step, out);
	}
	assert_int_equal(sent, script.size);
	assert_memory_equal(out, script.bytes, script.size - 4);
	assert_int_equal(get32_at(out + script.size - 4), want);
	/* What follows is the ticket, and passes. */
	assert_int_equal(guard_send(&guard, script.bytes, 5, out), 5);
	assert_memory_equal(out, script.bytes, 5);
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
		cmocka_unit_test(test_refused_messages),
		cmocka_unit_test(test_cursors),
		cmocka_unit_test(test_agent),
		cmocka_unit_test(test_an_agent_is_silent),
		cmocka_unit_test(test_sizes_go_without_millimetres),
		cmocka_unit_test(test_what_is_sent_is_left_alone),
		cmocka_unit_test(test_our_capabilities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
