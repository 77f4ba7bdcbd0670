/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/ctl/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/testing.h"

#define LINES 200000

static int numbers_written(struct output *out, int from, int count)
{
	for (int i = from; i < from + count; i++)
		output_print(out, "%d\n", i);
	return from + count;
}

/* Reads to the end and checks that the lines are 0, 1, 2 … Returns how many. */
static int numbers_read(int fd)
{
	FILE *f = fdopen(fd, "r");
	char line[32];
	int n = 0;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		assert_int_equal(atoi(line), n++);
	fclose(f);
	return n;
}

/* A full pipe takes nothing: writing goes on all the same, and once somebody reads, all of it comes in order. */
static void a_reader_that_sleeps_blocks_nobody(void **state)
{
	struct output out;
	int fds[2];
	pid_t child;
	int status;

	assert_int_equal(pipe(fds), 0);
	output_init(&out, fds[1]);
	numbers_written(&out, 0, LINES);
	output_flush(&out);
	assert_true(output_pending(&out));
	child = fork();
	if (!child) {
		close(fds[1]);
		close(out.fd);
		_exit(numbers_read(fds[0]) == LINES ? 0 : 1);
	}
	close(fds[0]);
	assert_int_equal(output_finish(&out), 0);
	/* The caller's descriptor was not touched: nobody who shares it finds it non-blocking. */
	assert_int_equal(fcntl(fds[1], F_GETFL) & O_NONBLOCK, 0);
	close(fds[1]);
	waitpid(child, &status, 0);
	assert_int_equal(status, 0);
	assert_int_equal(out.dropped, 0);
}

static void beyond_the_limit_whole_pieces_are_dropped(void **state)
{
	static char piece[1 << 20];
	struct output out;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	output_init(&out, fds[1]);
	for (unsigned i = 0; i < OUTPUT_MAX / sizeof(piece); i++)
		output_write(&out, piece, sizeof(piece));
	assert_int_equal(out.dropped, 0);
	output_write(&out, piece, 1);
	assert_int_equal(out.dropped, 1);
	assert_int_equal(out.tail - out.head, OUTPUT_MAX);
	close(fds[0]);
	output_finish(&out);
	assert_true(out.closed);
	close(fds[1]);
}

static void a_reader_that_leaves_ends_it_without_an_error(void **state)
{
	struct output out;
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	output_init(&out, fds[1]);
	close(fds[0]);
	numbers_written(&out, 0, 3);
	output_flush(&out);
	assert_true(out.closed);
	assert_false(output_pending(&out));
	assert_int_equal(output_finish(&out), 0);
	close(fds[1]);
}

static void sockets_and_files_work_too(void **state)
{
	char path[] = "/tmp/xenhub-output-XXXXXX";
	struct output out;
	int fds[2];
	int file;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	output_init(&out, fds[1]);
	numbers_written(&out, 0, 100);
	assert_int_equal(output_finish(&out), 0);
	close(fds[1]);
	assert_int_equal(numbers_read(fds[0]), 100);

	file = mkstemp(path);
	assert_true(file >= 0);
	unlink(path);
	output_init(&out, file);
	assert_false(out.pollable);
	numbers_written(&out, 0, 100);
	assert_int_equal(output_finish(&out), 0);
	lseek(file, 0, SEEK_SET);
	assert_int_equal(numbers_read(file), 100);
}

static void a_full_disk_is_an_error(void **state)
{
	struct output out;
	int fd = open("/dev/full", O_WRONLY);

	if (fd < 0)
		skip();
	output_init(&out, fd);
	numbers_written(&out, 0, 3);
	assert_int_equal(output_finish(&out), -ENOSPC);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reader_that_sleeps_blocks_nobody),
		cmocka_unit_test(beyond_the_limit_whole_pieces_are_dropped),
		cmocka_unit_test(a_reader_that_leaves_ends_it_without_an_error),
		cmocka_unit_test(sockets_and_files_work_too),
		cmocka_unit_test(a_full_disk_is_an_error),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
