/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/daemon/batch.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/testing.h"

static struct report_value integer(const char *path, int64_t value, uint64_t time_ns)
{
	struct report_value v = {
		.type = REPORT_INTEGER, .integer = value, .unit = "mlux", .timestamp_ns = time_ns
	};

	snprintf(v.path, sizeof(v.path), "%s", path);
	return v;
}

static void put(struct batch *batch, const char *path, int64_t value)
{
	struct report_value v = integer(path, value, 7);

	assert_int_equal(batch_put(batch, &v), 0);
}

static int64_t at(struct states *states, const char *path)
{
	const struct state_node *node = states_find(states, path);

	assert_non_null(node);
	return node->integer;
}

static void the_latest_of_a_path_wins(void **state)
{
	struct batch batch = { 0 };
	struct states *states;

	assert_int_equal(states_create(&states), 0);
	put(&batch, "light/0/a", 1);
	put(&batch, "light/0/b", 2);
	put(&batch, "light/0/a", 3);
	assert_int_equal(batch_remove(&batch, "light/0/b"), 0);
	assert_int_equal(batch.count, 2);
	batch_apply(&batch, states, 9);
	assert_int_equal(at(states, "light/0/a"), 3);
	assert_string_equal(states_find(states, "light/0/a")->unit, "mlux");
	assert_int_equal(states_find(states, "light/0/a")->time_ns, 7);
	assert_null(states_find(states, "light/0/b"));
	assert_int_equal(batch.count, 0);

	/* Gone and back within one batch is a value. */
	assert_int_equal(batch_remove(&batch, "light/0/a"), 0);
	put(&batch, "light/0/a", 4);
	batch_apply(&batch, states, 9);
	assert_int_equal(at(states, "light/0/a"), 4);
	batch_finish(&batch);
	states_destroy(states);
}

static void stale_and_fresh_values_are_told_apart(void **state)
{
	struct report_value v = integer("light/0/a", 5, 0);
	struct batch batch = { 0 };
	struct states *states;

	assert_int_equal(states_create(&states), 0);
	v.stale = true;
	batch_put(&batch, &v);
	batch_apply(&batch, states, 11);
	assert_true(states_find(states, "light/0/a")->stale);
	assert_int_equal(states_find(states, "light/0/a")->time_ns, 11);
	v.stale = false;
	batch_put(&batch, &v);
	batch_apply(&batch, states, 12);
	assert_false(states_find(states, "light/0/a")->stale);
	batch_finish(&batch);
	states_destroy(states);
}

/* What the main thread has not taken yet is overlaid, never queued. */
static void a_batch_that_waits_takes_the_next_one(void **state)
{
	struct batch waiting = { 0 }, fresh = { 0 };
	struct states *states;

	assert_int_equal(states_create(&states), 0);
	put(&fresh, "a", 1);
	put(&fresh, "b", 1);
	batch_move(&waiting, &fresh);
	assert_int_equal(fresh.count, 0);
	put(&fresh, "b", 2);
	put(&fresh, "c", 2);
	assert_int_equal(batch_remove(&fresh, "a"), 0);
	batch_move(&waiting, &fresh);
	assert_int_equal(fresh.count, 0);
	assert_int_equal(waiting.count, 3);
	batch_apply(&waiting, states, 1);
	assert_null(states_find(states, "a"));
	assert_int_equal(at(states, "b"), 2);
	assert_int_equal(at(states, "c"), 2);
	batch_finish(&waiting);
	batch_finish(&fresh);
	states_destroy(states);
}

static void memory_is_used_again(void **state)
{
	struct batch batch = { 0 };
	struct states *states;
	char path[32];
	unsigned capacity;

	assert_int_equal(states_create(&states), 0);
	for (unsigned round = 0; round < 3; round++) {
		for (unsigned i = 0; i < 200; i++) {
			snprintf(path, sizeof(path), "p/%u", i);
			put(&batch, path, round);
		}
		capacity = round ? capacity : batch.capacity;
		assert_int_equal(batch.capacity, capacity);
		batch_apply(&batch, states, 1);
	}
	for (unsigned i = 0; i < BATCH_MAX; i++) {
		snprintf(path, sizeof(path), "q/%u", i);
		put(&batch, path, 1);
	}
	assert_true(batch_remove(&batch, "one/too/many") < 0);
	batch_finish(&batch);
	states_destroy(states);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_latest_of_a_path_wins),
		cmocka_unit_test(stale_and_fresh_values_are_told_apart),
		cmocka_unit_test(a_batch_that_waits_takes_the_next_one),
		cmocka_unit_test(memory_is_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
