/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/net/tls.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "display/net/pin.h"
#include "hub/link/link.h"

#define SUBJECT_MAX 256

struct tls {
	gnutls_session_t session;
	gnutls_anon_client_credentials_t anonymous;
	gnutls_certificate_credentials_t certificates;
	struct link *link;
	bool x509, pinned, trust_system;
	uint8_t pin[PIN_BYTES];
	char host[URI_HOST_MAX], subject[SUBJECT_MAX];
	uint8_t *early;
	size_t early_size, early_used;
};

static ssize_t pull(gnutls_transport_ptr_t user, void *data, size_t size)
{
	struct tls *tls = user;
	size_t left = tls->early_size - tls->early_used;
	ssize_t n;

	if (left > 0) {
		if (size > left)
			size = left;
		memcpy(data, tls->early + tls->early_used, size);
		tls->early_used += size;
		return (ssize_t)size;
	}
	n = link_read(tls->link, data, size);
	if (n >= 0)
		return n;
	gnutls_transport_set_errno(tls->session, (int)-n);
	return -1;
}

static ssize_t push(gnutls_transport_ptr_t user, const void *data, size_t size)
{
	struct tls *tls = user;
	ssize_t n = link_write(tls->link, data, size);

	if (n >= 0)
		return n;
	gnutls_transport_set_errno(tls->session, (int)-n);
	return -1;
}

static int load_trust(struct tls *tls, const struct transport_trust *trust, char *why, size_t size)
{
	int rc;

	if (trust->pin) {
		tls->pinned = true;
		if (pin_parse(tls->pin, trust->pin) == 0)
			return 0;
		snprintf(why, size, "the pin has to be the SHA-256 of a certificate: 64 hex digits");
		return -EINVAL;
	}
	if (!trust->ca) {
		gnutls_certificate_set_x509_system_trust(tls->certificates);
		return 0;
	}
	rc = gnutls_certificate_set_x509_trust_file(tls->certificates, trust->ca, GNUTLS_X509_FMT_PEM);
	if (rc > 0)
		return 0;
	snprintf(why, size, "%s: cannot use as an authority: %s", trust->ca,
		 rc < 0 ? gnutls_strerror(rc) : "it holds no certificate");
	return -EINVAL;
}

int tls_create(struct tls **out, struct link *link, bool x509, const char *host,
	       const struct transport_trust *trust, const uint8_t *early, size_t early_size, char *why,
	       size_t size)
{
	struct tls *tls = calloc(1, sizeof(*tls));
	const char *priority = x509 ? "NORMAL" : "NORMAL:-VERS-TLS1.3:-KX-ALL:+ANON-ECDH:+ANON-DH";
	int rc = -ENOMEM;

	snprintf(why, size, "out of memory");
	if (!tls)
		return rc;
	tls->link = link;
	tls->x509 = x509;
	snprintf(tls->host, sizeof(tls->host), "%s", host);
	if (early_size > 0) {
		tls->early = malloc(early_size);
		if (!tls->early)
			goto fail;
		memcpy(tls->early, early, early_size);
		tls->early_size = early_size;
	}
	if (gnutls_init(&tls->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK) < 0 ||
	    gnutls_anon_allocate_client_credentials(&tls->anonymous) < 0 ||
	    gnutls_certificate_allocate_credentials(&tls->certificates) < 0)
		goto fail;
	if (gnutls_priority_set_direct(tls->session, priority, NULL) < 0) {
		snprintf(why, size, "GnuTLS refuses its priorities");
		rc = -ENOTSUP;
		goto fail;
	}
	if (x509) {
		rc = load_trust(tls, trust, why, size);
		if (rc < 0)
			goto fail;
		if (trust->subject)
			snprintf(tls->subject, sizeof(tls->subject), "%s", trust->subject);
		gnutls_credentials_set(tls->session, GNUTLS_CRD_CERTIFICATE, tls->certificates);
		if (tls->host[0])
			gnutls_server_name_set(tls->session, GNUTLS_NAME_DNS, tls->host, strlen(tls->host));
	} else {
		gnutls_credentials_set(tls->session, GNUTLS_CRD_ANON, tls->anonymous);
	}
	gnutls_transport_set_ptr(tls->session, tls);
	gnutls_transport_set_pull_function(tls->session, pull);
	gnutls_transport_set_push_function(tls->session, push);
	*out = tls;
	return 0;
fail:
	tls_destroy(tls);
	return rc;
}

void tls_destroy(struct tls *tls)
{
	if (!tls)
		return;
	if (tls->session)
		gnutls_deinit(tls->session);
	if (tls->anonymous)
		gnutls_anon_free_client_credentials(tls->anonymous);
	if (tls->certificates)
		gnutls_certificate_free_credentials(tls->certificates);
	free(tls->early);
	free(tls);
}

static int verify_pin(struct tls *tls, char *why, size_t size)
{
	const gnutls_datum_t *chain;
	unsigned count = 0;
	uint8_t digest[PIN_BYTES];
	size_t digest_size = sizeof(digest);

	chain = gnutls_certificate_get_peers(tls->session, &count);
	if (!chain || count == 0 ||
	    gnutls_fingerprint(GNUTLS_DIG_SHA256, &chain[0], digest, &digest_size) < 0) {
		snprintf(why, size, "the server shows no certificate");
		return -EACCES;
	}
	if (memcmp(digest, tls->pin, sizeof(digest)) == 0)
		return 0;
	snprintf(why, size,
		 "the server's certificate is not the pinned one: was it renewed, or is it an impostor?");
	return -EACCES;
}

/* The next part of a subject, "CN=name"; its length, or 0. A comma after a backslash belongs to it. */
static size_t next_part(const char **at)
{
	size_t length = 0;

	*at += strspn(*at, ", ");
	while ((*at)[length] && (*at)[length] != ',')
		length += (*at)[length] == '\\' && (*at)[length + 1] ? 2 : 1;
	return length;
}

static bool subject_has(const char *subject, const char *part, size_t length)
{
	const char *at = subject;

	for (size_t n = next_part(&at); n > 0; at += n, n = next_part(&at))
		if (n == length && !strncasecmp(at, part, n))
			return true;
	return false;
}

/* Every part of `one` is in the other. Programs write them in either order. */
static bool subject_within(const char *one, const char *other)
{
	const char *at = one;

	for (size_t n = next_part(&at); n > 0; at += n, n = next_part(&at))
		if (!subject_has(other, at, n))
			return false;
	return true;
}

static int verify_subject(struct tls *tls, char *why, size_t size)
{
	const gnutls_datum_t *chain;
	gnutls_x509_crt_t certificate;
	gnutls_datum_t name = { 0 };
	unsigned count = 0;
	bool same;

	chain = gnutls_certificate_get_peers(tls->session, &count);
	if (!chain || count == 0 || gnutls_x509_crt_init(&certificate) < 0) {
		snprintf(why, size, "the server shows no certificate");
		return -EACCES;
	}
	if (gnutls_x509_crt_import(certificate, &chain[0], GNUTLS_X509_FMT_DER) == 0)
		gnutls_x509_crt_get_dn3(certificate, &name, 0);
	gnutls_x509_crt_deinit(certificate);
	same = name.data && subject_within(tls->subject, (const char *)name.data) &&
	       subject_within((const char *)name.data, tls->subject);
	if (!same)
		snprintf(why, size, "the server's certificate is for \"%s\", not for the host-subject \"%s\"",
			 name.data ? (const char *)name.data : "nobody", tls->subject);
	gnutls_free(name.data);
	return same ? 0 : -EACCES;
}

static int verify(struct tls *tls, char *why, size_t size)
{
	gnutls_datum_t text;
	unsigned status = 0;

	if (!tls->x509)
		return 0;
	if (tls->pinned)
		return verify_pin(tls, why, size);
	if (gnutls_certificate_verify_peers3(
		    tls->session, tls->host[0] && !tls->subject[0] ? tls->host : NULL, &status) < 0) {
		snprintf(why, size, "the server's certificate cannot be checked");
		return -EACCES;
	}
	if (status == 0)
		return tls->subject[0] ? verify_subject(tls, why, size) : 0;
	if (gnutls_certificate_verification_status_print(status, GNUTLS_CRT_X509, &text, 0) < 0) {
		snprintf(why, size, "the server's certificate is not trusted");
		return -EACCES;
	}
	/* GnuTLS ends each of its sentences with a space. */
	while (text.size > 0 && text.data[text.size - 1] == ' ')
		text.size--;
	snprintf(why, size, "%.*s Set ca or pin of this connection.", (int)text.size, text.data);
	gnutls_free(text.data);
	return -EACCES;
}

int tls_handshake(struct tls *tls, char *why, size_t size)
{
	int rc = gnutls_handshake(tls->session);

	if (rc == GNUTLS_E_SUCCESS)
		return verify(tls, why, size);
	if (!gnutls_error_is_fatal(rc))
		return -EAGAIN;
	snprintf(why, size, "TLS failed: %s", gnutls_strerror(rc));
	return -EPROTO;
}

bool tls_wants_write(const struct tls *tls)
{
	return gnutls_record_get_direction(tls->session) == 1;
}

bool tls_has_buffered(const struct tls *tls)
{
	return tls->early_used < tls->early_size || gnutls_record_check_pending(tls->session) > 0;
}

static ssize_t result(ssize_t n)
{
	if (n >= 0)
		return n;
	if (n == GNUTLS_E_PREMATURE_TERMINATION)
		return 0;
	return gnutls_error_is_fatal((int)n) ? -EIO : -EAGAIN;
}

ssize_t tls_read(struct tls *tls, void *data, size_t size)
{
	return result(gnutls_record_recv(tls->session, data, size));
}

ssize_t tls_write(struct tls *tls, const void *data, size_t size)
{
	return result(gnutls_record_send(tls->session, data, size));
}
