/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The greetings: who answers there, what became of the password, and what of our own wishes is left out. */
#include "display/spice/guard_private.h"

#include <errno.h>
#include <string.h>

#define MAGIC        "REDQ"
#define REPLY_SIZE   178 /* error, public key, numbers and place of the capabilities */
#define REPLY_CAPS   166
#define REQUEST_SIZE 18 /* connection, channel, numbers and place of the capabilities */
#define REQUEST_CAPS 6
#define CAPS_MAX     32 /* words of each kind */

/* Common capabilities. */
#define CAP_AUTH_SELECTION 0
#define CAP_AUTH_SPICE     1
#define CAP_MINI_HEADER    3
/* Of the display channel. */
#define CAP_SIZED_STREAM  0
#define CAP_STREAM_REPORT 4
#define CAP_GL_SCANOUT    7
#define CAP_CODEC_MJPEG   9
#define CAP_CODEC_VP8     10
#define CAP_CODEC_H264    11
#define CAP_CODEC_VP9     13
#define CAP_CODEC_H265    14

int guard_check_greeting_header(struct guard *guard)
{
	uint32_t size = get32(guard->part + 12);

	if (memcmp(guard->part, MAGIC, 4) != 0)
		return guard_refuse(guard, -EPROTO, "what answers there does not speak SPICE");
	if (get32(guard->part + 4) != 2)
		return guard_refuse(guard, -EPROTO,
				    "the server speaks SPICE %u, not 2: it is too old or too new",
				    get32(guard->part + 4));
	if (size < REPLY_SIZE || size > GUARD_LINK_MAX)
		return guard_refuse(guard, -EPROTO, "the server's greeting has %u bytes", size);
	guard_collect(guard, GUARD_GREETING, size);
	return 0;
}

static int refused_by_server(struct guard *guard, uint32_t error)
{
	switch (error) {
	case 5:
		return guard_refuse(guard, -EACCES,
				    "the server insists on TLS: use spice+tls://HOST:PORT with its TLS port");
	case 6:
		return guard_refuse(guard, -EACCES, "the server refuses TLS on this channel");
	case 7:
		return guard_refuse(
			guard, -EACCES,
			"the server refuses the password (ticket): set password-file of this connection");
	case 9:
		return guard_refuse(guard, -ECONNREFUSED, "the server has no such channel");
	default:
		return guard_refuse(guard, -ECONNREFUSED, "the server refuses the connection (error %u)",
				    error);
	}
}

static bool has_cap(const uint8_t *words, uint32_t count, unsigned cap)
{
	return cap / 32 < count && get32(words + cap / 32 * 4) >> cap % 32 & 1;
}

int guard_check_greeting(struct guard *guard)
{
	const uint8_t *reply = guard->part;
	uint32_t common = get32(reply + REPLY_CAPS), own = get32(reply + REPLY_CAPS + 4);
	uint32_t at = get32(reply + REPLY_CAPS + 8);

	if (get32(reply) != 0)
		return refused_by_server(guard, get32(reply));
	if (common > CAPS_MAX || own > CAPS_MAX || at > guard->need || (common + own) * 4 > guard->need - at)
		return guard_refuse(guard, -EPROTO, "the server's greeting is malformed");
	if (!has_cap(reply + at, common, CAP_MINI_HEADER))
		return guard_refuse(guard, -ENOTSUP,
				    "the server is too old: it knows no short headers (before 2011)");
	if (has_cap(reply + at, common, CAP_AUTH_SELECTION) && !has_cap(reply + at, common, CAP_AUTH_SPICE))
		return guard_refuse(
			guard, -EACCES,
			"the server wants SASL, which is not spoken here: give it a ticket (password)");
	guard_collect(guard, GUARD_TICKET, 4);
	return 0;
}

int guard_check_ticket(struct guard *guard)
{
	uint32_t result = get32(guard->part);

	if (result != 0)
		return refused_by_server(guard, result);
	guard_collect(guard, GUARD_HEADER, GUARD_MESSAGE_HEADER);
	return 0;
}

static void clear_cap(uint8_t *words, uint32_t count, unsigned cap)
{
	if (cap / 32 < count)
		put32(words + cap / 32 * 4, get32(words + cap / 32 * 4) & ~(1u << cap % 32));
}

static void refuse_capabilities(struct guard *guard)
{
	static const uint8_t refused[] = { CAP_SIZED_STREAM, CAP_STREAM_REPORT, CAP_GL_SCANOUT,
					   CAP_CODEC_MJPEG,  CAP_CODEC_VP8,     CAP_CODEC_H264,
					   CAP_CODEC_VP9,    CAP_CODEC_H265 };
	uint8_t *request = guard->greeting + GUARD_LINK_HEADER;
	size_t size = guard->greeting_have - GUARD_LINK_HEADER;
	uint32_t common, own, at;

	if (guard->channel != GUARD_DISPLAY || size < REQUEST_SIZE)
		return;
	common = get32(request + REQUEST_CAPS);
	own = get32(request + REQUEST_CAPS + 4);
	at = get32(request + REQUEST_CAPS + 8);
	if (common > CAPS_MAX || own > CAPS_MAX || at > size || (common + own) * 4 > size - at)
		return;
	for (size_t i = 0; i < sizeof(refused); i++)
		clear_cap(request + at + common * 4, own, refused[i]);
}

size_t guard_send(struct guard *guard, const uint8_t *data, size_t size, uint8_t *out)
{
	size_t room = sizeof(guard->greeting) - guard->greeting_have, n = size < room ? size : room, sent;

	if (guard->greeting_need == 0)
		return guard_send_messages(guard, data, size, out);
	/* The library writes its greeting at once and then waits, so nothing else is in data. */
	memcpy(guard->greeting + guard->greeting_have, data, n);
	guard->greeting_have += n;
	if (guard->greeting_have >= GUARD_LINK_HEADER)
		guard->greeting_need = GUARD_LINK_HEADER + get32(guard->greeting + 12);
	if (guard->greeting_have < guard->greeting_need && guard->greeting_have < sizeof(guard->greeting))
		return 0;
	refuse_capabilities(guard);
	sent = guard->greeting_have;
	guard->greeting_need = 0;
	memcpy(out, guard->greeting, sent);
	return sent;
}
