/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/sensors/said.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct report_value *said_find(const struct said *said, const char *path)
{
	for (unsigned i = 0; i < said->count; i++)
		if (!strcmp(said->values[i].path, path))
			return &said->values[i];
	return NULL;
}

void said_value(void *data, const struct report_value *value)
{
	struct said *said = data;
	struct report_value *own = (struct report_value *)said_find(said, value->path);

	said->said++;
	if (!own && said->count == SAID_MAX) {
		fprintf(stderr, "too much said\n");
		exit(1);
	}
	if (!own)
		own = &said->values[said->count++];
	*own = *value;
}

void said_removed(void *data, const char *path)
{
	struct said *said = data;
	struct report_value *own = (struct report_value *)said_find(said, path);

	said->removed++;
	if (!own) {
		fprintf(stderr, "%s: removed, but never said\n", path);
		exit(1);
	}
	*own = said->values[--said->count];
}

void said_warning(void *data, enum warning_level level, enum warning_level before)
{
	struct said *said = data;

	said->warning = level;
	said->warnings++;
}

int64_t said_integer(const struct said *said, const char *path)
{
	const struct report_value *value = said_find(said, path);

	return value && value->type == REPORT_INTEGER ? value->integer : SAID_MISSING;
}

const char *said_text(const struct said *said, const char *path)
{
	const struct report_value *value = said_find(said, path);

	return value && value->type == REPORT_TEXT ? value->text : "(missing)";
}

bool said_stale(const struct said *said, const char *path)
{
	const struct report_value *value = said_find(said, path);

	return value && value->stale;
}
