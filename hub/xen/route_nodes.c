/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/xen/route_nodes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xen/io/xs_wire.h>
#include <xenstore.h>

#include "hub/core/text.h"

#define CONFLICTS_MAX 16

/* ---- nodes ---- */

static bool read_number(struct route_look *l, const char *path, long *value)
{
	unsigned len;
	char *text = xs_read(l->xs, l->transaction, path, &len);
	bool ok = text && text_to_long(text, 10, 0, INT32_MAX, value) == 0;

	free(text);
	return ok;
}

static bool holds_text(struct route_look *l, const char *path, const char *wanted)
{
	unsigned len;
	char *text = xs_read(l->xs, l->transaction, path, &len);
	bool same = text && !strcmp(text, wanted);

	free(text);
	return same;
}

/* Owned by one domain, read by another, and by nobody else. */
static bool belongs(struct route_look *l, const char *path, uint32_t owner, uint32_t reader)
{
	unsigned n = 0;
	struct xs_permissions *perms = xs_get_permissions(l->xs, l->transaction, path, &n);
	bool right = perms && n == 2 && perms[0].id == owner && perms[0].perms == XS_PERM_NONE &&
		     perms[1].id == reader && perms[1].perms == XS_PERM_READ;

	free(perms);
	return right;
}

static int make_node(struct route_look *l, const char *path, uint32_t owner, uint32_t reader)
{
	struct xs_permissions perms[2] = { { owner, XS_PERM_NONE }, { reader, XS_PERM_READ } };

	return xs_mkdir(l->xs, l->transaction, path) &&
			       xs_set_permissions(l->xs, l->transaction, path, perms, 2)
		       ? 0
		       : -errno;
}

static int remove_node(struct route_look *l, const char *path)
{
	return xs_rm(l->xs, l->transaction, path) || errno == ENOENT ? 0 : -errno;
}

static int write_node(struct route_look *l, const char *base, const char *name, const char *value)
{
	char path[XEN_PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", base, name);
	return xs_write(l->xs, l->transaction, path, value, (unsigned)strlen(value)) ? 0 : -errno;
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

static bool end_is_right(struct route_look *l, const char *base, uint32_t other, const char *path)
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
static int tell_end(struct route_look *l, const char *base, uint32_t whom, uint32_t other, const char *path)
{
	char number[24];
	int rc = make_node(l, base, 0, whom);

	snprintf(number, sizeof(number), "%u", other);
	if (!rc)
		rc = write_node(l, base, "domid", number);
	if (!rc)
		rc = write_node(l, base, "path", path);
	snprintf(number, sizeof(number), "%ld", l->generation);
	return rc ? rc : write_node(l, base, "generation", number);
}

static int keep_route(struct route_look *l, const char *name, const struct route_ends *ends)
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

static bool is_wanted(const struct route_look *l, const char *name, uint32_t domid, bool client)
{
	for (unsigned i = 0; i < l->count; i++)
		if (route_stands(&l->ends[i]) && !strcmp(l->routes[i].name, name) &&
		    (client ? l->ends[i].client : l->ends[i].server) == domid)
			return true;
	return false;
}

/* A route that Dom0 itself serves is its server's to take back. */
static bool is_of_dom0(struct route_look *l, const char *base)
{
	char path[XENSTORE_ABS_PATH_MAX + 16];
	long domid;

	snprintf(path, sizeof(path), "%s/domid", base);
	return read_number(l, path, &domid) && domid == 0;
}

static int clear_dir(struct route_look *l, uint32_t domid, const char *dir, bool client)
{
	char base[XEN_PATH_MAX], path[XENSTORE_ABS_PATH_MAX + 1];
	char **names;
	unsigned n = 0;
	int rc = 0;

	snprintf(base, sizeof(base), "/local/domain/%u/xenhub/%s", domid, dir);
	names = xs_directory(l->xs, l->transaction, base, &n);
	if (!names)
		return errno == ENOENT ? 0 : -errno;
	for (unsigned i = 0; i < n && !rc; i++) {
		/* No name that exists is too long for a path. */
		snprintf(path, sizeof(path), "%s/%s", base, names[i]);
		if (!is_wanted(l, names[i], domid, client) && !(client && is_of_dom0(l, path)))
			rc = remove_node(l, path);
	}
	free(names);
	return rc;
}

static int look_at_all(struct route_look *l)
{
	int rc = 0;

	for (unsigned i = 0; i < l->n_domains && !rc; i++) {
		uint32_t id = l->domains[i].id;

		if (!(rc = clear_dir(l, id, "serve", false)) && !(rc = clear_dir(l, id, "svc", false)))
			rc = clear_dir(l, id, "route", true);
	}
	for (unsigned i = 0; i < l->count && !rc; i++)
		if (route_stands(&l->ends[i]))
			rc = keep_route(l, l->routes[i].name, &l->ends[i]);
	return rc;
}

int route_nodes_write(struct route_look *l)
{
	unsigned tries = 0;
	int rc;

	do {
		l->transaction = xs_transaction_start(l->xs);
		rc = l->transaction ? look_at_all(l) : -errno;
		if (l->transaction && !xs_transaction_end(l->xs, l->transaction, rc < 0) && !rc)
			rc = -errno;
	} while (rc == -EAGAIN && ++tries < CONFLICTS_MAX);
	return rc;
}
