/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/core/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/testing.h"

static const struct sandbox_needs none;

/* The filter is for ever: each test is a child, whose status is what it found. */
static void in_sandbox(const struct sandbox_needs *needs, int (*fn)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (!pid)
		_exit(sandbox_enter(needs) < 0 ? 99 : fn());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void *count(void *data)
{
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

	*(int *)data = fd >= 0;
	close(fd);
	return NULL;
}

static int work(void)
{
	struct epoll_event ev = { .events = EPOLLIN };
	int epoll = epoll_create1(EPOLL_CLOEXEC), event = eventfd(0, EFD_CLOEXEC), pair[2];
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC), counted = 0;
	pthread_t thread;
	char *much;

	if (epoll < 0 || event < 0 || timer < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, event, &ev) < 0)
		return 1;
	if (eventfd_write(event, 1) < 0 || epoll_wait(epoll, &ev, 1, 1000) != 1)
		return 2;
	if (pthread_create(&thread, NULL, count, &counted) || pthread_join(thread, NULL) || !counted)
		return 3;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0 || write(pair[0], "x", 1) != 1)
		return 4;
	if (socket(AF_INET, SOCK_STREAM, 0) < 0)
		return 5;
	much = malloc(64 << 20);
	if (!much)
		return 6;
	memset(much, 1, 64 << 20);
	free(much);
	return 0;
}

static void normal_work_runs(void **state)
{
	in_sandbox(&none, work);
}

static bool refused(long result)
{
	return result < 0 && errno == EPERM;
}

static int try_needs(void)
{
	if (!refused(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 15)))
		return 1;
	if (!refused(mkdir("/tmp", 0700)) || !refused(splice(0, NULL, 1, NULL, 0, 0)))
		return 2;
	return 0;
}

static int use_needs(void)
{
	int pipe_fds[2];

	if (socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 15) < 0)
		return 1;
	if (mkdir("/tmp", 0700) == 0 || errno != EEXIST)
		return 2;
	if (pipe(pipe_fds) < 0 || splice(pipe_fds[0], NULL, pipe_fds[1], NULL, 1, 0) == 0 || errno == EPERM)
		return 3;
	return 0;
}

static void what_one_program_needs_is_its_own(void **state)
{
	const struct sandbox_needs needs = { .calls = "mkdir mkdirat no-such-call splice", .netlink = true };

	in_sandbox(&none, try_needs);
	in_sandbox(&needs, use_needs);
}

static int try_forbidden(void)
{
	char *const words[] = { "true", NULL };
	struct rlimit limit = { 1 << 20, 1 << 20 };
	pid_t child;

	if (!refused(execv("/bin/true", words)))
		return 1;
	child = fork();
	if (!child)
		_exit(0);
	if (!refused(child))
		return 2;
	if (!refused(ptrace(PTRACE_TRACEME, 0, NULL, NULL)))
		return 3;
	if (!refused(socket(AF_PACKET, SOCK_RAW, 0)) || !refused(socket(AF_VSOCK, SOCK_STREAM, 0)))
		return 4;
	if (!refused(mount("none", "/tmp", "tmpfs", 0, NULL)) || !refused(chroot("/tmp")))
		return 5;
	if (!refused(kill(getppid(), 0)))
		return 6;
	if (!refused(unshare(CLONE_NEWUSER)))
		return 7;
	if (!refused(setrlimit(RLIMIT_CORE, &limit)))
		return 8;
	return 0;
}

static void what_is_not_needed_is_refused(void **state)
{
	in_sandbox(&none, try_forbidden);
}

static int read_status(void)
{
	char text[4096];
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	if (n <= 0)
		return 1;
	text[n] = '\0';
	return strstr(text, "NoNewPrivs:\t1\n") && strstr(text, "Seccomp:\t2\n") ? 0 : 2;
}

static void no_privileges_come_back(void **state)
{
	in_sandbox(&none, read_status);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(normal_work_runs),
		cmocka_unit_test(what_is_not_needed_is_refused),
		cmocka_unit_test(what_one_program_needs_is_its_own),
		cmocka_unit_test(no_privileges_come_back),
	};

	if (!sandbox_is_built())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
