/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of what a cache holds, beside one that is too simple to be wrong. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "display/spice/guard_kept.h"

#define IDS    1500
#define ROUNDS 200000

static uint32_t next_random(void)
{
	static uint64_t state = 88172645463325252u;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 16);
}

static void test_against_a_simple_one(void **state)
{
	static struct {
		uint32_t times;
		size_t bytes;
	} simple[IDS];
	struct guard_kept kept = { 0 };
	uint32_t count = 0;
	size_t bytes = 0;

	for (unsigned i = 0; i < ROUNDS; i++) {
		uint32_t n = next_random() % IDS, w = next_random() % 16384, h = next_random() % 16384;
		size_t size = (size_t)w * h * 4 + KEPT_COST;
		uint64_t id = (uint64_t)n << 40 | n;
		bool instead = next_random() % 4 == 0;

		/* At times it fills, at times it empties. */
		if (next_random() % 100 < (i / 20000 % 2 ? 30 : 70)) {
			assert_int_equal(kept_put(&kept, id, w, h, instead), 0);
			count += simple[n].times == 0;
			bytes = bytes + size - (simple[n].times ? simple[n].bytes : 0);
			simple[n].times += simple[n].times == 0 || !instead;
			simple[n].bytes = size;
		} else {
			kept_drop(&kept, id);
			if (simple[n].times > 0 && --simple[n].times == 0) {
				bytes -= simple[n].bytes;
				count--;
			}
		}
		n = next_random() % IDS;
		assert_int_equal(kept_find(&kept, (uint64_t)n << 40 | n) != NULL, simple[n].times > 0);
		assert_int_equal(kept.count, count);
		assert_int_equal(kept.bytes, bytes);
	}
	kept_clear(&kept);
	assert_int_equal(kept.count, 0);
	assert_false(kept_find(&kept, 0) != NULL);
	kept_drop(&kept, 0);
}

static void test_as_many_as_there_may_be(void **state)
{
	struct guard_kept kept = { 0 };

	for (uint64_t i = 0; i < KEPT_MAX; i++)
		assert_int_equal(kept_put(&kept, i * i, 1, 1, false), 0);
	assert_int_equal(kept_put(&kept, ~0ull, 1, 1, false), -ENOSPC);
	/* One that is there may be there again; and where one goes another may come. */
	assert_int_equal(kept_put(&kept, 25, 1, 1, false), 0);
	kept_drop(&kept, 25);
	assert_true(kept_find(&kept, 25) != NULL);
	kept_drop(&kept, 25);
	assert_false(kept_find(&kept, 25) != NULL);
	assert_int_equal(kept_put(&kept, ~0ull, 1, 1, false), 0);
	for (uint64_t i = 0; i < KEPT_MAX; i++)
		assert_int_equal(kept_find(&kept, i * i) != NULL, i != 5);
	kept_clear(&kept);
}

static uint64_t unshift(uint64_t value, unsigned by)
{
	uint64_t out = value;

	for (unsigned done = by; done < 64; done += by)
		out = value ^ out >> by;
	return out;
}

/* Of odd numbers, modulo 2^64. */
static uint64_t inverse(uint64_t value)
{
	uint64_t out = value;

	for (unsigned i = 0; i < 6; i++)
		out *= 2 - value * out;
	return out;
}

/* Whoever knows how ids are mixed can choose such as all fall on one place. He is refused before it takes time. */
static void test_a_crowd(void **state)
{
	struct guard_kept kept = { 0 };
	int rc = 0;
	unsigned i;

	for (i = 0; rc == 0 && i < 100000; i++) {
		uint64_t id = unshift((uint64_t)i << 32, 31) * inverse(0x94d049bb133111ebu);

		id = unshift(id, 27) * inverse(0xbf58476d1ce4e5b9u);
		rc = kept_put(&kept, unshift(id, 30), 1, 1, false);
	}
	assert_int_equal(rc, -ENOSPC);
	assert_true(i > 100 && i < 1000);
	kept_clear(&kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_a_simple_one),
		cmocka_unit_test(test_as_many_as_there_may_be),
		cmocka_unit_test(test_a_crowd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
