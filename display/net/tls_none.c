/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/net/tls.h"

#include <errno.h>
#include <stdio.h>

int tls_create(struct tls **out, struct link *link, bool x509, const char *host,
	       const struct transport_trust *trust, const uint8_t *early, size_t early_size, char *why,
	       size_t size)
{
	snprintf(why, size, "the server wants TLS, and this build has none (GnuTLS was not there)");
	return -ENOTSUP;
}

void tls_destroy(struct tls *tls)
{
}

int tls_handshake(struct tls *tls, char *why, size_t size)
{
	return -ENOTSUP;
}

bool tls_wants_write(const struct tls *tls)
{
	return false;
}

bool tls_has_buffered(const struct tls *tls)
{
	return false;
}

ssize_t tls_read(struct tls *tls, void *data, size_t size)
{
	return -ENOTSUP;
}

ssize_t tls_write(struct tls *tls, const void *data, size_t size)
{
	return -ENOTSUP;
}
