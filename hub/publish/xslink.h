/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection to XenStore on which requests travel together: what is asked leaves in one piece, and the answers are awaited
 * once. Without watches. Blocks: slow thread only.
 */
#ifndef HUB_PUBLISH_XSLINK_H
#define HUB_PUBLISH_XSLINK_H

#include <stddef.h>
#include <stdint.h>

#define XSLINK_FLIGHT                                                                                        \
	64 /* requests that are on their way at most, so that neither side waits for the other to read */

struct xslink;

/* Where libxenstore looks, too: XENSTORED_PATH, XENSTORED_RUNDIR, the daemon's socket, the kernel's device. 0 or -errno. */
int xslink_open(struct xslink **out);
void xslink_close(struct xslink *link);

/*
 * Asks for later: type is one of enum xsd_sockmsg_type. *rc (which may be NULL) is set when the answer is there, to 0 or
 * what the daemon refuses with; text, with room for size bytes, to what it says, cut. 0, or -errno when the connection is lost.
 */
int xslink_ask(struct xslink *link, uint32_t tx, uint32_t type, const char *path, const char *value,
	       size_t len, int *rc, char *text, size_t size);

/* All that was asked is answered. 0, or -errno when the connection is lost. */
int xslink_land(struct xslink *link);

/* The two together for one request; what the daemon refuses with is the result, too. */
int xslink_call(struct xslink *link, uint32_t tx, uint32_t type, const char *path, const char *value,
		size_t len, char *text, size_t size);

/* 0 or -errno; -EAGAIN of the end is a conflict: the transaction is to be done again. */
int xslink_begin(struct xslink *link, uint32_t *tx);
int xslink_end(struct xslink *link, uint32_t tx);
void xslink_abort(struct xslink *link, uint32_t tx);

#endif
