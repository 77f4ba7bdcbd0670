/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What messages hold: surfaces, images, cursors, the agent's stream. */
#include "display/spice/guard_private.h"

#include <errno.h>
#include <string.h>

enum cursor_flags {
	CURSOR_NONE = 1,
	CURSOR_KEEP = 2,
	CURSOR_KEPT = 4,
};

/* Images whose pixels the library has already: their sizes are not used. */
enum image_type {
	IMAGE_FROM_CACHE = 103,
	IMAGE_SURFACE = 104,
	IMAGE_FROM_CACHE_LOSSLESS = 106,
};

static bool draws_image(unsigned type)
{
	return type == DISPLAY_DRAW_OPAQUE || type == DISPLAY_DRAW_COPY || type == DISPLAY_DRAW_BLEND ||
	       type == DISPLAY_DRAW_ROP3 || type == DISPLAY_DRAW_TRANSPARENT ||
	       type == DISPLAY_DRAW_ALPHA_BLEND || type == DISPLAY_DRAW_COMPOSITE;
}

/* How much of this message's body is looked at; 0: it passes unread. */
size_t guard_first_part(const struct guard *guard)
{
	switch (guard->channel) {
	case GUARD_MAIN:
		return guard->type == MAIN_CHANNELS_LIST ? 4 : 0;
	case GUARD_DISPLAY:
		if (guard->type == DISPLAY_SURFACE_CREATE)
			return 20;
		if (guard->type == DISPLAY_MODE)
			return 12;
		if (guard->type == DISPLAY_SURFACE_DESTROY)
			return 4;
		return draws_image(guard->type) ? 21 : 0;
	case GUARD_CURSOR:
		/* Position, trail, visible; then the cursor's flags. */
		return guard->type == CURSOR_INIT        ? 11
		       : guard->type == CURSOR_SET       ? 7
		       : guard->type == CURSOR_INVAL_ONE ? 8
							 : 0;
	case GUARD_INPUTS:
		break;
	}
	return 0;
}

static int check_sides(struct guard *guard, const char *what, uint32_t w, uint32_t h)
{
	if (w < 1 || h < 1 || w > GUARD_SIDE_MAX || h > GUARD_SIDE_MAX)
		return guard_refuse(guard, -EFBIG, "the server's %s is %ux%u, above the limit of %d a side",
				    what, w, h, GUARD_SIDE_MAX);
	if ((size_t)w * h * 4 > guard->bytes_max)
		return guard_refuse(guard, -EFBIG, "the server's %s of %ux%u is above the limit of %zu MiB",
				    what, w, h, guard->bytes_max >> 20);
	return 0;
}

static void forget_surface(struct guard *guard, uint32_t id)
{
	if (id >= GUARD_SURFACES_MAX)
		return;
	guard->surface_bytes -= (size_t)guard->surfaces[id] << 10;
	guard->surfaces[id] = 0;
}

static int check_surface(struct guard *guard, uint32_t id, uint32_t w, uint32_t h)
{
	int rc = check_sides(guard, "screen", w, h);

	if (rc < 0)
		return rc;
	if (id >= GUARD_SURFACES_MAX)
		return guard_refuse(guard, -EFBIG, "the server makes surface %u, above the limit of %d", id,
				    GUARD_SURFACES_MAX);
	forget_surface(guard, id);
	guard->surfaces[id] = (uint32_t)(((size_t)w * h * 4 + 1023) >> 10);
	guard->surface_bytes += (size_t)guard->surfaces[id] << 10;
	/* While the size changes the old screen may still be there. */
	if (guard->surface_bytes > 2 * guard->bytes_max)
		return guard_refuse(guard, -EFBIG, "the server's surfaces are above the limit of %zu MiB",
				    guard->bytes_max >> 19);
	return 0;
}

/*
 * Drawing begins with surface, box and clip, which may have rectangles; then comes where in the body the image is
 * described: id, type, flags, width, height.
 */
static int check_draw(struct guard *guard)
{
	/* Alpha blending has its flags and alpha in front of the image, composition its flags. */
	size_t before = guard->type == DISPLAY_DRAW_ALPHA_BLEND ? 2
			: guard->type == DISPLAY_DRAW_COMPOSITE ? 4
								: 0;
	size_t next = guard->part_at + guard->need;
	unsigned image = guard->part[8];
	uint32_t value = get32(guard->part + guard->need - 4);

	switch (guard->step) {
	case 1:
		/* Surface and box, and the kind of clip: one with rectangles says how many. */
		if (guard->part[20] != 1) {
			guard->step++;
			next += before;
			break;
		}
		break;
	case 2:
		if (value > guard->size / 16)
			return guard_refuse(guard, -EPROTO, "a clip of the server has %u rectangles", value);
		next += (size_t)value * 16 + before;
		break;
	case 3:
		if (value == 0)
			return 0; /* no image: the library minds itself */
		if (value < next)
			return guard_refuse(guard, -EPROTO,
					    "an image of the server lies in front of its drawing");
		if (value > guard->size || guard->size - value < 18)
			return guard_refuse(guard, -EPROTO,
					    "an image of the server lies outside of its message");
		guard_collect_in_body(guard, value, 18);
		return 0;
	default:
		if (image == IMAGE_FROM_CACHE || image == IMAGE_SURFACE || image == IMAGE_FROM_CACHE_LOSSLESS)
			return 0;
		return check_sides(guard, "image", get32(guard->part + 10), get32(guard->part + 14));
	}
	if (next > guard->size || guard->size - next < 4)
		return guard_refuse(guard, -EPROTO, "a drawing of the server is too short");
	guard_collect_in_body(guard, next, 4);
	return 0;
}

/* Bytes that a shape of this type consists of; 0 for a type that the library does not know either. */
static size_t cursor_size(unsigned type, size_t w, size_t h)
{
	switch (type) {
	case 0: /* with alpha */
		return 4 * w * h;
	case 1: /* two masks */
		return 2 * ((w + 7) / 8) * h;
	case 2: /* four bits, sixteen colours, mask */
		return (w + 1) / 2 * h + 64 + (w * h + 7) / 8;
	case 4:
		return 2 * w * h + (w * h + 7) / 8;
	case 6:
		return 4 * w * h + (w * h + 7) / 8;
	}
	return 0;
}

static void forget_cursor(struct guard *guard, uint64_t id)
{
	for (unsigned i = 0; i < guard->cursor_count; i++) {
		if (guard->cursors[i].id != id)
			continue;
		guard->cursor_bytes -= guard->cursors[i].bytes;
		guard->cursors[i] = guard->cursors[--guard->cursor_count];
		return;
	}
}

static int keep_cursor(struct guard *guard, uint64_t id, size_t bytes)
{
	forget_cursor(guard, id);
	if (guard->cursor_count == GUARD_CURSORS_MAX || guard->cursor_bytes + bytes > GUARD_CURSORS_BYTES)
		return guard_refuse(guard, -EFBIG,
				    "the server's cursors are above the limit of %d, %u MiB together",
				    GUARD_CURSORS_MAX, GUARD_CURSORS_BYTES >> 20);
	guard->cursors[guard->cursor_count].id = id;
	guard->cursors[guard->cursor_count++].bytes = (uint32_t)bytes;
	guard->cursor_bytes += bytes;
	return 0;
}

/* First the flags, at the end of the part; then id, type, width, height, hot spot. */
static int check_cursor(struct guard *guard)
{
	const uint8_t *part = guard->part;
	size_t next = guard->part_at + guard->need, w, h, bytes;
	unsigned flags = get16(part + guard->need - 2);

	if (guard->type == CURSOR_INVAL_ONE) {
		forget_cursor(guard, get64(part));
		return 0;
	}
	if (guard->step == 1) {
		if (flags & (CURSOR_NONE | CURSOR_KEPT))
			return 0;
		if (guard->size - next < 17)
			return guard_refuse(guard, -EPROTO, "a cursor of the server is too short");
		guard->keep_cursor = flags & CURSOR_KEEP;
		guard_collect_in_body(guard, next, 17);
		return 0;
	}
	w = get16(part + 9);
	h = get16(part + 11);
	if (w < 1 || h < 1 || w > GUARD_CURSOR_MAX || h > GUARD_CURSOR_MAX)
		return guard_refuse(guard, -EFBIG,
				    "a cursor of the server is %zux%zu, above the limit of %d a side", w, h,
				    GUARD_CURSOR_MAX);
	bytes = cursor_size(part[8], w, h);
	if (bytes == 0 || guard->size - next < bytes)
		return guard_refuse(guard, -EPROTO, "a cursor of the server is malformed");
	return guard->keep_cursor ? keep_cursor(guard, get64(part), 4 * w * h) : 0;
}

int guard_check_part(struct guard *guard)
{
	const uint8_t *part = guard->part;

	if (guard->channel == GUARD_MAIN && get32(part) > GUARD_CHANNELS_MAX)
		return guard_refuse(guard, -EPROTO, "the server offers %u channels", get32(part));
	if (guard->channel == GUARD_CURSOR)
		return check_cursor(guard);
	if (guard->channel != GUARD_DISPLAY)
		return 0;
	if (draws_image(guard->type))
		return check_draw(guard);
	if (guard->type == DISPLAY_SURFACE_CREATE)
		return check_surface(guard, get32(part), get32(part + 4), get32(part + 8));
	if (guard->type == DISPLAY_MODE)
		return check_surface(guard, 0, get32(part), get32(part + 4));
	forget_surface(guard, get32(part));
	return 0;
}

/* Messages of the agent: protocol, type, a word for its own use, size; then so many bytes. */
int guard_check_agent(struct guard *guard, const uint8_t *data, size_t size)
{
	while (size > 0) {
		size_t n;

		if (guard->agent_left > 0) {
			n = size < guard->agent_left ? size : guard->agent_left;
			guard->agent_left -= n;
		} else {
			n = sizeof(guard->agent_head) - guard->agent_have;
			n = size < n ? size : n;
			memcpy(guard->agent_head + guard->agent_have, data, n);
			guard->agent_have += n;
			if (guard->agent_have == sizeof(guard->agent_head)) {
				guard->agent_have = 0;
				guard->agent_left = get32(guard->agent_head + 16);
				if (guard->agent_left > GUARD_TEXT_MAX)
					return guard_refuse(
						guard, -EFBIG,
						"the guest's clipboard has %zu MiB, above the limit of %u",
						guard->agent_left >> 20, GUARD_TEXT_MAX >> 20);
			}
		}
		data += n;
		size -= n;
	}
	return 0;
}
