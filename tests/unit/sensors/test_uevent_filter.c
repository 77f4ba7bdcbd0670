/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/testing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sensors/uevent_filter.h"

/* Datagrams between two ends of ours: the filter is the kernel's all the same. */
static int pair[2];

static int connect_unfiltered(void **state)
{
	return socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair);
}

static int connect_pair(void **state)
{
	return connect_unfiltered(state) || uevent_filter_attach(pair[1], "power_supply");
}

static int close_pair(void **state)
{
	return close(pair[0]) | close(pair[1]);
}

static int passes(const char *message, size_t size)
{
	char buf[1024];

	assert_int_equal(send(pair[0], message, size, 0), size);
	return recv(pair[1], buf, sizeof(buf), 0) == (ssize_t)size;
}

/* As lib/kobject_uevent.c composes it. */
static int passes_uevent(const char *action, const char *path, const char *subsystem)
{
	char message[1024];
	int size = snprintf(message, sizeof(message),
			    "%s@%s%cACTION=%s%cDEVPATH=%s%cSUBSYSTEM=%s%cPOWER_SUPPLY_NAME=BAT0%cSEQNUM=4711",
			    action, path, 0, action, 0, path, 0, subsystem, 0, 0);

	return passes(message, (size_t)size + 1);
}

static void the_subsystem_passes_and_no_other(void **state)
{
	const char *path = "/devices/LNXSYSTM:00/PNP0C0A:00/power_supply/BAT0";

	assert_true(passes_uevent("change", path, "power_supply"));
	assert_true(passes_uevent("add", path, "power_supply"));
	assert_false(passes_uevent("change", path, "power_supplies"));
	assert_false(passes_uevent("change", path, "power"));
	assert_false(passes_uevent("change", path, "iio"));
	assert_false(passes_uevent("change", path, ""));
}

static void every_length_of_path_is_told_apart(void **state)
{
	char path[400] = "/d";

	for (size_t length = 2; length < sizeof(path) - 1; length++) {
		assert_true(passes_uevent("change", path, "power_supply"));
		/* "change@" and the NUL make it 192 bytes; what is longer is left to whoever reads it. */
		assert_int_equal(passes_uevent("change", path, "usb"), length + 8 > 192);
		path[length] = 'x';
	}
}

static void what_cannot_be_told_passes(void **state)
{
	static const char udevd[] = "libudev\0\xfe\xed\xca\xfe and so on";

	assert_true(passes(udevd, sizeof(udevd)));
	assert_true(passes_uevent("add", "/devices/caf\xc3\xa9/power_supply/BAT0", "power_supply"));
}

static void fragments_do_not_pass(void **state)
{
	static const char cut[] = "add@/devices/x\0ACTION=add\0DEVPATH=/devices/x\0SUBSYSTEM=power_";

	assert_false(passes(cut, sizeof(cut) - 1));
	assert_false(passes("add@/dev", 8));
	assert_false(passes("a", 1));
}

static void a_long_name_is_refused(void **state)
{
	char name[UEVENT_FILTER_NAME_MAX + 2] = "";

	memset(name, 'n', UEVENT_FILTER_NAME_MAX);
	assert_int_equal(uevent_filter_attach(pair[1], name), 0);
	assert_true(passes_uevent("add", "/devices/x", name));
	assert_false(passes_uevent("add", "/devices/x", "power_supply"));
	name[UEVENT_FILTER_NAME_MAX] = 'n';
	assert_int_equal(uevent_filter_attach(pair[1], name), -EINVAL);
	assert_int_equal(uevent_filter_attach(-1, "iio"), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_subsystem_passes_and_no_other, connect_pair, close_pair),
		cmocka_unit_test_setup_teardown(every_length_of_path_is_told_apart, connect_pair, close_pair),
		cmocka_unit_test_setup_teardown(what_cannot_be_told_passes, connect_pair, close_pair),
		cmocka_unit_test_setup_teardown(fragments_do_not_pass, connect_pair, close_pair),
		cmocka_unit_test_setup_teardown(a_long_name_is_refused, connect_unfiltered, close_pair),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
