/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/ctl/confedit.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where the option goes: the bytes [from, to) of the text are replaced by its line. */
struct place {
	size_t from, to;
	bool in_section;
	bool found;
};

static bool is_section(const char *line, size_t n, const char *section)
{
	size_t len = strlen(section);

	return n >= len + 2 && line[0] == '[' && !strncmp(line + 1, section, len) && line[len + 1] == ']';
}

/* Whether the line is "key =" or "key :", which inih takes as well. */
static bool is_option(const char *line, size_t n, const char *key)
{
	size_t len = strlen(key);

	if (n <= len || strncmp(line, key, len))
		return false;
	line += len;
	n -= len;
	while (n && (*line == ' ' || *line == '\t')) {
		line++;
		n--;
	}
	return n && (*line == '=' || *line == ':');
}

static bool is_blank(const char *line, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strchr(" \t\r\n", line[i]))
			return false;
	return true;
}

static struct place find_place(const char *text, const char *section, const char *key)
{
	struct place place = { .from = strlen(text), .to = strlen(text) };
	bool inside = false, commented = false;
	size_t next;

	for (size_t at = 0; text[at]; at = next) {
		size_t n = strcspn(text + at, "\n");
		size_t skip = strspn(text + at, " \t");

		next = at + n + (text[at + n] == '\n');
		if (text[at] == '[')
			inside = is_section(text + at, n, section);
		if (!inside || is_blank(text + at, n))
			continue;
		if (is_option(text + at + skip, n - skip, key))
			return (struct place){ .from = at, .to = next, .in_section = true, .found = true };
		if (commented)
			continue;
		place.in_section = true;
		place.from = place.to = next;
		commented = text[at] == '#' && is_option(text + at + 1, n - 1, key);
	}
	return place;
}

char *conf_set(const char *text, const char *section, const char *key, const char *value)
{
	struct place place = find_place(text, section, key);
	bool ended = !place.from || text[place.from - 1] == '\n';
	char *out = NULL;

	if (asprintf(&out, "%.*s%s%s%s%s%s = %s\n%s", (int)place.from, text, ended ? "" : "\n",
		     place.in_section ? "" : (place.from ? "\n[" : "["), place.in_section ? "" : section,
		     place.in_section ? "" : "]\n", key, value, text + place.to) < 0)
		return NULL;
	return out;
}
