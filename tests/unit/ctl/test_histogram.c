/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/ctl/histogram.h"

#include "tests/unit/testing.h"

#define VALUES 5000

static struct histogram *empty(void)
{
	static struct histogram h;

	memset(&h, 0, sizeof(h));
	return &h;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void nothing_in_nothing_out(void **state)
{
	struct histogram *h = empty();

	assert_int_equal(histogram_percentile(h, 500), 0);
	assert_int_equal(histogram_percentile(h, 1000), 0);
	for (unsigned i = 0; i < HISTOGRAM_OCTAVES; i++)
		assert_int_equal(histogram_octave(h, i), 0);
}

/* Against the sorted values themselves: never below the true percentile, at most 1/32 above it. */
static void percentiles_follow_the_sorted_values(void **state)
{
	static uint64_t values[VALUES];
	struct histogram *h = empty();
	struct rng rng = { 7 };

	for (unsigned i = 0; i < VALUES; i++) {
		values[i] = rng_next(&rng) >> rng_below(&rng, 64);
		histogram_add(h, values[i]);
	}
	qsort(values, VALUES, sizeof(values[0]), by_value);
	for (unsigned permille = 1; permille <= 1000; permille++) {
		uint64_t exact = values[(VALUES * permille + 999) / 1000 - 1];
		uint64_t told = histogram_percentile(h, permille);

		assert_true(told >= exact);
		assert_true(told - exact <= exact / HISTOGRAM_STEPS);
	}
	assert_int_equal(histogram_percentile(h, 1000), values[VALUES - 1]);
}

static void small_values_are_exact(void **state)
{
	struct histogram *h = empty();

	for (uint64_t v = 0; v < HISTOGRAM_STEPS; v++)
		histogram_add(h, v);
	assert_int_equal(histogram_percentile(h, 0), 0);
	assert_int_equal(histogram_percentile(h, 500), HISTOGRAM_STEPS / 2 - 1);
	assert_int_equal(histogram_percentile(h, 1000), HISTOGRAM_STEPS - 1);
}

static void octaves_hold_what_lies_in_them(void **state)
{
	struct histogram *h = empty();
	uint64_t sum = 0;

	histogram_add(h, 0);
	histogram_add(h, 1);
	histogram_add(h, UINT64_MAX);
	for (unsigned i = 1; i < 64; i++) {
		histogram_add(h, 1ull << i);
		histogram_add(h, (1ull << i) - 1);
	}
	assert_int_equal(histogram_octave(h, 0), 3); /* 0, 1 and 2^1 - 1 */
	for (unsigned i = 1; i < 63; i++)
		assert_int_equal(histogram_octave(h, i), 2);
	assert_int_equal(histogram_octave(h, 63), 2);
	for (unsigned i = 0; i < HISTOGRAM_OCTAVES; i++)
		sum += histogram_octave(h, i);
	assert_int_equal(sum, h->count);
	assert_int_equal(h->max, UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_in_nothing_out),
		cmocka_unit_test(percentiles_follow_the_sorted_values),
		cmocka_unit_test(small_values_are_exact),
		cmocka_unit_test(octaves_hold_what_lies_in_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
