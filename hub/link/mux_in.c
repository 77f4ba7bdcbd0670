/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes to events. */
#include <stdio.h>
#include <string.h>

#include "hub/core/text.h"
#include "hub/link/mux_private.h"

struct header {
	size_t size;
	unsigned type;
	bool ours;
	uint32_t id; /* as mux_find knows it */
	uint32_t number;
};

size_t mux_input(struct mux *m, uint8_t **where)
{
	if (m->in_head == m->in_tail) {
		m->in_head = m->in_tail = 0;
	} else if (m->in_head && m->in_tail - m->in_head < MUX_HEADER + MUX_CONTROL_MAX) {
		/* The beginning of a header or of a small frame: data never waits here. */
		memmove(m->in, m->in + m->in_head, m->in_tail - m->in_head);
		m->in_tail -= m->in_head;
		m->in_head = 0;
	}
	*where = m->in + m->in_tail;
	return m->state == MUX_ENDED ? 0 : m->in_size - m->in_tail;
}

void mux_fed(struct mux *m, size_t n, uint64_t now_ns)
{
	m->now_ns = now_ns;
	if (!n)
		return;
	m->heard_ns = now_ns;
	m->pinged = false;
	m->in_tail += n;
}

size_t mux_expects(const struct mux *m, struct mux_stream **stream)
{
	*stream = m->data_stream;
	return m->state == MUX_OPEN && m->in_head == m->in_tail && m->data_stream && m->data_stream->held
		       ? m->data_left
		       : 0;
}

void mux_taken_aside(struct mux *m, size_t n, uint64_t now_ns)
{
	m->now_ns = m->heard_ns = now_ns;
	m->pinged = false;
	m->data_left -= n;
}

static bool refuse(struct mux *m, enum mux_end why, const char *text)
{
	mux_end_as(m, why, text, false);
	return false;
}

static bool malformed(struct mux *m, const char *text)
{
	return refuse(m, MUX_END_MALFORMED, text);
}

/* False: more bytes are needed, or it has ended. */
static bool take_preamble(struct mux *m, struct mux_event *event)
{
	const uint8_t *p = m->in + m->in_head;
	size_t n = m->in_tail - m->in_head;
	char text[MUX_TEXT_MAX];
	unsigned version, size;

	if (n >= 4 && get_u32(p) != MUX_MAGIC) {
		mux_end_as(m, MUX_END_NOT_A_MUX,
			   "the peer does not speak the relay's protocol: is the other end of this link "
			   "xenhub-relay or "
			   "xenhub-display?",
			   false);
		return false;
	}
	if (n < 8)
		return false;
	version = get_u16(p + 4);
	size = get_u16(p + 6);
	if (version != MUX_VERSION) {
		snprintf(text, sizeof(text),
			 "version %u of the mux is spoken here, the peer speaks %u: install the same xenhub "
			 "on both sides",
			 MUX_VERSION, version);
		return refuse(m, MUX_END_VERSION, text);
	}
	if (size < MUX_PREAMBLE || size > MUX_PREAMBLE_MAX)
		return malformed(m, "a preamble of an impossible size");
	if (n < size)
		return false;
	m->peer_frame = get_u32(p + 8);
	m->peer_window = get_u32(p + 12);
	m->peer_streams = get_u32(p + 16);
	if (m->peer_frame < MUX_FRAME_MIN || m->peer_window < MUX_WINDOW_MIN ||
	    m->peer_window > MUX_WINDOW_MAX)
		return malformed(m, "a preamble with limits out of range");
	if (m->peer_streams > MUX_STREAMS_MAX)
		m->peer_streams = MUX_STREAMS_MAX;
	m->in_head += size;
	m->state = MUX_OPEN;
	event->kind = MUX_EVENT_MET;
	return true;
}

/* Whether a stream of that number has ever been. */
static bool existed(const struct mux *m, const struct header *h)
{
	return h->number < (h->ours ? m->next_id : m->next_theirs);
}

static bool on_open(struct mux *m, const struct header *h, const uint8_t *p, struct mux_event *event)
{
	struct mux_stream *s;

	if (h->ours || h->number < m->next_theirs || h->size >= MUX_SERVICE_MAX)
		return malformed(m, "a stream was opened with a number or a name that cannot be");
	if (m->live_theirs >= m->config.streams)
		return refuse(m, MUX_END_CREDIT, "more streams were opened than were allowed");
	s = mux_add(m, h->id, false);
	if (!s)
		return refuse(m, MUX_END_FLOOD, "streams were opened quicker than they could be closed");
	m->next_theirs = h->number + 1;
	/* Kept in the stream for the event's sake: it has nothing to say yet. */
	text_copy(s->text, MUX_SERVICE_MAX, (const char *)p, h->size);
	event->kind = MUX_EVENT_OPEN;
	event->stream = s;
	event->service = s->text;
	return true;
}

/* The rest of a DATA frame that has begun. */
static bool take_data(struct mux *m, struct mux_event *event)
{
	size_t n = m->in_tail - m->in_head;

	if (n > m->data_left)
		n = m->data_left;
	event->kind = MUX_EVENT_DATA;
	event->stream = m->data_stream;
	event->bytes = m->in + m->in_head;
	event->size = n;
	m->in_head += n;
	m->data_left -= n;
	return n && m->data_stream && m->data_stream->held;
}

static bool begin_data(struct mux *m, const struct header *h, struct mux_stream *s)
{
	if (!h->size || h->size > MUX_FRAME_MAX)
		return malformed(m, "a data frame of an impossible size");
	if (s ? s->fin_heard || s->reset_heard : !existed(m, h))
		return malformed(m, "data on a stream that is none");
	if (h->size > (s ? s->granted : m->stray))
		return refuse(m, MUX_END_CREDIT, "a stream sent past its credit");
	if (s)
		s->granted -= (uint32_t)h->size;
	else
		m->stray -= h->size;
	m->in_head += MUX_HEADER;
	m->data_left = h->size;
	m->data_stream = s;
	return true;
}

static bool on_credit(struct mux *m, const struct header *h, const uint8_t *p, struct mux_stream *s,
		      struct mux_event *event)
{
	uint32_t more = h->size == 4 ? get_u32(p) : 0;
	bool had_none;

	if (!more)
		return malformed(m, "a credit of nothing");
	if (!s)
		return false;
	if (more > MUX_WINDOW_MAX - s->credit)
		return malformed(m, "a credit larger than can be");
	had_none = !s->credit;
	s->credit += more;
	event->kind = MUX_EVENT_CREDIT;
	return had_none && s->held && mux_may_send(s);
}

static bool on_fin(struct mux *m, const struct header *h, struct mux_stream *s, struct mux_event *event)
{
	bool held;

	if (!s)
		return false;
	if (h->size || s->fin_heard || s->reset_heard)
		return malformed(m, "an end that has been said already");
	s->fin_heard = true;
	held = s->held;
	event->kind = MUX_EVENT_FIN;
	mux_settle(m, s);
	return held;
}

static bool on_reset(struct mux *m, const struct header *h, const uint8_t *p, struct mux_stream *s,
		     struct mux_event *event)
{
	bool held;

	if (h->size < 4)
		return malformed(m, "a reset without a reason");
	if (!s)
		return false;
	if (s->reset_heard)
		return malformed(m, "an end that has been said already");
	event->kind = MUX_EVENT_RESET;
	event->reset = (enum mux_reset)get_u32(p);
	text_copy(s->text, sizeof(s->text), (const char *)p + 4, h->size - 4);
	event->text = s->text;
	s->reset_heard = true;
	held = s->held;
	mux_settle(m, s);
	return held;
}

static bool on_accept(struct mux *m, const struct header *h, struct mux_stream *s, struct mux_event *event)
{
	if (!h->ours || h->size || (s && s->accept_heard))
		return malformed(m, "a stream was accepted that nobody asked for");
	if (!s)
		return false;
	s->accept_heard = true;
	event->kind = MUX_EVENT_ACCEPT;
	return s->held;
}

static bool on_bye(struct mux *m, const struct header *h, const uint8_t *p)
{
	char text[MUX_TEXT_MAX];
	uint32_t why = h->size >= 4 ? get_u32(p) : 0;

	text_copy(text, sizeof(text), (const char *)p + 4, h->size >= 4 ? h->size - 4 : 0);
	mux_end_as(m, why && why < MUX_END_LIMIT ? (enum mux_end)why : MUX_END_MALFORMED, text, true);
	return false;
}

static bool on_token(struct mux *m, const struct header *h, const uint8_t *p)
{
	if (h->size != 4)
		return malformed(m, "a ping of an impossible size");
	if (h->type == FRAME_PING && mux_counts_to(m, &m->pings) > MUX_PINGS_PER_S)
		return refuse(m, MUX_END_FLOOD, "pings without end");
	if (h->type == FRAME_PING) {
		m->say_pong = true;
		m->pong_token = get_u32(p);
	}
	return false;
}

/* A whole frame that is not DATA. True: the event is to be told. */
static bool take_control(struct mux *m, const struct header *h, struct mux_event *event)
{
	const uint8_t *p = m->in + m->in_head + MUX_HEADER;
	struct mux_stream *s = mux_find(m, h->id);

	m->in_head += MUX_HEADER + h->size;
	event->stream = s;
	if (h->type == FRAME_OPEN)
		return on_open(m, h, p, event);
	if (h->type >= FRAME_PING && h->type <= FRAME_BYE)
		return h->type == FRAME_BYE ? on_bye(m, h, p) : on_token(m, h, p);
	if (!s && !existed(m, h))
		return malformed(m, "a stream that has never been");
	switch (h->type) {
	case FRAME_ACCEPT:
		return on_accept(m, h, s, event);
	case FRAME_CREDIT:
		return on_credit(m, h, p, s, event);
	case FRAME_FIN:
		return on_fin(m, h, s, event);
	case FRAME_RESET:
		return on_reset(m, h, p, s, event);
	}
	return malformed(m, "a frame of an unknown type");
}

/* False: there is no whole header. */
static bool read_header(const struct mux *m, struct header *h)
{
	const uint8_t *p = m->in + m->in_head;

	if (m->in_tail - m->in_head < MUX_HEADER)
		return false;
	h->size = get_u32(p);
	h->type = get_u16(p + 4);
	/* Theirs is what we call ours. */
	h->ours = h->type & FRAME_YOURS;
	h->type &= ~(unsigned)FRAME_YOURS;
	h->number = get_u32(p + 8);
	h->id = h->number | (h->ours ? 0 : MUX_THEIRS);
	return true;
}

/* One step. *told: the event is for the caller. False: more bytes are needed. */
static bool step(struct mux *m, struct mux_event *event, bool *told)
{
	struct header h;

	*told = false;
	if (m->state == MUX_MEETING) {
		*told = take_preamble(m, event);
		return *told;
	}
	if (m->data_left) {
		if (m->in_head == m->in_tail)
			return false;
		*told = take_data(m, event);
		return true;
	}
	if (!read_header(m, &h))
		return false;
	if (h.number > MUX_ID_MAX || get_u16(m->in + m->in_head + 6))
		return malformed(m, "a header that makes no sense");
	if (h.type == FRAME_DATA)
		return begin_data(m, &h, mux_find(m, h.id));
	if (h.size > MUX_CONTROL_MAX)
		return malformed(m, "a frame of an impossible size");
	if (m->in_tail - m->in_head < MUX_HEADER + h.size)
		return false;
	*told = take_control(m, &h, event);
	return true;
}

bool mux_next(struct mux *m, struct mux_event *event)
{
	bool told = false;

	memset(event, 0, sizeof(*event));
	while (m->state != MUX_ENDED && step(m, event, &told))
		if (told)
			return true;
	if (!m->tell_end)
		return false;
	memset(event, 0, sizeof(*event));
	event->kind = MUX_EVENT_END;
	m->tell_end = false;
	return true;
}
