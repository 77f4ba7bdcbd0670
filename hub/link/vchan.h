/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links over libxenvchan. What opens and closes here blocks (XenStore, grants): for threads that may wait. The link itself does not:
 * its fd is the event channel.
 *
 * A guest may write anything into the rings. libxenvchan stays within them but falls silent, so indices that make no sense end the
 * link, and so do events without end that bring nothing.
 */
#ifndef HUB_LINK_VCHAN_H
#define HUB_LINK_VCHAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VCHAN_RING        (16 * 1024)             /* bytes, each way, of the hub's own links */
#define VCHAN_RING_ROUTE  (256 * 1024)            /* of routes, which carry pictures */
#define VCHAN_PAGES(ring) (1 + 2 * (ring) / 4096) /* that a server grants */
#define VCHAN_PATH_MAX    49                      /* libxenvchan cuts longer ones without a word */
#define VCHAN_STORM_PER_S 500 /* events that bring neither bytes nor room; more end the link */
#define VCHAN_LIMIT_FILE  "/sys/module/xen_gntalloc/parameters/limit"

struct link;

/*
 * A server for this domain. What stands at path is removed first: grants get the same numbers again after a crash. The domain has
 * to live already, or it will be refused. ring: bytes each way, a power of two. spare: pages that must remain for others.
 *
 * 0, or -errno and a sentence in why: -ENOSPC when xen_gntalloc.limit is reached (libxenvchan itself would crash).
 */
int vchan_serve(struct link **out, uint32_t domid, const char *path, size_t ring, unsigned spare, char *why,
		size_t size);

/*
 * Waits until the peer has closed its side after its hub said BYE, so that nothing of the ring is mapped when its domain is saved.
 * False when it has not within ms. Blocks.
 */
bool vchan_wait_left(struct link *link, unsigned ms);

/* xen_gntalloc.limit, or -1. */
long vchan_page_limit(void);

/* A client. 0, or -errno and why. */
int vchan_join(struct link **out, uint32_t domid, const char *path, char *why, size_t size);

#endif
