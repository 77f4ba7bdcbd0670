/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/warning.h"

#include <string.h>

#include "hub/core/clock.h"

const struct warning_params warning_defaults = {
	.percent = { -1, 20, 5, 2 },
	.time_s = { -1, 1200, 300, 120 },
	.percent_hysteresis = 2,
	.time_hysteresis_percent = 150,
	.time_dwell_ns = 30 * NS_PER_S,
};

static void forget_times(struct warning *warning)
{
	for (int i = 0; i < WARNING_LEVELS; i++)
		warning->short_since_ns[i] = CLOCK_NEVER;
}

void warning_init(struct warning *warning, const struct warning_params *params)
{
	memset(warning, 0, sizeof(*warning));
	warning->params = params ? *params : warning_defaults;
	forget_times(warning);
}

static bool begins(struct warning *w, int level, int percent, int64_t time_s, uint64_t now_ns)
{
	uint64_t *since = &w->short_since_ns[level];
	bool is_short = time_s != WARNING_UNKNOWN && time_s <= w->params.time_s[level];

	if (is_short && *since == CLOCK_NEVER)
		*since = now_ns;
	if (!is_short && time_s != WARNING_UNKNOWN)
		*since = CLOCK_NEVER;
	if (percent != WARNING_UNKNOWN && percent <= w->params.percent[level])
		return true;
	return is_short && now_ns >= *since && now_ns - *since >= w->params.time_dwell_ns;
}

static bool ends(const struct warning *w, int level, int percent, int64_t time_s)
{
	int64_t clear_s = w->params.time_s[level] * (int64_t)w->params.time_hysteresis_percent / 100;
	int clear_percent = w->params.percent[level] + w->params.percent_hysteresis;

	if (w->params.percent[level] >= 0 && (percent == WARNING_UNKNOWN || percent <= clear_percent))
		return false;
	return w->params.time_s[level] < 0 || time_s == WARNING_UNKNOWN || time_s > clear_s;
}

enum warning_level warning_update(struct warning *warning, bool discharging, int percent, int64_t time_s,
				  uint64_t now_ns)
{
	enum warning_level level = WARNING_NONE;

	if (!discharging) {
		forget_times(warning);
		warning->level = WARNING_NONE;
		return WARNING_NONE;
	}
	for (int i = WARNING_LOW; i < WARNING_LEVELS; i++) {
		bool begun = begins(warning, i, percent, time_s, now_ns);

		if (begun || (i <= (int)warning->level && !ends(warning, i, percent, time_s)))
			level = (enum warning_level)i;
	}
	warning->level = level;
	return level;
}

const char *warning_name(enum warning_level level)
{
	static const char *const names[WARNING_LEVELS] = { "none", "low", "critical", "action" };

	return names[level];
}
