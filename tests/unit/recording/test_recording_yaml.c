/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/recording/recording_testing.h"

/* As `libinput record` 1.22 lays it out, with everything that is to be passed over. */
static const char two_devices[] =
	"# libinput record\n"
	"version: 1\n"
	"ndevices: 2\n"
	"libinput:\n"
	"  version: \"1.22.1\"\n"
	"  git: \"unknown\"\n"
	"system:\n"
	"  os: \"debian:12\"\n"
	"  dmi: \"dmi:bvnX:[br{1.2\"\n"
	"devices:\n"
	"- node: /dev/input/event5\n"
	"  evdev:\n"
	"    # Name: ELAN \"X\" Touchscreen: 2\n"
	"    # Supported Events:\n"
	"    # Event type 0 (EV_SYN)\n"
	"    name: \"ELAN \"X\" Touchscreen: 2\"\n"
	"    id: [24, 1267, 0x2a03, 256]\n"
	"    codes:\n"
	"      0: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] # EV_SYN\n"
	"      1: [330] # EV_KEY\n"
	"      3: [0, 1, 47, 53,\n"
	"          54, 57] # EV_ABS\n"
	"    absinfo:\n"
	"      0: [0, 1279, 0, 0, 6]\n"
	"      1: [-1, 799, 1, 2, 6]\n"
	"      47: [0, 9, 0, 0, 0]\n"
	"    properties: [1]\n"
	"  hid: [\n"
	"    0x05, 0x0d, 0x09, 0x04, # Usage\n"
	"    0xa1, 0x01\n"
	"  ]\n"
	"  udev:\n"
	"    properties:\n"
	"    - ID_INPUT=1\n"
	"    - events: not these\n"
	"  quirks:\n"
	"  - ModelSomething=1\n"
	"  events:\n"
	"  # Current time is 12:00:00\n"
	"  - evdev:\n"
	"    - [  0,      0,   3,  57,  1420] # EV_ABS / ABS_MT_TRACKING_ID   1420\n"
	"    - [  0,     10,   0,   0,     0] # ------------ SYN_REPORT (0) ---------- +0ms\n"
	"  - hid:\n"
	"      time: [  0,      20]\n"
	"      hidraw0: [0x01, 0x02]\n"
	"  - libinput:\n"
	"    - {time: 0.10, type: TOUCH_DOWN, point: [ 1.00, 2.00]}\n"
	"  - evdev:\n"
	"    - [  2,     30,   3,  57,    -1]\n"
	"    - [  2,     30,   0,   0,     1]\n"
	"    - [  3,      0,   1, 330,     0]\n"
	"- node: /dev/input/event6\n"
	"  evdev:\n"
	"    name: Power Button # plain\n"
	"    id: [25, 0, 1, 0]\n"
	"    codes:\n"
	"      0: [0]\n"
	"      1: [116]\n"
	"      20: []\n"
	"    properties: []\n"
	"  events:\n"
	"  - evdev:\n"
	"    - [1, 500000, 1, 116, 1]\n"
	"    - [1, 500000, 0, 0, 0]\n";

static void devices_are_read(void **state)
{
	struct recording r = parse(two_devices);
	const struct descriptor *d = &r.devices[0].descriptor;

	assert_int_equal(r.n_devices, 2);
	assert_string_equal(d->name, "ELAN \"X\" Touchscreen: 2");
	assert_int_equal(d->bustype, BUS_I2C);
	assert_int_equal(d->vendor, 1267);
	assert_int_equal(d->product, 0x2a03);
	assert_int_equal(d->version, 256);
	assert_true(descriptor_has(d, EV_KEY, BTN_TOUCH));
	assert_true(descriptor_has(d, EV_ABS, ABS_MT_TRACKING_ID));
	assert_int_equal(bits_count(d->abss, sizeof(d->abss)), 6);
	assert_int_equal(descriptor_slots(d), 10);
	assert_int_equal(d->absinfo[ABS_Y].minimum, -1);
	assert_int_equal(d->absinfo[ABS_Y].maximum, 799);
	assert_int_equal(d->absinfo[ABS_Y].fuzz, 1);
	assert_int_equal(d->absinfo[ABS_Y].flat, 2);
	assert_int_equal(d->absinfo[ABS_Y].resolution, 6);
	assert_true(bit_test(d->props, INPUT_PROP_DIRECT));

	d = &r.devices[1].descriptor;
	assert_string_equal(d->name, "Power Button");
	assert_true(descriptor_has(d, EV_KEY, KEY_POWER));
	assert_true(bit_test(d->types, EV_REP));
	assert_true(r.devices[0].described && r.devices[1].described);
	recording_finish(&r);
}

static void frames_of_all_devices_are_in_order(void **state)
{
	struct recording r = parse(two_devices);

	assert_int_equal(r.n_frames, 3);
	assert_int_equal(r.trailing, 1);
	assert_int_equal(r.frames[0].device, 0);
	assert_int_equal(r.frames[0].time_us, 10);
	assert_true(r.frames[0].timed);
	assert_int_equal(r.times[r.frames[0].first], -10);
	expect_event(&r, 0, 0, EV_ABS, ABS_MT_TRACKING_ID, 1420);
	assert_int_equal(r.frames[1].device, 1);
	assert_int_equal(r.frames[1].time_us, 1500000);
	assert_false(r.frames[1].timed);
	expect_event(&r, 1, 0, EV_KEY, KEY_POWER, 1);
	assert_int_equal(r.frames[2].device, 0);
	expect_event(&r, 2, 0, EV_ABS, ABS_MT_TRACKING_ID, -1);
	expect_event(&r, 2, 1, EV_SYN, SYN_REPORT, 1);
	recording_finish(&r);
}

/* A clock that was set back must not turn a press and its release around. */
static void one_devices_frames_are_never_swapped(void **state)
{
	struct recording r = parse("devices:\n"
				   "- events:\n"
				   "  - evdev:\n"
				   "    - [5, 0, 1, 30, 1]\n"
				   "    - [5, 0, 0, 0, 0]\n"
				   "    - [4, 0, 1, 30, 0]\n"
				   "    - [4, 0, 0, 0, 0]\n"
				   "- events:\n"
				   "  - evdev:\n"
				   "    - [4, 500000, 0, 0, 7]\n");

	assert_int_equal(r.n_frames, 3);
	assert_int_equal(r.frames[0].device, 1);
	expect_event(&r, 1, 0, EV_KEY, KEY_A, 1);
	expect_event(&r, 2, 0, EV_KEY, KEY_A, 0);
	assert_false(r.devices[0].described);
	recording_finish(&r);
}

static void frames_at_one_time_stay_in_the_files_order(void **state)
{
	struct recording r = parse("devices:\n"
				   "- events:\n"
				   "  - evdev:\n"
				   "    - [5, 0, 0, 0, 1]\n"
				   "- events:\n"
				   "  - evdev:\n"
				   "    - [5, 0, 0, 0, 2]\n");

	expect_event(&r, 0, 0, EV_SYN, SYN_REPORT, 1);
	expect_event(&r, 1, 0, EV_SYN, SYN_REPORT, 2);
	recording_finish(&r);
}

static void names_may_be_quoted_in_any_way(void **state)
{
	static const struct {
		const char *text, *name;
	} cases[] = {
		{ "plain name", "plain name" },
		{ "plain: name", "plain: name" },
		{ "\"a # b\" # c", "a # b" },
		{ "'it''s'",
		  "it''s" }, /* libinput does not write these; what stands between the quotes stays */
		{ "\"\\\"q\\\" \\\\ \\n\"", "\"q\" \\ \\n" },
		{ "\"\"", "" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char text[256];
		struct recording r;

		snprintf(text, sizeof(text), "devices:\n- evdev:\n    name: %s\n    id: [3, 0, 0, 0]\n",
			 cases[i].text);
		r = parse(text);
		assert_string_equal(r.devices[0].descriptor.name, cases[i].name);
		recording_finish(&r);
	}
}

static void empty_parts_are_no_error(void **state)
{
	struct recording r =
		parse("---\nversion: 1\r\ndevices:\r\n  - evdev:\r\n      codes: {}\r\n      absinfo:\r\n"
		      "      properties: []\r\n    events: []\r\n");

	assert_int_equal(r.n_devices, 1);
	assert_int_equal(r.n_frames, 0);
	recording_finish(&r);
}

static void text_blocks_are_passed_over(void **state)
{
	struct recording r = parse("version: 1\n"
				   "system: |\n"
				   "  devices:\n"
				   "  - evdev: [\n"
				   "devices:\n"
				   "- note: >\n"
				   "    events: [\n"
				   "  list: {a: [1, \"]\", c#d], # [\n"
				   "    b: 'x#'}\n"
				   "  events:\n"
				   "  - evdev:\n"
				   "    - [0, 1, 0, 0, 0]\n");

	assert_int_equal(r.n_devices, 1);
	assert_int_equal(r.n_frames, 1);
	recording_finish(&r);
}

#define EVENTS "devices:\n- events:\n  - evdev:\n"
#define EVDEV  "devices:\n- evdev:\n"

static void corrupt_files_are_refused_by_line(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "version: 2\n", "file:1: version: only 1 is known, found \"2\"" },
		{ "version: 1\n", "file:1: the file ends, and no device was found below devices:" },
		{ "devices: 3\n",
		  "file:1: expected nothing behind this key but lines below it, found \"3\"" },
		{ "devices:\n\t- events:\n", "file:2: YAML is not indented with tabs" },
		{ "devices:\nwhat is this\n", "file:2: expected a key with a colon, as libinput record "
					      "writes them, found \"what is this\"" },
		{ EVENTS "    - [0, 1, 0, 0]\n",
		  "file:4: expected [seconds, microseconds, type, code, value], found \"[0, 1, 0, 0]\"" },
		{ EVENTS "    - [0, 1, 0, 0, 0, 0]\n", "file:4: expected [seconds, microseconds, type, code, "
						       "value], found \"[0, 1, 0, 0, 0, 0]\"" },
		{ EVENTS "    - [0, 1, 0, 0 0]\n",
		  "file:4: expected [seconds, microseconds, type, code, value], found \"[0, 1, 0, 0 0]\"" },
		{ EVENTS "    - [0, 1, 0, x, 0]\n",
		  "file:4: expected [seconds, microseconds, type, code, value], found \"[0, 1, 0, x, 0]\"" },
		{ EVENTS "    - [0, 1, 0, 0, 0] x\n", "file:4: expected [seconds, microseconds, type, code, "
						      "value], found \"[0, 1, 0, 0, 0] x\"" },
		{ EVENTS "    - 0, 1\n",
		  "file:4: expected [seconds, microseconds, type, code, value], found \"0, 1\"" },
		{ EVENTS "    - [0, 1, 0, 0,\n", "file:4: the file ends inside a list" },
		{ EVENTS "    - [0, 1000000, 0, 0, 0]\n",
		  "file:4: the time is out of range, found \"[0, 1000000, 0, 0, 0]\"" },
		{ EVENTS "    - [-1, 0, 0, 0, 0]\n",
		  "file:4: the time is out of range, found \"[-1, 0, 0, 0, 0]\"" },
		{ EVENTS "    - [0, 0, -1, 0, 0]\n",
		  "file:4: type and code are never negative, found \"[0, 0, -1, 0, 0]\"" },
		{ EVENTS "    - [0, 0, 32, 0, 0]\n", "file:4: there is no event type 0x20" },
		{ EVENTS "    - [0, 0, 3, 64, 0]\n",
		  "file:4: code 0x040 is out of range: the last of type 0x03 is 0x03f" },
		{ EVENTS "    - [0, 0, 3, 0, 2147483648]\n",
		  "file:4: the value does not fit into 32 bits, found \"[0, 0, 3, 0, 2147483648]\"" },
		{ EVDEV "    name: \"x\n", "file:3: name: the quote is not closed, found \"\"x\"" },
		{ EVDEV "    id: [1, 2, 3]\n",
		  "file:3: expected id: [bus, vendor, product, version], found \"[1, 2, 3]\"" },
		{ EVDEV "    id: [1, 2, 3, 65536]\n", "file:3: id: numbers of 0 to 65535 are expected" },
		{ EVDEV "    codes:\n      6: [0]\n", "file:4: there is no event type 6" },
		{ EVDEV "    codes:\n      -1: []\n", "file:4: there is no event type -1" },
		{ EVDEV "    codes:\n      1: [-1]\n",
		  "file:4: code -1 is out of range: no code is negative" },
		{ EVDEV "    codes:\n      1: [768]\n",
		  "file:4: code 0x300 is out of range: the last of type 0x01 is 0x2ff" },
		{ EVDEV "    absinfo:\n      64: [0, 1, 0, 0, 0]\n",
		  "file:4: absinfo: axis 64 is out of range: the last is 63" },
		{ EVDEV "    absinfo:\n      0: [0, 1, 0, 0]\n",
		  "file:4: expected [minimum, maximum, fuzz, flat, resolution], found \"[0, 1, 0, 0]\"" },
		{ EVDEV "    absinfo:\n      0: [0, 2147483648, 0, 0, 0]\n",
		  "file:4: absinfo: 2147483648 does not fit into 32 bits" },
		{ EVDEV "    properties: [32]\n", "file:3: property 32 is out of range: the last is 31" },
		{ EVDEV "    properties: 1\n", "file:3: expected properties: [property, …], found \"1\"" },
		{ "devices:\n- x: {a\n", "file:2: the file ends inside a list" },
		{ "devices:\n- x: [\"a\n", "file:2: a quote is not closed" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		expect_error(cases[i].text, strlen(cases[i].text), cases[i].error);
}

static void devices_and_depth_have_limits(void **state)
{
	const char device[] = "- node: x\n";
	char text[16 + (RECORDING_DEVICES_MAX + 1) * sizeof(device)] = "devices:\n";
	char deep[128] = "devices:\n- ";
	struct recording r;

	for (unsigned i = 0; i < RECORDING_DEVICES_MAX; i++)
		strcat(text, device);
	r = parse(text);
	assert_int_equal(r.n_devices, RECORDING_DEVICES_MAX);
	recording_finish(&r);
	strcat(text, device);
	expect_error(text, strlen(text), "file:66: a recording holds at most 64 devices");

	for (unsigned i = 0; i < 40; i++)
		strcat(deep, "- ");
	expect_error(deep, strlen(deep), "file:2: keys are nested more than 32 deep");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(devices_are_read),
		cmocka_unit_test(frames_of_all_devices_are_in_order),
		cmocka_unit_test(one_devices_frames_are_never_swapped),
		cmocka_unit_test(frames_at_one_time_stay_in_the_files_order),
		cmocka_unit_test(names_may_be_quoted_in_any_way),
		cmocka_unit_test(empty_parts_are_no_error),
		cmocka_unit_test(text_blocks_are_passed_over),
		cmocka_unit_test(corrupt_files_are_refused_by_line),
		cmocka_unit_test(devices_and_depth_have_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
