/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The policy: patterns, and which events of which devices are whose. */
#include "hub/model/policy.h"

#include <errno.h>
#include <stdio.h>

#include "tests/unit/testing.h"

static struct descriptor receiver(void)
{
	struct descriptor d = { .bustype = BUS_USB, .vendor = 0x046d, .product = 0xc52b };

	snprintf(d.uniq, sizeof(d.uniq), "a0:b1:c2");
	snprintf(d.phys, sizeof(d.phys), "usb-0000:00:14.0-3/input1");
	descriptor_add(&d, EV_KEY, KEY_A);
	descriptor_add(&d, EV_KEY, BTN_LEFT);
	descriptor_add(&d, EV_REL, REL_X);
	return d;
}

static void patterns_match_part_by_part(void **state)
{
	static const char *const yes[] = { "usb:046d:c52b:*:*",
					   "*",
					   "usb",
					   "u*:046d",
					   "*:*:c5??",
					   "usb:046d:c52b:a0\\:b1\\:c2",
					   "*:*:*:*:usb-0000:00:14.0-3/*",
					   "*:*:*:a0*:*input?" };
	static const char *const no[] = { "i2c:*",    "usb:046e", "usb:046d:c52b:a0:b1\\:c2",
					  "*:*:*::*", "*:*:*:*:", "*046d*:*:*" };
	struct descriptor d = receiver();
	char why[256] = "";

	for (unsigned i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		if (policy_check_pattern(yes[i], why, sizeof(why)) < 0)
			fail_msg("%s: %s", yes[i], why);
		if (!policy_pattern_matches(yes[i], &d))
			fail_msg("%s does not match", yes[i]);
	}
	for (unsigned i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (policy_pattern_matches(no[i], &d))
			fail_msg("%s matches", no[i]);
}

/* A vendor's digits in the place of the bus, and the like: never silently without effect. */
static void patterns_that_cannot_match_are_told(void **state)
{
	static const struct {
		const char *pattern, *part;
	} bad[] = {
		{ "", "1 to" },
		{ "ubs:046d:c52b", "BUS" },
		{ "046d:c52b", "BUS" },
		{ "usb:046D", "VENDOR" },
		{ "usb:46d", "VENDOR" },
		{ "usb:0046d", "VENDOR" },
		{ "usb:046d:", "PRODUCT" },
		{ "usb:*:?????", "PRODUCT" },
		{ "usb:*:*:x\\", "UNIQ" },
		{ "usb:*:*:\001", "UNIQ" },
		{ "usb:*:0x1f", "PRODUCT" },
	};

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char why[256] = "";

		if (policy_check_pattern(bad[i].pattern, why, sizeof(why)) != -EINVAL ||
		    !strstr(why, bad[i].part))
			fail_msg("%s: '%s' does not name %s", bad[i].pattern, why, bad[i].part);
	}
}

static void nothing_is_given_by_default(void **state)
{
	struct policy_guest guest = { .name = "a" };
	struct descriptor d = receiver();

	assert_int_equal(policy_grant(&guest, &d, CLASS_KEYBOARD | CLASS_MOUSE, false), 0);
	assert_false(policy_shows_state(&guest, "power/percent"));
	assert_false(policy_shows_state(&guest, "switch/tablet-mode"));
	assert_false(policy_shows_state(&guest, "focus"));
	assert_false(policy_shows_state(&guest, "device/x/keys"));
}

static void devices_are_given_in_parts(void **state)
{
	struct policy_guest guest = { .classes = CLASS_MOUSE, .motion = true };
	uint32_t both = CLASS_KEYBOARD | CLASS_MOUSE, granted;
	struct descriptor d = receiver();

	granted = policy_grant(&guest, &d, both, false);
	assert_int_equal(granted, CLASS_MOUSE);
	assert_true(policy_passes(&guest, both, granted, EV_REL, REL_X));
	assert_true(policy_passes(&guest, both, granted, EV_KEY, BTN_LEFT));
	assert_false(policy_passes(&guest, both, granted, EV_KEY, KEY_A));
	assert_false(policy_passes(&guest, both, granted, EV_LED, LED_CAPSL));
	assert_true(policy_passes_unfocused(&guest, both, granted, EV_REL, REL_Y));
	assert_false(policy_passes_unfocused(&guest, both, granted, EV_REL, REL_WHEEL));
	assert_false(policy_passes_unfocused(&guest, both, granted, EV_KEY, BTN_LEFT));
	/* A device has no class but the one that its guest has: all of it is meant. */
	assert_true(policy_passes(&guest, CLASS_MOUSE, CLASS_MOUSE, EV_KEY, KEY_A));
}

static void power_and_lid_need_a_word_of_their_own(void **state)
{
	static const uint16_t keys[] = { KEY_POWER,  KEY_POWER2,  KEY_SLEEP,
					 KEY_WAKEUP, KEY_SUSPEND, KEY_RESTART };
	struct policy_guest guest = { .classes = CLASS_ALL, .sensors = POLICY_SENSORS_ALL };

	for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		guest.power = false;
		assert_false(policy_passes(&guest, CLASS_ALL, CLASS_ALL, EV_KEY, keys[i]));
		guest.power = true;
		assert_true(policy_passes(&guest, CLASS_ALL, CLASS_ALL, EV_KEY, keys[i]));
	}
	assert_true(policy_passes(&guest, CLASS_ALL, CLASS_ALL, EV_KEY, KEY_VOLUMEUP));
	assert_false(policy_passes(&guest, CLASS_SWITCH, CLASS_SWITCH, EV_SW, SW_LID));
	assert_false(policy_shows_state(&guest, "switch/lid"));
	assert_true(policy_shows_state(&guest, "switch/tablet-mode"));
	guest.lid = true;
	assert_true(policy_passes_unfocused(&guest, CLASS_SWITCH, CLASS_SWITCH, EV_SW, SW_LID));
	assert_true(policy_shows_state(&guest, "switch/lid"));
}

static void patterns_do_not_count_for_claims(void **state)
{
	char *patterns[] = { "usb:046d:*" };
	struct policy_guest guest = { .devices = patterns, .n_devices = 1 };
	struct descriptor d = receiver();

	assert_int_equal(policy_grant(&guest, &d, CLASS_MOUSE, false), CLASS_MOUSE);
	assert_int_equal(policy_grant(&guest, &d, CLASS_MOUSE, true), 0);
	guest.classes = CLASS_MOUSE;
	assert_int_equal(policy_grant(&guest, &d, CLASS_MOUSE | CLASS_KEYBOARD, true), CLASS_MOUSE);
}

static void sensors_are_given_by_name(void **state)
{
	struct policy_guest guest = { 0 };
	char why[256];

	assert_int_equal(policy_parse_sensor(&guest.sensors, "orientation", why, sizeof(why)), 0);
	assert_int_equal(policy_parse_sensor(&guest.sensors, "gyroscope", why, sizeof(why)), -EINVAL);
	assert_true(policy_shows_state(&guest, "orientation"));
	assert_true(policy_shows_state(&guest, "accel/0/x"));
	assert_false(policy_shows_state(&guest, "light/0/illuminance-mlux"));
	assert_false(policy_shows_state(&guest, "powerful"));
}

static void links_are_three(void **state)
{
	struct policy_guest guest = { 0 };
	char why[256];

	assert_int_equal(policy_parse_link(&guest, "channel:xenhub", why, sizeof(why)), 0);
	assert_int_equal(guest.link, POLICY_LINK_CHANNEL);
	assert_string_equal(guest.channel, "xenhub");
	assert_int_equal(policy_parse_link(&guest, "unix", why, sizeof(why)), 0);
	assert_string_equal(guest.channel, "");
	assert_int_equal(policy_parse_link(&guest, "vchan", why, sizeof(why)), 0);
	assert_int_equal(guest.link, POLICY_LINK_VCHAN);
	assert_int_equal(policy_parse_link(&guest, "channel:", why, sizeof(why)), -EINVAL);
	assert_int_equal(policy_parse_link(&guest, "channel:a/b", why, sizeof(why)), -EINVAL);
	assert_int_equal(policy_parse_link(&guest, "tcp", why, sizeof(why)), -EINVAL);
}

static void a_guest_has_one_policy(void **state)
{
	struct policy policy = { 0 };
	struct policy_guest guest = { .name = "gui" };

	assert_int_equal(policy_add(&policy, &guest), 0);
	assert_int_equal(policy_add(&policy, &guest), -EEXIST);
	for (unsigned i = 1; i < POLICY_GUESTS_MAX; i++) {
		snprintf(guest.name, sizeof(guest.name), "g%u", i);
		assert_int_equal(policy_add(&policy, &guest), 0);
	}
	snprintf(guest.name, sizeof(guest.name), "one more");
	assert_int_equal(policy_add(&policy, &guest), -ENOSPC);
	assert_ptr_equal(policy_find(&policy, "g1"), &policy.guests[1]);
	assert_null(policy_find(&policy, "g"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_match_part_by_part),
		cmocka_unit_test(patterns_that_cannot_match_are_told),
		cmocka_unit_test(nothing_is_given_by_default),
		cmocka_unit_test(devices_are_given_in_parts),
		cmocka_unit_test(power_and_lid_need_a_word_of_their_own),
		cmocka_unit_test(patterns_do_not_count_for_claims),
		cmocka_unit_test(sensors_are_given_by_name),
		cmocka_unit_test(links_are_three),
		cmocka_unit_test(a_guest_has_one_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
