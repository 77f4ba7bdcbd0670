/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/source/evemu_writer.h"
#include "tests/unit/recording/recording_testing.h"

static const char pen[] = "# EVEMU 1.3\n"
			  "# Input device name: \"Pen\"\n"
			  "N: Pen #2\n"
			  "I: 0018 056a 5146 0100\n"
			  "P: 02 00 00 00 00 00 00 00\n"
			  "B: 00 0b 00 00 00 00 00 00 00\n"
			  "B: 01 00 00 00 00 00 00 00 00\n" /* keys 0 .. 63, and on */
			  "B: 01 00 00 00 00 00 00 00 00\n"
			  "B: 01 00 00 00 00 00 00 00 00\n"
			  "B: 01 00 00 00 00 00 00 00 00\n"
			  "B: 01 00 00 00 00 00 00 00 00\n"
			  "B: 01 01 0c 00 00 00 00 00 00\n"
			  "B: 03 03 00 00 01 00 00 00 00\n"
			  "B: 11 02 00 00 00 00 00 00 00\n"
			  "B: 05 02 00 00 00 00 00 00 00\n"
			  "A: 00 0 21658 4 0 100\n"
			  "A: 01 -7 13536 4 0 100\n"
			  "A: 18 0 4095 0 0\n"
			  "L: 01 1\n"
			  "S: 01 1   # on from the start\n"
			  "################################\n"
			  "#      Waiting for events      #\n"
			  "################################\n"
			  "E: 12.000001 0003 0000 0017\t# EV_ABS / ABS_X 17\n"
			  "E: 12.000004 0001 014a 0001\n"
			  "E: 12.000010 0000 0000 0001\n"
			  "\n"
			  "E: 12.500000 0003 0001 -001\n"
			  "E: 12.500000 0000 0002 0000\n"
			  "E: 12.500000 0003 0018 70000\n"
			  "E: 12.500000 0000 0000 0000\n"
			  "E: 13.000000 0003 0000 0001\n";

static void description_is_read(void **state)
{
	struct recording r = parse(pen);
	const struct recording_device *dev = &r.devices[0];
	const struct descriptor *d = &dev->descriptor;

	assert_int_equal(r.n_devices, 1);
	assert_true(dev->described);
	assert_string_equal(d->name, "Pen #2");
	assert_int_equal(d->bustype, BUS_I2C);
	assert_int_equal(d->vendor, 0x056a);
	assert_int_equal(d->product, 0x5146);
	assert_int_equal(d->version, 0x0100);
	assert_true(bit_test(d->props, INPUT_PROP_DIRECT));
	assert_int_equal(bits_count(d->props, sizeof(d->props)), 1);
	assert_true(descriptor_has(d, EV_KEY, BTN_TOOL_PEN));
	assert_true(descriptor_has(d, EV_KEY, BTN_TOUCH));
	assert_true(descriptor_has(d, EV_KEY, BTN_STYLUS));
	assert_int_equal(bits_count(d->keys, sizeof(d->keys)), 3);
	assert_true(descriptor_has(d, EV_ABS, ABS_PRESSURE));
	assert_int_equal(d->absinfo[ABS_Y].minimum, -7);
	assert_int_equal(d->absinfo[ABS_Y].maximum, 13536);
	assert_int_equal(d->absinfo[ABS_X].fuzz, 4);
	assert_int_equal(d->absinfo[ABS_X].resolution, 100);
	assert_int_equal(d->absinfo[ABS_PRESSURE].resolution, 0);
	assert_true(bit_test(dev->leds, LED_CAPSL));
	assert_true(bit_test(dev->sws, SW_TABLET_MODE));
	recording_finish(&r);
}

static void frames_lose_nothing(void **state)
{
	struct recording r = parse(pen);
	struct frame f;

	assert_int_equal(r.n_frames, 2);
	assert_int_equal(r.n_events, 7);
	assert_int_equal(r.trailing, 1);
	expect_event(&r, 0, 0, EV_ABS, ABS_X, 17);
	expect_event(&r, 0, 1, EV_KEY, BTN_TOUCH, 1);
	expect_event(&r, 0, 2, EV_SYN, SYN_REPORT, 1);
	expect_event(&r, 1, 0, EV_ABS, ABS_Y, -1);
	expect_event(&r, 1, 1, EV_SYN, SYN_MT_REPORT, 0);
	expect_event(&r, 1, 2, EV_ABS, ABS_PRESSURE, 70000);

	recording_get_frame(&r, 0, &f);
	assert_int_equal(f.time_us, 12000010);
	assert_int_equal(f.count, 3);
	assert_non_null(f.times);
	assert_int_equal(f.times[0], -9);
	assert_int_equal(f.times[1], -6);
	assert_int_equal(f.times[2], 0);
	recording_get_frame(&r, 1, &f);
	assert_int_equal(f.time_us, 12500000);
	assert_null(f.times);
	recording_finish(&r);
}

/* evemu since 1.2 writes SYN codes into B: 00, older ones event types: KEY and ABS are no types of this lid switch. */
static void types_come_from_their_codes(void **state)
{
	struct recording r = parse("N: Lid\nI: 0019 0000 0005 0000\n"
				   "B: 00 0b 00 10 00 00 00 00 00\n"
				   "B: 05 01 00 00 00 00 00 00 00\n");
	const struct descriptor *d = &r.devices[0].descriptor;

	assert_true(descriptor_has(d, EV_SW, SW_LID));
	assert_false(bit_test(d->types, EV_KEY));
	assert_false(bit_test(d->types, EV_ABS));
	assert_true(bit_test(d->types, EV_REP)); /* no SYN code is that large */
	assert_int_equal(r.n_frames, 0);
	recording_finish(&r);
}

static void line_ends_and_blanks_do_not_matter(void **state)
{
	struct recording r = parse("# EVEMU 1.0\r\nN:  Mouse \t\r\n\r\n  I: 3 46d c077 111\r\nB: 02 03\r\n"
				   "E: 0.000000 2 0 -5\r\nE: 0.000000 0 0 0");

	assert_string_equal(r.devices[0].descriptor.name, "Mouse");
	assert_int_equal(r.devices[0].descriptor.vendor, 0x46d);
	assert_int_equal(r.n_frames, 1);
	expect_event(&r, 0, 0, EV_REL, REL_X, -5);
	recording_finish(&r);
}

static void names_are_cleaned(void **state)
{
	struct recording r = parse("N: a\x1b[2Jb\xff\nI: 3 0 0 0\n");

	assert_string_equal(r.devices[0].descriptor.name, "a?[2Jb?");
	recording_finish(&r);
}

static void what_precedes_the_header_may_be_anything(void **state)
{
	struct recording r =
		parse("me@machine:~$ evemu-describe\nSelect [0-18]: 3\n# EVEMU 1.2\nN: x\nI: 3 0 0 0\n");

	assert_string_equal(r.devices[0].descriptor.name, "x");
	recording_finish(&r);
	expect_error("some text\nN: x\nI: 3 0 0 0\n", 25,
		     "file:1: expected a comment or a line of evemu's format, found \"some text\"");
}

static void bare_events_are_described_from_what_they_use(void **state)
{
	struct recording r =
		parse("E: 5.000000 0003 002f 0\nE: 5.000000 0003 0039 70\nE: 5.000000 0003 0035 1500\n"
		      "E: 5.000000 0003 0036 -20\nE: 5.000000 0001 014a 1\nE: 5.000000 0000 0000 0\n");
	struct recording_device *dev = &r.devices[0];

	assert_false(dev->described);
	recording_describe(&r, 0, NULL, "panel");
	assert_true(dev->described);
	assert_string_equal(dev->descriptor.name, "panel");
	assert_int_equal(dev->descriptor.bustype, BUS_VIRTUAL);
	assert_true(descriptor_has(&dev->descriptor, EV_KEY, BTN_TOUCH));
	assert_int_equal(descriptor_slots(&dev->descriptor), 2);
	assert_int_equal(dev->descriptor.absinfo[ABS_MT_TRACKING_ID].maximum, 65535);
	assert_int_equal(dev->descriptor.absinfo[ABS_MT_POSITION_X].minimum, 0);
	assert_int_equal(dev->descriptor.absinfo[ABS_MT_POSITION_X].maximum, 1500);
	assert_int_equal(dev->descriptor.absinfo[ABS_MT_POSITION_Y].minimum, -20);
	assert_int_equal(dev->descriptor.absinfo[ABS_MT_POSITION_Y].maximum, 1);
	recording_finish(&r);
}

static void a_foreign_description_gets_what_it_lacks(void **state)
{
	struct recording r =
		parse("E: 5.000000 0003 0000 9000\nE: 5.000000 0003 0028 3\nE: 5.000000 0000 0000 0\n");
	struct recording other = parse("N: Pad\nI: 3 56a 1 2\nB: 03 01\nA: 00 0 100 1 2 3\n");
	const struct descriptor *d;

	recording_describe(&r, 0, &other.devices[0], "unused");
	d = &r.devices[0].descriptor;
	assert_string_equal(d->name, "Pad");
	assert_int_equal(d->absinfo[ABS_X].maximum, 100); /* told, so not widened */
	assert_true(descriptor_has(d, EV_ABS, ABS_MISC));
	assert_int_equal(d->absinfo[ABS_MISC].maximum, 3);
	recording_finish(&r);
	recording_finish(&other);
}

#define DEVICE "N: x\nI: 3 0 0 0\n"

static void corrupt_files_are_refused_by_line(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{ "", "file:1: the file ends, and no description (N:) and no event (E:) was found" },
		{ "# EVEMU 1.3\n\n",
		  "file:2: the file ends, and no description (N:) and no event (E:) was found" },
		{ "N: x\n", "file:1: the file ends, and the description has no I: line" },
		{ "# EVEMU 2.0\n",
		  "file:1: only version 1 of evemu's format is known, found \"# EVEMU 2.0\"" },
		{ "# EVEMU x\n", "file:1: expected \"# EVEMU 1.x\", found \"# EVEMU x\"" },
		{ "I: 3 0 0 0\n", "file:1: expected N: and the device's name first, found \"I: 3 0 0 0\"" },
		{ DEVICE "N: y\n", "file:3: a second N: line: evemu's format holds one device a file" },
		{ "N: x\nI: 3 0 0\n",
		  "file:2: I: expects bus, vendor, product and version in hex, found \" 3 0 0\"" },
		{ "N: x\nI: 3 0 0 10000\n",
		  "file:2: I: expects bus, vendor, product and version in hex, found \" 3 0 0 10000\"" },
		{ "N: x\nI: 3 0 0 0 0\n", "file:2: I: expects four numbers, found \" 3 0 0 0 0\"" },
		{ DEVICE "P: 02 xx\n", "file:3: P: expects bytes in hex, found \" 02 xx\"" },
		{ DEVICE "P: 00 00 00 00 01\n", "file:3: property 0x20 is out of range: the last is 0x1f" },
		{ DEVICE "B: 20 00\n",
		  "file:3: B: expects an event type and bytes, in hex, found \" 20 00\"" },
		{ DEVICE "B: 02 1ff\n",
		  "file:3: B: expects an event type and bytes, in hex, found \" 02 1ff\"" },
		{ DEVICE "B: 02 00 00 01\n",
		  "file:3: code 0x010 is out of range: the last of type 0x02 is 0x00f" },
		{ DEVICE "B: 06 01\n", "file:3: there is no event type 0x06" },
		{ DEVICE "A: 40 0 1 0 0\n",
		  "file:3: A: expects an axis of 00 to 3f in hex, found \" 40 0 1 0 0\"" },
		{ DEVICE "A: 00 0 1 0\n",
		  "file:3: A: expects AXIS MINIMUM MAXIMUM FUZZ FLAT [RESOLUTION], found \" 00 0 1 0\"" },
		{ DEVICE "A: 00 0 1 0 0 0 0\n", "file:3: A: expects AXIS MINIMUM MAXIMUM FUZZ FLAT "
						"[RESOLUTION], found \" 00 0 1 0 0 0 0\"" },
		{ DEVICE "A: 00 0 2147483648 0 0 0\n", "file:3: A: expects AXIS MINIMUM MAXIMUM FUZZ FLAT "
						       "[RESOLUTION], found \" 00 0 2147483648 0 0 0\"" },
		{ DEVICE "L: 10 1\n",
		  "file:3: L: expects a LED in hex of 00 to 0f and its state, 0 or 1, found \" 10 1\"" },
		{ DEVICE "S: 01 2\n",
		  "file:3: S: expects a switch in hex of 00 to 10 and its state, 0 or 1, found \" 01 2\"" },
		{ DEVICE "X: 1\n", "file:3: expected a comment or a line of evemu's format, found \"X: 1\"" },
		{ DEVICE "E: 0.5 0 0 0\n", "file:3: E: expects SECONDS.MICROSECONDS (six digits) TYPE CODE "
					   "VALUE, found \" 0.5 0 0 0\"" },
		{ DEVICE "E: 0.+00005 0 0 0\n", "file:3: E: expects SECONDS.MICROSECONDS (six digits) TYPE "
						"CODE VALUE, found \" 0.+00005 0 0 0\"" },
		{ DEVICE "E: -1.000000 0 0 0\n", "file:3: E: expects SECONDS.MICROSECONDS (six digits) TYPE "
						 "CODE VALUE, found \" -1.000000 0 0 0\"" },
		{ DEVICE "E: 0.000000 0001 001", "file:3: E: expects SECONDS.MICROSECONDS (six digits) TYPE "
						 "CODE VALUE, found \" 0.000000 0001 001\"" },
		{ DEVICE "E: 0.000000 0020 0 0\n", "file:3: there is no event type 0x20" },
		{ DEVICE "E: 0.000000 0001 0300 1\n",
		  "file:3: code 0x300 is out of range: the last of type 0x01 is 0x2ff" },
		{ DEVICE "E: 0.000000 0000 0010 1\n",
		  "file:3: code 0x010 is out of range: the last of type 0x00 is 0x00f" },
		{ DEVICE "E: 0.000000 0001 0001 2147483648\n",
		  "file:3: E: expects SECONDS.MICROSECONDS (six digits) TYPE CODE VALUE, "
		  "found \" 0.000000 0001 0001 2147483648\"" },
		{ DEVICE "E: 0.000000 0002 0000 1\nE: 2148.000000 0000 0000 0\n",
		  "file:4: SYN_REPORT comes more than 2147 s after an event of its frame" },
		{ DEVICE "E: 0.000000 0000 0000 0\nB: 01 00\n",
		  "file:4: the description stands before the first E: line, found \"B: 01 00\"" },
		{ "\x7f"
		  "ELF\n",
		  "file:1: expected a comment or a line of evemu's format, found \"?ELF\"" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		expect_error(cases[i].text, strlen(cases[i].text), cases[i].error);
	expect_error(
		DEVICE "E: 0.000000\0 1 1 1", sizeof(DEVICE "E: 0.000000\0 1 1 1") - 1,
		"file:3: E: expects SECONDS.MICROSECONDS (six digits) TYPE CODE VALUE, found \" 0.000000…\"");
}

static void a_frame_has_a_limit(void **state)
{
	const char line[] = "E: 1.000000 0004 0004 1\n";
	const char syn[] = "E: 1.000000 0000 0000 0\n";
	size_t n = strlen(line);
	char *text = malloc(FRAME_EVENTS_MAX * n + sizeof(syn));
	struct recording r;
	char err[RECORDING_ERROR_MAX];

	assert_non_null(text);
	for (unsigned i = 0; i < FRAME_EVENTS_MAX; i++)
		memcpy(text + i * n, line, n);
	memcpy(text + (FRAME_EVENTS_MAX - 1) * n, syn, n + 1);
	assert_int_equal(recording_parse(&r, "file", text, FRAME_EVENTS_MAX * n, err), 0);
	assert_int_equal(r.frames[0].count, FRAME_EVENTS_MAX);
	recording_finish(&r);

	memcpy(text + (FRAME_EVENTS_MAX - 1) * n, line, n);
	memcpy(text + FRAME_EVENTS_MAX * n, syn, n);
	expect_error(text, (FRAME_EVENTS_MAX + 1) * n,
		     "file:1362: a frame holds at most 1361 events: SYN_REPORT is missing");
	free(text);
}

static void long_lines_are_refused(void **state)
{
	char *text = malloc(RECORDING_LINE_MAX + 2);

	assert_non_null(text);
	memset(text, '#', RECORDING_LINE_MAX + 2);
	expect_error(text, RECORDING_LINE_MAX + 1, "file:1: a line of more than 65536 bytes is no recording");
	free(text);
}

static void writing_and_reading_give_the_same(void **state)
{
	static char text[EVEMU_DESCRIPTION_MAX + 7 * EVEMU_EVENT_MAX];
	struct recording r = parse(pen), again;
	const struct recording_device *a = &r.devices[0], *b;
	int n, used;

	n = evemu_write_description(text, sizeof(text), &a->descriptor, a->leds, a->sws);
	assert_true(n > 0);
	used = n;
	for (size_t i = 0; i < r.n_frames; i++) {
		struct frame f;

		recording_get_frame(&r, i, &f);
		n = evemu_write_frame(text + used, sizeof(text) - (size_t)used, &f);
		assert_true(n > 0 && n <= (int)f.count * EVEMU_EVENT_MAX);
		used += n;
	}
	again = parse(text);
	b = &again.devices[0];
	assert_true(descriptor_equal(&a->descriptor, &b->descriptor));
	assert_memory_equal(a->leds, b->leds, sizeof(a->leds));
	assert_memory_equal(a->sws, b->sws, sizeof(a->sws));
	assert_int_equal(again.n_events, r.n_events);
	assert_memory_equal(r.events, again.events, r.n_events * sizeof(*r.events));
	assert_memory_equal(r.times, again.times, r.n_events * sizeof(*r.times));
	recording_finish(&r);
	recording_finish(&again);
}

static void writer_keeps_evemus_form(void **state)
{
	static const struct event syn = { EV_SYN, SYN_REPORT, 0 }, rel = { EV_REL, REL_X, -7 };
	static const struct event last = { EV_KEY, KEY_MAX, INT32_MIN };
	char buf[EVEMU_EVENT_MAX];
	struct frame early = { .time_us = 2, .count = 1, .events = &syn, .times = (const int32_t[]){ -3 } };

	assert_int_equal(evemu_write_event(buf, sizeof(buf), 1000001, &syn), 27);
	assert_string_equal(buf, "E: 1.000001 0000 0000 0000\n");
	evemu_write_event(buf, sizeof(buf), 12, &rel);
	assert_string_equal(buf, "E: 0.000012 0002 0000 -007\n");
	assert_true(evemu_write_event(buf, sizeof(buf), UINT64_MAX, &last) > 0);
	assert_int_equal(evemu_write_event(buf, 27, 1000001, &syn), -ENOSPC);
	assert_string_equal(buf, "");
	assert_int_equal(evemu_write_event(buf, 0, 1000001, &syn), -ENOSPC);
	assert_int_equal(evemu_write_frame(buf, sizeof(buf), &early), 27);
	assert_string_equal(buf, "E: 0.000000 0000 0000 0000\n");
}

static void any_description_fits(void **state)
{
	static char buf[EVEMU_DESCRIPTION_MAX];
	static struct descriptor d;
	uint8_t leds[BITS_BYTES(LED_CNT)], sws[BITS_BYTES(SW_CNT)];
	int n;

	memset(&d, 0xff, sizeof(d));
	memset(d.name, 'n', sizeof(d.name) - 1);
	d.name[sizeof(d.name) - 1] = '\0';
	for (unsigned i = 0; i < ABS_CNT; i++)
		d.absinfo[i] = (struct input_absinfo){ INT32_MIN, INT32_MIN, INT32_MIN,
						       INT32_MIN, INT32_MIN, INT32_MIN };
	memset(leds, 0xff, sizeof(leds));
	memset(sws, 0xff, sizeof(sws));
	n = evemu_write_description(buf, sizeof(buf), &d, leds, sws);
	assert_true(n > 0);
	for (size_t size = 0; size <= (size_t)n; size += 101)
		assert_int_equal(evemu_write_description(buf, size, &d, leds, sws), -ENOSPC);
	assert_int_equal(evemu_write_description(buf, (size_t)n, &d, leds, sws), -ENOSPC);
	assert_int_equal(evemu_write_description(buf, (size_t)n + 1, &d, leds, sws), n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(description_is_read),
		cmocka_unit_test(frames_lose_nothing),
		cmocka_unit_test(types_come_from_their_codes),
		cmocka_unit_test(line_ends_and_blanks_do_not_matter),
		cmocka_unit_test(names_are_cleaned),
		cmocka_unit_test(what_precedes_the_header_may_be_anything),
		cmocka_unit_test(bare_events_are_described_from_what_they_use),
		cmocka_unit_test(a_foreign_description_gets_what_it_lacks),
		cmocka_unit_test(corrupt_files_are_refused_by_line),
		cmocka_unit_test(a_frame_has_a_limit),
		cmocka_unit_test(long_lines_are_refused),
		cmocka_unit_test(writing_and_reading_give_the_same),
		cmocka_unit_test(writer_keeps_evemus_form),
		cmocka_unit_test(any_description_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
