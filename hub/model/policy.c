/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/model/policy.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hub/core/text.h"
#include "hub/model/states.h"

#define PATTERN_PARTS 5
#define PATTERN_MAX   1024

#define CLASS_KEYS     (CLASS_KEYBOARD | CLASS_BUTTONS)
#define CLASS_POINTING (CLASS_ALL & ~(CLASS_KEYS | CLASS_SWITCH))

int policy_add(struct policy *policy, const struct policy_guest *guest)
{
	if (policy_find(policy, guest->name))
		return -EEXIST;
	if (policy->count == POLICY_GUESTS_MAX)
		return -ENOSPC;
	policy->guests[policy->count++] = *guest;
	return 0;
}

const struct policy_guest *policy_find(const struct policy *policy, const char *name)
{
	for (unsigned i = 0; i < policy->count; i++)
		if (!strcmp(policy->guests[i].name, name))
			return &policy->guests[i];
	return NULL;
}

int policy_parse_link(struct policy_guest *guest, const char *text, char *why, size_t size)
{
	const char *channel = text + strlen("channel:");

	guest->channel[0] = '\0';
	if (!strcmp(text, "vchan")) {
		guest->link = POLICY_LINK_VCHAN;
	} else if (!strcmp(text, "unix")) {
		guest->link = POLICY_LINK_UNIX;
	} else if (!strncmp(text, "channel:", strlen("channel:")) && *channel && !strchr(channel, '/') &&
		   strlen(channel) < sizeof(guest->channel)) {
		guest->link = POLICY_LINK_CHANNEL;
		memcpy(guest->channel, channel, strlen(channel) + 1);
	} else {
		snprintf(why, size,
			 "expected vchan, channel:NAME (up to %d bytes, no slash) or unix, not '%s'",
			 POLICY_CHANNEL_MAX - 1, text);
		return -EINVAL;
	}
	return 0;
}

static const struct {
	const char *name;
	uint32_t sensor;
} sensors[] = {
	{ "light", POLICY_LIGHT },         { "orientation", POLICY_ORIENTATION },
	{ "proximity", POLICY_PROXIMITY }, { "lid", POLICY_HINGE },
	{ "power", POLICY_POWER },         { "all", POLICY_SENSORS_ALL },
};

int policy_parse_sensor(uint32_t *mask, const char *name, char *why, size_t size)
{
	for (unsigned i = 0; i < sizeof(sensors) / sizeof(sensors[0]); i++) {
		if (!strcmp(sensors[i].name, name)) {
			*mask |= sensors[i].sensor;
			return 0;
		}
	}
	snprintf(why, size, "expected light, orientation, proximity, lid, power or all, not '%s'", name);
	return -EINVAL;
}

/* ---- patterns ---- */

/* Splits a copy at the first four colons that nothing escapes; what is left out is "*". -EINVAL: too long. */
static int split(const char *pattern, char copy[PATTERN_MAX], const char *parts[PATTERN_PARTS])
{
	unsigned n = 1;

	if (strlen(pattern) >= PATTERN_MAX)
		return -EINVAL;
	memcpy(copy, pattern, strlen(pattern) + 1);
	parts[0] = copy;
	for (char *p = copy; *p && n < PATTERN_PARTS; p++) {
		if (*p == '\\' && p[1]) {
			p++;
		} else if (*p == ':') {
			*p = '\0';
			parts[n++] = p + 1;
		}
	}
	while (n < PATTERN_PARTS)
		parts[n++] = "*";
	return 0;
}

/* The fewest characters that it matches; *open: more are possible. -1: a \ at its end, or a character that no
 * text has. */
static int shortest(const char *part, bool *open)
{
	int n = 0;

	*open = false;
	for (; *part; part++) {
		if (*part == '*') {
			*open = true;
			continue;
		}
		if (*part == '\\' && !*++part)
			return -1;
		if (iscntrl((unsigned char)*part))
			return -1;
		n++;
	}
	return n;
}

static bool number_is_possible(const char *part)
{
	bool open;
	int n = shortest(part, &open);

	return part[strspn(part, "0123456789abcdef*?")] == '\0' && (n == 4 || (open && n >= 0 && n < 4));
}

static bool bus_is_possible(const char *part)
{
	char buf[16];

	for (unsigned bus = 0; bus < 0x100; bus++)
		if (text_match(part, bus_name((uint16_t)bus, buf)))
			return true;
	return false;
}

static bool text_is_possible(const char *part)
{
	bool open;
	int n = shortest(part, &open);

	return n >= 0 && n < DESCRIPTOR_TEXT_MAX;
}

int policy_check_pattern(const char *pattern, char *why, size_t size)
{
	static const char *const names[PATTERN_PARTS] = { "BUS", "VENDOR", "PRODUCT", "UNIQ", "PHYS" };
	const char *parts[PATTERN_PARTS];
	char copy[PATTERN_MAX];

	if (!*pattern || split(pattern, copy, parts) < 0) {
		snprintf(why, size, "expected BUS:VENDOR:PRODUCT:UNIQ:PHYS in 1 to %d bytes",
			 PATTERN_MAX - 1);
		return -EINVAL;
	}
	for (unsigned i = 0; i < PATTERN_PARTS; i++) {
		bool possible = i == 0  ? bus_is_possible(parts[i])
				: i < 3 ? number_is_possible(parts[i])
					: text_is_possible(parts[i]);

		if (possible)
			continue;
		snprintf(why, size, "'%.80s' can match no device: its %s is '%.80s', %s", pattern, names[i],
			 parts[i],
			 i == 0  ? "and no bus is called so; usb, i2c and bluetooth are, see xenhub devices"
			 : i < 3 ? "not four lower-case hexadecimal digits with * and ?"
				 : "which no device has");
		return -EINVAL;
	}
	return 0;
}

bool policy_pattern_matches(const char *pattern, const struct descriptor *d)
{
	const char *parts[PATTERN_PARTS];
	char copy[PATTERN_MAX];
	char vendor[8], product[8], bus[16];

	if (split(pattern, copy, parts) < 0)
		return false;
	snprintf(vendor, sizeof(vendor), "%04x", d->vendor);
	snprintf(product, sizeof(product), "%04x", d->product);
	return text_match(parts[0], bus_name(d->bustype, bus)) && text_match(parts[1], vendor) &&
	       text_match(parts[2], product) && text_match(parts[3], d->uniq) &&
	       text_match(parts[4], d->phys);
}

/* ---- what a guest gets ---- */

uint32_t policy_grant(const struct policy_guest *guest, const struct descriptor *d, uint32_t classes,
		      bool claimed)
{
	for (unsigned i = 0; i < guest->n_devices && !claimed; i++)
		if (policy_pattern_matches(guest->devices[i], d))
			return classes;
	return classes & guest->classes;
}

static bool is_power_key(uint16_t code)
{
	switch (code) {
	case KEY_POWER:
	case KEY_POWER2:
	case KEY_SLEEP:
	case KEY_WAKEUP:
	case KEY_SUSPEND:
	case KEY_RESTART:
		return true;
	default:
		return false;
	}
}

/* Which of the device's classes the event comes from: those that it would have without the others. */
static uint32_t origin_of(uint32_t classes, uint16_t type, uint16_t code)
{
	uint32_t origin = type == EV_SW                                        ? CLASS_SWITCH
			  : type == EV_LED || type == EV_REP                   ? CLASS_KEYS
			  : type == EV_KEY && code_is_key(code)                ? CLASS_KEYS
			  : type == EV_KEY || type == EV_REL || type == EV_ABS ? CLASS_POINTING
									       : CLASS_ALL;

	/* A keyboard's wheel, a tablet pad's few keys. */
	return classes & origin ? classes & origin : classes;
}

bool policy_passes(const struct policy_guest *guest, uint32_t classes, uint32_t granted, uint16_t type,
		   uint16_t code)
{
	if (type == EV_KEY && is_power_key(code) && !guest->power)
		return false;
	if (type == EV_SW && code == SW_LID && !guest->lid)
		return false;
	return granted & origin_of(classes, type, code);
}

bool policy_passes_unfocused(const struct policy_guest *guest, uint32_t classes, uint32_t granted,
			     uint16_t type, uint16_t code)
{
	if (!policy_passes(guest, classes, granted, type, code))
		return false;
	return type == EV_SW || (guest->motion && type == EV_REL && (code == REL_X || code == REL_Y));
}

bool policy_shows_state(const struct policy_guest *guest, const char *path)
{
	static const struct {
		const char *path;
		uint32_t sensor;
	} nodes[] = {
		{ "light", POLICY_LIGHT },       { "orientation", POLICY_ORIENTATION },
		{ "accel", POLICY_ORIENTATION }, { "proximity", POLICY_PROXIMITY },
		{ "lid", POLICY_HINGE },         { "power", POLICY_POWER },
	};

	for (unsigned i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		if (state_path_below(path, nodes[i].path))
			return guest->sensors & nodes[i].sensor;
	if (state_path_below(path, "switch/lid"))
		return guest->lid;
	return state_path_below(path, "switch") && guest->classes & CLASS_SWITCH;
}
