/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps what a listener was told. */
#ifndef TESTS_UNIT_SENSORS_SAID_H
#define TESTS_UNIT_SENSORS_SAID_H

#include <stdbool.h>
#include <stdint.h>

#include "sensors/report.h"
#include "sensors/warning.h"

#define SAID_MAX     512
#define SAID_MISSING INT64_MIN

struct said {
	struct report_value values[SAID_MAX];
	unsigned count;
	/* Calls so far. */
	unsigned said, removed;
	enum warning_level warning;
	unsigned warnings;
};

void said_value(void *data, const struct report_value *value);
void said_removed(void *data, const char *path);
void said_warning(void *data, enum warning_level level, enum warning_level before);

const struct report_value *said_find(const struct said *said, const char *path);
/* SAID_MISSING when there is none. */
int64_t said_integer(const struct said *said, const char *path);
/* "(missing)" when there is none. */
const char *said_text(const struct said *said, const char *path);
bool said_stale(const struct said *said, const char *path);

#endif
