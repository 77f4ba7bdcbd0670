/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What another domain's hub says, held against what it said before. */
#include "hub/model/peer_check.h"

#include <errno.h>
#include <stdio.h>

#include "hub/core/clock.h"
#include "tests/unit/testing.h"

static struct descriptor d;
static struct peer_device device;
static char why[PEER_WHY_MAX];

static void add_axis(unsigned code, int32_t minimum, int32_t maximum)
{
	descriptor_add(&d, EV_ABS, code);
	d.absinfo[code].minimum = minimum;
	d.absinfo[code].maximum = maximum;
}

static int setup(void **state)
{
	memset(&d, 0, sizeof(d));
	descriptor_add(&d, EV_KEY, KEY_A);
	descriptor_add(&d, EV_KEY, BTN_TOUCH);
	descriptor_add(&d, EV_REL, REL_X);
	descriptor_add(&d, EV_SW, SW_LID);
	add_axis(ABS_X, -100, 1000);
	add_axis(ABS_MT_SLOT, 0, 4);
	add_axis(ABS_MT_POSITION_X, 0, 1000);
	add_axis(ABS_MT_TRACKING_ID, 0, 65535);
	peer_device_init(&device, &d);
	return 0;
}

/* One event and SYN_REPORT. */
static int send(uint16_t type, uint16_t code, int32_t value)
{
	struct event events[] = { { type, code, value }, { EV_SYN, SYN_REPORT, 0 } };
	int rc;

	why[0] = '\0';
	rc = peer_check_frame(&device, events, 2, NS_PER_S, why);
	assert_true(!rc == !why[0]);
	return rc;
}

static void what_the_descriptor_has_passes(void **state)
{
	assert_int_equal(send(EV_KEY, KEY_A, 1), 0);
	assert_int_equal(send(EV_KEY, KEY_A, 0), 0);
	assert_int_equal(send(EV_REL, REL_X, -2000000000), 0);
	assert_int_equal(send(EV_SW, SW_LID, 1), 0);
	assert_int_equal(send(EV_ABS, ABS_X, -100), 0);
	assert_int_equal(device.clamped, 0);
}

static void what_it_has_not_ends_the_link(void **state)
{
	static const struct event bad[] = {
		{ EV_KEY, KEY_B, 1 },      { EV_KEY, KEY_A, 2 },
		{ EV_KEY, KEY_A, -1 },     { EV_KEY, 0xffff, 1 },
		{ EV_REL, REL_Y, 1 },      { EV_ABS, ABS_Y, 1 },
		{ EV_SW, SW_LID, 2 },      { EV_SW, SW_TABLET_MODE, 1 },
		{ EV_LED, LED_CAPSL, 1 },  { EV_SYN, SYN_DROPPED, 0 },
		{ EV_SYN, SYN_REPORT, 0 }, { EV_FF, 1, 1 },
		{ EV_PWR, 0, 1 },          { 0x1f, 0, 0 },
		{ 0xffff, 0, 0 },          { EV_SND, SND_BELL, 1 },
	};

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (send(bad[i].type, bad[i].code, bad[i].value) != -EBADMSG)
			fail_msg("%u %u %d passes", bad[i].type, bad[i].code, bad[i].value);
}

static void axes_are_brought_into_their_range(void **state)
{
	struct event events[] = { { EV_ABS, ABS_X, 1001 },
				  { EV_ABS, ABS_X, -101 },
				  { EV_ABS, ABS_X, 500 },
				  { EV_ABS, ABS_MT_POSITION_X, INT32_MIN },
				  { EV_SYN, SYN_REPORT, 0 } };

	assert_int_equal(peer_check_frame(&device, events, 5, 0, why), 0);
	assert_int_equal(events[0].value, 1000);
	assert_int_equal(events[1].value, -100);
	assert_int_equal(events[2].value, 500);
	assert_int_equal(events[3].value, 0);
	assert_int_equal(device.clamped, 3);
}

static void contacts_begin_and_end_once(void **state)
{
	assert_int_equal(send(EV_ABS, ABS_MT_TRACKING_ID, -1), -EBADMSG);
	assert_int_equal(send(EV_ABS, ABS_MT_TRACKING_ID, 7), 0);
	assert_int_equal(send(EV_ABS, ABS_MT_TRACKING_ID, 8), -EBADMSG);
	assert_int_equal(send(EV_ABS, ABS_MT_SLOT, 4), 0);
	assert_int_equal(send(EV_ABS, ABS_MT_TRACKING_ID, 7), -EBADMSG);
	assert_int_equal(send(EV_ABS, ABS_MT_TRACKING_ID, 8), 0);
	assert_int_equal(send(EV_ABS, ABS_MT_SLOT, 0), 0);
	assert_int_equal(send(EV_ABS, ABS_MT_TRACKING_ID, -1), 0);
	assert_int_equal(send(EV_ABS, ABS_MT_TRACKING_ID, 7), 0);
	assert_int_equal(send(EV_ABS, ABS_MT_TRACKING_ID, -2), -EBADMSG);
}

static void slots_are_those_that_are_there(void **state)
{
	assert_int_equal(send(EV_ABS, ABS_MT_SLOT, 5), -EBADMSG);
	assert_int_equal(send(EV_ABS, ABS_MT_SLOT, -1), -EBADMSG);
	assert_int_equal(send(EV_ABS, ABS_MT_SLOT, INT32_MAX), -EBADMSG);
	assert_int_equal(send(EV_ABS, ABS_MT_SLOT, 4), 0);
}

static void a_flood_ends_the_link(void **state)
{
	unsigned n = 0;

	while (send(EV_REL, REL_X, 1) == 0)
		n++;
	assert_int_equal(n, PEER_EVENTS_PER_SECOND / 2);
	/* A mouse at 8 kHz for a minute. */
	peer_device_init(&device, &d);
	for (unsigned i = 0; i < 60 * 8000; i++) {
		struct event events[] = { { EV_REL, REL_X, 1 },
					  { EV_KEY, KEY_A, 0 },
					  { EV_SYN, SYN_REPORT, 0 } };

		assert_int_equal(peer_check_frame(&device, events, 3, i * (NS_PER_S / 8000), why), 0);
	}
}

static void a_frame_has_an_end(void **state)
{
	struct event events[] = { { EV_KEY, KEY_A, 1 }, { EV_KEY, KEY_A, 0 } };

	assert_int_equal(peer_check_frame(&device, events, 2, 0, why), -EBADMSG);
	assert_int_equal(peer_check_frame(&device, events, 0, 0, why), -EBADMSG);
}

static void what_types_needs_consent(void **state)
{
	static const uint16_t harmless[] = { KEY_VOLUMEUP, KEY_VOLUMEDOWN, KEY_PLAYPAUSE,
					     BTN_LEFT,     BTN_TOUCH,      BTN_TOOL_PEN };

	assert_true(peer_needs_consent(&d));
	for (unsigned code = KEY_ESC; code <= KEY_KPDOT; code++) {
		memset(&d, 0, sizeof(d));
		descriptor_add(&d, EV_KEY, code);
		assert_true(peer_needs_consent(&d));
	}
	memset(&d, 0, sizeof(d));
	for (unsigned i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		descriptor_add(&d, EV_KEY, harmless[i]);
	assert_false(peer_needs_consent(&d));
	/* A rubber ducky with a mouse's name and one letter. */
	descriptor_add(&d, EV_REL, REL_X);
	descriptor_add(&d, EV_KEY, KEY_R);
	assert_true(peer_needs_consent(&d));
}

static void descriptors_make_sense(void **state)
{
	assert_int_equal(peer_check_descriptor(&d, why), 0);
	snprintf(d.phys, sizeof(d.phys), "xenhub-twin/usb-1");
	assert_int_equal(peer_check_descriptor(&d, why), -EINVAL);
	setup(NULL);
	add_axis(ABS_Y, 10, 9);
	assert_int_equal(peer_check_descriptor(&d, why), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_the_descriptor_has_passes, setup),
		cmocka_unit_test_setup(what_it_has_not_ends_the_link, setup),
		cmocka_unit_test_setup(axes_are_brought_into_their_range, setup),
		cmocka_unit_test_setup(contacts_begin_and_end_once, setup),
		cmocka_unit_test_setup(slots_are_those_that_are_there, setup),
		cmocka_unit_test_setup(a_flood_ends_the_link, setup),
		cmocka_unit_test_setup(a_frame_has_an_end, setup),
		cmocka_unit_test_setup(what_types_needs_consent, setup),
		cmocka_unit_test_setup(descriptors_make_sense, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
