/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "sensors"
#include "hub/core/log.h"
#include "hub/core/text.h"

struct report {
	report_value_fn value;
	report_removed_fn removed;
	void *data;
	struct report_value *entries;
	unsigned count, capacity;
	bool warned;
};

int report_create(struct report **out, report_value_fn value, report_removed_fn removed, void *data)
{
	struct report *report = calloc(1, sizeof(*report));

	if (!report)
		return -ENOMEM;
	report->value = value;
	report->removed = removed;
	report->data = data;
	*out = report;
	return 0;
}

static void say_nothing(void *data, const struct report_value *value)
{
}

void report_mute(struct report *report)
{
	report->value = say_nothing;
	report->removed = NULL;
}

void report_destroy(struct report *report)
{
	if (!report)
		return;
	free(report->entries);
	free(report);
}

static void complain(struct report *report, const char *path, const char *why)
{
	if (!report->warned)
		log_warn("%s: not published, %s", path, why);
	report->warned = true;
}

static bool join(char *path, const char *parent, const char *name)
{
	int n = snprintf(path, REPORT_PATH_MAX, "%s%s%s", parent, *parent ? "/" : "", name);

	return n > 0 && n < REPORT_PATH_MAX;
}

static struct report_value *find(struct report *report, const char *path)
{
	for (unsigned i = 0; i < report->count; i++)
		if (!strcmp(report->entries[i].path, path))
			return &report->entries[i];
	return NULL;
}

static struct report_value *add(struct report *report, const char *path)
{
	struct report_value *entry;

	if (report->count == REPORT_ENTRIES_MAX) {
		complain(report, path, "there are too many values");
		return NULL;
	}
	if (report->count == report->capacity) {
		unsigned capacity = report->capacity ? report->capacity * 2 : 32;
		struct report_value *grown = realloc(report->entries, capacity * sizeof(*grown));

		if (!grown) {
			complain(report, path, "out of memory");
			return NULL;
		}
		report->entries = grown;
		report->capacity = capacity;
	}
	entry = &report->entries[report->count++];
	memset(entry, 0, sizeof(*entry));
	snprintf(entry->path, sizeof(entry->path), "%s", path);
	return entry;
}

static bool put(struct report *report, const char *parent, const char *name,
		const struct report_value *wanted)
{
	char path[REPORT_PATH_MAX];
	struct report_value *entry;

	if (!join(path, parent, name)) {
		complain(report, parent, "its name is too long");
		return false;
	}
	entry = find(report, path);
	if (entry && !entry->stale && entry->type == wanted->type && entry->integer == wanted->integer &&
	    !strcmp(entry->text, wanted->text))
		return false;
	if (!entry)
		entry = add(report, path);
	if (!entry)
		return false;
	entry->type = wanted->type;
	entry->integer = wanted->integer;
	memcpy(entry->text, wanted->text, sizeof(entry->text));
	entry->unit = wanted->unit;
	entry->timestamp_ns = wanted->timestamp_ns;
	entry->stale = false;
	report->value(report->data, entry);
	return true;
}

bool report_integer(struct report *report, const char *parent, const char *name, int64_t value,
		    const char *unit, uint64_t timestamp_ns)
{
	struct report_value wanted = {
		.type = REPORT_INTEGER, .integer = value, .unit = unit, .timestamp_ns = timestamp_ns
	};

	return put(report, parent, name, &wanted);
}

bool report_text(struct report *report, const char *parent, const char *name, const char *text,
		 uint64_t timestamp_ns)
{
	struct report_value wanted = { .type = REPORT_TEXT, .unit = "", .timestamp_ns = timestamp_ns };

	text_copy(wanted.text, sizeof(wanted.text), text, strlen(text));
	return put(report, parent, name, &wanted);
}

static void remove_at(struct report *report, unsigned i)
{
	char path[REPORT_PATH_MAX];

	memcpy(path, report->entries[i].path, sizeof(path));
	report->count--;
	memmove(&report->entries[i], &report->entries[i + 1],
		(report->count - i) * sizeof(report->entries[0]));
	if (report->removed)
		report->removed(report->data, path);
}

void report_drop(struct report *report, const char *parent, const char *name)
{
	char path[REPORT_PATH_MAX];
	struct report_value *entry = join(path, parent, name) ? find(report, path) : NULL;

	if (entry)
		remove_at(report, (unsigned)(entry - report->entries));
}

static bool is_under(const char *path, const char *parent)
{
	size_t len = strlen(parent);

	return !strncmp(path, parent, len) && (path[len] == '/' || path[len] == '\0');
}

void report_drop_tree(struct report *report, const char *parent)
{
	for (unsigned i = report->count; i-- > 0;)
		if (is_under(report->entries[i].path, parent))
			remove_at(report, i);
}

void report_stale(struct report *report, const char *parent)
{
	for (unsigned i = 0; i < report->count; i++) {
		struct report_value *entry = &report->entries[i];

		if (entry->stale || !is_under(entry->path, parent))
			continue;
		entry->stale = true;
		report->value(report->data, entry);
	}
}

void report_replay(const struct report *report, report_value_fn value, void *data)
{
	for (unsigned i = 0; i < report->count; i++)
		value(data, &report->entries[i]);
}

unsigned report_count(const struct report *report)
{
	return report->count;
}
