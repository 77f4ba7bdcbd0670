/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links that a thread makes: connecting, there, failed, and closed before they were there. */
#include "tests/unit/testing.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hub/link/link.h"

static int gate[2]; /* the maker waits until it may go on */
static int other;   /* the far end of what it made */

static int make(struct link **out, const char *endpoint, char *why, size_t size)
{
	int fds[2];
	char go;

	if (read(gate[0], &go, 1) != 1)
		return -EIO;
	if (!strcmp(endpoint, "fail")) {
		snprintf(why, size, "there is none");
		return -ENOENT;
	}
	if (!strcmp(endpoint, "early"))
		return -EAGAIN;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) < 0)
		return -errno;
	other = fds[1];
	return link_from_fd(out, fds[0]);
}

static void open_gate(void)
{
	assert_int_equal(write(gate[1], "x", 1), 1);
}

static void wait_for(struct link *link)
{
	struct pollfd p = { .fd = link->fd, .events = POLLIN };

	assert_int_equal(poll(&p, 1, 5000), 1);
}

static void test_made(void **state)
{
	struct link *link;
	char buf[16];

	assert_int_equal(link_connect_slowly(&link, "good", make), 0);
	assert_true(link->connecting);
	assert_int_equal(link_read(link, buf, sizeof(buf)), -EAGAIN);
	assert_int_equal(link_write(link, "early", 5), -EAGAIN);
	open_gate();
	wait_for(link);
	assert_int_equal(link_write(link, "hello", 5), 5);
	assert_int_equal(read(other, buf, sizeof(buf)), 5);
	link_wait_events(link, false);
	assert_int_equal(write(other, "yes", 3), 3);
	wait_for(link);
	assert_int_equal(link_read(link, buf, sizeof(buf)), 3);
	assert_false(link->connecting);
	close(other);
	wait_for(link);
	assert_int_equal(link_read(link, buf, sizeof(buf)), 0);
	link_close(link);
}

static void test_failed(void **state)
{
	struct link *link;
	char buf[16];

	assert_int_equal(link_connect_slowly(&link, "fail", make), 0);
	open_gate();
	wait_for(link);
	assert_int_equal(link_read(link, buf, sizeof(buf)), -ENOENT);
	assert_string_equal(link->why, "there is none");
	assert_int_equal(link_read(link, buf, sizeof(buf)), -ENOENT);
	link_close(link);
}

/* A domain whose channel is not connected yet: who waited for that link waited for ever. */
static void test_not_there_yet(void **state)
{
	struct link *link;
	char buf[16];

	assert_int_equal(link_connect_slowly(&link, "early", make), 0);
	open_gate();
	wait_for(link);
	assert_int_equal(link_read(link, buf, sizeof(buf)), -ENOTCONN);
	assert_int_equal(link_write(link, "x", 1), -ENOTCONN);
	link_close(link);
}

/* The maker closes what nobody waits for any more. */
static void test_closed_meanwhile(void **state)
{
	struct link *link;
	char buf[16];
	struct pollfd p = { .events = POLLIN };

	other = -1;
	assert_int_equal(link_connect_slowly(&link, "good", make), 0);
	link_close(link);
	open_gate();
	for (unsigned i = 0; i < 500 && __atomic_load_n(&other, __ATOMIC_ACQUIRE) < 0; i++)
		poll(NULL, 0, 10);
	p.fd = other;
	assert_int_equal(poll(&p, 1, 5000), 1);
	assert_int_equal(read(other, buf, sizeof(buf)), 0);
	close(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made),
		cmocka_unit_test(test_failed),
		cmocka_unit_test(test_not_there_yet),
		cmocka_unit_test(test_closed_meanwhile),
	};

	if (pipe(gate) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
