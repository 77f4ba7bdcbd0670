/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/link/acceptor.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hub/core/clock.h"
#include "hub/link/link.h"
#include "tests/unit/testing.h"

static struct loop *loop;
static struct acceptor *acceptor;
static unsigned n_met, n_failed, n_turns;
static int last_error;
static rlim_t files;

static void set_files(rlim_t limit)
{
	struct rlimit r;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &r), 0);
	files = r.rlim_cur;
	r.rlim_cur = limit;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &r), 0);
}

static void on_met(void *data, struct link *link)
{
	n_met++;
	link_close(link);
	loop_quit(loop, 0);
}

static void on_failed(void *data, int rc)
{
	n_failed++;
	last_error = rc;
}

static void on_turn(void *data)
{
	n_turns++;
}

static void on_time(void *data)
{
	loop_quit(loop, 0);
}

static void run_for(unsigned ms)
{
	struct loop_timer *timer = loop_add_timer(loop, on_time, NULL);

	loop_timer_at(timer, clock_now_ns() + ms * NS_PER_MS);
	assert_int_equal(loop_run(loop), 0);
	loop_remove_timer(timer);
}

static int knock(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	assert_int_equal(connect(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	return fd;
}

/* Nobody spins while there is no file; who waits is met once there is one. */
static void rests_without_files(void **state)
{
	static const struct acceptor_callbacks callbacks = { .met = on_met, .failed = on_failed };
	char folder[] = "/tmp/test_acceptor.XXXXXX", endpoint[64];
	struct link_listener *listener;
	struct loop_hook *hook;
	int client, next;
	pid_t pid;

	assert_non_null(mkdtemp(folder));
	snprintf(endpoint, sizeof(endpoint), "unix:%s/s", folder);
	assert_int_equal(loop_create(&loop), 0);
	hook = loop_add_hook(loop, on_turn, NULL);
	assert_int_equal(link_listen(&listener, endpoint, (gid_t)-1, &pid), 0);
	assert_int_equal(acceptor_create(&acceptor, loop, listener, &callbacks), 0);
	client = knock(endpoint + 5);
	next = dup(client);
	close(next);
	set_files((rlim_t)next);
	n_turns = 0;
	run_for(2 * ACCEPTOR_PAUSE_MS + ACCEPTOR_PAUSE_MS / 2);
	assert_int_equal(n_met, 0);
	assert_int_equal(last_error, -EMFILE);
	assert_in_range(n_failed, 1, 3);
	assert_in_range(n_turns, 1, 20);
	set_files(files);
	run_for(20 * ACCEPTOR_PAUSE_MS);
	assert_int_equal(n_met, 1);
	close(client);

	/* Held, it stays so after a pause has ended, too. */
	acceptor_hold(acceptor, true);
	client = knock(endpoint + 5);
	run_for(2 * ACCEPTOR_PAUSE_MS);
	assert_int_equal(n_met, 1);
	acceptor_hold(acceptor, false);
	run_for(20 * ACCEPTOR_PAUSE_MS);
	assert_int_equal(n_met, 2);
	close(client);

	acceptor_destroy(acceptor);
	link_unlisten(listener);
	loop_remove_hook(hook);
	loop_destroy(loop);
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rests_without_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
