/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths and texts, which the library makes room for: for each pixel of a line, for all between the first and the last glyph. */
#include "display/spice/guard_private.h"

#include <errno.h>

#define POINT_SIZE  8
#define GLYPH_SIZE  20 /* two points, width, height */
#define STRING_BITS 7  /* the flags that say how many bits a pixel of a glyph has */

enum path_flags {
	PATH_BEGIN = 1,
	PATH_BEZIER = 16,
};

static int want_segment(struct guard *guard)
{
	if (guard->drawing.left == 0)
		return 0;
	guard->drawing.left--;
	return guard_want(guard, PART_SEGMENT, guard->looked, 5);
}

static int check_path(struct guard *guard)
{
	guard->drawing.left = get32(guard->part);
	guard->drawing.segment = 0;
	return want_segment(guard);
}

static int want_point(struct guard *guard)
{
	if (guard->drawing.points == 0)
		return want_segment(guard);
	guard->drawing.points--;
	return guard_want(guard, PART_POINT, guard->looked, POINT_SIZE);
}

static int check_segment(struct guard *guard)
{
	struct guard_drawing *drawing = &guard->drawing;
	unsigned flags = guard->part[0];

	drawing->points = get32(guard->part + 1);
	/* The library takes curves apart by calling itself, and one without extent has no end. */
	if (flags & PATH_BEZIER)
		return guard_refuse(guard, -ENOTSUP, "the server draws curves, which are not drawn here");
	if (drawing->points == 0 || (drawing->segment == 0 && !(flags & PATH_BEGIN)))
		return guard_refuse(guard, -EPROTO, "a path of the server has no beginning");
	if (drawing->points > GUARD_POINTS_MAX - drawing->all_points)
		return guard_refuse(guard, -EFBIG, "a path of the server is above the limit of %d points",
				    GUARD_POINTS_MAX);
	drawing->all_points += drawing->points;
	drawing->segment++;
	return want_point(guard);
}

static bool is_far(int32_t value)
{
	return value < -(GUARD_FAR_MAX << GUARD_SUBPIXELS) || value > GUARD_FAR_MAX << GUARD_SUBPIXELS;
}

static int check_point(struct guard *guard)
{
	if (is_far((int32_t)get32(guard->part)) || is_far((int32_t)get32(guard->part + 4)))
		return guard_refuse(guard, -EFBIG, "a path of the server leads far outside of the screen");
	return want_point(guard);
}

static int want_glyph(struct guard *guard)
{
	const int64_t *box = guard->drawing.text;

	if (guard->drawing.left > 0) {
		guard->drawing.left--;
		return guard_want(guard, PART_GLYPH, guard->looked, GLYPH_SIZE);
	}
	if (box[2] == box[0] || box[3] == box[1])
		return 0;
	return guard_check_sides(guard, "text", (uint64_t)(box[2] - box[0]), (uint64_t)(box[3] - box[1]));
}

static int check_text(struct guard *guard)
{
	struct guard_drawing *drawing = &guard->drawing;
	unsigned flags = guard->part[2] & STRING_BITS;

	drawing->left = get16(guard->part);
	drawing->glyph_bits = flags == 1 ? 1 : flags == 2 ? 4 : flags == 4 ? 8 : 0;
	drawing->segment = 0;
	if (drawing->left == 0 || drawing->left > GUARD_GLYPHS_MAX)
		return guard_refuse(guard, -EPROTO, "a text of the server has %u glyphs", drawing->left);
	if (drawing->glyph_bits == 0)
		return guard_refuse(guard, -EPROTO, "a text of the server has glyphs of an unknown kind");
	return want_glyph(guard);
}

static int check_glyph(struct guard *guard)
{
	struct guard_drawing *drawing = &guard->drawing;
	const uint8_t *part = guard->part;
	size_t width = get16(part + 16), height = get16(part + 18);
	size_t bytes = (width * drawing->glyph_bits + 7) / 8 * height;
	int64_t left = (int64_t)(int32_t)get32(part) + (int32_t)get32(part + 8);
	int64_t top = (int64_t)(int32_t)get32(part + 4) + (int32_t)get32(part + 12);
	int64_t box[4] = { left, top, left + (int64_t)width, top + (int64_t)height };

	if (guard->size - guard->looked < bytes)
		return guard_refuse(guard, -EPROTO, "a glyph of the server is too short");
	if (left < -GUARD_FAR_MAX || top < -GUARD_FAR_MAX || box[2] > GUARD_FAR_MAX || box[3] > GUARD_FAR_MAX)
		return guard_refuse(guard, -EFBIG, "the server writes far outside of the screen");
	guard->looked += bytes;
	for (unsigned i = 0; i < 4; i++)
		if (drawing->segment == 0 || (i < 2 ? box[i] < drawing->text[i] : box[i] > drawing->text[i]))
			drawing->text[i] = box[i];
	drawing->segment++;
	return want_glyph(guard);
}

int guard_check_shape(struct guard *guard, const struct guard_part *part)
{
	switch ((enum part_kind)part->kind) {
	case PART_PATH:
		return check_path(guard);
	case PART_SEGMENT:
		return check_segment(guard);
	case PART_POINT:
		return check_point(guard);
	case PART_TEXT:
		return check_text(guard);
	default:
		return check_glyph(guard);
	}
}
