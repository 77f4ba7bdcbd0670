/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Merging, held keys, release, running over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "display/remote/outbox.h"
#include "tests/unit/display/random.h"

static void put_pointer(struct outbox *outbox, int x, int y, unsigned buttons)
{
	outbox_put(outbox,
		   &(struct outbox_event){ .type = OUTBOX_POINTER, .x = x, .y = y, .buttons = buttons });
}

static void put_key(struct outbox *outbox, uint32_t keysym, uint32_t scancode, bool down)
{
	outbox_put(outbox,
		   &(struct outbox_event){
			   .type = OUTBOX_KEY, .keysym = keysym, .scancode = scancode, .down = down });
}

static struct outbox_event take(struct outbox *outbox)
{
	struct outbox_event event;

	assert_true(outbox_next(outbox, &event));
	outbox_taken(outbox, &event);
	return event;
}

static void expect_pointer(struct outbox *outbox, int x, int y, unsigned buttons)
{
	struct outbox_event event = take(outbox);

	assert_int_equal(event.type, OUTBOX_POINTER);
	assert_int_equal(event.x, x);
	assert_int_equal(event.y, y);
	assert_int_equal(event.buttons, buttons);
}

static void expect_nothing(struct outbox *outbox)
{
	struct outbox_event event;

	assert_false(outbox_next(outbox, &event));
}

static void test_motion_merges_but_not_across_edges(void **state)
{
	static struct outbox outbox;

	outbox_init(&outbox);
	put_pointer(&outbox, 1, 1, 0);
	put_pointer(&outbox, 2, 2, 0);
	put_pointer(&outbox, 3, 3, 0);
	put_pointer(&outbox, 3, 3, 1);
	put_pointer(&outbox, 4, 4, 1);
	put_pointer(&outbox, 5, 5, 1);
	put_pointer(&outbox, 5, 5, 0);
	put_pointer(&outbox, 6, 6, 0);
	put_pointer(&outbox, 7, 7, 0);
	expect_pointer(&outbox, 3, 3, 0);
	expect_pointer(&outbox, 3, 3, 1); /* the press stays where it was made */
	expect_pointer(&outbox, 5, 5, 1);
	expect_pointer(&outbox, 5, 5, 0);
	expect_pointer(&outbox, 7, 7, 0);
	expect_nothing(&outbox);
	assert_int_equal(outbox.merged, 4);
}

static void test_distances_add_up(void **state)
{
	static struct outbox outbox;
	struct outbox_event motion = { .type = OUTBOX_MOTION, .x = 3, .y = -2 }, event;

	outbox_init(&outbox);
	outbox_put(&outbox, &motion);
	outbox_put(&outbox, &motion);
	event = take(&outbox);
	assert_int_equal(event.x, 6);
	assert_int_equal(event.y, -4);
	expect_nothing(&outbox);
}

static void test_release_lets_go_of_all(void **state)
{
	static struct outbox outbox;
	struct outbox_event event;

	outbox_init(&outbox);
	put_key(&outbox, 'a', 0x1e, true);
	put_key(&outbox, 0xffe1, 0x2a, true);
	put_pointer(&outbox, 9, 8, 4);
	take(&outbox);
	take(&outbox);
	take(&outbox);
	outbox_release(&outbox);
	event = take(&outbox);
	assert_int_equal(event.keysym, 0xffe1);
	assert_false(event.down);
	event = take(&outbox);
	assert_int_equal(event.keysym, 'a');
	assert_false(event.down);
	expect_pointer(&outbox, 9, 8, 0);
	expect_nothing(&outbox);
	/* The physical releases that follow are not sent a second time. */
	put_key(&outbox, 'a', 0x1e, false);
	expect_nothing(&outbox);
}

static void test_what_goes_up_is_what_went_down(void **state)
{
	static struct outbox outbox;

	outbox_init(&outbox);
	put_key(&outbox, 'A', 0x1e, true);
	take(&outbox);
	/* Shift went up first: the symbol changed, the key did not. */
	put_key(&outbox, 'a', 0x1e, false);
	assert_int_equal(take(&outbox).keysym, 'A');
	expect_nothing(&outbox);
}

static void test_running_over_lets_go(void **state)
{
	static struct outbox outbox;
	struct outbox_event event;

	outbox_init(&outbox);
	put_key(&outbox, 'x', 0x2d, true);
	take(&outbox);
	put_pointer(&outbox, 1, 1, 1);
	take(&outbox);
	for (int i = 0; i < OUTBOX_EVENTS_MAX + 5; i++)
		put_key(&outbox, 'b', 0x30, i % 2 == 0);
	event = take(&outbox);
	assert_int_equal(event.keysym, 'x');
	assert_false(event.down);
	expect_pointer(&outbox, 1, 1, 0);
	assert_true(outbox.dropped >= OUTBOX_EVENTS_MAX);
}

/* Whatever is put in, the other side never has more held than is held here, and nothing after a release. */
static void test_nothing_sticks(void **state)
{
	static struct outbox outbox;
	uint32_t seed = 11;
	bool held[64] = { 0 };
	unsigned buttons = 0;

	outbox_init(&outbox);
	for (int i = 0; i < 200000; i++) {
		struct outbox_event event;
		int what = random_between(&seed, 0, 99);

		if (what < 40)
			put_key(&outbox, (uint32_t)(100 + what), (uint32_t)random_between(&seed, 1, 60),
				what % 2);
		else if (what < 70)
			put_pointer(&outbox, what, i, (unsigned)random_between(&seed, 0, 7));
		else if (what == 70)
			outbox_release(&outbox);
		while (random_between(&seed, 0, 3) && outbox_next(&outbox, &event)) {
			outbox_taken(&outbox, &event);
			if (event.type == OUTBOX_KEY) {
				assert_true(event.down || held[event.scancode]);
				held[event.scancode] = event.down;
			} else {
				buttons = event.buttons;
			}
		}
	}
	outbox_release(&outbox);
	for (struct outbox_event event; outbox_next(&outbox, &event);) {
		outbox_taken(&outbox, &event);
		if (event.type == OUTBOX_KEY)
			held[event.scancode] = event.down;
		else
			buttons = event.buttons;
	}
	assert_int_equal(buttons, 0);
	for (unsigned i = 0; i < 64; i++)
		assert_false(held[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_motion_merges_but_not_across_edges),
		cmocka_unit_test(test_distances_add_up),
		cmocka_unit_test(test_release_lets_go_of_all),
		cmocka_unit_test(test_what_goes_up_is_what_went_down),
		cmocka_unit_test(test_running_over_lets_go),
		cmocka_unit_test(test_nothing_sticks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
