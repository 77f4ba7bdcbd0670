/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links over a real pseudo-terminal, which the kernel puts between the two ends. */
#include "tests/unit/testing.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include "hub/link/link.h"
#include "hub/link/tty.h"

/* The master is the hub's line, the slave the twin's. */
struct pair {
	int master;
	char slave[TTY_PATH_MAX];
	struct link *hub, *twin;
};

static void open_line(struct pair *p)
{
	struct termios tio;

	p->master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	assert_true(p->master >= 0);
	assert_int_equal(grantpt(p->master), 0);
	assert_int_equal(unlockpt(p->master), 0);
	assert_int_equal(ptsname_r(p->master, p->slave, sizeof(p->slave)), 0);
	assert_int_equal(tcgetattr(p->master, &tio), 0);
	cfmakeraw(&tio);
	assert_int_equal(tcsetattr(p->master, TCSANOW, &tio), 0);
}

static void wait_for(struct link *a, struct link *b)
{
	struct pollfd fds[2] = { { .fd = a->fd, .events = POLLIN }, { .fd = b->fd, .events = POLLIN } };

	assert_true(poll(fds, 2, 5000) > 0);
}

/* Both ends live: the hub meets its peer, the twin goes on reading. */
static void meet(struct pair *p)
{
	char buf[16];

	assert_int_equal(tty_link_create(&p->hub, dup(p->master), false, "the line"), 0);
	assert_int_equal(tty_connect(&p->twin, p->slave), 0);
	assert_true(p->twin->connecting);
	while (link_write(p->twin, "x", 0) == -EAGAIN && p->hub->ops->meet(p->hub) == -EAGAIN) {
		assert_int_equal(link_read(p->twin, buf, sizeof(buf)), -EAGAIN);
		wait_for(p->hub, p->twin);
	}
	while (p->twin->connecting) {
		wait_for(p->twin, p->twin);
		assert_int_equal(link_read(p->twin, buf, sizeof(buf)), -EAGAIN);
	}
}

static void finish(struct pair *p)
{
	link_close(p->hub);
	link_close(p->twin);
	close(p->master);
}

static void test_bytes_go_both_ways(void **state)
{
	static uint8_t sent[100 * 1024], got[sizeof(sent)];
	struct rng rng = { 1 };
	struct pair p;
	size_t out = 0, in = 0;
	char buf[16];

	open_line(&p);
	meet(&p);
	for (size_t i = 0; i < sizeof(sent); i++)
		sent[i] = (uint8_t)rng_next(&rng);
	/* More than the line holds: what does not fit is taken later. */
	while (in < sizeof(sent)) {
		ssize_t n;

		while (out < sizeof(sent) && (n = link_write(p.hub, sent + out, sizeof(sent) - out)) > 0)
			out += (size_t)n;
		assert_int_equal(link_read(p.hub, buf, sizeof(buf)), -EAGAIN);
		n = link_read(p.twin, got + in, sizeof(got) - in);
		if (n == -EAGAIN)
			wait_for(p.twin, p.hub);
		else
			in += (size_t)n;
		assert_true(n == -EAGAIN || n > 0);
	}
	assert_memory_equal(sent, got, sizeof(sent));
	assert_int_equal(link_write(p.twin, "hello", 5), 5);
	wait_for(p.hub, p.hub);
	assert_int_equal(link_read(p.hub, buf, sizeof(buf)), 5);
	assert_memory_equal(buf, "hello", 5);
	finish(&p);
}

static void test_close_is_told(void **state)
{
	struct pair p;
	char buf[16];

	open_line(&p);
	meet(&p);
	assert_int_equal(link_write(p.hub, "last", 4), 4);
	link_close(p.hub);
	p.hub = NULL;
	wait_for(p.twin, p.twin);
	assert_int_equal(link_read(p.twin, buf, sizeof(buf)), 4);
	assert_int_equal(link_read(p.twin, buf, sizeof(buf)), 0);
	finish(&p);
}

static void test_injected_bytes_end_it(void **state)
{
	static const uint8_t noise[3000];
	struct pair p;
	char buf[16];

	open_line(&p);
	meet(&p);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(write(p.master, noise, sizeof(noise)), sizeof(noise));
		wait_for(p.twin, p.twin);
		if (link_read(p.twin, buf, sizeof(buf)) == -EPROTO)
			break;
	}
	assert_string_equal(p.twin->why, "the line is full of garbage");
	finish(&p);
}

static void test_line_that_goes(void **state)
{
	struct pair p;
	char buf[16];

	open_line(&p);
	meet(&p);
	link_close(p.hub);
	p.hub = NULL;
	close(p.master);
	p.master = -1;
	wait_for(p.twin, p.twin);
	assert_in_range(-link_read(p.twin, buf, sizeof(buf)), 0, EIO);
	finish(&p);
}

static void test_no_terminal(void **state)
{
	struct link *link;

	assert_int_equal(tty_connect(&link, "/dev/there-is-none"), -ENOENT);
	assert_int_equal(tty_connect(&link, "/proc/self/status"), -ENOTTY);
	assert_int_equal(tty_connect(&link, "/dev/null"), -ENOTTY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_go_both_ways),    cmocka_unit_test(test_close_is_told),
		cmocka_unit_test(test_injected_bytes_end_it), cmocka_unit_test(test_line_that_goes),
		cmocka_unit_test(test_no_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
