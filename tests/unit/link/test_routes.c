/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a route leads among the domains that live. */
#include "tests/unit/testing.h"

#include <string.h>

#include "hub/xen/routes.h"

bool domain_is_called(const struct domain *domain, const char *name)
{
	return !strcmp(domain->name, name) || !strcmp(domain->uuid, name);
}

static const struct route route = { .name = "pictures", .server = "app", .client = "gui" };

static void waits_for_both(void **state)
{
	static const struct domain domains[] = { { 3, "app", "" }, { 4, "other", "" }, { 5, "gui", "" } };
	struct route_ends ends;

	for (unsigned n = 0; n < 3; n++) {
		ends = route_find(&route, domains, n);
		assert_int_equal(ends.server, n ? 3 : 0);
		assert_int_equal(ends.client, 0);
		assert_false(route_stands(&ends));
	}
	ends = route_find(&route, domains, 3);
	assert_int_equal(ends.server, 3);
	assert_int_equal(ends.client, 5);
	assert_true(route_stands(&ends));
}

/* While a domain reboots there are two of its name for a moment. */
static void takes_the_youngest(void **state)
{
	static const struct domain domains[] = { { 9, "gui", "" }, { 3, "app", "" }, { 4, "gui", "" } };
	struct route_ends ends = route_find(&route, domains, 3);

	assert_int_equal(ends.client, 9);
	assert_int_equal(ends.server, 3);
}

/* Named once by its name and once by its UUID. */
static void leads_to_nobody_itself(void **state)
{
	static const struct domain domains[] = { { 3, "app", "u-u" } };
	const struct route twice = { .name = "self", .server = "app", .client = "u-u" };
	struct route_ends ends = route_find(&twice, domains, 1);

	assert_int_equal(ends.server, 3);
	assert_int_equal(ends.client, 3);
	assert_false(route_stands(&ends));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_for_both),
		cmocka_unit_test(takes_the_youngest),
		cmocka_unit_test(leads_to_nobody_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
