/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/spice/guard_kept.h"

#include <errno.h>
#include <stdlib.h>

#define ROOM_FIRST 256 /* a power of two */
/*
 * An id may be anything, and who knows the mixture finds such as fall together. At half full a row of so many has not
 * come about by itself.
 */
#define ROW_MAX 256

static uint32_t place_of(const struct guard_kept *kept, uint64_t id)
{
	id = (id ^ id >> 30) * 0xbf58476d1ce4e5b9u;
	id = (id ^ id >> 27) * 0x94d049bb133111ebu;
	return (uint32_t)(id ^ id >> 31) & (kept->room - 1);
}

/* Where it is, or where it would be; NULL: after a row of others. */
static struct kept_entry *find(const struct guard_kept *kept, uint64_t id)
{
	uint32_t place;

	if (kept->room == 0)
		return NULL;
	place = place_of(kept, id);
	for (unsigned i = 0; i < ROW_MAX; i++) {
		struct kept_entry *entry = &kept->entries[(place + i) & (kept->room - 1)];

		if (entry->times == 0 || entry->id == id)
			return entry;
	}
	return NULL;
}

static int grow(struct guard_kept *kept)
{
	struct guard_kept wider = { .room = kept->room ? 2 * kept->room : ROOM_FIRST };

	wider.entries = calloc(wider.room, sizeof(*wider.entries));
	if (!wider.entries)
		return -ENOMEM;
	for (uint32_t i = 0; i < kept->room; i++) {
		struct kept_entry *entry;

		if (kept->entries[i].times == 0)
			continue;
		entry = find(&wider, kept->entries[i].id);
		if (!entry) {
			free(wider.entries);
			return -ENOSPC;
		}
		*entry = kept->entries[i];
	}
	free(kept->entries);
	kept->entries = wider.entries;
	kept->room = wider.room;
	return 0;
}

static size_t bytes_of(const struct kept_entry *entry)
{
	return (size_t)entry->width * entry->height * 4 + KEPT_COST;
}

int kept_put(struct guard_kept *kept, uint64_t id, unsigned width, unsigned height, bool instead)
{
	struct kept_entry new = {
		.id = id, .width = (uint16_t)width, .height = (uint16_t)height, .times = 1
	};
	struct kept_entry *entry = find(kept, id);
	int rc;

	if (entry && entry->times > 0) {
		kept->bytes += bytes_of(&new);
		kept->bytes -= bytes_of(entry);
		new.times = entry->times + (!instead && entry->times < UINT32_MAX);
		*entry = new;
		return 0;
	}
	if (kept->count == KEPT_MAX)
		return -ENOSPC;
	if (2 * (kept->count + 1) > kept->room) {
		rc = grow(kept);
		if (rc < 0)
			return rc;
		entry = find(kept, id);
	}
	if (!entry)
		return -ENOSPC;
	*entry = new;
	kept->bytes += bytes_of(&new);
	kept->count++;
	return 0;
}

const struct kept_entry *kept_find(const struct guard_kept *kept, uint64_t id)
{
	const struct kept_entry *entry = find(kept, id);

	return entry && entry->times > 0 ? entry : NULL;
}

void kept_drop(struct guard_kept *kept, uint64_t id)
{
	struct kept_entry *entry = find(kept, id);
	uint32_t mask = kept->room - 1, hole, next;

	if (!entry || entry->times == 0 || --entry->times > 0)
		return;
	kept->bytes -= bytes_of(entry);
	kept->count--;
	/* Those behind it move up, unless that were in front of their own place. */
	hole = (uint32_t)(entry - kept->entries);
	for (next = (hole + 1) & mask; kept->entries[next].times > 0; next = (next + 1) & mask) {
		if (((next - place_of(kept, kept->entries[next].id)) & mask) < ((next - hole) & mask))
			continue;
		kept->entries[hole] = kept->entries[next];
		hole = next;
	}
	kept->entries[hole].times = 0;
}

void kept_clear(struct guard_kept *kept)
{
	free(kept->entries);
	*kept = (struct guard_kept){ 0 };
}
