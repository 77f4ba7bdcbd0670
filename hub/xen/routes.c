/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "routes"
#include "hub/xen/routes.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenstore.h>

#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "hub/xen/domains.h"
#include "hub/xen/route_nodes.h"

#define RETRY_FIRST_NS (250 * NS_PER_MS)
#define RETRY_LAST_NS  (10 * NS_PER_S)

struct routes {
	struct worker *worker;
	struct domains *domains;
	struct domains_listener *listener;
	unsigned count;
	struct route *all;
	/* main thread: by index, those that are taken back for a save, */
	uint32_t quiet;
	uint64_t quiet_ns;   /* and since when; CLOCK_NEVER: the slow thread has not done it yet */
	unsigned asked;      /* it, so many times: the answer to the last one counts */
	bool quiet_failed;   /* the slow thread could not say so; asked again, it is tried again */
	atomic_bool unheard; /* set by the slow thread: its answer could not be handed over; as failed */
	/* slow thread */
	struct loop_timer *retry;
	uint64_t retry_ns;
	bool complained;
	long generation;
	struct route_ends *told; /* what the log said last */
	uint32_t taken_back;     /* as `quiet` was, when that was asked for last */
};

/* What is quiet from now on, on its way to the slow thread and back. */
struct quiet_order {
	struct routes *routes;
	uint32_t quiet;
	unsigned number;
	bool done;
};

_Static_assert(ROUTES_MAX <= 32, "a bit for each");

/* ---- slow thread ---- */

static void say_ends(struct routes *r, unsigned index, const struct route_ends *ends)
{
	const struct route *route = &r->all[index];
	struct route_ends *told = &r->told[index];

	if (told->server == ends->server && told->client == ends->client)
		return;
	*told = *ends;
	if (route_stands(ends))
		log_info("route '%s': from domain %u ('%s') to domain %u ('%s')", route->name, ends->client,
			 route->client, ends->server, route->server);
	else if (r->taken_back >> index & 1)
		log_info("route '%s': taken back until `xenhub resume`", route->name);
	else if (ends->server && ends->server == ends->client)
		log_err("route '%s': '%s' and '%s' are one domain (%u); it is not made", route->name,
			route->server, route->client, ends->server);
	else
		log_info("route '%s': waits for domain '%s'%s%s%s", route->name,
			 ends->server ? route->client : route->server,
			 ends->server || ends->client ? "" : " and '",
			 ends->server || ends->client ? "" : route->client,
			 ends->server || ends->client ? "" : "'");
}

static int look(struct routes *r)
{
	struct route_ends ends[ROUTES_MAX] = { 0 };
	struct route_look l = { .xs = xs_open(0),
				.routes = r->all,
				.ends = ends,
				.count = r->count,
				.generation = ++r->generation };
	struct domain *domains = NULL;
	int rc;

	if (!l.xs)
		return -errno;
	if (store_own_domain(l.xs)) {
		if (r->count)
			log_err("routes are Dom0's to make: [route NAME] is without effect in this domain");
		rc = 0;
		goto out;
	}
	rc = store_list_domains(l.xs, &domains);
	if (rc < 0)
		goto out;
	l.domains = domains;
	l.n_domains = (unsigned)rc;
	for (unsigned i = 0; i < r->count; i++)
		if (!(r->taken_back >> i & 1))
			ends[i] = route_find(&r->all[i], domains, l.n_domains);
	rc = route_nodes_write(&l);
	for (unsigned i = 0; i < r->count && !rc; i++)
		say_ends(r, i, &ends[i]);
	free(domains);
out:
	xs_close(l.xs);
	return rc;
}

static void on_look(void *data)
{
	struct routes *r = data;
	int rc = look(r);

	if (!rc) {
		r->complained = false;
		r->retry_ns = RETRY_FIRST_NS;
		return;
	}
	if (!r->complained)
		log_warn_errno(
			-rc,
			"routes cannot be written to XenStore; it is tried again. xenhub doctor says what is "
			"missing");
	r->complained = true;
	loop_timer_at(r->retry, clock_now_ns() + r->retry_ns);
	r->retry_ns = r->retry_ns * 2 < RETRY_LAST_NS ? r->retry_ns * 2 : RETRY_LAST_NS;
}

static void start(void *data)
{
	struct routes *r = data;

	r->retry = loop_add_timer(worker_loop(r->worker), on_look, r);
	if (r->retry)
		on_look(r);
	else
		log_err("out of memory: routes are not made");
}

/* ---- main thread ---- */

/* Which ones there are is seen on the slow thread, all at once. */
static void on_change(void *data, const struct domain *domain)
{
	struct routes *r = data;

	if (worker_run(r->worker, on_look, r) < 0)
		log_err("domain '%s': its routes cannot follow it", domain->name);
}

static void on_quiet_done(void *data)
{
	struct quiet_order *order = data;
	struct routes *r = order->routes;

	if (order->number == r->asked) {
		r->quiet_failed = !order->done;
		r->quiet_ns = order->done ? clock_now_ns() : CLOCK_NEVER;
	}
	free(order);
}

static void run_quiet(void *data)
{
	struct quiet_order *order = data;
	struct routes *r = order->routes;

	r->taken_back = order->quiet;
	order->done = !look(r);
	if (!order->done)
		on_look(r);
	if (worker_reply(r->worker, on_quiet_done, order) < 0) {
		atomic_store(&r->unheard, true);
		free(order);
	}
}

static int set_quiet(struct routes *r, uint32_t quiet)
{
	struct quiet_order *order = calloc(1, sizeof(*order));
	int rc = -ENOMEM;

	if (!order)
		return rc;
	*order = (struct quiet_order){ .routes = r, .quiet = quiet, .number = r->asked + 1 };
	rc = worker_run(r->worker, run_quiet, order);
	if (rc < 0) {
		free(order);
		return rc;
	}
	r->quiet = quiet;
	r->quiet_ns = CLOCK_NEVER;
	r->quiet_failed = false;
	r->asked++;
	return 0;
}

/* The routes with this domain at either end. */
static uint32_t routes_of(const struct routes *r, const char *name)
{
	const struct domain *domain = domains_find(r->domains, name);
	uint32_t found = 0;

	for (unsigned i = 0; i < r->count; i++) {
		const struct route *route = &r->all[i];

		if (!strcmp(route->server, name) || !strcmp(route->client, name) ||
		    (domain &&
		     (domain_is_called(domain, route->server) || domain_is_called(domain, route->client))))
			found |= 1u << i;
	}
	return found;
}

int routes_quiesce(struct routes *r, const char *domain)
{
	uint32_t these = routes_of(r, domain);
	int rc = 0;

	if (!these)
		return -ENOENT;
	if (these & ~r->quiet || r->quiet_failed || atomic_exchange(&r->unheard, false))
		rc = set_quiet(r, r->quiet | these);
	if (rc < 0)
		return rc;
	return r->quiet_ns != CLOCK_NEVER && clock_now_ns() - r->quiet_ns >= ROUTES_LEAVE_MS * NS_PER_MS
		       ? 0
		       : -EAGAIN;
}

int routes_resume(struct routes *r, const char *domain)
{
	uint32_t these = routes_of(r, domain);

	if (!these)
		return -ENOENT;
	return these & r->quiet ? set_quiet(r, r->quiet & ~these) : 0;
}

int routes_create(struct routes **out, struct worker *worker, struct domains *domains,
		  const struct route *routes, unsigned count)
{
	struct routes *r = calloc(1, sizeof(*r));
	int rc = -ENOMEM;

	if (!r)
		return rc;
	r->worker = worker;
	r->domains = domains;
	r->count = count;
	r->retry_ns = RETRY_FIRST_NS;
	/* Never what an earlier hub of this boot has used. */
	r->generation = (long)(clock_now_ns() / NS_PER_MS % (INT32_MAX / 2));
	r->all = calloc(count + 1, sizeof(*r->all));
	r->told = calloc(count + 1, sizeof(*r->told));
	if (!r->all || !r->told || count > ROUTES_MAX)
		goto err;
	memcpy(r->all, routes, count * sizeof(*routes));
	/* Unlike anything that there can be: the first look is told of. */
	for (unsigned i = 0; i < count; i++)
		r->told[i].server = UINT32_MAX;
	rc = worker_run(worker, start, r);
	if (rc < 0)
		goto err;
	r->listener = domains_listen(domains, on_change, on_change, r);
	if (!r->listener)
		log_err("out of memory: routes do not follow their domains");
	*out = r;
	return 0;

err:
	free(r->told);
	free(r->all);
	free(r);
	return rc;
}

void routes_destroy(struct routes *r)
{
	if (!r)
		return;
	domains_unlisten(r->listener);
	free(r->told);
	free(r->all);
	free(r);
}
