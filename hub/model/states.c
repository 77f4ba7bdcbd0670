/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/model/states.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

struct entry {
	struct state_node node; /* first: a node is cast back to its entry */
	char path[WIRE_TEXT_MAX];
	char *text;
	UT_hash_handle hh;
	struct entry *prev, *next;
};

struct states {
	struct entry *by_path;
	struct entry *by_time; /* oldest change first */
	uint64_t serial;
};

int states_create(struct states **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -ENOMEM;
}

void states_destroy(struct states *states)
{
	struct entry *e, *next;

	if (!states)
		return;
	HASH_ITER(hh, states->by_path, e, next)
	{
		HASH_DEL(states->by_path, e);
		free(e->text);
		free(e);
	}
	free(states);
}

static struct entry *find_or_make(struct states *states, const char *path)
{
	struct entry *e;

	HASH_FIND_STR(states->by_path, path, e);
	if (e)
		return e;
	if (HASH_COUNT(states->by_path) >= STATES_MAX) {
		errno = ENOSPC;
		return NULL;
	}
	e = calloc(1, sizeof(*e));
	if (!e) {
		errno = ENOMEM;
		return NULL;
	}
	memcpy(e->path, path, strlen(path) + 1);
	e->node.path = e->path;
	e->node.unit = "";
	HASH_ADD_STR(states->by_path, path, e);
	DL_APPEND(states->by_time, e);
	return e;
}

static void touch(struct states *states, struct entry *e, uint64_t now_ns)
{
	DL_DELETE(states->by_time, e);
	DL_APPEND(states->by_time, e);
	e->node.serial = ++states->serial;
	e->node.time_ns = now_ns;
}

__attribute__((format(printf, 2, 0))) static void make_path(char path[WIRE_TEXT_MAX], const char *format,
							    va_list args)
{
	vsnprintf(path, WIRE_TEXT_MAX, format, args);
}

int states_set_integer(struct states *states, uint64_t now_ns, int64_t value, const char *unit,
		       const char *path_format, ...)
{
	char path[WIRE_TEXT_MAX];
	struct entry *e;
	va_list args;

	va_start(args, path_format);
	make_path(path, path_format, args);
	va_end(args);
	e = find_or_make(states, path);
	if (!e)
		return -errno;
	if (e->node.type == WIRE_STATE_INTEGER && e->node.integer == value && !e->node.stale)
		return 0;
	e->node.type = WIRE_STATE_INTEGER;
	e->node.integer = value;
	e->node.unit = unit;
	e->node.stale = false;
	touch(states, e, now_ns);
	return 0;
}

int states_set_text(struct states *states, uint64_t now_ns, const char *text, const char *path_format, ...)
{
	char path[WIRE_TEXT_MAX];
	struct wire_state limit;
	struct entry *e;
	va_list args;
	size_t n = strnlen(text, sizeof(limit.text) - 1);
	char *copy;

	va_start(args, path_format);
	make_path(path, path_format, args);
	va_end(args);
	e = find_or_make(states, path);
	if (!e)
		return -errno;
	if (e->node.type == WIRE_STATE_TEXT && strlen(e->text) == n && !memcmp(e->text, text, n) &&
	    !e->node.stale)
		return 0;
	copy = strndup(text, n);
	if (!copy)
		return -ENOMEM;
	free(e->text);
	e->text = copy;
	e->node.text = copy;
	e->node.unit = "";
	e->node.type = WIRE_STATE_TEXT;
	e->node.stale = false;
	touch(states, e, now_ns);
	return 0;
}

void states_set_stale(struct states *states, uint64_t now_ns, const char *path, bool stale)
{
	struct entry *e;

	HASH_FIND_STR(states->by_path, path, e);
	if (e && e->node.type != WIRE_STATE_ABSENT && e->node.stale != stale) {
		e->node.stale = stale;
		touch(states, e, now_ns);
	}
}

void states_remove(struct states *states, uint64_t now_ns, const char *path_format, ...)
{
	char path[WIRE_TEXT_MAX];
	struct entry *e, *next;
	va_list args;

	va_start(args, path_format);
	make_path(path, path_format, args);
	va_end(args);
	HASH_ITER(hh, states->by_path, e, next)
	{
		if (e->node.type == WIRE_STATE_ABSENT || !state_path_below(e->path, path))
			continue;
		e->node.type = WIRE_STATE_ABSENT;
		e->node.stale = false;
		touch(states, e, now_ns);
	}
}

uint64_t states_serial(const struct states *states)
{
	return states->serial;
}

const struct state_node *states_next(const struct states *states, uint64_t serial,
				     const struct state_node *node)
{
	struct entry *e = (struct entry *)node;

	if (e)
		return e->next ? &e->next->node : NULL;
	if (!states->by_time || states->serial <= serial)
		return NULL;
	/* utlist keeps the last element in the head's prev. */
	e = states->by_time->prev;
	while (e != states->by_time && e->prev->node.serial > serial)
		e = e->prev;
	return &e->node;
}

const struct state_node *states_find(const struct states *states, const char *path)
{
	struct entry *e;

	HASH_FIND_STR(states->by_path, path, e);
	return e && e->node.type != WIRE_STATE_ABSENT ? &e->node : NULL;
}

bool state_path_below(const char *path, const char *prefix)
{
	size_t n = strlen(prefix);

	while (n && prefix[n - 1] == '/')
		n--;
	return !n || (!strncmp(path, prefix, n) && (path[n] == '\0' || path[n] == '/'));
}

void state_to_wire(const struct state_node *node, struct wire_state *m)
{
	memset(m, 0, sizeof(*m));
	m->time_ns = node->time_ns;
	m->type = node->type;
	m->stale = node->stale;
	m->integer = node->type == WIRE_STATE_INTEGER ? node->integer : 0;
	snprintf(m->path, sizeof(m->path), "%s", node->path);
	snprintf(m->unit, sizeof(m->unit), "%s", node->unit);
	if (node->type == WIRE_STATE_TEXT)
		snprintf(m->text, sizeof(m->text), "%s", node->text);
}
