/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What changed since the last look, as a few rectangles. Pure, of fixed size, never allocates.
 *
 * The rectangles cover every pixel that was added and as little else as DAMAGE_RECTS_MAX allows; they may
 * overlap. Past that number the two that waste least become one. Merging is worth it: each rectangle costs a
 * call and ragged edges downstream.
 */
#ifndef XENHUB_DISPLAY_DAMAGE_H
#define XENHUB_DISPLAY_DAMAGE_H

#include "display/geometry.h"

#define DAMAGE_RECTS_MAX 16

struct damage {
	struct rect rects[DAMAGE_RECTS_MAX];
	unsigned count;
};

static inline void damage_clear(struct damage *damage)
{
	damage->count = 0;
}

/* Adds a rectangle; an empty one is ignored. The caller has clipped it to its frame. */
void damage_add(struct damage *damage, struct rect rect);

/* Adds all of another region. */
void damage_add_all(struct damage *damage, const struct damage *other);

/* The smallest rectangle around everything; empty if there is nothing. */
struct rect damage_bounds(const struct damage *damage);

#endif
