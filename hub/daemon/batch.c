/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/daemon/batch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY_FIRST 64

void batch_finish(struct batch *batch)
{
	free(batch->items);
	memset(batch, 0, sizeof(*batch));
}

static struct batch_item *find_or_add(struct batch *batch, const char *path)
{
	struct batch_item *item;

	for (unsigned i = 0; i < batch->count; i++)
		if (!strcmp(batch->items[i].value.path, path))
			return &batch->items[i];
	if (batch->count == BATCH_MAX)
		return NULL;
	if (batch->count == batch->capacity) {
		unsigned capacity = batch->capacity ? batch->capacity * 2 : CAPACITY_FIRST;
		struct batch_item *grown = realloc(batch->items, capacity * sizeof(*grown));

		if (!grown)
			return NULL;
		batch->items = grown;
		batch->capacity = capacity;
	}
	item = &batch->items[batch->count++];
	snprintf(item->value.path, sizeof(item->value.path), "%s", path);
	return item;
}

int batch_put(struct batch *batch, const struct report_value *value)
{
	struct batch_item *item = find_or_add(batch, value->path);

	if (!item)
		return -ENOMEM;
	item->value = *value;
	item->gone = false;
	return 0;
}

int batch_remove(struct batch *batch, const char *path)
{
	struct batch_item *item = find_or_add(batch, path);

	if (!item)
		return -ENOMEM;
	item->gone = true;
	return 0;
}

void batch_move(struct batch *to, struct batch *from)
{
	if (!to->count) {
		struct batch empty = *to;

		*to = *from;
		*from = empty;
		return;
	}
	for (unsigned i = 0; i < from->count; i++) {
		struct batch_item *item = find_or_add(to, from->items[i].value.path);

		if (item)
			*item = from->items[i];
	}
	from->count = 0;
}

static void apply(const struct batch_item *item, struct states *states, uint64_t now_ns)
{
	const struct report_value *v = &item->value;
	uint64_t time_ns = v->timestamp_ns ? v->timestamp_ns : now_ns;

	if (item->gone) {
		states_remove(states, now_ns, "%s", v->path);
		return;
	}
	if (v->type == REPORT_INTEGER)
		states_set_integer(states, time_ns, v->integer, v->unit, "%s", v->path);
	else
		states_set_text(states, time_ns, v->text, "%s", v->path);
	if (v->stale)
		states_set_stale(states, time_ns, v->path, true);
}

void batch_apply(struct batch *batch, struct states *states, uint64_t now_ns)
{
	for (unsigned i = 0; i < batch->count; i++)
		apply(&batch->items[i], states, now_ns);
	batch->count = 0;
}
