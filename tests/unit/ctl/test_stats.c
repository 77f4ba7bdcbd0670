/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/ctl/stats.h"

#include <linux/input-event-codes.h>

#include "tests/unit/testing.h"

static const struct xenhub_event report[] = { { EV_SYN, SYN_REPORT, 0 } };

static struct stats *empty(void)
{
	static struct stats stats;

	memset(&stats, 0, sizeof(stats));
	return &stats;
}

static struct xenhub_frame frame(uint64_t time_us, uint64_t read_ns, uint64_t sent_ns, uint64_t received_ns)
{
	return (struct xenhub_frame){ .time_us = time_us,
				      .read_ns = read_ns,
				      .sent_ns = sent_ns,
				      .received_ns = received_ns,
				      .count = 1,
				      .events = report };
}

static void each_hop_is_its_own(void **state)
{
	struct stats *stats = empty();
	struct xenhub_frame f = frame(1000, 1000010, 1000025, 1000056);

	stats_frame(stats, &f, false);
	assert_int_equal(stats->frames, 1);
	assert_int_equal(stats->events, 1);
	assert_int_equal(stats->hops[HOP_KERNEL_READ].max, 10);
	assert_int_equal(stats->hops[HOP_READ_SENT].max, 15);
	assert_int_equal(stats->hops[HOP_SENT_RECEIVED].max, 31);
}

/* A recording's stamps are years old; another machine's clock began at another time; what was made up waited for nobody. */
static void what_cannot_be_measured_is_left_out(void **state)
{
	struct stats *stats = empty();
	struct xenhub_frame recorded = frame(1000, 1000010, 1000025, 1000056);
	struct xenhub_frame other_clock = frame(5000000, 1000010, 1000025, 900);
	struct xenhub_frame made_up = frame(1000, 1000010, 1000025, 1000056);

	stats_frame(stats, &recorded, true);
	assert_int_equal(stats->hops[HOP_KERNEL_READ].count, 0);
	assert_int_equal(stats->hops[HOP_READ_SENT].count, 1);
	stats_frame(stats, &other_clock, false);
	assert_int_equal(stats->hops[HOP_KERNEL_READ].count, 0);
	assert_int_equal(stats->hops[HOP_SENT_RECEIVED].count, 1);
	made_up.flags = XENHUB_SYNTHETIC;
	stats_frame(stats, &made_up, false);
	assert_int_equal(stats->synthetic, 1);
	assert_int_equal(stats->frames, 3);
	assert_int_equal(stats->hops[HOP_READ_SENT].count, 2);
}

static void the_account_fits_a_terminal(void **state)
{
	struct stats *stats = empty();
	const struct stats_end end = { .seconds = 2.5,
				       .dropped = 3,
				       .counters = { .lost_kernel = 1, .lost_queue = 2 } };
	struct rng rng = { 3 };
	char *text = NULL;
	size_t size;
	FILE *f;

	stats->devices = 2;
	for (unsigned i = 0; i < 1000; i++) {
		uint64_t read_ns = 1000000000ull + rng_below(&rng, 1u << (10 + i % 20));
		uint64_t sent_ns = read_ns + rng_below(&rng, 20000);
		struct xenhub_frame one = frame(1000000, read_ns, sent_ns, sent_ns + rng_below(&rng, 90000));

		stats_frame(stats, &one, false);
	}
	f = open_memstream(&text, &size);
	assert_non_null(f);
	stats_print(stats, &end, f);
	fclose(f);
	assert_non_null(strstr(text, "2 devices, 1000 frames, 1000 events in 2.5 s"));
	assert_non_null(strstr(text, "1 in kernel, 2 in queue, 3 in output"));
	assert_null(strstr(text, " \n"));
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		unsigned columns = 0;

		for (const char *p = line; *p != '\n'; p++)
			columns += (*p & 0xc0) != 0x80;
		assert_true(columns <= 80);
	}
	free(text);
}

static void the_json_adds_up(void **state)
{
	struct stats *stats = empty();
	const struct stats_end end = { .seconds = 0.25 };
	struct xenhub_frame f = frame(1000, 1000010, 1000025, 1000056);
	struct json j = { 0 };

	stats->devices = 1;
	stats_frame(stats, &f, false);
	stats_json(stats, &end, &j);
	assert_int_equal(json_error(&j), 0);
	assert_non_null(strstr(
		j.text, "\"kind\":\"summary\",\"duration_ms\":250,\"devices\":1,\"frames\":1,\"events\":1"));
	assert_non_null(strstr(j.text, "\"read_sent\":{\"count\":1,\"p50_ns\":15,\"p99_ns\":15,\"max_ns\":15,"
				       "\"octaves\":[{\"below_ns\":16,\"count\":1}]}"));
	json_finish(&j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_hop_is_its_own),
		cmocka_unit_test(what_cannot_be_measured_is_left_out),
		cmocka_unit_test(the_account_fits_a_terminal),
		cmocka_unit_test(the_json_adds_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
