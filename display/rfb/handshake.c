/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Greeting to ServerInit:
 *
 *      version -> security type (3.3) or types (3.7, 3.8) -> authentication (security.c, vencrypt.c)
 *              -> result -> ClientInit, ServerInit -> name (name.c) -> messages.c
 *
 * Nothing here is longer than a few hundred bytes, whatever a server claims.
 */
#include "display/rfb/internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define GREETING_SIZE 12

enum {
	RESULT_OK = 0,
	RESULT_FAILED = 1,
	RESULT_TOO_MANY = 2,
};

static int parse_digits(const uint8_t *p)
{
	int value = 0;

	for (int i = 0; i < 3; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		value = value * 10 + p[i] - '0';
	}
	return value;
}

static ssize_t reason_text(struct rfb *rfb, const uint8_t *data, size_t size)
{
	return rfb_fail(rfb, rfb->reason_error, "%s: %.*s", rfb->reason_prefix, (int)size,
			(const char *)data);
}

static ssize_t reason_length(struct rfb *rfb, const uint8_t *data, size_t size)
{
	uint32_t length = get_u32(data);

	if (length == 0)
		return rfb_fail(rfb, rfb->reason_error, "%s, without a reason", rfb->reason_prefix);
	pump_exact(&rfb->wire, length < RFB_REASON_MAX ? length : RFB_REASON_MAX, reason_text);
	return 0;
}

int handshake_reason_next(struct rfb *rfb, int error, const char *prefix)
{
	rfb->reason_error = error;
	rfb->reason_prefix = prefix;
	pump_exact(&rfb->wire, 4, reason_length);
	return 0;
}

static ssize_t server_init(struct rfb *rfb, const uint8_t *data, size_t size)
{
	struct pixels_format offered;
	int width = get_u16(data), height = get_u16(data + 2);
	const struct pixels_format *format = &pixels_format_native;
	int error;

	pixels_format_decode(&offered, data + 4);
	if (rfb->config.pixels == RFB_PIXELS_565)
		format = &pixels_format_565;
	else if (rfb->config.pixels == RFB_PIXELS_233)
		format = &pixels_format_233;
	else if (rfb->config.pixels == RFB_PIXELS_SERVER)
		format = &offered;
	if (pixels_init(&rfb->pixels, format) < 0)
		return rfb_fail(rfb, -EPROTO,
				"the server offers an impossible pixel format (%d bits, depth %d)",
				offered.bits, offered.depth);
	error = frame_resize(rfb->frame, width, height);
	if (error == -ENOMEM)
		return rfb_fail(rfb, error, "out of memory for a screen of %dx%d", width, height);
	if (error)
		return rfb_fail(rfb, -EFBIG, "the server's screen of %dx%d is outside our limits", width,
				height);
	pump_exact(&rfb->wire, 4, name_length);
	return 0;
}

static int client_init(struct rfb *rfb)
{
	uint8_t shared = !rfb->config.exclusive;

	rfb->phase = RFB_PHASE_INIT;
	pump_exact(&rfb->wire, 4 + PIXELS_FORMAT_BYTES, server_init);
	return output_answer(rfb, &shared, 1);
}

static ssize_t security_result(struct rfb *rfb, const uint8_t *data, size_t size)
{
	uint32_t result = get_u32(data);

	if (result == RESULT_OK)
		return client_init(rfb);
	if (rfb->minor >= 8)
		return handshake_reason_next(rfb, -EACCES, "the server refused to let us in");
	if (result == RESULT_TOO_MANY)
		return rfb_fail(rfb, -EACCES,
				"the server refused to let us in: too many attempts, wait before the next");
	return rfb_fail(rfb, -EACCES, "the server refused to let us in: check the password");
}

/* RFB 3.3 and 3.7 send no result after "None" (rfbproto, 7.2.1); TLS around it changes nothing there. */
int handshake_result_next(struct rfb *rfb)
{
	if (rfb->authentication == SECURITY_NONE && rfb->minor < 8)
		return client_init(rfb);
	rfb->phase = RFB_PHASE_AUTHENTICATION;
	pump_exact(&rfb->wire, 4, security_result);
	return 0;
}

static bool type_is_allowed(const struct rfb *rfb, unsigned type)
{
	unsigned allowed = rfb->config.security;

	switch (type) {
	case SECURITY_NONE:
		return allowed & RFB_ALLOW_NONE;
	case SECURITY_VNC:
		return allowed & RFB_ALLOW_VNC && rfb->password;
	case SECURITY_VENCRYPT:
		return allowed & ~(unsigned)(RFB_ALLOW_NONE | RFB_ALLOW_VNC);
	default:
		return false;
	}
}

/* Only for the message: why nothing of what a server offers will do. */
static int refuse_types(struct rfb *rfb, const uint8_t *types, size_t count)
{
	char list[64] = "";
	size_t used = 0;

	for (size_t i = 0; i < count && used < sizeof(list) - 8; i++) {
		if (types[i] == SECURITY_VNC && rfb->config.security & RFB_ALLOW_VNC && !rfb->password)
			return rfb_fail(rfb, -EACCES, "the server wants a password and none is configured");
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%d", i ? ", " : "", types[i]);
	}
	if (!(rfb->config.security & (RFB_ALLOW_NONE | RFB_ALLOW_VNC)))
		return rfb_fail(rfb, -EACCES, "the server has no TLS, which this connection demands");
	return rfb_fail(rfb, -EACCES,
			"the server offers only security types that this connection does not allow (%s)",
			list);
}

/* TLS first, then a password, then nothing: the best that both sides can do. */
static ssize_t security_types(struct rfb *rfb, const uint8_t *data, size_t size)
{
	static const uint8_t preferred[] = { SECURITY_VENCRYPT, SECURITY_VNC, SECURITY_NONE };

	for (size_t i = 0; i < sizeof(preferred); i++) {
		int error;

		if (!type_is_allowed(rfb, preferred[i]) || !memchr(data, preferred[i], size))
			continue;
		error = output_answer(rfb, &preferred[i], 1);
		return error ? error : security_begin(rfb, preferred[i]);
	}
	return refuse_types(rfb, data, size);
}

static ssize_t security_count(struct rfb *rfb, const uint8_t *data, size_t size)
{
	if (data[0] == 0)
		return handshake_reason_next(rfb, -ECONNREFUSED, "the server refused the connection");
	pump_exact(&rfb->wire, data[0], security_types);
	return 0;
}

static ssize_t security_type_3_3(struct rfb *rfb, const uint8_t *data, size_t size)
{
	uint32_t type = get_u32(data);
	uint8_t small = (uint8_t)type;

	if (type == SECURITY_INVALID)
		return handshake_reason_next(rfb, -ECONNREFUSED, "the server refused the connection");
	if (type != SECURITY_NONE && type != SECURITY_VNC)
		return rfb_fail(rfb, -EPROTO, "the server chose the unknown security type %u",
				(unsigned)type);
	if (!type_is_allowed(rfb, type))
		return refuse_types(rfb, &small, 1);
	return security_begin(rfb, type);
}

static ssize_t greeting(struct rfb *rfb, const uint8_t *data, size_t size)
{
	char reply[GREETING_SIZE + 1];
	int major = parse_digits(data + 4), minor = parse_digits(data + 8);
	int error;

	if (memcmp(data, "RFB ", 4) != 0 || data[7] != '.' || data[11] != '\n' || major < 0 || minor < 0)
		return rfb_fail(rfb, -EPROTO, "this is not a VNC server: it greets with \"%.12s\"",
				(const char *)data);
	if (major < 3 || (major == 3 && minor < 3))
		return rfb_fail(rfb, -EPROTO, "the server speaks RFB %d.%d, which is too old", major, minor);
	/* Unknown versions between ours (3.5 was a common misreport) count as 3.3; later ones, 3.889 and 4.x,
	 * as 3.8. */
	rfb->minor = major > 3 || minor >= 8 ? 8 : minor == 7 ? 7 : 3;
	snprintf(reply, sizeof(reply), "RFB 003.00%d\n", rfb->minor);
	error = output_answer(rfb, (const uint8_t *)reply, GREETING_SIZE);
	if (error)
		return error;
	rfb->phase = RFB_PHASE_SECURITY;
	if (rfb->minor == 3)
		pump_exact(&rfb->wire, 4, security_type_3_3);
	else
		pump_exact(&rfb->wire, 1, security_count);
	return 0;
}

void handshake_begin(struct rfb *rfb)
{
	rfb->phase = RFB_PHASE_VERSION;
	pump_exact(&rfb->wire, GREETING_SIZE, greeting);
}
