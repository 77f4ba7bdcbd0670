/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What of a route can be decided without opening anything: its endpoints, its rate, what contradicts what. */
#include "tests/unit/testing.h"

#include <stdio.h>

#include "hub/relay/config.h"
#include "hub/relay/endpoint.h"
#include "hub/relay/rate.h"

#define T0 (1000 * NS_PER_S)

static void test_rate(void **state)
{
	struct rate r = { .per_s = 10 };
	unsigned taken = 0;

	/* A second's worth at once, and then one every tenth of it. */
	while (rate_take(&r, T0))
		taken++;
	assert_int_equal(taken, 10);
	assert_false(rate_take(&r, T0 + 99 * NS_PER_MS));
	assert_true(rate_take(&r, T0 + 100 * NS_PER_MS));
	assert_false(rate_take(&r, T0 + 100 * NS_PER_MS));
	/* What was not used is not saved up. */
	for (taken = 0; rate_take(&r, T0 + 3600 * NS_PER_S); taken++)
		;
	assert_int_equal(taken, 10);
}

static void test_rate_holds_over_time(void **state)
{
	struct rate r = { .per_s = 100 };
	struct rng dice = { 3 };
	uint64_t now_ns = T0;
	unsigned taken = 0;

	while (now_ns < T0 + 60 * NS_PER_S) {
		now_ns += rng_below(&dice, 3 * NS_PER_MS);
		taken += rate_take(&r, now_ns);
	}
	assert_true(taken >= 5900 && taken <= 6110);
}

static void test_which_end(void **state)
{
	const struct {
		const char *endpoint;
		enum endpoint_end end;
		bool listen, serves;
	} cases[] = {
		{ "tty:/dev/ttyS1", ENDPOINT_AUTO, true, true },
		{ "tty:/dev/ttyS1", ENDPOINT_AUTO, false, false },
		{ "tty:/dev/ttyS1", ENDPOINT_JOIN, true, false },
		{ "tty:/dev/ttyS1", ENDPOINT_SERVE, false, true },
		{ "mux+unix:/run/link", ENDPOINT_AUTO, true, true },
		{ "mux+unix:/run/link", ENDPOINT_AUTO, false, false },
	};

	for (unsigned i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(endpoint_serves(cases[i].endpoint, cases[i].end, cases[i].listen),
				 cases[i].serves);
}

static void test_endpoints(void **state)
{
	const struct {
		const char *endpoint;
		enum endpoint_kind kind;
		bool sound;
	} cases[] = {
		{ "unix:/run/x", ENDPOINT_SOCKET, true },
		{ "unix:", ENDPOINT_SOCKET, false },
		{ "tcp:127.0.0.1:5900", ENDPOINT_SOCKET, true },
		{ "tcp:localhost:5900", ENDPOINT_SOCKET, false },
		{ "tcp:127.0.0.1:0", ENDPOINT_SOCKET, false },
		{ "fd:3", ENDPOINT_FD, true },
		{ "fd:-1", ENDPOINT_FD, false },
		{ "fd:3x", ENDPOINT_FD, false },
		{ "tty:/dev/ttyS1", ENDPOINT_LINK, true },
		{ "tty:ttyS1", ENDPOINT_LINK, false },
		{ "mux+unix:/run/x", ENDPOINT_LINK, true },
		{ "mux+unix:", ENDPOINT_LINK, false },
		{ "mux+tcp:[::1]:7000", ENDPOINT_LINK, true },
		{ "mux+fd:3", ENDPOINT_SOCKET, false },
		{ "udp:127.0.0.1:7", ENDPOINT_SOCKET, false },
		{ "nonsense", ENDPOINT_SOCKET, false },
		{ "", ENDPOINT_SOCKET, false },
	};
	char why[512];

	for (unsigned i = 0; i < COUNT_OF(cases); i++) {
		*why = '\0';
		assert_int_equal(endpoint_kind(cases[i].endpoint), cases[i].kind);
		assert_int_equal(endpoint_check(cases[i].endpoint, ENDPOINT_AUTO, true, why, sizeof(why)) ==
					 0,
				 cases[i].sound);
		assert_int_equal(*why == '\0', cases[i].sound);
	}
}

static void count(void *data, const struct config_route *route, const char *key, const char *why)
{
	unsigned *n = data;

	assert_true(*why);
	++*n;
}

static unsigned errors_of(const char *const routes[][3], unsigned n)
{
	struct config config;
	unsigned errors = 0;
	char why[512];
	bool sound;

	assert_int_equal(config_init(&config), 0);
	for (unsigned i = 0; i < n; i++) {
		struct config_route *r = config_add_route(&config, i ? "second" : "first", i + 1);

		assert_int_equal(config_set(&config, r, "listen", routes[i][0], why, sizeof(why)), 0);
		assert_int_equal(config_set(&config, r, "connect", routes[i][1], why, sizeof(why)), 0);
		assert_int_equal(config_set(&config, r, "service", routes[i][2], why, sizeof(why)), 0);
	}
	sound = config_check(&config, count, &errors);
	assert_int_equal(sound, !errors);
	config_finish(&config);
	return errors;
}

static void test_two_routes(void **state)
{
	const char *const apart[][3] = { { "unix:/a", "unix:/x", "" }, { "unix:/b", "unix:/x", "" } };
	const char *const same[][3] = { { "unix:/a", "unix:/x", "one" }, { "unix:/a", "unix:/y", "two" } };
	const char *const services[][3] = { { "tty:/a", "unix:/x", "one" }, { "tty:/a", "unix:/y", "two" } };
	const char *const any[][3] = { { "tty:/a", "unix:/x", "one" }, { "tty:/a", "unix:/y", "" } };
	const char *const twice[][3] = { { "tty:/a", "unix:/x", "one" }, { "tty:/a", "unix:/y", "one" } };
	const char *const ends[][3] = { { "tty:/a", "unix:/x", "" }, { "unix:/b", "tty:/a", "" } };
	const char *const itself[][3] = { { "tty:/a", "tty:/a", "" } };
	const char *const one_fd[][3] = { { "unix:/a", "fd:3", "" }, { "unix:/b", "fd:3", "" } };

	assert_int_equal(errors_of(apart, 2), 0);
	assert_int_equal(errors_of(same, 2), 1); /* a socket has no services */
	assert_int_equal(errors_of(services, 2), 0);
	assert_int_equal(errors_of(any, 2), 0);
	assert_int_equal(errors_of(twice, 2), 1);
	assert_int_equal(errors_of(ends, 2), 1);
	assert_int_equal(errors_of(itself, 1), 1);
	assert_int_equal(errors_of(one_fd, 2), 1);
	assert_int_equal(errors_of(apart, 0), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rate),       cmocka_unit_test(test_rate_holds_over_time),
		cmocka_unit_test(test_which_end),  cmocka_unit_test(test_endpoints),
		cmocka_unit_test(test_two_routes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
