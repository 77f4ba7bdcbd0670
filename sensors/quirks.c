/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/quirks.h"

#include <stdio.h>
#include <string.h>

#include "hub/core/clock.h"
#include "hub/core/text.h"
#include "sensors/attr.h"

struct parser {
	const char *dmi, *device;
	struct quirk *quirk;
	quirks_error_fn error;
	void *data;
	unsigned line;
	char section[64];
	bool matches;
};

static void refuse(struct parser *p, const char *key, const char *why)
{
	if (p->error)
		p->error(p->data, p->line, p->section, key, why);
}

static void take_value(struct parser *p, const char *key, const char *value)
{
	char why[MATRIX_TEXT_MAX];
	struct matrix matrix;
	int64_t ms;

	if (!strcmp(key, "mount-matrix")) {
		if (matrix_parse(value, &matrix, why, sizeof(why)) < 0) {
			refuse(p, key, why);
		} else if (p->matches) {
			p->quirk->has_matrix = true;
			p->quirk->matrix = matrix;
		}
	} else if (!strcmp(key, "poll-min-ms")) {
		if (attr_parse_range(value, 1, QUIRKS_POLL_MIN_MS_MAX, &ms) < 0)
			refuse(p, key, "not a number of milliseconds up to a minute");
		else if (p->matches)
			p->quirk->poll_min_ns = (uint64_t)ms * NS_PER_MS;
	} else if (!strcmp(key, "buffer")) {
		if (strcmp(value, "no") && strcmp(value, "yes"))
			refuse(p, key, "neither yes nor no");
		else if (p->matches)
			p->quirk->no_buffer = value[0] == 'n';
	} else {
		refuse(p, key, "no such key");
	}
}

static void take_line(struct parser *p, char *line)
{
	char *equals, *key;

	attr_trim(line);
	if (!*line || *line == '#')
		return;
	if (*line == '[') {
		size_t len = strlen(line);

		if (line[len - 1] == ']')
			len--;
		text_copy(p->section, sizeof(p->section), line + 1, len - 1);
		p->matches = true;
		return;
	}
	equals = strchr(line, '=');
	if (!equals || !p->section[0]) {
		refuse(p, line, equals ? "stands before the first section" : "is not key = value");
		p->matches = false;
		return;
	}
	*equals = '\0';
	key = attr_trim(line);
	line = attr_trim(equals + 1);
	if (!strcmp(key, "dmi"))
		p->matches = p->matches && text_match(line, p->dmi);
	else if (!strcmp(key, "device"))
		p->matches = p->matches && text_match(line, p->device);
	else
		take_value(p, key, line);
}

void quirks_find(const char *text, const char *dmi, const char *device, struct quirk *quirk,
		 quirks_error_fn error, void *data)
{
	struct parser p = { .dmi = dmi, .device = device, .quirk = quirk, .error = error, .data = data };

	memset(quirk, 0, sizeof(*quirk));
	while (*text) {
		const char *end = strchrnul(text, '\n');
		char line[ATTR_MAX];

		p.line++;
		if ((size_t)(end - text) >= sizeof(line)) {
			refuse(&p, "", "the line is too long");
		} else {
			memcpy(line, text, (size_t)(end - text));
			line[end - text] = '\0';
			take_line(&p, line);
		}
		text = *end ? end + 1 : end;
	}
}
