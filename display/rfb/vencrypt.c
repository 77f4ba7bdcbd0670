/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * VeNCrypt 0.2: version both ways -> acknowledgement -> subtypes -> our choice -> acknowledgement -> TLS, by
 * the driver -> the inner authentication. Plain has neither the second acknowledgement nor TLS.
 */
#include "display/rfb/internal.h"

#include <errno.h>

#define SUBTYPES_MAX 32

struct subtype {
	unsigned number, allow, inner;
	bool tls, x509, password;
};

/* The best first: a certificate, then anonymous TLS; a name, then a password, then nothing. */
static const struct subtype subtypes[] = {
	{ VENCRYPT_X509_PLAIN, RFB_ALLOW_X509_PLAIN, VENCRYPT_PLAIN, true, true, true },
	{ VENCRYPT_X509_VNC, RFB_ALLOW_X509_VNC, SECURITY_VNC, true, true, true },
	{ VENCRYPT_X509_NONE, RFB_ALLOW_X509_NONE, SECURITY_NONE, true, true, false },
	{ VENCRYPT_TLS_PLAIN, RFB_ALLOW_TLS_PLAIN, VENCRYPT_PLAIN, true, false, true },
	{ VENCRYPT_TLS_VNC, RFB_ALLOW_TLS_VNC, SECURITY_VNC, true, false, true },
	{ VENCRYPT_TLS_NONE, RFB_ALLOW_TLS_NONE, SECURITY_NONE, true, false, false },
	{ VENCRYPT_PLAIN, RFB_ALLOW_PLAIN, VENCRYPT_PLAIN, false, false, true },
};

#define SUBTYPES (sizeof(subtypes) / sizeof(subtypes[0]))

static ssize_t tls_acknowledged(struct rfb *rfb, const uint8_t *data, size_t size)
{
	struct rfb_event event = { .type = RFB_EVENT_START_TLS, .u.x509 = rfb->x509 };

	if (data[0] != 1)
		return rfb_fail(rfb, -ECONNREFUSED,
				"the server cannot start TLS: check its certificate and key");
	rfb->phase = RFB_PHASE_TLS;
	pump_stop(&rfb->wire);
	rfb->config.event(rfb->config.user, &event);
	return 0;
}

void rfb_tls_ready(struct rfb *rfb)
{
	if (rfb->phase != RFB_PHASE_TLS)
		return;
	rfb->phase = RFB_PHASE_AUTHENTICATION;
	security_begin(rfb, rfb->authentication);
}

static int choose(struct rfb *rfb, const struct subtype *subtype)
{
	uint8_t number[4];
	int error;

	put_u32(number, subtype->number);
	error = output_answer(rfb, number, sizeof(number));
	if (error)
		return error;
	rfb->authentication = subtype->inner;
	if (!subtype->tls)
		return security_begin(rfb, subtype->inner);
	rfb->x509 = subtype->x509;
	pump_exact(&rfb->wire, 1, tls_acknowledged);
	return 0;
}

static bool is_offered(const uint8_t *data, size_t size, unsigned number)
{
	for (size_t i = 0; i + 4 <= size; i += 4)
		if (get_u32(data + i) == number)
			return true;
	return false;
}

static ssize_t subtype_list(struct rfb *rfb, const uint8_t *data, size_t size)
{
	bool wants_password = false;

	for (size_t i = 0; i < SUBTYPES; i++) {
		const struct subtype *subtype = &subtypes[i];

		if (!(rfb->config.security & subtype->allow) || !is_offered(data, size, subtype->number))
			continue;
		if (!subtype->password || rfb->password)
			return choose(rfb, subtype);
		wants_password = true;
	}
	if (wants_password)
		return rfb_fail(rfb, -EACCES, "the server wants a password and none is configured");
	return rfb_fail(rfb, -EACCES,
			"the server offers no kind of TLS that this connection allows (first: %u)",
			(unsigned)get_u32(data));
}

static ssize_t subtype_count(struct rfb *rfb, const uint8_t *data, size_t size)
{
	if (data[0] == 0 || data[0] > SUBTYPES_MAX)
		return rfb_fail(rfb, -EPROTO, "the server offers %d VeNCrypt subtypes", data[0]);
	pump_exact(&rfb->wire, 4u * data[0], subtype_list);
	return 0;
}

static ssize_t version_acknowledged(struct rfb *rfb, const uint8_t *data, size_t size)
{
	if (data[0] != 0)
		return rfb_fail(rfb, -EPROTO, "the server turned VeNCrypt 0.2 down");
	pump_exact(&rfb->wire, 1, subtype_count);
	return 0;
}

static ssize_t version(struct rfb *rfb, const uint8_t *data, size_t size)
{
	static const uint8_t ours[] = { 0, 2 };

	if (data[0] == 0 && data[1] < 2)
		return rfb_fail(rfb, -EPROTO, "the server's VeNCrypt 0.%d is too old", data[1]);
	pump_exact(&rfb->wire, 1, version_acknowledged);
	return output_answer(rfb, ours, sizeof(ours));
}

int vencrypt_begin(struct rfb *rfb)
{
	pump_exact(&rfb->wire, 2, version);
	return 0;
}
