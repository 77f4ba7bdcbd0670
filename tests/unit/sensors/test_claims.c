/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/testing.h"

#include <errno.h>

#include "hub/core/clock.h"
#include "sensors/claims.h"
#include "sensors/quirks.h"

static void the_shortest_interval_wins(void **state)
{
	struct claims claims;

	claims_init(&claims);
	assert_true(claims_interval(&claims, SENSOR_LIGHT) == CLOCK_NEVER);
	assert_int_equal(claims_set(&claims, 1, SENSOR_LIGHT, 2 * NS_PER_S), 0);
	assert_int_equal(claims_set(&claims, 2, SENSOR_LIGHT, 500 * NS_PER_MS), 0);
	assert_int_equal(claims_set(&claims, 1, SENSOR_POWER, 30 * NS_PER_S), 0);
	assert_int_equal(claims_interval(&claims, SENSOR_LIGHT), 500 * NS_PER_MS);
	claims_drop_owner(&claims, 2);
	assert_int_equal(claims_interval(&claims, SENSOR_LIGHT), 2 * NS_PER_S);
	/* The same owner again changes its claim, it does not add one. */
	assert_int_equal(claims_set(&claims, 1, SENSOR_LIGHT, 4 * NS_PER_S), 0);
	assert_int_equal(claims_interval(&claims, SENSOR_LIGHT), 4 * NS_PER_S);
	claims_drop(&claims, 1, SENSOR_LIGHT);
	claims_drop(&claims, 1, SENSOR_LIGHT);
	assert_true(claims_interval(&claims, SENSOR_LIGHT) == CLOCK_NEVER);
	assert_int_equal(claims_interval(&claims, SENSOR_POWER), 30 * NS_PER_S);
}

static void a_dark_screen_rests_light_and_orientation_only(void **state)
{
	struct claims claims;

	claims_init(&claims);
	for (int class = 0; class < SENSOR_CLASSES; class ++)
		assert_int_equal(claims_set(&claims, 1, (enum sensor_class) class, NS_PER_S), 0);
	claims_set_screen(&claims, false);
	assert_true(claims_interval(&claims, SENSOR_LIGHT) == CLOCK_NEVER);
	assert_true(claims_interval(&claims, SENSOR_ORIENTATION) == CLOCK_NEVER);
	assert_int_equal(claims_interval(&claims, SENSOR_PROXIMITY), NS_PER_S);
	assert_int_equal(claims_interval(&claims, SENSOR_LID), NS_PER_S);
	assert_int_equal(claims_interval(&claims, SENSOR_POWER), NS_PER_S);
	claims_set_screen(&claims, true);
	assert_int_equal(claims_interval(&claims, SENSOR_LIGHT), NS_PER_S);
}

static void claims_are_bounded(void **state)
{
	struct claims claims;

	claims_init(&claims);
	assert_int_equal(claims_set(&claims, 1, SENSOR_CLASSES, NS_PER_S), -EINVAL);
	assert_int_equal(claims_set(&claims, 1, SENSOR_LIGHT, 0), 0);
	assert_int_equal(claims_interval(&claims, SENSOR_LIGHT), CLAIMS_INTERVAL_MIN_NS);
	assert_int_equal(claims_set(&claims, 1, SENSOR_LIGHT, UINT64_MAX), 0);
	assert_int_equal(claims_interval(&claims, SENSOR_LIGHT), CLAIMS_INTERVAL_MAX_NS);
	for (uint64_t owner = 2; owner <= CLAIMS_MAX; owner++)
		assert_int_equal(claims_set(&claims, owner, SENSOR_LIGHT, NS_PER_S), 0);
	assert_int_equal(claims_set(&claims, 9999, SENSOR_LIGHT, NS_PER_S), -ENOSPC);
	/* Who has a claim may still change it. */
	assert_int_equal(claims_set(&claims, 2, SENSOR_LIGHT, 7 * NS_PER_S), 0);
}

/* Against a table without any cleverness. */
static void claims_agree_with_a_plain_table(void **state)
{
	uint64_t plain[8][SENSOR_CLASSES] = { { 0 } };
	struct rng rng = { 23 };
	struct claims claims;

	claims_init(&claims);
	for (int i = 0; i < 20000; i++) {
		unsigned owner = rng_below(&rng, 8);
		unsigned class = rng_below(&rng, SENSOR_CLASSES);

		switch (rng_below(&rng, 4)) {
		case 0:
			claims_drop(&claims, owner, (enum sensor_class) class);
			plain[owner][class] = 0;
			break;
		case 1:
			claims_drop_owner(&claims, owner);
			memset(plain[owner], 0, sizeof(plain[owner]));
			break;
		default:
			plain[owner][class] = NS_PER_S + rng_below(&rng, 1000000);
			assert_int_equal(
				claims_set(&claims, owner, (enum sensor_class) class, plain[owner][class]),
				0);
		}
		for (unsigned c = 0; c < SENSOR_CLASSES; c++) {
			uint64_t least = CLOCK_NEVER;

			for (unsigned o = 0; o < 8; o++)
				if (plain[o][c] && plain[o][c] < least)
					least = plain[o][c];
			assert_true(claims_interval(&claims, (enum sensor_class)c) == least);
		}
	}
}

struct refused {
	unsigned lines[16];
	char why[16][80];
	unsigned count;
};

static void on_refused(void *data, unsigned line, const char *section, const char *key, const char *why)
{
	struct refused *refused = data;

	assert_true(refused->count < COUNT_OF(refused->lines));
	refused->lines[refused->count] = line;
	strncpy(refused->why[refused->count], why, sizeof(refused->why[0]) - 1);
	refused->count++;
}

static const char quirks[] = "# comment\n"
			     "[any kx]\n"
			     "device = kx*\n"
			     "mount-matrix = 0, 1, 0; 1, 0, 0; 0, 0, 1\n"
			     "poll-min-ms = 750\n"
			     "\n"
			     "[one machine]\n"
			     "dmi=*pnTablet8:*\n"
			     "device=kxcjk\n"
			     "buffer = no\n"
			     "mount-matrix = -1, 0, 0; 0, 1, 0; 0, 0, 1\r\n";

static void quirks_match_by_machine_and_device(void **state)
{
	struct refused refused = { .count = 0 };
	struct quirk quirk;

	quirks_find(quirks, "dmi:svnOther:pnDesk:", "kxcjk", &quirk, on_refused, &refused);
	assert_true(quirk.has_matrix && quirk.matrix.row[0][1] == 1);
	assert_int_equal(quirk.poll_min_ns, 750 * NS_PER_MS);
	assert_false(quirk.no_buffer);

	quirks_find(quirks, "dmi:svnX:pnTablet8:", "kxcjk", &quirk, on_refused, &refused);
	assert_true(quirk.has_matrix && quirk.matrix.row[0][0] == -1);
	assert_int_equal(quirk.poll_min_ns, 750 * NS_PER_MS);
	assert_true(quirk.no_buffer);

	quirks_find(quirks, "dmi:svnX:pnTablet8:", "als", &quirk, on_refused, &refused);
	assert_false(quirk.has_matrix || quirk.no_buffer || quirk.poll_min_ns);
	assert_int_equal(refused.count, 0);
}

static void bad_quirks_are_refused_by_line(void **state)
{
	struct refused refused = { .count = 0 };
	struct quirk quirk;

	quirks_find("poll-min-ms = 5\n"
		    "[a]\n"
		    "mount-matrix = 1, 0, 0; 0, 0, 0; 0, 0, 1\n"
		    "poll-min-ms = fast\n"
		    "poll-min-ms = -1\n"
		    "buffer = maybe\n"
		    "bufer = no\n"
		    "nonsense\n"
		    "mount-matrix = 1, 0, 0; 0, 1, 0; 0, 0, 1\n",
		    "", "x", &quirk, on_refused, &refused);
	assert_int_equal(refused.count, 7);
	assert_int_equal(refused.lines[0], 1);
	assert_string_equal(refused.why[1], "row 2 is zero");
	assert_int_equal(refused.lines[6], 8);
	/* After a line that might have been a condition, the section does not apply. */
	assert_false(quirk.has_matrix || quirk.poll_min_ns || quirk.no_buffer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shortest_interval_wins),
		cmocka_unit_test(a_dark_screen_rests_light_and_orientation_only),
		cmocka_unit_test(claims_are_bounded),
		cmocka_unit_test(claims_agree_with_a_plain_table),
		cmocka_unit_test(quirks_match_by_machine_and_device),
		cmocka_unit_test(bad_quirks_are_refused_by_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
