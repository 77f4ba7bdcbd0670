/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is to be said, to bytes. */
#include <string.h>
#include <utlist.h>

#include "hub/link/mux_private.h"

static size_t room(const struct mux *m)
{
	/* A frame begins while less than `front` waits; behind it lies the place for BYE. */
	return m->out_tail < m->config.front ? m->out_size - m->out_tail - MUX_HEADER - MUX_CONTROL_MAX : 0;
}

static void put_header(uint8_t *p, const struct mux_stream *s, unsigned type, size_t size)
{
	put_u32(p, (uint32_t)size);
	put_u16(p + 4, (uint16_t)(type | (s && !s->ours ? FRAME_YOURS : 0)));
	put_u16(p + 6, 0);
	put_u32(p + 8, s ? s->id & MUX_ID_MAX : 0);
}

/* Where the payload goes. */
static uint8_t *add(struct mux *m, const struct mux_stream *s, enum mux_frame_type type, size_t size)
{
	uint8_t *p = m->out + m->out_tail;

	put_header(p, s, type, size);
	m->out_tail += MUX_HEADER + size;
	return p + MUX_HEADER;
}

void mux_say_preamble(struct mux *m)
{
	uint8_t *p = m->out;

	put_u32(p, MUX_MAGIC);
	put_u16(p + 4, MUX_VERSION);
	put_u16(p + 6, MUX_PREAMBLE);
	put_u32(p + 8, MUX_FRAME_MAX);
	put_u32(p + 12, m->config.window);
	put_u32(p + 16, m->config.streams);
	put_u32(p + 20, 0);
	m->out_tail = MUX_PREAMBLE;
}

void mux_say_bye(struct mux *m)
{
	size_t n = strlen(m->text);
	uint8_t *p = add(m, NULL, FRAME_BYE, 4 + n);

	put_u32(p, m->end);
	memcpy(p + 4, m->text, n);
}

static void say(struct mux *m, struct mux_stream *s)
{
	size_t n = strlen(s->text);
	uint8_t *p;

	if (s->pending & SAY_OPEN)
		memcpy(add(m, s, FRAME_OPEN, n), s->text, n);
	if (s->pending & SAY_ACCEPT)
		add(m, s, FRAME_ACCEPT, 0);
	if (s->pending & SAY_CREDIT && s->consumed) {
		put_u32(add(m, s, FRAME_CREDIT, 4), s->consumed);
		s->granted += s->consumed;
		s->consumed = 0;
	}
	if (s->pending & SAY_FIN) {
		add(m, s, FRAME_FIN, 0);
		s->fin_said = true;
	}
	if (s->pending & SAY_RESET) {
		p = add(m, s, FRAME_RESET, 4 + n);
		put_u32(p, s->reset_why);
		memcpy(p + 4, s->text, n);
		s->reset_said = true;
	}
	s->pending = 0;
	DL_DELETE2(m->pending, s, pending_prev, pending_next);
	mux_settle(m, s);
}

static void say_token(struct mux *m, enum mux_frame_type type, uint32_t token)
{
	put_u32(add(m, NULL, type, 4), token);
}

/* All that a stream can have to say at once. */
#define SAY_MAX (5 * MUX_HEADER + 2 * MUX_TEXT_MAX + 16)

static void say_pending(struct mux *m)
{
	if (m->state != MUX_OPEN || m->aside)
		return;
	if (m->say_pong && room(m) >= SAY_MAX) {
		say_token(m, FRAME_PONG, m->pong_token);
		m->say_pong = false;
	}
	if (m->say_ping && room(m) >= SAY_MAX) {
		say_token(m, FRAME_PING, ++m->ping_token);
		m->say_ping = false;
	}
	while (m->pending && room(m) >= SAY_MAX) {
		say(m, m->pending);
		m->said_ns = m->now_ns;
	}
}

size_t mux_data_begin(struct mux *m, struct mux_stream *s, uint8_t **where)
{
	unsigned frame = m->config.frame < m->peer_frame ? m->config.frame : m->peer_frame;
	size_t fits;

	if (m->state != MUX_OPEN || m->aside || !mux_may_send(s))
		return 0;
	say_pending(m);
	fits = room(m);
	if (fits <= MUX_HEADER || s->pending & SAY_OPEN)
		return 0;
	fits -= MUX_HEADER;
	if (fits > frame)
		fits = frame;
	if (fits > s->credit)
		fits = s->credit;
	*where = m->out + m->out_tail + MUX_HEADER;
	return fits;
}

void mux_data_end(struct mux *m, struct mux_stream *s, size_t n)
{
	if (!n)
		return;
	put_header(m->out + m->out_tail, s, FRAME_DATA, n);
	m->out_tail += MUX_HEADER + n;
	s->credit -= (uint32_t)n;
	m->said_ns = m->now_ns;
}

void mux_data_aside(struct mux *m, struct mux_stream *s, size_t n)
{
	put_header(m->out + m->out_tail, s, FRAME_DATA, n);
	m->out_tail += MUX_HEADER;
	s->credit -= (uint32_t)n;
	m->said_ns = m->now_ns;
	m->aside = true;
}

void mux_aside_sent(struct mux *m)
{
	m->aside = false;
}

size_t mux_output(struct mux *m, const uint8_t **bytes)
{
	say_pending(m);
	*bytes = m->out + m->out_head;
	return m->out_tail - m->out_head;
}

void mux_output_sent(struct mux *m, size_t n)
{
	m->out_head += n;
	if (m->out_head == m->out_tail)
		m->out_head = m->out_tail = 0;
}
