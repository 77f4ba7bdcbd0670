/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/net/transport.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include "display/net/tls.h"
#include "hub/link/dialer.h"
#include "hub/link/link.h"

static int explain(struct transport *transport, int error, const char *where)
{
	snprintf(transport->reason, sizeof(transport->reason), "%s: %s", where, strerror(-error));
	return error;
}

/* Begins to connect to one address. Whether it answers is found out later. */
static int connect_address(struct transport *transport, const struct addrinfo *address, const char *port)
{
	char host[64], endpoint[96];

	if (getnameinfo(address->ai_addr, address->ai_addrlen, host, sizeof(host), NULL, 0, NI_NUMERICHOST))
		return -EADDRNOTAVAIL;
	snprintf(endpoint, sizeof(endpoint), address->ai_family == AF_INET6 ? "tcp:[%s]:%s" : "tcp:%s:%s",
		 host, port);
	return link_connect(&transport->link, endpoint);
}

/* Each attempt resolves anew, so a name that moved is followed; and begins with another address, so one that is dead
 * keeps nobody from the others. */
static int connect_tcp(struct transport *transport, const struct uri *uri, unsigned attempt)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV }, *list, *at;
	unsigned count = 0;
	char port[8];
	int rc;

	snprintf(port, sizeof(port), "%u", uri->port);
	rc = getaddrinfo(uri->host, port, &hints, &list);
	if (rc != 0) {
		snprintf(transport->reason, sizeof(transport->reason), "%s: %s", uri->host, gai_strerror(rc));
		return -ENXIO;
	}
	rc = -EADDRNOTAVAIL;
	for (at = list; at; at = at->ai_next)
		count++;
	for (unsigned i = 0; i < count && rc < 0; i++) {
		at = list;
		for (unsigned skip = (attempt + i) % count; skip > 0; skip--)
			at = at->ai_next;
		rc = connect_address(transport, at, port);
	}
	freeaddrinfo(list);
	return rc < 0 ? explain(transport, rc, uri->text) : 0;
}

static int dial(struct transport *transport, const struct uri *uri, struct dialer *dialer)
{
	char why[TRANSPORT_REASON_MAX - URI_HOST_MAX - 2];
	int fd, rc;

	if (!dialer)
		return explain(transport, -EPROTONOSUPPORT, uri->endpoint);
	why[0] = '\0';
	rc = dialer_dial(dialer, uri->endpoint, uri->service, &fd, &transport->ticket, why, sizeof(why));
	if (rc == 0)
		rc = link_from_fd(&transport->link, fd);
	if (rc == 0)
		transport->dialer = dialer;
	else if (why[0])
		snprintf(transport->reason, sizeof(transport->reason), "%s", why);
	else
		explain(transport, rc, uri->endpoint);
	return rc;
}

int transport_connect(struct transport *transport, const struct uri *uri, unsigned attempt,
		      struct dialer *dialer)
{
	char endpoint[URI_PATH_MAX + 8];
	int rc;

	memset(transport, 0, sizeof(*transport));
	if (uri->kind == URI_TCP) {
		snprintf(transport->host, sizeof(transport->host), "%s", uri->host);
		return connect_tcp(transport, uri, attempt);
	}
	if (uri->kind == URI_CARRIER)
		return dial(transport, uri, dialer);
	snprintf(endpoint, sizeof(endpoint), "unix:%s", uri->path);
	rc = link_connect(&transport->link, endpoint);
	return rc < 0 ? explain(transport, rc, uri->path) : 0;
}

void transport_close(struct transport *transport)
{
	tls_destroy(transport->tls);
	link_close(transport->link);
	transport->tls = NULL;
	transport->link = NULL;
}

bool transport_is_connecting(const struct transport *transport)
{
	return transport->link->connecting;
}

void transport_polled(struct transport *transport, short revents)
{
	/* A server speaks first, so there may be nothing to read yet that would tell. */
	if (revents & POLLOUT && !(revents & (POLLERR | POLLHUP)))
		transport->link->connecting = false;
}

int transport_fd(const struct transport *transport)
{
	return transport->link->fd;
}

short transport_events(const struct transport *transport, bool want_write)
{
	/* epoll's numbers are poll's. */
	return (short)link_wait_events(transport->link, want_write);
}

bool transport_has_buffered(const struct transport *transport)
{
	return transport->tls && tls_has_buffered(transport->tls);
}

/* How a carrier ended a stream is not in the socket's error. */
static bool explain_stream(struct transport *transport)
{
	if (!transport->dialer)
		return false;
	transport->reason[0] = '\0';
	dialer_why(transport->dialer, transport->ticket, transport->reason, sizeof(transport->reason));
	return transport->reason[0] != '\0';
}

static ssize_t checked(struct transport *transport, ssize_t n)
{
	if (n == -EAGAIN || n > 0 || explain_stream(transport))
		return n;
	if (n == 0)
		snprintf(transport->reason, sizeof(transport->reason), "the server ended the connection");
	else
		explain(transport, (int)n, transport->link->connecting ? "cannot connect" : "the link broke");
	return n;
}

ssize_t transport_read(struct transport *transport, void *data, size_t size)
{
	return checked(transport, transport->tls ? tls_read(transport->tls, data, size)
						 : link_read(transport->link, data, size));
}

ssize_t transport_write(struct transport *transport, const void *data, size_t size)
{
	return checked(transport, transport->tls ? tls_write(transport->tls, data, size)
						 : link_write(transport->link, data, size));
}

int transport_start_tls(struct transport *transport, bool x509, const struct transport_trust *trust,
			const uint8_t *early, size_t early_size)
{
	return tls_create(&transport->tls, transport->link, x509, transport->host, trust, early, early_size,
			  transport->reason, sizeof(transport->reason));
}

int transport_handshake(struct transport *transport)
{
	return tls_handshake(transport->tls, transport->reason, sizeof(transport->reason));
}
