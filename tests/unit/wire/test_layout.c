/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The wire, byte by byte, as docs/protocol.md has it: whoever changes a line here changes the protocol of every tablet out there. */
#include <errno.h>
#include <stdio.h>

#include "hub/wire/cursor.h"
#include "hub/wire/wire.h"
#include "tests/unit/testing.h"

static void expect(const uint8_t *buf, int len, const char *hex)
{
	char got[1024] = "";
	size_t n = 0;

	assert_true(len > 0 && (size_t)len * 2 < sizeof(got));
	/* Spaces are for the eye. */
	for (int i = 0; i < len; i++, hex += 2) {
		while (*hex == ' ')
			hex++;
		n += (size_t)snprintf(got + n, sizeof(got) - n, "%02x", buf[i]);
		if (strncmp(got + n - 2, hex, 2))
			fail_msg("byte %d is %s, should be %.2s; so far %s", i, got + n - 2, hex, got);
	}
	assert_string_equal(hex, "");
}

static uint8_t buf[1024];

static void hello(void **state)
{
	struct wire_hello m = {
		.version_min = 1,
		.version_max = 2,
		.role = WIRE_ROLE_CONSUMER,
		.clock = 1,
		.features = 0x11223344,
		.boot_id = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
		.generation = 0x0807060504030201,
		.wishes = { .classes = 0x3ff, .touchpad = 1, .states = 1, .state_interval_ms = 250 },
		.name = "twin"
	};

	expect(buf, wire_put_hello(buf, sizeof(buf), &m),
	       "42000000 0100 0000 58485542 0100 0200 02 01 0000 44332211 000102030405060708090a0b0c0d0e0f"
	       "0102030405060708 ff030000 01 01 0000 fa000000 0400 7477696e");
}

static void bye_and_ping(void **state)
{
	expect(buf, wire_put_bye(buf, sizeof(buf), WIRE_BYE_LIMIT, "full"),
	       "12000000 0200 0000 06000000 0400 66756c6c");
	expect(buf, wire_put_ping(buf, sizeof(buf), false, 10), "10000000 0300 0000 0a00000000000000");
	expect(buf, wire_put_ping(buf, sizeof(buf), true, 10), "10000000 0400 0000 0a00000000000000");
}

static void devices(void **state)
{
	static struct descriptor d;
	struct wire_device m = { .handle = 65,
				 .classes = 1,
				 .id = "id",
				 .reason = "r",
				 .origin = "o",
				 .claimed = true,
				 .descriptor = &d };

	strcpy(d.name, "n");
	strcpy(d.phys, "p");
	strcpy(d.uniq, "u");
	d.bustype = 3;
	d.vendor = 0x046d;
	d.product = 0xc52b;
	d.version = 0x0111;
	bit_set(d.props, INPUT_PROP_DIRECT);
	descriptor_add(&d, EV_KEY, KEY_9);
	descriptor_add(&d, EV_ABS, ABS_Y);
	d.absinfo[ABS_Y] = (struct input_absinfo){ 1, -2, 3, 4, 5, 6 };
	expect(buf, wire_put_device_add(buf, sizeof(buf), 9, &m),
	       "5b000000 1000 0100 0900000000000000 41000000 01000000 0300 6d04 2bc5 1101"
	       "0200 6964 0100 72 0100 6f 0100 6e 0100 70 0100 75"
	       "ff 01 02  00 01 0b  01 02 0004  03 01 02  0000"
	       "01 01000000 feffffff 03000000 04000000 05000000 06000000");
	expect(buf, wire_put_device_remove(buf, sizeof(buf), 10, 65, REASON_UNPLUG),
	       "18000000 1100 0000 0a00000000000000 41000000 02000000");
}

static void snapshots(void **state)
{
	static struct descriptor d;
	struct device_state s;
	struct event events[] = {
		{ EV_KEY, KEY_9, 1 },  { EV_SW, SW_TABLET_MODE, 1 },      { EV_LED, LED_CAPSL, 1 },
		{ EV_ABS, ABS_Y, -1 }, { EV_ABS, ABS_MT_TRACKING_ID, 7 }, { EV_ABS, ABS_MT_TOOL_Y, 10 }
	};

	descriptor_add(&d, EV_ABS, ABS_MT_SLOT);
	d.absinfo[ABS_MT_SLOT].maximum = 0;
	assert_int_equal(state_init(&s, &d), 0);
	state_apply(&s, events, COUNT_OF(events));
	expect(buf,
	       wire_put_snapshot_begin(buf, sizeof(buf),
				       &(struct wire_snapshot){ 11, REASON_OVERFLOW, 1, 2, 3 }),
	       "20000000 1200 0000 0b00000000000000 05000000 01000000 02000000 03000000");
	expect(buf, wire_put_device_state(buf, sizeof(buf), 65, &s),
	       "60000000 1300 0000 41000000 00000000 0100 0100 0100 0100 0100 0e00"
	       "0a00 0100 0100 0100ffffffff"
	       "00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 07000000 "
	       "00000000 00000000"
	       "00000000 0a000000");
	expect(buf, wire_put_snapshot_end(buf, sizeof(buf), 12), "10000000 1400 0000 0c00000000000000");
	state_finish(&s);
}

static void frames(void **state)
{
	static const struct event events[] = { { EV_KEY, KEY_9, 1 }, { EV_SYN, SYN_REPORT, 0 } };
	static const int32_t times[] = { -10, 0 };
	struct wire_frame m = { .seq = 13,
				.sent_ns = 0x1000,
				.age_ns = 0x20,
				.handle = 65,
				.frame = { .time_us = 1000000,
					   .flags = FRAME_SYNTHETIC | FRAME_RESYNC,
					   .reason = REASON_FOCUS,
					   .lost = 3,
					   .count = 2,
					   .events = events } };

	expect(buf, wire_put_frame(buf, sizeof(buf), &m),
	       "40000000 1500 0500 0d00000000000000 40420f0000000000 0010000000000000 20000000 41000000 0200 "
	       "0300 03000000"
	       "0100 0a00 01000000 0000 0000 00000000");
	m.frame.times = times;
	m.frame.flags = FRAME_CANCEL;
	expect(buf, wire_put_frame(buf, sizeof(buf), &m),
	       "48000000 1500 0a00 0d00000000000000 40420f0000000000 0010000000000000 20000000 41000000 0200 "
	       "0300 03000000"
	       "0100 0a00 01000000 0000 0000 00000000 f6ffffff 00000000");
}

static void the_rest_of_a_hubs(void **state)
{
	struct wire_state text = {
		.time_ns = 1, .type = WIRE_STATE_TEXT, .stale = true, .path = "a/b", .text = "x"
	};
	struct wire_state integer = {
		.time_ns = 1, .type = WIRE_STATE_INTEGER, .integer = -2, .path = "a", .unit = "%"
	};

	expect(buf,
	       wire_put_lease(buf, sizeof(buf),
			      &(struct wire_lease){ .held = 2, .hash = 0xaabbccdd, .seq = 14 }),
	       "18000000 1600 0000 0e00000000000000 02000000 ddccbbaa");
	expect(buf, wire_put_focus(buf, sizeof(buf), 15, true),
	       "14000000 1700 0000 0f00000000000000 01000000");
	expect(buf, wire_put_state(buf, sizeof(buf), &text),
	       "26000000 1880 0000 0100000000000000 0000000000000000 02 01 0000 0300 612f62 0000 0100 78");
	expect(buf, wire_put_state(buf, sizeof(buf), &integer),
	       "24000000 1880 0000 0100000000000000 feffffffffffffff 01 00 0000 0100 61 0100 25 0000");
}

static void a_consumers(void **state)
{
	struct wire_subscribe subscribe = {
		{ .classes = 1, .touchpad = 1, .states = 1, .state_interval_ms = 10 }, true
	};

	expect(buf, wire_put_subscribe(buf, sizeof(buf), &subscribe),
	       "18000000 4000 0000 01000000 01 01 0000 0a000000 01000000");
	expect(buf, wire_put_ack(buf, sizeof(buf), 10), "10000000 4100 0000 0a00000000000000");
	expect(buf, wire_put_led(buf, sizeof(buf), &(struct wire_led){ 65, LED_CAPSL, true }),
	       "10000000 4200 0000 41000000 0100 0100");
	expect(buf, wire_put_screen(buf, sizeof(buf), true), "0c000000 4480 0000 01000000");
	expect(buf, wire_put_request(buf, sizeof(buf), WIRE_REQUEST, 0, "focus"),
	       "13000000 6000 0000 00000000 0500 666f637573");
	expect(buf, wire_put_request(buf, sizeof(buf), WIRE_REPLY, 22, ""),
	       "0e000000 6100 0000 16000000 0000");
}

/* `xenhub focus` reads a list out of it: line ends stay, and nothing else that could steer a terminal does. */
static void a_reply_keeps_its_lines(void **state)
{
	int len = wire_put_request(buf, sizeof(buf), WIRE_REPLY, 0, "all\ngui\n\x1b[2Jx\t\xc2\x85y\n");
	struct wire_error err;
	uint32_t code;
	char text[64];

	assert_true(len > 0);
	assert_int_equal(wire_get_request(buf, (size_t)len, &code, text, sizeof(text), &err), 0);
	assert_string_equal(text, "all\ngui\n?[2Jx???y\n");
	assert_int_equal(wire_get_request(buf, (size_t)len, &code, text, 8, &err), -EBADMSG);
}

static void stamps_go_where_they_belong(void **state)
{
	static const struct event events[] = { { EV_SYN, SYN_REPORT, 0 } };
	struct wire_frame m = { .frame = { .count = 1, .events = events } }, got;
	static struct event out[FRAME_EVENTS_MAX];
	static int32_t times[FRAME_EVENTS_MAX];
	struct wire_error err;
	int len = wire_put_frame(buf, sizeof(buf), &m);

	wire_patch_seq(buf, 77);
	wire_patch_sent(buf, 5000, 4000);
	assert_int_equal(wire_get_frame(buf, (size_t)len, &got, out, times, &err), 0);
	assert_int_equal(got.seq, 77);
	assert_int_equal(got.sent_ns, 5000);
	assert_int_equal(got.age_ns, 1000);
	wire_patch_sent(buf, 1ull << 40, 0);
	assert_int_equal(wire_get_frame(buf, (size_t)len, &got, out, times, &err), 0);
	assert_int_equal(got.age_ns, UINT32_MAX);
	wire_patch_sent(buf, 5, 10);
	assert_int_equal(wire_get_frame(buf, (size_t)len, &got, out, times, &err), 0);
	assert_int_equal(got.age_ns, 0);
}

static void names(void **state)
{
	char name[16];

	assert_string_equal(wire_type_name(WIRE_FRAME, name), "FRAME");
	assert_string_equal(wire_type_name(77, name), "type 77");
	assert_string_equal(wire_type_name(0xffff, name), "type 65535");
	for (unsigned i = 0; i < WIRE_BYE_COUNT; i++)
		assert_non_null(wire_bye_name(i));
	assert_string_equal(wire_bye_name(99), "unknown reason");
}

static void a_leases_hash_has_no_order(void **state)
{
	uint32_t ab = lease_hash(lease_hash(0, 65, 0x1234), 130, 0x9876);
	uint32_t ba = lease_hash(lease_hash(0, 130, 0x9876), 65, 0x1234);

	assert_int_equal(ab, ba);
	assert_int_not_equal(ab, lease_hash(lease_hash(0, 65, 0x9876), 130, 0x1234));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hello),
		cmocka_unit_test(bye_and_ping),
		cmocka_unit_test(devices),
		cmocka_unit_test(snapshots),
		cmocka_unit_test(frames),
		cmocka_unit_test(the_rest_of_a_hubs),
		cmocka_unit_test(a_consumers),
		cmocka_unit_test(a_reply_keeps_its_lines),
		cmocka_unit_test(stamps_go_where_they_belong),
		cmocka_unit_test(names),
		cmocka_unit_test(a_leases_hash_has_no_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
