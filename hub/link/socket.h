/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stream sockets, unix and TCP: their part of link.h. */
#ifndef HUB_LINK_SOCKET_H
#define HUB_LINK_SOCKET_H

#include <stddef.h>

/* A TCP peer that has not been heard of for so long is probed, so often, and then its connection breaks. */
#define SOCKET_IDLE_S  60
#define SOCKET_PROBE_S 15
#define SOCKET_PROBES  4

struct link;

/* See link_check_endpoint and link_connect. The endpoint begins with "unix:" or "tcp:". */
int socket_check_endpoint(const char *endpoint, char *why, size_t size);
int socket_connect(struct link **out, const char *endpoint);

/* The socket of such a link, or of one that was accepted; the link is freed, and may have been `connecting`. */
int socket_release(struct link *link);

#endif
