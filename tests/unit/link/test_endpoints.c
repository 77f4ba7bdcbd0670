/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How endpoints are written, and what is said about those that are not. */
#include "tests/unit/testing.h"

#include <errno.h>

#include "hub/link/link.h"
#include "hub/link/xen.h"

struct wrong {
	const char *endpoint;
	const char *says;
};

static bool built;

static void expect_ok(int (*check)(const char *, char *, size_t), const char *endpoint, bool needs_xen)
{
	char why[LINK_WHY_MAX] = "";
	int rc = check(endpoint, why, sizeof(why));

	if (needs_xen && !built) {
		assert_int_equal(rc, -EPROTONOSUPPORT);
		assert_string_equal(why, "built without libxenvchan: install libxen-dev and build again");
		return;
	}
	if (rc)
		fail_msg("%s: %s", endpoint, why);
}

static void expect_wrong(int (*check)(const char *, char *, size_t), const char *endpoint, const char *says)
{
	char why[LINK_WHY_MAX] = "";

	assert_int_equal(check(endpoint, why, sizeof(why)), -EINVAL);
	if (!strstr(why, says))
		fail_msg("%s: '%s' does not say '%s'", endpoint, why, says);
}

static void test_connect(void **state)
{
	expect_ok(link_check_endpoint, "unix:/run/hub.sock", false);
	expect_ok(link_check_endpoint, "tcp:[::1]:7000", false);
	expect_ok(link_check_endpoint, "tty:/dev/ttyS1", false);
	expect_ok(link_check_endpoint, "auto", true);
	expect_ok(link_check_endpoint, "channel:org.xenhub", true);
	expect_ok(link_check_endpoint, "channel:usb/org.xenhub", true);
	expect_ok(link_check_endpoint, "vchan:@pictures", true);
	expect_ok(link_check_endpoint, "vchan:@sixteen-letters0", true);
	expect_ok(link_check_endpoint, "vchan:0:/local/domain/3/xenhub/vchan", true);
}

static void test_connect_wrong(void **state)
{
	static const struct wrong wrong[] = {
		{ "", "expected auto, unix:PATH" },
		{ "vchan", "expected auto, unix:PATH" },
		{ "automatic", "expected auto, unix:PATH" },
		{ "vchan:gui", "a guest finds its own link with auto" },
		{ "vchan:gui/pictures", "a guest finds its own link with auto" },
		{ "vchan:@", "a route's name has 1 to 16" },
		{ "vchan:@Pictures", "a route's name has 1 to 16" },
		{ "vchan:@a/b", "a route's name has 1 to 16" },
		{ "vchan:@seventeen-letters", "a route's name has 1 to 16" },
		{ "vchan:0:relative", "a guest finds its own link with auto" },
		{ "vchan:-1:/x", "'-1' is no domain id" },
		{ "vchan:70000:/x", "'70000' is no domain id" },
		{ "channel:", "channel:NAME in a guest" },
		{ "channel:gui/", "channel:NAME in a guest" },
		{ "channel:/x", "the name or UUID of a domain" },
		{ "channel:7/x", "a domain's number changes at its next boot" },
		{ "tty:ttyS1", "the whole path" },
		{ "tty:", "the whole path" },
		{ "tcp:127.0.0.1", "a port from 1 to 65535" },
	};

	for (unsigned i = 0; i < COUNT_OF(wrong); i++)
		expect_wrong(link_check_endpoint, wrong[i].endpoint, wrong[i].says);
}

static void test_listen(void **state)
{
	expect_ok(link_check_listen, "unix:/run/hub.sock", false);
	expect_ok(link_check_listen, "tty:/dev/ttyS1", false);
	expect_ok(link_check_listen, "vchan:gui", true);
	expect_ok(link_check_listen, "vchan:6e6f9c42-0f3c-4b6e-9d6a-2b3c4d5e6f70", true);
	expect_ok(link_check_listen, "channel:gui/org.xenhub", true);
	expect_ok(link_check_listen, "vchan:@pictures", true);
	expect_ok(link_check_listen, "vchan:gui/pictures", true);
	assert_true(link_is_station("vchan:gui"));
	assert_true(link_is_station("vchan:@pictures"));
	assert_true(link_is_station("tty:/dev/ttyS1"));
	assert_false(link_is_station("unix:/run/hub.sock"));
}

static void test_listen_wrong(void **state)
{
	static const struct wrong wrong[] = {
		{ "auto", "expected unix:PATH" },
		{ "vchan:", "the name or UUID of a domain" },
		{ "vchan:12", "a domain's number changes at its next boot" },
		{ "vchan:/pictures", "the name or UUID of a domain" },
		{ "vchan:12/pictures", "a domain's number changes at its next boot" },
		{ "vchan:gui/", "a route's name has 1 to 16" },
		{ "vchan:gui/up/down", "a route's name has 1 to 16" },
		{ "vchan:@", "a route's name has 1 to 16" },
		{ "vchan:@a b", "a route's name has 1 to 16" },
		{ "channel:12/x", "a domain's number changes at its next boot" },
		{ "vchan:a-name-that-is-far-longer-than-any-domain-would-ever-have-been-given-by-anybody",
		  "of 1 to 63 bytes" },
	};

	for (unsigned i = 0; i < COUNT_OF(wrong); i++)
		expect_wrong(link_check_listen, wrong[i].endpoint, wrong[i].says);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connect),
		cmocka_unit_test(test_connect_wrong),
		cmocka_unit_test(test_listen),
		cmocka_unit_test(test_listen_wrong),
	};
	char why[LINK_WHY_MAX];

	built = xen_check_built(why, sizeof(why)) == 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
