/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/wire/message.h"

#include <errno.h>
#include <stdio.h>

#include "hub/core/text.h"

static const char *const bye_names[WIRE_BYE_COUNT] = {
	[WIRE_BYE_NONE] = "none",
	[WIRE_BYE_DONE] = "done",
	[WIRE_BYE_VERSION] = "version",
	[WIRE_BYE_MALFORMED] = "malformed",
	[WIRE_BYE_UNEXPECTED] = "unexpected",
	[WIRE_BYE_UNKNOWN] = "unknown",
	[WIRE_BYE_LIMIT] = "limit",
	[WIRE_BYE_TIMEOUT] = "timeout",
	[WIRE_BYE_POLICY] = "policy",
	[WIRE_BYE_QUIESCE] = "quiesce",
};

const char *wire_bye_name(unsigned reason)
{
	return reason < WIRE_BYE_COUNT ? bye_names[reason] : "unknown reason";
}

static const struct {
	uint16_t type;
	const char *name;
} type_names[] = {
	{ WIRE_HELLO, "HELLO" },
	{ WIRE_BYE, "BYE" },
	{ WIRE_PING, "PING" },
	{ WIRE_PONG, "PONG" },
	{ WIRE_DEVICE_ADD, "DEVICE_ADD" },
	{ WIRE_DEVICE_REMOVE, "DEVICE_REMOVE" },
	{ WIRE_SNAPSHOT_BEGIN, "SNAPSHOT_BEGIN" },
	{ WIRE_DEVICE_STATE, "DEVICE_STATE" },
	{ WIRE_SNAPSHOT_END, "SNAPSHOT_END" },
	{ WIRE_FRAME, "FRAME" },
	{ WIRE_LEASE, "LEASE" },
	{ WIRE_FOCUS, "FOCUS" },
	{ WIRE_STATE, "STATE" },
	{ WIRE_SUBSCRIBE, "SUBSCRIBE" },
	{ WIRE_ACK, "ACK" },
	{ WIRE_LED, "LED" },
	{ WIRE_CLAIM, "CLAIM" },
	{ WIRE_SCREEN, "SCREEN" },
	{ WIRE_REQUEST, "REQUEST" },
	{ WIRE_REPLY, "REPLY" },
};

const char *wire_type_name(unsigned type, char buf[16])
{
	for (unsigned i = 0; i < sizeof(type_names) / sizeof(type_names[0]); i++)
		if (type_names[i].type == type)
			return type_names[i].name;
	snprintf(buf, 16, "type %u", type & 0xffff);
	return buf;
}

int wire_get_header(const uint8_t *data, struct wire_header *h, struct wire_error *err)
{
	h->length = load32(data);
	h->type = load16(data + 4);
	h->flags = load16(data + 6);
	if (h->length < WIRE_HEADER_SIZE || h->length > WIRE_MESSAGE_MAX) {
		err->bye = WIRE_BYE_MALFORMED;
		snprintf(err->text, sizeof(err->text), "a message of %u bytes; %u to %u are possible",
			 h->length, WIRE_HEADER_SIZE, WIRE_MESSAGE_MAX);
		return -EBADMSG;
	}
	return 0;
}

struct writer message_begin(uint8_t *buf, size_t size, unsigned type, unsigned flags)
{
	struct writer w = { .data = buf, .size = size < WIRE_MESSAGE_MAX ? size : WIRE_MESSAGE_MAX };

	write32(&w, 0);
	write16(&w, (uint16_t)type);
	write16(&w, (uint16_t)flags);
	return w;
}

int message_end(struct writer *w)
{
	if (w->bad)
		return -ENOSPC;
	store32(w->data, (uint32_t)w->at);
	return (int)w->at;
}

void write_text(struct writer *w, const char *text)
{
	size_t n = strlen(text);

	write16(w, (uint16_t)n);
	write_bytes(w, text, n);
}

void read_text(struct reader *r, char *dst, size_t size)
{
	size_t n = read16(r);
	const uint8_t *p = n < size ? read_room(r, n) : NULL;

	if (!p) {
		r->bad = true;
		dst[0] = '\0';
		return;
	}
	text_copy(dst, size, (const char *)p, n);
}

void read_lines(struct reader *r, char *dst, size_t size)
{
	size_t start = r->at + sizeof(uint16_t);

	read_text(r, dst, size);
	/* Cleaning goes byte by byte, so each line's end is still where it was. */
	for (size_t i = 0; dst[i]; i++)
		if (r->data[start + i] == '\n')
			dst[i] = '\n';
}

struct reader body_of(const uint8_t *msg, size_t len)
{
	return (struct reader){
		.data = msg, .size = len, .at = WIRE_HEADER_SIZE, .bad = len < WIRE_HEADER_SIZE
	};
}

int body_bad(unsigned type, const char *what, struct wire_error *err)
{
	char buf[16];

	err->bye = WIRE_BYE_MALFORMED;
	snprintf(err->text, sizeof(err->text), "%s: %s", wire_type_name(type, buf), what);
	return -EBADMSG;
}

int body_end(const struct reader *r, unsigned type, struct wire_error *err)
{
	if (r->bad)
		return body_bad(type, "shorter than its own fields say", err);
	if (r->at != r->size)
		return body_bad(type, "longer than its own fields say", err);
	return 0;
}

bool wire_is_sequenced(unsigned type)
{
	switch (type) {
	case WIRE_DEVICE_ADD:
	case WIRE_DEVICE_REMOVE:
	case WIRE_SNAPSHOT_BEGIN:
	case WIRE_SNAPSHOT_END:
	case WIRE_FRAME:
	case WIRE_FOCUS:
		return true;
	default:
		return false;
	}
}

void wire_patch_seq(uint8_t *message, uint64_t seq)
{
	store64(message + WIRE_HEADER_SIZE, seq);
}

void wire_patch_sent(uint8_t *frame_message, uint64_t sent_ns, uint64_t read_ns)
{
	uint64_t age = sent_ns > read_ns ? sent_ns - read_ns : 0;

	store64(frame_message + 24, sent_ns);
	store32(frame_message + 32, age < UINT32_MAX ? (uint32_t)age : UINT32_MAX);
}
