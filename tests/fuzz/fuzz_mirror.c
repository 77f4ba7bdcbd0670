/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hostile hub. The input is a list of steps: messages in pieces of any size, time, links that end. Whatever comes, what the
 * listener is told stays well-formed: frames end with their one SYN_REPORT, a device that is removed holds nothing, and nothing is
 * held without a link.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hub/client/mirror.h"
#include "hub/core/clock.h"
#include "hub/wire/cursor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DEVICES_MAX (2 * MIRROR_DEVICES_MAX)

struct listener {
	struct xenhub_device *devices[DEVICES_MAX];
	unsigned n;
	struct mirror *mirror;
};

struct session {
	struct listener listener;
	struct mirror *mirror;
	uint64_t now, seq;
	bool connected;
};

static void on_added(void *data, struct xenhub_device *device)
{
	struct listener *l = data;

	if (l->n == MIRROR_DEVICES_MAX || !xenhub_device_id(device)[0] || xenhub_device_held(device))
		abort();
	l->devices[l->n++] = device;
	mirror_set_led(l->mirror, device, LED_CAPSL, true);
}

static void on_removed(void *data, struct xenhub_device *device, unsigned reason)
{
	struct listener *l = data;
	unsigned i = 0;

	if (xenhub_device_held(device))
		abort();
	while (i < l->n && l->devices[i] != device)
		i++;
	if (i == l->n)
		abort();
	l->devices[i] = l->devices[--l->n];
}

static void on_frame(void *data, struct xenhub_device *device, const struct xenhub_frame *frame)
{
	uint64_t sum = 0;

	if (!frame->count || frame->count > FRAME_EVENTS_MAX ||
	    frame->events[frame->count - 1].type != EV_SYN)
		abort();
	for (uint32_t i = 0; i < frame->count; i++) {
		sum += (uint64_t)frame->events[i].value +
		       (frame->event_times ? (uint64_t)frame->event_times[i] : 0);
		if ((frame->events[i].type == EV_SYN && frame->events[i].code == SYN_REPORT) !=
		    (i + 1 == frame->count))
			abort();
		xenhub_device_key(device, frame->events[i].code);
		xenhub_device_slot_value(device, frame->events[i].code, frame->events[i].code);
	}
	if (sum == 0x1234567890abcdef)
		abort();
}

static void on_state(void *data, const struct xenhub_state *state)
{
	if (!state->path[0] || strlen(state->text) >= 4 * WIRE_TEXT_MAX || strlen(state->unit) >= 16)
		abort();
}

static void on_focus(void *data, bool focused)
{
}

static void on_reply(void *data, unsigned code, const char *text)
{
	if (strlen(text) >= WIRE_MESSAGE_MAX)
		abort();
}

static void check_released(const struct session *s)
{
	for (unsigned i = 0; i < s->listener.n; i++)
		if (xenhub_device_held(s->listener.devices[i]))
			abort();
}

static void disconnect(struct session *s)
{
	mirror_disconnect(s->mirror, s->now);
	s->connected = false;
	check_released(s);
	if (mirror_deadline(s->mirror) != CLOCK_NEVER)
		abort();
}

/* Feeds in pieces of `piece` bytes, each in memory of its own. */
static void feed(struct session *s, const uint8_t *bytes, size_t n, size_t piece)
{
	while (n && s->connected) {
		size_t len = n < piece ? n : piece;
		struct wire_error err = { 0 };
		uint8_t *copy = malloc(len);
		const uint8_t *out;
		int rc;

		if (!copy)
			return;
		memcpy(copy, bytes, len);
		rc = mirror_feed(s->mirror, copy, len, s->now, &err);
		free(copy);
		if (rc < 0 && rc != -ESHUTDOWN && (rc != -EBADMSG || !err.text[0]))
			abort();
		mirror_output_sent(s->mirror, mirror_output(s->mirror, &out));
		if (rc < 0)
			disconnect(s);
		bytes += len;
		n -= len;
	}
}

static void feed_message(struct session *s, unsigned type, const uint8_t *body, size_t n, bool right_seq,
			 size_t piece)
{
	uint8_t msg[WIRE_HEADER_SIZE + 2048];

	store32(msg, (uint32_t)(WIRE_HEADER_SIZE + n));
	store16(msg + 4, (uint16_t)type);
	store16(msg + 6, (uint16_t)(type >> 8));
	memcpy(msg + WIRE_HEADER_SIZE, body, n);
	if (wire_is_sequenced(type) && n >= 8 && right_seq)
		wire_patch_seq(msg, ++s->seq);
	if (type == WIRE_LEASE && n >= 8 && right_seq)
		wire_patch_seq(msg, s->seq);
	feed(s, msg, WIRE_HEADER_SIZE + n, piece);
}

static void connect(struct session *s)
{
	struct wire_hello hello = {
		.version_min = 1, .version_max = 1, .role = WIRE_ROLE_HUB, .clock = 1, .generation = 5
	};
	uint8_t buf[WIRE_SMALL_MAX];
	const uint8_t *out;

	if (s->connected)
		disconnect(s);
	mirror_connect(s->mirror, &hello, s->now);
	mirror_output_sent(s->mirror, mirror_output(s->mirror, &out));
	s->connected = true;
	s->seq = 0;
	feed(s, buf, (size_t)wire_put_hello(buf, sizeof(buf), &hello), 16);
}

/* The well-formed beginning that a random one would hardly find: devices, a snapshot. */
static void prelude(struct session *s, unsigned n)
{
	static uint8_t buf[WIRE_DEVICE_STATE_MAX];
	static struct descriptor d;
	struct wire_snapshot begin = { .reason = REASON_CONNECT, .devices = n };

	for (unsigned i = 1; i <= n; i++) {
		struct wire_device device = { .handle = i, .classes = 1, .id = "a", .descriptor = &d };

		device.id[0] = (char)('a' + i);
		descriptor_add(&d, EV_KEY, KEY_A);
		descriptor_add(&d, EV_LED, LED_CAPSL);
		descriptor_add(&d, EV_ABS, ABS_MT_SLOT);
		d.absinfo[ABS_MT_SLOT].maximum = 2;
		feed(s, buf, (size_t)wire_put_device_add(buf, sizeof(buf), ++s->seq, &device), SIZE_MAX);
	}
	begin.seq = ++s->seq;
	feed(s, buf, (size_t)wire_put_snapshot_begin(buf, sizeof(buf), &begin), SIZE_MAX);
	for (unsigned i = 1; i <= n; i++) {
		struct device_state state;

		if (state_init(&state, &d) < 0)
			return;
		state.keys[3] = (uint8_t)(i << 6);
		feed(s, buf, (size_t)wire_put_device_state(buf, sizeof(buf), i, &state), SIZE_MAX);
		state_finish(&state);
	}
	feed(s, buf, (size_t)wire_put_snapshot_end(buf, sizeof(buf), ++s->seq), SIZE_MAX);
	if (s->connected && !mirror_live(s->mirror))
		abort();
}

static size_t step(struct session *s, const uint8_t *p, size_t n)
{
	static const uint16_t types[] = {
		WIRE_HELLO,        WIRE_BYE,           WIRE_PING,           WIRE_PONG,
		WIRE_DEVICE_ADD,   WIRE_DEVICE_REMOVE, WIRE_SNAPSHOT_BEGIN, WIRE_DEVICE_STATE,
		WIRE_SNAPSHOT_END, WIRE_FRAME,         WIRE_LEASE,          WIRE_FOCUS,
		WIRE_STATE,        WIRE_REPLY,         WIRE_SUBSCRIBE,      0x8fff,
	};
	struct xenhub_counters counters;
	size_t body;

	switch (p[0] & 7) {
	case 0: /* raw bytes, the header included */
		body = load16(p + 1) % 64;
		body = body < n - 5 ? body : n - 5;
		feed(s, p + 5, body, p[3] + 1u);
		return 5 + body;
	case 1:
		s->now += (uint64_t)load16(p + 1) * NS_PER_MS;
		mirror_tick(s->mirror, s->now);
		if (mirror_deadline(s->mirror) <= s->now)
			abort();
		return 5;
	case 2:
		connect(s);
		prelude(s, p[1] % 4);
		return 5;
	case 3:
		if (s->connected)
			disconnect(s);
		mirror_counters(s->mirror, &counters);
		return 5;
	default: /* a message: type, length, body */
		body = load16(p + 2) % 1024;
		body = body < n - 5 ? body : n - 5;
		feed_message(s, types[p[1] % (sizeof(types) / sizeof(types[0]))], p + 5, body, p[0] >> 3 & 1,
			     p[0] >> 4 ? 1u << (p[0] >> 4) : SIZE_MAX);
		return 5 + body;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct xenhub_listener listener = {
		.device_added = on_added,
		.device_removed = on_removed,
		.frame = on_frame,
		.state = on_state,
		.focus = on_focus,
		.reply = on_reply,
	};
	struct session s = { .now = NS_PER_S };

	if (mirror_create(&s.mirror, &listener, &s.listener) < 0)
		abort();
	s.listener.mirror = s.mirror;
	connect(&s);
	while (size > 5) {
		size_t n = step(&s, data, size);

		data += n;
		size -= n;
	}
	mirror_destroy(s.mirror);
	if (s.listener.n)
		abort();
	return 0;
}
