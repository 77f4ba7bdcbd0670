/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What packed images begin with. The library ends the process where that and their description disagree, and takes from
 * it what it makes room for. How the bits go on is between the server and the library.
 */
#include "display/spice/guard_private.h"

#include <errno.h>
#include <stdlib.h>

#define GLZ_HEAD                                                                                             \
	33 /* as LZ's, with the last one in the type's byte; then number, and how far back it refers */
#define QUIC_HEAD  20  /* magic, version, type, width, height */
#define HEAD_MAX   512 /* of what packs its own head: zlib, JPEG */
#define LZ_MAGIC   0x20205a4c
#define LZ_VERSION 0x00010001
#define QUIC_MAGIC 0x43495551

enum lz_type {
	LZ_PLT1_LE = 1,
	LZ_PLT1_BE,
	LZ_PLT4_LE,
	LZ_PLT4_BE,
	LZ_PLT8,
	LZ_RGB16,
	LZ_RGBA = 9,
	LZ_ALPHA_ALONE, /* of JPEG */
	LZ_A8,
};

int guard_malformed(struct guard *guard)
{
	return guard_refuse(guard, -EPROTO, "an image of the server is malformed (type %u)",
			    guard->drawing.image);
}

size_t guard_packed_size(unsigned image, size_t rest)
{
	switch (image) {
	case IMAGE_QUIC: /* these after their size */
		return 4 + QUIC_HEAD;
	case IMAGE_LZ:
		return 4 + GUARD_LZ_HEAD;
	case IMAGE_GLZ:
		return 4 + GLZ_HEAD;
	case IMAGE_LZ4:
		return 4 + 2;
	case IMAGE_LZ_PLT: /* flags, size */
		return 5;
	case IMAGE_JPEG_ALPHA: /* flags, size of JPEG, size of it and the alpha channel */
		return 9;
	case IMAGE_ZLIB_GLZ: /* two sizes */
		return rest < 8 + HEAD_MAX ? rest : 8 + HEAD_MAX;
	}
	return rest < 4 + HEAD_MAX ? rest : 4 + HEAD_MAX;
}

static unsigned pixels_in_byte(unsigned type)
{
	return type <= LZ_PLT1_BE ? 8 : type <= LZ_PLT4_BE ? 2 : 1;
}

static int check_lz(struct guard *guard, uint32_t width, uint32_t height, unsigned first, unsigned last)
{
	const uint8_t *head = guard->part + (guard->drawing.image == IMAGE_LZ ? 4 : 0);
	uint32_t type = get32_be(head + 8);
	uint64_t pixels;

	if (get32_be(head) != LZ_MAGIC || get32_be(head + 4) != LZ_VERSION || type < first || type > last ||
	    (type == LZ_ALPHA_ALONE && first < type) || get32_be(head + 12) != width ||
	    get32_be(head + 16) != height)
		return guard_malformed(guard);
	if (type > LZ_PLT8)
		return 0;
	/* The library makes room for whole bytes of the packed rows. */
	pixels = (uint64_t)get32_be(head + 20) * pixels_in_byte(type);
	if (pixels < width)
		return guard_malformed(guard);
	return guard_check_sides(guard, "image", pixels, height);
}

/* The window is a row of images by number; what is older than this one still needs goes. */
static int check_window(struct guard *guard, uint64_t number, uint32_t back)
{
	struct guard_glz *glz = &guard->glz;
	uint32_t bytes = guard->drawing.width * guard->drawing.height * 4 + KEPT_COST;

	/* Any other order makes the library's row grow without end, or look for its beginning for years. */
	if (number != glz->next || back > number)
		return guard_malformed(guard);
	if (!glz->sizes)
		glz->sizes = calloc(GUARD_GLZ_MAX, sizeof(*glz->sizes));
	if (!glz->sizes)
		return guard_refuse(guard, -ENOMEM, "no memory for the list of the server's images");
	for (; glz->oldest < number - back; glz->oldest++)
		glz->bytes -= glz->sizes[glz->oldest % GUARD_GLZ_MAX];
	glz->sizes[number % GUARD_GLZ_MAX] = bytes;
	glz->bytes += bytes;
	glz->next++;
	if (glz->bytes > GUARD_GLZ_BYTES || glz->next - glz->oldest == GUARD_GLZ_MAX)
		return guard_refuse(guard, -EFBIG,
				    "the server packs with images above the limit of %d, %u MiB together",
				    GUARD_GLZ_MAX, GUARD_GLZ_BYTES >> 20);
	return 0;
}

static int check_glz(struct guard *guard, const uint8_t *head)
{
	unsigned type = head[8] & 15;

	if (get32_be(head) != LZ_MAGIC || get32_be(head + 4) != LZ_VERSION || type < LZ_RGB16 ||
	    type > LZ_RGBA || get32_be(head + 9) != guard->drawing.width ||
	    get32_be(head + 13) != guard->drawing.height)
		return guard_malformed(guard);
	return check_window(guard, (uint64_t)get32_be(head + 21) << 32 | get32_be(head + 25),
			    get32_be(head + 29));
}

static int check_zlib(struct guard *guard, size_t have)
{
	uint32_t size = get32(guard->part);
	uint8_t head[GLZ_HEAD];

	if (size < GLZ_HEAD || size > guard->bytes_max + GUARD_MESSAGE_MAX)
		return guard_refuse(guard, -EFBIG, "an image of the server unpacks to %u MiB", size >> 20);
	if (!guard_inflate(guard->part + 8, have - 8, head, sizeof(head)))
		return guard_malformed(guard);
	return check_glz(guard, head);
}

static int check_quic(struct guard *guard)
{
	const uint8_t *head = guard->part + 4;

	if (get32(head) != QUIC_MAGIC || get32(head + 12) != guard->drawing.width ||
	    get32(head + 16) != guard->drawing.height)
		return guard_malformed(guard);
	return 0;
}

/* The frame's header says the sides: markers with their sizes lead to it. */
static int check_jpeg(struct guard *guard, const uint8_t *data, size_t size)
{
	size_t at = 2;

	if (size < 4 || data[0] != 0xff || data[1] != 0xd8)
		return guard_malformed(guard);
	while (size - at >= 9 && data[at] == 0xff) {
		unsigned marker = data[at + 1];

		if (marker >= 0xc0 && marker <= 0xc2) {
			if ((uint32_t)(data[at + 5] << 8 | data[at + 6]) != guard->drawing.height ||
			    (uint32_t)(data[at + 7] << 8 | data[at + 8]) != guard->drawing.width)
				return guard_malformed(guard);
			return 0;
		}
		at += 2 + (size_t)(data[at + 2] << 8 | data[at + 3]);
		if (at > size)
			break;
	}
	return guard_malformed(guard);
}

/* JPEG, and behind it LZ. */
static int check_jpeg_alpha(struct guard *guard)
{
	uint32_t jpeg = get32(guard->part + 1), all = get32(guard->part + 5);
	int rc;

	if (jpeg == 0 || jpeg > all)
		return guard_malformed(guard);
	rc = guard_want(guard, PART_JPEG, guard->looked, jpeg < HEAD_MAX ? jpeg : HEAD_MAX);
	if (rc < 0)
		return rc;
	return guard_want_part(guard, (struct guard_part){ .at = guard->looked + jpeg,
							   .need = GUARD_LZ_HEAD,
							   .kind = PART_ALPHA,
							   .width = (uint16_t)guard->drawing.width,
							   .height = (uint16_t)guard->drawing.height });
}

int guard_check_packed(struct guard *guard, const struct guard_part *part)
{
	const struct guard_drawing *drawing = &guard->drawing;

	if (part->kind == PART_LZ)
		return check_lz(guard, drawing->width, drawing->height, LZ_PLT1_LE, LZ_PLT8);
	if (part->kind == PART_JPEG)
		return check_jpeg(guard, guard->part, part->need);
	if (part->kind == PART_ALPHA)
		return check_lz(guard, part->width, part->height, LZ_ALPHA_ALONE, LZ_ALPHA_ALONE);
	switch (drawing->image) {
	case IMAGE_QUIC:
		return check_quic(guard);
	case IMAGE_LZ:
		return check_lz(guard, drawing->width, drawing->height, LZ_RGB16, LZ_A8);
	case IMAGE_GLZ:
		return check_glz(guard, guard->part + 4);
	case IMAGE_JPEG:
		return part->need < 4 ? guard_malformed(guard)
				      : check_jpeg(guard, guard->part + 4, part->need - 4);
	case IMAGE_ZLIB_GLZ:
		return part->need < 8 ? guard_malformed(guard) : check_zlib(guard, part->need);
	case IMAGE_JPEG_ALPHA:
		return check_jpeg_alpha(guard);
	}
	return 0;
}
