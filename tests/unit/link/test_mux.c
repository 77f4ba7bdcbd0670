/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The multiplexer against itself, with chance as the scheduler, and against peers that break each of its rules. */
#include "tests/unit/testing.h"

#include <errno.h>
#include <stdio.h>

#include "hub/core/clock.h"
#include "hub/link/mux.h"

#define WINDOW  8192
#define STREAMS 8
#define T0      (10 * NS_PER_S)

enum { OPEN = 1, ACCEPT, DATA, CREDIT, FIN, RESET, PING, PONG, BYE, YOURS = 0x100 };

static const struct mux_config defaults = {
	.frame = 1500, .front = 4096, .window = WINDOW, .streams = STREAMS
};

static struct mux *make(const struct mux_config *config)
{
	struct mux *m;

	assert_int_equal(mux_create(&m, config), 0);
	mux_begin(m, T0);
	return m;
}

/* Bytes of a into b, in pieces of at most `piece`; what stays is what b had no room for. */
static size_t carry(struct mux *a, struct mux *b, size_t piece, uint64_t now_ns)
{
	const uint8_t *out;
	uint8_t *in;
	size_t n = mux_output(a, &out), room = mux_input(b, &in);

	if (n > piece)
		n = piece;
	if (n > room)
		n = room;
	memcpy(in, out, n);
	mux_output_sent(a, n);
	mux_fed(b, n, now_ns);
	return n;
}

static bool next_of(struct mux *m, enum mux_event_kind kind, struct mux_event *event)
{
	while (mux_next(m, event))
		if (event->kind == kind)
			return true;
	return false;
}

static void meet(struct mux *a, struct mux *b)
{
	struct mux_event event;

	carry(a, b, SIZE_MAX, T0);
	carry(b, a, SIZE_MAX, T0);
	assert_true(next_of(a, MUX_EVENT_MET, &event));
	assert_true(next_of(b, MUX_EVENT_MET, &event));
}

static size_t say(struct mux *m, struct mux_stream *s, const void *bytes, size_t n)
{
	uint8_t *where;
	size_t room = mux_data_begin(m, s, &where);

	if (n > room)
		n = room;
	if (room) {
		memcpy(where, bytes, n);
		mux_data_end(m, s, n);
	}
	return n;
}

/* ---- two of them ---- */

static void test_conversation(void **state)
{
	struct mux *a = make(&defaults), *b = make(&defaults);
	struct mux_stream *s, *t;
	struct mux_event event;

	assert_int_equal(mux_open(a, &s, "vnc"), -EAGAIN);
	meet(a, b);
	assert_int_equal(mux_open(a, &s, "two\nlines"), -EINVAL);
	assert_int_equal(mux_open(a, &s, "vnc"), 0);
	/* Data need not wait for the answer. */
	assert_int_equal(say(a, s, "hello", 5), 5);
	carry(a, b, SIZE_MAX, T0);
	assert_true(mux_next(b, &event));
	assert_int_equal(event.kind, MUX_EVENT_OPEN);
	assert_string_equal(event.service, "vnc");
	t = event.stream;
	mux_accept(b, t);
	assert_true(mux_next(b, &event));
	assert_int_equal(event.kind, MUX_EVENT_DATA);
	assert_ptr_equal(event.stream, t);
	assert_memory_equal(event.bytes, "hello", 5);
	assert_false(mux_next(b, &event));
	mux_fin(a, s);
	assert_false(mux_may_send(s));
	carry(a, b, SIZE_MAX, T0);
	assert_true(next_of(b, MUX_EVENT_FIN, &event));
	/* The other half goes on. */
	assert_int_equal(say(b, t, "world", 5), 5);
	mux_fin(b, t);
	carry(b, a, SIZE_MAX, T0);
	assert_true(mux_next(a, &event));
	assert_int_equal(event.kind, MUX_EVENT_ACCEPT);
	assert_true(mux_next(a, &event));
	assert_int_equal(event.kind, MUX_EVENT_DATA);
	assert_memory_equal(event.bytes, "world", 5);
	assert_true(mux_next(a, &event));
	assert_int_equal(event.kind, MUX_EVENT_FIN);
	mux_close(a, s, MUX_RESET_CLOSED, NULL);
	mux_close(b, t, MUX_RESET_CLOSED, NULL);
	/* Nothing is left to say, and nothing awaited. */
	assert_int_equal(carry(a, b, SIZE_MAX, T0) + carry(b, a, SIZE_MAX, T0), 0);
	assert_int_equal(mux_deadline(a), CLOCK_NEVER);
	assert_int_equal(mux_deadline(b), CLOCK_NEVER);
	mux_destroy(a);
	mux_destroy(b);
}

static void test_refusal_and_reset(void **state)
{
	struct mux *a = make(&defaults), *b = make(&defaults);
	struct mux_stream *s;
	struct mux_event event;

	meet(a, b);
	assert_int_equal(mux_open(a, &s, "nothing"), 0);
	say(a, s, "x", 1);
	carry(a, b, SIZE_MAX, T0);
	assert_true(next_of(b, MUX_EVENT_OPEN, &event));
	mux_close(b, event.stream, MUX_RESET_SERVICE, "no \x1b[31msuch");
	/* What was on its way is passed over. */
	say(a, s, "more", 4);
	carry(a, b, SIZE_MAX, T0);
	carry(b, a, SIZE_MAX, T0);
	assert_true(next_of(a, MUX_EVENT_RESET, &event));
	assert_int_equal(event.reset, MUX_RESET_SERVICE);
	assert_string_equal(event.text, "no ?[31msuch");
	mux_close(a, s, MUX_RESET_CLOSED, NULL);
	assert_false(mux_next(b, &event));
	assert_int_equal(mux_state(a), MUX_OPEN);
	assert_int_equal(mux_state(b), MUX_OPEN);
	mux_destroy(a);
	mux_destroy(b);
}

/* A stream that is reset before it was ever told of costs the peer nothing. */
static void test_reset_before_told(void **state)
{
	struct mux *a = make(&defaults), *b = make(&defaults);
	struct mux_stream *s;

	meet(a, b);
	assert_int_equal(mux_open(a, &s, "vnc"), 0);
	mux_close(a, s, MUX_RESET_CLOSED, NULL);
	assert_int_equal(carry(a, b, SIZE_MAX, T0), 0);
	mux_destroy(a);
	mux_destroy(b);
}

static void test_stalled_stream_stalls_alone(void **state)
{
	static uint8_t bytes[2 * WINDOW];
	struct mux *a = make(&defaults), *b = make(&defaults);
	struct mux_stream *picture, *keys;
	struct mux_event event;
	size_t sent = 0, got = 0;

	meet(a, b);
	assert_int_equal(mux_open(a, &picture, "vnc"), 0);
	assert_int_equal(mux_open(a, &keys, "keys"), 0);
	for (unsigned i = 0; i < 100; i++) {
		sent += say(a, picture, bytes, sizeof(bytes));
		carry(a, b, SIZE_MAX, T0);
		while (mux_next(b, &event))
			got += event.kind == MUX_EVENT_DATA ? event.size : 0;
	}
	assert_int_equal(sent, WINDOW);
	assert_int_equal(got, WINDOW);
	assert_false(mux_may_send(picture));
	assert_int_equal(say(a, keys, "k", 1), 1);
	carry(a, b, SIZE_MAX, T0);
	assert_true(next_of(b, MUX_EVENT_DATA, &event));
	assert_int_equal(event.size, 1);
	mux_destroy(a);
	mux_destroy(b);
}

static void test_streams_are_counted(void **state)
{
	struct mux *a = make(&defaults), *b = make(&defaults);
	struct mux_stream *s[STREAMS + 1];
	struct mux_event event;

	meet(a, b);
	for (unsigned i = 0; i < STREAMS; i++)
		assert_int_equal(mux_open(a, &s[i], "vnc"), 0);
	assert_int_equal(mux_open(a, &s[STREAMS], "vnc"), -EMFILE);
	carry(a, b, SIZE_MAX, T0);
	while (mux_next(b, &event))
		;
	/* Its place is free once the peer has been told. */
	mux_close(a, s[0], MUX_RESET_CLOSED, NULL);
	carry(a, b, SIZE_MAX, T0);
	assert_int_equal(mux_open(a, &s[0], "vnc"), 0);
	carry(a, b, SIZE_MAX, T0);
	while (mux_next(b, &event))
		;
	assert_int_equal(mux_state(b), MUX_OPEN);
	mux_destroy(a);
	mux_destroy(b);
}

static void test_keep_alive(void **state)
{
	struct mux *a = make(&defaults), *b = make(&defaults);
	struct mux_stream *s;
	struct mux_event event;
	uint64_t now_ns = T0;
	const char *text;
	bool by_peer;

	meet(a, b);
	assert_int_equal(mux_deadline(a), CLOCK_NEVER);
	/* An hour without streams is no silence of the peer's: nobody has ticked meanwhile, since there is no deadline. */
	now_ns += 3600 * NS_PER_S;
	mux_time(a, now_ns);
	assert_int_equal(mux_open(a, &s, "vnc"), 0);
	assert_int_equal(mux_deadline(a), now_ns + MUX_PING_MS * NS_PER_MS);
	carry(a, b, SIZE_MAX, now_ns);
	assert_true(next_of(b, MUX_EVENT_OPEN, &event));
	for (unsigned i = 0; i < 10; i++) {
		assert_int_equal(mux_deadline(a), now_ns + MUX_PING_MS * NS_PER_MS);
		now_ns = mux_deadline(a);
		mux_tick(a, now_ns);
		assert_true(carry(a, b, SIZE_MAX, now_ns) > 0);
		assert_false(mux_next(b, &event));
		assert_true(carry(b, a, SIZE_MAX, now_ns) > 0);
		assert_false(mux_next(a, &event));
	}
	/* Nobody answers any more. */
	for (unsigned i = 0; mux_state(a) == MUX_OPEN; i++) {
		assert_true(i < 3);
		now_ns = mux_deadline(a);
		mux_tick(a, now_ns);
	}
	assert_true(next_of(a, MUX_EVENT_END, &event));
	assert_int_equal(mux_ended(a, &text, &by_peer), MUX_END_TIMEOUT);
	assert_false(by_peer);
	mux_close(a, s, MUX_RESET_LINK, NULL);
	mux_destroy(a);
	mux_destroy(b);
}

/* On a line nothing is waited for in silence, but after data something follows, so that a loss at the end shows. */
static void test_line(void **state)
{
	const struct mux_config line = { .frame = 1000,
					 .front = 1024,
					 .window = WINDOW,
					 .streams = STREAMS,
					 .is_line = true,
					 .probe_ms = 300 };
	struct mux *a = make(&line), *b = make(&line);
	struct mux_stream *s;
	struct mux_event event;

	meet(a, b);
	assert_int_equal(mux_open(a, &s, "vnc"), 0);
	say(a, s, "x", 1);
	carry(a, b, SIZE_MAX, T0);
	assert_int_equal(mux_deadline(a), T0 + 300 * NS_PER_MS);
	mux_tick(a, mux_deadline(a));
	assert_int_equal(carry(a, b, SIZE_MAX, T0), MUX_HEADER + 4);
	while (mux_next(b, &event))
		;
	carry(b, a, SIZE_MAX, T0);
	assert_int_equal(mux_deadline(a), CLOCK_NEVER);
	assert_int_equal(mux_deadline(b), CLOCK_NEVER);
	/* The quiet is counted from what is said, however long nothing was heard before; time never goes back. */
	mux_time(a, T0 + 3600 * NS_PER_S);
	mux_time(a, T0);
	say(a, s, "y", 1);
	assert_int_equal(mux_deadline(a), T0 + 3600 * NS_PER_S + 300 * NS_PER_MS);
	mux_destroy(a);
	mux_destroy(b);
}

static void test_half_open(void **state)
{
	struct mux *a = make(&defaults);
	struct mux_event event;
	const char *text;
	bool by_peer;

	assert_int_equal(mux_deadline(a), T0 + MUX_MEET_MS * NS_PER_MS);
	mux_tick(a, T0 + MUX_MEET_MS * NS_PER_MS);
	assert_true(next_of(a, MUX_EVENT_END, &event));
	assert_int_equal(mux_ended(a, &text, &by_peer), MUX_END_HALF_OPEN);
	mux_destroy(a);
}

static void test_farewell(void **state)
{
	struct mux *a = make(&defaults), *b = make(&defaults);
	struct mux_event event;
	const char *text;
	bool by_peer;

	meet(a, b);
	mux_end(a, MUX_END_DONE, "good night");
	carry(a, b, SIZE_MAX, T0);
	assert_true(next_of(b, MUX_EVENT_END, &event));
	assert_int_equal(mux_ended(b, &text, &by_peer), MUX_END_DONE);
	assert_true(by_peer);
	assert_string_equal(text, "good night");
	assert_false(mux_next(b, &event));
	mux_destroy(a);
	mux_destroy(b);
}

/* ---- chance ---- */

/* Each stream has bytes of its own, so that one that goes astray is seen. */
static uint8_t byte_at(unsigned stream, unsigned direction, size_t at)
{
	return (uint8_t)((at * 31 + (at >> 8) * 7) ^ (stream * 17 + direction * 101));
}

struct end {
	struct mux_stream *mux;
	size_t sent, to_send, got, kept;
	bool fin_said, fin_heard;
	unsigned name;
};

struct side {
	struct mux *mux;
	struct end ends[64];
	unsigned n;
	unsigned opened;
	uint8_t aside[MUX_FRAME_MAX]; /* a payload that follows what is said, beside the multiplexer */
	size_t aside_size, aside_sent;
};

static struct end *end_of(struct side *s, struct mux_stream *stream)
{
	return mux_user(stream) ? &s->ends[(size_t)mux_user(stream) - 1] : NULL;
}

static struct end *add_end(struct side *s, struct mux_stream *stream, unsigned name, size_t to_send)
{
	struct end *e = &s->ends[s->n++];

	*e = (struct end){ .mux = stream, .name = name, .to_send = to_send };
	mux_set_user(stream, (void *)(size_t)s->n);
	return e;
}

static void take_events(struct side *s, unsigned direction, struct rng *dice)
{
	struct mux_event event;
	struct end *e;

	while (mux_next(s->mux, &event)) {
		e = event.stream ? end_of(s, event.stream) : NULL;
		switch (event.kind) {
		case MUX_EVENT_OPEN:
			mux_accept(s->mux, event.stream);
			add_end(s, event.stream, (unsigned)atoi(event.service), rng_below(dice, 40000));
			break;
		case MUX_EVENT_DATA:
			for (size_t i = 0; i < event.size; i++)
				assert_int_equal(event.bytes[i], byte_at(e->name, !direction, e->got + i));
			e->got += event.size;
			e->kept += event.size;
			assert_true(e->kept <= WINDOW);
			assert_false(e->fin_heard);
			break;
		case MUX_EVENT_FIN:
			e->fin_heard = true;
			break;
		case MUX_EVENT_END:
		case MUX_EVENT_RESET:
			fail();
			break;
		default:
			break;
		}
	}
}

static void act(struct side *s, unsigned direction, struct rng *dice)
{
	struct end *e = s->n ? &s->ends[rng_below(dice, s->n)] : NULL;
	struct mux_stream *stream;
	uint8_t *where;
	char name[16];
	size_t n;

	if (s->opened < 20 && rng_chance(dice, 5)) {
		unsigned number = s->opened * 2 + direction;

		snprintf(name, sizeof(name), "%u", number);
		if (mux_open(s->mux, &stream, name) == 0) {
			add_end(s, stream, number, rng_below(dice, 40000));
			s->opened++;
		}
	}
	if (!e || !e->mux)
		return;
	if (e->kept && rng_chance(dice, 50)) {
		n = 1 + rng_below(dice, (uint32_t)e->kept);
		mux_consumed(s->mux, e->mux, n);
		e->kept -= n;
	}
	if (e->sent < e->to_send && (n = mux_data_begin(s->mux, e->mux, &where))) {
		if (n > e->to_send - e->sent)
			n = e->to_send - e->sent;
		n = rng_below(dice, (uint32_t)n + 1);
		if (n && rng_chance(dice, 30)) {
			where = s->aside;
			s->aside_size = n;
			s->aside_sent = 0;
			mux_data_aside(s->mux, e->mux, n);
		}
		for (size_t i = 0; i < n; i++)
			where[i] = byte_at(e->name, direction, e->sent + i);
		if (where != s->aside)
			mux_data_end(s->mux, e->mux, n);
		e->sent += n;
	}
	if (e->sent == e->to_send && !e->fin_said) {
		mux_fin(s->mux, e->mux);
		e->fin_said = true;
	}
	/* Some are read to the end before they are given back, some are not. */
	if (e->fin_said && e->fin_heard && (!e->kept || rng_chance(dice, 20))) {
		mux_close(s->mux, e->mux, MUX_RESET_CLOSED, NULL);
		e->mux = NULL;
	}
}

/* What is on the link next, by way of the multiplexer's own buffer, or taken from it before it gets there. */
static void pass(struct side *from, struct side *to, unsigned direction, size_t piece, struct rng *dice)
{
	const uint8_t *out;
	size_t n = mux_output(from->mux, &out), expected;
	struct mux_stream *stream;
	uint8_t *in;

	if (n) {
		carry(from->mux, to->mux, piece, T0);
		return;
	}
	if (!from->aside_size)
		return;
	n = from->aside_size - from->aside_sent;
	out = from->aside + from->aside_sent;
	n = n > piece ? piece : n;
	expected = mux_expects(to->mux, &stream);
	if (expected && rng_chance(dice, 50)) {
		struct end *e = end_of(to, stream);

		n = n > expected ? expected : n;
		for (size_t i = 0; i < n; i++)
			assert_int_equal(out[i], byte_at(e->name, direction, e->got + i));
		e->got += n;
		e->kept += n;
		mux_taken_aside(to->mux, n, T0);
	} else {
		size_t room = mux_input(to->mux, &in);

		n = n > room ? room : n;
		memcpy(in, out, n);
		mux_fed(to->mux, n, T0);
	}
	from->aside_sent += n;
	if (from->aside_sent == from->aside_size) {
		from->aside_size = 0;
		mux_aside_sent(from->mux);
	}
}

static bool is_finished(const struct side *s)
{
	for (unsigned i = 0; i < s->n; i++)
		if (s->ends[i].mux)
			return false;
	return s->opened == 20;
}

static void test_chance(void **state)
{
	for (unsigned seed = 1; seed <= 40; seed++) {
		static struct side sides[2];
		struct rng dice = { seed };
		unsigned turns = 0;

		memset(sides, 0, sizeof(sides));
		sides[0].mux = make(&defaults);
		sides[1].mux = make(&defaults);
		meet(sides[0].mux, sides[1].mux);
		while (!is_finished(&sides[0]) || !is_finished(&sides[1])) {
			unsigned who = rng_below(&dice, 2);

			assert_true(++turns < 1000000);
			act(&sides[who], who, &dice);
			pass(&sides[who], &sides[!who], who, 1 + rng_below(&dice, 3000), &dice);
			if (rng_chance(&dice, 70))
				take_events(&sides[!who], !who, &dice);
		}
		for (unsigned i = 0; i < sides[0].n; i++) {
			struct end *e = &sides[0].ends[i], *other = sides[1].ends;

			while (other->name != e->name)
				other++;
			assert_int_equal(e->got, other->sent);
			assert_int_equal(other->got, e->sent);
		}
		mux_destroy(sides[0].mux);
		mux_destroy(sides[1].mux);
	}
}

/* ---- peers that break the rules ---- */

static size_t preamble(uint8_t *p, unsigned version, unsigned size, uint32_t frame, uint32_t window)
{
	uint32_t words[6] = { MUX_MAGIC, version | size << 16, frame, window, STREAMS, 0 };

	/* Little-endian machines only: the tests know the layout, not the code. */
	for (unsigned i = 0; i < 24; i++)
		p[i] = (uint8_t)(words[i / 4] >> 8 * (i % 4));
	return 24;
}

static size_t frame(uint8_t *p, unsigned type, uint32_t id, uint32_t size)
{
	uint32_t words[3] = { size, type, id };

	for (unsigned i = 0; i < 12; i++)
		p[i] = (uint8_t)(words[i / 4] >> 8 * (i % 4));
	return 12;
}

static size_t number(uint8_t *p, uint32_t n)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(n >> 8 * i);
	return 4;
}

static void feed(struct mux *m, const uint8_t *bytes, size_t n)
{
	uint8_t *where;

	assert_true(mux_input(m, &where) >= n);
	memcpy(where, bytes, n);
	mux_fed(m, n, T0);
}

/* One that has been met. */
static struct mux *met(void)
{
	struct mux *m = make(&defaults);
	struct mux_event event;
	const uint8_t *out;
	uint8_t bytes[32];

	feed(m, bytes, preamble(bytes, MUX_VERSION, 24, 4096, WINDOW));
	assert_true(next_of(m, MUX_EVENT_MET, &event));
	mux_output_sent(m, mux_output(m, &out));
	return m;
}

/* It ends for this reason, the peer is told, and nothing is taken any more. */
static void assert_ends(struct mux *m, const uint8_t *bytes, size_t n, enum mux_end why)
{
	struct mux_event event;
	const uint8_t *out;
	const char *text;
	uint8_t *where;
	bool by_peer;

	feed(m, bytes, n);
	assert_true(next_of(m, MUX_EVENT_END, &event));
	assert_int_equal(mux_ended(m, &text, &by_peer), why);
	assert_true(*text);
	assert_false(by_peer);
	assert_int_equal(mux_input(m, &where), 0);
	assert_false(mux_next(m, &event));
	n = mux_output(m, &out);
	if (n && out[0] == 'X') {
		out += MUX_PREAMBLE;
		n -= MUX_PREAMBLE;
	}
	/* Who speaks something else would not understand. */
	assert_int_equal(n > 0, why < MUX_END_LIMIT);
	if (n)
		assert_int_equal(out[4], BYE);
	mux_destroy(m);
}

static void test_wrong_preambles(void **state)
{
	uint8_t bytes[32];

	/* The hub's own protocol begins with a length. */
	assert_ends(make(&defaults), (const uint8_t *)"\x40\0\0\0\1\0\0\0", 8, MUX_END_NOT_A_MUX);
	assert_ends(make(&defaults), (const uint8_t *)"RFB 003.008\n", 12, MUX_END_NOT_A_MUX);
	/* A later version may look otherwise behind its number. */
	assert_ends(make(&defaults), bytes, preamble(bytes, 2, 8, 0, 0) - 16, MUX_END_VERSION);
	assert_ends(make(&defaults), bytes, preamble(bytes, 1, 20, 4096, WINDOW), MUX_END_MALFORMED);
	assert_ends(make(&defaults), bytes, preamble(bytes, 1, 4096, 4096, WINDOW), MUX_END_MALFORMED);
	assert_ends(make(&defaults), bytes, preamble(bytes, 1, 24, 255, WINDOW), MUX_END_MALFORMED);
	assert_ends(make(&defaults), bytes, preamble(bytes, 1, 24, 4096, 0), MUX_END_MALFORMED);
	assert_ends(make(&defaults), bytes, preamble(bytes, 1, 24, 4096, UINT32_MAX), MUX_END_MALFORMED);
}

static void test_longer_preamble(void **state)
{
	struct mux *m = make(&defaults);
	struct mux_event event;
	uint8_t bytes[40] = { 0 };

	preamble(bytes, 1, 40, 4096, WINDOW);
	feed(m, bytes, 30);
	assert_false(mux_next(m, &event));
	feed(m, bytes + 30, 10);
	assert_true(next_of(m, MUX_EVENT_MET, &event));
	mux_destroy(m);
}

static size_t with_stream(uint8_t *bytes)
{
	size_t n = frame(bytes, OPEN, 0, 3);

	memcpy(bytes + n, "vnc", 3);
	return n + 3;
}

static void test_broken_rules(void **state)
{
	const struct {
		unsigned type;
		uint32_t id, size, payload;
		bool opened; /* stream 0 has been */
		enum mux_end why;
	} cases[] = {
		{ 0, 0, 0, 0, false, MUX_END_MALFORMED },
		{ 77, 0, 0, 0, true, MUX_END_MALFORMED },
		{ OPEN, 0, MUX_CONTROL_MAX + 1, 0, false, MUX_END_MALFORMED },
		{ OPEN, 0, UINT32_MAX, 0, false, MUX_END_MALFORMED },
		{ OPEN | YOURS, 1, 4, 0x61616161, false, MUX_END_MALFORMED },
		{ OPEN, 0x80000000u, 4, 0x61616161, false, MUX_END_MALFORMED },
		{ OPEN, 0, 4, 0x61616161, true, MUX_END_MALFORMED },
		{ DATA, 0, 0, 0, true, MUX_END_MALFORMED },
		{ DATA, 1, 4, 0, true, MUX_END_MALFORMED },
		{ DATA | YOURS, 0, 4, 0, true, MUX_END_MALFORMED },
		{ DATA, 0, MUX_FRAME_MAX + 1, 0, true, MUX_END_MALFORMED },
		{ DATA, 0, WINDOW + 1, 0, true, MUX_END_CREDIT },
		{ CREDIT, 0, 4, 0, true, MUX_END_MALFORMED },
		{ CREDIT, 0, 4, UINT32_MAX, true, MUX_END_MALFORMED },
		{ CREDIT, 0, 0, 0, true, MUX_END_MALFORMED },
		{ CREDIT, 9, 4, 1, true, MUX_END_MALFORMED },
		{ FIN, 0, 4, 0, true, MUX_END_MALFORMED },
		{ FIN, 5, 0, 0, true, MUX_END_MALFORMED },
		{ RESET, 0, 0, 0, true, MUX_END_MALFORMED },
		{ RESET, 5, 4, 1, true, MUX_END_MALFORMED },
		{ ACCEPT, 0, 0, 0, true, MUX_END_MALFORMED },
		{ ACCEPT | YOURS, 0, 0, 0, true, MUX_END_MALFORMED },
		{ PING, 0, 0, 0, true, MUX_END_MALFORMED },
		{ PONG, 0, 8, 0, true, MUX_END_MALFORMED },
	};

	for (unsigned i = 0; i < COUNT_OF(cases); i++) {
		uint8_t bytes[MUX_CONTROL_MAX + 64] = { 0 };
		size_t n = cases[i].opened ? with_stream(bytes) : 0;

		n += frame(bytes + n, cases[i].type, cases[i].id, cases[i].size);
		number(bytes + n, cases[i].payload);
		n += cases[i].size < 16 ? cases[i].size : 0;
		assert_ends(met(), bytes, n, cases[i].why);
	}
}

/* After its end a stream says nothing: neither data nor another end. */
static void test_said_after_the_end(void **state)
{
	const unsigned after[] = { DATA, FIN };

	for (unsigned i = 0; i < COUNT_OF(after); i++) {
		uint8_t bytes[128] = { 0 };
		size_t n = with_stream(bytes);

		n += frame(bytes + n, FIN, 0, 0);
		n += frame(bytes + n, after[i], 0, after[i] == DATA ? 4 : 0);
		assert_ends(met(), bytes, n, MUX_END_MALFORMED);
	}
}

static void test_more_streams_than_allowed(void **state)
{
	uint8_t bytes[1024];
	size_t n = 0;

	for (unsigned i = 0; i <= STREAMS; i++)
		n += frame(bytes + n, OPEN, i, 0);
	assert_ends(met(), bytes, n, MUX_END_CREDIT);
}

/* A stream that was reset may have had a window on its way, and no more. */
static void test_stray_bytes_are_counted(void **state)
{
	static uint8_t bytes[2 * WINDOW];
	struct mux *m = met();
	struct mux_event event;
	const uint8_t *out;
	size_t n = with_stream(bytes);

	feed(m, bytes, n);
	assert_true(next_of(m, MUX_EVENT_OPEN, &event));
	mux_close(m, event.stream, MUX_RESET_DENIED, NULL);
	mux_output_sent(m, mux_output(m, &out));
	frame(bytes, DATA, 0, WINDOW);
	feed(m, bytes, MUX_HEADER + WINDOW);
	assert_false(mux_next(m, &event));
	frame(bytes, DATA, 0, 1);
	assert_ends(m, bytes, MUX_HEADER + 1, MUX_END_CREDIT);
}

/* Ten thousand in a second: each is refused, and then the link goes. */
static void test_flood_of_opens(void **state)
{
	struct mux *m = met();
	struct mux_event event;
	const uint8_t *out;
	uint8_t bytes[16];
	const char *text;
	bool by_peer;
	unsigned refused = 0;

	for (unsigned i = 0; i < 10000 && mux_state(m) == MUX_OPEN; i++) {
		feed(m, bytes, frame(bytes, OPEN, i, 0));
		while (mux_next(m, &event)) {
			if (event.kind == MUX_EVENT_OPEN) {
				mux_close(m, event.stream, MUX_RESET_LIMIT, NULL);
				refused++;
			}
		}
		mux_output_sent(m, mux_output(m, &out));
	}
	assert_int_equal(refused, MUX_REFUSED_PER_S + 1);
	assert_int_equal(mux_ended(m, &text, &by_peer), MUX_END_FLOOD);
	mux_destroy(m);
}

/* A peer that asks and never listens: what is to be said stays where it is. */
static void test_peer_that_never_reads(void **state)
{
	struct mux *m = met();
	struct mux_event event;
	const uint8_t *out;
	uint8_t bytes[16];
	size_t most = 0;

	for (unsigned i = 0; i < 1000 && mux_state(m) == MUX_OPEN; i++) {
		feed(m, bytes, frame(bytes, OPEN, i, 0));
		while (mux_next(m, &event))
			if (event.kind == MUX_EVENT_OPEN)
				mux_close(m, event.stream, MUX_RESET_LIMIT, "no");
		if (mux_output(m, &out) > most)
			most = mux_output(m, &out);
	}
	assert_int_equal(mux_state(m), MUX_ENDED);
	assert_true(most <= defaults.front + MUX_FRAME_MAX);
	mux_destroy(m);
}

static void test_flood_of_pings(void **state)
{
	uint8_t bytes[16 * (MUX_PINGS_PER_S + 1)];
	size_t n = 0;

	for (unsigned i = 0; i <= MUX_PINGS_PER_S; i++) {
		n += frame(bytes + n, PING, 0, 4);
		n += number(bytes + n, i);
	}
	assert_ends(met(), bytes, n, MUX_END_FLOOD);
}

/* Whatever comes, it ends or goes on: no crash, and nothing is said beyond the buffer. */
static void test_noise(void **state)
{
	for (unsigned seed = 1; seed <= 2000; seed++) {
		struct mux *m = met();
		struct rng dice = { seed };
		struct mux_event event;

		for (unsigned i = 0; i < 30 && mux_state(m) == MUX_OPEN; i++) {
			uint8_t bytes[256];
			size_t n = frame(bytes, rng_below(&dice, 10) | (rng_chance(&dice, 50) ? YOURS : 0),
					 rng_below(&dice, 4), rng_below(&dice, 20));

			for (size_t k = n; k < sizeof(bytes); k++)
				bytes[k] = (uint8_t)rng_next(&dice);
			feed(m, bytes, n + bytes[0]);
			while (mux_next(m, &event))
				if (event.stream && (event.kind == MUX_EVENT_RESET || rng_chance(&dice, 30)))
					mux_close(m, event.stream, MUX_RESET_CLOSED, NULL);
		}
		mux_destroy(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conversation),
		cmocka_unit_test(test_refusal_and_reset),
		cmocka_unit_test(test_reset_before_told),
		cmocka_unit_test(test_stalled_stream_stalls_alone),
		cmocka_unit_test(test_streams_are_counted),
		cmocka_unit_test(test_keep_alive),
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_half_open),
		cmocka_unit_test(test_farewell),
		cmocka_unit_test(test_chance),
		cmocka_unit_test(test_wrong_preambles),
		cmocka_unit_test(test_longer_preamble),
		cmocka_unit_test(test_broken_rules),
		cmocka_unit_test(test_said_after_the_end),
		cmocka_unit_test(test_more_streams_than_allowed),
		cmocka_unit_test(test_stray_bytes_are_counted),
		cmocka_unit_test(test_flood_of_opens),
		cmocka_unit_test(test_peer_that_never_reads),
		cmocka_unit_test(test_flood_of_pings),
		cmocka_unit_test(test_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
