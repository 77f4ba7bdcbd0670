/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a twin is made of, and which of a frame's events are written to it. */
#include "tests/unit/testing.h"

#include <errno.h>
#include <linux/input.h>

#include "hub/device/twin.h"
#include "hub/twin/policy.h"
#include "tests/unit/twin/devices.h"

static void describe(const struct descriptor *d, struct descriptor *twin, char notes[256])
{
	assert_int_equal(policy_describe(d, "usb-046d-c52b-1f3a9c02", twin, notes, 256), 0);
}

static void test_twin_is_its_original_but_for_phys(void **state)
{
	struct descriptor d = touchscreen(true), twin;
	char notes[256];

	snprintf(d.phys, sizeof(d.phys), "usb-0000:00:14.0-3/input0");
	describe(&d, &twin, notes);
	assert_string_equal(notes, "");
	assert_string_equal(twin.phys, "xenhub-twin/usb-046d-c52b-1f3a9c02");
	assert_true(descriptor_is_twin(&twin));
	assert_false(descriptor_is_twin(&d));
	memcpy(twin.phys, d.phys, sizeof(d.phys));
	assert_true(descriptor_equal(&d, &twin));
	assert_int_equal(twin.absinfo[ABS_MT_POSITION_X].resolution, 12);
}

static void test_force_feedback_is_left_out_and_said_so(void **state)
{
	struct descriptor d = keyboard(), twin;
	char notes[256];

	descriptor_add(&d, EV_FF, FF_RUMBLE);
	bit_set(d.types, EV_FF_STATUS);
	describe(&d, &twin, notes);
	assert_false(bit_test(twin.types, EV_FF));
	assert_false(bit_test(twin.types, EV_FF_STATUS));
	assert_false(bit_test(twin.ffs, FF_RUMBLE));
	assert_non_null(strstr(notes, "force feedback"));
}

static void test_names_that_uinput_cannot_take(void **state)
{
	struct descriptor d = keyboard(), twin;
	char notes[256];

	memset(d.name, 'x', sizeof(d.name) - 1);
	memcpy(d.name + POLICY_NAME_MAX - 2, "\xc3\xa9", 2); /* an e with an accent, across the end */
	describe(&d, &twin, notes);
	assert_int_equal(strlen(twin.name), POLICY_NAME_MAX - 2);
	assert_non_null(strstr(notes, "79"));

	d.name[0] = '\0';
	describe(&d, &twin, notes);
	assert_string_equal(twin.name, "usb-046d-c52b-1f3a9c02");
	assert_non_null(strstr(notes, "name"));
}

static void test_axes_that_uinput_refuses(void **state)
{
	struct descriptor d = touchscreen(false), twin;
	char notes[256];

	d.absinfo[ABS_MT_POSITION_X].flat = 5000;
	describe(&d, &twin, notes);
	assert_int_equal(twin.absinfo[ABS_MT_POSITION_X].flat, 4095);
	assert_non_null(strstr(notes, "0x35"));

	d.absinfo[ABS_MT_POSITION_X].minimum = INT32_MIN;
	d.absinfo[ABS_MT_POSITION_X].maximum = INT32_MAX;
	describe(&d, &twin, notes);
	assert_string_equal(notes, "");

	d.absinfo[ABS_MT_POSITION_X].minimum = 10;
	d.absinfo[ABS_MT_POSITION_X].maximum = 9;
	assert_int_equal(policy_describe(&d, "id", &twin, notes, sizeof(notes)), -EINVAL);
	assert_non_null(strstr(notes, "0x35"));

	d = touchscreen(false);
	d.absinfo[ABS_MT_SLOT].maximum = 199;
	assert_int_equal(policy_describe(&d, "id", &twin, notes, sizeof(notes)), -EINVAL);
	assert_non_null(strstr(notes, "199"));
}

/* A headset's volume knobs, numbered on until they are called ABS_MT_*: its keys are worth a twin all the same. */
static void test_axes_that_are_no_slots(void **state)
{
	struct descriptor d = keyboard(), twin;
	char notes[256];

	for (unsigned code = ABS_MISC; code <= ABS_MT_POSITION_Y; code++)
		add_axis(&d, code, 99, 0);
	describe(&d, &twin, notes);
	assert_string_equal(notes, "");
	assert_true(descriptor_has(&twin, EV_ABS, ABS_MT_SLOT));

	d.absinfo[ABS_MT_SLOT].maximum = 255;
	describe(&d, &twin, notes);
	assert_non_null(strstr(notes, "ABS_MT_SLOT"));
	assert_true(descriptor_has(&twin, EV_ABS, ABS_MISC));
	assert_false(descriptor_has(&twin, EV_ABS, ABS_MT_SLOT));
	assert_false(descriptor_has(&twin, EV_ABS, ABS_MT_POSITION_Y));
}

/* Many wrong axes: the text ends, it does not run over. */
static void test_notes_fit(void **state)
{
	struct descriptor d = { 0 }, twin;
	char notes[64 + 1];

	for (unsigned code = 0; code < ABS_MT_SLOT; code++) {
		descriptor_add(&d, EV_ABS, code);
		d.absinfo[code] = (struct input_absinfo){ .maximum = 1, .flat = 1000 };
	}
	notes[64] = '!';
	assert_int_equal(policy_describe(&d, "id", &twin, notes, 64), 0);
	assert_int_equal(notes[64], '!');
	assert_int_equal(strlen(notes), 63);
	assert_int_equal(twin.absinfo[ABS_MT_SLOT - 1].flat, 1);
}

/* ---- frames ---- */

struct fixture {
	struct descriptor d;
	struct device_state held;
	struct event out[POLICY_EVENTS_MAX];
	unsigned n;
};

static void begin(struct fixture *f, struct descriptor d)
{
	f->d = d;
	assert_int_equal(state_init(&f->held, &f->d), 0);
}

static void translate(struct fixture *f, const struct xenhub_event *events, uint32_t count, bool palm)
{
	struct xenhub_frame frame = { .count = count, .events = events };

	f->n = policy_translate(&f->d, &f->held, &frame, palm, f->out);
}

#define TRANSLATE(f, palm, ...)                                                                              \
	do {                                                                                                 \
		const struct xenhub_event events_[] = { __VA_ARGS__ };                                       \
                                                                                                             \
		translate(f, events_, COUNT_OF(events_), palm);                                              \
	} while (0)

#define EXPECT(f, ...)                                                                                       \
	do {                                                                                                 \
		const struct event events_[] = { __VA_ARGS__ };                                              \
                                                                                                             \
		expect_events((f)->out, (f)->n, events_, COUNT_OF(events_));                                 \
	} while (0)

static void test_frames_pass_whole_with_their_report(void **state)
{
	struct fixture f;

	begin(&f, keyboard());
	TRANSLATE(&f, false, { EV_MSC, MSC_SCAN, 0x70004 }, { EV_KEY, KEY_A, 1 }, { EV_SYN, SYN_REPORT, 7 });
	EXPECT(&f, { EV_MSC, MSC_SCAN, 0x70004 }, { EV_KEY, KEY_A, 1 }, { EV_SYN, SYN_REPORT, 7 });
	state_finish(&f.held);
}

static void test_repeats_leds_and_sounds_do_not_pass(void **state)
{
	struct fixture f;

	begin(&f, keyboard());
	TRANSLATE(&f, false, { EV_KEY, KEY_A, 2 }, { EV_SYN, SYN_REPORT, 1 });
	assert_int_equal(f.n, 0);
	TRANSLATE(&f, false, { EV_LED, LED_CAPSL, 1 }, { EV_SYN, SYN_REPORT, 0 });
	assert_int_equal(f.n, 0);
	TRANSLATE(&f, false, { EV_SND, SND_BELL, 1 }, { EV_REP, REP_DELAY, 500 }, { EV_KEY, KEY_A, 0 },
		  { EV_SYN, SYN_REPORT, 0 });
	EXPECT(&f, { EV_KEY, KEY_A, 0 }, { EV_SYN, SYN_REPORT, 0 });
	state_finish(&f.held);
}

static void test_what_the_kernel_says_by_itself_does_not_pass(void **state)
{
	struct fixture f;

	begin(&f, touchscreen(true));
	TRANSLATE(&f, false, { EV_SYN, SYN_DROPPED, 0 }, { EV_SYN, SYN_CONFIG, 0 },
		  { EV_SYN, SYN_MT_REPORT, 0 }, { EV_KEY, BTN_TOUCH, 1 }, { EV_SYN, SYN_REPORT, 0 });
	EXPECT(&f, { EV_KEY, BTN_TOUCH, 1 }, { EV_SYN, SYN_REPORT, 0 });
	state_finish(&f.held);
}

static void test_protocol_a_keeps_its_separators(void **state)
{
	struct fixture f;

	begin(&f, protocol_a());
	TRANSLATE(&f, false, { EV_ABS, ABS_MT_POSITION_X, 5 }, { EV_SYN, SYN_MT_REPORT, 0 },
		  { EV_ABS, ABS_MT_POSITION_X, 9 }, { EV_SYN, SYN_MT_REPORT, 0 }, { EV_SYN, SYN_REPORT, 0 });
	assert_int_equal(f.n, 5);
	/* Nobody touches any more: a separator without a contact says so. */
	TRANSLATE(&f, false, { EV_SYN, SYN_MT_REPORT, 0 }, { EV_SYN, SYN_REPORT, 0 });
	EXPECT(&f, { EV_SYN, SYN_MT_REPORT, 0 }, { EV_SYN, SYN_REPORT, 0 });
	state_finish(&f.held);
}

static void test_unknown_codes_do_not_pass_and_odd_values_do(void **state)
{
	struct fixture f;

	begin(&f, touchscreen(false));
	TRANSLATE(&f, false, { EV_ABS, ABS_MT_POSITION_X, 99999 }, { EV_ABS, ABS_TILT_X, 3 },
		  { EV_KEY, KEY_A, 1 }, { EV_REL, REL_X, 1 }, { 0x1e, 0, 0 }, { EV_KEY, 0xffff, 1 },
		  { EV_SYN, SYN_REPORT, 0 });
	EXPECT(&f, { EV_ABS, ABS_MT_POSITION_X, 99999 }, { EV_SYN, SYN_REPORT, 0 });
	state_finish(&f.held);
}

/* The kernel ignores slot 10 of 10 and would move the finger in the slot before. */
static void test_slots_that_are_not_there(void **state)
{
	struct fixture f;

	begin(&f, touchscreen(false));
	TRANSLATE(&f, false, { EV_ABS, ABS_MT_SLOT, 1 }, { EV_ABS, ABS_MT_POSITION_X, 5 },
		  { EV_ABS, ABS_MT_SLOT, 10 }, { EV_ABS, ABS_MT_POSITION_X, 6 }, { EV_ABS, ABS_MT_SLOT, -1 },
		  { EV_ABS, ABS_MT_POSITION_X, 7 }, { EV_ABS, ABS_X, 8 }, { EV_ABS, ABS_MT_SLOT, 2 },
		  { EV_ABS, ABS_MT_POSITION_X, 9 }, { EV_SYN, SYN_REPORT, 0 });
	EXPECT(&f, { EV_ABS, ABS_MT_SLOT, 1 }, { EV_ABS, ABS_MT_POSITION_X, 5 }, { EV_ABS, ABS_X, 8 },
	       { EV_ABS, ABS_MT_SLOT, 2 }, { EV_ABS, ABS_MT_POSITION_X, 9 }, { EV_SYN, SYN_REPORT, 0 });
	state_finish(&f.held);
}

static void test_palms_come_before_lifts(void **state)
{
	struct fixture f;

	begin(&f, touchscreen(true));
	state_apply(&f.held,
		    (struct event[]){ { EV_ABS, ABS_MT_TRACKING_ID, 5 },
				      { EV_ABS, ABS_MT_SLOT, 3 },
				      { EV_ABS, ABS_MT_TRACKING_ID, 6 } },
		    3);
	/* Slot 4 holds nothing: no palm there. */
	TRANSLATE(&f, true, { EV_ABS, ABS_MT_TRACKING_ID, -1 }, { EV_ABS, ABS_MT_SLOT, 4 },
		  { EV_ABS, ABS_MT_TRACKING_ID, -1 }, { EV_ABS, ABS_MT_SLOT, 0 },
		  { EV_ABS, ABS_MT_TRACKING_ID, -1 }, { EV_KEY, BTN_TOUCH, 0 }, { EV_SYN, SYN_REPORT, 0 });
	EXPECT(&f, { EV_ABS, ABS_MT_TOOL_TYPE, MT_TOOL_PALM }, { EV_ABS, ABS_MT_TRACKING_ID, -1 },
	       { EV_ABS, ABS_MT_SLOT, 4 }, { EV_ABS, ABS_MT_TRACKING_ID, -1 }, { EV_ABS, ABS_MT_SLOT, 0 },
	       { EV_ABS, ABS_MT_TOOL_TYPE, MT_TOOL_PALM }, { EV_ABS, ABS_MT_TRACKING_ID, -1 },
	       { EV_KEY, BTN_TOUCH, 0 }, { EV_SYN, SYN_REPORT, 0 });
	state_finish(&f.held);
}

/* A slot that comes and goes all through the longest frame: as many palms as there is room for. */
static void test_longest_frame_fits(void **state)
{
	static struct xenhub_event events[FRAME_EVENTS_MAX];
	struct fixture f;

	begin(&f, touchscreen(true));
	for (unsigned i = 0; i < FRAME_EVENTS_MAX - 1; i++)
		events[i] =
			i % 3 == 0 ? (struct xenhub_event){ EV_ABS, ABS_MT_SLOT, (int32_t)(i / 3 % 10) }
				   : (struct xenhub_event){ EV_ABS, ABS_MT_TRACKING_ID, i % 3 == 1 ? 1 : -1 };
	events[FRAME_EVENTS_MAX - 1] = (struct xenhub_event){ EV_SYN, SYN_REPORT, 0 };
	translate(&f, events, FRAME_EVENTS_MAX, true);
	assert_int_equal(f.n, FRAME_EVENTS_MAX + 10);
	assert_int_equal(f.out[f.n - 1].type, EV_SYN);
	state_finish(&f.held);
}

static enum policy_cancel cancel_of(const struct descriptor *d, const struct event *before, unsigned n_before,
				    uint32_t flags, struct xenhub_event lift)
{
	const struct xenhub_event events[] = { lift, { EV_SYN, SYN_REPORT, 0 } };
	struct xenhub_frame frame = { .flags = flags, .count = COUNT_OF(events), .events = events };
	struct device_state held;
	enum policy_cancel cancel;

	assert_int_equal(state_init(&held, d), 0);
	state_apply(&held, before, n_before);
	cancel = policy_cancel(d, &held, &frame);
	state_finish(&held);
	return cancel;
}

static void test_ways_to_cancel(void **state)
{
	const struct xenhub_event lift = { EV_ABS, ABS_MT_TRACKING_ID, -1 }, up = { EV_KEY, BTN_TOUCH, 0 };
	const struct event contact[] = { { EV_ABS, ABS_MT_TRACKING_ID, 5 } },
			   touch[] = { { EV_KEY, BTN_TOUCH, 1 } };
	struct descriptor with = touchscreen(true), without = touchscreen(false), single = single_touch(),
			  tip = pen();
	const uint32_t lost = XENHUB_CANCEL | XENHUB_SYNTHETIC;

	assert_int_equal(cancel_of(&with, contact, 1, lost, lift), POLICY_PALM);
	assert_int_equal(cancel_of(&without, contact, 1, lost, lift), POLICY_RECREATE);
	assert_int_equal(cancel_of(&single, touch, 1, lost, up), POLICY_RECREATE);
	assert_int_equal(cancel_of(&tip, touch, 1, lost, up), POLICY_LIFT);
	/* Lifted by the hand, or not there at all. */
	assert_int_equal(cancel_of(&without, contact, 1, XENHUB_SYNTHETIC, lift), POLICY_LIFT);
	assert_int_equal(cancel_of(&without, contact, 0, lost, lift), POLICY_LIFT);
	assert_int_equal(cancel_of(&single, touch, 0, lost, up), POLICY_LIFT);
}

static void test_echoes(void **state)
{
	const struct event key[] = { { EV_KEY, KEY_A, 1 }, { EV_SYN, SYN_REPORT, 0 } };
	const struct event scan[] = { { EV_MSC, MSC_SCAN, 4 }, { EV_SYN, SYN_REPORT, 0 } };
	const struct event led[] = { { EV_LED, LED_NUML, 1 }, { EV_SYN, SYN_REPORT, 0 } };

	assert_false(policy_has_echo(key, 2));
	assert_true(policy_has_echo(scan, 2));
	assert_true(policy_has_echo(led, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twin_is_its_original_but_for_phys),
		cmocka_unit_test(test_force_feedback_is_left_out_and_said_so),
		cmocka_unit_test(test_names_that_uinput_cannot_take),
		cmocka_unit_test(test_axes_that_uinput_refuses),
		cmocka_unit_test(test_axes_that_are_no_slots),
		cmocka_unit_test(test_notes_fit),
		cmocka_unit_test(test_frames_pass_whole_with_their_report),
		cmocka_unit_test(test_repeats_leds_and_sounds_do_not_pass),
		cmocka_unit_test(test_what_the_kernel_says_by_itself_does_not_pass),
		cmocka_unit_test(test_protocol_a_keeps_its_separators),
		cmocka_unit_test(test_unknown_codes_do_not_pass_and_odd_values_do),
		cmocka_unit_test(test_slots_that_are_not_there),
		cmocka_unit_test(test_palms_come_before_lifts),
		cmocka_unit_test(test_longest_frame_fits),
		cmocka_unit_test(test_ways_to_cancel),
		cmocka_unit_test(test_echoes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
