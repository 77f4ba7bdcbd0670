/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/link/xen.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xenstore.h>

#include "hub/core/text.h"
#include "hub/link/link.h"
#include "hub/link/route.h"
#include "hub/link/tty.h"
#include "hub/link/vchan.h"
#include "hub/xen/store.h"

int xen_check_built(char *why, size_t size)
{
	return 0;
}

static struct xs_handle *open_store(char *why, size_t size, int *rc)
{
	struct xs_handle *xs = xs_open(0);

	if (!xs) {
		*rc = errno ? -errno : -EIO;
		snprintf(why, size,
			 "XenStore does not answer: %s; it is /dev/xen/xenbus in a guest, xenstored in Dom0",
			 strerror(-*rc));
	}
	return xs;
}

/* ---- PV channels ---- */

/* The number of the console called `name` below path, or -1. */
static long find_console(struct xs_handle *xs, const char *path, const char *name)
{
	unsigned n;
	char **numbers = xs_directory(xs, XBT_NULL, path, &n);
	long found = -1;

	for (unsigned i = 0; numbers && i < n && found < 0; i++) {
		char text[XEN_NAME_MAX];
		long number;

		if (text_to_long(numbers[i], 10, 0, UINT16_MAX, &number) == 0 &&
		    store_read(xs, text, sizeof(text), "%s/%ld/name", path, number) && !strcmp(text, name))
			found = number;
	}
	free(numbers);
	return found;
}

/* A guest could write the path of a terminal that is not its own: only Dom0's word counts. */
static bool is_dom0s_word(struct xs_handle *xs, const char *path)
{
	unsigned n;
	struct xs_permissions *perms = xs_get_permissions(xs, XBT_NULL, path, &n);
	bool ours = perms && n && perms[0].id == 0 && !(perms[0].perms & XS_PERM_WRITE);

	for (unsigned i = 1; ours && i < n; i++)
		ours = !(perms[i].perms & XS_PERM_WRITE);
	free(perms);
	return ours;
}

static int find_in_dom0(struct xs_handle *xs, const char *rest, const char *slash, char *path,
			size_t path_size, char *why, size_t size)
{
	char domain_name[XEN_NAME_MAX], base[XEN_PATH_MAX], connection[16];
	struct domain domain;
	long number;

	snprintf(domain_name, sizeof(domain_name), "%.*s", (int)(slash - rest), rest);
	if (store_find_domain(xs, domain_name, &domain) < 0) {
		snprintf(why, size, "there is no domain '%s' now", domain_name);
		return -ENOENT;
	}
	snprintf(base, sizeof(base), "/local/domain/0/backend/console/%u", domain.id);
	number = find_console(xs, base, slash + 1);
	if (number < 0) {
		snprintf(why, size,
			 "domain '%s' has no channel '%s': add channel=['connection=pty,name=%s'] to its "
			 "configuration",
			 domain_name, slash + 1, slash + 1);
		return -ENOENT;
	}
	store_read(xs, connection, sizeof(connection), "%s/%ld/connection", base, number);
	if (!strcmp(connection, "socket")) {
		if (store_read(xs, path, path_size, "%s/%ld/path", base, number))
			return 0;
	} else {
		char node[XEN_PATH_MAX];

		snprintf(node, sizeof(node), "/local/domain/%u/device/console/%ld/tty", domain.id, number);
		if (store_read(xs, path, path_size, "%s", node)) {
			if (!strncmp(path, "/dev/pts/", 9) && path[9] &&
			    !path[9 + strspn(path + 9, "0123456789")] && is_dom0s_word(xs, node))
				return 0;
			snprintf(why, size, "%s: could have been written by the guest: not trusted", node);
			return -EACCES;
		}
	}
	snprintf(why, size, "the channel '%s' of domain '%s' is not connected yet", slash + 1, domain_name);
	return -EAGAIN;
}

static int find_in_guest(struct xs_handle *xs, const char *name, char *path, size_t path_size, char *why,
			 size_t size)
{
	long number = find_console(xs, "device/console", name);

	if (number < 0) {
		snprintf(why, size,
			 "this domain has no channel '%s': add channel=['connection=pty,name=%s'] to its "
			 "configuration",
			 name, name);
		return -ENOENT;
	}
	snprintf(path, path_size, "/dev/hvc%ld", number);
	return 0;
}

int xen_find_channel(const char *rest, char *path, size_t path_size, char *why, size_t size)
{
	const char *slash = strchr(rest, '/');
	int rc = -EIO;
	struct xs_handle *xs = open_store(why, size, &rc);

	if (!xs)
		return rc;
	rc = slash ? find_in_dom0(xs, rest, slash, path, path_size, why, size)
		   : find_in_guest(xs, rest, path, path_size, why, size);
	xs_close(xs);
	return rc;
}

static int join_channel(struct link **out, const char *rest, char *why, size_t size)
{
	char path[TTY_PATH_MAX], peer[LINK_PEER_MAX];
	int rc = xen_find_channel(rest, path, sizeof(path), why, size);
	int fd;

	if (rc < 0)
		return rc;
	fd = tty_open(path);
	if (fd < 0) {
		snprintf(why, size, "channel '%s', %s: %s", rest, path, strerror(-fd));
		return fd;
	}
	snprintf(peer, sizeof(peer), "channel %.56s, %.56s", rest, path);
	return tty_link_create(out, fd, true, peer);
}

/* ---- what Dom0 has published for this guest ---- */

static int join_published(struct link **out, struct xs_handle *xs, char *why, size_t size)
{
	char type[16], path[XEN_PATH_MAX];
	long generation = store_read_number(xs, "xenhub/link/generation");
	int rc;

	if (generation < 0 || !store_read(xs, type, sizeof(type), "xenhub/link/type") ||
	    !store_read(xs, path, sizeof(path), "xenhub/link/path")) {
		snprintf(why, size,
			 "no hub has published a link for this domain (xenhub/link in XenStore): is xenhubd "
			 "up in Dom0, "
			 "with this domain in its [daemon] listen?");
		return -ENOENT;
	}
	if (!strcmp(type, "vchan"))
		rc = vchan_join(out, 0, path, why, size);
	else if (!strcmp(type, "channel"))
		rc = join_channel(out, path, why, size);
	else
		rc = -EPROTONOSUPPORT;
	if (rc == -EPROTONOSUPPORT)
		snprintf(why, size, "the hub offers a link of type '%s', which this version does not know",
			 type);
	/* A hub that began anew meanwhile has given its old pages to who knows whom. */
	if (!rc && store_read_number(xs, "xenhub/link/generation") != generation) {
		link_close(*out);
		snprintf(why, size, "the hub has just begun anew");
		return -EAGAIN;
	}
	return rc;
}

static int join_auto(struct link **out, char *why, size_t size)
{
	int rc = -EIO;
	struct xs_handle *xs = open_store(why, size, &rc);

	if (!xs)
		return rc;
	rc = join_published(out, xs, why, size);
	xs_close(xs);
	return rc;
}

int xen_connect(struct link **out, const char *endpoint, char *why, size_t size)
{
	if (!strcmp(endpoint, "auto"))
		return join_auto(out, why, size);
	if (!strncmp(endpoint, "channel:", 8))
		return join_channel(out, endpoint + 8, why, size);
	if (!strncmp(endpoint, "vchan:@", 7))
		return route_join(out, endpoint + 7, why, size);
	/* vchan:DOMID:PATH, as link_check_endpoint has seen to. */
	return vchan_join(out, (uint32_t)strtoul(endpoint + 6, NULL, 10), strchr(endpoint + 6, ':') + 1, why,
			  size);
}
