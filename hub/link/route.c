/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/link/route.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xenstore.h>

#include "hub/link/link.h"
#include "hub/link/vchan.h"
#include "hub/link/watched.h"

/* What Dom0 says of a route to one of its ends. */
struct route_end {
	uint32_t domid; /* of the other */
	char path[VCHAN_PATH_MAX + 1];
};

/* dir: "route" in the client's tree, "serve" in the server's. */
static bool read_end(struct xs_handle *xs, const char *dir, const char *name, struct route_end *end)
{
	long domid = store_read_number(xs, "xenhub/%s/%s/domid", dir, name);

	end->domid = (uint32_t)domid;
	return domid >= 0 && store_read_number(xs, "xenhub/%s/%s/generation", dir, name) >= 0 &&
	       store_read(xs, end->path, sizeof(end->path), "xenhub/%s/%s/path", dir, name);
}

/* ---- the client's side ---- */

/* A handle that will tell of changes to the route. */
static int watch_route(struct xs_handle **out, const char *name, char *why, size_t size)
{
	struct xs_handle *xs = xs_open(0);
	char path[XEN_PATH_MAX];
	char **event = NULL;
	unsigned n;
	int rc;

	snprintf(path, sizeof(path), "xenhub/route/%s", name);
	/* A watch tells once that it has begun. */
	if (xs && xs_fileno(xs) >= 0 && xs_watch(xs, path, "route"))
		event = xs_read_watch(xs, &n);
	if (event) {
		free(event);
		*out = xs;
		return 0;
	}
	rc = errno ? -errno : -EIO;
	snprintf(why, size, "XenStore does not answer: %s; it is /dev/xen/xenbus in a guest", strerror(-rc));
	if (xs)
		xs_close(xs);
	return rc;
}

int route_join(struct link **out, const char *name, char *why, size_t size)
{
	struct link *made = NULL;
	struct route_end end;
	struct xs_handle *xs = NULL;
	long generation;
	int rc;

	rc = watch_route(&xs, name, why, size);
	if (rc < 0)
		return rc;
	if (!read_end(xs, "route", name, &end)) {
		snprintf(why, size,
			 "no route '%s' leads from this domain (xenhub/route in XenStore): Dom0's xenhubd "
			 "needs a "
			 "[route %s], and both domains have to be there",
			 name, name);
		rc = -ENOENT;
		goto err;
	}
	generation = store_read_number(xs, "%s/generation", end.path);
	if (generation < 0) {
		snprintf(why, size, "route '%s': domain %u serves nothing there yet", name, end.domid);
		rc = -ENOENT;
		goto err;
	}
	rc = vchan_join(&made, end.domid, end.path, why, size);
	if (rc < 0)
		goto err;
	/* A server that began anew meanwhile has given its old pages to who knows whom. */
	if (store_read_number(xs, "%s/generation", end.path) != generation) {
		link_close(made);
		snprintf(why, size, "route '%s': its server has just begun anew", name);
		rc = -EAGAIN;
		goto err;
	}
	snprintf(made->peer, sizeof(made->peer), "route '%s', domain %u", name, end.domid);
	return watched_create(out, made, xs, "Dom0 has taken the route back, or made it anew");

err:
	xs_close(xs);
	return rc;
}

/* ---- the server's ---- */

/* A vchan at path, and the number by which clients tell it from others. */
static int serve_at(struct link **out, uint32_t client, const char *path, size_t ring, long generation,
		    unsigned spare, char *why, size_t size)
{
	char node[VCHAN_PATH_MAX + 16], number[24];
	struct xs_handle *xs;
	int rc = vchan_serve(out, client, path, ring, spare, why, size);

	if (rc < 0)
		return rc;
	snprintf(node, sizeof(node), "%s/generation", path);
	snprintf(number, sizeof(number), "%ld", generation);
	xs = xs_open(0);
	/* Who may read it is as Dom0 has said for what it is in. */
	rc = xs ? store_write(xs, node, number) : -errno;
	if (xs)
		xs_close(xs);
	if (!rc)
		return 0;
	snprintf(why, size, "%s: cannot be written: %s", node, strerror(-rc));
	link_close(*out);
	*out = NULL;
	return rc;
}

int route_serve(struct link **out, const char *name, uint32_t client, long generation, unsigned spare,
		char *why, size_t size)
{
	struct xs_handle *xs = xs_open(0);
	struct route_end end, own;
	bool found, joins;
	int rc;

	if (!xs) {
		rc = -errno;
		snprintf(why, size, "XenStore does not answer: %s", strerror(-rc));
		return rc;
	}
	found = read_end(xs, "serve", name, &end) && end.domid == client;
	joins = !found && read_end(xs, "route", name, &own) && !own.domid;
	xs_close(xs);
	if (joins)
		return route_join(out, name, why, size);
	if (!found) {
		snprintf(why, size, "Dom0 has taken route '%s' back", name);
		return -ENOENT;
	}
	rc = serve_at(out, client, end.path, VCHAN_RING_ROUTE, generation, spare, why, size);
	if (!rc)
		snprintf((*out)->peer, sizeof((*out)->peer), "route '%s', domain %u", name, client);
	return rc;
}

int route_serve_in_dom0(struct link **out, const char *name, const struct domain *client, long generation,
			unsigned spare, char *path, char *why, size_t size)
{
	struct xs_handle *xs = xs_open(0);
	char node[XEN_PATH_MAX];
	bool lives;
	long server;
	int rc;

	if (!xs) {
		rc = -errno;
		snprintf(why, size, "XenStore does not answer: %s", strerror(-rc));
		return rc;
	}
	snprintf(node, sizeof(node), "/local/domain/%u/xenhub/route/%s", client->id, name);
	lives = xs_is_domain_introduced(xs, client->id);
	server = store_read_number(xs, "%s/domid", node);
	if (lives && server <= 0)
		xs_rm(xs, XBT_NULL, node);
	xs_close(xs);
	if (!lives) {
		snprintf(why, size, "the domain is gone");
		return -ENOENT;
	}
	if (server > 0) {
		snprintf(why, size,
			 "route '%s' of domain '%s' leads to domain %ld: xenhubd's configuration has it",
			 name, client->name, server);
		return -EEXIST;
	}
	snprintf(path, VCHAN_PATH_MAX + 1, "/local/domain/%u/xenhub/svc0/%s", client->id, name);
	rc = serve_at(out, client->id, path, strcmp(name, ROUTE_SOURCE) ? VCHAN_RING_ROUTE : VCHAN_RING,
		      generation, spare, why, size);
	if (!rc)
		snprintf((*out)->peer, sizeof((*out)->peer), "route '%s', domain '%s' (%u)", name,
			 client->name, client->id);
	return rc;
}
