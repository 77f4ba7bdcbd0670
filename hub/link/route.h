/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Routes: vchans that Dom0 has arranged, with rings for pictures (docs/links.md). Dom0's hub makes a place for each route in the tree
 * of the guest that serves it, and tells both ends of it:
 *
 *	/local/domain/S/xenhub/svc/NAME			nS,rC	the server's own: its vchan is NAME/v
 *	/local/domain/S/xenhub/serve/NAME/...		n0,rS	domid of the client, path of the vchan, generation
 *	/local/domain/C/xenhub/route/NAME/...		n0,rC	domid of the server, path, generation
 *
 * Where Dom0 itself is the server the vchan is C/xenhub/svc0/NAME, and who serves there writes route/NAME. All calls but the first block.
 */
#ifndef HUB_LINK_ROUTE_H
#define HUB_LINK_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/xen/store.h"

/* Where Dom0 serves, and the guest's hub listens: its devices become Dom0's source. No stream of pictures, so with small rings. */
#define ROUTE_SOURCE "source"

#define ROUTE_NAME_MAX 17 /* with its terminator: a vchan's path has to stay within VCHAN_PATH_MAX */

struct link;

/* The first n bytes as a route's name: a to z, 0 to 9 and hyphens. 0, or -EINVAL and why. */
int route_check_name(const char *name, size_t n, char *why, size_t size);

/*
 * In the client guest. The link ends by itself when Dom0 takes the route back, or when it leads elsewhere: its server's domain may die
 * without a word. 0, or -errno and why; -ENOENT: no such route, or nobody serves there yet.
 */
int route_join(struct link **out, const char *name, char *why, size_t size);

/*
 * In a guest that listens on it: serves the client that Dom0 has named, or joins the route where Dom0 itself is the server: either way a
 * peer comes. 0, or -errno and why; -ENOENT: no such route any more.
 */
int route_serve(struct link **out, const char *name, uint32_t client, long generation, unsigned spare,
		char *why, size_t size);

/*
 * In Dom0, for that guest: what was published of such a route is taken back first, and the new path (VCHAN_PATH_MAX and a terminator)
 * is to be published by the caller. -ENOENT: the guest is gone; -EEXIST: the route is served by another guest.
 */
int route_serve_in_dom0(struct link **out, const char *name, const struct domain *client, long generation,
			unsigned spare, char *path, char *why, size_t size);

#endif
