/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/testing.h"

#include <errno.h>

#include "hub/core/clock.h"
#include "sensors/iio/capture.h"

#define S NS_PER_S

static void a_buffer_that_delivers_stays(void **state)
{
	struct capture c;

	capture_init(&c, true, 0);
	assert_string_equal(capture_mode_name(&c), "off");
	capture_start(&c, 2 * S, S);
	assert_int_equal(capture_due(&c, S), CAPTURE_OPEN);
	capture_opened(&c, S);
	assert_int_equal(capture_due(&c, 2 * S), CAPTURE_WAIT);
	capture_sample(&c, 2 * S);
	assert_int_equal(capture_due(&c, 20 * S), CAPTURE_WAIT);
	assert_string_equal(capture_mode_name(&c), "buffer");
	/* Quiet for long: a look beside it, which finds nothing new. */
	assert_int_equal(capture_due(&c, 32 * S), CAPTURE_CHECK);
	capture_checked(&c, false, 32 * S);
	assert_int_equal(capture_due(&c, 33 * S), CAPTURE_WAIT);
	assert_int_equal(capture_due(&c, 62 * S), CAPTURE_CHECK);
	capture_error(&c, -EBUSY, 62 * S);
	assert_string_equal(capture_mode_name(&c), "buffer");
	assert_int_equal(c.errors, 0);
}

static void a_silent_buffer_falls_back_within_two_seconds(void **state)
{
	struct capture c;

	capture_init(&c, true, 0);
	capture_start(&c, 2 * S, S);
	assert_int_equal(capture_due(&c, S), CAPTURE_OPEN);
	capture_opened(&c, S);
	assert_true(c.deadline_ns <= 3 * S);
	assert_int_equal(capture_due(&c, c.deadline_ns), CAPTURE_CLOSE);
	assert_int_equal(capture_due(&c, c.deadline_ns), CAPTURE_READ);
	capture_sample(&c, 3 * S);
	assert_string_equal(capture_mode_name(&c), "silent");
	/* A resume gives the buffer a new chance. */
	capture_reset(&c, 10 * S);
	assert_int_equal(capture_due(&c, 10 * S), CAPTURE_OPEN);
}

static void a_buffer_that_went_silent_is_found(void **state)
{
	struct capture c;

	capture_init(&c, true, 0);
	capture_start(&c, S, S);
	capture_due(&c, S);
	capture_opened(&c, S);
	capture_sample(&c, 2 * S);
	assert_int_equal(capture_due(&c, 40 * S), CAPTURE_CHECK);
	capture_checked(&c, true, 40 * S);
	assert_int_equal(capture_due(&c, 41 * S), CAPTURE_CLOSE);
	assert_int_equal(capture_due(&c, 41 * S), CAPTURE_READ);
}

static void a_buffer_that_does_not_open_is_polled(void **state)
{
	struct capture c;

	capture_init(&c, true, 0);
	capture_start(&c, S, S);
	assert_int_equal(capture_due(&c, S), CAPTURE_OPEN);
	capture_error(&c, -EBUSY, S);
	assert_int_equal(capture_due(&c, S + CAPTURE_POLL_MIN_NS), CAPTURE_READ);
	assert_int_equal(c.errors, 0);
}

static void a_buffer_that_is_none_costs_no_time(void **state)
{
	struct capture c;

	capture_init(&c, true, 0);
	capture_start(&c, S, S);
	assert_int_equal(capture_due(&c, S), CAPTURE_OPEN);
	capture_error(&c, -ENOTSUP, S);
	assert_int_equal(capture_due(&c, S), CAPTURE_READ);
	assert_string_equal(capture_mode_name(&c), "poll");
}

static void polling_has_a_speed_limit(void **state)
{
	struct capture c;

	capture_init(&c, false, 0);
	capture_start(&c, 20 * NS_PER_MS, S);
	assert_int_equal(capture_period(&c), 500 * NS_PER_MS);
	capture_init(&c, false, 100 * NS_PER_MS);
	capture_start(&c, 20 * NS_PER_MS, S);
	assert_int_equal(capture_period(&c), 100 * NS_PER_MS);
}

static void a_faster_claim_is_followed_at_once(void **state)
{
	struct capture c;

	capture_init(&c, false, 0);
	capture_start(&c, 60 * S, S);
	assert_int_equal(capture_due(&c, S), CAPTURE_READ);
	capture_sample(&c, S);
	capture_start(&c, S, 2 * S);
	assert_int_equal(c.deadline_ns, 3 * S);
}

static void one_error_is_tolerated(void **state)
{
	struct capture c;

	capture_init(&c, false, 0);
	capture_start(&c, S, S);
	capture_error(&c, -EIO, S);
	assert_false(c.stale);
	assert_int_equal(c.deadline_ns, 2 * S);
	capture_sample(&c, 2 * S);
	assert_int_equal(c.errors, 0);
}

static void errors_without_end_are_backed_off_and_end(void **state)
{
	struct capture c;
	uint64_t now = S, last = 0;
	int reads = 0;

	capture_init(&c, false, 0);
	capture_start(&c, 2 * S, now);
	while (c.mode == CAPTURE_POLL) {
		assert_int_equal(capture_due(&c, now), CAPTURE_READ);
		capture_error(&c, -EIO, now);
		reads++;
		assert_int_equal(c.stale, reads >= CAPTURE_ERRORS_STALE);
		if (c.mode == CAPTURE_POLL) {
			assert_true(c.deadline_ns - now >= last &&
				    c.deadline_ns - now <= CAPTURE_BACKOFF_MAX_NS);
			last = c.deadline_ns - now;
			now = c.deadline_ns;
		}
	}
	assert_int_equal(reads, CAPTURE_ERRORS_FAILED);
	assert_string_equal(capture_mode_name(&c), "failed");
	assert_true(c.deadline_ns == CLOCK_NEVER);
	assert_int_equal(capture_due(&c, UINT64_MAX - 1), CAPTURE_WAIT);
	/* A new claim does not wake it; the device's own event does. */
	capture_stop(&c);
	capture_start(&c, S, now);
	assert_int_equal(capture_due(&c, now), CAPTURE_WAIT);
	capture_reset(&c, now + S);
	assert_int_equal(capture_due(&c, now + S), CAPTURE_READ);
	capture_sample(&c, now + S);
	assert_false(c.stale);
}

/*
 * Whatever happens, claims that come and go by the dozen included: no read follows another sooner than the
 * limit.
 */
static void any_sequence_keeps_its_promises(void **state)
{
	struct rng rng = { 29 };

	for (int round = 0; round < 300; round++) {
		struct capture c;
		uint64_t now = S, last_read = 0;
		bool open = false;

		capture_init(&c, rng_chance(&rng, 70), 0);
		for (int i = 0; i < 200; i++) {
			enum capture_action action;

			now += rng_below(&rng, 4000) * NS_PER_MS;
			switch (rng_below(&rng, 12)) {
			case 0:
				capture_start(&c, (20 + rng_below(&rng, 5000)) * NS_PER_MS, now);
				break;
			case 1:
				open = false;
				capture_stop(&c);
				break;
			case 2:
				open = false;
				capture_reset(&c, now);
				break;
			case 3:
				if (open && c.mode == CAPTURE_BUFFER)
					capture_sample(&c, now);
				break;
			}
			action = capture_due(&c, now);
			if (action == CAPTURE_OPEN) {
				assert_false(open);
				open = rng_chance(&rng, 80);
				if (open)
					capture_opened(&c, now);
				else
					capture_error(&c, -EIO, now);
			} else if (action == CAPTURE_CLOSE) {
				assert_true(open);
				open = false;
			} else if (action == CAPTURE_CHECK) {
				assert_true(open);
				capture_checked(&c, rng_chance(&rng, 30), now);
			} else if (action == CAPTURE_READ) {
				assert_true(!open && c.mode == CAPTURE_POLL);
				assert_true(!last_read || now - last_read >= CAPTURE_POLL_MIN_NS);
				last_read = now;
				if (rng_chance(&rng, 60))
					capture_sample(&c, now);
				else
					capture_error(&c, -EIO, now);
				assert_true(c.deadline_ns >= now + CAPTURE_POLL_MIN_NS);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_buffer_that_delivers_stays),
		cmocka_unit_test(a_silent_buffer_falls_back_within_two_seconds),
		cmocka_unit_test(a_buffer_that_went_silent_is_found),
		cmocka_unit_test(a_buffer_that_does_not_open_is_polled),
		cmocka_unit_test(a_buffer_that_is_none_costs_no_time),
		cmocka_unit_test(polling_has_a_speed_limit),
		cmocka_unit_test(a_faster_claim_is_followed_at_once),
		cmocka_unit_test(one_error_is_tolerated),
		cmocka_unit_test(errors_without_end_are_backed_off_and_end),
		cmocka_unit_test(any_sequence_keeps_its_promises),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
