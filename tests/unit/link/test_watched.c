/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A socket of the test's own stands for xenstored's, and answers what a watch asks. */
#include "hub/link/watched.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <xen/io/xs_wire.h>
#include <xenstore.h>

#include "hub/link/link.h"
#include "tests/unit/testing.h"

#define PATIENCE_MS 20000

static char path[64];
static int listener, store, witness, far;
static struct xs_handle *xs;
static struct link *watched;

/* ---- the link that is watched: a socket, and its other end is `far` ---- */

static ssize_t plain_read(struct link *link, void *buf, size_t size)
{
	ssize_t n = recv(link->fd, buf, size, MSG_DONTWAIT);

	return n < 0 ? -errno : n;
}

static uint32_t plain_events(struct link *link, bool want_write)
{
	return EPOLLIN;
}

static void plain_close(struct link *link)
{
	close(link->fd);
	free(link);
}

static const struct link_ops plain_ops = { .read = plain_read,
					   .wait_events = plain_events,
					   .close = plain_close };

static struct link *plain(void)
{
	struct link *link = calloc(1, sizeof(*link));
	int pair[2];

	assert_non_null(link);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	link->fd = pair[0];
	link->ops = &plain_ops;
	far = pair[1];
	return link;
}

/* ---- XenStore ---- */

static void say(uint32_t type, uint32_t id, const char *bytes, uint32_t n)
{
	struct xsd_sockmsg header = { .type = type, .req_id = id, .len = n };

	send(store, &header, sizeof(header), MSG_NOSIGNAL);
	send(store, bytes, n, MSG_NOSIGNAL);
}

static void *answer_a_watch(void *data)
{
	struct xsd_sockmsg header;
	char words[256];

	store = accept(listener, NULL, NULL);
	if (recv(store, &header, sizeof(header), MSG_WAITALL) == sizeof(header) &&
	    recv(store, words, header.len, MSG_WAITALL) == (ssize_t)header.len) {
		say(header.type, header.req_id, "OK", 3);
		say(XS_WATCH_EVENT, 0, "where\0what", 11);
	}
	return NULL;
}

static int set_up(void **state)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	pthread_t thread;
	char **event;
	unsigned n;

	snprintf(path, sizeof(path), "/tmp/xenhub-watched-%d", (int)getpid());
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	unlink(path);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	if (bind(listener, (struct sockaddr *)&sun, sizeof(sun)) || listen(listener, 2) ||
	    setenv("XENSTORED_PATH", path, 1) || pthread_create(&thread, NULL, answer_a_watch, NULL))
		return -1;
	alarm(60);
	xs = xs_open(0);
	assert_non_null(xs);
	assert_true(xs_fileno(xs) >= 0);
	assert_true(xs_watch(xs, "where", "what"));
	event = xs_read_watch(xs, &n);
	assert_non_null(event);
	free(event);
	pthread_join(thread, NULL);
	assert_int_equal(watched_create(&watched, plain(), xs, "it has changed"), 0);
	witness = accept(listener, NULL, NULL);
	return witness < 0;
}

static int tear_down(void **state)
{
	link_close(watched);
	close(far);
	close(store);
	close(witness);
	close(listener);
	alarm(0);
	return unlink(path);
}

/* Wakes and reads until something has come of it. */
static ssize_t read_watched(char *byte)
{
	struct pollfd p = { .fd = watched->fd, .events = POLLIN };
	ssize_t n;

	do {
		assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
		n = link_read(watched, byte, 1);
	} while (n == -EAGAIN);
	return n;
}

static void carries_while_nothing_changes(void **state)
{
	char byte;

	assert_int_equal(link_read(watched, &byte, 1), -EAGAIN);
	assert_int_equal(send(far, "x", 1, 0), 1);
	assert_int_equal(read_watched(&byte), 1);
	assert_int_equal(byte, 'x');
	assert_int_equal(link_read(watched, &byte, 1), -EAGAIN);
}

static void ends_when_the_watch_tells(void **state)
{
	char byte;

	say(XS_WATCH_EVENT, 0, "where\0what", 11);
	assert_int_equal(read_watched(&byte), -ECONNRESET);
	assert_string_equal(watched->why, "it has changed");
}

/* As xenstored does that ends: all its connections, and no word. */
static void ends_when_nothing_could_tell_any_more(void **state)
{
	char byte;

	shutdown(store, SHUT_RDWR);
	shutdown(witness, SHUT_RDWR);
	assert_int_equal(read_watched(&byte), -ECONNRESET);
	assert_non_null(strstr(watched->why, "XenStore is gone"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(carries_while_nothing_changes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ends_when_the_watch_tells, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ends_when_nothing_could_tell_any_more, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
