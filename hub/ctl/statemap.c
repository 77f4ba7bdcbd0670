/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/ctl/statemap.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void node_destroy(struct state_entry *node)
{
	free(node->path);
	free(node->unit);
	free(node->text);
	free(node);
}

void statemap_finish(struct statemap *map)
{
	struct state_entry *node, *next;

	HASH_ITER(hh, map->nodes, node, next)
	{
		HASH_DEL(map->nodes, node);
		node_destroy(node);
	}
}

const struct state_entry *statemap_find(const struct statemap *map, const char *path)
{
	struct state_entry *node;

	HASH_FIND_STR(map->nodes, path, node);
	return node;
}

static struct state_entry *node_create(const struct xenhub_state *state)
{
	struct state_entry *node = calloc(1, sizeof(*node));

	if (!node)
		return NULL;
	node->path = strdup(state->path);
	node->unit = strdup(state->unit);
	node->text = strdup(state->text);
	node->integer = state->integer;
	node->type = state->type;
	node->stale = state->stale;
	node->time_ns = state->time_ns;
	if (node->path && node->unit && node->text)
		return node;
	node_destroy(node);
	return NULL;
}

int statemap_put(struct statemap *map, const struct xenhub_state *state)
{
	struct state_entry *old = (struct state_entry *)statemap_find(map, state->path);
	struct state_entry *node = NULL;

	if (state->type != XENHUB_STATE_ABSENT) {
		node = node_create(state);
		if (!node)
			return -ENOMEM;
	}
	if (old) {
		HASH_DEL(map->nodes, old);
		node_destroy(old);
	}
	if (node) {
		HASH_ADD_KEYPTR(hh, map->nodes, node->path, strlen(node->path), node);
		map->grown = map->grown || !old;
	}
	return 0;
}

static int by_path(const struct state_entry *a, const struct state_entry *b)
{
	return strcmp(a->path, b->path);
}

void statemap_sort(struct statemap *map)
{
	HASH_SORT(map->nodes, by_path);
}

int statemap_ask(struct statemap *map, struct xenhub *hub)
{
	map->grown = false;
	return xenhub_request(hub, "version");
}

bool statemap_is_whole(const struct statemap *map)
{
	return !map->grown;
}

void statemap_text(const struct state_entry *node, char *buf, size_t size)
{
	const char *stale = node->stale ? " (stale)" : "";
	const char *blank = *node->unit ? " " : "";

	if (node->type == XENHUB_STATE_INTEGER)
		snprintf(buf, size, "%" PRId64 "%s%s%s", node->integer, blank, node->unit, stale);
	else if (node->type == XENHUB_STATE_TEXT)
		snprintf(buf, size, "%s%s%s%s", node->text, blank, node->unit, stale);
	else
		snprintf(buf, size, "(gone)");
}

void statemap_json(struct json *j, const struct state_entry *node)
{
	if (node->type == XENHUB_STATE_INTEGER)
		json_integer(j, "value", node->integer);
	else if (node->type == XENHUB_STATE_TEXT)
		json_string(j, "value", node->text);
	else
		json_null(j, "value");
	json_string(j, "unit", node->unit);
	json_bool(j, "stale", node->stale);
	json_unsigned(j, "time_ns", node->time_ns);
}
