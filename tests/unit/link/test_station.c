/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of a station with domains that come and go as the test says, and links that are sockets: station_make_* and the list of
 * domains are this file's.
 */
#include "tests/unit/testing.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hub/core/clock.h"
#include "hub/core/loop.h"
#include "hub/link/station.h"
#include "hub/link/station_make.h"
#include "hub/xen/domains.h"

/*
 * A link whose peer is there once `there` is set. The slow thread makes it and the test looks on: what both touch is atomic, or the
 * test sees a link before all of it is written, and what it sets there is overwritten.
 */
struct fake {
	struct link link;
	int far;
	atomic_bool there, dead;
};

static struct loop *loop;
static struct worker *worker;
static struct station *station;
static struct link *taken;
static atomic_uint n_made, n_closed;
static unsigned n_met, n_lost;
static long last_generation;
static int make_rc;
static uint32_t not_ours; /* a domain that another endpoint serves */
static atomic_uint waited;
static atomic_bool stays;           /* a peer that does not unmap */
static atomic_bool at_once;         /* the peer is there as soon as the link is */
static struct fake *_Atomic newest; /* the last one made */

/* ---- domains ---- */

static domains_fn on_appeared, on_gone;
static void *on_data;

struct domains_listener *domains_listen(struct domains *d, domains_fn appeared, domains_fn gone, void *data)
{
	on_appeared = appeared;
	on_gone = gone;
	on_data = data;
	return (struct domains_listener *)&on_data;
}

void domains_unlisten(struct domains_listener *listener)
{
	assert_ptr_equal(listener, &on_data);
}

bool domain_is_called(const struct domain *domain, const char *name)
{
	return !strcmp(domain->name, name);
}

static struct domain domain_of(uint32_t id, const char *name)
{
	struct domain d = { .id = id };

	snprintf(d.name, sizeof(d.name), "%s", name);
	return d;
}

static void appear(uint32_t id, const char *name)
{
	struct domain d = domain_of(id, name);

	on_appeared(on_data, &d);
}

static void go(uint32_t id, const char *name)
{
	struct domain d = domain_of(id, name);

	on_gone(on_data, &d);
}

/* ---- links ---- */

static int fake_meet(struct link *link)
{
	struct fake *f = (struct fake *)link;

	return f->dead ? -EPIPE : f->there ? 0 : -EAGAIN;
}

static void fake_close(struct link *link)
{
	struct fake *f = (struct fake *)link;

	if (newest == f)
		newest = NULL; /* the slow thread alone makes and closes, until it has ended */
	close(link->fd);
	close(f->far);
	free(f);
	n_closed++;
}

static const struct link_ops fake_ops = { .meet = fake_meet, .close = fake_close };

int station_make_vchan(struct station_order *order, struct link **out, char *why, size_t size)
{
	struct fake *f;
	int fds[2];

	assert_true(order->generation > last_generation);
	last_generation = order->generation;
	assert_true(order->domain.id > 0);
	n_made++;
	if (make_rc < 0) {
		snprintf(why, size, "as the test says");
		return make_rc;
	}
	f = calloc(1, sizeof(*f));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	f->link.ops = &fake_ops;
	f->link.fd = fds[0];
	f->far = fds[1];
	f->there = at_once;
	*out = &f->link;
	newest = f;
	return 0;
}

int station_make_channel(struct station_order *order, struct link **out, char *why, size_t size)
{
	return -EPROTONOSUPPORT;
}

bool station_close_vchan(const char *endpoint, uint32_t domid, struct link *link, bool wait)
{
	link->ops->close(link);
	waited += wait;
	return !stays;
}

/* ---- the test's side ---- */

static void on_met(void *data, struct link *link)
{
	assert_null(taken);
	taken = link;
	n_met++;
}

static void on_lost(void *data, struct link *link, bool quiesce)
{
	assert_ptr_equal(link, taken);
	taken = NULL;
	n_lost++;
	link_close(link);
}

static struct loop_timer *alarm_timer;

static void on_alarm(void *data)
{
	loop_quit(loop, 0);
}

static void run_ms(unsigned ms)
{
	loop_timer_at(alarm_timer, clock_now_ns() + ms * NS_PER_MS);
	assert_int_equal(loop_run(loop), 0);
}

#define RUN_UNTIL(condition)                                                                                 \
	do {                                                                                                 \
		for (unsigned i_ = 0; i_ < 4000 && !(condition); i_++)                                       \
			run_ms(5);                                                                           \
		assert_true(condition);                                                                      \
	} while (0)

/* The peer comes. */
static void knock(void)
{
	newest->there = true;
	assert_int_equal(write(newest->far, "x", 1), 1);
}

static void give_back(bool in_order)
{
	struct link *link = taken;

	taken = NULL;
	link->in_order = in_order;
	link_close(link);
}

static bool on_may_serve(void *data, const char *endpoint, const struct domain *domain)
{
	assert_string_equal(endpoint, "vchan:gui");
	return domain->id != not_ours;
}

static int set_up(void **state)
{
	static const struct station_callbacks callbacks = { .met = on_met,
							    .lost = on_lost,
							    .may_serve = on_may_serve };

	not_ours = 0;
	n_made = n_closed = 0;
	n_met = n_lost = 0;
	last_generation = 0;
	make_rc = 0;
	waited = 0;
	stays = false;
	at_once = false;
	newest = NULL;
	taken = NULL;
	if (loop_create(&loop) < 0 || worker_create(&worker, loop) < 0)
		return -1;
	alarm_timer = loop_add_timer(loop, on_alarm, NULL);
	return station_create(&station, loop, worker, (struct domains *)&n_made, "vchan:gui", &callbacks);
}

static int tear_down(void **state)
{
	station_end(station);
	worker_destroy(worker);
	if (taken)
		give_back(true);
	station_destroy(station);
	loop_destroy(loop);
	assert_int_equal(n_closed, n_made - (make_rc < 0 ? n_made : 0));
	return 0;
}

static void test_waits_for_its_domain(void **state)
{
	appear(3, "app");
	run_ms(20);
	assert_int_equal(n_made, 0);
	appear(4, "gui");
	RUN_UNTIL(newest);
	run_ms(20);
	assert_int_equal(n_met, 0);
	knock();
	RUN_UNTIL(n_met == 1);
	assert_string_equal(taken->domain, "gui");
	assert_int_equal(n_made, 1);
}

static void test_next_link_follows(void **state)
{
	uint64_t given;

	at_once = true;
	appear(4, "gui");
	RUN_UNTIL(n_met == 1);
	given = clock_now_ns();
	give_back(true);
	RUN_UNTIL(n_met == 2);
	assert_true(clock_now_ns() - given >= STATION_REST_MS * NS_PER_MS);
	assert_int_equal(n_closed, 1);
}

static void test_guest_goes(void **state)
{
	at_once = true;
	appear(4, "gui");
	RUN_UNTIL(n_met == 1);
	/* Another domain's end is nothing to it. */
	go(3, "gui");
	assert_int_equal(n_lost, 0);
	go(4, "gui");
	assert_int_equal(n_lost, 1);
	run_ms(300);
	assert_int_equal(n_made, 1);
	appear(5, "gui");
	RUN_UNTIL(n_met == 2);
}

static void test_guest_goes_while_waiting(void **state)
{
	appear(4, "gui");
	RUN_UNTIL(newest);
	run_ms(20);
	go(4, "gui");
	RUN_UNTIL(n_closed == 1);
	assert_int_equal(n_lost, 0);
}

static void test_guest_goes_while_making(void **state)
{
	appear(4, "gui");
	go(4, "gui");
	RUN_UNTIL(n_closed == 1);
	run_ms(200);
	assert_int_equal(n_made, 1);
	/* And one that is back before the link is made gets its own. */
	appear(5, "gui");
	go(5, "gui");
	at_once = true;
	appear(6, "gui");
	RUN_UNTIL(n_met == 1);
	assert_int_equal(n_closed, n_made - 1);
}

static void test_reboot_seen_late(void **state)
{
	at_once = true;
	appear(4, "gui");
	RUN_UNTIL(n_met == 1);
	/* The new life is seen before the old one's end. */
	appear(9, "gui");
	assert_int_equal(n_lost, 1);
	RUN_UNTIL(n_met == 2);
	go(4, "gui");
	assert_int_equal(n_lost, 1);
	assert_non_null(taken);
}

static void test_refused_pages_are_tried_again(void **state)
{
	make_rc = -ENOSPC;
	appear(4, "gui");
	RUN_UNTIL(n_made == 3);
	assert_int_equal(n_met, 0);
}

static void test_breaker_is_slowed_down(void **state)
{
	uint64_t begun = clock_now_ns(), first = 0;

	at_once = true;
	appear(4, "gui");
	for (unsigned i = 0; i < 4; i++) {
		RUN_UNTIL(taken);
		give_back(false);
		if (!i)
			first = clock_now_ns();
	}
	RUN_UNTIL(taken);
	/* 100 + 200 + 400 + 800 ms */
	assert_true(clock_now_ns() - first >= 1500 * NS_PER_MS);
	assert_true(first - begun < STATION_PENALTY_MS * NS_PER_MS / 2);
}

/* A peer that is gone again before it was met. */
static void test_peer_that_does_not_stay(void **state)
{
	appear(4, "gui");
	RUN_UNTIL(newest);
	run_ms(10);
	newest->dead = true;
	assert_int_equal(write(newest->far, "x", 1), 1);
	RUN_UNTIL(n_made == 2);
	assert_int_equal(n_met, 0);
	assert_int_equal(n_closed, 1);
}

static void test_quiesce(void **state)
{
	at_once = true;
	appear(4, "gui");
	RUN_UNTIL(n_met == 1);
	assert_int_equal(station_quiesce(station), -EAGAIN);
	assert_int_equal(n_lost, 1);
	RUN_UNTIL(station_quiesce(station) == 0);
	assert_int_equal(waited, 1);
	/* Saved, and restored under another id: nothing before resume. */
	go(4, "gui");
	appear(5, "gui");
	run_ms(200);
	assert_int_equal(n_made, 1);
	station_resume(station);
	RUN_UNTIL(n_met == 2);
}

static void test_quiesce_before_the_peer(void **state)
{
	appear(4, "gui");
	/* While the link is being made. */
	assert_int_equal(station_quiesce(station), -EAGAIN);
	RUN_UNTIL(station_quiesce(station) == 0);
	station_resume(station);
	RUN_UNTIL(newest);
	run_ms(20);
	RUN_UNTIL(station_quiesce(station) == 0);
	assert_int_equal(n_closed, 2);
}

static void test_quiesce_of_who_stays(void **state)
{
	at_once = true;
	stays = true;
	appear(4, "gui");
	RUN_UNTIL(n_met == 1);
	assert_int_equal(station_quiesce(station), -EAGAIN);
	RUN_UNTIL(station_quiesce(station) == -EBUSY);
	station_resume(station);
}

static void test_domain_of_another_endpoint(void **state)
{
	not_ours = 4;
	appear(4, "gui");
	run_ms(20);
	assert_int_equal(n_made, 0);
	assert_int_equal(station_domid(station), 0);
	go(4, "gui");
	appear(5, "gui");
	RUN_UNTIL(newest);
	assert_int_equal(station_domid(station), 5);
}

static void test_ends_while_making(void **state)
{
	appear(4, "gui");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_waits_for_its_domain, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_next_link_follows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_guest_goes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_guest_goes_while_waiting, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_guest_goes_while_making, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_reboot_seen_late, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_refused_pages_are_tried_again, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_breaker_is_slowed_down, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_peer_that_does_not_stay, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_quiesce, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_quiesce_before_the_peer, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_quiesce_of_who_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_domain_of_another_endpoint, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_ends_while_making, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
