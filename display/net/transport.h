/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes between a viewer and its server: a link of hub/link, and TLS over it once VeNCrypt asks. No call
 * blocks but transport_connect, which may have to resolve a name.
 */
#ifndef XENHUB_DISPLAY_TRANSPORT_H
#define XENHUB_DISPLAY_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include "display/uri/uri.h"

#define TRANSPORT_REASON_MAX 512

struct dialer;
struct link;
struct tls;

/* Whom to believe. All may be NULL. */
struct transport_trust {
	const char *ca; /* PEM file of authorities; NULL: the system's */
	const char *
		pin; /* SHA-256 of the server's certificate in hex, colons allowed: then nothing else counts */
	const char *
		subject; /* of the certificate, "CN=name,O=...", in any order; NULL: it is for the host's name */
};

struct transport {
	struct link *link;
	struct dialer *dialer; /* that made the link; NULL: none */
	uint64_t ticket;
	struct tls *tls;
	char host[URI_HOST_MAX]; /* the certificate has to be for this name; "" for a unix socket */
	char reason[TRANSPORT_REASON_MAX];
};

/*
 * Begins to connect; the dialer is for URI_CARRIER, and outlives the transport. Of a host with several addresses each
 * `attempt`, counted from 0, begins with the next one. On failure a negative errno, and a sentence in transport->reason.
 */
int transport_connect(struct transport *transport, const struct uri *uri, unsigned attempt,
		      struct dialer *dialer);
void transport_close(struct transport *transport);

/* Between transport_connect and the first sign of the peer. transport_polled takes what poll() said of the fd. */
bool transport_is_connecting(const struct transport *transport);
void transport_polled(struct transport *transport, short revents);

int transport_fd(const struct transport *transport);

/* poll()'s events to wait for. */
short transport_events(const struct transport *transport, bool want_write);

/* Whether decrypted bytes wait that poll() knows nothing of. */
bool transport_has_buffered(const struct transport *transport);

/* Bytes; -EAGAIN none now; 0 the peer closed; other negative errno: dead. The last two with a reason. */
ssize_t transport_read(struct transport *transport, void *data, size_t size);
ssize_t transport_write(struct transport *transport, const void *data, size_t size);

/* TLS from the next byte on; `early` was read already and comes first. -ENOTSUP without GnuTLS, -EINVAL bad files. */
int transport_start_tls(struct transport *transport, bool x509, const struct transport_trust *trust,
			const uint8_t *early, size_t early_size);

/* 0 done and believed; -EAGAIN: call again when the fd is ready; other: over, with a reason (-EACCES: not believed). */
int transport_handshake(struct transport *transport);

#endif
