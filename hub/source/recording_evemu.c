/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * evemu's format, one device a file. A letter, a colon and values; `#` begins a comment but in the name:
 *
 *   N: name                       I: bus vendor product version           (hexadecimal)
 *   P: 8 bytes of properties      B: type, 8 bytes of its codes           (hexadecimal; lines of one type continue it)
 *   A: axis minimum maximum fuzz flat [resolution]                        (axis hexadecimal, since 1.1 with resolution)
 *   L: led state                  S: switch state                         (since 1.3; code hexadecimal)
 *   E: seconds.microseconds type code value                               (type and code hexadecimal)
 */
#include "hub/source/recording_reader.h"

#include <errno.h>
#include <string.h>

#include "hub/core/text.h"

#define EVEMU_HEADER        "# EVEMU "
#define EVEMU_VERSION_MAJOR 1

struct evemu {
	struct recording_reader *rd;
	struct span junk; /* the first line that belongs to no format, cleared by a header behind it */
	unsigned junk_line;
	bool named, identified, has_events;
	unsigned prop_bytes;
	unsigned code_bytes[EV_CNT];
};

static struct recording_device *device_of(struct evemu *ev)
{
	return &ev->rd->recording->devices[0];
}

static int need_device(struct evemu *ev)
{
	return ev->rd->recording->n_devices ? 0 : reader_add_device(ev->rd);
}

/* Blanks, then the end or a comment. */
static bool at_end(struct span *s)
{
	span_skip_blanks(s);
	return span_is_empty(s) || *s->p == '#';
}

/* One value of a line: blanks before it, and a blank, a comment or the end behind it. */
static int next_number(struct span *s, unsigned base, int64_t min, int64_t max, int64_t *value)
{
	int rc;

	span_skip_blanks(s);
	rc = span_number(s, base, min, max, value);
	if (rc < 0)
		return rc;
	return span_is_empty(s) || *s->p == ' ' || *s->p == '\t' ? 0 : -EINVAL;
}

static int parse_name(struct evemu *ev, struct span values)
{
	struct recording_device *dev;

	if (ev->named)
		return reader_fail(ev->rd, "a second N: line: evemu's format holds one device a file");
	if (need_device(ev) < 0)
		return -ENOMEM;
	ev->named = true;
	span_skip_blanks(&values);
	dev = device_of(ev);
	dev->described = true;
	text_copy(dev->descriptor.name, sizeof(dev->descriptor.name), values.p,
		  (size_t)(values.end - values.p));
	return 0;
}

static int parse_id(struct evemu *ev, struct span values)
{
	struct descriptor *d = &device_of(ev)->descriptor;
	struct span line = values;
	int64_t id[4];

	for (unsigned i = 0; i < 4; i++)
		if (next_number(&values, 16, 0, UINT16_MAX, &id[i]) < 0)
			return reader_fail_at(ev->rd, line,
					      "I: expects bus, vendor, product and version in hex");
	if (!at_end(&values))
		return reader_fail_at(ev->rd, line, "I: expects four numbers");
	d->bustype = (uint16_t)id[0];
	d->vendor = (uint16_t)id[1];
	d->product = (uint16_t)id[2];
	d->version = (uint16_t)id[3];
	ev->identified = true;
	return 0;
}

static int parse_props(struct evemu *ev, struct span values)
{
	struct descriptor *d = &device_of(ev)->descriptor;
	struct span line = values;
	int64_t byte;

	while (!at_end(&values)) {
		if (next_number(&values, 16, 0, UINT8_MAX, &byte) < 0)
			return reader_fail_at(ev->rd, line, "P: expects bytes in hex");
		for (unsigned i = 0; i < 8; i++) {
			unsigned prop = ev->prop_bytes * 8 + i;

			if (!(byte >> i & 1))
				continue;
			if (prop >= INPUT_PROP_CNT)
				return reader_fail(ev->rd,
						   "property 0x%02x is out of range: the last is 0x%02x",
						   prop, INPUT_PROP_MAX);
			bit_set(d->props, prop);
		}
		ev->prop_bytes++;
	}
	return 0;
}

/*
 * B: 00 held the event types in old versions, and holds SYN codes in new ones. A type is taken from it only where it cannot be
 * a SYN code; all others are known from their codes.
 */
static int add_bit(struct evemu *ev, unsigned type, unsigned code)
{
	if (type != EV_SYN)
		return reader_add_code(ev->rd, type, code);
	if (code >= EV_CNT)
		return reader_fail(ev->rd, "there is no event type 0x%02x", code);
	if (code >= SYN_CNT)
		bit_set(device_of(ev)->descriptor.types, code);
	return 0;
}

static int parse_bits(struct evemu *ev, struct span values)
{
	struct span line = values;
	int64_t type, byte;

	if (next_number(&values, 16, 0, EV_MAX, &type) < 0)
		return reader_fail_at(ev->rd, line, "B: expects an event type and bytes, in hex");
	while (!at_end(&values)) {
		if (next_number(&values, 16, 0, UINT8_MAX, &byte) < 0)
			return reader_fail_at(ev->rd, line, "B: expects an event type and bytes, in hex");
		for (unsigned i = 0; i < 8; i++)
			if (byte >> i & 1 && add_bit(ev, (unsigned)type, ev->code_bytes[type] * 8 + i) < 0)
				return -EINVAL;
		ev->code_bytes[type]++;
	}
	return 0;
}

static int parse_axis(struct evemu *ev, struct span values)
{
	struct span line = values;
	struct input_absinfo *a;
	int64_t code, v[5] = { 0 };

	if (next_number(&values, 16, 0, ABS_MAX, &code) < 0)
		return reader_fail_at(ev->rd, line, "A: expects an axis of 00 to %02x in hex", ABS_MAX);
	for (unsigned i = 0; i < 5; i++) {
		if (i == 4 && at_end(&values))
			break;
		if (next_number(&values, 10, INT32_MIN, INT32_MAX, &v[i]) < 0)
			return reader_fail_at(ev->rd, line,
					      "A: expects AXIS MINIMUM MAXIMUM FUZZ FLAT [RESOLUTION]");
	}
	if (!at_end(&values))
		return reader_fail_at(ev->rd, line, "A: expects AXIS MINIMUM MAXIMUM FUZZ FLAT [RESOLUTION]");
	a = &device_of(ev)->descriptor.absinfo[code];
	a->minimum = (int32_t)v[0];
	a->maximum = (int32_t)v[1];
	a->fuzz = (int32_t)v[2];
	a->flat = (int32_t)v[3];
	a->resolution = (int32_t)v[4];
	return 0;
}

static int parse_initial(struct evemu *ev, struct span values, char letter)
{
	struct recording_device *dev = device_of(ev);
	struct span line = values;
	int64_t code, state;

	if (next_number(&values, 16, 0, letter == 'L' ? LED_MAX : SW_MAX, &code) < 0 ||
	    next_number(&values, 10, 0, 1, &state) < 0 || !at_end(&values))
		return reader_fail_at(ev->rd, line,
				      "%c: expects a %s in hex of 00 to %02x and its state, 0 or 1", letter,
				      letter == 'L' ? "LED" : "switch", letter == 'L' ? LED_MAX : SW_MAX);
	bit_put(letter == 'L' ? dev->leds : dev->sws, (unsigned)code, state);
	return 0;
}

/* Exactly six digits behind the point: ".5" would be half a second to a reader, and 5 us to evemu. */
static int next_time(struct span *s, uint64_t *time_us)
{
	int64_t sec, usec;
	const char *digits;

	span_skip_blanks(s);
	if (span_number(s, 10, 0, RECORDING_SECONDS_MAX, &sec) < 0 || span_is_empty(s) || *s->p != '.')
		return -EINVAL;
	digits = ++s->p;
	if (next_number(s, 10, 0, 999999, &usec) < 0 || s->p - digits != 6 || *digits == '-' ||
	    *digits == '+')
		return -EINVAL;
	*time_us = (uint64_t)(sec * 1000000 + usec);
	return 0;
}

static int parse_event(struct evemu *ev, struct span values)
{
	struct span line = values;
	int64_t type, code, value;
	uint64_t time_us;
	int rc;

	rc = need_device(ev);
	if (rc < 0)
		return rc;
	ev->has_events = true;
	if (next_time(&values, &time_us) < 0 || next_number(&values, 16, 0, UINT16_MAX, &type) < 0 ||
	    next_number(&values, 16, 0, UINT16_MAX, &code) < 0 ||
	    next_number(&values, 10, INT32_MIN, INT32_MAX, &value) < 0 || !at_end(&values))
		return reader_fail_at(ev->rd, line,
				      "E: expects SECONDS.MICROSECONDS (six digits) TYPE CODE VALUE");
	return reader_add_event(ev->rd, time_us, type, code, (int32_t)value);
}

static bool is_header(const struct span *line)
{
	size_t n = strlen(EVEMU_HEADER);

	return (size_t)(line->end - line->p) > n && !memcmp(line->p, EVEMU_HEADER, n);
}

static int parse_header(struct evemu *ev, struct span line)
{
	struct span version = { line.p + strlen(EVEMU_HEADER), line.end };
	int64_t major;

	if (span_number(&version, 10, 0, INT32_MAX, &major) < 0 || span_is_empty(&version) ||
	    *version.p != '.')
		return reader_fail_at(ev->rd, line, "expected \"" EVEMU_HEADER "1.x\"");
	if (major != EVEMU_VERSION_MAJOR)
		return reader_fail_at(ev->rd, line, "only version %d of evemu's format is known",
				      EVEMU_VERSION_MAJOR);
	ev->junk_line = 0;
	return 0;
}

static int parse_value_line(struct evemu *ev, struct span line)
{
	struct span values = { line.p + 2, line.end };
	char letter = *line.p;

	if (ev->junk_line) {
		ev->rd->line = ev->junk_line;
		return reader_fail_at(ev->rd, ev->junk, "expected a comment or a line of evemu's format");
	}
	if (letter == 'E')
		return parse_event(ev, values);
	if (ev->has_events)
		return reader_fail_at(ev->rd, line, "the description stands before the first E: line");
	if (letter == 'N')
		return parse_name(ev, values);
	if (!ev->named)
		return reader_fail_at(ev->rd, line, "expected N: and the device's name first");
	switch (letter) {
	case 'I':
		return parse_id(ev, values);
	case 'P':
		return parse_props(ev, values);
	case 'B':
		return parse_bits(ev, values);
	case 'A':
		return parse_axis(ev, values);
	default:
		return parse_initial(ev, values, letter);
	}
}

static int parse_line(struct evemu *ev, struct span line)
{
	span_skip_blanks(&line);
	while (line.end > line.p && (line.end[-1] == ' ' || line.end[-1] == '\t'))
		line.end--;
	if (span_is_empty(&line))
		return 0;
	if (is_header(&line))
		return parse_header(ev, line);
	if (*line.p == '#')
		return 0;
	if (line.end - line.p >= 2 && line.p[1] == ':' && *line.p && strchr("NIPBALSE", *line.p))
		return parse_value_line(ev, line);
	if (ev->named || ev->has_events)
		return reader_fail_at(ev->rd, line, "expected a comment or a line of evemu's format");
	/* Descriptions were pasted from terminals, prompt and all: what precedes "# EVEMU" may be anything. */
	if (!ev->junk_line) {
		ev->junk = line;
		ev->junk_line = ev->rd->line;
	}
	return 0;
}

int recording_parse_evemu(struct recording_reader *rd)
{
	struct evemu ev = { .rd = rd };
	struct span line;
	int rc;

	while ((rc = reader_next_line(rd, &line)) > 0) {
		rc = parse_line(&ev, line);
		if (rc < 0)
			return rc;
	}
	if (rc < 0)
		return rc;
	if (ev.junk_line) {
		rd->line = ev.junk_line;
		return reader_fail_at(rd, ev.junk, "expected a comment or a line of evemu's format");
	}
	if (!rd->line)
		rd->line = 1;
	if (!ev.named && !ev.has_events)
		return reader_fail(rd, "the file ends, and no description (N:) and no event (E:) was found");
	if (ev.named && !ev.identified)
		return reader_fail(rd, "the file ends, and the description has no I: line");
	return 0;
}
