/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a relay may still do once it has confined itself: what its endpoints need, and nothing else. */
#include "hub/relay/confine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hub/core/fence.h"
#include "tests/unit/testing.h"

static char folder[64], near[96], far[96], file[96];

static int set_up(void **state)
{
	int fd;

	snprintf(folder, sizeof(folder), "/tmp/xenhub-confine-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(near, sizeof(near), "%s/near", folder);
	snprintf(far, sizeof(far), "%s/far", folder);
	snprintf(file, sizeof(file), "%s/file", folder);
	fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	return fd < 0 || close(fd) || mkdir(near, 0700) || mkdir(far, 0700);
}

static int tear_down(void **state)
{
	unlink(file);
	rmdir(near);
	rmdir(far);
	return rmdir(folder);
}

static int make_socket(const char *where)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s/s", where);
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0)
		return -errno;
	return unlink(sun.sun_path) < 0 ? -errno : 0;
}

/* One route, in a child: its status is what fn found. */
static void confined(const char *listen, const char *connect, bool sandbox, int (*fn)(void))
{
	struct fence *f;
	pid_t pid;
	int status;

	if (fence_create(&f) < 0)
		skip();
	fence_destroy(f);
	pid = fork();
	if (!pid) {
		struct config config;
		struct config_route *route;
		char why[256];

		if (config_init(&config) < 0 || !(route = config_add_route(&config, "a", 0)) ||
		    config_set(&config, NULL, "control", "", why, sizeof(why)) < 0 ||
		    config_set(&config, route, "listen", listen, why, sizeof(why)) < 0 ||
		    config_set(&config, route, "connect", connect, why, sizeof(why)) < 0)
			_exit(99);
		config.sandbox = sandbox;
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		confine(&config);
		_exit(fn());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static bool may_write(const char *path)
{
	return open(path, O_WRONLY | O_CLOEXEC) >= 0;
}

static int near_only(void)
{
	return make_socket(near)                           ? 1
	       : make_socket(far) != -EACCES               ? 2
	       : may_write(file) || may_write("/dev/null") ? 3
							   : 0;
}

static int nothing(void)
{
	return make_socket(near) != -EACCES ? 1 : may_write(file) ? 2 : 0;
}

static int the_folder_above(void)
{
	return make_socket(folder) ? 1 : may_write(file) ? 2 : 0;
}

static int terminals(void)
{
	return !may_write("/dev/null") ? 1 : may_write(file) ? 2 : 0;
}

static int that_line(void)
{
	return !may_write(file) ? 1 : 0;
}

static int all(void)
{
	return make_socket(near) || make_socket(far) || !may_write(file);
}

static void what_the_endpoints_need_is_left(void **state)
{
	char listen[128], connect[128], line[128];

	snprintf(listen, sizeof(listen), "unix:%s/s", near);
	snprintf(connect, sizeof(connect), "unix:%s/s", far);
	snprintf(line, sizeof(line), "tty:%s", file);
	confined(listen, connect, true, near_only);
	snprintf(listen, sizeof(listen), "mux+unix:%s/s", near);
	confined(listen, connect, true, near_only);
	confined("fd:5", connect, true, nothing);
	/* Who joins makes nothing. */
	confined("fd:5", listen, true, nothing);
	confined("vchan:@route", connect, true, nothing);
	confined("channel:name", connect, true, terminals);
	confined("tty:/dev/ttyS7", connect, true, terminals);
	confined(line, connect, true, that_line);
	/* A folder that is not there yet is made in the one above. */
	snprintf(listen, sizeof(listen), "unix:%s/later/deep/s", folder);
	confined(listen, connect, true, the_folder_above);
}

static void all_is_left_when_the_configuration_says_so(void **state)
{
	confined("fd:5", "fd:6", false, all);
}

static int dials(uint16_t port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
				   .sin_port = htons(port),
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	return connect(socket(AF_INET, SOCK_STREAM, 0), (struct sockaddr *)&sin, sizeof(sin)) < 0 ? errno : 0;
}

/* Nobody listens on either; an older kernel lets both through. */
static int one_port(void)
{
	int allowed = dials(1), other = dials(2);

	return allowed == EACCES || (other != EACCES && other != allowed);
}

static void tcp_goes_where_it_is_meant_to(void **state)
{
	confined("fd:5", "tcp:127.0.0.1:1", true, one_port);
	confined("fd:5", "tcp:[::1]:1", true, one_port);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_the_endpoints_need_is_left, set_up, tear_down),
		cmocka_unit_test_setup_teardown(all_is_left_when_the_configuration_says_so, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(tcp_goes_where_it_is_meant_to, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
