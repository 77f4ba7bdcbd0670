/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/relay/pair.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/testing.h"

#define BULK      (3u << 20)
#define QUESTIONS 2000

/* client ══ pair ══ server, in one process: the pair on the test's loop, both ends in threads of their own. */
struct world {
	struct loop *loop;
	struct pair *pair;
	int client, server;
	int err; /* what done said */
	bool client_is_right, server_is_right;
};

static void on_done(void *data, int err)
{
	struct world *w = data;

	w->err = err;
	w->pair = NULL;
	loop_quit(w->loop, 0);
}

static void begin(struct world *w, uint64_t watch_ns)
{
	int near[2], far[2];

	signal(SIGPIPE, SIG_IGN);
	*w = (struct world){ .err = -1 };
	assert_int_equal(loop_create(&w->loop), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, near), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, far), 0);
	w->client = near[0];
	w->server = far[0];
	assert_int_equal(pair_create(&w->pair, w->loop, near[1], far[1], watch_ns, on_done, w), 0);
}

static void run(struct world *w, void *(*client)(void *), void *(*server)(void *))
{
	pthread_t threads[2];

	assert_int_equal(pthread_create(&threads[0], NULL, client, w), 0);
	assert_int_equal(pthread_create(&threads[1], NULL, server, w), 0);
	assert_int_equal(loop_run(w->loop), 0);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	assert_int_equal(w->err, 0);
	assert_true(w->client_is_right);
	assert_true(w->server_is_right);
	loop_destroy(w->loop);
}

static uint8_t pattern(size_t at)
{
	return (uint8_t)(at * 131 ^ at >> 8 ^ at >> 16);
}

static bool say(int fd, size_t n)
{
	uint8_t *bytes = malloc(n);
	bool said;

	for (size_t i = 0; bytes && i < n; i++)
		bytes[i] = pattern(i);
	said = bytes && send(fd, bytes, n, 0) == (ssize_t)n && shutdown(fd, SHUT_WR) == 0;
	free(bytes);
	return said;
}

/* To the end, with a nap now and then, so that the other end has to wait. */
static bool hear(int fd, size_t n)
{
	uint8_t bytes[10000];
	size_t at = 0;
	ssize_t got;

	while ((got = read(fd, bytes, sizeof(bytes))) > 0) {
		if (at / (1u << 20) != (at + (size_t)got) / (1u << 20))
			usleep(20000);
		for (ssize_t i = 0; i < got; i++, at++)
			if (bytes[i] != pattern(at))
				return false;
	}
	return got == 0 && at == n;
}

static void *client_pours(void *data)
{
	struct world *w = data;

	w->client_is_right = say(w->client, BULK) && hear(w->client, BULK);
	close(w->client);
	return NULL;
}

static void *server_pours_back(void *data)
{
	struct world *w = data;

	w->server_is_right = hear(w->server, BULK) && say(w->server, BULK);
	close(w->server);
	return NULL;
}

static void bulk_arrives_as_it_went(void **state)
{
	struct world w;

	begin(&w, 0);
	run(&w, client_pours, server_pours_back);
}

/* No pipe can be had: the connection goes on without. */
static void files_run_out(void **state)
{
	struct rlimit before, none;
	struct world w;
	int pipe_fds[2];

	begin(&w, 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(pipe(pipe_fds), -1);
	assert_int_equal(errno, EMFILE);
	run(&w, client_pours, server_pours_back);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

static bool exchange(int fd, bool ask)
{
	uint32_t n = 0, heard = 0;

	for (n = 0; n < QUESTIONS; n++) {
		if (ask && send(fd, &n, sizeof(n), 0) != sizeof(n))
			return false;
		if (recv(fd, &heard, sizeof(heard), MSG_WAITALL) != sizeof(heard) || heard != n)
			return false;
		if (!ask && send(fd, &n, sizeof(n), 0) != sizeof(n))
			return false;
	}
	return true;
}

static void *client_asks(void *data)
{
	struct world *w = data;

	w->client_is_right = exchange(w->client, true) && shutdown(w->client, SHUT_WR) == 0 &&
			     read(w->client, &(char){ 0 }, 1) == 0;
	close(w->client);
	return NULL;
}

static void *server_answers(void *data)
{
	struct world *w = data;

	w->server_is_right = exchange(w->server, false) && read(w->server, &(char){ 0 }, 1) == 0;
	close(w->server);
	return NULL;
}

static void answers_follow_questions(void **state)
{
	struct world w;

	for (unsigned watch = 0; watch < 2; watch++) {
		begin(&w, watch * PAIR_WATCH_NS);
		run(&w, client_asks, server_answers);
	}
}

/* Says a lot at once, in small pieces, and is answered after all of it: both directions are looked at in vain. */
static void *client_mutters(void *data)
{
	struct world *w = data;
	bool right = true;

	for (uint32_t n = 0; n < QUESTIONS; n++)
		right = right && send(w->client, &n, sizeof(n), 0) == sizeof(n);
	shutdown(w->client, SHUT_WR);
	w->client_is_right = right && hear(w->client, QUESTIONS);
	close(w->client);
	return NULL;
}

static void *server_listens(void *data)
{
	struct world *w = data;
	bool right = true;
	uint32_t heard;

	for (uint32_t n = 0; n < QUESTIONS; n++)
		right = right && recv(w->server, &heard, sizeof(heard), MSG_WAITALL) == sizeof(heard) &&
			heard == n;
	w->server_is_right = right && say(w->server, QUESTIONS);
	close(w->server);
	return NULL;
}

static void no_answer_is_waited_for(void **state)
{
	struct world w;

	for (unsigned watch = 0; watch < 2; watch++) {
		begin(&w, watch * PAIR_WATCH_NS);
		run(&w, client_mutters, server_listens);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bulk_arrives_as_it_went),
		cmocka_unit_test(files_run_out),
		cmocka_unit_test(answers_follow_questions),
		cmocka_unit_test(no_answer_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
