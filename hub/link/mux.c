/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/link/mux.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "hub/core/clock.h"
#include "hub/core/text.h"
#include "hub/link/mux_private.h"

#define IN_SIZE (64 * 1024)

/* ---- life ---- */

static unsigned within(unsigned value, unsigned min, unsigned max)
{
	return value < min ? min : value > max ? max : value;
}

int mux_create(struct mux **out, const struct mux_config *config)
{
	struct mux *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	m->config = *config;
	m->config.frame = within(config->frame, MUX_FRAME_MIN, MUX_FRAME_MAX);
	m->config.front = within(config->front, MUX_FRONT_MIN, MUX_FRONT_MAX);
	m->config.window = within(config->window, MUX_WINDOW_MIN, MUX_WINDOW_MAX);
	m->config.streams = within(config->streams, 0, MUX_STREAMS_MAX);
	/* The last frame in front may reach over, and BYE always has its place behind it. */
	m->out_size = m->config.front + MUX_HEADER + m->config.frame + MUX_HEADER + MUX_CONTROL_MAX;
	m->out = malloc(m->out_size);
	m->in = malloc(IN_SIZE);
	m->in_size = IN_SIZE;
	if (!m->out || !m->in) {
		mux_destroy(m);
		return -ENOMEM;
	}
	/* What the peer closes in order may be kept here a while longer, until its reader has taken it. */
	for (unsigned i = 0; i < COUNT_OF(m->pool); i++)
		LL_PREPEND2(m->free, &m->pool[i], bucket_next);
	mux_say_preamble(m);
	*out = m;
	return 0;
}

void mux_begin(struct mux *m, uint64_t now_ns)
{
	m->now_ns = now_ns;
	m->meet_by_ns = now_ns + MUX_MEET_MS * NS_PER_MS;
}

void mux_destroy(struct mux *m)
{
	if (!m)
		return;
	free(m->in);
	free(m->out);
	free(m);
}

enum mux_state mux_state(const struct mux *m)
{
	return m->state;
}

enum mux_end mux_ended(const struct mux *m, const char **text, bool *by_peer)
{
	*text = m->text;
	*by_peer = m->by_peer;
	return m->end;
}

void mux_end_as(struct mux *m, enum mux_end why, const char *text, bool by_peer)
{
	if (m->state == MUX_ENDED)
		return;
	m->state = MUX_ENDED;
	m->end = why;
	m->by_peer = by_peer;
	text_copy(m->text, sizeof(m->text), text, strlen(text));
	m->in_head = m->in_tail = 0;
	m->tell_end = true;
	/* In the middle of a payload there is no place for it. */
	if (!by_peer && why < MUX_END_LIMIT && !m->aside)
		mux_say_bye(m);
}

void mux_end(struct mux *m, enum mux_end why, const char *text)
{
	mux_end_as(m, why, text, false);
	m->tell_end = false;
}

unsigned mux_counts_to(struct mux *m, unsigned *counter)
{
	uint64_t second = m->now_ns / NS_PER_S;

	if (second != m->second) {
		m->second = second;
		m->refused = m->pings = 0;
	}
	return ++*counter;
}

/* ---- streams ---- */

static struct mux_stream **bucket_of(struct mux *m, uint32_t id)
{
	return &m->buckets[(id ^ (id >> 31) << 8) % COUNT_OF(m->buckets)];
}

struct mux_stream *mux_find(struct mux *m, uint32_t id)
{
	struct mux_stream *s = *bucket_of(m, id);

	while (s && s->id != id)
		s = s->bucket_next;
	return s;
}

struct mux_stream *mux_add(struct mux *m, uint32_t id, bool ours)
{
	struct mux_stream **bucket = bucket_of(m, id);
	struct mux_stream *s = m->free;

	if (!s)
		return NULL;
	LL_DELETE2(m->free, s, bucket_next);
	memset(s, 0, sizeof(*s));
	s->id = id;
	s->ours = ours;
	s->held = true;
	s->credit = m->peer_window;
	s->granted = m->config.window;
	LL_PREPEND2(*bucket, s, bucket_next);
	if (!m->live_ours && !m->live_theirs)
		m->heard_ns = m->now_ns; /* nobody had to say anything before */
	*(ours ? &m->live_ours : &m->live_theirs) += 1;
	return s;
}

static bool is_over(const struct mux_stream *s)
{
	return s->reset_heard || s->reset_said || (s->fin_said && s->fin_heard);
}

/* On the wire it has ended; the peer may open another one in its place. */
void mux_settle(struct mux *m, struct mux_stream *s)
{
	if (!s->settled && is_over(s)) {
		s->settled = true;
		*(s->ours ? &m->live_ours : &m->live_theirs) -= 1;
		if (s->reset_said && !s->fin_heard)
			m->stray += s->granted; /* what it may have sent before it heard of this */
		if (s->pending) {
			s->pending = 0;
			DL_DELETE2(m->pending, s, pending_prev, pending_next);
		}
	}
	if (s->settled && !s->held) {
		LL_DELETE2(*bucket_of(m, s->id), s, bucket_next);
		LL_PREPEND2(m->free, s, bucket_next);
	}
}

static void want(struct mux *m, struct mux_stream *s, unsigned what)
{
	if (s->settled || m->state == MUX_ENDED)
		return;
	if (!s->pending)
		DL_APPEND2(m->pending, s, pending_prev, pending_next);
	s->pending |= what;
}

static bool name_is_sound(const char *name)
{
	for (const char *p = name; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return false;
	return strlen(name) < MUX_SERVICE_MAX;
}

int mux_open(struct mux *m, struct mux_stream **out, const char *service)
{
	struct mux_stream *s;

	if (m->state == MUX_ENDED)
		return -EPIPE;
	if (!name_is_sound(service))
		return -EINVAL;
	if (m->state == MUX_MEETING)
		return -EAGAIN;
	if (m->live_ours >= m->peer_streams)
		return -EMFILE;
	if (m->next_id == MUX_ID_MAX) {
		mux_end_as(m, MUX_END_USED_UP, "every number for a stream has been used", false);
		return -EPIPE;
	}
	s = mux_add(m, m->next_id, true);
	if (!s)
		return -EMFILE;
	m->next_id++;
	memcpy(s->text, service, strlen(service) + 1);
	want(m, s, SAY_OPEN);
	*out = s;
	return 0;
}

void mux_accept(struct mux *m, struct mux_stream *s)
{
	if (!s->ours)
		want(m, s, SAY_ACCEPT);
}

void mux_set_user(struct mux_stream *s, void *user)
{
	s->user = user;
}

void *mux_user(const struct mux_stream *s)
{
	return s->user;
}

bool mux_may_send(const struct mux_stream *s)
{
	return s->credit && !s->settled && !s->fin_said && !(s->pending & SAY_FIN);
}

void mux_fin(struct mux *m, struct mux_stream *s)
{
	if (!s->fin_said)
		want(m, s, SAY_FIN);
}

void mux_consumed(struct mux *m, struct mux_stream *s, size_t n)
{
	s->consumed += (uint32_t)n;
	/* Told in parts of a quarter: seldom enough to cost little, early enough for the peer never to wait. */
	if (!s->fin_heard && s->consumed >= m->config.window / 4)
		want(m, s, SAY_CREDIT);
}

void mux_close(struct mux *m, struct mux_stream *s, enum mux_reset why, const char *text)
{
	s->held = false;
	s->user = NULL;
	if (m->data_stream == s)
		m->data_stream = NULL;
	if (!s->ours && !s->settled && why >= MUX_RESET_SERVICE && why <= MUX_RESET_LIMIT &&
	    mux_counts_to(m, &m->refused) > MUX_REFUSED_PER_S)
		mux_end_as(m, MUX_END_FLOOD, "streams without end that had to be refused", false);
	if (m->state == MUX_ENDED) {
		s->reset_heard = true;
	} else if (!s->settled && s->pending & SAY_OPEN) {
		s->reset_heard = true; /* the peer has never heard of it */
	} else if (!s->settled && !(s->fin_heard && s->pending & SAY_FIN)) {
		s->reset_why = why;
		text_copy(s->text, sizeof(s->text), text ? text : "", text ? strlen(text) : 0);
		want(m, s, SAY_RESET);
		s->pending &= SAY_RESET;
	}
	mux_settle(m, s);
}

const char *mux_reset_text(enum mux_reset reset)
{
	switch (reset) {
	case MUX_RESET_CLOSED:
		return "the other end has closed it";
	case MUX_RESET_SERVICE:
		return "nobody serves that name at the other end";
	case MUX_RESET_DENIED:
		return "the other end does not let this one in";
	case MUX_RESET_LIMIT:
		return "the other end has as many streams as it allows";
	case MUX_RESET_UNREACHABLE:
		return "what serves it at the other end does not answer";
	case MUX_RESET_BROKEN:
		return "the connection at the other end broke";
	case MUX_RESET_LINK:
		return "the link went";
	}
	return "the other end has reset it";
}

/* ---- time ---- */

void mux_time(struct mux *m, uint64_t now_ns)
{
	if (now_ns > m->now_ns)
		m->now_ns = now_ns;
}

void mux_tick(struct mux *m, uint64_t now_ns)
{
	m->now_ns = now_ns;
	if (m->state == MUX_MEETING && m->meet_by_ns && now_ns >= m->meet_by_ns) {
		mux_end_as(m, MUX_END_HALF_OPEN, "the peer has not said a word", false);
	} else if (m->state == MUX_OPEN && m->config.is_line) {
		if (m->said_ns && now_ns >= m->said_ns + m->config.probe_ms * NS_PER_MS) {
			m->said_ns = 0;
			m->say_ping = true;
		}
	} else if (m->state == MUX_OPEN && m->live_ours + m->live_theirs) {
		if (now_ns >= m->heard_ns + MUX_SILENCE_MS * NS_PER_MS)
			mux_end_as(m, MUX_END_TIMEOUT, "no answer while streams are open", false);
		else if (now_ns >= m->heard_ns + MUX_PING_MS * NS_PER_MS && !m->pinged)
			m->say_ping = m->pinged = true;
	}
}

uint64_t mux_deadline(const struct mux *m)
{
	if (m->state == MUX_MEETING && m->meet_by_ns)
		return m->meet_by_ns;
	if (m->state != MUX_OPEN)
		return CLOCK_NEVER;
	if (m->config.is_line)
		return m->said_ns ? m->said_ns + m->config.probe_ms * NS_PER_MS : CLOCK_NEVER;
	if (!m->live_ours && !m->live_theirs)
		return CLOCK_NEVER;
	return m->heard_ns + (m->pinged ? MUX_SILENCE_MS : MUX_PING_MS) * NS_PER_MS;
}
