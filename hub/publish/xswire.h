/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * XenStore's wire protocol (xen/io/xs_wire.h), as far as a publisher needs it: requests into bytes, bytes into replies. Pure.
 *
 * libxenstore asks one thing at a time and waits for each answer, which for a transaction of N nodes is N + 2 round trips. The
 * daemon takes requests as they come and answers them in order.
 */
#ifndef HUB_PUBLISH_XSWIRE_H
#define HUB_PUBLISH_XSWIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define XSWIRE_HEADER  16
#define XSWIRE_MESSAGE (XSWIRE_HEADER + 4096) /* the longest there is */

struct xswire_message {
	uint32_t type; /* enum xsd_sockmsg_type */
	uint32_t id;
	uint32_t tx;
	const char *body; /* not terminated */
	size_t len;
};

/*
 * Appends a request whose body is the path with its terminator and then extra, which may be NULL with 0. The bytes it took, or 0
 * when it does not fit into room or is longer than the protocol allows.
 */
size_t xswire_put(uint8_t *to, size_t room, uint32_t type, uint32_t id, uint32_t tx, const char *path,
		  const char *extra, size_t extra_len);

/* The message at the front: the bytes it took; 0: not all of it is here; -EPROTO: it is too long to be one. body points into bytes. */
int xswire_take(const uint8_t *bytes, size_t len, struct xswire_message *message);

/* What the reply says: 0, or the error it names as -errno, -EPROTO for one that is not known. */
int xswire_result(const struct xswire_message *reply);

#endif
