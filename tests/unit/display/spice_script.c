/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/display/spice_script.h"

#include <string.h>

struct script script;

void add(unsigned width, uint64_t value)
{
	for (unsigned i = 0; i < width; i++)
		script.bytes[script.size++] = (uint8_t)(value >> 8 * i);
}

void add_zeros(size_t size)
{
	memset(script.bytes + script.size, 0, size);
	script.size += size;
}

void set32(size_t at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		script.bytes[at + i] = (uint8_t)(value >> 8 * i);
}

uint32_t get32_at(const uint8_t *p)
{
	return (uint32_t)(p[0] | p[1] << 8 | p[2] << 16) | (uint32_t)p[3] << 24;
}

void add_reply(uint32_t error, uint32_t common_caps)
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

void begin(void)
{
	script.size = 0;
	add_reply(0, 0xb);
	add(4, 0);
}

void add_message(unsigned type, uint32_t size)
{
	add(2, type);
	add(4, size);
}

int play(struct guard *guard, enum guard_channel channel, size_t step)
{
	int rc = 0;

	guard_init(guard, channel, BYTES_MAX);
	for (size_t at = 0; rc == 0 && at < script.size; at += step)
		rc = guard_receive(guard, script.bytes + at,
				   script.size - at < step ? script.size - at : step);
	return rc;
}

void expect(enum guard_channel channel, int error)
{
	static const size_t steps[] = { 1, 2, 3, 7, 64, 1 << 16 };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		static struct guard guard;
		uint8_t more = 'x';

		assert_int_equal(play(&guard, channel, steps[i]), error);
		if (error == 0) {
			assert_true(guard_is_between(&guard));
		} else {
			assert_true(strlen(guard.reason) > 10);
			/* For ever. */
			assert_int_equal(guard_receive(&guard, &more, 1), error);
		}
		guard_finish(&guard);
	}
}

void add_surface(uint32_t id, uint32_t w, uint32_t h)
{
	add_message(314, 20);
	add(4, id);
	add(4, w);
	add(4, h);
	add(4, 32);
	add(4, id == 0);
}
