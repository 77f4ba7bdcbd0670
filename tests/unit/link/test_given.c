/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libxenhub on links that are given to it: it says HELLO on each, lets go of one for the next, and never looks for one itself. */
#include "tests/unit/testing.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hub/client/internal.h"
#include "hub/link/link.h"
#include "hub/wire/wire.h"

struct fake {
	struct link link;
	int far;
};

static unsigned n_closed, n_down;
static bool closed_in_order;
static char told[256];

static ssize_t fake_read(struct link *link, void *buf, size_t size)
{
	ssize_t n = read(link->fd, buf, size);

	return n < 0 ? -errno : n;
}

static ssize_t fake_write(struct link *link, const void *buf, size_t size)
{
	ssize_t n = write(link->fd, buf, size);

	return n < 0 ? -errno : n;
}

static uint32_t fake_wait_events(struct link *link, bool want_write)
{
	return EPOLLIN | (want_write ? EPOLLOUT : 0);
}

static void fake_close(struct link *link)
{
	struct fake *f = (struct fake *)link;

	n_closed++;
	closed_in_order = link->in_order;
	close(link->fd);
	close(f->far);
	free(f);
}

static const struct link_ops fake_ops = {
	.read = fake_read,
	.write = fake_write,
	.wait_events = fake_wait_events,
	.close = fake_close,
};

static struct fake *make_link(void)
{
	struct fake *f = calloc(1, sizeof(*f));
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	f->link.ops = &fake_ops;
	f->link.fd = fds[0];
	f->far = fds[1];
	return f;
}

static void expect_hello(const struct fake *f)
{
	uint8_t bytes[WIRE_MESSAGE_MAX];
	ssize_t n = read(f->far, bytes, sizeof(bytes));
	struct wire_header h;
	struct wire_error err;

	assert_true(n >= WIRE_HEADER_SIZE);
	assert_int_equal(wire_get_header(bytes, &h, &err), 0);
	assert_int_equal(h.type, WIRE_HELLO);
}

static void on_link(void *data, enum xenhub_link status, const char *text)
{
	n_down += status == XENHUB_LINK_DOWN;
	snprintf(told, sizeof(told), "%s", text);
}

static void links_are_given_and_taken(void **state)
{
	static const struct xenhub_listener listener = { .link = on_link };
	const struct xenhub_options options = { .name = "test" };
	struct fake *first = make_link(), *second = make_link();
	struct xenhub *hub;
	struct pollfd p = { .events = POLLIN };

	assert_int_equal(xenhub_open_given(&hub, "vchan:test", &options, &listener, NULL), 0);
	p.fd = xenhub_fd(hub);
	assert_int_equal(xenhub_dispatch(hub), 0);
	xenhub_drop(hub, "nothing", false);
	assert_int_equal(n_down, 0);

	xenhub_give(hub, &first->link);
	assert_int_equal(xenhub_dispatch(hub), 0);
	expect_hello(first);
	xenhub_give(hub, &second->link);
	assert_int_equal(n_closed, 1);
	assert_true(closed_in_order);
	assert_int_equal(n_down, 1);
	assert_int_equal(xenhub_dispatch(hub), 0);
	expect_hello(second);

	xenhub_drop(hub, "it broke a rule", false);
	assert_int_equal(n_closed, 2);
	assert_false(closed_in_order);
	assert_string_equal(told, "it broke a rule");
	/* Nothing is due: it waits to be given another. */
	assert_int_equal(xenhub_dispatch(hub), 0);
	assert_int_equal(poll(&p, 1, 300), 0);

	/* A peer that speaks otherwise is not in order, and one that has gone is forgotten. */
	first = make_link();
	xenhub_give(hub, &first->link);
	assert_int_equal(write(first->far, "nonsense, and more of it", 24), 24);
	assert_int_equal(xenhub_dispatch(hub), 0);
	assert_int_equal(n_closed, 3);
	assert_false(closed_in_order);
	second = make_link();
	xenhub_give(hub, &second->link);
	assert_int_equal(shutdown(second->far, SHUT_RDWR), 0);
	assert_int_equal(xenhub_dispatch(hub), 0);
	assert_int_equal(n_closed, 4);
	assert_int_equal(poll(&p, 1, 300), 0);
	xenhub_close(hub);
	assert_int_equal(n_closed, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_are_given_and_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
