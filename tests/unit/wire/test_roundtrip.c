/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every message with content at random: decoded and encoded again it is the same; cut anywhere it is refused; with any byte
 * changed it is refused or is another valid message, and nothing beyond its end is read (each lies in memory of its own size,
 * which the sanitizer watches).
 */
#include <errno.h>

#include "hub/wire/cursor.h"
#include "hub/wire/wire.h"
#include "tests/unit/testing.h"

static struct event events[FRAME_EVENTS_MAX];
static int32_t times[FRAME_EVENTS_MAX];

static void random_text(struct rng *r, char *dst, size_t size)
{
	size_t n = rng_below(r, (uint32_t)size);

	for (size_t i = 0; i < n; i++)
		dst[i] = (char)(' ' + rng_below(r, 95));
	dst[n] = '\0';
}

static void random_descriptor(struct rng *r, struct descriptor *d)
{
	memset(d, 0, sizeof(*d));
	random_text(r, d->name, sizeof(d->name));
	random_text(r, d->phys, sizeof(d->phys));
	random_text(r, d->uniq, sizeof(d->uniq));
	d->bustype = (uint16_t)rng_next(r);
	d->vendor = (uint16_t)rng_next(r);
	d->product = (uint16_t)rng_next(r);
	d->version = (uint16_t)rng_next(r);
	for (unsigned n = rng_below(r, 100); n--;)
		descriptor_add(d, 1 + rng_below(r, EV_CNT - 1), rng_below(r, KEY_CNT));
	for (unsigned n = rng_below(r, 20); n--;) {
		unsigned code = rng_below(r, ABS_CNT);

		descriptor_add(d, EV_ABS, code);
		d->absinfo[code] = (struct input_absinfo){ (int32_t)rng_next(r), (int32_t)rng_next(r),
							   (int32_t)rng_next(r), (int32_t)rng_next(r),
							   (int32_t)rng_next(r), (int32_t)rng_next(r) };
	}
	d->props[0] = (uint8_t)rng_next(r);
}

static struct descriptor slotted;
static struct device_state scratch;

static int make(struct rng *r, unsigned type, uint8_t *buf, size_t size)
{
	static struct descriptor d;

	switch (type) {
	case WIRE_HELLO: {
		struct wire_hello m = { .version_min = 1,
					.version_max = (uint16_t)(1 + rng_below(r, 9)),
					.role = (uint8_t)rng_next(r),
					.clock = 1,
					.features = (uint32_t)rng_next(r),
					.generation = rng_next(r),
					.wishes = { (uint32_t)rng_next(r), (uint8_t)rng_next(r),
						    (uint8_t)rng_next(r), (uint32_t)rng_next(r) } };

		random_text(r, m.name, sizeof(m.name));
		return wire_put_hello(buf, size, &m);
	}
	case WIRE_BYE: {
		char text[WIRE_TEXT_MAX];

		random_text(r, text, sizeof(text));
		return wire_put_bye(buf, size, (unsigned)rng_next(r), text);
	}
	case WIRE_PING:
	case WIRE_PONG:
		return wire_put_ping(buf, size, type == WIRE_PONG, rng_next(r));
	case WIRE_DEVICE_ADD: {
		struct wire_device m = { .handle = 1 + rng_below(r, 1000),
					 .classes = (uint32_t)rng_next(r),
					 .claimed = rng_chance(r, 50),
					 .id = "id",
					 .descriptor = &d };

		random_text(r, m.id + 1, sizeof(m.id) - 1);
		random_text(r, m.reason, sizeof(m.reason));
		random_text(r, m.origin, sizeof(m.origin));
		random_descriptor(r, &d);
		return wire_put_device_add(buf, size, rng_next(r), &m);
	}
	case WIRE_DEVICE_REMOVE:
		return wire_put_device_remove(buf, size, rng_next(r), (uint32_t)rng_next(r),
					      (unsigned)rng_next(r));
	case WIRE_SNAPSHOT_BEGIN:
		return wire_put_snapshot_begin(
			buf, size,
			&(struct wire_snapshot){ rng_next(r), (uint8_t)rng_below(r, REASON_COUNT),
						 (uint32_t)rng_next(r), (uint32_t)rng_next(r),
						 (uint32_t)rng_next(r) });
	case WIRE_SNAPSHOT_END:
		return wire_put_snapshot_end(buf, size, rng_next(r));
	case WIRE_DEVICE_STATE:
		state_finish(&scratch);
		if (state_init(&scratch, &slotted) < 0)
			return -ENOMEM;
		for (unsigned n = rng_below(r, 100); n--;) {
			struct event e = { (uint16_t)(1 + rng_below(r, 0x11)),
					   (uint16_t)rng_below(r, KEY_CNT), rng_range(r, -1, 9) };

			if (e.type == EV_ABS)
				e.code %= ABS_CNT;
			state_apply(&scratch, &e, 1);
		}
		return wire_put_device_state(buf, size, (uint32_t)rng_next(r), &scratch);
	case WIRE_FRAME: {
		struct wire_frame m = {
			.seq = rng_next(r),
			.sent_ns = rng_next(r),
			.age_ns = (uint32_t)rng_next(r),
			.handle = (uint32_t)rng_next(r),
			.frame = { .time_us = rng_next(r),
				   .flags = rng_below(r, 8),
				   .reason = rng_below(r, REASON_COUNT),
				   .lost = (uint32_t)rng_next(r),
				   .events = events,
				   .times = rng_chance(r, 50) ? times : NULL,
				   .count = 1 + rng_below(r, rng_chance(r, 2) ? FRAME_EVENTS_MAX : 20) }
		};

		for (uint32_t i = 0; i < m.frame.count; i++) {
			events[i] = (struct event){ (uint16_t)(1 + rng_below(r, 65535)),
						    (uint16_t)rng_next(r), (int32_t)rng_next(r) };
			times[i] = (int32_t)rng_next(r);
		}
		events[m.frame.count - 1] = (struct event){ EV_SYN, SYN_REPORT, (int32_t)rng_next(r) };
		return wire_put_frame(buf, size, &m);
	}
	case WIRE_LEASE:
		return wire_put_lease(
			buf, size,
			&(struct wire_lease){ (uint32_t)rng_next(r), (uint32_t)rng_next(r), rng_next(r) });
	case WIRE_FOCUS:
		return wire_put_focus(buf, size, rng_next(r), rng_chance(r, 50));
	case WIRE_STATE: {
		struct wire_state m = { .time_ns = rng_next(r),
					.type = (uint8_t)rng_below(r, 3),
					.stale = rng_chance(r, 50),
					.integer = (int64_t)rng_next(r),
					.path = "p" };

		random_text(r, m.path + 1, sizeof(m.path) - 1);
		random_text(r, m.unit, sizeof(m.unit));
		random_text(r, m.text, sizeof(m.text));
		return wire_put_state(buf, size, &m);
	}
	case WIRE_SUBSCRIBE: {
		struct wire_subscribe m = { { (uint32_t)rng_next(r), (uint8_t)rng_next(r),
					      (uint8_t)rng_next(r), (uint32_t)rng_next(r) },
					    rng_chance(r, 50) };

		return wire_put_subscribe(buf, size, &m);
	}
	case WIRE_ACK:
		return wire_put_ack(buf, size, rng_next(r));
	case WIRE_LED:
		return wire_put_led(buf, size,
				    &(struct wire_led){ (uint32_t)rng_next(r),
							(uint16_t)rng_below(r, LED_CNT), rng_chance(r, 50) });
	case WIRE_SCREEN:
		return wire_put_screen(buf, size, rng_chance(r, 50));
	default: {
		char text[2000];

		random_text(r, text, sizeof(text));
		return wire_put_request(buf, size, type, (uint32_t)rng_next(r), text);
	}
	}
}

/* Decodes msg; on success encodes it again into out and returns the length. */
static int recode(const uint8_t *msg, size_t len, uint8_t *out, size_t size, struct wire_error *err)
{
	static char text[WIRE_MESSAGE_MAX];
	static struct descriptor d;
	unsigned type = load16(msg + 4);
	struct wire_snapshot snapshot;
	struct wire_subscribe subscribe;
	struct wire_device device;
	struct wire_hello hello;
	struct wire_lease lease;
	struct wire_frame frame;
	struct wire_state st;
	struct wire_led led;
	uint32_t handle;
	unsigned reason;
	uint64_t n;
	bool on;
	int rc;

	switch (type) {
	case WIRE_HELLO:
		rc = wire_get_hello(msg, len, &hello, err);
		return rc < 0 ? rc : wire_put_hello(out, size, &hello);
	case WIRE_BYE:
		rc = wire_get_bye(msg, len, &reason, text, err);
		return rc < 0 ? rc : wire_put_bye(out, size, reason, text);
	case WIRE_PING:
	case WIRE_PONG:
		rc = wire_get_ping(msg, len, &n, err);
		return rc < 0 ? rc : wire_put_ping(out, size, type == WIRE_PONG, n);
	case WIRE_DEVICE_ADD:
		rc = wire_get_device_add(msg, len, &n, &device, &d, err);
		return rc < 0 ? rc : wire_put_device_add(out, size, n, &device);
	case WIRE_DEVICE_REMOVE:
		rc = wire_get_device_remove(msg, len, &n, &handle, &reason, err);
		return rc < 0 ? rc : wire_put_device_remove(out, size, n, handle, reason);
	case WIRE_SNAPSHOT_BEGIN:
		rc = wire_get_snapshot_begin(msg, len, &snapshot, err);
		return rc < 0 ? rc : wire_put_snapshot_begin(out, size, &snapshot);
	case WIRE_SNAPSHOT_END:
		rc = wire_get_snapshot_end(msg, len, &n, err);
		return rc < 0 ? rc : wire_put_snapshot_end(out, size, n);
	case WIRE_DEVICE_STATE:
		rc = wire_get_device_state_handle(msg, len, &handle, err);
		if (rc == 0)
			rc = wire_get_device_state(msg, len, &scratch, err);
		return rc < 0 ? rc : wire_put_device_state(out, size, handle, &scratch);
	case WIRE_FRAME:
		rc = wire_get_frame(msg, len, &frame, events, times, err);
		return rc < 0 ? rc : wire_put_frame(out, size, &frame);
	case WIRE_LEASE:
		rc = wire_get_lease(msg, len, &lease, err);
		return rc < 0 ? rc : wire_put_lease(out, size, &lease);
	case WIRE_FOCUS:
		rc = wire_get_focus(msg, len, &n, &on, err);
		return rc < 0 ? rc : wire_put_focus(out, size, n, on);
	case WIRE_STATE:
		rc = wire_get_state(msg, len, &st, err);
		return rc < 0 ? rc : wire_put_state(out, size, &st);
	case WIRE_SUBSCRIBE:
		rc = wire_get_subscribe(msg, len, &subscribe, err);
		return rc < 0 ? rc : wire_put_subscribe(out, size, &subscribe);
	case WIRE_ACK:
		rc = wire_get_ack(msg, len, &n, err);
		return rc < 0 ? rc : wire_put_ack(out, size, n);
	case WIRE_LED:
		rc = wire_get_led(msg, len, &led, err);
		return rc < 0 ? rc : wire_put_led(out, size, &led);
	case WIRE_SCREEN:
		rc = wire_get_screen(msg, len, &on, err);
		return rc < 0 ? rc : wire_put_screen(out, size, on);
	default:
		rc = wire_get_request(msg, len, &handle, text, sizeof(text), err);
		return rc < 0 ? rc : wire_put_request(out, size, type, handle, text);
	}
}

static const unsigned types[] = {
	WIRE_HELLO,
	WIRE_BYE,
	WIRE_PING,
	WIRE_PONG,
	WIRE_DEVICE_ADD,
	WIRE_DEVICE_REMOVE,
	WIRE_SNAPSHOT_BEGIN,
	WIRE_DEVICE_STATE,
	WIRE_SNAPSHOT_END,
	WIRE_FRAME,
	WIRE_LEASE,
	WIRE_FOCUS,
	WIRE_STATE,
	WIRE_SUBSCRIBE,
	WIRE_ACK,
	WIRE_LED,
	WIRE_SCREEN,
	WIRE_REQUEST,
	WIRE_REPLY,
};

/* The message in memory of just its size. */
static uint8_t *exact(const uint8_t *msg, size_t len)
{
	uint8_t *copy = malloc(len);

	assert_non_null(copy);
	memcpy(copy, msg, len);
	return copy;
}

static void what_goes_in_comes_out(void **state)
{
	static uint8_t in[WIRE_MESSAGE_MAX], out[WIRE_MESSAGE_MAX];
	struct rng r = { 21 };

	for (size_t t = 0; t < COUNT_OF(types); t++) {
		for (int n = 0; n < 300; n++) {
			int len = make(&r, types[t], in, sizeof(in));
			struct wire_error err;
			struct wire_header h;
			uint8_t *msg;

			assert_true(len >= WIRE_HEADER_SIZE);
			assert_int_equal(wire_get_header(in, &h, &err), 0);
			assert_int_equal(h.length, len);
			assert_int_equal(h.type, types[t]);
			msg = exact(in, (size_t)len);
			assert_int_equal(recode(msg, (size_t)len, out, sizeof(out), &err), len);
			assert_memory_equal(out, in, (size_t)len);
			free(msg);
		}
	}
}

static void cut_anywhere_it_is_refused(void **state)
{
	static uint8_t in[WIRE_MESSAGE_MAX], out[WIRE_MESSAGE_MAX];
	struct rng r = { 22 };

	for (size_t t = 0; t < COUNT_OF(types); t++) {
		for (int n = 0; n < 5; n++) {
			int len = make(&r, types[t], in, sizeof(in));

			for (int cut = WIRE_HEADER_SIZE; cut < len; cut++) {
				struct wire_error err = { 0 };
				uint8_t *msg = exact(in, (size_t)cut);
				int rc = recode(msg, (size_t)cut, out, sizeof(out), &err);

				free(msg);
				assert_int_equal(rc, -EBADMSG);
				assert_int_equal(err.bye, WIRE_BYE_MALFORMED);
				assert_true(err.text[0]);
			}
		}
	}
}

static void one_byte_more_is_refused(void **state)
{
	static uint8_t in[WIRE_MESSAGE_MAX + 1], out[WIRE_MESSAGE_MAX];
	struct rng r = { 23 };

	for (size_t t = 0; t < COUNT_OF(types); t++) {
		int len = make(&r, types[t], in, WIRE_MESSAGE_MAX - 1);
		struct wire_error err = { 0 };

		in[len] = 0xee;
		/* HELLO grows in later versions. */
		assert_int_equal(recode(in, (size_t)len + 1, out, sizeof(out), &err) < 0,
				 types[t] != WIRE_HELLO);
	}
}

static void any_byte_changed_harms_nobody(void **state)
{
	static uint8_t in[WIRE_MESSAGE_MAX], out[WIRE_MESSAGE_MAX], again[WIRE_MESSAGE_MAX];
	struct rng r = { 24 };

	for (size_t t = 0; t < COUNT_OF(types); t++) {
		for (int n = 0; n < 3; n++) {
			int len = make(&r, types[t], in, sizeof(in));

			for (int at = 6; at < len; at++) {
				uint8_t was = in[at];
				static const uint8_t flips[] = { 0x01, 0x80, 0xff, 0x0a };

				for (size_t f = 0; f < COUNT_OF(flips); f++) {
					struct wire_error err = { 0 };
					uint8_t *msg;
					int rc, rc_again;

					in[at] = was ^ flips[f];
					msg = exact(in, (size_t)len);
					rc = recode(msg, (size_t)len, out, sizeof(out), &err);
					free(msg);
					in[at] = was;
					if (rc < 0) {
						assert_int_equal(rc, -EBADMSG);
						assert_true(err.text[0] && err.bye);
						continue;
					}
					/* What was taken for a message is one. */
					rc_again = recode(out, (size_t)rc, again, sizeof(again), &err);
					assert_int_equal(rc_again, rc);
					assert_memory_equal(again, out, (size_t)rc);
				}
			}
		}
	}
}

static void too_small_a_buffer_is_refused(void **state)
{
	static uint8_t in[WIRE_MESSAGE_MAX];

	for (size_t t = 0; t < COUNT_OF(types); t++) {
		struct rng r = { 25 }, same = { 25 };
		int len = make(&r, types[t], in, sizeof(in));

		for (int size = 0; size < len; size += 1 + len / 50) {
			uint8_t *small = malloc(size ? (size_t)size : 1);

			assert_non_null(small);
			same = (struct rng){ 25 };
			assert_int_equal(make(&same, types[t], small, (size_t)size), -ENOSPC);
			free(small);
		}
	}
}

static void headers_are_bounded(void **state)
{
	static const struct {
		uint32_t length;
		int rc;
	} cases[] = {
		{ 0, -EBADMSG },
		{ 7, -EBADMSG },
		{ 8, 0 },
		{ WIRE_MESSAGE_MAX, 0 },
		{ WIRE_MESSAGE_MAX + 1, -EBADMSG },
		{ UINT32_MAX, -EBADMSG },
		{ 0x0a0a0a0a, -EBADMSG },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint8_t msg[WIRE_HEADER_SIZE] = { 0 };
		struct wire_error err = { 0 };
		struct wire_header h;

		store32(msg, cases[i].length);
		assert_int_equal(wire_get_header(msg, &h, &err), cases[i].rc);
		assert_int_equal(err.bye, cases[i].rc ? WIRE_BYE_MALFORMED : WIRE_BYE_NONE);
	}
}

/* The largest there is: 1361 events with their times, the largest descriptor, the fullest state. */
static void the_largest_fit(void **state)
{
	static uint8_t buf[WIRE_MESSAGE_MAX];
	static struct descriptor d;
	struct wire_device device = { .handle = 1, .descriptor = &d };
	struct wire_frame frame = { .frame = {
					    .count = FRAME_EVENTS_MAX, .events = events, .times = times } };
	struct device_state s;
	int len;

	memset(&d, 0xff, sizeof(d));
	memset(device.id, 'i', sizeof(device.id) - 1);
	memset(device.reason, 'r', sizeof(device.reason) - 1);
	memset(device.origin, 'o', sizeof(device.origin) - 1);
	d.name[DESCRIPTOR_TEXT_MAX - 1] = d.phys[DESCRIPTOR_TEXT_MAX - 1] = d.uniq[DESCRIPTOR_TEXT_MAX - 1] =
		'\0';
	len = wire_put_device_add(buf, sizeof(buf), 1, &device);
	assert_true(len > 0 && len <= WIRE_DEVICE_ADD_MAX);

	len = wire_put_frame(buf, sizeof(buf), &frame);
	assert_true(len > 0 && len <= WIRE_MESSAGE_MAX);
	frame.frame.count++;
	assert_int_equal(wire_put_frame(buf, sizeof(buf), &frame), -EINVAL);
	frame.frame.count = 0;
	assert_int_equal(wire_put_frame(buf, sizeof(buf), &frame), -EINVAL);

	d = slotted;
	d.absinfo[ABS_MT_SLOT].maximum = DESCRIPTOR_SLOTS_MAX - 1;
	assert_int_equal(state_init(&s, &d), 0);
	memset(s.keys, 0xff, sizeof(s.keys));
	memset(s.sws, 0xff, sizeof(s.sws));
	memset(s.leds, 0xff, sizeof(s.leds));
	memset(s.abs, 0xff, sizeof(s.abs));
	len = wire_put_device_state(buf, sizeof(buf), 1, &s);
	assert_true(len > 0 && len <= WIRE_DEVICE_STATE_MAX);
	state_finish(&s);
}

static void a_state_for_other_slots_is_refused(void **state)
{
	static uint8_t buf[WIRE_MESSAGE_MAX];
	struct descriptor d = slotted;
	struct device_state s;
	struct wire_error err;
	int len;

	d.absinfo[ABS_MT_SLOT].maximum = 7;
	assert_int_equal(state_init(&s, &d), 0);
	len = wire_put_device_state(buf, sizeof(buf), 1, &s);
	assert_int_equal(wire_get_device_state(buf, (size_t)len, &scratch, &err), -EBADMSG);
	state_finish(&s);
}

static void hello_finds_a_common_version(void **state)
{
	static const struct {
		uint16_t min, max;
		bool ok;
	} cases[] = { { 1, 1, true },  { 1, 9, true },  { 0, 1, true },
		      { 2, 3, false }, { 0, 0, false }, { 9, 1, false } };

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct wire_hello m = { .version_min = cases[i].min, .version_max = cases[i].max };
		struct wire_error err = { 0 };
		uint8_t buf[WIRE_SMALL_MAX];
		int len = wire_put_hello(buf, sizeof(buf), &m);

		assert_int_equal(wire_get_hello(buf, (size_t)len, &m, &err) == 0, cases[i].ok);
		if (!cases[i].ok)
			assert_int_equal(err.bye, WIRE_BYE_VERSION);
		buf[WIRE_HEADER_SIZE] ^= 1;
		assert_int_equal(wire_get_hello(buf, (size_t)len, &m, &err), -EBADMSG);
		assert_non_null(strstr(err.text, "magic"));
	}
}

static void a_report_in_the_middle_is_refused(void **state)
{
	struct event bad[][3] = {
		{ { EV_KEY, KEY_A, 1 }, { EV_SYN, SYN_REPORT, 0 }, { EV_SYN, SYN_REPORT, 0 } },
		{ { EV_KEY, KEY_A, 1 }, { EV_KEY, KEY_A, 0 }, { EV_KEY, KEY_A, 1 } },
		{ { EV_SYN, SYN_REPORT, 0 }, { EV_KEY, KEY_A, 0 }, { EV_SYN, SYN_DROPPED, 0 } },
	};

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct wire_frame m = { .frame = { .count = 3, .events = bad[i] } };
		struct wire_error err;
		uint8_t buf[WIRE_SMALL_MAX];
		int len = wire_put_frame(buf, sizeof(buf), &m);

		assert_int_equal(wire_get_frame(buf, (size_t)len, &m, events, times, &err), -EBADMSG);
	}
}

/* Text is cleaned where it enters. */
static void text_is_cleaned(void **state)
{
	static struct descriptor d, got;
	struct wire_device m = { .handle = 1, .id = "x\n", .descriptor = &d };
	struct wire_error err;
	uint8_t buf[WIRE_DEVICE_ADD_MAX];
	char text[WIRE_TEXT_MAX];
	unsigned reason;
	uint64_t seq;
	int len;

	strcpy(d.name, "evil\x1b[2J\xff");
	len = wire_put_device_add(buf, sizeof(buf), 1, &m);
	assert_int_equal(wire_get_device_add(buf, (size_t)len, &seq, &m, &got, &err), 0);
	assert_string_equal(got.name, "evil?[2J?");
	assert_string_equal(m.id, "x?");
	len = wire_put_bye(buf, sizeof(buf), 1, "a\nb");
	assert_int_equal(wire_get_bye(buf, (size_t)len, &reason, text, &err), 0);
	assert_string_equal(text, "a?b");
}

static int setup(void **state)
{
	memset(&slotted, 0, sizeof(slotted));
	descriptor_add(&slotted, EV_ABS, ABS_MT_SLOT);
	slotted.absinfo[ABS_MT_SLOT].maximum = 9;
	return state_init(&scratch, &slotted);
}

static int teardown(void **state)
{
	state_finish(&scratch);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_goes_in_comes_out),
		cmocka_unit_test(cut_anywhere_it_is_refused),
		cmocka_unit_test(one_byte_more_is_refused),
		cmocka_unit_test(any_byte_changed_harms_nobody),
		cmocka_unit_test(too_small_a_buffer_is_refused),
		cmocka_unit_test(headers_are_bounded),
		cmocka_unit_test(the_largest_fit),
		cmocka_unit_test(a_state_for_other_slots_is_refused),
		cmocka_unit_test(hello_finds_a_common_version),
		cmocka_unit_test(a_report_in_the_middle_is_refused),
		cmocka_unit_test(text_is_cleaned),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
