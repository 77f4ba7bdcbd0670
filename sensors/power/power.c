/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/power/power.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "power"
#include "hub/core/log.h"
#include "hub/core/text.h"
#include "sensors/power/power_state.h"
#include "sensors/sysfs.h"

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

static struct power_entry *find(struct power *power, const char *name)
{
	for (unsigned i = 0; i < power->count; i++)
		if (!strcmp(power->entries[i].supply.name, name))
			return &power->entries[i];
	return NULL;
}

static bool path_taken(const struct power *power, const struct power_entry *but)
{
	for (unsigned i = 0; i < power->count; i++)
		if (&power->entries[i] != but && !strcmp(power->entries[i].path, but->path))
			return true;
	return false;
}

/* "BAT.0" and "BAT-0" would meet in one path. */
static void make_path(const struct power *power, struct power_entry *entry)
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
	struct power_entry *entry = find(power, name);
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
		struct power_entry *entry = &power->entries[i];
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

void power_refresh(struct power *power, bool event, uint64_t now_ns)
{
	for (unsigned i = 0; i < power->count; i++)
		power->entries[i].seen = false;
	/* An unreadable class directory is that of a kernel without supplies: all of them have gone. */
	sysfs_list(power->dir, "", found, power);
	remove_vanished(power);
	read_all(power, event);
	power_say(power, false, now_ns);
}

bool power_hear(struct power *power, const char *name, const struct supply_source *told, uint64_t now_ns)
{
	struct power_entry *entry = find(power, name);

	if (!entry || entry->given_up || !supply_read(&entry->supply, told))
		return false;
	power_say(power, true, now_ns);
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
		const struct power_entry *entry = &power->entries[i];
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
