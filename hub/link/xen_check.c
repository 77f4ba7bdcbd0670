/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hub/core/text.h"
#include "hub/link/route.h"
#include "hub/link/xen.h"
#include "hub/xen/store.h"

static int check_name(const char *name, size_t n, char *why, size_t size)
{
	if (!n || n >= XEN_NAME_MAX) {
		snprintf(why, size, "expected the name or UUID of a domain, of 1 to %d bytes",
			 XEN_NAME_MAX - 1);
		return -EINVAL;
	}
	if (strspn(name, "0123456789") >= n) {
		snprintf(why, size,
			 "a domain's number changes at its next boot: give its name or UUID, `xl list` shows "
			 "them");
		return -EINVAL;
	}
	return 0;
}

int route_check_name(const char *name, size_t n, char *why, size_t size)
{
	if (n && n < ROUTE_NAME_MAX && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") >= n)
		return 0;
	snprintf(why, size, "a route's name has 1 to %d of a to z, 0 to 9 and hyphens", ROUTE_NAME_MAX - 1);
	return -EINVAL;
}

int xen_check_domain(const char *name, char *why, size_t size)
{
	return check_name(name, strlen(name), why, size);
}

int xen_check_vchan_server(const char *rest, char *why, size_t size)
{
	const char *slash = strchr(rest, '/');
	int rc = 0;

	if (*rest == '@')
		rc = route_check_name(rest + 1, strlen(rest + 1), why, size);
	else
		rc = check_name(rest, strcspn(rest, "/"), why, size);
	if (!rc && *rest != '@' && slash)
		rc = route_check_name(slash + 1, strlen(slash + 1), why, size);
	return rc < 0 ? rc : xen_check_built(why, size);
}

int xen_check_channel(const char *rest, char *why, size_t size)
{
	const char *slash = strchr(rest, '/');
	const char *name = slash ? slash + 1 : rest;

	if (slash) {
		int rc = check_name(rest, (size_t)(slash - rest), why, size);

		if (rc < 0)
			return rc;
	}
	if (!*name || strlen(name) >= XEN_NAME_MAX) {
		snprintf(why, size, "expected channel:NAME in a guest, channel:DOMAIN/NAME in Dom0");
		return -EINVAL;
	}
	return xen_check_built(why, size);
}

int xen_check_vchan_client(const char *rest, char *why, size_t size)
{
	const char *colon = strchr(rest, ':');
	char id[8];
	long number;

	if (*rest == '@') {
		int rc = route_check_name(rest + 1, strlen(rest + 1), why, size);

		return rc < 0 ? rc : xen_check_built(why, size);
	}
	if (!colon || (size_t)(colon - rest) >= sizeof(id) || colon[1] != '/') {
		snprintf(why, size,
			 "expected vchan:@ROUTE or vchan:DOMID:PATH; a guest finds its own link with auto");
		return -EINVAL;
	}
	snprintf(id, sizeof(id), "%.*s", (int)(colon - rest), rest);
	if (text_to_long(id, 10, 0, UINT16_MAX, &number) < 0) {
		snprintf(why, size, "'%s' is no domain id", id);
		return -EINVAL;
	}
	return xen_check_built(why, size);
}
