/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a route joins. Pure.
 *
 *	unix:PATH  tcp:ADDRESS:PORT		sockets
 *	fd:N					a socket that was inherited: listening, or connected, for one connection
 *	vchan:…  channel:…  tty:PATH		links that carry a multiplexer (hub/link/carrier.h)
 *	mux+unix:PATH  mux+tcp:ADDRESS:PORT	the same over sockets
 */
#ifndef HUB_RELAY_ENDPOINT_H
#define HUB_RELAY_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>

#define ENDPOINT_MAX 192

enum endpoint_kind {
	ENDPOINT_SOCKET,
	ENDPOINT_FD,
	ENDPOINT_LINK,
};

/* Which end of a link this program takes: independent of which side's streams it carries. */
enum endpoint_end {
	ENDPOINT_AUTO,
	ENDPOINT_SERVE,
	ENDPOINT_JOIN,
};

enum endpoint_kind endpoint_kind(const char *endpoint);

/*
 * The end that is taken of a link unless told: what is listened on is served, what is connected to is joined; but what can only be
 * served (vchan:DOMAIN, vchan:DOMAIN/ROUTE) is.
 */
bool endpoint_serves(const char *endpoint, enum endpoint_end end, bool listen);

/* 0, or -EINVAL or -EPROTONOSUPPORT and what is wrong with it. */
int endpoint_check(const char *endpoint, enum endpoint_end end, bool listen, char *why, size_t size);

/* N of fd:N. */
int endpoint_fd(const char *endpoint);

#endif
