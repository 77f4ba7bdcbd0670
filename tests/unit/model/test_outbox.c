/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/model/outbox.h"

#include <errno.h>

#include "hub/core/clock.h"
#include "hub/device/state.h"
#include "hub/wire/cursor.h"
#include "tests/unit/testing.h"

#define DEVICES 3
#define RELS    3

/*
 * Both ends of the pipe are watched. What goes in is summed up in `sent`; what comes out, decoded, in `got`. At every frame
 * that is no motion the two must agree on everything: the state of every device, every distance.
 */
struct side {
	struct device_state devices[DEVICES];
	int64_t rels[DEVICES][RELS];
};

struct mark {
	uint64_t hash;
	uint32_t handle;
};

struct pipe {
	struct outbox box;
	struct side sent, got;
	struct mark *marks;
	size_t n_marks, next_mark;
	uint64_t frames_in, frames_out, edges_out;
	uint64_t seq, now, step; /* step: between two frames */
	uint8_t bytes[WIRE_MESSAGE_MAX];
	size_t have;
};

static uint64_t side_hash(const struct side *side)
{
	uint64_t h = 14695981039346656037ull;

	for (unsigned i = 0; i < DEVICES; i++) {
		const struct device_state *s = &side->devices[i];
		const uint8_t *parts[] = { s->keys, (const uint8_t *)s->abs, (const uint8_t *)s->mt,
					   (const uint8_t *)side->rels[i], (const uint8_t *)&s->slot };
		size_t sizes[] = { sizeof(s->keys), sizeof(s->abs), s->slots * sizeof(*s->mt),
				   sizeof(side->rels[i]), sizeof(s->slot) };

		for (size_t p = 0; p < COUNT_OF(parts); p++)
			for (size_t k = 0; k < sizes[p]; k++)
				h = (h ^ parts[p][k]) * 1099511628211ull;
	}
	return h;
}

static void side_take(struct side *side, unsigned device, const struct event *events, uint32_t count)
{
	state_apply(&side->devices[device], events, count);
	for (uint32_t i = 0; i < count; i++)
		if (events[i].type == EV_REL)
			side->rels[device][events[i].code % RELS] += events[i].value;
}

static int setup(void **state)
{
	struct pipe *p = calloc(1, sizeof(*p));
	struct descriptor *d = calloc(1, sizeof(*d));

	if (!p || !d || outbox_init(&p->box) < 0)
		return -1;
	descriptor_add(d, EV_ABS, ABS_MT_SLOT);
	descriptor_add(d, EV_ABS, ABS_MT_POSITION_X);
	descriptor_add(d, EV_ABS, ABS_MT_TRACKING_ID);
	d->absinfo[ABS_MT_SLOT].maximum = 4;
	for (unsigned i = 0; i < DEVICES; i++)
		if (state_init(&p->sent.devices[i], d) < 0 || state_init(&p->got.devices[i], d) < 0)
			return -1;
	free(d);
	p->seq = 1;
	p->now = NS_PER_S;
	p->step = 125 * NS_PER_US;
	p->marks = calloc(200000, sizeof(*p->marks));
	*state = p;
	return p->marks ? 0 : -1;
}

static int teardown(void **state)
{
	struct pipe *p = *state;

	for (unsigned i = 0; i < DEVICES; i++) {
		state_finish(&p->sent.devices[i]);
		state_finish(&p->got.devices[i]);
	}
	outbox_finish(&p->box);
	free(p->marks);
	free(p);
	return 0;
}

static void take_message(struct pipe *p)
{
	static struct event events[FRAME_EVENTS_MAX];
	static int32_t times[FRAME_EVENTS_MAX];
	struct wire_error err;
	struct wire_header h;
	struct wire_frame m;

	assert_int_equal(wire_get_header(p->bytes, &h, &err), 0);
	if (wire_is_sequenced(h.type))
		assert_int_equal(load64(p->bytes + WIRE_HEADER_SIZE), p->seq++);
	if (h.type == WIRE_LEASE)
		assert_int_equal(load64(p->bytes + WIRE_HEADER_SIZE), p->seq - 1);
	if (h.type != WIRE_FRAME)
		return;
	assert_int_equal(wire_get_frame(p->bytes, h.length, &m, events, times, &err), 0);
	assert_true(m.handle >= 1 && m.handle <= DEVICES);
	/* Stamped on the way out, and with the age of its oldest part. */
	assert_true(m.sent_ns <= p->now && m.sent_ns >= m.age_ns);
	side_take(&p->got, m.handle - 1, m.frame.events, m.frame.count);
	p->frames_out++;
	p->edges_out += frame_count_edges(m.frame.events, m.frame.count);
	if (!frame_is_motion(&m.frame)) {
		assert_true(p->next_mark < p->n_marks);
		assert_int_equal(m.handle, p->marks[p->next_mark].handle);
		assert_true(side_hash(&p->got) == p->marks[p->next_mark].hash);
		p->next_mark++;
	}
}

/* A socket that takes at most n bytes. */
static size_t drain(struct pipe *p, size_t n)
{
	size_t total = 0;

	while (n) {
		const uint8_t *bytes;
		size_t have = outbox_peek(&p->box, p->now, &bytes);
		size_t take = have < n ? have : n;

		if (!have)
			break;
		for (size_t i = 0; i < take; i++) {
			p->bytes[p->have++] = bytes[i];
			if (p->have >= WIRE_HEADER_SIZE && p->have == load32(p->bytes)) {
				take_message(p);
				p->have = 0;
			}
		}
		outbox_sent(&p->box, take);
		total += take;
		n -= take;
	}
	return total;
}

static bool push(struct pipe *p, unsigned device, struct event *events, uint32_t n)
{
	struct frame f = { .time_us = p->now / NS_PER_US, .events = events };

	events[n++] = (struct event){ EV_SYN, SYN_REPORT, 0 };
	f.count = n;
	side_take(&p->sent, device, events, n);
	if (!frame_is_motion(&f))
		p->marks[p->n_marks++] = (struct mark){ side_hash(&p->sent), device + 1 };
	p->frames_in++;
	p->now += p->step;
	return outbox_push_frame(&p->box, device + 1, &f, p->now);
}

static bool push_random(struct pipe *p, struct rng *r, unsigned edge_percent)
{
	unsigned device = rng_below(r, DEVICES);
	struct event e[24];
	uint32_t n = 0;

	if (rng_chance(r, edge_percent)) {
		if (rng_chance(r, 50))
			e[n++] = (struct event){ EV_KEY, (uint16_t)rng_below(r, 20), rng_range(r, 0, 1) };
		else
			e[n++] = (struct event){ EV_ABS, ABS_MT_TRACKING_ID, rng_range(r, -1, 5) };
	}
	for (unsigned k = rng_below(r, 5); k--;) {
		if (rng_chance(r, 50)) {
			e[n++] =
				(struct event){ EV_REL, (uint16_t)rng_below(r, RELS), rng_range(r, -50, 50) };
			continue;
		}
		e[n++] = (struct event){ EV_ABS, ABS_MT_SLOT, rng_range(r, 0, 4) };
		e[n++] = (struct event){ EV_ABS, ABS_MT_POSITION_X, rng_range(r, 0, 999) };
	}
	return push(p, device, e, n);
}

static void push_other(struct pipe *p, struct rng *r)
{
	struct wire_lease lease = { 0 };
	uint8_t buf[WIRE_SMALL_MAX];
	int len = 0;

	switch (rng_below(r, 3)) {
	case 0:
		len = wire_put_focus(buf, sizeof(buf), 0, true);
		break;
	case 1:
		len = wire_put_lease(buf, sizeof(buf), &lease);
		break;
	case 2:
		len = wire_put_ping(buf, sizeof(buf), false, 10);
		break;
	}
	assert_true(len > 0 && outbox_push(&p->box, buf, (size_t)len));
}

static uint8_t *make_bulk(struct rng *r, size_t *len)
{
	unsigned n = 1 + rng_below(r, 200);
	uint8_t *bulk = malloc(n * WIRE_SMALL_MAX);

	assert_non_null(bulk);
	*len = 0;
	while (n--)
		*len += (size_t)wire_put_focus(bulk + *len, WIRE_SMALL_MAX, 0, n & 1);
	return bulk;
}

/* Any frames, any partial sends: no edge lost or out of order, and all that lies between two edges stays between them. */
static void what_comes_out_is_what_went_in(void **state)
{
	struct pipe *p = *state;

	for (uint64_t seed = 1; seed <= 60; seed++) {
		struct rng r = { seed };
		unsigned edge_percent = (unsigned[]){ 0, 2, 20 }[seed % 3];
		unsigned drain_percent = (unsigned[]){ 2, 10, 50 }[seed / 3 % 3];

		for (int i = 0; i < 3000; i++) {
			/* A dispatcher that would run over is not this test's affair. */
			if (outbox_used(&p->box) < OUTBOX_SIZE - 8192)
				assert_true(push_random(p, &r, edge_percent));
			if (rng_chance(&r, 3))
				push_other(p, &r);
			if (!p->box.bulk && rng_chance(&r, 1)) {
				size_t len;
				uint8_t *bulk = make_bulk(&r, &len);

				assert_int_equal(outbox_push_bulk(&p->box, bulk, len), 0);
			}
			if (rng_chance(&r, drain_percent))
				drain(p, rng_below(&r, 3000));
		}
		drain(p, SIZE_MAX);
		assert_true(outbox_is_empty(&p->box));
		assert_int_equal(outbox_used(&p->box), 0);
		assert_int_equal(p->have, 0);
		assert_int_equal(p->next_mark, p->n_marks);
		assert_true(side_hash(&p->got) == side_hash(&p->sent));
		assert_int_equal(p->frames_out + p->box.merged, p->frames_in);
		assert_int_equal(p->box.swallowed, 0);
		p->n_marks = p->next_mark = 0;
	}
	assert_true(p->box.merged > 1000);
}

static void below_the_mark_and_in_time_nothing_is_merged(void **state)
{
	struct pipe *p = *state;
	struct rng r = { 9 };

	p->step = 0;
	for (int i = 0; i < 20000; i++) {
		push_random(p, &r, 5);
		if (outbox_used(&p->box) > OUTBOX_MARK - 1000)
			drain(p, rng_below(&r, OUTBOX_MARK));
	}
	drain(p, SIZE_MAX);
	assert_int_equal(p->box.merged, 0);
	assert_int_equal(p->frames_out, p->frames_in);
}

/* A mouse that nobody reads for minutes takes no more room than the mark and a frame. */
static void motion_never_fills_it(void **state)
{
	struct pipe *p = *state;

	for (int i = 0; i < 200000; i++) {
		struct event e[4] = { { EV_REL, REL_X, 1 }, { EV_REL, REL_Y, -2 } };

		assert_true(push(p, 0, e, 2));
		assert_true(outbox_used(&p->box) < OUTBOX_MARK + 1024);
	}
	drain(p, SIZE_MAX);
	assert_int_equal(p->got.rels[0][0], 200000);
	assert_int_equal(p->got.rels[0][1], -400000);
}

/* A link that carries a tenth of what a 1 kHz mouse makes: what arrives is never older than it takes to be noticed. */
static void what_is_late_is_merged_below_the_mark_too(void **state)
{
	struct pipe *p = *state;

	p->step = NS_PER_MS;
	for (int i = 0; i < 10000; i++) {
		struct event e[4] = { { EV_REL, REL_X, 1 }, { EV_REL, REL_Y, 1 } };

		assert_true(push(p, 0, e, 2));
		drain(p, 7);
		assert_true(outbox_used(&p->box) < 128 * (WIRE_FRAME_HEADER + 24));
		assert_true(p->sent.rels[0][0] - p->got.rels[0][0] < 250);
	}
	drain(p, SIZE_MAX);
	assert_int_equal(p->got.rels[0][0], 10000);
	/* In step again, it goes frame by frame. */
	p->frames_in = p->frames_out = p->box.merged = 0;
	for (int i = 0; i < 1000; i++) {
		push(p, 0, (struct event[4]){ { EV_REL, REL_X, 1 } }, 1);
		drain(p, SIZE_MAX);
	}
	assert_int_equal(p->frames_out, 1000);
}

/* Two fingers that report in turns: each merge selects another slot than the one before. */
static void fingers_in_turns_never_fill_it(void **state)
{
	struct pipe *p = *state;

	for (int i = 0; i < 100000; i++) {
		struct event e[4] = { { EV_ABS, ABS_MT_SLOT, i & 1 }, { EV_ABS, ABS_MT_POSITION_X, i } };

		assert_true(push(p, 0, e, 2));
		assert_true(outbox_used(&p->box) < OUTBOX_MARK + 1024);
	}
	drain(p, SIZE_MAX);
	assert_true(side_hash(&p->got) == side_hash(&p->sent));
}

static unsigned count_types(const uint8_t *bytes, size_t n, unsigned type)
{
	unsigned found = 0;

	for (size_t at = 0; at < n; at += load32(bytes + at))
		found += load16(bytes + at + 4) == type;
	return found;
}

/*
 * Edges beyond all room: it takes nothing more until its owner recovers it, a message half sent is completed, every edge that
 * was dropped is counted, and what is no frame stays.
 */
static void overflow_is_counted_and_recovers(void **state)
{
	struct pipe *p = *state;
	uint64_t edges = 0;
	const uint8_t *bytes;
	uint8_t buf[WIRE_SMALL_MAX];
	int len = 0;
	size_t n;

	for (int round = 0; round < 3; round++) {
		bool ok;
		uint64_t before = p->box.swallowed + p->edges_out;

		edges = 0;
		for (int i = 0;; i++) {
			struct event e[4] = { { EV_KEY, KEY_9, i & 1 } };

			if (i % 1000 == 999) {
				len = wire_put_device_remove(buf, sizeof(buf), 0, 77, REASON_UNPLUG);
				assert_true(outbox_push(&p->box, buf, (size_t)len));
			}
			edges++;
			if (!push(p, 0, e, 1))
				break;
			if (i == 10)
				drain(p, 100);
		}
		assert_true(p->box.overflowed && edges > 1000);
		ok = outbox_push(&p->box, buf, (size_t)len);
		assert_false(ok);
		edges++;
		push(p, 0, (struct event[3]){ { EV_KEY, KEY_A, 1 } }, 1);

		n = outbox_peek(&p->box, p->now, &bytes);
		assert_true(n > 0);
		/* The first may be the rest of a half-sent one: what follows are the removals alone. */
		n = drain(p, SIZE_MAX);
		assert_true(n > 0 && outbox_is_empty(&p->box));
		assert_int_equal(p->box.swallowed + p->edges_out, before + edges);
		assert_int_equal(p->have, 0);

		outbox_recover(&p->box);
		/* The owner's snapshot makes the two sides equal again. */
		for (unsigned i = 0; i < DEVICES; i++)
			state_copy(&p->got.devices[i], &p->sent.devices[i]);
		p->next_mark = p->n_marks;
		assert_true(push(p, 1, (struct event[3]){ { EV_KEY, KEY_B, 1 } }, 1));
		drain(p, SIZE_MAX);
		assert_int_equal(p->next_mark, p->n_marks);
	}
}

/* Told once, so it must arrive: nothing but frames and leases goes overboard. */
static void overflow_keeps_what_is_no_frame(void **state)
{
	struct pipe *p = *state;
	uint8_t buf[WIRE_SMALL_MAX];
	const uint8_t *bytes;
	size_t n, len;

	len = (size_t)wire_put_device_remove(buf, sizeof(buf), 0, 5, REASON_UNPLUG);
	assert_true(outbox_push(&p->box, buf, len));
	assert_true(push(p, 0, (struct event[3]){ { EV_KEY, KEY_A, 1 } }, 1));
	len = (size_t)wire_put_focus(buf, sizeof(buf), 0, true);
	assert_true(outbox_push(&p->box, buf, len));
	len = (size_t)wire_put_lease(buf, sizeof(buf), &(struct wire_lease){ .held = 1 });
	assert_true(outbox_push(&p->box, buf, len));
	outbox_discard(&p->box);
	assert_int_equal(p->box.swallowed, 1);
	n = outbox_peek(&p->box, p->now, &bytes);
	assert_int_equal(count_types(bytes, n, WIRE_DEVICE_REMOVE), 1);
	assert_int_equal(count_types(bytes, n, WIRE_FOCUS), 1);
	assert_int_equal(count_types(bytes, n, WIRE_FRAME), 0);
	assert_int_equal(count_types(bytes, n, WIRE_LEASE), 0);
	drain(p, SIZE_MAX);
	assert_int_equal(p->seq, 3);
}

static void overflow_leaves_a_waiting_snapshot_in_its_place(void **state)
{
	struct pipe *p = *state;
	uint8_t buf[WIRE_SMALL_MAX];
	struct rng r = { 2 };
	const uint8_t *bytes;
	size_t len, bulk_len;
	uint8_t *bulk = make_bulk(&r, &bulk_len);

	len = (size_t)wire_put_device_remove(buf, sizeof(buf), 0, 5, REASON_UNPLUG);
	assert_true(push(p, 0, (struct event[3]){ { EV_KEY, KEY_A, 1 } }, 1));
	assert_true(outbox_push(&p->box, buf, len));
	assert_int_equal(outbox_push_bulk(&p->box, bulk, bulk_len), 0);
	assert_true(push(p, 0, (struct event[3]){ { EV_KEY, KEY_A, 0 } }, 1));
	assert_true(outbox_push(&p->box, buf, len));
	outbox_discard(&p->box);
	assert_int_equal(outbox_peek(&p->box, p->now, &bytes), len);
	assert_int_equal(load16(bytes + 4), WIRE_DEVICE_REMOVE);
	outbox_sent(&p->box, len);
	assert_int_equal(outbox_peek(&p->box, p->now, &bytes), bulk_len);
	outbox_sent(&p->box, bulk_len);
	assert_int_equal(outbox_peek(&p->box, p->now, &bytes), len);
	outbox_sent(&p->box, len);
	assert_true(outbox_is_empty(&p->box));
}

static void one_bulk_at_a_time(void **state)
{
	struct pipe *p = *state;
	struct rng r = { 4 };
	size_t len;
	uint8_t *bulk = make_bulk(&r, &len);
	uint8_t *other;

	assert_int_equal(outbox_push_bulk(&p->box, bulk, len), 0);
	assert_false(outbox_is_empty(&p->box));
	other = make_bulk(&r, &len);
	assert_int_equal(outbox_push_bulk(&p->box, other, len), -EBUSY);
	free(other);
	drain(p, 333);
	drain(p, SIZE_MAX);
	assert_true(outbox_is_empty(&p->box));
}

static void send_times_are_those_of_sending(void **state)
{
	struct pipe *p = *state;
	const uint8_t *bytes;
	size_t n;

	push(p, 0, (struct event[3]){ { EV_KEY, KEY_A, 1 } }, 1);
	/* Offered, refused by the socket, offered again later. */
	for (uint64_t later = 0; later < 3; later++) {
		uint64_t now = p->now + later * 50 * NS_PER_MS;

		n = outbox_peek(&p->box, now, &bytes);
		assert_int_equal(n, WIRE_FRAME_HEADER + 16);
		assert_int_equal(load64(bytes + 24), now);
		assert_int_equal(load32(bytes + 32), later * 50 * NS_PER_MS);
	}
	/* Half gone: the stamp stays what the receiver has seen of it. */
	outbox_sent(&p->box, 20);
	n = outbox_peek(&p->box, p->now + NS_PER_S, &bytes);
	assert_int_equal(load64(bytes + 4), p->now + 100 * NS_PER_MS);
}

int main(void)
{
#define WITH_PIPE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH_PIPE(what_comes_out_is_what_went_in),
		WITH_PIPE(below_the_mark_and_in_time_nothing_is_merged),
		WITH_PIPE(what_is_late_is_merged_below_the_mark_too),
		WITH_PIPE(motion_never_fills_it),
		WITH_PIPE(fingers_in_turns_never_fill_it),
		WITH_PIPE(overflow_is_counted_and_recovers),
		WITH_PIPE(overflow_keeps_what_is_no_frame),
		WITH_PIPE(overflow_leaves_a_waiting_snapshot_in_its_place),
		WITH_PIPE(one_bulk_at_a_time),
		WITH_PIPE(send_times_are_those_of_sending),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
