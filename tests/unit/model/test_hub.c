/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The engine by itself: what it queues for whom, as a line of text. What consumers make of it is tests/t's affair. */
#include "hub/model/hub.h"

#include <errno.h>
#include <stdio.h>

#include "hub/core/clock.h"
#include "hub/wire/cursor.h"
#include "tests/unit/testing.h"

#define MS NS_PER_MS

struct world {
	struct hub *hub;
	struct hub_consumer *c[HUB_CONSUMERS_MAX + 1];
	uint64_t now;
	uint64_t seq[HUB_CONSUMERS_MAX + 1];
	unsigned leds, wishes;
	uint32_t led_handle;
	unsigned led_code;
	bool led_on;
	char log[8192];
};

static void on_led(void *data, uint32_t handle, unsigned code, bool on)
{
	struct world *w = data;

	w->leds++;
	w->led_handle = handle;
	w->led_code = code;
	w->led_on = on;
}

static void on_wishes(void *data)
{
	((struct world *)data)->wishes++;
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct hub_callbacks callbacks = { .led = on_led, .wishes_changed = on_wishes, .data = w };
	uint8_t boot_id[16] = { 1 };

	if (!w || hub_create(&w->hub, &callbacks, boot_id, 7) < 0)
		return -1;
	w->now = 100 * NS_PER_S;
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	hub_destroy(w->hub);
	free(w);
	return 0;
}

static int join_as(struct world *w, unsigned i, const char *name, struct wire_hello hello)
{
	snprintf(hello.name, sizeof(hello.name), "%s", name);
	hello.role = hello.role ? hello.role : WIRE_ROLE_CONSUMER;
	w->seq[i] = 0;
	return hub_consumer_add(w->hub, &hello, "peer", w->now, &w->c[i]);
}

static void join(struct world *w, unsigned i, const char *name)
{
	assert_int_equal(join_as(w, i, name, (struct wire_hello){ .wishes.classes = CLASS_ALL }), 0);
}

static uint32_t plug_as(struct world *w, const char *name, uint32_t classes, uint32_t flags)
{
	static struct descriptor d;
	uint32_t handle = 0;

	memset(&d, 0, sizeof(d));
	snprintf(d.name, sizeof(d.name), "%s", name);
	for (unsigned code = KEY_ESC; code < KEY_MICMUTE; code++)
		descriptor_add(&d, EV_KEY, code);
	descriptor_add(&d, EV_LED, LED_CAPSL);
	descriptor_add(&d, EV_SW, SW_LID);
	assert_int_equal(
		hub_device_add(w->hub, &d, NULL, classes, "reason", "origin", flags, w->now, &handle), 0);
	return handle;
}

static uint32_t plug(struct world *w, const char *name)
{
	return plug_as(w, name, CLASS_KEYBOARD, 0);
}

static void event(struct world *w, uint32_t handle, uint16_t type, uint16_t code, int32_t value)
{
	struct event events[] = { { type, code, value }, { EV_SYN, SYN_REPORT, 0 } };
	struct frame f = { .time_us = w->now / NS_PER_US, .count = 2, .events = events };

	hub_device_frame(w->hub, handle, &f, w->now);
}

static void key(struct world *w, uint32_t handle, unsigned code, int down)
{
	event(w, handle, EV_KEY, (uint16_t)code, down);
}

static void describe(struct world *w, const uint8_t *msg)
{
	static struct event events[FRAME_EVENTS_MAX];
	static int32_t times[FRAME_EVENTS_MAX];
	static struct descriptor d;
	size_t used = strlen(w->log), room = sizeof(w->log) - used, len = load32(msg);
	char *out = w->log + used;
	struct wire_snapshot snapshot;
	struct wire_device device;
	struct wire_error err;
	struct wire_frame f;
	struct wire_lease lease;
	struct wire_state st;
	uint32_t handle;
	unsigned reason;
	uint64_t seq;
	bool focused;

	switch (load16(msg + 4)) {
	case WIRE_HELLO:
		snprintf(out, room, "hello ");
		break;
	case WIRE_DEVICE_ADD:
		assert_int_equal(wire_get_device_add(msg, len, &seq, &device, &d, &err), 0);
		snprintf(out, room, "add:%s ", d.name);
		break;
	case WIRE_DEVICE_REMOVE:
		assert_int_equal(wire_get_device_remove(msg, len, &seq, &handle, &reason, &err), 0);
		snprintf(out, room, "remove:%s ", reason_name(reason));
		break;
	case WIRE_SNAPSHOT_BEGIN:
		assert_int_equal(wire_get_snapshot_begin(msg, len, &snapshot, &err), 0);
		snprintf(out, room, "begin:%s,%u,%u,%u ", reason_name(snapshot.reason), snapshot.devices,
			 snapshot.lost_kernel, snapshot.lost_queue);
		break;
	case WIRE_DEVICE_STATE:
		snprintf(out, room, "state:%u ", load16(msg + 16));
		break;
	case WIRE_SNAPSHOT_END:
		snprintf(out, room, "end ");
		break;
	case WIRE_FRAME:
		assert_int_equal(wire_get_frame(msg, len, &f, events, times, &err), 0);
		snprintf(out, room, "%s%s:%u=%d ", f.frame.flags ? "!" : "", reason_name(f.frame.reason),
			 events[0].code, events[0].value);
		break;
	case WIRE_LEASE:
		assert_int_equal(wire_get_lease(msg, len, &lease, &err), 0);
		snprintf(out, room, "lease:%u ", lease.held);
		break;
	case WIRE_FOCUS:
		assert_int_equal(wire_get_focus(msg, len, &seq, &focused, &err), 0);
		snprintf(out, room, "focus:%d ", focused);
		break;
	case WIRE_STATE:
		assert_int_equal(wire_get_state(msg, len, &st, &err), 0);
		snprintf(out, room, "%s=%lld ", st.path, (long long)st.integer);
		break;
	case WIRE_PONG:
		snprintf(out, room, "pong ");
		break;
	default:
		fail_msg("type %u", load16(msg + 4));
	}
}

/* Everything that waits for consumer i, as text; the sequence has no gap. */
static const char *drain(struct world *w, unsigned i)
{
	const uint8_t *bytes;
	size_t n;

	w->log[0] = '\0';
	while ((n = hub_consumer_peek(w->c[i], w->now, &bytes))) {
		size_t at = 0;

		for (; at < n; at += load32(bytes + at)) {
			if (wire_is_sequenced(load16(bytes + at + 4)))
				assert_int_equal(load64(bytes + at + WIRE_HEADER_SIZE), ++w->seq[i]);
			describe(w, bytes + at);
		}
		assert_int_equal(at, n);
		hub_consumer_sent(w->c[i], n, w->now);
	}
	n = strlen(w->log);
	if (n)
		w->log[n - 1] = '\0';
	return w->log;
}

static int receive(struct world *w, unsigned i, const uint8_t *msg, int len, struct wire_error *err)
{
	assert_true(len > 0);
	return hub_consumer_receive(w->c[i], msg, (size_t)len, w->now, err);
}

static int ack(struct world *w, unsigned i, uint64_t seq)
{
	struct wire_error err;
	uint8_t buf[WIRE_SMALL_MAX];

	return receive(w, i, buf, wire_put_ack(buf, sizeof(buf), seq), &err);
}

static void a_consumer_is_greeted_with_all_there_is(void **state)
{
	struct world *w = *state;
	uint32_t kbd = plug(w, "kbd");

	key(w, kbd, KEY_A, 1);
	join(w, 0, "a");
	assert_string_equal(drain(w, 0), "hello focus:1 add:kbd begin:connect,1,0,0 state:1 end");
	key(w, kbd, KEY_A, 0);
	plug(w, "other");
	assert_string_equal(drain(w, 0), "none:30=0 add:other");
	hub_device_remove(w->hub, kbd, REASON_UNPLUG, w->now);
	assert_string_equal(drain(w, 0), "remove:unplug");
}

static void limits_are_refused(void **state)
{
	struct world *w = *state;
	static struct descriptor d;
	uint32_t handle = 0;
	char name[32];

	for (unsigned i = 0; i < HUB_DEVICES_MAX; i++) {
		snprintf(name, sizeof(name), "%u", i);
		handle = plug(w, name);
	}
	assert_int_equal(hub_device_add(w->hub, &d, NULL, CLASS_OTHER, "", "", 0, w->now, &handle), -ENOSPC);
	hub_device_remove(w->hub, handle, REASON_UNPLUG, w->now);
	plug(w, "again");
	for (unsigned i = 0; i < HUB_CONSUMERS_MAX; i++)
		join(w, i, "c");
	assert_int_equal(join_as(w, HUB_CONSUMERS_MAX, "one too many", (struct wire_hello){ 0 }), -ENOSPC);
	/* A full hub can still be asked why. */
	assert_int_equal(
		join_as(w, HUB_CONSUMERS_MAX, "xenhub", (struct wire_hello){ .role = WIRE_ROLE_CONTROL }), 0);
	hub_consumer_remove(w->c[3], w->now);
	join(w, 3, "again");
	/* All 64 of them in one snapshot. */
	assert_non_null(strstr(drain(w, 3), "begin:connect,64,0,0"));
}

static void handles_are_never_used_again(void **state)
{
	struct world *w = *state;
	uint32_t old = plug(w, "kbd"), young;

	join(w, 0, "a");
	drain(w, 0);
	hub_device_remove(w->hub, old, REASON_UNPLUG, w->now);
	young = plug(w, "kbd");
	assert_int_not_equal(old, young);
	drain(w, 0);
	key(w, old, KEY_A, 1);
	hub_device_release(w->hub, old, REASON_SUSPEND, w->now);
	hub_device_remove(w->hub, old, REASON_UNPLUG, w->now);
	assert_string_equal(drain(w, 0), "");
	assert_int_equal(hub_held(w->hub), 0);
}

static void ids_are_stable_and_unique(void **state)
{
	struct world *w = *state;
	struct hub_device_info one, two, again;
	uint32_t a = plug(w, "twin"), b = plug(w, "twin"), c = plug(w, "twin");

	assert_true(hub_device_find(w->hub, a, &one) && hub_device_find(w->hub, b, &two));
	assert_int_equal(strlen(two.id), strlen(one.id) + 2);
	assert_memory_equal(two.id, one.id, strlen(one.id));
	assert_string_equal(two.id + strlen(one.id), "-2");
	assert_true(hub_device_find(w->hub, c, &again));
	assert_string_equal(again.id + strlen(one.id), "-3");
	hub_device_remove(w->hub, a, REASON_UNPLUG, w->now);
	a = plug(w, "twin");
	assert_true(hub_device_find(w->hub, a, &again));
	assert_string_equal(again.id, one.id);
}

static void a_device_goes_with_its_keys(void **state)
{
	struct world *w = *state;
	uint32_t kbd = plug(w, "kbd");

	join(w, 0, "a");
	drain(w, 0);
	key(w, kbd, KEY_9, 1);
	hub_device_remove(w->hub, kbd, REASON_UNPLUG, w->now);
	assert_string_equal(drain(w, 0), "none:10=1 !unplug:10=0 remove:unplug");
	assert_int_equal(hub_held(w->hub), 0);
}

static void focus_moves_what_is_held(void **state)
{
	struct world *w = *state;
	uint32_t kbd = plug(w, "kbd");

	join(w, 0, "a");
	join(w, 1, "b");
	assert_int_equal(hub_focus_set(w->hub, "a", w->now), 0);
	drain(w, 0);
	drain(w, 1);
	key(w, kbd, KEY_A, 1);
	assert_string_equal(drain(w, 0), "none:30=1");
	assert_string_equal(drain(w, 1), "");
	assert_int_equal(hub_focus_set(w->hub, "b", w->now), 0);
	assert_string_equal(drain(w, 0), "!focus:30=0 focus:0");
	assert_string_equal(drain(w, 1), "focus:1 begin:focus,1,0,0 state:1 end");
	key(w, kbd, KEY_A, 0);
	assert_string_equal(drain(w, 0), "");
	assert_string_equal(drain(w, 1), "none:30=0");
	/* Nobody, everybody, and one who is not there yet. */
	assert_int_equal(hub_focus_set(w->hub, "", w->now), 0);
	assert_string_equal(hub_focus(w->hub), "");
	assert_string_equal(drain(w, 1), "focus:0");
	assert_int_equal(hub_focus_set(w->hub, NULL, w->now), 0);
	assert_null(hub_focus(w->hub));
	assert_non_null(strstr(drain(w, 0), "focus:1 begin:focus"));
	assert_int_equal(hub_focus_set(w->hub, "late", w->now), 0);
	join(w, 2, "late");
	assert_non_null(strstr(drain(w, 2), "hello focus:1"));
}

static void who_has_no_focus_learns_no_keys(void **state)
{
	struct world *w = *state;
	uint32_t kbd = plug(w, "kbd");

	hub_focus_set(w->hub, "a", w->now);
	key(w, kbd, KEY_A, 1);
	join(w, 1, "b");
	assert_string_equal(drain(w, 1), "hello focus:0 add:kbd begin:connect,1,0,0 state:0 end");
	w->now += (WIRE_LEASE_MS * MS);
	hub_tick(w->hub, w->now);
	assert_string_equal(drain(w, 1), "");
	/* But the lid is everybody's, and the control link sees all. */
	event(w, plug_as(w, "lid", CLASS_SWITCH, 0), EV_SW, SW_LID, 1);
	assert_string_equal(drain(w, 1), "add:lid none:0=1");
	assert_int_equal(
		join_as(w, 0, "ctl",
			(struct wire_hello){ .role = WIRE_ROLE_CONTROL, .wishes.classes = CLASS_ALL }),
		0);
	assert_non_null(strstr(drain(w, 0), "begin:connect,2,0,0 state:1 state:0 end"));
}

static void wishes_decide_what_is_seen(void **state)
{
	struct world *w = *state;
	struct wire_subscribe wish = { .wishes.classes = CLASS_TOUCHPAD | CLASS_MOUSE,
				       .wishes.touchpad = WIRE_TOUCHPAD_POINTER };
	struct wire_error err;
	uint8_t buf[WIRE_SMALL_MAX];
	bool pointer, raw, screen;
	uint32_t classes;

	plug(w, "kbd");
	plug_as(w, "pad-raw", CLASS_TOUCHPAD, HUB_DEVICE_RAW_TOUCHPAD);
	plug_as(w, "pad-pointer", CLASS_MOUSE, HUB_DEVICE_POINTER);
	assert_int_equal(
		join_as(w, 0, "a", (struct wire_hello){ .wishes.classes = CLASS_TOUCHPAD | CLASS_MOUSE }), 0);
	assert_string_equal(drain(w, 0), "hello focus:1 add:pad-raw begin:connect,1,0,0 state:0 end");
	hub_wishes(w->hub, &classes, &pointer, &raw, &screen);
	assert_true(raw && !pointer && screen && classes == (CLASS_TOUCHPAD | CLASS_MOUSE));

	assert_int_equal(receive(w, 0, buf, wire_put_subscribe(buf, sizeof(buf), &wish), &err), 0);
	assert_string_equal(drain(w, 0), "remove:connect add:pad-pointer begin:connect,1,0,0 state:0 end");
	hub_wishes(w->hub, &classes, &pointer, &raw, &screen);
	assert_true(!raw && pointer);

	wish.wishes.classes = CLASS_KEYBOARD;
	wish.snapshot = true;
	assert_int_equal(receive(w, 0, buf, wire_put_subscribe(buf, sizeof(buf), &wish), &err), 0);
	assert_non_null(strstr(drain(w, 0), "remove:connect add:kbd begin:connect"));

	assert_int_equal(receive(w, 0, buf, wire_put_screen(buf, sizeof(buf), false), &err), 0);
	hub_wishes(w->hub, &classes, &pointer, &raw, &screen);
	assert_false(screen);
	assert_int_equal(w->wishes, 3);

	/* One without a screen, a twin beside the display, keeps nothing awake; another screen does. */
	assert_int_equal(join_as(w, 1, "b", (struct wire_hello){ .wishes.classes = CLASS_KEYBOARD }), 0);
	hub_wishes(w->hub, &classes, &pointer, &raw, &screen);
	assert_false(screen);
	assert_int_equal(receive(w, 1, buf, wire_put_screen(buf, sizeof(buf), true), &err), 0);
	hub_wishes(w->hub, &classes, &pointer, &raw, &screen);
	assert_true(screen);
}

/* The deadline is right after any call, not only after a tick. */
static void the_lease_is_renewed_while_something_is_held(void **state)
{
	struct world *w = *state;
	uint32_t kbd = plug(w, "kbd");
	uint64_t begin;

	join(w, 0, "a");
	drain(w, 0);
	assert_true(hub_deadline(w->hub) == CLOCK_NEVER);
	key(w, kbd, KEY_A, 1);
	begin = w->now;
	assert_true(hub_deadline(w->hub) == begin + (WIRE_LEASE_MS * MS));
	drain(w, 0);
	for (int i = 0; i < 3; i++) {
		assert_true(hub_deadline(w->hub) == w->now + (WIRE_LEASE_MS * MS));
		w->now = hub_deadline(w->hub) - 1;
		hub_tick(w->hub, w->now);
		assert_string_equal(drain(w, 0), "");
		w->now++;
		hub_tick(w->hub, w->now);
		assert_string_equal(drain(w, 0), "lease:1");
		assert_int_equal(ack(w, 0, w->seq[0]), 0);
	}
	key(w, kbd, KEY_A, 0);
	drain(w, 0);
	assert_true(hub_deadline(w->hub) == CLOCK_NEVER);
	hub_tick(w->hub, w->now + 10 * NS_PER_S);
	assert_string_equal(drain(w, 0), "");
}

static void silence_is_noticed_only_while_it_matters(void **state)
{
	struct world *w = *state;
	uint32_t kbd = plug(w, "kbd");

	join(w, 0, "a");
	drain(w, 0);
	w->now += 100 * NS_PER_S;
	assert_int_equal(hub_consumer_check(w->c[0], w->now), 0);
	key(w, kbd, KEY_A, 1);
	assert_true(drain(w, 0)[0]);
	/* Held: the lease wants its answers. */
	w->now += (WIRE_ACK_MS * MS) - MS;
	hub_tick(w->hub, w->now);
	drain(w, 0);
	assert_int_equal(hub_consumer_check(w->c[0], w->now), 0);
	assert_int_equal(ack(w, 0, w->seq[0]), 0);
	w->now += (WIRE_ACK_MS * MS) - MS;
	assert_int_equal(hub_consumer_check(w->c[0], w->now), 0);
	w->now += MS;
	assert_int_equal(hub_consumer_check(w->c[0], w->now), -ETIMEDOUT);
	assert_int_equal(ack(w, 0, w->seq[0]), 0);
	key(w, kbd, KEY_A, 0);
	drain(w, 0);
	w->now += 100 * NS_PER_S;
	assert_int_equal(hub_consumer_check(w->c[0], w->now), 0);
	/* Queued and not taken: the same, and the deadline says so. */
	key(w, kbd, KEY_B, 1);
	key(w, kbd, KEY_B, 0);
	hub_tick(w->hub, w->now);
	assert_true(hub_deadline(w->hub) == w->now + (WIRE_ACK_MS * MS));
	assert_int_equal(hub_consumer_check(w->c[0], w->now + (WIRE_ACK_MS * MS)), -ETIMEDOUT);
}

static void silence_does_not_count_while_the_hub_slept(void **state)
{
	struct world *w = *state;
	uint32_t kbd = plug(w, "kbd");

	join(w, 0, "a");
	key(w, kbd, KEY_A, 1);
	drain(w, 0);
	w->now += 100 * NS_PER_S;
	hub_excuse(w->hub, w->now);
	hub_tick(w->hub, w->now);
	assert_int_equal(hub_consumer_check(w->c[0], w->now), 0);
	w->now += WIRE_ACK_MS * MS;
	assert_int_equal(hub_consumer_check(w->c[0], w->now), -ETIMEDOUT);
}

static void acknowledgements_cannot_be_made_up(void **state)
{
	struct world *w = *state;

	plug(w, "kbd");
	join(w, 0, "a");
	assert_int_equal(ack(w, 0, 1), -EBADMSG); /* nothing was sent */
	drain(w, 0);
	assert_int_equal(ack(w, 0, w->seq[0]), 0);
	assert_int_equal(ack(w, 0, w->seq[0]), 0);
	assert_int_equal(ack(w, 0, w->seq[0] - 1), -EBADMSG);
	assert_int_equal(ack(w, 0, w->seq[0] + 1), -EBADMSG);
}

static int led(struct world *w, unsigned i, uint32_t handle, unsigned code, struct wire_error *err)
{
	uint8_t buf[WIRE_SMALL_MAX];

	return receive(w, i, buf,
		       wire_put_led(buf, sizeof(buf), &(struct wire_led){ handle, (uint16_t)code, true }),
		       err);
}

static void leds_belong_to_who_has_focus(void **state)
{
	struct world *w = *state;
	uint32_t kbd = plug(w, "kbd");
	struct hub_consumer_info info;
	struct wire_error err;

	join(w, 0, "a");
	join(w, 1, "b");
	hub_focus_set(w->hub, "a", w->now);
	assert_int_equal(led(w, 1, kbd, LED_CAPSL, &err), 0);
	assert_int_equal(w->leds, 0);
	assert_int_equal(led(w, 0, kbd, LED_CAPSL, &err), 0);
	assert_true(w->leds == 1 && w->led_handle == kbd && w->led_code == LED_CAPSL && w->led_on);
	assert_int_equal(led(w, 0, kbd + 64, LED_CAPSL, &err), 0); /* gone, or never there: no fault */
	assert_int_equal(w->leds, 1);
	assert_int_equal(led(w, 0, kbd, LED_MAIL, &err), -EBADMSG);
	assert_int_equal(err.bye, WIRE_BYE_UNEXPECTED);
	/* A flood is cut off, counted, and over with the second. */
	w->now += NS_PER_S;
	for (int i = 0; i < 200; i++)
		assert_int_equal(led(w, 0, kbd, LED_CAPSL, &err), 0);
	assert_int_equal(w->leds, 1 + HUB_LED_PER_SECOND);
	hub_consumer_info(w->c[0], &info);
	assert_int_equal(info.led_dropped, 200 - HUB_LED_PER_SECOND);
	w->now += NS_PER_S;
	assert_int_equal(led(w, 0, kbd, LED_CAPSL, &err), 0);
	assert_int_equal(w->leds, 2 + HUB_LED_PER_SECOND);
}

static void only_a_consumers_messages_are_taken(void **state)
{
	static const struct {
		unsigned type;
		int rc;
		unsigned bye;
	} cases[] = {
		{ WIRE_HELLO, -EBADMSG, WIRE_BYE_UNEXPECTED },
		{ WIRE_DEVICE_ADD, -EBADMSG, WIRE_BYE_UNEXPECTED },
		{ WIRE_FRAME, -EBADMSG, WIRE_BYE_UNEXPECTED },
		{ WIRE_LEASE, -EBADMSG, WIRE_BYE_UNEXPECTED },
		{ WIRE_FOCUS, -EBADMSG, WIRE_BYE_UNEXPECTED },
		{ WIRE_REQUEST, -EBADMSG, WIRE_BYE_UNKNOWN },
		{ 77, -EBADMSG, WIRE_BYE_UNKNOWN },
		{ 77 | WIRE_SKIPPABLE, 0, 0 },
		{ WIRE_CLAIM, 0, 0 },
		{ WIRE_ACK, -EBADMSG, WIRE_BYE_MALFORMED }, /* without a body */
		{ WIRE_BYE, -EBADMSG, WIRE_BYE_MALFORMED },
	};
	struct world *w = *state;
	struct wire_error err;
	uint8_t buf[WIRE_SMALL_MAX];

	join(w, 0, "a");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		uint8_t msg[WIRE_HEADER_SIZE] = { WIRE_HEADER_SIZE };

		store16(msg + 4, (uint16_t)cases[i].type);
		err.text[0] = '\0';
		assert_int_equal(hub_consumer_receive(w->c[0], msg, sizeof(msg), w->now, &err), cases[i].rc);
		if (cases[i].rc) {
			assert_int_equal(err.bye, cases[i].bye);
			assert_true(err.text[0]);
		}
	}
	drain(w, 0);
	assert_int_equal(receive(w, 0, buf, wire_put_ping(buf, sizeof(buf), false, 10), &err), 0);
	assert_string_equal(drain(w, 0), "pong");
	assert_int_equal(receive(w, 0, buf, wire_put_bye(buf, sizeof(buf), WIRE_BYE_DONE, "x"), &err),
			 -ESHUTDOWN);
}

/* Snapshots one after the other, none of them sent yet: no key between them is lost, for there is room for all. */
static void no_edge_is_lost_below_the_mark(void **state)
{
	struct world *w = *state;
	uint32_t kbd = plug(w, "kbd");
	struct hub_consumer_info info;
	unsigned presses = 0;

	join(w, 0, "a");
	join(w, 1, "b");
	for (int i = 0; i < 100; i++) {
		hub_focus_set(w->hub, i & 1 ? "b" : "a", w->now);
		key(w, kbd, KEY_A, 1);
		key(w, kbd, KEY_A, 0);
	}
	drain(w, 0);
	for (const char *p = w->log; (p = strstr(p, "none:30=1 none:30=0")); p++)
		presses++;
	assert_int_equal(presses, 50);
	hub_consumer_info(w->c[0], &info);
	assert_int_equal(info.swallowed, 0);
}

static void flood(struct world *w, uint32_t handle, unsigned edges)
{
	for (unsigned i = 0; i < edges; i++)
		key(w, handle, KEY_A, !(i & 1));
}

static void an_overflow_ends_in_a_snapshot(void **state)
{
	struct world *w = *state;
	uint32_t kbd = plug(w, "kbd");
	struct hub_consumer_info info;
	char want[128];

	join(w, 0, "a");
	join(w, 1, "b");
	drain(w, 0);
	flood(w, kbd, 10000);
	plug(w, "late");
	hub_focus_set(w->hub, "b", w->now);
	hub_focus_set(w->hub, "a", w->now);
	key(w, kbd, KEY_9, 1);
	hub_consumer_info(w->c[0], &info);
	assert_true(info.swallowed > 0);
	/* The device that came, and focus that went and came back, are told with it. */
	snprintf(want, sizeof(want), "focus:1 add:late begin:overflow,2,0,%llu state:0 state:0 end none:10=1",
		 (unsigned long long)info.swallowed);
	assert_string_equal(drain(w, 0), want);
	key(w, kbd, KEY_9, 0);
	assert_string_equal(drain(w, 0), "none:10=0");
}

static void devices_that_come_and_go_during_an_overflow_are_right(void **state)
{
	struct world *w = *state;
	uint32_t kbd = plug(w, "kbd"), gone = plug(w, "gone");

	join(w, 0, "a");
	drain(w, 0);
	flood(w, kbd, 100);
	plug(w, "told before");
	flood(w, kbd, 10000);
	hub_device_remove(w->hub, gone, REASON_UNPLUG, w->now);
	hub_device_remove(w->hub, plug(w, "never seen"), REASON_UNPLUG, w->now);
	plug(w, "in the same slot");
	drain(w, 0);
	/* Each device that the snapshot names was added exactly once before it. */
	assert_non_null(strstr(w->log, "add:told before"));
	assert_non_null(strstr(w->log, "add:in the same slot"));
	assert_null(strstr(w->log, "never seen"));
	assert_null(strstr(strstr(w->log, "add:told before") + 1, "add:told before"));
	assert_non_null(strstr(w->log, "begin:overflow,3,"));
}

/* Even the greeting must survive a consumer that does not read. */
static void an_overflow_before_the_greeting_left_is_no_loss_of_it(void **state)
{
	struct world *w = *state;
	uint32_t kbd = plug(w, "kbd");

	join(w, 0, "a");
	flood(w, kbd, 10000);
	assert_memory_equal(drain(w, 0),
			    "hello focus:1 add:kbd begin:connect,1,0,0 state:0 end begin:overflow,1,0,", 60);
}

static void losses_are_told_to_who_resumes(void **state)
{
	struct world *w = *state;
	uint32_t kbd = plug(w, "kbd");

	join(w, 0, "a");
	drain(w, 0);
	key(w, kbd, KEY_A, 1);
	key(w, kbd, KEY_A, 0);
	hub_consumer_remove(w->c[0], w->now);
	key(w, kbd, KEY_B, 1);
	assert_int_equal(
		join_as(w, 0, "a", (struct wire_hello){ .generation = 7, .wishes.classes = CLASS_ALL }), 0);
	assert_string_equal(drain(w, 0), "hello focus:1 add:kbd begin:connect,1,0,3 state:1 end");
	/* Someone new has lost nothing. */
	join(w, 1, "b");
	assert_non_null(strstr(drain(w, 1), "begin:connect,1,0,0"));
}

static void a_resync_counts_for_who_sees_the_device(void **state)
{
	struct world *w = *state;
	uint32_t kbd = plug(w, "kbd");
	struct event events[] = { { EV_KEY, KEY_A, 0 }, { EV_SYN, SYN_REPORT, 0 } };
	struct frame f = {
		.flags = FRAME_RESYNC, .reason = REASON_OVERFLOW, .lost = 2, .count = 2, .events = events
	};
	struct hub_device_info info;

	join(w, 0, "a");
	assert_int_equal(join_as(w, 1, "b", (struct wire_hello){ .wishes.classes = CLASS_PEN }), 0);
	drain(w, 0);
	drain(w, 1);
	hub_device_frame(w->hub, kbd, &f, w->now);
	assert_true(hub_device_find(w->hub, kbd, &info));
	assert_int_equal(info.resyncs, 1);
	for (unsigned i = 0; i < 2; i++) {
		struct wire_subscribe plea = { .wishes.classes = CLASS_KEYBOARD, .snapshot = true };
		struct wire_error err;
		uint8_t buf[WIRE_SMALL_MAX];

		assert_int_equal(receive(w, i, buf, wire_put_subscribe(buf, sizeof(buf), &plea), &err), 0);
		drain(w, i);
		assert_non_null(strstr(w->log, i ? "begin:connect,1,0,0" : "begin:connect,1,2,0"));
	}
}

/* What was on when the device came is told: keys, switches, LEDs. */
static void a_device_comes_with_its_state(void **state)
{
	static const struct event on[] = { { EV_KEY, KEY_A, 1 },
					   { EV_SW, SW_LID, 1 },
					   { EV_LED, LED_CAPSL, 1 } };
	struct world *w = *state;
	static struct descriptor d;
	struct device_state initial;
	uint32_t handle;

	descriptor_add(&d, EV_KEY, KEY_A);
	join(w, 0, "a");
	drain(w, 0);
	for (size_t i = 0; i < COUNT_OF(on); i++) {
		assert_int_equal(state_init(&initial, &d), 0);
		state_apply(&initial, &on[i], 1);
		assert_int_equal(
			hub_device_add(w->hub, &d, &initial, CLASS_KEYBOARD, "", "", 0, w->now, &handle), 0);
		state_finish(&initial);
		assert_non_null(strstr(drain(w, 0), "begin:connect"));
	}
	assert_int_equal(hub_held(w->hub), 1);
	assert_true(hub_deadline(w->hub) == w->now + (WIRE_LEASE_MS * MS));
}

static void a_resume_brings_what_changed(void **state)
{
	struct world *w = *state;
	uint32_t kbd = plug(w, "kbd");
	struct hub_device_info info;
	struct device_state actual;

	join(w, 0, "a");
	drain(w, 0);
	key(w, kbd, KEY_A, 1);
	hub_device_release(w->hub, kbd, REASON_SUSPEND, w->now);
	hub_device_release(w->hub, kbd, REASON_SUSPEND, w->now);
	assert_string_equal(drain(w, 0), "none:30=1 !suspend:30=0");
	assert_true(hub_device_find(w->hub, kbd, &info));
	assert_int_equal(state_init(&actual, info.descriptor), 0);
	state_apply(&actual, &(struct event){ EV_KEY, KEY_9, 1 }, 1);
	hub_device_resync(w->hub, kbd, &actual, REASON_SUSPEND, w->now);
	assert_string_equal(drain(w, 0), "!suspend:10=1");
	hub_device_resync(w->hub, kbd, &actual, REASON_SUSPEND, w->now);
	assert_string_equal(drain(w, 0), "");
	assert_int_equal(hub_held(w->hub), 1);
	state_finish(&actual);
}

static void states_come_at_the_wished_rate(void **state)
{
	struct world *w = *state;
	struct wire_hello hello = { .wishes = { .states = 1, .state_interval_ms = 100 } };

	states_set_integer(hub_states(w->hub), w->now, 1, "", "power/percent");
	states_set_integer(hub_states(w->hub), w->now, 1, "", "device/secret");
	assert_int_equal(join_as(w, 0, "a", hello), 0);
	assert_string_equal(drain(w, 0), "hello focus:1 begin:connect,0,0,0 end power/percent=1");
	for (int i = 2; i < 10; i++) {
		states_set_integer(hub_states(w->hub), w->now, i, "", "power/percent");
		w->now += 10 * MS;
		assert_string_equal(drain(w, 0), "");
	}
	assert_true(hub_deadline(w->hub) == w->now + 20 * MS);
	w->now = hub_deadline(w->hub);
	assert_string_equal(drain(w, 0), "power/percent=9");
	assert_true(hub_deadline(w->hub) == CLOCK_NEVER);
	/* The control link sees everything, at once. */
	hello.role = WIRE_ROLE_CONTROL;
	hello.wishes.state_interval_ms = 0;
	assert_int_equal(join_as(w, 1, "ctl", hello), 0);
	assert_non_null(strstr(drain(w, 1), "device/secret=1 power/percent=9"));
}

static void states_never_crowd_out_events(void **state)
{
	struct world *w = *state;
	struct hub_consumer_info info;
	const uint8_t *bytes;

	for (int i = 0; i < 4000; i++)
		states_set_integer(hub_states(w->hub), w->now, i, "", "light/%d", i);
	assert_int_equal(join_as(w, 0, "a",
				 (struct wire_hello){ .wishes = { .states = 1, .state_interval_ms = 100 } }),
			 0);
	hub_consumer_peek(w->c[0], w->now, &bytes);
	hub_consumer_info(w->c[0], &info);
	assert_true(info.queued < 20 * 1024);
	/* The first round is not slowed down by the interval. */
	w->log[0] = '\0';
	for (size_t n; (n = hub_consumer_peek(w->c[0], w->now, &bytes));)
		hub_consumer_sent(w->c[0], n, w->now);
	assert_int_equal(states_serial(hub_states(w->hub)), 4000);
	hub_consumer_info(w->c[0], &info);
	assert_true(info.sent_bytes > 4000 * 40);
}

static void changed_slots_are_marked_for_publishing(void **state)
{
	struct world *w = *state;
	uint32_t a = plug(w, "a"), b = plug(w, "b");

	assert_int_equal(hub_take_dirty(w->hub), 3);
	assert_int_equal(hub_take_dirty(w->hub), 0);
	key(w, b, KEY_A, 1);
	assert_int_equal(hub_take_dirty(w->hub), 2);
	hub_device_remove(w->hub, a, REASON_UNPLUG, w->now);
	assert_int_equal(hub_take_dirty(w->hub), 1);
}

int main(void)
{
#define WITH_HUB(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH_HUB(a_consumer_is_greeted_with_all_there_is),
		WITH_HUB(limits_are_refused),
		WITH_HUB(handles_are_never_used_again),
		WITH_HUB(ids_are_stable_and_unique),
		WITH_HUB(a_device_goes_with_its_keys),
		WITH_HUB(focus_moves_what_is_held),
		WITH_HUB(who_has_no_focus_learns_no_keys),
		WITH_HUB(wishes_decide_what_is_seen),
		WITH_HUB(the_lease_is_renewed_while_something_is_held),
		WITH_HUB(silence_is_noticed_only_while_it_matters),
		WITH_HUB(silence_does_not_count_while_the_hub_slept),
		WITH_HUB(acknowledgements_cannot_be_made_up),
		WITH_HUB(leds_belong_to_who_has_focus),
		WITH_HUB(only_a_consumers_messages_are_taken),
		WITH_HUB(no_edge_is_lost_below_the_mark),
		WITH_HUB(an_overflow_ends_in_a_snapshot),
		WITH_HUB(devices_that_come_and_go_during_an_overflow_are_right),
		WITH_HUB(an_overflow_before_the_greeting_left_is_no_loss_of_it),
		WITH_HUB(losses_are_told_to_who_resumes),
		WITH_HUB(a_resync_counts_for_who_sees_the_device),
		WITH_HUB(a_device_comes_with_its_state),
		WITH_HUB(a_resume_brings_what_changed),
		WITH_HUB(states_come_at_the_wished_rate),
		WITH_HUB(states_never_crowd_out_events),
		WITH_HUB(changed_slots_are_marked_for_publishing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
