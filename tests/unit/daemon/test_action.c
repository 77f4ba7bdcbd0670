/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/daemon/action.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hub/core/clock.h"
#include "hub/core/sandbox.h"
#include "tests/unit/testing.h"

struct world {
	struct loop *loop;
	struct action action;
	char folder[64];
};

static int setup(void **state)
{
	static struct world w;

	snprintf(w.folder, sizeof(w.folder), "/tmp/xenhub-action-XXXXXX");
	if (!mkdtemp(w.folder) || loop_create(&w.loop) < 0)
		return -1;
	action_init(&w.action, w.loop);
	*state = &w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;
	char path[96];

	action_finish(&w->action);
	loop_destroy(w->loop);
	snprintf(path, sizeof(path), "%s/made", w->folder);
	unlink(path);
	return rmdir(w->folder);
}

static void on_late(void *data)
{
	loop_quit(data, 1);
}

static void end_when_done(void *data)
{
	struct world *w = data;

	if (!w->action.running)
		loop_quit(w->loop, 0);
}

static void wait_for_end(struct world *w)
{
	struct loop_hook *hook = loop_add_hook(w->loop, end_when_done, w);
	struct loop_timer *timer = loop_add_timer(w->loop, on_late, w->loop);

	loop_timer_at(timer, clock_now_ns() + 20 * NS_PER_S);
	assert_int_equal(loop_run(w->loop), 0);
	loop_remove_hook(hook);
	loop_remove_timer(timer);
}

static void words_are_arguments_and_no_shell_reads_them(void **state)
{
	struct world *w = *state;
	char command[256], path[96];

	snprintf(command, sizeof(command), "  touch \t%s/made %s/$HOME", w->folder, w->folder);
	assert_int_equal(action_prepare(&w->action, command), 0);
	assert_int_equal(action_run(&w->action), 0);
	wait_for_end(w);
	snprintf(path, sizeof(path), "%s/made", w->folder);
	assert_int_equal(access(path, F_OK), 0);
	snprintf(path, sizeof(path), "%s/$HOME", w->folder);
	assert_int_equal(unlink(path), 0);
}

static void one_at_a_time(void **state)
{
	struct world *w = *state;

	assert_int_equal(action_run(&w->action), -ENOTCONN);
	assert_int_equal(action_prepare(&w->action, "sleep 0.2"), 0);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(action_run(&w->action), 0);
		assert_int_equal(action_run(&w->action), -EBUSY);
		wait_for_end(w);
	}
}

static void what_fails_may_be_tried_again(void **state)
{
	struct world *w = *state;

	assert_int_equal(action_prepare(&w->action, "false"), 0);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(action_run(&w->action), 0);
		wait_for_end(w);
	}
}

static void what_cannot_run_is_refused(void **state)
{
	struct world *w = *state;
	char command[2 * ACTION_WORDS_MAX + 8] = "true";

	assert_int_equal(action_prepare(&w->action, "   "), -EINVAL);
	for (unsigned i = 0; i < ACTION_WORDS_MAX; i++)
		strcat(command, " x");
	assert_int_equal(action_prepare(&w->action, command), -E2BIG);
	assert_int_equal(action_prepare(&w->action, "/nowhere/at-all"), 0);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(action_run(&w->action), 0);
		wait_for_end(w);
		assert_false(w->action.started);
	}
}

/* A helper that sleeps on its disk: the loop goes on meanwhile. */
static void a_slow_helper_is_not_waited_for(void **state)
{
	struct world *w = *state;
	int pair[2], helper;
	char asked;

	assert_int_equal(action_prepare(&w->action, "true"), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	helper = w->action.fd;
	w->action.fd = pair[0];
	alarm(20);
	assert_int_equal(action_run(&w->action), 0);
	assert_int_equal(action_run(&w->action), -EBUSY);
	alarm(0);
	assert_int_equal(recv(pair[1], &asked, 1, MSG_DONTWAIT), 1);
	w->action.fd = helper;
	close(pair[0]);
	close(pair[1]);
}

static void runs_though_its_daemon_may_not(void **state)
{
	struct world *w = *state;
	char command[128], path[96];
	int status;
	pid_t pid;

	if (!sandbox_is_built())
		skip();
	snprintf(command, sizeof(command), "touch %s/made", w->folder);
	pid = fork();
	if (!pid) {
		char *const words[] = { "true", NULL };

		if (action_prepare(&w->action, command) < 0 ||
		    sandbox_enter(&(struct sandbox_needs){ 0 }) < 0)
			_exit(1);
		if (execv("/bin/true", words) == 0 || errno != EPERM || action_run(&w->action) < 0)
			_exit(2);
		wait_for_end(w);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	snprintf(path, sizeof(path), "%s/made", w->folder);
	assert_int_equal(access(path, F_OK), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(words_are_arguments_and_no_shell_reads_them, setup, teardown),
		cmocka_unit_test_setup_teardown(one_at_a_time, setup, teardown),
		cmocka_unit_test_setup_teardown(what_fails_may_be_tried_again, setup, teardown),
		cmocka_unit_test_setup_teardown(what_cannot_run_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(a_slow_helper_is_not_waited_for, setup, teardown),
		cmocka_unit_test_setup_teardown(runs_though_its_daemon_may_not, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
