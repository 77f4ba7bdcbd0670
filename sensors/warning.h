/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Battery warning levels by percent and by time left. Pure.
 *
 * A level begins when the charge, or the time left, falls to its threshold; by time only after the shortage
 * has lasted (a burst of load must not shut a device down). It ends when both are clear of the threshold by
 * the hysteresis, and at once when the battery no longer discharges. Readings that fail change nothing.
 */
#ifndef SENSORS_WARNING_H
#define SENSORS_WARNING_H

#include <stdbool.h>
#include <stdint.h>

enum warning_level {
	WARNING_NONE,
	WARNING_LOW,
	WARNING_CRITICAL,
	WARNING_ACTION,
	WARNING_LEVELS,
};

/* "Not known", for percent and time. */
#define WARNING_UNKNOWN (-1)

struct warning_params {
	/* Indexed by level; a threshold below 0 is never reached. */
	int percent[WARNING_LEVELS];
	int64_t time_s[WARNING_LEVELS];
	int percent_hysteresis;
	/* A level by time ends above this many percent of its threshold. */
	unsigned time_hysteresis_percent;
	uint64_t time_dwell_ns;
};

extern const struct warning_params warning_defaults;

struct warning {
	struct warning_params params;
	enum warning_level level;
	/* Since when the time left is at or below the level's threshold; CLOCK_NEVER when it is not. */
	uint64_t short_since_ns[WARNING_LEVELS];
};

/* params NULL for the defaults: low 20 % or 20 min, critical 5 % or 5 min, action 2 % or 2 min. */
void warning_init(struct warning *warning, const struct warning_params *params);

enum warning_level warning_update(struct warning *warning, bool discharging, int percent, int64_t time_s,
				  uint64_t now_ns);

/* "none", "low", "critical", "action". */
const char *warning_name(enum warning_level level);

#endif
