/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/core/mailbox.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>

#include "tests/unit/testing.h"

static bool readable(const struct mailbox *box)
{
	struct pollfd p = { .fd = mailbox_fd(box), .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void keeps_order_and_bound(void **state)
{
	struct mailbox *box;
	int m[5];

	assert_int_equal(mailbox_create(&box, 4), 0);
	assert_false(readable(box));
	assert_null(mailbox_take(box));
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 4; i++)
			assert_int_equal(mailbox_post(box, &m[i]), 0);
		assert_int_equal(mailbox_post(box, &m[4]), -ENOSPC);
		assert_true(readable(box));
		for (int i = 0; i < 4; i++)
			assert_ptr_equal(mailbox_take(box), &m[i]);
		assert_null(mailbox_take(box));
		assert_false(readable(box));
	}
	mailbox_destroy(box, NULL);
}

/* A reader that stops before NULL must be woken again for what it left. */
static void stays_readable_until_read_to_null(void **state)
{
	struct mailbox *box;
	int m[2];

	assert_int_equal(mailbox_create(&box, 4), 0);
	mailbox_post(box, &m[0]);
	mailbox_post(box, &m[1]);
	assert_ptr_equal(mailbox_take(box), &m[0]);
	assert_true(readable(box));
	assert_ptr_equal(mailbox_take(box), &m[1]);
	mailbox_post(box, &m[0]);
	assert_ptr_equal(mailbox_take(box), &m[0]);
	assert_null(mailbox_take(box));
	assert_false(readable(box));
	mailbox_destroy(box, NULL);
}

static void destroy_hands_back_what_waits(void **state)
{
	struct mailbox *box;

	assert_int_equal(mailbox_create(&box, 4), 0);
	mailbox_post(box, malloc(1));
	mailbox_post(box, malloc(1));
	mailbox_destroy(box, free); /* a leak sanitizer watches */
	mailbox_destroy(NULL, free);
}

#define MESSAGES 20000

static void *produce(void *data)
{
	struct mailbox *box = data;
	static int numbers[MESSAGES];

	for (int i = 0; i < MESSAGES; i++) {
		numbers[i] = i;
		while (mailbox_post(box, &numbers[i]) == -ENOSPC)
			poll(NULL, 0, 1);
	}
	return NULL;
}

static void joins_two_threads(void **state)
{
	struct mailbox *box;
	pthread_t thread;
	int next = 0;

	assert_int_equal(mailbox_create(&box, 64), 0);
	assert_int_equal(pthread_create(&thread, NULL, produce, box), 0);
	while (next < MESSAGES) {
		struct pollfd p = { .fd = mailbox_fd(box), .events = POLLIN };
		int *m;

		assert_int_equal(poll(&p, 1, 10000), 1);
		while ((m = mailbox_take(box)))
			assert_int_equal(*m, next++);
	}
	pthread_join(thread, NULL);
	assert_false(readable(box));
	mailbox_destroy(box, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_order_and_bound),
		cmocka_unit_test(stays_readable_until_read_to_null),
		cmocka_unit_test(destroy_hands_back_what_waits),
		cmocka_unit_test(joins_two_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
