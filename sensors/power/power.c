#include "sensors/power/power.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "power"
#include "hub/core/log.h"
#include "hub/core/text.h"
#include "sensors/sysfs.h"

#define ROOT_MAX 256

struct entry {
	struct supply supply;
	/* "power/battery/bat0" */
	char path[REPORT_PATH_MAX];
	struct estimate estimate;
	bool seen;
	bool given_up;
};

struct power {
	char dir[ROOT_MAX];
	bool accept_test;
	struct report *report;
	power_warning_fn warned;
	void *data;
	struct entry entries[POWER_SUPPLIES_MAX];
	unsigned count;
	bool full;
	struct estimate estimate;
	struct warning warning;
};

int power_create(struct power **out, const char *root, bool accept_test, const struct warning_params *warning,
		 struct report *report, power_warning_fn fn, void *data)
{
	struct power *power = calloc(1, sizeof(*power));
	int n;

	if (!power)
		return -ENOMEM;
	n = snprintf(power->dir, sizeof(power->dir), "%s/sys/class/power_supply", root);
	if (n < 0 || (size_t)n >= sizeof(power->dir)) {
		free(power);
		return -ENAMETOOLONG;
	}
	power->accept_test = accept_test;
	power->report = report;
	power->warned = fn;
	power->data = data;
	estimate_init(&power->estimate);
	warning_init(&power->warning, warning);
	*out = power;
	return 0;
}

void power_destroy(struct power *power)
{
	if (!power)
		return;
	report_drop_tree(power->report, "power");
	free(power);
}

static struct entry *find(struct power *power, const char *name)
{
	for (unsigned i = 0; i < power->count; i++)
		if (!strcmp(power->entries[i].supply.name, name))
			return &power->entries[i];
	return NULL;
}

static bool path_taken(const struct power *power, const struct entry *but)
{
	for (unsigned i = 0; i < power->count; i++)
		if (&power->entries[i] != but && !strcmp(power->entries[i].path, but->path))
			return true;
	return false;
}

/* "BAT.0" and "BAT-0" would meet in one path. */
static void make_path(const struct power *power, struct entry *entry)
{
	static const char *const kinds[] = { "battery", "mains", "usb" };
	char slug[SUPPLY_NAME_MAX];

	text_slug(slug, sizeof(slug), entry->supply.name);
	snprintf(entry->path, sizeof(entry->path), "power/%s/%s", kinds[entry->supply.type], slug);
	for (int i = 2; path_taken(power, entry); i++)
		snprintf(entry->path, sizeof(entry->path), "power/%s/%s-%d", kinds[entry->supply.type], slug,
			 i);
}

static void supply_dir(const struct power *power, const char *name, char *dir)
{
	snprintf(dir, SYSFS_PATH_MAX, "%s/%.*s", power->dir, SUPPLY_NAME_MAX, name);
}

static void found(void *data, const char *name)
{
	struct power *power = data;
	struct entry *entry = find(power, name);
	char dir[SYSFS_PATH_MAX];

	if (entry) {
		entry->seen = true;
		return;
	}
	/* modprobe test_power must not make a tablet think that it runs on mains. */
	if (!strncmp(name, "test_", 5) && !power->accept_test)
		return;
	if (power->count == POWER_SUPPLIES_MAX) {
		if (!power->full)
			log_warn("%s: left out, more than %d supplies", name, POWER_SUPPLIES_MAX);
		power->full = true;
		return;
	}
	entry = &power->entries[power->count];
	memset(entry, 0, sizeof(*entry));
	supply_dir(power, name, dir);
	if (supply_init(&entry->supply, dir, name) < 0)
		return;
	estimate_init(&entry->estimate);
	entry->seen = true;
	make_path(power, entry);
	power->count++;
}

static void remove_vanished(struct power *power)
{
	for (unsigned i = power->count; i-- > 0;) {
		if (power->entries[i].seen)
			continue;
		report_drop_tree(power->report, power->entries[i].path);
		power->count--;
		memmove(&power->entries[i], &power->entries[i + 1],
			(power->count - i) * sizeof(power->entries[0]));
		power->full = false;
	}
}

static int read_file(const void *dir, const char *file, char *buf, size_t size)
{
	return sysfs_read(dir, file, buf, size);
}

static void read_all(struct power *power, bool event)
{
	for (unsigned i = 0; i < power->count; i++) {
		struct entry *entry = &power->entries[i];
		char dir[SYSFS_PATH_MAX];

		if (event && entry->given_up) {
			entry->given_up = false;
			entry->supply.failures = 0;
		}
		if (entry->given_up)
			continue;
		supply_dir(power, entry->supply.name, dir);
		supply_read(&entry->supply, &(struct supply_source){ .read = read_file, .data = dir });
		if (entry->supply.failures < SUPPLY_FAILURES_MAX)
			continue;
		entry->given_up = true;
		log_warn_errno(-entry->supply.error,
			       "%s: nothing of it can be read; not tried before its next event",
			       entry->supply.name);
		report_drop_tree(power->report, entry->path);
	}
}

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

static void say_battery(struct power *power, struct entry *entry, uint64_t now_ns)
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

static void say_mains(struct power *power, struct entry *entry, uint64_t now_ns)
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

static void say_all(struct power *power, bool brief, uint64_t now_ns)
{
	enum mains_state mains = mains_state(power);
	struct battery batteries[POWER_SUPPLIES_MAX] = { 0 };
	struct battery sum;
	unsigned count = 0;

	for (unsigned i = 0; i < power->count; i++) {
		struct entry *entry = &power->entries[i];
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

void power_refresh(struct power *power, bool event, uint64_t now_ns)
{
	for (unsigned i = 0; i < power->count; i++)
		power->entries[i].seen = false;
	/* An unreadable class directory is that of a kernel without supplies: all of them have gone. */
	sysfs_list(power->dir, "", found, power);
	remove_vanished(power);
	read_all(power, event);
	say_all(power, false, now_ns);
}

bool power_hear(struct power *power, const char *name, const struct supply_source *told, uint64_t now_ns)
{
	struct entry *entry = find(power, name);

	if (!entry || entry->given_up || !supply_read(&entry->supply, told))
		return false;
	say_all(power, true, now_ns);
	return true;
}

void power_rest(struct power *power)
{
	report_stale(power->report, "power");
}

unsigned power_info(const struct power *power, struct power_info *info, unsigned max)
{
	unsigned count = power->count < max ? power->count : max;

	for (unsigned i = 0; i < count; i++) {
		const struct entry *entry = &power->entries[i];
		const struct supply *s = &entry->supply;

		memset(&info[i], 0, sizeof(info[i]));
		memcpy(info[i].name, s->name, sizeof(info[i].name));
		info[i].type = s->type;
		info[i].failed = entry->given_up;
		info[i].mode = entry->given_up ? "failed" : "poll";
		info[i].present = s->present;
		info[i].battery = s->battery;
		info[i].online =
			s->field[SUPPLY_ONLINE].valid ? (int)s->field[SUPPLY_ONLINE].value : BATTERY_UNKNOWN;
		if (s->failures)
			snprintf(info[i].why, sizeof(info[i].why), "it cannot be read: %s",
				 strerror(-s->error));
	}
	return count;
}
