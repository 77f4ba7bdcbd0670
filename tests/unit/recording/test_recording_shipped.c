/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The project's own recordings: they must show what they are for, and let go of everything at their end. */
#include <stdio.h>

#include "hub/device/classify.h"
#include "hub/device/state.h"
#include "tests/unit/recording/recording_testing.h"

static struct recording load(const char *name)
{
	char path[512], err[RECORDING_ERROR_MAX];
	struct recording r;

	snprintf(path, sizeof(path), "%s/%s", RECORDINGS, name);
	if (recording_load(&r, path, err) < 0)
		fail_msg("%s", err);
	assert_int_equal(r.trailing, 0);
	return r;
}

static void expect_classes(const struct recording *r, unsigned device, uint32_t classes)
{
	char reason[CLASSIFY_REASON_MAX];

	assert_int_equal(classify(&r->devices[device].descriptor, 0, reason), classes);
}

/* Plays one device. Every event must be one the device can send; the most contacts at once come back. */
static unsigned play(const struct recording *r, unsigned device)
{
	const struct descriptor *d = &r->devices[device].descriptor;
	struct device_state s;
	unsigned most = 0;

	assert_int_equal(state_init(&s, d), 0);
	for (size_t i = 0; i < r->n_frames; i++) {
		unsigned contacts = 0;
		struct frame f;

		if (r->frames[i].device != device)
			continue;
		recording_get_frame(r, i, &f);
		for (uint32_t k = 0; k < f.count; k++) {
			assert_true(descriptor_has(d, f.events[k].type, f.events[k].code));
			if (f.events[k].type == EV_ABS && f.events[k].code != ABS_MT_TRACKING_ID)
				assert_in_range(f.events[k].value + 65536,
						d->absinfo[f.events[k].code].minimum + 65536,
						d->absinfo[f.events[k].code].maximum + 65536);
		}
		state_apply(&s, f.events, f.count);
		for (unsigned slot = 0; slot < s.slots; slot++)
			contacts += s.mt[slot][MT_TRACKING_ID] >= 0;
		most = contacts > most ? contacts : most;
	}
	assert_int_equal(s.held, 0);
	assert_int_equal(bits_count(s.sws, sizeof(s.sws)), 0);
	assert_int_equal(bits_count(s.leds, sizeof(s.leds)), 0);
	state_finish(&s);
	return most;
}

static bool uses(const struct recording *r, unsigned type, unsigned code)
{
	for (size_t i = 0; i < r->n_events; i++)
		if (r->events[i].type == type && r->events[i].code == code)
			return true;
	return false;
}

static void tablet_session_shows_a_tablet(void **state)
{
	static const uint16_t keys[] = {
		KEY_POWER,  KEY_VOLUMEUP,    KEY_VOLUMEDOWN, KEY_HOMEPAGE, KEY_ROTATE_LOCK_TOGGLE,
		BTN_STYLUS, BTN_TOOL_RUBBER, BTN_TOOL_PEN
	};
	static const uint16_t axes[] = { ABS_PRESSURE, ABS_TILT_X, ABS_TILT_Y, ABS_DISTANCE };
	struct recording r = load("tablet-session.yml");
	uint64_t length_us = r.frames[r.n_frames - 1].time_us - r.frames[0].time_us;

	assert_int_equal(r.n_devices, 4);
	expect_classes(&r, 0, CLASS_TOUCHSCREEN);
	expect_classes(&r, 1, CLASS_BUTTONS);
	expect_classes(&r, 2, CLASS_PEN);
	expect_classes(&r, 3, CLASS_SWITCH);
	assert_int_equal(descriptor_slots(&r.devices[0].descriptor), 10);
	assert_int_equal(play(&r, 0), 10);
	for (unsigned i = 1; i < r.n_devices; i++)
		play(&r, i);
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		assert_true(uses(&r, EV_KEY, keys[i]));
	for (size_t i = 0; i < COUNT_OF(axes); i++)
		assert_true(uses(&r, EV_ABS, axes[i]));
	assert_true(uses(&r, EV_SW, SW_TABLET_MODE));
	assert_in_range(length_us, 15000000, 25000000);
	recording_finish(&r);
}

static void mouse_stamps_each_event(void **state)
{
	struct recording r = load("mouse.evemu");

	expect_classes(&r, 0, CLASS_MOUSE);
	play(&r, 0);
	assert_true(r.frames[0].timed);
	assert_true(uses(&r, EV_REL, REL_WHEEL) && uses(&r, EV_REL, REL_WHEEL_HI_RES));
	recording_finish(&r);
}

static void keyboards_come_in_both_formats(void **state)
{
	struct recording evemu = load("keyboard.evemu"), yaml = load("keyboard.yml");
	bool repeats = false;

	expect_classes(&evemu, 0, CLASS_KEYBOARD);
	expect_classes(&yaml, 0, CLASS_KEYBOARD);
	play(&evemu, 0);
	play(&yaml, 0);
	for (size_t i = 0; i < evemu.n_events; i++)
		repeats = repeats || (evemu.events[i].type == EV_KEY && evemu.events[i].value == 2);
	assert_true(repeats);
	assert_true(uses(&yaml, EV_LED, LED_CAPSL));
	recording_finish(&evemu);
	recording_finish(&yaml);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tablet_session_shows_a_tablet),
		cmocka_unit_test(mouse_stamps_each_event),
		cmocka_unit_test(keyboards_come_in_both_formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
