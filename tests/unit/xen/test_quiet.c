/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes that are taken back for a save, with a XenStore that always says yes: what the two threads tell each other. */
#include "hub/xen/routes.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>
#include <xenstore.h>

#include "hub/core/clock.h"
#include "hub/xen/domains.h"
#include "hub/xen/route_nodes.h"
#include "tests/unit/testing.h"

static const struct route all[] = { { .name = "pictures", .server = "app", .client = "gui" } };
static struct loop *loop;
static struct worker *worker;
static struct routes *routes;
static atomic_uint written;  /* times that nodes were written */
static atomic_bool no_store; /* they cannot be */
static atomic_bool no_replies;

int __real_worker_reply(struct worker *w, loop_fn fn, void *data);
int __wrap_worker_reply(struct worker *w, loop_fn fn, void *data);

int __wrap_worker_reply(struct worker *w, loop_fn fn, void *data)
{
	return no_replies ? -ENOSPC : __real_worker_reply(w, fn, data);
}

/* ---- XenStore ---- */

struct xs_handle *xs_open(unsigned long flags)
{
	return (struct xs_handle *)all;
}

void xs_close(struct xs_handle *xs)
{
}

uint32_t store_own_domain(struct xs_handle *xs)
{
	return 0;
}

int store_list_domains(struct xs_handle *xs, struct domain **out)
{
	*out = calloc(2, sizeof(**out));
	assert_non_null(*out);
	(*out)[0] = (struct domain){ .id = 3, .name = "gui" };
	(*out)[1] = (struct domain){ .id = 4, .name = "app" };
	return 2;
}

bool domain_is_called(const struct domain *domain, const char *name)
{
	return !strcmp(domain->name, name);
}

int route_nodes_write(struct route_look *look)
{
	written++;
	return no_store ? -EIO : 0;
}

struct domains_listener *domains_listen(struct domains *d, domains_fn appeared, domains_fn gone, void *data)
{
	return (struct domains_listener *)data;
}

void domains_unlisten(struct domains_listener *listener)
{
}

const struct domain *domains_find(const struct domains *d, const char *name)
{
	return NULL;
}

/* ---- the tests ---- */

static int set_up(void **state)
{
	written = 0;
	no_store = no_replies = false;
	return loop_create(&loop) || worker_create(&worker, loop) ||
	       routes_create(&routes, worker, NULL, all, 1);
}

static int tear_down(void **state)
{
	worker_destroy(worker);
	routes_destroy(routes);
	loop_destroy(loop);
	return 0;
}

static void on_time(void *data)
{
	loop_quit(loop, 0);
}

static void run_for(unsigned ms)
{
	struct loop_timer *timer = loop_add_timer(loop, on_time, NULL);

	loop_timer_at(timer, clock_now_ns() + ms * NS_PER_MS);
	assert_int_equal(loop_run(loop), 0);
	loop_remove_timer(timer);
}

static void wait_until_written(unsigned times)
{
	for (unsigned i = 0; written < times && i < 2000; i++)
		usleep(10000);
	assert_true(written >= times);
}

static void assert_becomes_quiet(void)
{
	int rc = -EAGAIN;

	for (unsigned i = 0; rc == -EAGAIN && i < 200; i++) {
		run_for(100);
		rc = routes_quiesce(routes, "app");
	}
	assert_int_equal(rc, 0);
}

static void quiet_once_it_is_written_and_a_while_ago(void **state)
{
	uint64_t begun_ns = clock_now_ns();

	assert_int_equal(routes_quiesce(routes, "nobody"), -ENOENT);
	assert_int_equal(routes_quiesce(routes, "app"), -EAGAIN);
	assert_becomes_quiet();
	assert_true(clock_now_ns() - begun_ns >= ROUTES_LEAVE_MS * NS_PER_MS);
	assert_int_equal(routes_quiesce(routes, "gui"), 0);
	assert_int_equal(routes_resume(routes, "gui"), 0);
	assert_int_equal(routes_quiesce(routes, "app"), -EAGAIN);
	assert_becomes_quiet();
}

static void a_store_that_fails_is_asked_again(void **state)
{
	no_store = true;
	assert_int_equal(routes_quiesce(routes, "app"), -EAGAIN);
	wait_until_written(2);
	run_for(300);
	assert_int_equal(routes_quiesce(routes, "app"), -EAGAIN);
	no_store = false;
	assert_becomes_quiet();
}

/* The slow thread has done it, and cannot say so: whoever asks again is answered in the end. */
static void an_answer_that_is_lost_is_asked_for_again(void **state)
{
	wait_until_written(1);
	no_replies = true;
	assert_int_equal(routes_quiesce(routes, "app"), -EAGAIN);
	wait_until_written(2);
	usleep(100000);
	no_replies = false;
	assert_becomes_quiet();
	assert_int_equal(routes_resume(routes, "app"), 0);
	assert_int_equal(routes_quiesce(routes, "app"), -EAGAIN);
	assert_becomes_quiet();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(quiet_once_it_is_written_and_a_while_ago, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_store_that_fails_is_asked_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_answer_that_is_lost_is_asked_for_again, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
