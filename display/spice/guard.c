/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers and layouts are those of spice-protocol's headers; all are little-endian on the wire. */
#include "display/spice/guard.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAGIC          "REDQ"
#define HEADER_SIZE    16  /* of a greeting: magic, two versions, size */
#define REPLY_SIZE     178 /* error, public key, numbers and place of the capabilities */
#define REPLY_CAPS     166
#define REQUEST_SIZE   18 /* connection, channel, numbers and place of the capabilities */
#define REQUEST_CAPS   6
#define CAPS_MAX       32 /* words of each kind */
#define MESSAGE_HEADER 6

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

enum message {
	/* Any channel's, up to 100. */
	MIGRATE = 1,
	MIGRATE_DATA = 2,
	LIST = 8,
	BASE_LAST = 100,
	MAIN_MIGRATE_BEGIN = 101,
	MAIN_CHANNELS_LIST = 104,
	MAIN_AGENT_CONNECTED = 107,
	MAIN_AGENT_DISCONNECTED = 108,
	MAIN_AGENT_DATA = 109,
	MAIN_MIGRATE_SWITCH_HOST = 111,
	MAIN_AGENT_CONNECTED_TOKENS = 115,
	MAIN_MIGRATE_BEGIN_SEAMLESS = 116,
	DISPLAY_MODE = 101,
	DISPLAY_STREAM_FIRST = 122,
	DISPLAY_STREAM_LAST = 126,
	DISPLAY_DRAW_OPAQUE = 303,
	DISPLAY_DRAW_COPY = 304,
	DISPLAY_DRAW_BLEND = 305,
	DISPLAY_DRAW_ROP3 = 309,
	DISPLAY_DRAW_TRANSPARENT = 312,
	DISPLAY_DRAW_ALPHA_BLEND = 313,
	DISPLAY_SURFACE_CREATE = 314,
	DISPLAY_SURFACE_DESTROY = 315,
	DISPLAY_STREAM_DATA_SIZED = 316,
	DISPLAY_DRAW_COMPOSITE = 318,
	DISPLAY_STREAM_ACTIVATE_REPORT = 319,
	DISPLAY_GL_SCANOUT_UNIX = 320,
	DISPLAY_GL_DRAW = 321,
	CURSOR_INIT = 101,
	CURSOR_RESET = 102,
	CURSOR_SET = 103,
	CURSOR_INVAL_ONE = 107,
	CURSOR_INVAL_ALL = 108,
};

enum cursor_flags {
	CURSOR_NONE = 1,
	CURSOR_KEEP = 2,
	CURSOR_KEPT = 4,
};

/* Images whose pixels the library has already: their sizes are not used. */
enum image_type {
	IMAGE_FROM_CACHE = 103,
	IMAGE_SURFACE = 104,
	IMAGE_FROM_CACHE_LOSSLESS = 106,
};

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) | (uint32_t)get16(p + 2) << 16;
}

static uint64_t get64(const uint8_t *p)
{
	return (uint64_t)get32(p) | (uint64_t)get32(p + 4) << 32;
}

static void put32(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

__attribute__((format(printf, 3, 4))) static int refuse(struct guard *guard, int error, const char *format,
							...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(guard->reason, sizeof(guard->reason), format, args);
	va_end(args);
	guard->error = error;
	return error;
}

static void collect(struct guard *guard, enum guard_phase phase, size_t need)
{
	guard->phase = phase;
	guard->have = 0;
	guard->need = need;
}

/* The next part of the body to look at; it lies `at` bytes from the body's beginning. */
static void collect_in_body(struct guard *guard, size_t at, size_t need)
{
	guard->part_at = at;
	guard->have = 0;
	guard->need = need;
	guard->step++;
}

void guard_init(struct guard *guard, enum guard_channel channel, size_t bytes_max)
{
	memset(guard, 0, sizeof(*guard));
	guard->channel = channel;
	guard->bytes_max = bytes_max;
	guard->greeting_need = HEADER_SIZE;
	collect(guard, GUARD_GREETING_HEADER, HEADER_SIZE);
}

static int check_greeting_header(struct guard *guard)
{
	uint32_t size = get32(guard->part + 12);

	if (memcmp(guard->part, MAGIC, 4) != 0)
		return refuse(guard, -EPROTO, "what answers there does not speak SPICE");
	if (get32(guard->part + 4) != 2)
		return refuse(guard, -EPROTO, "the server speaks SPICE %u, not 2: it is too old or too new",
			      get32(guard->part + 4));
	if (size < REPLY_SIZE || size > GUARD_LINK_MAX)
		return refuse(guard, -EPROTO, "the server's greeting has %u bytes", size);
	collect(guard, GUARD_GREETING, size);
	return 0;
}

static int refused_by_server(struct guard *guard, uint32_t error)
{
	switch (error) {
	case 5:
		return refuse(guard, -EACCES,
			      "the server insists on TLS: use spice+tls://HOST:PORT with its TLS port");
	case 6:
		return refuse(guard, -EACCES, "the server refuses TLS on this channel");
	case 7:
		return refuse(
			guard, -EACCES,
			"the server refuses the password (ticket): set password-file of this connection");
	case 9:
		return refuse(guard, -ECONNREFUSED, "the server has no such channel");
	default:
		return refuse(guard, -ECONNREFUSED, "the server refuses the connection (error %u)", error);
	}
}

static bool has_cap(const uint8_t *words, uint32_t count, unsigned cap)
{
	return cap / 32 < count && get32(words + cap / 32 * 4) >> cap % 32 & 1;
}

static int check_greeting(struct guard *guard)
{
	const uint8_t *reply = guard->part;
	uint32_t common = get32(reply + REPLY_CAPS), own = get32(reply + REPLY_CAPS + 4);
	uint32_t at = get32(reply + REPLY_CAPS + 8);

	if (get32(reply) != 0)
		return refused_by_server(guard, get32(reply));
	if (common > CAPS_MAX || own > CAPS_MAX || at > guard->need || (common + own) * 4 > guard->need - at)
		return refuse(guard, -EPROTO, "the server's greeting is malformed");
	if (!has_cap(reply + at, common, CAP_MINI_HEADER))
		return refuse(guard, -ENOTSUP,
			      "the server is too old: it knows no short headers (before 2011)");
	if (has_cap(reply + at, common, CAP_AUTH_SELECTION) && !has_cap(reply + at, common, CAP_AUTH_SPICE))
		return refuse(guard, -EACCES,
			      "the server wants SASL, which is not spoken here: give it a ticket (password)");
	collect(guard, GUARD_TICKET, 4);
	return 0;
}

static int check_ticket(struct guard *guard)
{
	uint32_t result = get32(guard->part);

	if (result != 0)
		return refused_by_server(guard, result);
	collect(guard, GUARD_HEADER, MESSAGE_HEADER);
	return 0;
}

static bool draws_image(unsigned type)
{
	return type == DISPLAY_DRAW_OPAQUE || type == DISPLAY_DRAW_COPY || type == DISPLAY_DRAW_BLEND ||
	       type == DISPLAY_DRAW_ROP3 || type == DISPLAY_DRAW_TRANSPARENT ||
	       type == DISPLAY_DRAW_ALPHA_BLEND || type == DISPLAY_DRAW_COMPOSITE;
}

/* How much of this message's body is looked at; 0: it passes unread. */
static size_t first_part(const struct guard *guard)
{
	switch (guard->channel) {
	case GUARD_MAIN:
		return guard->type == MAIN_CHANNELS_LIST ? 4 : 0;
	case GUARD_DISPLAY:
		if (guard->type == DISPLAY_SURFACE_CREATE)
			return 20;
		if (guard->type == DISPLAY_MODE)
			return 12;
		if (guard->type == DISPLAY_SURFACE_DESTROY)
			return 4;
		return draws_image(guard->type) ? 21 : 0;
	case GUARD_CURSOR:
		/* Position, trail, visible; then the cursor's flags. */
		return guard->type == CURSOR_INIT        ? 11
		       : guard->type == CURSOR_SET       ? 7
		       : guard->type == CURSOR_INVAL_ONE ? 8
							 : 0;
	case GUARD_INPUTS:
		break;
	}
	return 0;
}

static bool is_refused(const struct guard *guard)
{
	unsigned type = guard->type;

	if (type == MIGRATE || type == MIGRATE_DATA || type == LIST)
		return true;
	if (guard->channel == GUARD_MAIN)
		return type == MAIN_MIGRATE_BEGIN || type == MAIN_MIGRATE_SWITCH_HOST ||
		       type == MAIN_MIGRATE_BEGIN_SEAMLESS;
	if (guard->channel == GUARD_DISPLAY)
		return (type >= DISPLAY_STREAM_FIRST && type <= DISPLAY_STREAM_LAST) ||
		       type == DISPLAY_STREAM_DATA_SIZED || type == DISPLAY_STREAM_ACTIVATE_REPORT ||
		       type == DISPLAY_GL_SCANOUT_UNIX || type == DISPLAY_GL_DRAW;
	return false;
}

static int check_header(struct guard *guard)
{
	size_t most = GUARD_MESSAGE_MAX, part;

	guard->type = get16(guard->part);
	guard->size = get32(guard->part + 2);
	if (guard->channel == GUARD_DISPLAY && guard->type > BASE_LAST)
		most += guard->bytes_max;
	if (is_refused(guard)) {
		if (guard->type <= BASE_LAST || guard->channel == GUARD_MAIN)
			return refuse(guard, -ENOTSUP,
				      "the guest is moving to another machine: the connection starts anew");
		return refuse(guard, -EPROTO,
			      "the server sends what was not agreed on (video or GL, message %u)",
			      guard->type);
	}
	if (guard->size > most)
		return refuse(guard, -EFBIG, "the server sends a message of %zu MiB, above the limit of %zu",
			      guard->size >> 20, most >> 20);
	if (guard->channel == GUARD_CURSOR &&
	    (guard->type == CURSOR_INVAL_ALL || guard->type == CURSOR_RESET || guard->type == CURSOR_INIT))
		guard->cursor_bytes = guard->cursor_count = 0;
	if (guard->channel == GUARD_MAIN &&
	    (guard->type == MAIN_AGENT_CONNECTED || guard->type == MAIN_AGENT_CONNECTED_TOKENS ||
	     guard->type == MAIN_AGENT_DISCONNECTED))
		guard->agent_left = guard->agent_have = 0;
	part = first_part(guard);
	if (part > guard->size)
		return refuse(guard, -EPROTO, "message %u of the server is too short", guard->type);
	guard->phase = GUARD_BODY;
	guard->at = 0;
	guard->step = 0;
	guard->need = 0;
	if (part > 0)
		collect_in_body(guard, 0, part);
	return 0;
}

static int check_sides(struct guard *guard, const char *what, uint32_t w, uint32_t h)
{
	if (w < 1 || h < 1 || w > GUARD_SIDE_MAX || h > GUARD_SIDE_MAX)
		return refuse(guard, -EFBIG, "the server's %s is %ux%u, above the limit of %d a side", what,
			      w, h, GUARD_SIDE_MAX);
	if ((size_t)w * h * 4 > guard->bytes_max)
		return refuse(guard, -EFBIG, "the server's %s of %ux%u is above the limit of %zu MiB", what,
			      w, h, guard->bytes_max >> 20);
	return 0;
}

static void forget_surface(struct guard *guard, uint32_t id)
{
	if (id >= GUARD_SURFACES_MAX)
		return;
	guard->surface_bytes -= (size_t)guard->surfaces[id] << 10;
	guard->surfaces[id] = 0;
}

static int check_surface(struct guard *guard, uint32_t id, uint32_t w, uint32_t h)
{
	int rc = check_sides(guard, "screen", w, h);

	if (rc < 0)
		return rc;
	if (id >= GUARD_SURFACES_MAX)
		return refuse(guard, -EFBIG, "the server makes surface %u, above the limit of %d", id,
			      GUARD_SURFACES_MAX);
	forget_surface(guard, id);
	guard->surfaces[id] = (uint32_t)(((size_t)w * h * 4 + 1023) >> 10);
	guard->surface_bytes += (size_t)guard->surfaces[id] << 10;
	/* While the size changes the old screen may still be there. */
	if (guard->surface_bytes > 2 * guard->bytes_max)
		return refuse(guard, -EFBIG, "the server's surfaces are above the limit of %zu MiB",
			      guard->bytes_max >> 19);
	return 0;
}

/*
 * Drawing begins with surface, box and clip, which may have rectangles; then comes where in the body the image is
 * described: id, type, flags, width, height.
 */
static int check_draw(struct guard *guard)
{
	/* Alpha blending has its flags and alpha in front of the image, composition its flags. */
	size_t before = guard->type == DISPLAY_DRAW_ALPHA_BLEND ? 2
			: guard->type == DISPLAY_DRAW_COMPOSITE ? 4
								: 0;
	size_t next = guard->part_at + guard->need;
	unsigned image = guard->part[8];
	uint32_t value = get32(guard->part + guard->need - 4);

	switch (guard->step) {
	case 1:
		/* Surface and box, and the kind of clip: one with rectangles says how many. */
		if (guard->part[20] != 1) {
			guard->step++;
			next += before;
			break;
		}
		break;
	case 2:
		if (value > guard->size / 16)
			return refuse(guard, -EPROTO, "a clip of the server has %u rectangles", value);
		next += (size_t)value * 16 + before;
		break;
	case 3:
		if (value == 0)
			return 0; /* no image: the library minds itself */
		if (value < next)
			return refuse(guard, -EPROTO, "an image of the server lies in front of its drawing");
		if (value > guard->size || guard->size - value < 18)
			return refuse(guard, -EPROTO, "an image of the server lies outside of its message");
		collect_in_body(guard, value, 18);
		return 0;
	default:
		if (image == IMAGE_FROM_CACHE || image == IMAGE_SURFACE || image == IMAGE_FROM_CACHE_LOSSLESS)
			return 0;
		return check_sides(guard, "image", get32(guard->part + 10), get32(guard->part + 14));
	}
	if (next > guard->size || guard->size - next < 4)
		return refuse(guard, -EPROTO, "a drawing of the server is too short");
	collect_in_body(guard, next, 4);
	return 0;
}

/* Bytes that a shape of this type consists of; 0 for a type that the library does not know either. */
static size_t cursor_size(unsigned type, size_t w, size_t h)
{
	switch (type) {
	case 0: /* with alpha */
		return 4 * w * h;
	case 1: /* two masks */
		return 2 * ((w + 7) / 8) * h;
	case 2: /* four bits, sixteen colours, mask */
		return (w + 1) / 2 * h + 64 + (w * h + 7) / 8;
	case 4:
		return 2 * w * h + (w * h + 7) / 8;
	case 6:
		return 4 * w * h + (w * h + 7) / 8;
	}
	return 0;
}

static void forget_cursor(struct guard *guard, uint64_t id)
{
	for (unsigned i = 0; i < guard->cursor_count; i++) {
		if (guard->cursors[i].id != id)
			continue;
		guard->cursor_bytes -= guard->cursors[i].bytes;
		guard->cursors[i] = guard->cursors[--guard->cursor_count];
		return;
	}
}

static int keep_cursor(struct guard *guard, uint64_t id, size_t bytes)
{
	forget_cursor(guard, id);
	if (guard->cursor_count == GUARD_CURSORS_MAX || guard->cursor_bytes + bytes > GUARD_CURSORS_BYTES)
		return refuse(guard, -EFBIG,
			      "the server's cursors are above the limit of %d, %u MiB together",
			      GUARD_CURSORS_MAX, GUARD_CURSORS_BYTES >> 20);
	guard->cursors[guard->cursor_count].id = id;
	guard->cursors[guard->cursor_count++].bytes = (uint32_t)bytes;
	guard->cursor_bytes += bytes;
	return 0;
}

/* First the flags, at the end of the part; then id, type, width, height, hot spot. */
static int check_cursor(struct guard *guard)
{
	const uint8_t *part = guard->part;
	size_t next = guard->part_at + guard->need, w, h, bytes;
	unsigned flags = get16(part + guard->need - 2);

	if (guard->type == CURSOR_INVAL_ONE) {
		forget_cursor(guard, get64(part));
		return 0;
	}
	if (guard->step == 1) {
		if (flags & (CURSOR_NONE | CURSOR_KEPT))
			return 0;
		if (guard->size - next < 17)
			return refuse(guard, -EPROTO, "a cursor of the server is too short");
		guard->keep_cursor = flags & CURSOR_KEEP;
		collect_in_body(guard, next, 17);
		return 0;
	}
	w = get16(part + 9);
	h = get16(part + 11);
	if (w < 1 || h < 1 || w > GUARD_CURSOR_MAX || h > GUARD_CURSOR_MAX)
		return refuse(guard, -EFBIG,
			      "a cursor of the server is %zux%zu, above the limit of %d a side", w, h,
			      GUARD_CURSOR_MAX);
	bytes = cursor_size(part[8], w, h);
	if (bytes == 0 || guard->size - next < bytes)
		return refuse(guard, -EPROTO, "a cursor of the server is malformed");
	return guard->keep_cursor ? keep_cursor(guard, get64(part), 4 * w * h) : 0;
}

static int check_part(struct guard *guard)
{
	const uint8_t *part = guard->part;

	if (guard->channel == GUARD_MAIN && get32(part) > GUARD_CHANNELS_MAX)
		return refuse(guard, -EPROTO, "the server offers %u channels", get32(part));
	if (guard->channel == GUARD_CURSOR)
		return check_cursor(guard);
	if (guard->channel != GUARD_DISPLAY)
		return 0;
	if (draws_image(guard->type))
		return check_draw(guard);
	if (guard->type == DISPLAY_SURFACE_CREATE)
		return check_surface(guard, get32(part), get32(part + 4), get32(part + 8));
	if (guard->type == DISPLAY_MODE)
		return check_surface(guard, 0, get32(part), get32(part + 4));
	forget_surface(guard, get32(part));
	return 0;
}

/* Messages of the agent: protocol, type, a word for its own use, size; then so many bytes. */
static int check_agent(struct guard *guard, const uint8_t *data, size_t size)
{
	while (size > 0) {
		size_t n;

		if (guard->agent_left > 0) {
			n = size < guard->agent_left ? size : guard->agent_left;
			guard->agent_left -= n;
		} else {
			n = sizeof(guard->agent_head) - guard->agent_have;
			n = size < n ? size : n;
			memcpy(guard->agent_head + guard->agent_have, data, n);
			guard->agent_have += n;
			if (guard->agent_have == sizeof(guard->agent_head)) {
				guard->agent_have = 0;
				guard->agent_left = get32(guard->agent_head + 16);
				if (guard->agent_left > GUARD_TEXT_MAX)
					return refuse(
						guard, -EFBIG,
						"the guest's clipboard has %zu MiB, above the limit of %u",
						guard->agent_left >> 20, GUARD_TEXT_MAX >> 20);
			}
		}
		data += n;
		size -= n;
	}
	return 0;
}

static int pass_body(struct guard *guard, const uint8_t *data, size_t size)
{
	size_t begin = guard->at, end = begin + size, from, n;
	int rc = 0;

	if (guard->channel == GUARD_MAIN && guard->type == MAIN_AGENT_DATA)
		rc = check_agent(guard, data, size);
	/* As many parts as lie in this piece. */
	while (rc == 0 && guard->need > 0) {
		from = guard->part_at + guard->have;
		if (from >= end)
			break;
		n = end - from < guard->need - guard->have ? end - from : guard->need - guard->have;
		memcpy(guard->part + guard->have, data + (from - begin), n);
		guard->have += n;
		if (guard->have < guard->need)
			break;
		n = guard->need;
		rc = check_part(guard);
		/* No further part was asked for. */
		if (guard->have == n)
			guard->need = 0;
	}
	guard->at = end;
	return rc;
}

static int check_collected(struct guard *guard)
{
	switch (guard->phase) {
	case GUARD_GREETING_HEADER:
		return check_greeting_header(guard);
	case GUARD_GREETING:
		return check_greeting(guard);
	case GUARD_TICKET:
		return check_ticket(guard);
	case GUARD_HEADER:
		return check_header(guard);
	case GUARD_BODY:
		break;
	}
	return 0;
}

int guard_receive(struct guard *guard, const uint8_t *data, size_t size)
{
	int rc = guard->error;

	while (rc == 0 && size > 0) {
		size_t n;

		if (guard->phase == GUARD_BODY) {
			n = guard->size - guard->at < size ? guard->size - guard->at : size;
			rc = pass_body(guard, data, n);
		} else {
			n = guard->need - guard->have < size ? guard->need - guard->have : size;
			memcpy(guard->part + guard->have, data, n);
			guard->have += n;
			if (guard->have == guard->need)
				rc = check_collected(guard);
		}
		if (guard->phase == GUARD_BODY && guard->at == guard->size)
			collect(guard, GUARD_HEADER, MESSAGE_HEADER);
		data += n;
		size -= n;
	}
	return rc;
}

bool guard_is_between(const struct guard *guard)
{
	return guard->phase == GUARD_HEADER && guard->have == 0;
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
	uint8_t *request = guard->greeting + HEADER_SIZE;
	size_t size = guard->greeting_have - HEADER_SIZE;
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

size_t guard_send(struct guard *guard, const uint8_t *data, size_t size, const uint8_t **out)
{
	*out = data;
	if (guard->greeting_need == 0)
		return size;
	/* The library writes its greeting at once and then waits, so nothing else is in data. */
	if (size > sizeof(guard->greeting) - guard->greeting_have)
		size = sizeof(guard->greeting) - guard->greeting_have;
	memcpy(guard->greeting + guard->greeting_have, data, size);
	guard->greeting_have += size;
	if (guard->greeting_have >= HEADER_SIZE)
		guard->greeting_need = HEADER_SIZE + get32(guard->greeting + 12);
	if (guard->greeting_have < guard->greeting_need && guard->greeting_have < sizeof(guard->greeting))
		return 0;
	refuse_capabilities(guard);
	guard->greeting_need = 0;
	*out = guard->greeting;
	return guard->greeting_have;
}
