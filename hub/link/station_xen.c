/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <xenstore.h>

#include "hub/link/link.h"
#include "hub/link/route.h"
#include "hub/link/station.h"
#include "hub/link/station_make.h"
#include "hub/link/tty.h"
#include "hub/link/vchan.h"
#include "hub/link/xen.h"

/* What a guest is told of a link: below /local/domain/DOMID/xenhub/DIR, for it to read. */
struct notice {
	const char *dir;          /* "link", "route/NAME" */
	const char *key, *detail; /* the one node that they do not have in common */
	const char *path;
	long generation;
};

static int publish_node(struct xs_handle *xs, uint32_t domid, const char *dir, const char *name,
			const char *value)
{
	char path[XEN_PATH_MAX];
	int rc;

	snprintf(path, sizeof(path), "/local/domain/%u/xenhub/%s%s%s", domid, dir, *name ? "/" : "", name);
	rc = store_write(xs, path, value);
	return rc < 0 ? rc : store_show_to(xs, domid, path);
}

/* The generation comes last: who reads it before and after the others has read what belongs together. */
static int publish(const struct domain *domain, const struct notice *notice, char *why, size_t size)
{
	struct xs_handle *xs = xs_open(0);
	char number[24];
	int rc = xs ? 0 : -errno;

	snprintf(number, sizeof(number), "%ld", notice->generation);
	if (!rc)
		rc = publish_node(xs, domain->id, notice->dir, "", "");
	if (!rc)
		rc = publish_node(xs, domain->id, notice->dir, notice->key, notice->detail);
	if (!rc)
		rc = publish_node(xs, domain->id, notice->dir, "path", notice->path);
	if (!rc)
		rc = publish_node(xs, domain->id, notice->dir, "generation", number);
	if (rc < 0)
		snprintf(why, size, "/local/domain/%u/xenhub/%s: cannot be written: %s", domain->id,
			 notice->dir, strerror(-rc));
	/* What was written for a domain that has gone meanwhile would stay for ever. */
	if (!rc && !xs_is_domain_introduced(xs, domain->id)) {
		snprintf(number, sizeof(number), "/local/domain/%u", domain->id);
		xs_rm(xs, XBT_NULL, number);
		rc = -ENOENT;
	}
	if (xs)
		xs_close(xs);
	return rc;
}

/* Nothing is published there at present. False when the domain is gone. */
static bool withdraw(uint32_t domid, const char *dir)
{
	struct xs_handle *xs = xs_open(0);
	char path[XEN_PATH_MAX];
	bool lives;

	if (!xs)
		return true;
	lives = xs_is_domain_introduced(xs, domid);
	snprintf(path, sizeof(path), "/local/domain/%u/xenhub/%s", domid, dir);
	if (lives)
		xs_rm(xs, XBT_NULL, path);
	xs_close(xs);
	return lives;
}

/* Where the vchan of the endpoint is published by us; false: Dom0 has done that, and we are a guest. */
static bool dir_of(const char *endpoint, char *dir, size_t size)
{
	const char *slash = strchr(endpoint, '/');

	if (!strncmp(endpoint, "vchan:@", 7))
		return false;
	if (slash)
		snprintf(dir, size, "route/%s", slash + 1);
	else
		snprintf(dir, size, "link");
	return true;
}

/* The hub's own link to a guest. */
static int serve_hub(struct station_order *order, unsigned spare, struct link **out, char *path, char *why,
		     size_t size)
{
	int rc;

	snprintf(path, VCHAN_PATH_MAX + 1, "/local/domain/%u/xenhub/link/vchan", order->domain.id);
	rc = vchan_serve(out, order->domain.id, path, VCHAN_RING, spare, why, size);
	if (!rc)
		snprintf((*out)->peer, sizeof((*out)->peer), "domain '%s' (%u), vchan", order->domain.name,
			 order->domain.id);
	return rc;
}

int station_make_vchan(struct station_order *order, struct link **out, char *why, size_t size)
{
	unsigned spare = order->made >= STATION_STRIKES_MAX ? (unsigned)(vchan_page_limit() / 4) : 0;
	const char *route = strchr(order->endpoint, '/');
	char path[VCHAN_PATH_MAX + 1], dir[32];
	struct notice notice = { .dir = dir, .path = path, .generation = order->generation };
	int rc;

	if (!dir_of(order->endpoint, dir, sizeof(dir)))
		return route_serve(out, strchr(order->endpoint, '@') + 1, order->domain.id, order->generation,
				   spare, why, size);
	if (route)
		rc = route_serve_in_dom0(out, route + 1, &order->domain, order->generation, spare, path, why,
					 size);
	else if (!withdraw(order->domain.id, dir))
		rc = -ENOENT;
	else
		rc = serve_hub(order, spare, out, path, why, size);
	if (rc < 0)
		return rc;
	notice.key = route ? "domid" : "type";
	notice.detail = route ? "0" : "vchan";
	rc = publish(&order->domain, &notice, why, size);
	if (rc < 0) {
		station_close_vchan(order->endpoint, order->domain.id, *out, false);
		*out = NULL;
	}
	return rc;
}

bool station_close_vchan(const char *endpoint, uint32_t domid, struct link *link, bool wait)
{
	char dir[32];
	bool left;

	if (dir_of(endpoint, dir, sizeof(dir)))
		withdraw(domid, dir);
	left = !wait || vchan_wait_left(link, STATION_LEAVE_MS);
	link->ops->close(link);
	return left;
}

int station_make_channel(struct station_order *order, struct link **out, char *why, size_t size)
{
	const char *rest = strchr(order->endpoint, ':') + 1;
	const char *slash = strchr(rest, '/');
	char path[TTY_PATH_MAX];
	int rc;

	rc = xen_find_channel(rest, path, sizeof(path), why, size);
	if (rc < 0)
		return rc;
	rc = station_make_line(order, path, out, why, size);
	if (rc < 0 || !slash)
		return rc;
	rc = publish(&order->domain,
		     &(struct notice){ .dir = "link",
				       .key = "type",
				       .detail = "channel",
				       .path = slash + 1,
				       .generation = order->generation },
		     why, size);
	if (rc < 0) {
		(*out)->ops->close(*out);
		*out = NULL;
	}
	return rc;
}
