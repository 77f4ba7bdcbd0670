/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/core/fence.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/testing.h"

static char folder[64], inside[96], beside[96], file[128];
static uint16_t port; /* that somebody listens on */
static int listener;

static int set_up(void **state)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sin);
	int fd;

	snprintf(folder, sizeof(folder), "/tmp/xenhub-fence-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(inside, sizeof(inside), "%s/inside", folder);
	snprintf(beside, sizeof(beside), "%s/beside", folder);
	snprintf(file, sizeof(file), "%s/file", beside);
	if (mkdir(inside, 0700) < 0 || mkdir(beside, 0700) < 0)
		return -1;
	fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	if (fd < 0 || close(fd) < 0 || bind(listener, (struct sockaddr *)&sin, sizeof(sin)) < 0 ||
	    listen(listener, 4) < 0 || getsockname(listener, (struct sockaddr *)&sin, &len) < 0)
		return -1;
	port = ntohs(sin.sin_port);
	return 0;
}

static int tear_down(void **state)
{
	close(listener);
	unlink(file);
	rmdir(inside);
	rmdir(beside);
	return rmdir(folder);
}

/* For ever: each test is a child, whose status is what it found. */
static void in_fence(void (*let)(struct fence *), int (*fn)(void))
{
	struct fence *f;
	pid_t pid = fork();
	int status;

	if (!pid) {
		if (fence_create(&f) < 0)
			_exit(77);
		let(f);
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || fence_enter(f) < 0)
			_exit(99);
		fence_destroy(f);
		_exit(fn());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int make_socket(const char *where)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/sock", where);
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0)
		return -errno;
	return unlink(sun.sun_path) < 0 ? -errno : 0;
}

static int dial(uint16_t to)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(to),
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return connect(fd, (struct sockaddr *)&sin, sizeof(sin)) < 0 ? -errno : 0;
}

static bool refused(int rc)
{
	return rc < 0 && (errno == EACCES || errno == EPERM);
}

static void let_nothing(struct fence *f)
{
}

static int try_all(void)
{
	char *const words[] = { "true", NULL };
	char made[128];
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	snprintf(made, sizeof(made), "%s/made", beside);
	if (fd < 0 || read(fd, made + sizeof(made) - 1, 1) != 0)
		return 1;
	if (!refused(open(file, O_WRONLY | O_CLOEXEC)) || !refused(unlink(file)))
		return 2;
	if (!refused(open(made, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)) || !refused(mkdir(made, 0700)) ||
	    !refused(symlink("x", made)))
		return 3;
	if (make_socket(inside) != -EACCES)
		return 4;
	if (!refused(execv("/bin/true", words)))
		return 5;
	return 0;
}

static void what_is_not_let_is_refused(void **state)
{
	in_fence(let_nothing, try_all);
}

static void let_some(struct fence *f)
{
	if (fence_let_write(f, file) || fence_let_listen(f, inside) || fence_let_port(f, port, false) ||
	    fence_let_write(f, "/nowhere/at-all") != -ENOENT || fence_let_listen(f, file) != -ENOTDIR)
		_exit(98);
}

static int use_some(void)
{
	if (open(file, O_WRONLY | O_CLOEXEC) < 0)
		return 1;
	if (make_socket(inside) || make_socket(beside) != -EACCES)
		return 2;
	return dial(port) ? 3 : 0;
}

static void what_is_let_goes(void **state)
{
	in_fence(let_some, use_some);
}

/* What an older kernel does not know is not refused. */
static int try_ports(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	int refusals = dial(port) == -EACCES;

	refusals += bind(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&sin, sizeof(sin)) < 0 &&
		    errno == EACCES;
	return refusals == 0 || refusals == 2 ? 0 : 1;
}

static void ports_are_fenced_both_ways_or_not_at_all(void **state)
{
	in_fence(let_nothing, try_ports);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_not_let_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_let_goes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ports_are_fenced_both_ways_or_not_at_all, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
