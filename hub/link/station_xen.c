#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <xenstore.h>

#include "hub/link/station.h"
#include "hub/link/station_make.h"
#include "hub/link/tty.h"
#include "hub/link/vchan.h"
#include "hub/link/xen.h"

/* A name and its value below /local/domain/DOMID/xenhub/link, for the guest to read. */
static int publish(struct xs_handle *xs, uint32_t domid, const char *name, const char *value)
{
	char path[64];
	int rc;

	snprintf(path, sizeof(path), "/local/domain/%u/xenhub/link%s%s", domid, *name ? "/" : "", name);
	rc = store_write(xs, path, value);
	return rc < 0 ? rc : store_show_to(xs, domid, path);
}

/* The generation comes last: who reads it before and after the others has read what belongs together. */
static int publish_link(const struct domain *domain, const char *type, const char *path, long generation,
			char *why, size_t size)
{
	struct xs_handle *xs = xs_open(0);
	char number[24];
	int rc = xs ? 0 : -errno;

	snprintf(number, sizeof(number), "%ld", generation);
	if (!rc)
		rc = publish(xs, domain->id, "", "");
	if (!rc)
		rc = publish(xs, domain->id, "type", type);
	if (!rc)
		rc = publish(xs, domain->id, "path", path);
	if (!rc)
		rc = publish(xs, domain->id, "generation", number);
	if (rc < 0)
		snprintf(why, size, "/local/domain/%u/xenhub/link: cannot be written: %s", domain->id,
			 strerror(-rc));
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

/* No link is published at present. False when the domain is gone. */
static bool withdraw(uint32_t domid)
{
	struct xs_handle *xs = xs_open(0);
	char path[64];
	bool lives;

	if (!xs)
		return true;
	lives = xs_is_domain_introduced(xs, domid);
	snprintf(path, sizeof(path), "/local/domain/%u/xenhub/link", domid);
	if (lives)
		xs_rm(xs, XBT_NULL, path);
	xs_close(xs);
	return lives;
}

int station_make_vchan(struct station_order *order, struct link **out, char *why, size_t size)
{
	unsigned spare = order->made >= STATION_STRIKES_MAX ? (unsigned)(vchan_page_limit() / 4) : 0;
	char path[VCHAN_PATH_MAX + 1];
	int rc;

	if (!withdraw(order->domain.id)) {
		snprintf(why, size, "the domain is gone");
		return -ENOENT;
	}
	snprintf(path, sizeof(path), "/local/domain/%u/xenhub/link/vchan", order->domain.id);
	rc = vchan_serve(out, order->domain.id, path, spare, why, size);
	if (rc < 0)
		return rc;
	snprintf((*out)->peer, sizeof((*out)->peer), "domain '%s' (%u), vchan", order->domain.name,
		 order->domain.id);
	rc = publish_link(&order->domain, "vchan", path, order->generation, why, size);
	if (rc < 0) {
		station_close_vchan(order->domain.id, *out, false);
		*out = NULL;
	}
	return rc;
}

bool station_close_vchan(uint32_t domid, struct link *link, bool wait)
{
	bool left;

	withdraw(domid);
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
	rc = publish_link(&order->domain, "channel", slash + 1, order->generation, why, size);
	if (rc < 0) {
		(*out)->ops->close(*out);
		*out = NULL;
	}
	return rc;
}
