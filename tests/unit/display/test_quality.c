/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is asked for on which link: by table, and against a link that is simulated. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "display/remote/quality.h"
#include "hub/core/clock.h"

#define PIXELS (1280u * 800u)
#define MS(n)  ((uint64_t)(n)*NS_PER_MS)

/* As in quality.c: what a picture full of detail needs, for 100 pixels. */
static const unsigned costs[] = { 400, 270, 50, 22, 11, 7, 4 };

struct sim {
	struct quality quality;
	uint64_t now_ns;
	unsigned changes;
};

/* Whole screens for so long over a link that carries `rate` bytes/s; every fourth rate is a third less if it wavers. */
static void run(struct sim *sim, uint64_t rate, unsigned ms, bool wavers)
{
	uint64_t end = sim->now_ns + MS(ms);

	for (unsigned i = 0; sim->now_ns < end; i++) {
		uint64_t bytes = PIXELS * costs[sim->quality.level] / 100;
		uint64_t took = bytes * NS_PER_S / (wavers && i % 4 == 0 ? rate * 2 / 3 : rate);
		unsigned level = sim->quality.level;

		sim->now_ns += took + MS(10);
		quality_update(&sim->quality, sim->now_ns, bytes, took, PIXELS);
		sim->changes += sim->quality.level != level;
	}
}

static void test_the_level_that_a_link_carries(void **state)
{
	static const struct {
		uint64_t rate;
		bool local;
		unsigned level;
	} table[] = {
		{ 500000000, true, 0 }, { 10000000, true, 0 },    { 4000000, true, 2 },
		{ 100000, true, 6 },    { 1000000000, false, 0 }, { 40000000, false, 0 },
		{ 22000000, false, 1 }, { 10000000, false, 2 },   { 2000000, false, 3 },
		{ 800000, false, 4 },   { 500000, false, 5 },     { 20000, false, 6 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct sim sim = { .now_ns = MS(1) };

		quality_init(&sim.quality, table[i].local, 8);
		run(&sim, table[i].rate, 60000, false);
		assert_int_equal(sim.quality.level, table[i].level);
	}
}

static void test_worse_at_once_better_in_time(void **state)
{
	struct sim sim = { .now_ns = MS(1) };

	quality_init(&sim.quality, false, 8);
	run(&sim, 2000000, 20000, false);
	assert_int_equal(sim.quality.level, 3);
	/* A train goes into a tunnel: two screens, and no third at that level. */
	sim.changes = 0;
	run(&sim, 200000, 3000, false);
	assert_int_equal(sim.quality.level, 6);
	assert_true(sim.changes <= 2);
	/* Out of it: a level every three seconds. */
	sim.changes = 0;
	run(&sim, 10000000, 2900, false);
	assert_int_equal(sim.changes, 0);
	run(&sim, 10000000, 3200, false);
	assert_true(sim.changes == 1 || sim.changes == 2);
	run(&sim, 10000000, 15000, false);
	assert_int_equal(sim.quality.level, 2);
	assert_int_equal(sim.changes, 4);
}

/* Rates about each threshold, up and down by a third: the picture changes its quality a few times a minute at most. */
static void test_a_wavering_link_does_not_make_the_picture_waver(void **state)
{
	for (uint64_t rate = 50000; rate < 60000000; rate = rate * 11 / 10) {
		struct sim sim = { .now_ns = MS(1) };

		quality_init(&sim.quality, false, 8);
		run(&sim, rate, 30000, true);
		sim.changes = 0;
		run(&sim, rate, 60000, true);
		assert_true(sim.changes <= 2);
	}
}

static void test_pixels_that_queue_up(void **state)
{
	struct quality quality;

	quality_init(&quality, false, 8);
	quality_round_trip(&quality, MS(40));
	quality_round_trip(&quality, MS(339));
	assert_int_equal(quality.level, 2);
	quality_round_trip(&quality, MS(340));
	quality_round_trip(&quality, MS(800));
	assert_int_equal(quality.level, 3);
	for (unsigned i = 0; i < 20; i++)
		quality_round_trip(&quality, MS(2000));
	assert_int_equal(quality.level, 6);
	/* A slow way is no queue. */
	quality_init(&quality, false, 8);
	for (unsigned i = 0; i < 20; i++)
		quality_round_trip(&quality, MS(1200));
	assert_int_equal(quality.level, 2);
}

static void test_small_updates_say_little(void **state)
{
	struct quality quality;

	quality_init(&quality, false, 8);
	for (unsigned i = 0; i < 100; i++)
		quality_update(&quality, MS(100 * i), 1000, MS(90), PIXELS);
	assert_int_equal(quality.rate, 0);
	for (unsigned i = 0; i < 100; i++)
		quality_update(&quality, MS(10000 + 100 * i), 5000, MS(90), PIXELS);
	assert_int_equal(quality.level, 2);
	assert_in_range(quality.rate, 50000, 60000);
}

static void test_wishes(void **state)
{
	struct sim sim = { .now_ns = MS(1) };
	struct rfb_wishes wishes;
	char name[32];

	quality_init(&sim.quality, true, 8);
	wishes = quality_wishes(&sim.quality);
	assert_int_equal(wishes.encodings[1], RFB_RAW);
	quality_name(&sim.quality, name, sizeof(name));
	assert_string_equal(name, "raw");
	run(&sim, 100000, 60000, false);
	wishes = quality_wishes(&sim.quality);
	assert_int_equal(wishes.encodings[1], RFB_TIGHT);
	assert_int_equal(wishes.jpeg_quality, 0);
	assert_int_equal(wishes.compression, 9);
	quality_name(&sim.quality, name, sizeof(name));
	assert_string_equal(name, "tight 0");

	/* A person who wants no more than 4 does not get more, and who wants no JPEG gets none. */
	quality_init(&sim.quality, false, 4);
	run(&sim, 9000000, 30000, false);
	assert_int_equal(quality_wishes(&sim.quality).jpeg_quality, 4);
	quality_init(&sim.quality, false, -1);
	run(&sim, 10000, 600000, false);
	assert_int_equal(quality_wishes(&sim.quality).jpeg_quality, -1);
	assert_int_equal(quality_wishes(&sim.quality).encodings[1], RFB_TIGHT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_level_that_a_link_carries),
		cmocka_unit_test(test_worse_at_once_better_in_time),
		cmocka_unit_test(test_a_wavering_link_does_not_make_the_picture_waver),
		cmocka_unit_test(test_pixels_that_queue_up),
		cmocka_unit_test(test_small_updates_say_little),
		cmocka_unit_test(test_wishes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
