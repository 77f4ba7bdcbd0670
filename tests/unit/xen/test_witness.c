/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A socket of the test's own stands for xenstored's. */
#include "hub/xen/witness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hub/core/clock.h"
#include "tests/unit/testing.h"

#define PATIENCE_NS (20 * NS_PER_S)

static struct loop *loop;
static char path[64];
static int listener, far;
static unsigned told;
static struct witness *witness;

static int set_up(void **state)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	snprintf(path, sizeof(path), "/tmp/xenhub-witness-%d", (int)getpid());
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	unlink(path);
	told = 0;
	witness = NULL;
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	return loop_create(&loop) || bind(listener, (struct sockaddr *)&sun, sizeof(sun)) ||
	       listen(listener, 1) || setenv("XENSTORED_PATH", path, 1);
}

static int tear_down(void **state)
{
	loop_destroy(loop);
	close(listener);
	return unlink(path);
}

static void on_end(void *data)
{
	told++;
	/* As its users do, from within. */
	witness_destroy(witness);
	witness = NULL;
	loop_quit(loop, 0);
}

static void on_late(void *data)
{
	loop_quit(loop, 1);
}

static int run(uint64_t for_ns)
{
	struct loop_timer *timer = loop_add_timer(loop, on_late, NULL);
	int rc;

	loop_timer_at(timer, clock_now_ns() + for_ns);
	rc = loop_run(loop);
	loop_remove_timer(timer);
	return rc;
}

static void begin(void)
{
	assert_int_equal(witness_create(&witness, loop, on_end, NULL), 0);
	far = accept(listener, NULL, NULL);
	assert_true(far >= 0);
}

static void tells_of_the_end_once(void **state)
{
	begin();
	assert_int_equal(run(NS_PER_S / 10), 1);
	assert_int_equal(told, 0);
	close(far);
	assert_int_equal(run(PATIENCE_NS), 0);
	assert_int_equal(told, 1);
	assert_null(witness);
	assert_int_equal(run(NS_PER_S / 10), 1);
	assert_int_equal(told, 1);
}

static void says_nothing_itself(void **state)
{
	char byte;

	begin();
	assert_int_equal(recv(far, &byte, 1, MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
	witness_destroy(witness);
	assert_int_equal(recv(far, &byte, 1, 0), 0);
	close(far);
}

static void there_is_none_without_a_socket(void **state)
{
	setenv("XENSTORED_PATH", "/dev/null", 1);
	assert_int_equal(witness_create(&witness, loop, on_end, NULL), -ENODEV);
	setenv("XENSTORED_PATH", "/nowhere/at-all", 1);
	assert_int_equal(witness_create(&witness, loop, on_end, NULL), -ENODEV);
	witness_destroy(NULL);
	witness_abandon(NULL);
}

static void nobody_behind_the_socket_is_an_error(void **state)
{
	close(listener);
	assert_int_equal(witness_create(&witness, loop, on_end, NULL), -ECONNREFUSED);
	listener = -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_of_the_end_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(says_nothing_itself, set_up, tear_down),
		cmocka_unit_test_setup_teardown(there_is_none_without_a_socket, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nobody_behind_the_socket_is_an_error, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
