/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was last said under each path: callbacks come for changes alone, and a path that goes is said to
 * have gone.
 */
#ifndef SENSORS_REPORT_H
#define SENSORS_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#define REPORT_PATH_MAX 96
#define REPORT_TEXT_MAX 128

/* Fixed, so that no hardware can make it grow: about 20 batteries' worth. */
#define REPORT_ENTRIES_MAX 1024

enum report_type {
	REPORT_INTEGER,
	REPORT_TEXT,
};

struct report_value {
	char path[REPORT_PATH_MAX];
	enum report_type type;
	int64_t integer;
	/* Cleaned; "" for integers. */
	char text[REPORT_TEXT_MAX];
	/* "mlux", "mm/s2", "uwh" …, a constant; "" for none. */
	const char *unit;
	/* When it was measured, CLOCK_MONOTONIC. */
	uint64_t timestamp_ns;
	/* The sensor rests or fails: the value is the last one there was. */
	bool stale;
};

typedef void (*report_value_fn)(void *data, const struct report_value *value);
typedef void (*report_removed_fn)(void *data, const char *path);

struct report;

/* The callbacks run inside the calls below and must not call back here. 0 or -ENOMEM. */
int report_create(struct report **out, report_value_fn value, report_removed_fn removed, void *data);
/* From now on nothing is said. */
void report_mute(struct report *report);
/* Without callbacks. */
void report_destroy(struct report *report);

/*
 * path is parent, "/" and name, or name alone when parent is "". What does not fit is left out, and logged
 * once. True when there was something to say: a new path, another value, or one that was stale.
 */
bool report_integer(struct report *report, const char *parent, const char *name, int64_t value,
		    const char *unit, uint64_t timestamp_ns);
bool report_text(struct report *report, const char *parent, const char *name, const char *text,
		 uint64_t timestamp_ns);

/* Removes that one path. */
void report_drop(struct report *report, const char *parent, const char *name);
/* Removes parent and everything under it. */
void report_drop_tree(struct report *report, const char *parent);

/*
 * Marks everything under parent, and says the values again whose mark changed. Reporting a value takes its
 * mark away.
 */
void report_stale(struct report *report, const char *parent);

/* Says every value again. */
void report_replay(const struct report *report, report_value_fn value, void *data);

unsigned report_count(const struct report *report);

#endif
