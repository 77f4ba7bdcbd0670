/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/frame/damage.h"

/* Below this many pixels of waste two rectangles are cheaper as one: about what a second blit costs to set
 * up. */
#define MERGE_SLACK 1024

/* Pixels that the union covers and neither part does; negative when they overlap much. */
static int64_t merge_waste(struct rect a, struct rect b)
{
	return rect_area(rect_unite(a, b)) - rect_area(a) - rect_area(b);
}

static void damage_remove(struct damage *damage, unsigned i)
{
	damage->rects[i] = damage->rects[--damage->count];
}

static unsigned damage_cheapest(const struct damage *damage, struct rect rect, int64_t *waste)
{
	unsigned best = 0;

	*waste = INT64_MAX;
	for (unsigned i = 0; i < damage->count; i++) {
		int64_t w = merge_waste(damage->rects[i], rect);

		if (w < *waste) {
			*waste = w;
			best = i;
		}
	}
	return best;
}

void damage_add(struct damage *damage, struct rect rect)
{
	if (rect_is_empty(rect))
		return;
	for (;;) {
		int64_t waste;
		unsigned i = damage_cheapest(damage, rect, &waste);

		if (damage->count == 0)
			break;
		if (waste > MERGE_SLACK && damage->count < DAMAGE_RECTS_MAX)
			break;
		/* A grown rectangle may now touch others, so it goes round again. */
		rect = rect_unite(damage->rects[i], rect);
		damage_remove(damage, i);
	}
	damage->rects[damage->count++] = rect;
}

void damage_add_all(struct damage *damage, const struct damage *other)
{
	for (unsigned i = 0; i < other->count; i++)
		damage_add(damage, other->rects[i]);
}

struct rect damage_bounds(const struct damage *damage)
{
	struct rect bounds = { 0 };

	for (unsigned i = 0; i < damage->count; i++)
		bounds = rect_unite(bounds, damage->rects[i]);
	return bounds;
}
