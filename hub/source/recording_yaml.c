/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The YAML that `libinput record` writes (libinput-record(1), "FILE FORMAT"): block mappings and block sequences, with the values
 * that matter written as one scalar or one list in brackets. That much of YAML is read here and no more; keys that the format
 * does not name are passed over with everything below them, as it demands.
 *
 *   version: 1
 *   devices:
 *   - node: /dev/input/event9
 *     evdev:
 *       name: "…"
 *       id: [bus, vendor, product, version]
 *       codes:      { type: [code, …] }           in block form
 *       absinfo:    { axis: [minimum, maximum, fuzz, flat, resolution] }
 *       properties: [property, …]
 *     events:
 *     - evdev:
 *       - [seconds, microseconds, type, code, value]
 *
 * Each line is placed by its indentation: a stack holds the keys it stands under, each with what it means there.
 */
#include "hub/source/recording_yaml.h"

#include <errno.h>
#include <string.h>

#include "hub/core/text.h"

#define YAML_VERSION   1
#define YAML_DEPTH_MAX 32
#define YAML_LIST_MAX  KEY_CNT /* no list that matters is longer */

/* What a place in the document means. */
enum node {
	NODE_ROOT,
	NODE_VERSION,
	NODE_DEVICES,
	NODE_DEVICE,
	NODE_EVDEV,
	NODE_NAME,
	NODE_ID,
	NODE_CODES,
	NODE_CODES_OF_TYPE,
	NODE_ABSINFO,
	NODE_AXIS,
	NODE_PROPERTIES,
	NODE_EVENTS,
	NODE_EVENTS_ITEM,
	NODE_FRAME,
	NODE_EVENT,
	NODE_IGNORED,
};

#define ITEM   "- " /* an element of a sequence; no plain key ends with a blank */
#define NUMBER "# " /* any number as a key */

static const struct {
	enum node parent;
	const char *key;
	enum node node;
} grammar[] = {
	{ NODE_FRAME, ITEM, NODE_EVENT }, /* most lines are these */
	{ NODE_EVENTS, ITEM, NODE_EVENTS_ITEM },
	{ NODE_EVENTS_ITEM, "evdev", NODE_FRAME },
	{ NODE_ROOT, "version", NODE_VERSION },
	{ NODE_ROOT, "devices", NODE_DEVICES },
	{ NODE_DEVICES, ITEM, NODE_DEVICE },
	{ NODE_DEVICE, "evdev", NODE_EVDEV },
	{ NODE_DEVICE, "events", NODE_EVENTS },
	{ NODE_EVDEV, "name", NODE_NAME },
	{ NODE_EVDEV, "id", NODE_ID },
	{ NODE_EVDEV, "codes", NODE_CODES },
	{ NODE_EVDEV, "absinfo", NODE_ABSINFO },
	{ NODE_EVDEV, "properties", NODE_PROPERTIES },
	{ NODE_CODES, NUMBER, NODE_CODES_OF_TYPE },
	{ NODE_ABSINFO, NUMBER, NODE_AXIS },
};

struct level {
	long indent;
	enum node node;
	bool item;
	int64_t number; /* of a NUMBER key */
};

struct yaml {
	struct recording_reader *rd;
	unsigned depth;
	struct level levels[YAML_DEPTH_MAX];
};

static struct recording_device *device_of(struct yaml *y)
{
	return &y->rd->recording->devices[y->rd->recording->n_devices - 1];
}

static enum node top_node(const struct yaml *y)
{
	return y->depth ? y->levels[y->depth - 1].node : NODE_ROOT;
}

/* ---- what the places hold ---- */

static int take_version(struct yaml *y, struct span value)
{
	struct span line = value;
	int64_t version;

	if (span_number(&value, 0, YAML_VERSION, YAML_VERSION, &version) < 0 || !yaml_at_end(&value))
		return reader_fail_at(y->rd, line, "version: only %d is known", YAML_VERSION);
	return 0;
}

/* libinput writes the name between quotes as it is, quotes and all; others may escape them. */
static int take_name(struct yaml *y, struct span value)
{
	struct descriptor *d = &device_of(y)->descriptor;
	char name[DESCRIPTOR_TEXT_MAX * 2];
	size_t n = 0;
	char quote = *value.p;

	if (quote == '"' || quote == '\'') {
		const char *last = memrchr(value.p, quote, (size_t)(value.end - value.p));

		if (last == value.p)
			return reader_fail_at(y->rd, value, "name: the quote is not closed");
		value.p++;
		value.end = last;
	} else {
		const char *comment = memmem(value.p, (size_t)(value.end - value.p), " #", 2);

		value.end = comment ? comment : value.end;
		while (value.end > value.p && value.end[-1] == ' ')
			value.end--;
	}
	for (; value.p < value.end && n < sizeof(name); value.p++) {
		bool escape = quote == '"' && *value.p == '\\' && value.end - value.p > 1 &&
			      (value.p[1] == '"' || value.p[1] == '\\');

		value.p += escape;
		name[n++] = *value.p;
	}
	text_copy(d->name, sizeof(d->name), name, n);
	device_of(y)->described = true;
	return 0;
}

static int take_id(struct yaml *y, struct span value)
{
	struct descriptor *d = &device_of(y)->descriptor;
	uint16_t *const ids[] = { &d->bustype, &d->vendor, &d->product, &d->version };
	int64_t v[4];
	unsigned n;
	int rc;

	rc = yaml_read_list(y->rd, &value, "id: [bus, vendor, product, version]", v, 4, 4, &n);
	if (rc < 0)
		return rc;
	for (unsigned i = 0; i < 4; i++) {
		if (v[i] < 0 || v[i] > UINT16_MAX)
			return reader_fail(y->rd, "id: numbers of 0 to 65535 are expected");
		*ids[i] = (uint16_t)v[i];
	}
	device_of(y)->described = true;
	return 0;
}

static int take_codes(struct yaml *y, struct span value, int64_t type)
{
	int64_t v[YAML_LIST_MAX];
	unsigned n;
	int rc;

	rc = yaml_read_list(y->rd, &value, "a list of codes: [code, …]", v, 0, YAML_LIST_MAX, &n);
	if (rc < 0)
		return rc;
	if (!event_code_count(type))
		return reader_fail(y->rd, "there is no event type %lld", (long long)type);
	bit_set(device_of(y)->descriptor.types, (unsigned)type);
	for (unsigned i = 0; i < n; i++)
		if (reader_add_code(y->rd, type, v[i]) < 0)
			return -EINVAL;
	device_of(y)->described = true;
	return 0;
}

static int take_axis(struct yaml *y, struct span value, int64_t axis)
{
	struct input_absinfo *a;
	int64_t v[5];
	unsigned n;
	int rc;

	rc = yaml_read_list(y->rd, &value, "[minimum, maximum, fuzz, flat, resolution]", v, 5, 5, &n);
	if (rc < 0)
		return rc;
	if (axis < 0 || axis >= ABS_CNT)
		return reader_fail(y->rd, "absinfo: axis %lld is out of range: the last is %d",
				   (long long)axis, ABS_MAX);
	for (unsigned i = 0; i < 5; i++)
		if (v[i] < INT32_MIN || v[i] > INT32_MAX)
			return reader_fail(y->rd, "absinfo: %lld does not fit into 32 bits", (long long)v[i]);
	a = &device_of(y)->descriptor.absinfo[axis];
	a->minimum = (int32_t)v[0];
	a->maximum = (int32_t)v[1];
	a->fuzz = (int32_t)v[2];
	a->flat = (int32_t)v[3];
	a->resolution = (int32_t)v[4];
	return 0;
}

static int take_properties(struct yaml *y, struct span value)
{
	int64_t v[INPUT_PROP_CNT];
	unsigned n;
	int rc;

	rc = yaml_read_list(y->rd, &value, "properties: [property, …]", v, 0, INPUT_PROP_CNT, &n);
	if (rc < 0)
		return rc;
	for (unsigned i = 0; i < n; i++) {
		if (v[i] < 0 || v[i] >= INPUT_PROP_CNT)
			return reader_fail(y->rd, "property %lld is out of range: the last is %d",
					   (long long)v[i], INPUT_PROP_MAX);
		bit_set(device_of(y)->descriptor.props, (unsigned)v[i]);
	}
	return 0;
}

static int take_event(struct yaml *y, struct span value)
{
	struct span line = value;
	int64_t v[5];
	unsigned n;
	int rc;

	rc = yaml_read_list(y->rd, &value, "[seconds, microseconds, type, code, value]", v, 5, 5, &n);
	if (rc < 0)
		return rc;
	if (v[0] < 0 || v[0] > RECORDING_SECONDS_MAX || v[1] < 0 || v[1] > 999999)
		return reader_fail_at(y->rd, line, "the time is out of range");
	if (v[2] < 0 || v[3] < 0)
		return reader_fail_at(y->rd, line, "type and code are never negative");
	if (v[4] < INT32_MIN || v[4] > INT32_MAX)
		return reader_fail_at(y->rd, line, "the value does not fit into 32 bits");
	return reader_add_event(y->rd, (uint64_t)(v[0] * 1000000 + v[1]), v[2], v[3], (int32_t)v[4]);
}

static int take_value(struct yaml *y, const struct level *level, struct span value)
{
	switch (level->node) {
	case NODE_VERSION:
		return take_version(y, value);
	case NODE_NAME:
		return take_name(y, value);
	case NODE_ID:
		return take_id(y, value);
	case NODE_CODES_OF_TYPE:
		return take_codes(y, value, level->number);
	case NODE_AXIS:
		return take_axis(y, value, level->number);
	case NODE_PROPERTIES:
		return take_properties(y, value);
	case NODE_EVENT:
		return take_event(y, value);
	case NODE_IGNORED:
		return *value.p == '[' || *value.p == '{' ? yaml_skip_flow(y->rd, &value) : 0;
	default:
		break;
	}
	/* Mappings and sequences stand in the lines below; only an empty one may be written beside its key. */
	if (value.end - value.p >= 2 && (!memcmp(value.p, "[]", 2) || !memcmp(value.p, "{}", 2))) {
		value.p += 2;
		if (yaml_at_end(&value))
			return 0;
	}
	return reader_fail_at(y->rd, value, "expected nothing behind this key but lines below it");
}

/* ---- where a line stands ---- */

static int push(struct yaml *y, long indent, const char *key, size_t key_len, int64_t number)
{
	enum node parent = top_node(y);
	struct level *level = &y->levels[y->depth];

	if (y->depth == YAML_DEPTH_MAX)
		return reader_fail(y->rd, "keys are nested more than %d deep", YAML_DEPTH_MAX);
	*level = (struct level){ indent, NODE_IGNORED, key_len == strlen(ITEM) && !memcmp(key, ITEM, key_len),
				 number };
	for (unsigned i = 0; i < sizeof(grammar) / sizeof(grammar[0]); i++) {
		if (grammar[i].parent != parent || strlen(grammar[i].key) != key_len ||
		    memcmp(grammar[i].key, key, key_len))
			continue;
		level->node = grammar[i].node;
		break;
	}
	y->depth++;
	return level->node == NODE_DEVICE ? reader_add_device(y->rd) : 0;
}

/* Leaves everything that stands deeper than a line at this indentation, and what stands just as deep and is not its parent. */
static void pop_to(struct yaml *y, long indent, bool item)
{
	while (y->depth) {
		const struct level *top = &y->levels[y->depth - 1];

		/* A sequence may stand as deep as the key it belongs to. */
		if (top->indent < indent || (top->indent == indent && item && !top->item))
			break;
		y->depth--;
	}
}

/* The colon that ends a plain key: behind it a blank or the end. NULL when this is no key. */
static const char *key_end(const struct span *s)
{
	for (const char *p = s->p; p < s->end; p++) {
		if (*p == ':' && (p + 1 == s->end || p[1] == ' '))
			return p;
		if (*p == '[' || *p == '{' || *p == '"' || *p == '\'')
			return NULL;
	}
	return NULL;
}

static int push_key(struct yaml *y, long indent, struct span *s, const char *colon)
{
	struct span key = { s->p, colon };
	const char *begin = s->p;
	int64_t number = 0;

	s->p = colon + 1;
	if (span_number(&key, 0, INT64_MIN, INT64_MAX, &number) == 0 && key.p == colon)
		return push(y, indent, NUMBER, strlen(NUMBER), number);
	return push(y, indent, begin, (size_t)(colon - begin), 0);
}

static int parse_line(struct yaml *y, struct span s)
{
	const char *begin = s.p;
	const char *colon;
	bool item = false;
	int rc;

	while (s.p < s.end && *s.p == ' ')
		s.p++;
	if (span_is_empty(&s) || *s.p == '#' || (s.p == begin && s.end - s.p >= 3 && !memcmp(s.p, "---", 3)))
		return 0;
	/* Below a key that does not matter anything may stand, blocks of text included. */
	if (top_node(y) == NODE_IGNORED && s.p - begin > y->levels[y->depth - 1].indent)
		return 0;
	if (*s.p == '\t')
		return reader_fail(y->rd, "YAML is not indented with tabs");

	while (*s.p == '-' && (s.p + 1 == s.end || s.p[1] == ' ')) {
		pop_to(y, s.p - begin, true);
		rc = push(y, s.p - begin, ITEM, strlen(ITEM), 0);
		if (rc < 0)
			return rc;
		item = true;
		s.p++;
		span_skip_blanks(&s);
		if (span_is_empty(&s))
			return 0;
	}
	colon = key_end(&s);
	if (colon) {
		pop_to(y, s.p - begin, false);
		rc = push_key(y, s.p - begin, &s, colon);
		if (rc < 0)
			return rc;
	} else if (!item && top_node(y) != NODE_IGNORED) {
		return reader_fail_at(y->rd, s,
				      "expected a key with a colon, as libinput record writes them");
	}
	return yaml_at_end(&s) ? 0 : take_value(y, &y->levels[y->depth - 1], s);
}

int recording_parse_yaml(struct recording_reader *rd)
{
	struct yaml y = { .rd = rd };
	struct span line;
	int rc;

	while ((rc = reader_next_line(rd, &line)) > 0) {
		rc = parse_line(&y, line);
		if (rc < 0)
			return rc;
	}
	if (rc < 0)
		return rc;
	return rd->recording->n_devices
		       ? 0
		       : reader_fail(rd, "the file ends, and no device was found below devices:");
}
