/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/model/states.h"

#include <errno.h>
#include <stdio.h>

#include "tests/unit/testing.h"

static int setup(void **state)
{
	struct states *s;

	if (states_create(&s) < 0)
		return -1;
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	states_destroy(*state);
	return 0;
}

static void values_come_back(void **state)
{
	struct states *s = *state;
	const struct state_node *n;

	assert_null(states_find(s, "power/percent"));
	assert_int_equal(states_set_integer(s, 5, 81, "%", "power/%s", "percent"), 0);
	n = states_find(s, "power/percent");
	assert_non_null(n);
	assert_int_equal(n->type, WIRE_STATE_INTEGER);
	assert_int_equal(n->integer, 81);
	assert_string_equal(n->unit, "%");
	assert_int_equal(n->time_ns, 5);
	assert_int_equal(n->serial, states_serial(s));

	assert_int_equal(states_set_text(s, 6, "charging", "power/status"), 0);
	n = states_find(s, "power/status");
	assert_int_equal(n->type, WIRE_STATE_TEXT);
	assert_string_equal(n->text, "charging");
}

static void the_same_value_is_no_change(void **state)
{
	struct states *s = *state;
	uint64_t serial;

	states_set_integer(s, 1, 10, "", "a");
	states_set_text(s, 1, "x", "b");
	serial = states_serial(s);
	states_set_integer(s, 2, 10, "", "a");
	states_set_text(s, 2, "x", "b");
	states_set_stale(s, 2, "a", false);
	states_set_stale(s, 2, "nowhere", true);
	states_remove(s, 2, "nowhere");
	assert_int_equal(states_serial(s), serial);
	assert_int_equal(states_find(s, "a")->time_ns, 1);

	states_set_stale(s, 3, "a", true);
	assert_int_equal(states_serial(s), serial + 1);
	/* The same value, but fresh again: that is one. */
	states_set_integer(s, 4, 10, "", "a");
	assert_false(states_find(s, "a")->stale);
	assert_int_equal(states_serial(s), serial + 2);
}

static void a_node_may_change_its_type(void **state)
{
	struct states *s = *state;
	struct wire_state m;

	states_set_integer(s, 1, 7, "mlux", "light");
	states_set_text(s, 2, "dark", "light");
	state_to_wire(states_find(s, "light"), &m);
	assert_int_equal(m.type, WIRE_STATE_TEXT);
	assert_string_equal(m.text, "dark");
	assert_string_equal(m.unit, "");
	assert_int_equal(m.integer, 0);
	states_set_integer(s, 3, 7, "mlux", "light");
	state_to_wire(states_find(s, "light"), &m);
	assert_int_equal(m.integer, 7);
	assert_string_equal(m.text, "");
	states_set_text(s, 4, "dark", "light");
	assert_int_equal(states_find(s, "light")->type, WIRE_STATE_TEXT);
}

static void removing_takes_what_is_below(void **state)
{
	struct states *s = *state;
	const struct state_node *n;
	unsigned absent = 0;
	uint64_t serial;

	states_set_integer(s, 1, 1, "", "device/a/held");
	states_set_integer(s, 1, 1, "", "device/a/keys/30");
	states_set_integer(s, 1, 1, "", "device/ab/held");
	serial = states_serial(s);
	states_remove(s, 2, "device/%s", "a");
	assert_null(states_find(s, "device/a/held"));
	assert_null(states_find(s, "device/a/keys/30"));
	assert_non_null(states_find(s, "device/ab/held"));
	for (n = states_next(s, serial, NULL); n; n = states_next(s, serial, n)) {
		assert_int_equal(n->type, WIRE_STATE_ABSENT);
		absent++;
	}
	assert_int_equal(absent, 2);
	states_set_integer(s, 3, 1, "", "device/a/held");
	assert_non_null(states_find(s, "device/a/held"));
}

static void the_number_of_nodes_is_bounded(void **state)
{
	struct states *s = *state;

	for (int i = 0; i < STATES_MAX; i++)
		assert_int_equal(states_set_integer(s, 1, i, "", "n/%d", i), 0);
	assert_int_equal(states_set_integer(s, 1, 1, "", "n/%d", STATES_MAX), -ENOSPC);
	assert_int_equal(states_set_text(s, 1, "x", "more"), -ENOSPC);
	assert_int_equal(states_set_integer(s, 1, -1, "", "n/0"), 0);
	states_remove(s, 2, "%s", "");
	assert_null(states_find(s, "n/0"));
}

static void long_values_are_cut(void **state)
{
	struct states *s = *state;
	struct wire_state m;
	static char text[5000];

	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(states_set_text(s, 1, text, "t"), 0);
	assert_int_equal(strlen(states_find(s, "t")->text), sizeof(m.text) - 1);
	assert_int_equal(states_set_integer(s, 1, 1, "", "%s", text), 0);
	text[WIRE_TEXT_MAX - 1] = '\0';
	assert_non_null(states_find(s, text));
}

/* A reader that remembers a serial finds each node that changed since, once, with its newest value: a model beside it. */
static void a_reader_misses_nothing(void **state)
{
	struct states *s = *state;
	struct rng r = { 11 };
	int64_t truth[50], seen[50];
	uint64_t at = 0;

	memset(truth, 0xff, sizeof(truth));
	memset(seen, 0xff, sizeof(seen));
	for (int round = 0; round < 3000; round++) {
		uint64_t last = at;

		for (unsigned k = rng_below(&r, 10); k--;) {
			unsigned i = rng_below(&r, 50);

			if (rng_chance(&r, 20)) {
				states_remove(s, 1, "v/%u", i);
				truth[i] = -1;
			} else {
				truth[i] = rng_below(&r, 3);
				states_set_integer(s, 1, truth[i], "", "v/%u", i);
			}
		}
		for (const struct state_node *n = states_next(s, at, NULL); n; n = states_next(s, at, n)) {
			assert_true(n->serial > last);
			last = n->serial;
			seen[atoi(n->path + 2)] = n->type == WIRE_STATE_ABSENT ? -1 : n->integer;
		}
		assert_int_equal(last, states_serial(s));
		at = last;
		assert_memory_equal(seen, truth, sizeof(truth));
		assert_null(states_next(s, at, NULL));
	}
}

static void paths_nest_at_slashes(void **state)
{
	static const struct {
		const char *path, *prefix;
		bool below;
	} cases[] = {
		{ "a/b", "a", true },  { "a", "a", true },       { "ab", "a", false },
		{ "a", "a/b", false }, { "a/b", "a/", true },    { "a/b", "", true },
		{ "a/b", "/", true },  { "a/b/c", "a/b", true }, { "a/bc", "a/b", false },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(state_path_below(cases[i].path, cases[i].prefix), cases[i].below);
}

int main(void)
{
#define WITH_STATES(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH_STATES(values_come_back),
		WITH_STATES(the_same_value_is_no_change),
		WITH_STATES(a_node_may_change_its_type),
		WITH_STATES(removing_takes_what_is_below),
		WITH_STATES(the_number_of_nodes_is_bounded),
		WITH_STATES(long_values_are_cut),
		WITH_STATES(a_reader_misses_nothing),
		cmocka_unit_test(paths_nest_at_slashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
