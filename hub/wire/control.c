/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything but devices and frames: hello, bye, ping, lease, focus, states, and what a consumer sends. */
#include <errno.h>
#include <stdio.h>

#include "hub/wire/message.h"

static void write_wishes(struct writer *w, const struct wire_wishes *m)
{
	write32(w, m->classes);
	write8(w, m->touchpad);
	write8(w, m->states);
	write16(w, 0);
	write32(w, m->state_interval_ms);
}

static void read_wishes(struct reader *r, struct wire_wishes *m)
{
	m->classes = read32(r);
	m->touchpad = read8(r);
	m->states = read8(r);
	read16(r);
	m->state_interval_ms = read32(r);
}

int wire_put_hello(uint8_t *buf, size_t size, const struct wire_hello *m)
{
	struct writer w = message_begin(buf, size, WIRE_HELLO, 0);

	write32(&w, WIRE_MAGIC);
	write16(&w, m->version_min);
	write16(&w, m->version_max);
	write8(&w, m->role);
	write8(&w, m->clock);
	write16(&w, 0);
	write32(&w, m->features);
	write_bytes(&w, m->boot_id, sizeof(m->boot_id));
	write64(&w, m->generation);
	write_wishes(&w, &m->wishes);
	write_text(&w, m->name);
	return message_end(&w);
}

int wire_get_hello(const uint8_t *msg, size_t len, struct wire_hello *m, struct wire_error *err)
{
	struct reader r = body_of(msg, len);

	if (read32(&r) != WIRE_MAGIC)
		return body_bad(WIRE_HELLO, "not a xenhub link (wrong magic)", err);
	m->version_min = read16(&r);
	m->version_max = read16(&r);
	if (r.bad)
		return body_end(&r, WIRE_HELLO, err);
	/* The versions come before everything that another version may lay out differently. */
	if (m->version_min > WIRE_VERSION || m->version_max < WIRE_VERSION) {
		err->bye = WIRE_BYE_VERSION;
		snprintf(err->text, sizeof(err->text), "the peer speaks versions %u to %u, this side %u",
			 m->version_min, m->version_max, WIRE_VERSION);
		return -EBADMSG;
	}
	m->role = read8(&r);
	m->clock = read8(&r);
	read16(&r);
	m->features = read32(&r);
	read_bytes(&r, m->boot_id, sizeof(m->boot_id));
	m->generation = read64(&r);
	read_wishes(&r, &m->wishes);
	read_text(&r, m->name, sizeof(m->name));
	/* A later version may append fields: they are its own affair. */
	if (!r.bad)
		r.at = r.size;
	return body_end(&r, WIRE_HELLO, err);
}

int wire_put_bye(uint8_t *buf, size_t size, unsigned reason, const char *text)
{
	struct writer w = message_begin(buf, size, WIRE_BYE, 0);

	write32(&w, reason);
	write_text(&w, text);
	return message_end(&w);
}

int wire_get_bye(const uint8_t *msg, size_t len, unsigned *reason, char text[WIRE_TEXT_MAX],
		 struct wire_error *err)
{
	struct reader r = body_of(msg, len);

	*reason = read32(&r);
	read_text(&r, text, WIRE_TEXT_MAX);
	return body_end(&r, WIRE_BYE, err);
}

int wire_put_ping(uint8_t *buf, size_t size, bool pong, uint64_t token)
{
	struct writer w = message_begin(buf, size, pong ? WIRE_PONG : WIRE_PING, 0);

	write64(&w, token);
	return message_end(&w);
}

int wire_get_ping(const uint8_t *msg, size_t len, uint64_t *token, struct wire_error *err)
{
	struct reader r = body_of(msg, len);

	*token = read64(&r);
	return body_end(&r, WIRE_PING, err);
}

int wire_put_lease(uint8_t *buf, size_t size, const struct wire_lease *m)
{
	struct writer w = message_begin(buf, size, WIRE_LEASE, 0);

	write64(&w, m->seq);
	write32(&w, m->held);
	write32(&w, m->hash);
	return message_end(&w);
}

int wire_get_lease(const uint8_t *msg, size_t len, struct wire_lease *m, struct wire_error *err)
{
	struct reader r = body_of(msg, len);

	m->seq = read64(&r);
	m->held = read32(&r);
	m->hash = read32(&r);
	return body_end(&r, WIRE_LEASE, err);
}

int wire_put_focus(uint8_t *buf, size_t size, uint64_t seq, bool focused)
{
	struct writer w = message_begin(buf, size, WIRE_FOCUS, 0);

	write64(&w, seq);
	write32(&w, focused);
	return message_end(&w);
}

int wire_get_focus(const uint8_t *msg, size_t len, uint64_t *seq, bool *focused, struct wire_error *err)
{
	struct reader r = body_of(msg, len);
	uint32_t v;

	*seq = read64(&r);
	v = read32(&r);
	if (v > 1)
		return body_bad(WIRE_FOCUS, "neither 0 nor 1", err);
	*focused = v;
	return body_end(&r, WIRE_FOCUS, err);
}

int wire_put_state(uint8_t *buf, size_t size, const struct wire_state *m)
{
	struct writer w = message_begin(buf, size, WIRE_STATE, 0);

	write64(&w, m->time_ns);
	write64(&w, (uint64_t)m->integer);
	write8(&w, m->type);
	write8(&w, m->stale);
	write16(&w, 0);
	write_text(&w, m->path);
	write_text(&w, m->unit);
	write_text(&w, m->type == WIRE_STATE_TEXT ? m->text : "");
	return message_end(&w);
}

int wire_get_state(const uint8_t *msg, size_t len, struct wire_state *m, struct wire_error *err)
{
	struct reader r = body_of(msg, len);

	m->time_ns = read64(&r);
	m->integer = (int64_t)read64(&r);
	m->type = read8(&r);
	m->stale = read8(&r);
	read16(&r);
	read_text(&r, m->path, sizeof(m->path));
	read_text(&r, m->unit, sizeof(m->unit));
	read_text(&r, m->text, sizeof(m->text));
	if (!r.bad && m->type > WIRE_STATE_TEXT)
		return body_bad(WIRE_STATE, "a value of unknown type", err);
	if (!r.bad && !m->path[0])
		return body_bad(WIRE_STATE, "no path", err);
	return body_end(&r, WIRE_STATE, err);
}

int wire_put_subscribe(uint8_t *buf, size_t size, const struct wire_subscribe *m)
{
	struct writer w = message_begin(buf, size, WIRE_SUBSCRIBE, 0);

	write_wishes(&w, &m->wishes);
	write32(&w, m->snapshot);
	return message_end(&w);
}

int wire_get_subscribe(const uint8_t *msg, size_t len, struct wire_subscribe *m, struct wire_error *err)
{
	struct reader r = body_of(msg, len);

	read_wishes(&r, &m->wishes);
	m->snapshot = read32(&r) & 1;
	return body_end(&r, WIRE_SUBSCRIBE, err);
}

int wire_put_ack(uint8_t *buf, size_t size, uint64_t seq)
{
	struct writer w = message_begin(buf, size, WIRE_ACK, 0);

	write64(&w, seq);
	return message_end(&w);
}

int wire_get_ack(const uint8_t *msg, size_t len, uint64_t *seq, struct wire_error *err)
{
	struct reader r = body_of(msg, len);

	*seq = read64(&r);
	return body_end(&r, WIRE_ACK, err);
}

int wire_put_led(uint8_t *buf, size_t size, const struct wire_led *m)
{
	struct writer w = message_begin(buf, size, WIRE_LED, 0);

	write32(&w, m->handle);
	write16(&w, m->code);
	write16(&w, m->on);
	return message_end(&w);
}

int wire_get_led(const uint8_t *msg, size_t len, struct wire_led *m, struct wire_error *err)
{
	struct reader r = body_of(msg, len);
	unsigned on;

	m->handle = read32(&r);
	m->code = read16(&r);
	on = read16(&r);
	if (!r.bad && (m->code >= LED_CNT || on > 1))
		return body_bad(WIRE_LED, "no such LED or value", err);
	m->on = on;
	return body_end(&r, WIRE_LED, err);
}

int wire_put_screen(uint8_t *buf, size_t size, bool on)
{
	struct writer w = message_begin(buf, size, WIRE_SCREEN, 0);

	write32(&w, on);
	return message_end(&w);
}

int wire_get_screen(const uint8_t *msg, size_t len, bool *on, struct wire_error *err)
{
	struct reader r = body_of(msg, len);

	*on = read32(&r) != 0;
	return body_end(&r, WIRE_SCREEN, err);
}

int wire_put_request(uint8_t *buf, size_t size, unsigned type, uint32_t code, const char *text)
{
	struct writer w = message_begin(buf, size, type, 0);

	write32(&w, code);
	write_text(&w, text);
	return message_end(&w);
}

int wire_get_request(const uint8_t *msg, size_t len, uint32_t *code, char *text, size_t text_size,
		     struct wire_error *err)
{
	struct reader r = body_of(msg, len);

	*code = read32(&r);
	read_lines(&r, text, text_size);
	return body_end(&r, WIRE_REQUEST, err);
}
