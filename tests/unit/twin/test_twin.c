/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A twin over a backend that is a list: what is written, when the device comes and goes, what is asked of the original. */
#include "tests/unit/testing.h"

#include <errno.h>
#include <linux/input.h>

#include "hub/device/state.h"
#include "hub/twin/leds.h"
#include "hub/twin/twin.h"
#include "tests/unit/twin/devices.h"

#define START (1000 * NS_PER_S)

struct fake {
	struct twin *twin;
	bool present;
	unsigned created, destroyed, asked;
	int create_rc, write_rc;
	unsigned asked_code;
	bool asked_on;
	struct event events[64]; /* since `fake_forget` or the last creation */
	unsigned n;
};

static int fake_create(void *data, const struct descriptor *d)
{
	struct fake *f = data;

	assert_false(f->present);
	if (f->create_rc < 0)
		return f->create_rc;
	f->present = true;
	f->created++;
	f->n = 0;
	return 0;
}

static int fake_write(void *data, const struct event *events, unsigned count)
{
	struct fake *f = data;

	assert_true(f->present);
	assert_true(count > 0);
	if (f->write_rc < 0)
		return f->write_rc;
	assert_true(f->n + count <= COUNT_OF(f->events));
	memcpy(f->events + f->n, events, count * sizeof(*events));
	f->n += count;
	/* As the kernel does. */
	for (unsigned i = 0; i < count && f->twin; i++)
		if (events[i].type == EV_LED)
			twin_kernel_event(f->twin, &events[i]);
	return 0;
}

static void fake_destroy(void *data)
{
	struct fake *f = data;

	assert_true(f->present);
	f->present = false;
	f->destroyed++;
}

static void fake_ask_led(void *data, unsigned code, bool on)
{
	struct fake *f = data;

	f->asked++;
	f->asked_code = code;
	f->asked_on = on;
}

static const struct twin_backend backend = { fake_create, fake_write, fake_destroy, fake_ask_led };

static void begin(struct fake *f, struct descriptor d)
{
	*f = (struct fake){ 0 };
	assert_int_equal(twin_create(&f->twin, &d, "id", &backend, f), 0);
	assert_int_equal(f->created, 1);
}

static void finish(struct fake *f)
{
	struct twin *t = f->twin;

	f->twin = NULL;
	twin_destroy(t);
	assert_false(f->present);
	assert_int_equal(f->created, f->destroyed);
}

static int send(struct fake *f, uint32_t flags, uint32_t reason, const struct xenhub_event *events,
		uint32_t count)
{
	struct xenhub_frame frame = { .flags = flags, .reason = reason, .count = count, .events = events };

	return twin_frame(f->twin, &frame);
}

#define SEND(f, flags, reason, ...)                                                                          \
	do {                                                                                                 \
		const struct xenhub_event events_[] = { __VA_ARGS__, { EV_SYN, SYN_REPORT, 0 } };            \
                                                                                                             \
		assert_int_equal(send(f, flags, reason, events_, COUNT_OF(events_)), 0);                     \
	} while (0)

/* What was written since the last time, or since the device came. */
#define EXPECT(f, ...)                                                                                       \
	do {                                                                                                 \
		const struct event events_[] = { __VA_ARGS__ };                                              \
                                                                                                             \
		expect_events((f)->events, (f)->n, events_, COUNT_OF(events_));                              \
		(f)->n = 0;                                                                                  \
	} while (0)

#define REPORT                                                                                               \
	{                                                                                                    \
		EV_SYN, SYN_REPORT, 0                                                                        \
	}
#define LOST (XENHUB_SYNTHETIC | XENHUB_CANCEL)

static void test_frames_are_written(void **state)
{
	struct fake f;

	begin(&f, keyboard());
	assert_int_equal(f.n, 0);
	SEND(&f, 0, XENHUB_REASON_NONE, { EV_KEY, KEY_9, 1 });
	SEND(&f, 0, XENHUB_REASON_NONE, { EV_KEY, KEY_9, 2 });
	SEND(&f, 0, XENHUB_REASON_NONE, { EV_KEY, KEY_9, 0 });
	EXPECT(&f, { EV_KEY, KEY_9, 1 }, REPORT, { EV_KEY, KEY_9, 0 }, REPORT);
	finish(&f);
}

/* The kernel starts in slot 0; an original that was taken over in slot 3 goes on there without saying so. */
static void test_slot_at_hand_over(void **state)
{
	struct descriptor d = touchscreen(true);
	struct fake f;

	d.absinfo[ABS_MT_SLOT].value = 3;
	begin(&f, d);
	EXPECT(&f, { EV_ABS, ABS_MT_SLOT, 3 }, REPORT);
	finish(&f);
}

static void test_lost_contact_is_a_palm_and_then_as_before(void **state)
{
	struct fake f;

	begin(&f, touchscreen(true));
	SEND(&f, 0, XENHUB_REASON_NONE, { EV_ABS, ABS_MT_SLOT, 2 }, { EV_ABS, ABS_MT_TRACKING_ID, 8 },
	     { EV_ABS, ABS_MT_POSITION_X, 40 }, { EV_KEY, BTN_TOUCH, 1 });
	f.n = 0;
	SEND(&f, LOST, XENHUB_REASON_LINK, { EV_ABS, ABS_MT_TRACKING_ID, -1 }, { EV_KEY, BTN_TOUCH, 0 });
	/* The original's slot is a finger's still, and it will not say so of its next contact. */
	EXPECT(&f, { EV_ABS, ABS_MT_TOOL_TYPE, MT_TOOL_PALM }, { EV_ABS, ABS_MT_TRACKING_ID, -1 },
	       { EV_KEY, BTN_TOUCH, 0 }, REPORT, { EV_ABS, ABS_MT_TOOL_TYPE, MT_TOOL_FINGER }, REPORT);
	assert_int_equal(f.created, 1);
	SEND(&f, 0, XENHUB_REASON_NONE, { EV_ABS, ABS_MT_TRACKING_ID, 9 });
	EXPECT(&f, { EV_ABS, ABS_MT_TRACKING_ID, 9 }, REPORT);
	finish(&f);
}

/* A device with keys beside its contacts: it comes back with the keys that are down and in the slot the original is in. */
static void test_lost_contact_without_tool_types(void **state)
{
	struct descriptor d = touchscreen(false);
	struct fake f;

	descriptor_add(&d, EV_KEY, KEY_HOMEPAGE);
	descriptor_add(&d, EV_SW, SW_TABLET_MODE);
	begin(&f, d);
	SEND(&f, 0, XENHUB_REASON_NONE, { EV_KEY, KEY_HOMEPAGE, 1 }, { EV_SW, SW_TABLET_MODE, 1 },
	     { EV_ABS, ABS_MT_SLOT, 2 }, { EV_ABS, ABS_MT_TRACKING_ID, 8 }, { EV_KEY, BTN_TOUCH, 1 },
	     { EV_ABS, ABS_X, 40 });
	SEND(&f, LOST, XENHUB_REASON_FOCUS, { EV_ABS, ABS_MT_TRACKING_ID, -1 }, { EV_KEY, BTN_TOUCH, 0 });
	assert_int_equal(f.created, 2);
	assert_int_equal(f.destroyed, 1);
	EXPECT(&f, { EV_ABS, ABS_X, 40 }, { EV_ABS, ABS_MT_SLOT, 2 }, { EV_SW, SW_TABLET_MODE, 1 },
	       { EV_KEY, KEY_HOMEPAGE, 1 }, REPORT);
	/* A hand that lifts itself is no reason. */
	SEND(&f, 0, XENHUB_REASON_NONE, { EV_ABS, ABS_MT_TRACKING_ID, 9 });
	SEND(&f, 0, XENHUB_REASON_NONE, { EV_ABS, ABS_MT_TRACKING_ID, -1 });
	assert_int_equal(f.created, 2);
	finish(&f);
}

/* Unplugged with a finger on it: the end of the twin cancels the touch, and nothing flashes up in between. */
static void test_farewell_does_not_create_in_vain(void **state)
{
	struct fake f;

	begin(&f, touchscreen(false));
	SEND(&f, 0, XENHUB_REASON_NONE, { EV_ABS, ABS_MT_TRACKING_ID, 8 });
	SEND(&f, LOST, XENHUB_REASON_UNPLUG, { EV_ABS, ABS_MT_TRACKING_ID, -1 });
	assert_int_equal(f.created, 1);
	assert_false(f.present);
	/* It was not unplugged after all. */
	SEND(&f, 0, XENHUB_REASON_NONE, { EV_ABS, ABS_MT_TRACKING_ID, 9 }, { EV_ABS, ABS_MT_POSITION_X, 70 });
	assert_int_equal(f.created, 2);
	EXPECT(&f, { EV_ABS, ABS_MT_TRACKING_ID, 9 }, { EV_ABS, ABS_MT_POSITION_X, 70 }, REPORT);
	finish(&f);
}

static void test_recreated_protocol_a_shows_no_old_contact(void **state)
{
	struct fake f;

	begin(&f, protocol_a());
	SEND(&f, 0, XENHUB_REASON_NONE, { EV_ABS, ABS_MT_POSITION_X, 5 }, { EV_SYN, SYN_MT_REPORT, 0 },
	     { EV_KEY, BTN_TOUCH, 1 });
	SEND(&f, LOST, XENHUB_REASON_LEASE, { EV_KEY, BTN_TOUCH, 0 });
	assert_int_equal(f.created, 2);
	assert_int_equal(f.n, 0);
	finish(&f);
}

static void test_write_error_ends_the_twin_alone(void **state)
{
	const struct xenhub_event events[] = { { EV_KEY, KEY_A, 1 }, REPORT };
	struct fake f;

	begin(&f, keyboard());
	f.write_rc = -ENODEV;
	assert_int_equal(send(&f, 0, XENHUB_REASON_NONE, events, 2), -ENODEV);
	assert_false(f.present);
	/* Said once; later frames are ignored. */
	assert_int_equal(send(&f, 0, XENHUB_REASON_NONE, events, 2), 0);
	twin_link_up(f.twin);
	twin_kernel_event(f.twin, &(struct event){ EV_LED, LED_CAPSL, 1 });
	assert_true(twin_deadline(f.twin) == CLOCK_NEVER);
	assert_int_equal(f.created, 1);
	finish(&f);
}

static void test_creation_that_fails(void **state)
{
	struct descriptor d = touchscreen(false);
	struct fake f = { .create_rc = -EACCES };
	struct twin *t;

	assert_int_equal(twin_create(&t, &d, "id", &backend, &f), -EACCES);
	f.create_rc = 0;
	d.absinfo[ABS_X].minimum = d.absinfo[ABS_X].maximum + 1;
	assert_int_equal(twin_create(&t, &d, "id", &backend, &f), -EINVAL);
	assert_int_equal(f.created, 0);

	/* It fails the second time, when a lost contact takes the first away. */
	begin(&f, touchscreen(false));
	SEND(&f, 0, XENHUB_REASON_NONE, { EV_ABS, ABS_MT_TRACKING_ID, 8 });
	f.create_rc = -ENOMEM;
	assert_int_equal(send(&f, LOST, XENHUB_REASON_LINK,
			      (struct xenhub_event[]){ { EV_ABS, ABS_MT_TRACKING_ID, -1 }, REPORT }, 2),
			 -ENOMEM);
	SEND(&f, 0, XENHUB_REASON_NONE, { EV_ABS, ABS_MT_TRACKING_ID, 9 });
	finish(&f);
}

static void test_leds_both_ways(void **state)
{
	struct fake f;

	begin(&f, keyboard());
	/* Without a link a wish waits. */
	twin_kernel_event(f.twin, &(struct event){ EV_LED, LED_CAPSL, 1 });
	assert_true(twin_deadline(f.twin) == CLOCK_NEVER);
	twin_tick(f.twin, START);
	assert_int_equal(f.asked, 0);
	twin_link_up(f.twin);
	twin_tick(f.twin, START);
	assert_int_equal(f.asked, 1);
	assert_int_equal(f.asked_code, LED_CAPSL);
	assert_true(f.asked_on);
	/* The answer is not written: the twin shows it already. */
	SEND(&f, 0, XENHUB_REASON_NONE, { EV_LED, LED_CAPSL, 1 });
	assert_int_equal(f.n, 0);
	/* Lit there by somebody else: shown here, and the echo of that is not asked for. */
	SEND(&f, 0, XENHUB_REASON_NONE, { EV_LED, LED_NUML, 1 });
	EXPECT(&f, { EV_LED, LED_NUML, 1 }, REPORT);
	twin_tick(f.twin, START + NS_PER_S);
	assert_int_equal(f.asked, 1);
	assert_true(twin_deadline(f.twin) == CLOCK_NEVER);
	/* A LED that the device does not have comes from nowhere. */
	twin_kernel_event(f.twin, &(struct event){ EV_LED, LED_MAIL, 1 });
	twin_kernel_event(f.twin, &(struct event){ EV_LED, 0xffff, 1 });
	SEND(&f, 0, XENHUB_REASON_NONE, { EV_LED, LED_MAIL, 1 });
	assert_int_equal(f.n, 0);
	assert_true(twin_deadline(f.twin) == CLOCK_NEVER);
	finish(&f);
}

static void test_twin_decides_at_connect(void **state)
{
	struct fake f;

	begin(&f, keyboard());
	SEND(&f, XENHUB_SYNTHETIC, XENHUB_REASON_CONNECT, { EV_LED, LED_NUML, 1 });
	assert_int_equal(f.n, 0);
	twin_link_up(f.twin);
	twin_tick(f.twin, START);
	assert_int_equal(f.asked, 1);
	assert_int_equal(f.asked_code, LED_NUML);
	assert_false(f.asked_on);
	finish(&f);
}

static void test_leds_are_sent_again_after_a_reconnect(void **state)
{
	struct fake f;

	begin(&f, keyboard());
	twin_link_up(f.twin);
	twin_kernel_event(f.twin, &(struct event){ EV_LED, LED_CAPSL, 1 });
	twin_tick(f.twin, START);
	SEND(&f, 0, XENHUB_REASON_NONE, { EV_LED, LED_CAPSL, 1 });
	twin_link_down(f.twin);
	/* A new hub, and a keyboard that has forgotten. */
	SEND(&f, XENHUB_SYNTHETIC, XENHUB_REASON_CONNECT, { EV_LED, LED_CAPSL, 0 });
	twin_link_up(f.twin);
	twin_tick(f.twin, START + NS_PER_S);
	assert_int_equal(f.asked, 2);
	assert_int_equal(f.asked_code, LED_CAPSL);
	assert_true(f.asked_on);
	assert_int_equal(f.n, 0);
	finish(&f);
}

static void test_leds_outlive_a_recreation(void **state)
{
	struct descriptor d = keyboard();
	struct fake f;

	descriptor_add(&d, EV_KEY, BTN_TOUCH);
	begin(&f, d);
	twin_link_up(f.twin);
	twin_kernel_event(f.twin, &(struct event){ EV_LED, LED_CAPSL, 1 });
	twin_tick(f.twin, START);
	SEND(&f, 0, XENHUB_REASON_NONE, { EV_LED, LED_CAPSL, 1 });
	SEND(&f, 0, XENHUB_REASON_NONE, { EV_KEY, BTN_TOUCH, 1 });
	SEND(&f, LOST, XENHUB_REASON_FOCUS, { EV_KEY, BTN_TOUCH, 0 });
	assert_int_equal(f.created, 2);
	EXPECT(&f, { EV_LED, LED_CAPSL, 1 }, REPORT);
	twin_tick(f.twin, START + NS_PER_S);
	assert_int_equal(f.asked, 1);
	finish(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames_are_written),
		cmocka_unit_test(test_slot_at_hand_over),
		cmocka_unit_test(test_lost_contact_is_a_palm_and_then_as_before),
		cmocka_unit_test(test_lost_contact_without_tool_types),
		cmocka_unit_test(test_farewell_does_not_create_in_vain),
		cmocka_unit_test(test_recreated_protocol_a_shows_no_old_contact),
		cmocka_unit_test(test_write_error_ends_the_twin_alone),
		cmocka_unit_test(test_creation_that_fails),
		cmocka_unit_test(test_leds_both_ways),
		cmocka_unit_test(test_twin_decides_at_connect),
		cmocka_unit_test(test_leds_are_sent_again_after_a_reconnect),
		cmocka_unit_test(test_leds_outlive_a_recreation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
