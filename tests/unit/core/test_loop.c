/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/core/loop.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "hub/core/clock.h"
#include "tests/unit/testing.h"

struct world {
	struct loop *loop;
	struct loop_timer *timers[3];
	struct loop_fd *fds[3];
	struct loop_hook *hook;
	int pipes[3][2];
	char log[64];
	int hooks;
	int calls;
};

static void note(struct world *w, char c)
{
	size_t n = strlen(w->log);

	assert_true(n + 1 < sizeof(w->log));
	w->log[n] = c;
	w->log[n + 1] = '\0';
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w || loop_create(&w->loop) < 0)
		return -1;
	for (int i = 0; i < 3; i++)
		if (pipe(w->pipes[i]) < 0)
			return -1;
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	loop_destroy(w->loop);
	for (int i = 0; i < 3; i++) {
		close(w->pipes[i][0]);
		close(w->pipes[i][1]);
	}
	free(w);
	return 0;
}

static void on_quit(void *data)
{
	loop_quit(((struct world *)data)->loop, 7);
}

static void on_a(void *data)
{
	note(data, 'a');
}

static void on_b(void *data)
{
	note(data, 'b');
}

static void timers_fire_in_time(void **state)
{
	struct world *w = *state;
	uint64_t now = clock_now_ns();

	loop_timer_at(loop_add_timer(w->loop, on_quit, w), now + 40 * NS_PER_MS);
	loop_timer_at(loop_add_timer(w->loop, on_b, w), now + 20 * NS_PER_MS);
	loop_timer_at(loop_add_timer(w->loop, on_a, w), now + 5 * NS_PER_MS);
	loop_add_timer(w->loop, on_a, w); /* never armed */
	assert_int_equal(loop_run(w->loop), 7);
	assert_string_equal(w->log, "ab");
	assert_true(clock_now_ns() >= now + 40 * NS_PER_MS);
}

static void on_move(void *data)
{
	struct world *w = data;

	note(w, 'm');
	loop_timer_at(w->timers[0], CLOCK_NEVER);
	loop_timer_at(w->timers[1], w->calls++ ? CLOCK_NEVER : loop_now(w->loop) + NS_PER_MS);
}

/* Disarming takes effect at once; a handler may arm its own timer anew; 0 is a deadline that has passed. */
static void timers_can_be_moved(void **state)
{
	struct world *w = *state;

	w->timers[0] = loop_add_timer(w->loop, on_a, w);
	w->timers[1] = loop_add_timer(w->loop, on_move, w);
	w->timers[2] = loop_add_timer(w->loop, on_quit, w);
	loop_timer_at(w->timers[0], clock_now_ns() + 20 * NS_PER_MS);
	loop_timer_at(w->timers[1], 0);
	loop_timer_at(w->timers[2], clock_now_ns() + 30 * NS_PER_MS);
	assert_int_equal(loop_run(w->loop), 7);
	assert_string_equal(w->log, "mm");
}

static void on_remove_both(void *data, int fd, uint32_t events)
{
	struct world *w = data;

	note(w, 'x');
	loop_remove_fd(w->fds[0]);
	loop_remove_fd(w->fds[1]);
	w->fds[0] = w->fds[1] = NULL;
	loop_quit(w->loop, 0);
}

/* Both are readable in one batch; whichever runs first removes both, and the other must not run. */
static void removed_sources_get_no_call_within_the_batch(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 2; i++) {
		assert_int_equal(write(w->pipes[i][1], "x", 1), 1);
		w->fds[i] = loop_add_fd(w->loop, w->pipes[i][0], EPOLLIN, on_remove_both, w);
		assert_non_null(w->fds[i]);
	}
	assert_int_equal(loop_run(w->loop), 0);
	assert_string_equal(w->log, "x");
}

static void on_remove_timers(void *data)
{
	struct world *w = data;

	note(w, 't');
	for (int i = 0; i < 2; i++) {
		loop_remove_timer(w->timers[i]);
		w->timers[i] = NULL;
	}
	loop_quit(w->loop, 0);
}

static void removed_timers_get_no_call(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 2; i++) {
		w->timers[i] = loop_add_timer(w->loop, on_remove_timers, w);
		loop_timer_at(w->timers[i], 1);
	}
	assert_int_equal(loop_run(w->loop), 0);
	assert_string_equal(w->log, "t");
}

static void on_readd(void *data, int fd, uint32_t events)
{
	struct world *w = data;
	char c;

	if (w->calls++ == 3) {
		loop_quit(w->loop, 0);
		return;
	}
	assert_int_equal(read(fd, &c, 1), 1);
	loop_remove_fd(w->fds[0]);
	w->fds[0] = loop_add_fd(w->loop, fd, EPOLLIN, on_readd, w);
	assert_non_null(w->fds[0]);
}

static void a_handler_may_replace_itself(void **state)
{
	struct world *w = *state;

	assert_int_equal(write(w->pipes[0][1], "1234", 4), 4);
	w->fds[0] = loop_add_fd(w->loop, w->pipes[0][0], EPOLLIN, on_readd, w);
	assert_int_equal(loop_run(w->loop), 0);
	assert_int_equal(w->calls, 4);
}

static void on_hook(void *data)
{
	struct world *w = data;

	w->hooks++;
	note(w, 'h');
}

static void on_input(void *data, int fd, uint32_t events)
{
	struct world *w = data;
	char c;

	assert_int_equal(read(fd, &c, 1), 1);
	note(w, c);
	if (c == 'q')
		loop_quit(w->loop, 0);
}

/* A hook runs before the first sleep and after each batch: also after the batch that ends the loop. */
static void hooks_run_once_a_batch(void **state)
{
	struct world *w = *state;

	w->hook = loop_add_hook(w->loop, on_hook, w);
	loop_add_fd(w->loop, w->pipes[0][0], EPOLLIN, on_input, w);
	assert_int_equal(write(w->pipes[0][1], "q", 1), 1);
	assert_int_equal(loop_run(w->loop), 0);
	assert_int_equal(w->log[0], 'h');
	assert_int_equal(w->log[1], 'q');
	assert_int_equal(w->log[2], 'h');
}

static void on_hook_removes_itself(void *data)
{
	struct world *w = data;

	w->hooks++;
	loop_remove_hook(w->hook);
}

static void hooks_may_remove_themselves(void **state)
{
	struct world *w = *state;

	w->hook = loop_add_hook(w->loop, on_hook_removes_itself, w);
	loop_add_fd(w->loop, w->pipes[0][0], EPOLLIN, on_input, w);
	assert_int_equal(write(w->pipes[0][1], "abq", 3), 3);
	assert_int_equal(loop_run(w->loop), 0);
	assert_int_equal(w->hooks, 1);
}

/* Nothing wakes when nothing happens: in 60 ms the loop sleeps once, until the thread ends it. */
static void *quit_later(void *data)
{
	usleep(60000);
	loop_quit(((struct world *)data)->loop, 3);
	return NULL;
}

static void idle_means_asleep_and_another_thread_may_quit(void **state)
{
	struct world *w = *state;
	pthread_t thread;

	loop_add_hook(w->loop, on_hook, w);
	loop_add_fd(w->loop, w->pipes[0][0], EPOLLIN, on_input, w);
	w->timers[0] = loop_add_timer(w->loop, on_a, w);
	loop_timer_at(w->timers[0], clock_now_ns() + 10 * NS_PER_MS);
	loop_timer_at(w->timers[0], CLOCK_NEVER);
	assert_int_equal(pthread_create(&thread, NULL, quit_later, w), 0);
	assert_int_equal(loop_run(w->loop), 3);
	pthread_join(thread, NULL);
	assert_string_equal(w->log, "hh");
}

static void quit_before_run_counts(void **state)
{
	struct world *w = *state;

	loop_quit(w->loop, 5);
	assert_int_equal(loop_run(w->loop), 5);
	/* And is used up: the next run waits for its own. */
	loop_timer_at(loop_add_timer(w->loop, on_quit, w), 1);
	assert_int_equal(loop_run(w->loop), 7);
}

static void on_writable(void *data, int fd, uint32_t events)
{
	struct world *w = data;

	note(w, 'w');
	assert_int_equal(loop_fd_events(w->fds[0], 0), 0);
	loop_timer_at(w->timers[0], loop_now(w->loop) + 10 * NS_PER_MS);
}

static void interest_can_be_changed(void **state)
{
	struct world *w = *state;

	w->timers[0] = loop_add_timer(w->loop, on_quit, w);
	w->fds[0] = loop_add_fd(w->loop, w->pipes[0][1], EPOLLOUT, on_writable, w);
	assert_int_equal(loop_run(w->loop), 7);
	assert_string_equal(w->log, "w");
}

static void on_hangup(void *data, int fd, uint32_t events)
{
	struct world *w = data;

	assert_true(events & EPOLLHUP);
	loop_quit(w->loop, 0);
}

static void hangup_is_told(void **state)
{
	struct world *w = *state;

	loop_add_fd(w->loop, w->pipes[0][0], EPOLLIN, on_hangup, w);
	close(w->pipes[0][1]);
	w->pipes[0][1] = dup(w->pipes[1][1]);
	assert_int_equal(loop_run(w->loop), 0);
}

static void on_signal(void *data, int signo)
{
	struct world *w = data;

	note(w, signo == SIGUSR1 ? '1' : '2');
	if (signo == SIGUSR2)
		loop_quit(w->loop, 0);
}

static void signals_come_as_events(void **state)
{
	struct world *w = *state;

	assert_int_equal(loop_add_signal(w->loop, SIGUSR1, on_signal, w), 0);
	assert_int_equal(loop_add_signal(w->loop, SIGUSR2, on_signal, w), 0);
	kill(getpid(), SIGUSR1);
	kill(getpid(), SIGUSR2);
	assert_int_equal(loop_run(w->loop), 0);
	assert_string_equal(w->log, "12");
}

static void a_closed_fd_is_refused(void **state)
{
	struct world *w = *state;

	errno = 0;
	assert_null(loop_add_fd(w->loop, -1, EPOLLIN, on_input, w));
	assert_int_equal(errno, EBADF);
}

int main(void)
{
#define WITH_LOOP(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH_LOOP(timers_fire_in_time),
		WITH_LOOP(timers_can_be_moved),
		WITH_LOOP(removed_sources_get_no_call_within_the_batch),
		WITH_LOOP(removed_timers_get_no_call),
		WITH_LOOP(a_handler_may_replace_itself),
		WITH_LOOP(hooks_run_once_a_batch),
		WITH_LOOP(hooks_may_remove_themselves),
		WITH_LOOP(idle_means_asleep_and_another_thread_may_quit),
		WITH_LOOP(quit_before_run_counts),
		WITH_LOOP(interest_can_be_changed),
		WITH_LOOP(hangup_is_told),
		WITH_LOOP(signals_come_as_events),
		WITH_LOOP(a_closed_fd_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
