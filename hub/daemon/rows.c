/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/daemon/rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/core/clock.h"
#include "hub/core/text.h"

#define ROOT     "sensor"
#define MICRO    1e6
#define ROWS_MAX (SENSORS_MAX + POWER_SUPPLIES_MAX)

struct row {
	char path[REPORT_PATH_MAX];
	bool seen;
};

struct rows {
	struct report *report;
	struct row row[ROWS_MAX];
	unsigned count;
	bool samples;
	uint64_t deadline_ns;
};

int rows_create(struct rows **out, report_value_fn value, report_removed_fn removed, void *data)
{
	struct rows *rows = calloc(1, sizeof(*rows));
	int rc;

	if (!rows)
		return -ENOMEM;
	rc = report_create(&rows->report, value, removed, data);
	if (rc < 0) {
		free(rows);
		return rc;
	}
	rows->deadline_ns = CLOCK_NEVER;
	*out = rows;
	return 0;
}

void rows_destroy(struct rows *rows)
{
	if (!rows)
		return;
	report_destroy(rows->report);
	free(rows);
}

/* Marks the row as there, and as new where it is. */
static void see(struct rows *rows, const char *path)
{
	for (unsigned i = 0; i < rows->count; i++) {
		if (!strcmp(rows->row[i].path, path)) {
			rows->row[i].seen = true;
			return;
		}
	}
	if (rows->count == ROWS_MAX)
		return;
	snprintf(rows->row[rows->count].path, REPORT_PATH_MAX, "%s", path);
	rows->row[rows->count++].seen = true;
}

static void drop_unseen(struct rows *rows)
{
	for (unsigned i = rows->count; i-- > 0;) {
		if (rows->row[i].seen) {
			rows->row[i].seen = false;
			continue;
		}
		report_drop_tree(rows->report, rows->row[i].path);
		rows->row[i] = rows->row[--rows->count];
	}
}

/* An empty text is no node. */
static void say(struct rows *rows, const char *path, const char *name, const char *text, uint64_t now_ns)
{
	if (*text)
		report_text(rows->report, path, name, text, now_ns);
	else
		report_drop(rows->report, path, name);
}

static void say_ms(struct rows *rows, const char *path, const char *name, uint64_t ns, uint64_t now_ns)
{
	if (ns)
		report_integer(rows->report, path, name, (int64_t)(ns / NS_PER_MS), "ms", now_ns);
	else
		report_drop(rows->report, path, name);
}

static void format_raw(const struct iiosensor_info *info, char *text, size_t size)
{
	size_t n = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < info->values && i < 3 && n < size; i++)
		n += (size_t)snprintf(text + n, size - n, "%s%.3f", i ? " " : "", info->raw[i]);
}

static void say_sensor(struct rows *rows, const struct iiosensor_info *info, bool samples, uint64_t now_ns)
{
	char path[REPORT_PATH_MAX];
	char raw[REPORT_TEXT_MAX] = "";

	snprintf(path, sizeof(path), ROOT "/%s/%u", sensor_class_name(info->class), info->index);
	see(rows, path);
	say(rows, path, "device", info->device, now_ns);
	say(rows, path, "driver", info->driver, now_ns);
	say(rows, path, "mode", info->mode, now_ns);
	say(rows, path, "reason", info->why, now_ns);
	say(rows, path, "matrix", info->class == SENSOR_ORIENTATION ? info->matrix_source : "", now_ns);
	say_ms(rows, path, "interval-ms", info->interval_ns, now_ns);
	if (samples)
		format_raw(info, raw, sizeof(raw));
	say(rows, path, "raw", raw, now_ns);
	say(rows, path, "published", samples ? info->published : "", now_ns);
	say_ms(rows, path, "measured-ms", samples ? info->measured_ns : 0, now_ns);
}

static void format_supply(const struct power_info *info, char *text, size_t size)
{
	text[0] = '\0';
	if (info->type == SUPPLY_BATTERY && !info->present)
		snprintf(text, size, "not present");
	else if (info->type == SUPPLY_BATTERY && info->battery.percent != BATTERY_UNKNOWN)
		snprintf(text, size, "%d %%, %s", info->battery.percent,
			 battery_state_name(info->battery.state));
	else if (info->type == SUPPLY_BATTERY)
		snprintf(text, size, "%s", battery_state_name(info->battery.state));
	else if (info->online != BATTERY_UNKNOWN)
		snprintf(text, size, "%s", info->online ? "online" : "offline");
}

/* "4.20 of 38.00 Wh, 7.30 W", or what there is of it. */
static void format_supply_raw(const struct power_info *info, char *text, size_t size)
{
	const struct battery *b = &info->battery;
	int n = 0;

	text[0] = '\0';
	if (info->type != SUPPLY_BATTERY) {
		if (info->online != BATTERY_UNKNOWN)
			snprintf(text, size, "online = %d", info->online);
		return;
	}
	if (!info->present)
		return;
	if (b->energy_uwh != BATTERY_UNKNOWN && b->energy_full_uwh != BATTERY_UNKNOWN)
		n = snprintf(text, size, "%.2f of %.2f Wh", (double)b->energy_uwh / MICRO,
			     (double)b->energy_full_uwh / MICRO);
	if (b->power_uw != BATTERY_UNKNOWN)
		snprintf(text + n, size - (size_t)n, "%s%.2f W", n ? ", " : "", (double)b->power_uw / MICRO);
}

static void say_supply(struct rows *rows, const struct power_info *info, bool samples, uint64_t now_ns)
{
	static const char *const kinds[] = { "battery", "mains", "usb" };
	char path[REPORT_PATH_MAX];
	char slug[SUPPLY_NAME_MAX];
	char text[64];

	text_slug(slug, sizeof(slug), info->name);
	snprintf(path, sizeof(path), ROOT "/power/%s", slug);
	see(rows, path);
	say(rows, path, "device", info->name, now_ns);
	say(rows, path, "driver", kinds[info->type], now_ns);
	say(rows, path, "mode", info->mode, now_ns);
	say(rows, path, "reason", info->why, now_ns);
	say_ms(rows, path, "interval-ms", info->interval_ns, now_ns);
	format_supply_raw(info, text, sizeof(text));
	say(rows, path, "raw", samples ? text : "", now_ns);
	format_supply(info, text, sizeof(text));
	say(rows, path, "published", text, now_ns);
}

void rows_update(struct rows *rows, const struct sensors *sensors, bool samples, uint64_t now_ns)
{
	struct iiosensor_info infos[SENSORS_MAX];
	struct power_info supplies[POWER_SUPPLIES_MAX];
	unsigned n;

	/* Too early for samples: what else there is waits with them. */
	if (samples && rows->samples && rows->deadline_ns != CLOCK_NEVER && now_ns < rows->deadline_ns)
		return;
	rows->samples = samples;
	rows->deadline_ns = samples ? now_ns + ROWS_SAMPLES_NS : CLOCK_NEVER;
	report_text(rows->report, ROOT, "backend", sensors_backend_name(sensors), now_ns);
	n = sensors_info(sensors, infos, SENSORS_MAX);
	for (unsigned i = 0; i < n; i++)
		say_sensor(rows, &infos[i], samples, now_ns);
	n = sensors_power_info(sensors, supplies, POWER_SUPPLIES_MAX);
	for (unsigned i = 0; i < n; i++)
		say_supply(rows, &supplies[i], samples, now_ns);
	drop_unseen(rows);
}

uint64_t rows_deadline(const struct rows *rows)
{
	return rows->deadline_ns;
}
