/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Drawings: surface, box and clip, then a fixed part of fields, and wherever those point to, images, texts, paths.
 * The library makes room for whole boxes, so they are bounded.
 */
#include "display/spice/guard_private.h"

#include <errno.h>
#include <string.h>

#define BOX_AT     4 /* in the base: top, left, bottom, right */
#define CLIP_AT    20
#define CLIP_RECTS 1
#define RECT_SIZE  16
#define ROP_PUT    8
#define STYLED     8 /* a line's flags */

enum brush_type {
	BRUSH_NONE,
	BRUSH_SOLID,
	BRUSH_PATTERN,
};

enum composite_flags {
	COMPOSITE_MASK = 1 << 19,
};

/*
 * The fields of the fixed part. i: where an image is; b: brush; m: mask; r: rop, and others of two bytes that do not
 * matter; 3: rop of three; s: how to scale; a: area; f: flags and alpha; p: where the path is; l: line; t: where the text
 * is; g: area of its background; o: how it is drawn over that; c: flags of a composition.
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
		return "tgbbo";
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
	case 'o':
		return 2;
	case 'a':
	case 'g':
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

static void get_rect(int32_t *rect, const uint8_t *from)
{
	for (unsigned i = 0; i < 4; i++)
		rect[i] = (int32_t)get32(from + 4 * i);
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

/* These read what is in the box already, without a look at what the surface has. */
static int check_inside(struct guard *guard, const struct guard_surface *surface)
{
	const int32_t *box = guard->drawing.box;

	if (guard->type != DISPLAY_DRAW_ROP3 && guard->type != DISPLAY_DRAW_COMPOSITE)
		return 0;
	if (box[0] < 0 || box[1] < 0 || box[2] > (int32_t)surface->height || box[3] > (int32_t)surface->width)
		return guard_refuse(guard, -EPROTO, "the server draws outside of its surface (message %u)",
				    guard->type);
	return 0;
}

static int check_base(struct guard *guard)
{
	const uint8_t *part = guard->part;
	uint32_t surface = get32(part);
	int rc = check_box(guard, part + BOX_AT);

	if (rc < 0)
		return rc;
	guard->drawing = (struct guard_drawing){ .fields = fields_of(guard->type), .surface = surface };
	get_rect(guard->drawing.box, part + BOX_AT);
	/* The library does not even look at what draws on none. */
	if (surface >= GUARD_SURFACES_MAX || guard->surfaces[surface].kib == 0)
		return 0;
	rc = check_inside(guard, &guard->surfaces[surface]);
	if (rc < 0)
		return rc;
	/* What is not 32 bits the library takes for 16, and writes twice as far. */
	if (guard->type == DISPLAY_DRAW_ROP3 && guard->surfaces[surface].format < SURFACE_555)
		return guard_refuse(guard, -EPROTO, "the server draws by a rop of three on a mask");
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

/* Of pattern, source and destination: the library knows those that leave none of them out. */
static bool is_of_three(unsigned rop)
{
	return (rop ^ rop >> 1) & 0x55 && (rop ^ rop >> 2) & 0x33 && (rop ^ rop >> 4) & 0x0f;
}

static int check_field(struct guard *guard)
{
	const uint8_t *part = guard->part;
	char field = *guard->drawing.fields++;
	int32_t area[4];
	uint32_t flags;
	int rc = 0;

	switch (field) {
	case 'i':
		rc = guard_want_image(guard, ROLE_PICTURE, get32(part), true);
		break;
	case 'a':
		get_rect(guard->drawing.area, part);
		break;
	case 'g':
		get_rect(area, part);
		guard->drawing.background = area[2] > area[0] && area[3] > area[1];
		break;
	case 'o':
		if (guard->drawing.background && get16(part) != ROP_PUT)
			return guard_refuse(guard, -EPROTO, "the server writes in an unknown way (%u)",
					    get16(part));
		break;
	case '3':
		if (!is_of_three(part[0]))
			return guard_refuse(guard, -EPROTO,
					    "the server draws by a rop of fewer than three (%u)", part[0]);
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
	int32_t left = (int32_t)get32(guard->part + 4), top = (int32_t)get32(guard->part + 8);
	int rc;

	/* One of a single colour has but that. */
	if (part->need == 4)
		return want_field(guard);
	/* There, as with a % b of C, the library begins in front of the pattern. */
	if (guard->type == DISPLAY_DRAW_ROP3 && (left > guard->drawing.box[1] || top > guard->drawing.box[0]))
		return guard_refuse(guard, -EPROTO, "the server draws with a pattern that begins inside");
	rc = guard_want_image(guard, ROLE_TILE, get32(guard->part), true);
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
		if ((get32(guard->part + i) >> GUARD_SUBPIXELS & 0xff) != 0)
			return 0;
	return guard_refuse(guard, -EPROTO, "a line of the server has dashes of no length");
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
	case PART_FIELD:
		return check_field(guard);
	default:
		return guard_check_shape(guard, part);
	}
}
