/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include "display/osd/stats.h"
#include "tests/unit/testing.h"

static const char *const kinds[] = { "raw", "copyrect", "tight", NULL };
static const struct stats_about about = { "x11", "avx2", 1280, 800, 90 };

#define HAS(text, words) assert_non_null(strstr(text, words))

static void test_says_rates_stages_and_encodings(void **state)
{
	struct stats_mark mark = { .at_ns = 1000000000, .updates = 5, .bytes = 1000, .parts = { 4, 1 } };
	struct stats_timing timing = { .presents = 10,
				       .updates = 10,
				       .update_ns = 20000000,
				       .wait_ns = 1000000,
				       .paint_ns = 15000000,
				       .show_ns = 30000000 };
	struct remote_status status = { .updates = 25,
					.bytes = 4001000,
					.kinds = kinds,
					.parts = { 44, 1, 6 },
					.inputs = 8,
					.input_ns = 2000000,
					.events_merged = 3,
					.connects = 1 };
	char text[STATS_TEXT_MAX];

	stats_text(text, &mark, &timing, &status, &about, 3000000000);
	HAS(text, "5.0 frames/s, 10.0 updates/s, 2.00 MB/s\n");
	HAS(text, "\nraw 20.0/s, tight 3.0/s\n");
	HAS(text, "\ninput to link 0.25 ms; receive and decode 2.00, wait 0.10, paint 1.50, show 3.00 ms\n");
	HAS(text, "\n1280x800 by x11, turned 90, kernel avx2\n");
	HAS(text, "\ninput merged 3, dropped 0; connections 1");
	assert_null(strstr(text, "copyrect"));
	assert_int_equal(mark.at_ns, 3000000000);
	assert_int_equal(mark.parts[2], 6);
}

static void test_nothing_happened(void **state)
{
	struct stats_mark mark = { .at_ns = 1000000000, .updates = 5, .parts = { 4 } };
	struct stats_timing timing = { 0 };
	struct remote_status status = { .updates = 5, .kinds = kinds, .parts = { 4 } };
	char text[STATS_TEXT_MAX];

	stats_text(text, &mark, &timing, &status, &about, 1000000000);
	HAS(text, "0.0 frames/s, 0.0 updates/s, 0.00 MB/s\ninput to link 0.00 ms; receive and decode 0.00,");
}

static void test_what_is_asked_for(void **state)
{
	struct stats_mark mark = { 0 };
	struct stats_timing timing = { 0 };
	struct remote_status status = { .encoding = "tight, JPEG 6", .kinds = kinds, .parts = { 0, 0, 2 } };
	char text[STATS_TEXT_MAX];

	stats_text(text, &mark, &timing, &status, &about, 2000000000);
	HAS(text, "\nasking for tight, JPEG 6; tight 1.0/s\n");
}

/* Switched: the counters are another connection's. */
static void test_counters_that_fell_are_anothers(void **state)
{
	struct stats_mark mark = { .updates = 900, .bytes = 9000, .parts = { 900 } };
	struct stats_timing timing = { 0 };
	struct remote_status status = { .updates = 2, .bytes = 2000000, .kinds = kinds, .parts = { 2 } };
	char text[STATS_TEXT_MAX];

	stats_text(text, &mark, &timing, &status, &about, 1000000000);
	HAS(text, "2.0 updates/s, 2.00 MB/s\nraw 2.0/s\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_says_rates_stages_and_encodings),
		cmocka_unit_test(test_nothing_happened),
		cmocka_unit_test(test_what_is_asked_for),
		cmocka_unit_test(test_counters_that_fell_are_anothers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
