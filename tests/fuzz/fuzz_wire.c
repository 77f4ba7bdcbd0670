/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hostile consumer. The input is a list of steps: what it sends, message by message, and what devices and people do in between.
 * Every message also goes through its decoder: what is accepted must survive being encoded and decoded again. Whatever the consumer
 * does, what the hub sends stays a stream that a mirror accepts.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hub/client/mirror.h"
#include "hub/core/clock.h"
#include "hub/model/hub.h"
#include "hub/wire/cursor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DEVICES 4

struct session {
	struct hub *hub;
	struct hub_consumer *consumer;
	struct mirror *mirror;
	uint32_t handles[DEVICES];
	uint64_t now;
};

static struct descriptor panel, keyboard;
static struct event events[FRAME_EVENTS_MAX];
static int32_t times[FRAME_EVENTS_MAX];

static void on_led(void *data, uint32_t handle, unsigned code, bool on)
{
	struct session *s = data;
	struct event led[] = { { EV_LED, (uint16_t)code, on }, { EV_SYN, SYN_REPORT, 0 } };
	struct frame f = { .count = 2, .events = led };

	if (code >= LED_CNT)
		abort();
	hub_device_frame(s->hub, handle, &f, s->now);
}

static void make_descriptors(void)
{
	if (panel.types[0])
		return;
	for (unsigned code = KEY_ESC; code < KEY_MICMUTE; code++)
		descriptor_add(&keyboard, EV_KEY, code);
	descriptor_add(&keyboard, EV_LED, LED_CAPSL);
	descriptor_add(&panel, EV_ABS, ABS_MT_SLOT);
	descriptor_add(&panel, EV_ABS, ABS_MT_POSITION_X);
	descriptor_add(&panel, EV_ABS, ABS_MT_TRACKING_ID);
	panel.absinfo[ABS_MT_SLOT].maximum = 3;
}

/* A DEVICE_STATE needs a device: this one's. */
static int recode_state(const uint8_t *msg, size_t len, uint8_t *out, size_t size, struct wire_error *err)
{
	struct device_state state;
	uint32_t handle;
	int rc;

	if (state_init(&state, &panel) < 0)
		return -EBADMSG;
	rc = wire_get_device_state_handle(msg, len, &handle, err);
	if (rc == 0)
		rc = wire_get_device_state(msg, len, &state, err);
	if (rc == 0) {
		rc = wire_put_device_state(out, size, handle, &state);
		state_release(&state, true, events);
		state_held_hash(&state);
	}
	state_finish(&state);
	return rc;
}

/* Decodes; on success encodes again: the new length. */
static int recode(const uint8_t *msg, size_t len, uint8_t *out, size_t size, struct wire_error *err)
{
	static char text[WIRE_MESSAGE_MAX];
	static struct descriptor d;
	struct wire_snapshot snapshot;
	struct wire_subscribe subscribe;
	struct wire_device device;
	struct wire_hello hello;
	struct wire_lease lease;
	struct wire_frame frame;
	struct wire_state st;
	struct wire_led led;
	char reason[CLASSIFY_REASON_MAX];
	uint32_t handle;
	unsigned number;
	uint64_t n;
	bool on;
	int rc;

	switch (load16(msg + 4)) {
	case WIRE_HELLO:
		rc = wire_get_hello(msg, len, &hello, err);
		return rc < 0 ? rc : wire_put_hello(out, size, &hello);
	case WIRE_BYE:
		rc = wire_get_bye(msg, len, &number, text, err);
		return rc < 0 ? rc : wire_put_bye(out, size, number, text);
	case WIRE_DEVICE_ADD:
		rc = wire_get_device_add(msg, len, &n, &device, &d, err);
		if (rc == 0 && !classify(&d, 0, reason))
			abort();
		return rc < 0 ? rc : wire_put_device_add(out, size, n, &device);
	case WIRE_DEVICE_REMOVE:
		rc = wire_get_device_remove(msg, len, &n, &handle, &number, err);
		return rc < 0 ? rc : wire_put_device_remove(out, size, n, handle, number);
	case WIRE_SNAPSHOT_BEGIN:
		rc = wire_get_snapshot_begin(msg, len, &snapshot, err);
		return rc < 0 ? rc : wire_put_snapshot_begin(out, size, &snapshot);
	case WIRE_DEVICE_STATE:
		return recode_state(msg, len, out, size, err);
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
	case WIRE_REQUEST:
		rc = wire_get_request(msg, len, &handle, text, sizeof(text), err);
		return rc < 0 ? rc : wire_put_request(out, size, WIRE_REQUEST, handle, text);
	default:
		return -EBADMSG;
	}
}

static void check_decoder(const uint8_t *msg, size_t len)
{
	static uint8_t once[WIRE_MESSAGE_MAX], twice[WIRE_MESSAGE_MAX];
	struct wire_error err = { 0 };
	int n = recode(msg, len, once, sizeof(once), &err);

	if (n < 0)
		return;
	if (recode(once, (size_t)n, twice, sizeof(twice), &err) != n || memcmp(once, twice, (size_t)n))
		abort();
}

/* Takes at most n bytes out of the hub and gives them to the mirror, which must find nothing wrong. */
static void drain(struct session *s, size_t n)
{
	const uint8_t *bytes;
	struct wire_error err;
	size_t have;

	while (n && s->consumer && (have = hub_consumer_peek(s->consumer, s->now, &bytes))) {
		if (have > n)
			have = n;
		if (mirror_feed(s->mirror, bytes, have, s->now, &err) < 0)
			abort();
		hub_consumer_sent(s->consumer, have, s->now);
		n -= have;
		have = mirror_output(s->mirror, &bytes);
		mirror_output_sent(s->mirror, have);
	}
}

static void leave(struct session *s)
{
	if (!s->consumer)
		return;
	hub_consumer_remove(s->consumer, s->now);
	s->consumer = NULL;
	mirror_disconnect(s->mirror, s->now);
}

static void join(struct session *s, uint32_t classes)
{
	struct wire_hello hello = { .version_min = 1,
				    .version_max = 1,
				    .role = WIRE_ROLE_CONSUMER,
				    .wishes = { .classes = classes, .states = 1 },
				    .name = "fuzz" };
	const uint8_t *bytes;

	leave(s);
	if (hub_consumer_add(s->hub, &hello, "peer", s->now, &s->consumer) < 0)
		abort();
	mirror_connect(s->mirror, &hello, s->now);
	mirror_output_sent(s->mirror, mirror_output(s->mirror, &bytes));
}

static void receive(struct session *s, unsigned type, const uint8_t *body, size_t n)
{
	size_t len = WIRE_HEADER_SIZE + n;
	struct wire_error err = { 0 };
	uint8_t *msg = malloc(len);
	int rc;

	if (!msg)
		return;
	store32(msg, (uint32_t)len);
	store16(msg + 4, (uint16_t)type);
	store16(msg + 6, (uint16_t)(type & 0xf));
	memcpy(msg + WIRE_HEADER_SIZE, body, n);
	check_decoder(msg, len);
	if (s->consumer) {
		rc = hub_consumer_receive(s->consumer, msg, len, s->now, &err);
		if (rc < 0 && rc != -ESHUTDOWN && (rc != -EBADMSG || !err.text[0] || !err.bye))
			abort();
		if (rc < 0)
			leave(s);
	}
	free(msg);
}

static void device_step(struct session *s, unsigned i, const uint8_t *p)
{
	uint32_t *handle = &s->handles[i];
	struct event e[] = { { (uint16_t)(p[0] & 0x1f), load16(p + 1), (int8_t)p[3] },
			     { EV_SYN, SYN_REPORT, 0 } };
	struct frame f = { .count = 2, .events = e };

	if (!*handle)
		hub_device_add(s->hub, i & 1 ? &panel : &keyboard, NULL,
			       i & 1 ? CLASS_TOUCHSCREEN : CLASS_KEYBOARD, "", "", 0, s->now, handle);
	else if (p[0] == 0xff) {
		hub_device_remove(s->hub, *handle, REASON_UNPLUG, s->now);
		*handle = 0;
	} else if (e[0].type != EV_SYN) {
		hub_device_frame(s->hub, *handle, &f, s->now);
	}
}

/* One step; returns how many bytes it took. */
static size_t step(struct session *s, const uint8_t *p, size_t n)
{
	size_t body;

	switch (p[0] & 7) {
	case 0:
	case 1: /* a message: type, length, body */
		body = load16(p + 3) % 600;
		if (body > n - 5)
			body = n - 5;
		receive(s, load16(p + 1), p + 5, body);
		return 5 + body;
	case 2:
		device_step(s, p[0] >> 3 & 3, p + 1);
		return 5;
	case 3:
		drain(s, load16(p + 1));
		return 5;
	case 4:
		s->now += (uint64_t)load16(p + 1) * NS_PER_MS;
		hub_tick(s->hub, s->now);
		if (s->consumer && hub_consumer_check(s->consumer, s->now) < 0)
			leave(s);
		mirror_tick(s->mirror, s->now);
		return 5;
	case 5:
		hub_focus_set(s->hub, p[1] & 1 ? NULL : p[1] & 2 ? "fuzz" : "", s->now);
		return 5;
	case 6:
		join(s, load16(p + 1));
		return 5;
	default:
		states_set_integer(hub_states(s->hub), s->now, p[2], "", "n/%d", p[1]);
		return 5;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct session s = { .now = NS_PER_S };
	const struct hub_callbacks callbacks = { .led = on_led, .data = &s };
	const struct xenhub_listener listener = { 0 };
	const uint8_t boot_id[16] = { 0 };

	make_descriptors();
	if (hub_create(&s.hub, &callbacks, boot_id, 1) < 0 || mirror_create(&s.mirror, &listener, NULL) < 0)
		abort();
	join(&s, CLASS_ALL);
	while (size > 5) {
		size_t n = step(&s, data, size);

		data += n;
		size -= n;
	}
	drain(&s, SIZE_MAX);
	leave(&s);
	mirror_destroy(s.mirror);
	hub_destroy(s.hub);
	return 0;
}
