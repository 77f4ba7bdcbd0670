/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Framing against lines that lose, change and inject bytes: what is delivered is always a piece of what was sent, in order. */
#include "tests/unit/testing.h"

#include "hub/core/clock.h"
#include "hub/link/framing.h"

#define TEXT_MAX (64 * 1024)

/* Two ends and the bytes one has sent and the other has been given. */
struct line {
	struct framing hub, twin;
	uint64_t now_ns;
	uint8_t sent[TEXT_MAX], got[TEXT_MAX]; /* hub to twin */
	size_t n_sent, n_got;
};

static void begin(struct line *l, uint32_t seed)
{
	memset(l, 0, sizeof(*l));
	l->now_ns = NS_PER_S;
	framing_init(&l->hub, false, 1000 + seed, l->now_ns);
	framing_init(&l->twin, true, 2000 + seed, l->now_ns);
}

static void drain(struct line *l)
{
	uint8_t buf[300];
	size_t n;

	while ((n = framing_take(&l->twin, buf, sizeof(buf), l->now_ns))) {
		assert_true(l->n_got + n <= TEXT_MAX);
		memcpy(l->got + l->n_got, buf, n);
		l->n_got += n;
	}
	while (framing_take(&l->hub, buf, sizeof(buf), l->now_ns))
		;
}

static void feed(struct line *l, struct framing *to, const uint8_t *bytes, size_t n)
{
	while (n) {
		uint8_t *where;
		size_t room = framing_input(to, &where);

		if (!room) {
			drain(l);
			room = framing_input(to, &where);
		}
		if (!room)
			return; /* it has ended */
		if (room > n)
			room = n;
		memcpy(where, bytes, room);
		framing_fed(to, room, l->now_ns);
		bytes += room;
		n -= room;
	}
	drain(l);
}

static size_t collect(struct framing *from, uint8_t *bytes, size_t size)
{
	const uint8_t *out;
	size_t n = framing_output(from, &out);

	assert_true(n <= size);
	memcpy(bytes, out, n);
	framing_output_sent(from, n);
	return n;
}

static void carry(struct line *l, struct framing *from, struct framing *to)
{
	uint8_t bytes[4 * FRAMING_FRAME_MAX];
	size_t n = collect(from, bytes, sizeof(bytes));

	feed(l, to, bytes, n);
}

static void meet(struct line *l)
{
	for (unsigned i = 0; i < 3; i++) {
		carry(l, &l->hub, &l->twin);
		carry(l, &l->twin, &l->hub);
	}
	assert_int_equal(l->hub.state, FRAMING_OPEN);
	assert_int_equal(l->twin.state, FRAMING_OPEN);
}

static void say(struct line *l, struct rng *rng, size_t n)
{
	for (size_t i = 0; i < n; i++)
		l->sent[l->n_sent + i] = (uint8_t)rng_next(rng);
	assert_int_equal(framing_put(&l->hub, l->sent + l->n_sent, n, l->now_ns), n);
	l->n_sent += n;
}

static void assert_prefix(const struct line *l)
{
	assert_true(l->n_got <= l->n_sent);
	assert_memory_equal(l->got, l->sent, l->n_got);
}

static void test_clean(void **state)
{
	static struct line l;
	struct rng rng = { 1 };

	begin(&l, 1);
	meet(&l);
	for (unsigned i = 0; i < 40; i++) {
		say(&l, &rng, 1 + rng_below(&rng, 1500));
		carry(&l, &l.hub, &l.twin);
	}
	assert_int_equal(l.n_got, l.n_sent);
	assert_prefix(&l);
	assert_int_equal(l.twin.garbage, 0);
}

/* The line cut into single bytes, and a reader that takes one at a time. */
static void test_single_bytes(void **state)
{
	static struct line l;
	struct rng rng = { 2 };
	uint8_t bytes[4 * FRAMING_FRAME_MAX];
	size_t n;

	begin(&l, 2);
	meet(&l);
	say(&l, &rng, 2500);
	n = collect(&l.hub, bytes, sizeof(bytes));
	for (size_t i = 0; i < n; i++)
		feed(&l, &l.twin, bytes + i, 1);
	assert_int_equal(l.n_got, l.n_sent);
	assert_prefix(&l);
}

static void test_full_output_takes_what_fits(void **state)
{
	static struct line l;
	static uint8_t much[3 * 4 * FRAMING_FRAME_MAX];
	size_t n;

	begin(&l, 3);
	meet(&l);
	memset(much, 0x5a, sizeof(much));
	n = framing_put(&l.hub, much, sizeof(much), l.now_ns);
	assert_in_range(n, 3 * FRAMING_PAYLOAD_MAX, sizeof(much) - 1);
	assert_int_equal(framing_put(&l.hub, much, 1, l.now_ns), 0);
	carry(&l, &l.hub, &l.twin);
	assert_int_equal(l.n_got, n);
	assert_int_equal(framing_put(&l.hub, much, 1, l.now_ns), 1);
}

/* Every single bit of a frame, flipped: it is not delivered, and the session ends with what comes next. */
static void test_each_bit(void **state)
{
	static struct line l, at_start;
	struct rng rng = { 4 };
	uint8_t bytes[4 * FRAMING_FRAME_MAX];
	size_t n;

	begin(&at_start, 4);
	meet(&at_start);
	say(&at_start, &rng, 40);
	n = collect(&at_start.hub, bytes, sizeof(bytes));
	for (size_t bit = 0; bit < n * 8; bit++) {
		uint8_t damaged[4 * FRAMING_FRAME_MAX];

		l = at_start;
		memcpy(damaged, bytes, n);
		damaged[bit / 8] ^= (uint8_t)(1 << bit % 8);
		feed(&l, &l.twin, damaged, n);
		assert_int_equal(l.n_got, 0);
		for (unsigned i = 0; i < 40 && l.twin.state == FRAMING_OPEN; i++) {
			say(&l, &rng, 40);
			carry(&l, &l.hub, &l.twin);
		}
		assert_int_equal(l.twin.state, FRAMING_ENDED);
		assert_int_equal(l.n_got, 0);
	}
}

/* A tail that is lost shows with the next ping. */
static void test_lost_tail(void **state)
{
	static struct line l;
	struct rng rng = { 5 };
	uint8_t bytes[4 * FRAMING_FRAME_MAX];

	begin(&l, 5);
	meet(&l);
	say(&l, &rng, 100);
	collect(&l.hub, bytes, sizeof(bytes));
	l.now_ns = framing_deadline(&l.hub);
	framing_tick(&l.hub, l.now_ns);
	carry(&l, &l.hub, &l.twin);
	assert_int_equal(l.twin.state, FRAMING_ENDED);
	assert_string_equal(l.twin.reason, "something was lost on the line");
}

/* Bytes between frames cost nothing, up to a limit. */
static void test_injected_between(void **state)
{
	static struct line l;
	struct rng rng = { 6 };
	uint8_t noise[50];

	begin(&l, 6);
	meet(&l);
	for (unsigned i = 0; i < 40; i++) {
		for (size_t k = 0; k < sizeof(noise); k++)
			noise[k] = (uint8_t)rng_next(&rng);
		feed(&l, &l.twin, noise, sizeof(noise));
		say(&l, &rng, 100);
		carry(&l, &l.hub, &l.twin);
	}
	/* What looked like the beginning of a frame may wait for its end. */
	assert_prefix(&l);
	assert_in_range(l.twin.garbage, 1, 2000);
	for (unsigned i = 0; i < FRAMING_GARBAGE_MAX / sizeof(noise) + 1; i++)
		feed(&l, &l.twin, noise, sizeof(noise));
	assert_int_equal(l.twin.state, FRAMING_ENDED);
	assert_string_equal(l.twin.reason, "the line is full of garbage");
}

/* The wake of a flood before the session, which then starts with a clean count. */
static void test_garbage_before(void **state)
{
	static struct line l;
	uint8_t noise[1000];
	struct rng rng = { 15 };

	begin(&l, 15);
	for (unsigned i = 0; i < 40; i++) {
		for (size_t k = 0; k < sizeof(noise); k++)
			noise[k] = (uint8_t)rng_next(&rng);
		feed(&l, &l.hub, noise, sizeof(noise));
	}
	assert_int_equal(l.hub.state, FRAMING_MEETING);
	l.now_ns = framing_deadline(&l.twin);
	framing_tick(&l.twin, l.now_ns);
	meet(&l);
	for (unsigned i = 0; i < 30; i++)
		feed(&l, &l.hub, noise, sizeof(noise));
	assert_int_equal(l.hub.state, FRAMING_ENDED);

	begin(&l, 16);
	for (unsigned i = 0; i < 80; i++)
		feed(&l, &l.hub, noise, sizeof(noise));
	assert_int_equal(l.hub.state, FRAMING_ENDED);
}

/* A line that loses, changes, repeats and injects at random: never a wrong byte, and a loss is never survived. */
static void test_bad_lines(void **state)
{
	static struct line l;
	unsigned ended = 0;

	for (uint32_t seed = 1; seed <= 3000; seed++) {
		struct rng rng = { seed };
		bool touched = false;

		begin(&l, seed);
		meet(&l);
		for (unsigned i = 0; i < 12; i++) {
			uint8_t bytes[4 * FRAMING_FRAME_MAX], bad[2 * sizeof(bytes)];
			size_t n, to = 0;

			say(&l, &rng, 1 + rng_below(&rng, 400));
			n = collect(&l.hub, bytes, sizeof(bytes));
			for (size_t k = 0; k < n; k++) {
				unsigned fate = rng_below(&rng, 4000);

				touched |= fate < 4;
				if (fate == 0)
					continue;
				bad[to++] =
					fate == 1 ? bytes[k] ^ (uint8_t)(1 + rng_below(&rng, 255)) : bytes[k];
				if (fate == 2)
					bad[to++] = (uint8_t)rng_next(&rng);
				if (fate == 3)
					bad[to++] = bytes[k];
			}
			feed(&l, &l.twin, bad, to);
			assert_prefix(&l);
		}
		if (!touched)
			assert_int_equal(l.n_got, l.n_sent);
		ended += l.twin.state == FRAMING_ENDED;
	}
	assert_in_range(ended, 500, 2999);
}

/* Frames of a session that is over are not taken for this one's. */
static void test_old_session(void **state)
{
	static struct line l, next;
	struct rng rng = { 7 };
	uint8_t old[4 * FRAMING_FRAME_MAX];
	size_t n;

	begin(&l, 7);
	meet(&l);
	say(&l, &rng, 100);
	n = collect(&l.hub, old, sizeof(old));
	begin(&next, 8);
	meet(&next);
	feed(&next, &next.twin, old, n);
	assert_int_equal(next.n_got, 0);
	say(&next, &rng, 100);
	carry(&next, &next.hub, &next.twin);
	assert_int_equal(next.n_got, 100);
	assert_prefix(&next);
}

static void test_peer_begins_anew(void **state)
{
	static struct line l;
	struct framing again;

	/* The twin was killed and another one calls: the hub's session ends. */
	begin(&l, 9);
	meet(&l);
	framing_init(&again, true, 77, l.now_ns);
	carry(&l, &again, &l.hub);
	assert_int_equal(l.hub.state, FRAMING_ENDED);
	assert_string_equal(l.hub.reason, "the peer has begun anew");

	/* The hub was killed, and the next one listens: the twin's session ends at once. */
	begin(&l, 10);
	meet(&l);
	framing_init(&again, false, 78, l.now_ns);
	carry(&l, &again, &l.twin);
	assert_int_equal(l.twin.state, FRAMING_ENDED);
}

static void test_calls_until_answered(void **state)
{
	static struct line l;
	uint8_t lost[4 * FRAMING_FRAME_MAX];
	unsigned calls = 0;
	uint64_t begun;

	begin(&l, 11);
	collect(&l.hub, lost, sizeof(lost));
	begun = l.now_ns;
	while (l.now_ns < begun + 10 * NS_PER_S) {
		calls += collect(&l.twin, lost, sizeof(lost)) > 0;
		l.now_ns = framing_deadline(&l.twin);
		framing_tick(&l.twin, l.now_ns);
	}
	assert_in_range(calls, 10, 14);
	/* The first answer is lost: a repeated call brings another one. */
	carry(&l, &l.twin, &l.hub);
	assert_int_equal(l.hub.state, FRAMING_OPEN);
	assert_int_equal(collect(&l.hub, lost, sizeof(lost)), FRAMING_OVERHEAD);
	l.now_ns = framing_deadline(&l.twin);
	framing_tick(&l.twin, l.now_ns);
	meet(&l);
}

static void test_silence(void **state)
{
	static struct line l;
	unsigned turns = 0;

	/* Nothing to say: pings keep it up, one from each side every 5 s. */
	begin(&l, 12);
	meet(&l);
	for (; l.now_ns < 61 * NS_PER_S; turns++) {
		uint64_t a = framing_deadline(&l.hub), b = framing_deadline(&l.twin);

		l.now_ns = a < b ? a : b;
		framing_tick(&l.hub, l.now_ns);
		framing_tick(&l.twin, l.now_ns);
		carry(&l, &l.hub, &l.twin);
		carry(&l, &l.twin, &l.hub);
	}
	assert_int_equal(l.hub.state, FRAMING_OPEN);
	assert_in_range(turns, 12, 26);
	/* The hub is gone without a word. */
	while (l.twin.state == FRAMING_OPEN) {
		assert_true(l.now_ns < 80 * NS_PER_S);
		l.now_ns = framing_deadline(&l.twin);
		framing_tick(&l.twin, l.now_ns);
	}
	assert_string_equal(l.twin.reason, "nothing was heard on the line for 12 s");
}

static void test_hang_up(void **state)
{
	static struct line l;
	struct rng rng = { 13 };

	begin(&l, 13);
	meet(&l);
	say(&l, &rng, 100);
	framing_hang_up(&l.hub);
	carry(&l, &l.hub, &l.twin);
	assert_int_equal(l.n_got, 100);
	assert_int_equal(l.twin.state, FRAMING_ENDED);
	assert_string_equal(l.twin.reason, "the peer hung up");
	assert_true(framing_deadline(&l.twin) == CLOCK_NEVER);
}

/* Two ends of the same kind do not meet, and an echo of the line is not taken for a peer. */
static void test_same_kind(void **state)
{
	static struct line l;
	struct framing other;

	begin(&l, 14);
	framing_init(&other, true, 5, l.now_ns);
	carry(&l, &other, &l.twin);
	carry(&l, &l.twin, &other);
	assert_int_equal(l.twin.state, FRAMING_MEETING);
	carry(&l, &l.twin, &l.twin);
	assert_int_equal(l.twin.state, FRAMING_MEETING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_single_bytes),
		cmocka_unit_test(test_full_output_takes_what_fits),
		cmocka_unit_test(test_each_bit),
		cmocka_unit_test(test_lost_tail),
		cmocka_unit_test(test_injected_between),
		cmocka_unit_test(test_garbage_before),
		cmocka_unit_test(test_bad_lines),
		cmocka_unit_test(test_old_session),
		cmocka_unit_test(test_peer_begins_anew),
		cmocka_unit_test(test_calls_until_answered),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_hang_up),
		cmocka_unit_test(test_same_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
