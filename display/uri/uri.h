/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a remote screen is found. Pure.
 *
 *      vnc://HOST[:PORT]       TCP; HOST is a name, an IPv4 address or [IPv6]; PORT is 5900 unless given
 *      vnc+unix:PATH           a unix socket
 *      vnc+unix:///PATH        the same, as virt-viewer writes it
 *
 * The same with spice instead of vnc, and for SPICE
 *
 *      spice+tls://HOST[:PORT]         TLS on that port
 *      spice://HOST[:PORT]?tls-port=N  the same on port N, as virt-viewer writes it; PORT is not used then
 *
 * And over the project's own carriers (hub/link/carrier.h), at whose other end an xenhub-relay has the server
 *
 *      vnc+vchan:@ROUTE[?service=NAME]         from another guest, or from Dom0
 *      vnc+channel:NAME[?service=NAME]         a PV channel
 *      vnc+tty:PATH[?service=NAME], vnc+mux+unix:PATH[?service=NAME]
 *
 * A carrier has many streams: NAME says which, "vnc" or "spice" unless given.
 */
#ifndef XENHUB_DISPLAY_URI_H
#define XENHUB_DISPLAY_URI_H

#include <stdbool.h>
#include <stddef.h>

#define URI_HOST_MAX     256
#define URI_PATH_MAX     108 /* of sockaddr_un, the terminator included */
#define URI_TEXT_MAX     320
#define URI_PORT_DEFAULT 5900
#define URI_SERVICE_MAX  64

enum uri_kind {
	URI_TCP,
	URI_UNIX,
	URI_CARRIER,
};

enum uri_protocol {
	URI_VNC,
	URI_SPICE,
};

struct uri {
	enum uri_protocol protocol;
	enum uri_kind kind;
	bool tls;                /* from the first byte on */
	char host[URI_HOST_MAX]; /* without brackets */
	unsigned port;           /* 1..65535 */
	char path[URI_PATH_MAX];
	char endpoint[URI_HOST_MAX];   /* of the carrier: vchan:@ROUTE, ... */
	char service[URI_SERVICE_MAX]; /* its stream */
	char text[URI_TEXT_MAX];       /* as it was given */
};

/*
 * -EINVAL: not a URI of ours; -EPROTONOSUPPORT: a kind that this program does not carry. Both put a sentence into
 * why, which names what was expected.
 */
int uri_parse(struct uri *uri, const char *text, char *why, size_t size);

/* Whether the server runs on this machine (unix, loopback): then bytes cost nothing and neither does knocking. */
bool uri_is_local(const struct uri *uri);

#endif
