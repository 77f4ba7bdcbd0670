/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Drawings: surface, box and clip, then a fixed part of fields, and wherever those point to, images, texts, paths.
 * The library makes room for whole boxes, whole texts and each pixel of a line, so all of them are bounded.
 */
#include "display/spice/guard_private.h"

#include <errno.h>
#include <string.h>

#define BOX_AT      4 /* in the base: top, left, bottom, right */
#define CLIP_AT     20
#define CLIP_RECTS  1
#define RECT_SIZE   16
#define POINT_SIZE  8
#define GLYPH_SIZE  20 /* two points, width, height */
#define SUBPIXELS   4  /* bits of a path's numbers behind the point */
#define STYLED      8  /* a line's flags */
#define STRING_BITS 7  /* the flags that say how many bits a pixel of a glyph has */

enum brush_type {
	BRUSH_NONE,
	BRUSH_SOLID,
	BRUSH_PATTERN,
};

enum path_flags {
	PATH_BEGIN = 1,
	PATH_BEZIER = 16,
};

enum composite_flags {
	COMPOSITE_MASK = 1 << 19,
};

/*
 * The fields of the fixed part. i, I: where an image is; b: brush; m: mask; r: rop, and others of two bytes that do not
 * matter; 3: rop of three; s: how to scale; a: area; f: flags and alpha; p: where the path is; l: line; t: where the text
 * is; c: flags of a composition.
 */
static const char *fields_of(unsigned type)
{
	switch (type) {
	case DISPLAY_COPY_BITS:
		return "";
	case DISPLAY_DRAW_FILL:
		return "brm";
	case DISPLAY_DRAW_OPAQUE:
		return "iabrsm";
	case DISPLAY_DRAW_COPY:
	case DISPLAY_DRAW_BLEND:
		return "iarsm";
	case DISPLAY_DRAW_BLACKNESS:
	case DISPLAY_DRAW_WHITENESS:
	case DISPLAY_DRAW_INVERS:
		return "m";
	case DISPLAY_DRAW_ROP3:
		return "iab3sm";
	case DISPLAY_DRAW_STROKE:
		return "plb";
	case DISPLAY_DRAW_TEXT:
		return "tabb";
	case DISPLAY_DRAW_TRANSPARENT:
		return "i";
	case DISPLAY_DRAW_ALPHA_BLEND:
		return "fi";
	case DISPLAY_DRAW_COMPOSITE:
		return "c";
	}
	return NULL;
}

static size_t size_of_field(char field)
{
	switch (field) {
	case 'b':
	case 's':
	case '3':
	case 'l':
		return 1;
	case 'r':
	case 'f':
		return 2;
	case 'a':
		return 16;
	case 'm':
		return 13; /* flags, position, where the image is */
	case 'c':
		return 8;
	}
	return 4;
}

bool guard_draws(unsigned type)
{
	return fields_of(type) != NULL;
}

static int want_field(struct guard *guard)
{
	char field = *guard->drawing.fields;

	if (field == '\0')
		return 0;
	return guard_want(guard, PART_FIELD, guard->looked, size_of_field(field));
}

static int check_box(struct guard *guard, const uint8_t *box)
{
	int64_t top = (int32_t)get32(box), left = (int32_t)get32(box + 4);
	int64_t bottom = (int32_t)get32(box + 8), right = (int32_t)get32(box + 12);

	if (top < -GUARD_FAR_MAX || left < -GUARD_FAR_MAX || bottom > GUARD_FAR_MAX || right > GUARD_FAR_MAX)
		return guard_refuse(guard, -EFBIG, "the server draws at %lld,%lld, far outside of the screen",
				    (long long)left, (long long)top);
	if (right < left || bottom < top)
		return guard_refuse(guard, -EPROTO, "the server draws a box whose ends are in front of it");
	/* An empty one draws nothing; but these make an image of it all the same. */
	if (right == left || bottom == top)
		return guard->type == DISPLAY_DRAW_ROP3 || guard->type == DISPLAY_DRAW_COMPOSITE
			       ? guard_refuse(guard, -EPROTO, "the server draws nothing (message %u)",
					      guard->type)
			       : 0;
	return guard_check_sides(guard, "drawing", (uint64_t)(right - left), (uint64_t)(bottom - top));
}

static int check_base(struct guard *guard)
{
	const uint8_t *part = guard->part;
	uint32_t surface = get32(part);
	int rc = check_box(guard, part + BOX_AT);

	if (rc < 0)
		return rc;
	guard->drawing = (struct guard_drawing){ .fields = fields_of(guard->type), .surface = surface };
	/* The library does not even look at what draws on none. */
	if (surface >= GUARD_SURFACES_MAX || guard->surfaces[surface].kib == 0)
		return 0;
	if (part[CLIP_AT] > CLIP_RECTS)
		return guard_refuse(guard, -EPROTO, "the server clips in an unknown way (%u)", part[CLIP_AT]);
	if (part[CLIP_AT] == CLIP_RECTS)
		return guard_want(guard, PART_CLIP, guard->looked, 4);
	return want_field(guard);
}

static int check_clip(struct guard *guard)
{
	uint32_t count = get32(guard->part);

	if (count > GUARD_CLIP_MAX || (guard->size - guard->looked) / RECT_SIZE < count)
		return guard_refuse(guard, -EPROTO, "a clip of the server has %u rectangles", count);
	guard->looked += (size_t)count * RECT_SIZE;
	return want_field(guard);
}

static int check_field(struct guard *guard)
{
	const uint8_t *part = guard->part;
	char field = *guard->drawing.fields++;
	uint32_t flags;
	int rc = 0;

	switch (field) {
	case 'i':
		rc = guard_want_image(guard, ROLE_PICTURE, get32(part), true);
		break;
	case 'm':
		rc = guard_want_image(guard, ROLE_MASK, get32(part + 9), false);
		break;
	case 'b':
		if (part[0] == BRUSH_NONE)
			break;
		if (part[0] > BRUSH_PATTERN)
			return guard_refuse(guard, -EPROTO, "the server draws with an unknown brush (%u)",
					    part[0]);
		return guard_want(guard, PART_BRUSH, guard->looked, part[0] == BRUSH_SOLID ? 4 : 12);
	case 's':
		if (part[0] > 1)
			return guard_refuse(guard, -EPROTO, "the server scales in an unknown way (%u)",
					    part[0]);
		break;
	case 'l':
		if (part[0] & STYLED)
			return guard_want(guard, PART_DASHES, guard->looked, 5);
		break;
	case 'p':
		rc = guard_want(guard, PART_PATH, get32(part), 4);
		break;
	case 't':
		rc = guard_want(guard, PART_TEXT, get32(part), 3);
		break;
	case 'c':
		flags = get32(part);
		rc = guard_want_image(guard, ROLE_PICTURE, get32(part + 4), true);
		if (rc == 0 && flags & COMPOSITE_MASK)
			return guard_want(guard, PART_COMPOSITE, guard->looked, 4);
		break;
	}
	return rc < 0 ? rc : want_field(guard);
}

static int check_brush(struct guard *guard, const struct guard_part *part)
{
	/* One of a single colour has but that. */
	int rc = part->need == 4 ? 0 : guard_want_image(guard, ROLE_PICTURE, get32(guard->part), true);

	return rc < 0 ? rc : want_field(guard);
}

/* How many there are, and where. */
static int check_dashes(struct guard *guard)
{
	unsigned count = guard->part[0];
	int rc;

	if (count == 0)
		return guard_refuse(guard, -EPROTO, "a line of the server has no dashes");
	rc = guard_want(guard, PART_DASH, get32(guard->part + 1), 4 * count);
	return rc < 0 ? rc : want_field(guard);
}

/* The library counts them down, for ever if all are 0. */
static int check_dash(struct guard *guard, const struct guard_part *part)
{
	for (unsigned i = 0; i < part->need; i += 4)
		if ((get32(guard->part + i) >> SUBPIXELS & 0xff) != 0)
			return 0;
	return guard_refuse(guard, -EPROTO, "a line of the server has dashes of no length");
}

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
	return value < -(GUARD_FAR_MAX << SUBPIXELS) || value > GUARD_FAR_MAX << SUBPIXELS;
}

static int check_point(struct guard *guard)
{
	if (is_far((int32_t)get32(guard->part)) || is_far((int32_t)get32(guard->part + 4)))
		return guard_refuse(guard, -EFBIG, "a path of the server leads far outside of the screen");
	return want_point(guard);
}

static int want_glyph(struct guard *guard)
{
	const int64_t *box = guard->drawing.box;

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
		if (drawing->segment == 0 || (i < 2 ? box[i] < drawing->box[i] : box[i] > drawing->box[i]))
			drawing->box[i] = box[i];
	drawing->segment++;
	return want_glyph(guard);
}

int guard_check_drawing(struct guard *guard, const struct guard_part *part)
{
	int rc;

	switch ((enum part_kind)part->kind) {
	case PART_BASE:
		return check_base(guard);
	case PART_CLIP:
		return check_clip(guard);
	case PART_BRUSH:
		return check_brush(guard, part);
	case PART_COMPOSITE:
		rc = guard_want_image(guard, ROLE_PICTURE, get32(guard->part), true);
		return rc < 0 ? rc : want_field(guard);
	case PART_DASHES:
		return check_dashes(guard);
	case PART_DASH:
		return check_dash(guard, part);
	case PART_PATH:
		return check_path(guard);
	case PART_SEGMENT:
		return check_segment(guard);
	case PART_POINT:
		return check_point(guard);
	case PART_TEXT:
		return check_text(guard);
	case PART_GLYPH:
		return check_glyph(guard);
	default:
		return check_field(guard);
	}
}
