/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "domains"
#include "hub/xen/domains.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <utlist.h>
#include <xenstore.h>

#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "hub/core/text.h"
#include "hub/xen/witness.h"

#define RETRY_FIRST_NS (250 * NS_PER_MS)
#define RETRY_LAST_NS  (10 * NS_PER_S)

struct domains_listener {
	struct domains *domains;
	domains_fn appeared, gone;
	void *data;
	struct domains_listener *prev, *next;
};

struct entry {
	struct domain domain;
	struct entry *prev, *next;
};

struct domains {
	struct worker *worker;
	/* main thread */
	struct entry *known;
	struct domains_listener *listeners;
	/* slow thread */
	struct xs_handle *xs;
	struct witness *witness;
	struct loop_fd *source;
	struct loop_timer *retry;
	uint64_t retry_ns;
	bool complained;
	bool in_guest;
	struct domain *seen;
	unsigned n_seen;
	uint32_t *watched; /* the names of these ids */
	unsigned n_watched;
};

struct news {
	struct domains *domains;
	struct domain domain;
	bool appeared;
};

/* ---- main thread ---- */

static void tell(struct domains *d, const struct domain *domain, bool appeared)
{
	struct domains_listener *l, *next;

	DL_FOREACH_SAFE(d->listeners, l, next)
	{
		domains_fn fn = appeared ? l->appeared : l->gone;

		if (fn)
			fn(l->data, domain);
	}
}

static void on_news(void *data)
{
	struct news *news = data;
	struct domains *d = news->domains;
	struct entry *e;

	if (news->appeared) {
		e = calloc(1, sizeof(*e));
		if (e) {
			e->domain = news->domain;
			DL_APPEND(d->known, e);
			tell(d, &e->domain, true);
		}
	} else {
		DL_FOREACH(d->known, e)
		if (e->domain.id == news->domain.id)
			break;
		if (e) {
			DL_DELETE(d->known, e);
			tell(d, &e->domain, false);
			free(e);
		}
	}
	free(news);
}

struct domains_listener *domains_listen(struct domains *d, domains_fn appeared, domains_fn gone, void *data)
{
	struct domains_listener *l = calloc(1, sizeof(*l));
	struct entry *e;

	if (!l)
		return NULL;
	*l = (struct domains_listener){ .domains = d, .appeared = appeared, .gone = gone, .data = data };
	DL_APPEND(d->listeners, l);
	DL_FOREACH(d->known, e)
	if (appeared)
		appeared(data, &e->domain);
	return l;
}

void domains_unlisten(struct domains_listener *l)
{
	if (!l)
		return;
	DL_DELETE(l->domains->listeners, l);
	free(l);
}

const struct domain *domains_find(const struct domains *d, const char *name)
{
	const struct domain *found = NULL;
	struct entry *e;

	DL_FOREACH(d->known, e)
	if (domain_is_called(&e->domain, name) && (!found || e->domain.id > found->id))
		found = &e->domain;
	return found;
}

/* ---- slow thread ---- */

static void post(struct domains *d, const struct domain *domain, bool appeared)
{
	struct news *news = calloc(1, sizeof(*news));

	if (news) {
		*news = (struct news){ .domains = d, .domain = *domain, .appeared = appeared };
		if (worker_reply(d->worker, on_news, news) == 0)
			return;
	}
	free(news);
	log_err("domain '%s': nobody could be told that it %s", domain->name,
		appeared ? "is there" : "is gone");
}

static bool same(const struct domain *a, const struct domain *b)
{
	return a->id == b->id && !strcmp(a->name, b->name) && !strcmp(a->uuid, b->uuid);
}

static bool contains(const struct domain *all, unsigned n, const struct domain *domain)
{
	for (unsigned i = 0; i < n; i++)
		if (same(&all[i], domain))
			return true;
	return false;
}

/* A rename, such as the one that ends a restore, tells in no other way. */
static void watch_names(struct domains *d)
{
	unsigned n, kept = 0;
	char **ids = xs_directory(d->xs, XBT_NULL, "/local/domain", &n);
	uint32_t *watched = ids ? calloc(n + 1, sizeof(*watched)) : NULL;
	char path[64];
	long id;

	for (unsigned i = 0; watched && i < n; i++) {
		bool is_new = true;

		if (text_to_long(ids[i], 10, 1, UINT16_MAX, &id) < 0)
			continue;
		for (unsigned k = 0; k < d->n_watched; k++)
			if (d->watched[k] == (uint32_t)id) {
				is_new = false;
				d->watched[k] = 0;
			}
		snprintf(path, sizeof(path), "/local/domain/%ld/name", id);
		if (!is_new || xs_watch(d->xs, path, path))
			watched[kept++] = (uint32_t)id;
	}
	free(ids);
	if (!watched)
		return;
	for (unsigned k = 0; k < d->n_watched; k++) {
		if (!d->watched[k])
			continue;
		snprintf(path, sizeof(path), "/local/domain/%u/name", d->watched[k]);
		xs_unwatch(d->xs, path, path);
	}
	free(d->watched);
	d->watched = watched;
	d->n_watched = kept;
}

static int scan(struct domains *d)
{
	struct domain *now;
	int n;

	if (!d->in_guest)
		watch_names(d);
	n = d->in_guest ? store_list_clients(d->xs, &now) : store_list_domains(d->xs, &now);
	if (n < 0)
		return n;
	for (unsigned i = 0; i < d->n_seen; i++)
		if (!contains(now, (unsigned)n, &d->seen[i]))
			post(d, &d->seen[i], false);
	for (int i = 0; i < n; i++)
		if (!contains(d->seen, d->n_seen, &now[i]))
			post(d, &now[i], true);
	free(d->seen);
	d->seen = now;
	d->n_seen = (unsigned)n;
	return 0;
}

static void close_store(struct domains *d)
{
	witness_destroy(d->witness);
	d->witness = NULL;
	loop_remove_fd(d->source);
	d->source = NULL;
	if (d->xs)
		xs_close(d->xs);
	d->xs = NULL;
	d->n_watched = 0;
}

static void try_later(struct domains *d, int err)
{
	close_store(d);
	if (!d->complained)
		log_warn_errno(err, "XenStore does not tell which domains there are; it is asked again. "
				    "xenhub doctor says what is "
				    "missing");
	d->complained = true;
	loop_timer_at(d->retry, clock_now_ns() + d->retry_ns);
	d->retry_ns = d->retry_ns * 2 < RETRY_LAST_NS ? d->retry_ns * 2 : RETRY_LAST_NS;
}

static void on_watch(void *data, int fd, uint32_t events)
{
	struct domains *d = data;
	bool any = false;
	char **event;
	int rc;

	errno = 0;
	while ((event = xs_check_watch(d->xs))) {
		free(event);
		any = true;
		errno = 0;
	}
	if (errno && errno != EAGAIN) {
		try_later(d, errno);
		return;
	}
	if (!any)
		return;
	rc = scan(d);
	if (rc < 0)
		try_later(d, -rc);
}

static bool watch_all(struct domains *d)
{
	if (d->in_guest)
		return xs_watch(d->xs, "xenhub/serve", "serve") && xs_watch(d->xs, "xenhub/route", "route");
	return xs_watch(d->xs, "@introduceDomain", "come") && xs_watch(d->xs, "@releaseDomain", "go");
}

static void on_lost(void *data)
{
	try_later(data, EPIPE);
}

static void open_store(void *data)
{
	struct domains *d = data;
	int rc;

	d->xs = xs_open(0);
	if (d->xs)
		d->in_guest = store_own_domain(d->xs) != 0;
	if (!d->xs || !watch_all(d)) {
		try_later(d, errno);
		return;
	}
	d->source = loop_add_fd(worker_loop(d->worker), xs_fileno(d->xs), EPOLLIN, on_watch, d);
	rc = d->source ? witness_create(&d->witness, worker_loop(d->worker), on_lost, d) : -errno;
	if (!rc || rc == -ENODEV)
		rc = scan(d);
	if (rc < 0) {
		try_later(d, -rc);
		return;
	}
	if (d->complained)
		log_info("XenStore answers again");
	d->complained = false;
	d->retry_ns = RETRY_FIRST_NS;
}

static void start(void *data)
{
	struct domains *d = data;

	d->retry = loop_add_timer(worker_loop(d->worker), open_store, d);
	if (d->retry)
		open_store(d);
}

/* ---- both ---- */

int domains_create(struct domains **out, struct worker *worker)
{
	struct domains *d = calloc(1, sizeof(*d));
	int rc;

	if (!d)
		return -ENOMEM;
	d->worker = worker;
	d->retry_ns = RETRY_FIRST_NS;
	rc = worker_run(worker, start, d);
	if (rc < 0) {
		free(d);
		return rc;
	}
	*out = d;
	return 0;
}

void domains_destroy(struct domains *d)
{
	struct domains_listener *l, *l_next;
	struct entry *e, *e_next;

	if (!d)
		return;
	/* The loop that d->source was in is gone with the worker. */
	witness_abandon(d->witness);
	if (d->xs)
		xs_close(d->xs);
	DL_FOREACH_SAFE(d->listeners, l, l_next)
	free(l);
	DL_FOREACH_SAFE(d->known, e, e_next)
	free(e);
	free(d->seen);
	free(d->watched);
	free(d);
}
