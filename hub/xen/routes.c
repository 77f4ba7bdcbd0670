#define LOG_MODULE "routes"
#include "hub/xen/routes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenstore.h>

#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "hub/core/text.h"
#include "hub/xen/domains.h"

#define RETRY_FIRST_NS (250 * NS_PER_MS)
#define RETRY_LAST_NS  (10 * NS_PER_S)
#define CONFLICTS_MAX  16

struct routes {
	struct worker *worker;
	struct domains_listener *listener;
	unsigned count;
	struct route *all;
	/* slow thread */
	struct loop_timer *retry;
	uint64_t retry_ns;
	bool complained;
	long generation;
	struct route_ends *told; /* what the log said last */
};

/* One look at everything, in one transaction. */
struct look {
	struct routes *routes;
	struct xs_handle *xs;
	xs_transaction_t t;
	const struct domain *domains;
	unsigned n_domains;
	struct route_ends ends[ROUTES_MAX];
};

/* ---- nodes ---- */

static bool read_number(struct look *l, const char *path, long *value)
{
	unsigned len;
	char *text = xs_read(l->xs, l->t, path, &len);
	bool ok = text && text_to_long(text, 10, 0, INT32_MAX, value) == 0;

	free(text);
	return ok;
}

static bool holds_text(struct look *l, const char *path, const char *wanted)
{
	unsigned len;
	char *text = xs_read(l->xs, l->t, path, &len);
	bool same = text && !strcmp(text, wanted);

	free(text);
	return same;
}

/* Owned by one domain, read by another, and by nobody else. */
static bool belongs(struct look *l, const char *path, uint32_t owner, uint32_t reader)
{
	unsigned n = 0;
	struct xs_permissions *perms = xs_get_permissions(l->xs, l->t, path, &n);
	bool right = perms && n == 2 && perms[0].id == owner && perms[0].perms == XS_PERM_NONE &&
		     perms[1].id == reader && perms[1].perms == XS_PERM_READ;

	free(perms);
	return right;
}

static int make_node(struct look *l, const char *path, uint32_t owner, uint32_t reader)
{
	struct xs_permissions perms[2] = { { owner, XS_PERM_NONE }, { reader, XS_PERM_READ } };

	return xs_mkdir(l->xs, l->t, path) && xs_set_permissions(l->xs, l->t, path, perms, 2) ? 0 : -errno;
}

static int remove_node(struct look *l, const char *path)
{
	return xs_rm(l->xs, l->t, path) || errno == ENOENT ? 0 : -errno;
}

static int write_node(struct look *l, const char *base, const char *name, const char *value)
{
	char path[XEN_PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", base, name);
	return xs_write(l->xs, l->t, path, value, (unsigned)strlen(value)) ? 0 : -errno;
}

/* ---- one route ---- */

/* Where it stands, at both ends. */
struct places {
	char svc[XEN_PATH_MAX], serve[XEN_PATH_MAX], route[XEN_PATH_MAX];
	char path[XEN_PATH_MAX]; /* of the vchan */
};

static void places_of(struct places *p, const char *name, const struct route_ends *ends)
{
	snprintf(p->svc, sizeof(p->svc), "/local/domain/%u/xenhub/svc/%s", ends->server, name);
	snprintf(p->serve, sizeof(p->serve), "/local/domain/%u/xenhub/serve/%s", ends->server, name);
	snprintf(p->route, sizeof(p->route), "/local/domain/%u/xenhub/route/%s", ends->client, name);
	snprintf(p->path, sizeof(p->path), "/local/domain/%u/xenhub/svc/%s/v", ends->server, name);
}

static bool end_is_right(struct look *l, const char *base, uint32_t other, const char *path)
{
	char node[XEN_PATH_MAX + 16];
	long domid, generation;

	snprintf(node, sizeof(node), "%s/domid", base);
	if (!read_number(l, node, &domid) || domid != (long)other)
		return false;
	snprintf(node, sizeof(node), "%s/generation", base);
	if (!read_number(l, node, &generation))
		return false;
	snprintf(node, sizeof(node), "%s/path", base);
	return holds_text(l, node, path);
}

/* What is told to one end; made Dom0's and that domain's before anything is in it. */
static int tell_end(struct look *l, const char *base, uint32_t whom, uint32_t other, const char *path)
{
	char number[24];
	int rc = make_node(l, base, 0, whom);

	snprintf(number, sizeof(number), "%u", other);
	if (!rc)
		rc = write_node(l, base, "domid", number);
	if (!rc)
		rc = write_node(l, base, "path", path);
	snprintf(number, sizeof(number), "%ld", l->routes->generation);
	return rc ? rc : write_node(l, base, "generation", number);
}

static int keep_route(struct look *l, const char *name, const struct route_ends *ends)
{
	struct places p;
	int rc;

	places_of(&p, name, ends);
	if (end_is_right(l, p.serve, ends->client, p.path) &&
	    end_is_right(l, p.route, ends->server, p.path) && belongs(l, p.svc, ends->server, ends->client))
		return 0;
	if ((rc = remove_node(l, p.svc)) || (rc = remove_node(l, p.serve)) || (rc = remove_node(l, p.route)))
		return rc;
	if ((rc = make_node(l, p.svc, ends->server, ends->client)) ||
	    (rc = tell_end(l, p.serve, ends->server, ends->client, p.path)))
		return rc;
	return tell_end(l, p.route, ends->client, ends->server, p.path);
}

/* ---- what should not be there ---- */

static bool is_wanted(const struct look *l, const char *name, uint32_t domid, bool client)
{
	for (unsigned i = 0; i < l->routes->count; i++)
		if (route_stands(&l->ends[i]) && !strcmp(l->routes->all[i].name, name) &&
		    (client ? l->ends[i].client : l->ends[i].server) == domid)
			return true;
	return false;
}

/* A route that Dom0 itself serves is its server's to take back. */
static bool is_of_dom0(struct look *l, const char *base)
{
	char path[XEN_PATH_MAX + 80];
	long domid;

	snprintf(path, sizeof(path), "%s/domid", base);
	return read_number(l, path, &domid) && domid == 0;
}

static int clear_dir(struct look *l, uint32_t domid, const char *dir, bool client)
{
	char base[XEN_PATH_MAX], path[XEN_PATH_MAX + 64];
	char **names;
	unsigned n = 0;
	int rc = 0;

	snprintf(base, sizeof(base), "/local/domain/%u/xenhub/%s", domid, dir);
	names = xs_directory(l->xs, l->t, base, &n);
	if (!names)
		return errno == ENOENT ? 0 : -errno;
	for (unsigned i = 0; i < n && !rc; i++) {
		snprintf(path, sizeof(path), "%s/%.60s", base, names[i]);
		if (!is_wanted(l, names[i], domid, client) && !(client && is_of_dom0(l, path)))
			rc = remove_node(l, path);
	}
	free(names);
	return rc;
}

static int look_at_all(struct look *l)
{
	int rc = 0;

	for (unsigned i = 0; i < l->n_domains && !rc; i++) {
		uint32_t id = l->domains[i].id;

		if (!(rc = clear_dir(l, id, "serve", false)) && !(rc = clear_dir(l, id, "svc", false)))
			rc = clear_dir(l, id, "route", true);
	}
	for (unsigned i = 0; i < l->routes->count && !rc; i++)
		if (route_stands(&l->ends[i]))
			rc = keep_route(l, l->routes->all[i].name, &l->ends[i]);
	return rc;
}

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
	struct look l = { .routes = r, .xs = xs_open(0) };
	struct domain *domains = NULL;
	unsigned tries = 0;
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
		l.ends[i] = route_find(&r->all[i], domains, l.n_domains);
	r->generation++;
	do {
		l.t = xs_transaction_start(l.xs);
		rc = l.t ? look_at_all(&l) : -errno;
		if (l.t && !xs_transaction_end(l.xs, l.t, rc < 0) && !rc)
			rc = -errno;
	} while (rc == -EAGAIN && ++tries < CONFLICTS_MAX);
	for (unsigned i = 0; i < r->count && !rc; i++)
		say_ends(r, i, &l.ends[i]);
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

int routes_create(struct routes **out, struct worker *worker, struct domains *domains,
		  const struct route *routes, unsigned count)
{
	struct routes *r = calloc(1, sizeof(*r));
	int rc = -ENOMEM;

	if (!r)
		return rc;
	r->worker = worker;
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
