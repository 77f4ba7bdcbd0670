/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Images as they are described, bitmaps, palettes, and the caches that they go to. What is packed: guard_packed.c. */
#include "display/spice/guard_private.h"

#include <errno.h>

#define DESCRIPTION_SIZE 18 /* id, type, flags, width, height */
#define BITMAP_SIZE      14 /* format, flags, width, height, bytes a row */
#define PALETTE_HEAD     10 /* id, number of colours */

enum image_flags {
	IMAGE_KEEP = 1,
	IMAGE_KEEP_INSTEAD = 4,
};

enum palette_flags {
	PALETTE_KEEP = 1,
	PALETTE_KEPT = 2,
};

/* Bits a pixel, and colours that are looked up unchecked, by the format of a bitmap; 0: not one of images. */
static const struct {
	uint8_t mask_bits, bits, colours;
} formats[] = {
	[1] = { .mask_bits = 1 }, [2] = { 1, 1, 2 },    [4] = { 0, 4, 1 },
	[5] = { 0, 8, 1 },        [6] = { .bits = 16 }, [7] = { .bits = 24 },
	[8] = { .bits = 32 },     [9] = { .bits = 32 }, [10] = { .bits = 8 },
};

#define FORMATS (sizeof(formats) / sizeof(formats[0]))

int guard_want_image(struct guard *guard, enum image_role role, uint32_t at, bool needed)
{
	if (at == 0 && needed)
		return guard_refuse(guard, -EPROTO, "a drawing of the server lacks its image");
	if (at == 0)
		return 0;
	return guard_want_part(guard, (struct guard_part){ .at = at,
							   .need = DESCRIPTION_SIZE,
							   .kind = PART_IMAGE,
							   .role = (uint8_t)role });
}

/* The library puts it into its cache. */
static int keep_image(struct guard *guard, bool instead)
{
	const struct guard_drawing *drawing = &guard->drawing;
	int rc = kept_put(&guard->images, drawing->id, drawing->width, drawing->height, instead);

	if (rc == -ENOMEM)
		return guard_refuse(guard, rc, "no memory for the list of the server's images");
	if (rc < 0 || guard->images.bytes > GUARD_IMAGES_BYTES)
		return guard_refuse(guard, -EFBIG,
				    "the server's images are above the limit of %d, %u MiB together",
				    KEPT_MAX, GUARD_IMAGES_BYTES >> 20);
	return 0;
}

static bool is_known(unsigned type)
{
	return (type == IMAGE_BITMAP || type == IMAGE_QUIC || type >= IMAGE_LZ_PLT) && type <= IMAGE_LZ4;
}

/* What is in front of the bits, by type. */
static size_t size_of_body(const struct guard *guard)
{
	switch (guard->drawing.image) {
	case IMAGE_BITMAP:
		return BITMAP_SIZE;
	case IMAGE_SURFACE:
		return 4;
	}
	return guard_packed_size(guard->drawing.image, guard->size - guard->looked);
}

/* A rop of three reads as much of its source as its box has, without a look at what there is. */
static int check_source(struct guard *guard, const struct guard_part *part, uint32_t width, uint32_t height)
{
	const int32_t *box = guard->drawing.box, *area = guard->drawing.area;
	int64_t down = (int64_t)area[2] - area[0], across = (int64_t)area[3] - area[1];

	if (guard->type != DISPLAY_DRAW_ROP3 || part->role != ROLE_PICTURE)
		return 0;
	if (down <= 0 || across <= 0)
		return guard_malformed(guard);
	/* Of another size it is made to fit first. */
	if (down != box[2] - box[0] || across != box[3] - box[1])
		return 0;
	if (area[0] < 0 || area[1] < 0 || area[2] > (int64_t)height || area[3] > (int64_t)width)
		return guard_refuse(guard, -EPROTO, "the server draws more of an image than there is");
	return 0;
}

static int check_kept(struct guard *guard, const struct guard_part *part)
{
	const struct kept_entry *kept = kept_find(&guard->images, guard->drawing.id);

	/* It would be waited for, for ever. */
	if (!kept)
		return guard_refuse(guard, -EPROTO, "the server refers to an image that it never sent");
	if (guard->drawing.flags & (IMAGE_KEEP | IMAGE_KEEP_INSTEAD))
		return guard_malformed(guard);
	return check_source(guard, part, kept->width, kept->height);
}

static int check_description(struct guard *guard, const struct guard_part *part)
{
	struct guard_drawing *drawing = &guard->drawing;
	bool mask = part->role == ROLE_MASK, from_cache;
	int rc;

	drawing->id = get64(guard->part);
	drawing->image = guard->part[8];
	drawing->flags = guard->part[9];
	drawing->width = get32(guard->part + 10);
	drawing->height = get32(guard->part + 14);
	drawing->colours = 0;
	from_cache = drawing->image == IMAGE_FROM_CACHE || drawing->image == IMAGE_FROM_CACHE_LOSSLESS;
	if (!is_known(drawing->image))
		return guard_refuse(guard, -EPROTO, "the server sends an image of an unknown type (%u)",
				    drawing->image);
	if (mask && drawing->image != IMAGE_BITMAP && drawing->image != IMAGE_SURFACE && !from_cache)
		return guard_malformed(guard);
	if (from_cache)
		return check_kept(guard, part);
	if (drawing->image == IMAGE_SURFACE && drawing->flags & (IMAGE_KEEP | IMAGE_KEEP_INSTEAD))
		return guard_malformed(guard);
	if (drawing->image != IMAGE_SURFACE) {
		rc = guard_check_sides(guard, "image", drawing->width, drawing->height);
		if (rc == 0)
			rc = check_source(guard, part, drawing->width, drawing->height);
		if (rc == 0 && drawing->flags & IMAGE_KEEP)
			rc = keep_image(guard, false);
		else if (rc == 0 && drawing->flags & IMAGE_KEEP_INSTEAD && !mask)
			rc = keep_image(guard, true);
		if (rc < 0)
			return rc;
	}
	return guard_want_part(guard, (struct guard_part){ .at = guard->looked,
							   .need = size_of_body(guard),
							   .kind = PART_IMAGE_BODY,
							   .role = part->role });
}

/* Those of masks are not even looked at. */
static int want_palette_ref(struct guard *guard, enum image_role role, unsigned flags)
{
	return guard_want_part(guard, (struct guard_part){ .at = guard->looked,
							   .need = flags & PALETTE_KEPT ? 8 : 4,
							   .kind = PART_PALETTE_REF,
							   .keep = flags & PALETTE_KEEP && role != ROLE_MASK,
							   .colours = (uint16_t)guard->drawing.colours });
}

/* Rows that are shorter than their pixels would be read past their end. */
static int check_bitmap(struct guard *guard, const struct guard_part *part)
{
	const uint8_t *body = guard->part;
	unsigned format = body[0];
	uint64_t width = get32(body + 2), height = get32(body + 6), stride = get32(body + 10);
	uint32_t target = guard->surfaces[guard->drawing.surface].format;
	uint64_t bits = 0, behind = guard->looked + (body[1] & PALETTE_KEPT ? 8 : 4);

	if (width != guard->drawing.width || height != guard->drawing.height)
		return guard_malformed(guard);
	if (format < FORMATS)
		bits = part->role == ROLE_MASK ? formats[format].mask_bits : formats[format].bits;
	if (bits == 0 || stride * 8 < width * bits)
		return guard_malformed(guard);
	if (behind > guard->size || stride * height > guard->size - behind)
		return guard_refuse(guard, -EPROTO, "an image of the server is too short");
	guard->drawing.colours = part->role == ROLE_MASK ? 0 : formats[format].colours;
	/* Colours are known to these surfaces alone. */
	if (guard->drawing.colours > 0 && target != SURFACE_32 && target != SURFACE_32_ALPHA &&
	    target != SURFACE_555)
		return guard_malformed(guard);
	return want_palette_ref(guard, (enum image_role)part->role, body[1]);
}

static bool keeps_palette(const struct guard *guard, uint64_t id)
{
	for (unsigned i = 0; i < guard->palette_count; i++)
		if (guard->palettes[i] == id)
			return true;
	return false;
}

/* Behind it the bits of a bitmap; or LZ. */
static int check_palette_ref(struct guard *guard, const struct guard_part *part)
{
	uint32_t at = get32(guard->part);
	int rc = 0;

	if (part->need == 8) {
		if (part->colours > 0 && !keeps_palette(guard, get64(guard->part)))
			return guard_refuse(guard, -EPROTO,
					    "the server refers to a palette that it never sent");
	} else if (at > 0) {
		rc = guard_want_part(guard, (struct guard_part){ .at = at,
								 .need = PALETTE_HEAD,
								 .kind = PART_PALETTE,
								 .keep = part->keep,
								 .colours = part->colours });
	} else if (part->colours > 0) {
		return guard_refuse(guard, -EPROTO, "an image of the server lacks its palette");
	}
	if (rc == 0 && guard->drawing.image == IMAGE_LZ_PLT)
		rc = guard_want(guard, PART_LZ, guard->looked, GUARD_LZ_HEAD);
	return rc;
}

static int check_palette(struct guard *guard, const struct guard_part *part)
{
	uint64_t id = get64(guard->part);
	unsigned colours = get16(guard->part + 8);

	if (colours < part->colours || colours > GUARD_COLOURS_MAX ||
	    guard->size - guard->looked < 4 * (size_t)colours)
		return guard_refuse(guard, -EPROTO, "a palette of the server has %u colours", colours);
	if (!part->keep || keeps_palette(guard, id))
		return 0;
	if (guard->palette_count == GUARD_PALETTES_MAX)
		return guard_refuse(guard, -EFBIG, "the server's palettes are above the limit of %d",
				    GUARD_PALETTES_MAX);
	guard->palettes[guard->palette_count++] = id;
	return 0;
}

static unsigned bits_of(uint32_t format)
{
	return format == SURFACE_555 || format == SURFACE_565 ? 16 : format == SURFACE_32_ALPHA ? 32 : format;
}

static int check_surface(struct guard *guard, const struct guard_part *part)
{
	uint32_t id = get32(guard->part);
	const struct guard_surface *from, *to = &guard->surfaces[guard->drawing.surface];

	if (id >= GUARD_SURFACES_MAX || guard->surfaces[id].kib == 0)
		return guard_refuse(guard, -EPROTO, "the server draws from surface %u, which there is not",
				    id);
	from = &guard->surfaces[id];
	if (part->role == ROLE_MASK)
		return from->format == SURFACE_A1 ? 0 : guard_malformed(guard);
	/* The library takes it for an image, though it is none. */
	if (guard->type == DISPLAY_DRAW_STROKE)
		return guard_refuse(guard, -EPROTO, "the server draws lines with a surface");
	/* These two know how to change pixels into others. */
	if (guard->type != DISPLAY_DRAW_COMPOSITE && guard->type != DISPLAY_DRAW_ALPHA_BLEND &&
	    bits_of(from->format) != bits_of(to->format))
		return guard_malformed(guard);
	return check_source(guard, part, from->width, from->height);
}

static int check_body(struct guard *guard, const struct guard_part *part)
{
	switch (guard->drawing.image) {
	case IMAGE_BITMAP:
		return check_bitmap(guard, part);
	case IMAGE_SURFACE:
		return check_surface(guard, part);
	case IMAGE_LZ_PLT:
		guard->drawing.colours = 2;
		return want_palette_ref(guard, ROLE_PICTURE, guard->part[0]);
	}
	return guard_check_packed(guard, part);
}

int guard_check_image(struct guard *guard, const struct guard_part *part)
{
	switch ((enum part_kind)part->kind) {
	case PART_IMAGE:
		return check_description(guard, part);
	case PART_PALETTE_REF:
		return check_palette_ref(guard, part);
	case PART_PALETTE:
		return check_palette(guard, part);
	case PART_IMAGE_BODY:
		return check_body(guard, part);
	default:
		return guard_check_packed(guard, part);
	}
}
