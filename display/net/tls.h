/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TLS over a link, as VeNCrypt wants it. tls_gnutls.c, or tls_none.c in a build without GnuTLS. */
#ifndef XENHUB_DISPLAY_TLS_H
#define XENHUB_DISPLAY_TLS_H

#include "display/net/transport.h"

/* The link stays the caller's and outlives the session; `early` is copied. */
int tls_create(struct tls **out, struct link *link, bool x509, const char *host,
	       const struct transport_trust *trust, const uint8_t *early, size_t early_size, char *why,
	       size_t size);
void tls_destroy(struct tls *tls);

int tls_handshake(struct tls *tls, char *why, size_t size);
bool tls_wants_write(const struct tls *tls);
bool tls_has_buffered(const struct tls *tls);
ssize_t tls_read(struct tls *tls, void *data, size_t size);
ssize_t tls_write(struct tls *tls, const void *data, size_t size);

#endif
