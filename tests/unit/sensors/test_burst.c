/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/testing.h"

#include "hub/core/clock.h"
#include "sensors/burst.h"

static void the_first_at_once_the_rest_together(void **state)
{
	struct burst burst = { 0 };
	uint64_t now = 100 * NS_PER_S;
	unsigned followed = 0;

	assert_true(burst_deadline(&burst) == CLOCK_NEVER);
	assert_false(burst_due(&burst, now));
	/* A hundred events in a second, one every 10 ms: one is followed at the start and one in each 200 ms. */
	for (int i = 0; i < 100; i++) {
		burst_note(&burst);
		assert_true(burst_deadline(&burst) <= now + BURST_NS);
		followed += burst_due(&burst, now);
		if (i == 0)
			assert_int_equal(followed, 1);
		now += 10 * NS_PER_MS;
	}
	assert_int_equal(followed, 5);
	/* What came last is not lost. */
	assert_true(burst.pending);
	assert_true(burst_due(&burst, burst_deadline(&burst)));
	assert_true(burst_deadline(&burst) == CLOCK_NEVER);
}

static void holding_waits_and_hurrying_does_not(void **state)
{
	struct burst burst = { 0 };
	uint64_t now = 100 * NS_PER_S;

	burst_hold(&burst, now);
	burst_note(&burst);
	assert_false(burst_due(&burst, now + BURST_NS - 1));
	/* Neither brought forward by a time that is earlier, nor without end put off. */
	burst_hold(&burst, now - BURST_NS);
	assert_true(burst_deadline(&burst) == now + BURST_NS);
	burst_hurry(&burst, now);
	assert_true(burst_due(&burst, now));
	assert_false(burst_due(&burst, now + 10 * BURST_NS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_at_once_the_rest_together),
		cmocka_unit_test(holding_waits_and_hurrying_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
