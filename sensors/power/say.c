/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#define LOG_MODULE "power"
#include "hub/core/log.h"
#include "sensors/power/power_state.h"

static enum mains_state mains_state(const struct power *power)
{
	enum mains_state state = MAINS_UNKNOWN;

	for (unsigned i = 0; i < power->count; i++) {
		const struct supply *s = &power->entries[i].supply;

		if (s->type == SUPPLY_BATTERY || !s->field[SUPPLY_ONLINE].valid)
			continue;
		if (s->field[SUPPLY_ONLINE].value > 0)
			return MAINS_ON;
		state = MAINS_OFF;
	}
	return state;
}

static void say_optional(struct power *power, const char *path, const char *name, int64_t value,
			 const char *unit, uint64_t now_ns)
{
	if (value == BATTERY_UNKNOWN)
		report_drop(power->report, path, name);
	else
		report_integer(power->report, path, name, value, unit, now_ns);
}

static void say_text(struct power *power, const char *path, const char *name, const char *text,
		     uint64_t now_ns)
{
	if (*text)
		report_text(power->report, path, name, text, now_ns);
	else
		report_drop(power->report, path, name);
}

/* Fields that stand for themselves; what batteries say in several ways is reported as computed. */
static const enum supply_field plain_fields[] = {
	SUPPLY_CHARGE_NOW,  SUPPLY_CHARGE_FULL,        SUPPLY_CHARGE_FULL_DESIGN,
	SUPPLY_CURRENT_NOW, SUPPLY_ENERGY_FULL_DESIGN, SUPPLY_TEMP,
	SUPPLY_CYCLE_COUNT, SUPPLY_THRESHOLD_START,    SUPPLY_THRESHOLD_END,
};

static int64_t kernel_time(const struct supply *s, enum supply_field now, enum supply_field avg)
{
	if (s->field[avg].valid)
		return s->field[avg].value / 60 * 60;
	return s->field[now].valid ? s->field[now].value / 60 * 60 : BATTERY_UNKNOWN;
}

static void say_battery(struct power *power, struct power_entry *entry, uint64_t now_ns)
{
	const struct supply *s = &entry->supply;
	const struct battery *b = &s->battery;
	struct estimate_times times;
	int64_t voltage = BATTERY_UNKNOWN;

	if (!s->present) {
		/* An empty bay: that, and nothing of the battery that was in it. */
		report_drop_tree(power->report, entry->path);
		estimate_init(&entry->estimate);
		report_integer(power->report, entry->path, "present", 0, "", now_ns);
		return;
	}
	estimate_update(&entry->estimate, b, now_ns, &times);
	if (times.to_empty_s == BATTERY_UNKNOWN && b->state == BATTERY_DISCHARGING)
		times.to_empty_s = kernel_time(s, SUPPLY_TIME_TO_EMPTY_NOW, SUPPLY_TIME_TO_EMPTY_AVG);
	if (times.to_full_s == BATTERY_UNKNOWN && b->state == BATTERY_CHARGING)
		times.to_full_s = kernel_time(s, SUPPLY_TIME_TO_FULL_NOW, SUPPLY_TIME_TO_FULL_AVG);
	if (s->field[SUPPLY_VOLTAGE_NOW].valid)
		voltage = s->field[SUPPLY_VOLTAGE_NOW].value;
	else if (s->field[SUPPLY_VOLTAGE_AVG].valid)
		voltage = s->field[SUPPLY_VOLTAGE_AVG].value;

	report_integer(power->report, entry->path, "present", 1, "", now_ns);
	report_text(power->report, entry->path, "status", battery_state_name(b->state), now_ns);
	say_optional(power, entry->path, "capacity", b->percent, "%", now_ns);
	say_optional(power, entry->path, "energy-now", b->energy_uwh, "uwh", now_ns);
	say_optional(power, entry->path, "energy-full", b->energy_full_uwh, "uwh", now_ns);
	say_optional(power, entry->path, "power-now", b->power_uw, "uw", now_ns);
	say_optional(power, entry->path, "voltage-now", voltage, "uv", now_ns);
	say_optional(power, entry->path, "time-to-empty", times.to_empty_s, "s", now_ns);
	say_optional(power, entry->path, "time-to-full", times.to_full_s, "s", now_ns);
	for (unsigned i = 0; i < sizeof(plain_fields) / sizeof(plain_fields[0]); i++) {
		enum supply_field f = plain_fields[i];

		if (s->field[f].valid)
			report_integer(power->report, entry->path, supply_field_name(f), s->field[f].value,
				       supply_field_unit(f), now_ns);
		else
			report_drop(power->report, entry->path, supply_field_name(f));
	}
	say_text(power, entry->path, "health", s->health, now_ns);
	say_text(power, entry->path, "technology", s->technology, now_ns);
	say_text(power, entry->path, "manufacturer", s->manufacturer, now_ns);
	say_text(power, entry->path, "model-name", s->model_name, now_ns);
}

static void say_mains(struct power *power, struct power_entry *entry, uint64_t now_ns)
{
	say_optional(power, entry->path, "online",
		     entry->supply.field[SUPPLY_ONLINE].valid ? entry->supply.field[SUPPLY_ONLINE].value
							      : BATTERY_UNKNOWN,
		     "", now_ns);
}

/* ", 12 %, 34 min left", of which each is there when it is known. */
static const char *left(const struct battery *sum, const struct estimate_times *times, char *text,
			size_t size)
{
	int n = 0;

	text[0] = '\0';
	if (sum->percent != BATTERY_UNKNOWN)
		n = snprintf(text, size, ", %d %%", sum->percent);
	if (times->to_empty_s != BATTERY_UNKNOWN)
		snprintf(text + n, size - (size_t)n, ", %lld min left", (long long)times->to_empty_s / 60);
	return text;
}

static void warn(struct power *power, const struct battery *sum, const struct estimate_times *times,
		 uint64_t now_ns)
{
	enum warning_level before = power->warning.level;
	enum warning_level level;
	char text[64];

	/* Nothing known is no reason to take a warning back. */
	if (sum->state == BATTERY_STATE_UNKNOWN)
		return;
	level = warning_update(&power->warning, sum->state == BATTERY_DISCHARGING, sum->percent,
			       times->to_empty_s, now_ns);
	report_text(power->report, "power", "warning", warning_name(level), now_ns);
	if (level == before)
		return;
	if (level > before)
		log_warn("battery warning: %s%s", warning_name(level), left(sum, times, text, sizeof(text)));
	else
		log_info("battery warning: back to %s", warning_name(level));
	if (power->warned)
		power->warned(power->data, level, before);
}

static void say_no_battery(struct power *power)
{
	static const char *const names[] = { "percent",   "status",        "energy-now",   "energy-full",
					     "power-now", "time-to-empty", "time-to-full", "warning" };

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		report_drop(power->report, "power", names[i]);
	estimate_init(&power->estimate);
}

/* Of all together; brief: what a person asks for, without the measurements that go with it. */
static void say_sum(struct power *power, const struct battery *sum, bool brief, uint64_t now_ns)
{
	struct estimate_times times;

	estimate_update(&power->estimate, sum, now_ns, &times);
	say_optional(power, "power", "percent", sum->percent, "%", now_ns);
	report_text(power->report, "power", "status", battery_state_name(sum->state), now_ns);
	warn(power, sum, &times, now_ns);
	if (brief)
		return;
	say_optional(power, "power", "energy-now", sum->energy_uwh, "uwh", now_ns);
	say_optional(power, "power", "energy-full", sum->energy_full_uwh, "uwh", now_ns);
	say_optional(power, "power", "power-now", sum->power_uw, "uw", now_ns);
	say_optional(power, "power", "time-to-empty", times.to_empty_s, "s", now_ns);
	say_optional(power, "power", "time-to-full", times.to_full_s, "s", now_ns);
}

static void say_on_ac(struct power *power, enum mains_state mains, const struct battery *sum, uint64_t now_ns)
{
	/* Without any mains supply in sight the batteries tell. */
	if (mains == MAINS_UNKNOWN && sum->state != BATTERY_STATE_UNKNOWN)
		mains = sum->state == BATTERY_DISCHARGING ? MAINS_OFF : MAINS_ON;
	if (mains != MAINS_UNKNOWN)
		report_integer(power->report, "power", "on-ac", mains == MAINS_ON, "", now_ns);
	else
		report_drop(power->report, "power", "on-ac");
}

void power_say(struct power *power, bool brief, uint64_t now_ns)
{
	enum mains_state mains = mains_state(power);
	struct battery batteries[POWER_SUPPLIES_MAX] = { 0 };
	struct battery sum;
	unsigned count = 0;

	for (unsigned i = 0; i < power->count; i++) {
		struct power_entry *entry = &power->entries[i];
		struct supply *s = &entry->supply;

		if (entry->given_up)
			continue;
		if (s->type != SUPPLY_BATTERY) {
			if (!brief)
				say_mains(power, entry, now_ns);
			continue;
		}
		s->battery.state = s->state;
		s->battery.state = battery_infer(&s->battery, mains);
		if (!brief)
			say_battery(power, entry, now_ns);
		if (s->present)
			batteries[count++] = s->battery;
	}
	battery_sum(batteries, count, &sum);
	say_on_ac(power, mains, &sum, now_ns);
	if (count)
		say_sum(power, &sum, brief, now_ns);
	else
		say_no_battery(power);
}
