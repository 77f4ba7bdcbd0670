/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two shapes that every part of the display shares: a rectangle of pixels and a rotation by quarter
 * turns.
 *
 * A rectangle covers the pixels x <= px < x + w, y <= py < y + h. One with w <= 0 or h <= 0 is empty.
 * Coordinates and sizes stay within +-2^24, so that every sum and product here fits its type.
 */
#ifndef XENHUB_DISPLAY_GEOMETRY_H
#define XENHUB_DISPLAY_GEOMETRY_H

#include <stdbool.h>
#include <stdint.h>

struct rect {
	int x, y, w, h;
};

/* How far the picture is turned clockwise on its way from the remote to the window: at ROTATION_90 the
 * remote's top-left pixel is seen at the top right. */
enum rotation {
	ROTATION_0,
	ROTATION_90,
	ROTATION_180,
	ROTATION_270,
};

/* 32-bit pixels, 0xXXRRGGBB in the host's byte order. stride counts pixels, not bytes, and is at least width.
 */
struct surface {
	uint32_t *pixels;
	int width, height;
	int stride;
};

/* 90 and 270 exchange width and height. */
static inline bool rotation_is_sideways(enum rotation rotation)
{
	return rotation == ROTATION_90 || rotation == ROTATION_270;
}

static inline bool rect_is_empty(struct rect r)
{
	return r.w <= 0 || r.h <= 0;
}

static inline int64_t rect_area(struct rect r)
{
	return rect_is_empty(r) ? 0 : (int64_t)r.w * r.h;
}

static inline struct rect rect_intersect(struct rect a, struct rect b)
{
	int x1 = a.x > b.x ? a.x : b.x;
	int y1 = a.y > b.y ? a.y : b.y;
	int x2 = a.x + a.w < b.x + b.w ? a.x + a.w : b.x + b.w;
	int y2 = a.y + a.h < b.y + b.h ? a.y + a.h : b.y + b.h;

	if (x2 <= x1 || y2 <= y1)
		return (struct rect){ 0 };
	return (struct rect){ x1, y1, x2 - x1, y2 - y1 };
}

/* The smallest rectangle around both; an empty one adds nothing. */
static inline struct rect rect_unite(struct rect a, struct rect b)
{
	int x1, y1, x2, y2;

	if (rect_is_empty(a))
		return b;
	if (rect_is_empty(b))
		return a;
	x1 = a.x < b.x ? a.x : b.x;
	y1 = a.y < b.y ? a.y : b.y;
	x2 = a.x + a.w > b.x + b.w ? a.x + a.w : b.x + b.w;
	y2 = a.y + a.h > b.y + b.h ? a.y + a.h : b.y + b.h;
	return (struct rect){ x1, y1, x2 - x1, y2 - y1 };
}

static inline bool rect_contains(struct rect outer, struct rect inner)
{
	return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w &&
	       inner.y + inner.h <= outer.y + outer.h;
}

#endif
