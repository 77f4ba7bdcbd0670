/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What messages hold: the channels that are offered, cursors. */
#include "display/spice/guard_private.h"

#include <errno.h>
#include <string.h>

enum cursor_flags {
	CURSOR_NONE = 1,
	CURSOR_KEEP = 2,
	CURSOR_KEPT = 4,
};

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

/* A cursor begins behind position, trail, visible: with its flags. */
static int check_cursor_flags(struct guard *guard)
{
	unsigned flags = get16(guard->part + guard->looked - 2);

	if (flags & (CURSOR_NONE | CURSOR_KEPT))
		return 0;
	guard->keep_cursor = flags & CURSOR_KEEP;
	return guard_want(guard, PART_CURSOR, guard->looked, 17);
}

/* Id, type, width, height, hot spot; then the shape. */
static int check_cursor(struct guard *guard)
{
	const uint8_t *part = guard->part;
	size_t w = get16(part + 9), h = get16(part + 11), bytes;

	if (w < 1 || h < 1 || w > GUARD_CURSOR_MAX || h > GUARD_CURSOR_MAX)
		return guard_refuse(guard, -EFBIG,
				    "a cursor of the server is %zux%zu, above the limit of %d a side", w, h,
				    GUARD_CURSOR_MAX);
	bytes = cursor_size(part[8], w, h);
	if (bytes == 0 || guard->size - guard->looked < bytes)
		return guard_refuse(guard, -EPROTO, "a cursor of the server is malformed");
	return guard->keep_cursor ? keep_cursor(guard, get64(part), 4 * w * h) : 0;
}

static int begin_cursor(struct guard *guard)
{
	switch (guard->type) {
	case CURSOR_INIT:
		guard->cursor_bytes = guard->cursor_count = 0;
		return guard_want(guard, PART_MESSAGE, 0, 11);
	case CURSOR_SET:
		return guard_want(guard, PART_MESSAGE, 0, 7);
	case CURSOR_INVAL_ONE:
		return guard_want(guard, PART_MESSAGE, 0, 8);
	case CURSOR_RESET:
	case CURSOR_INVAL_ALL:
		guard->cursor_bytes = guard->cursor_count = 0;
		break;
	}
	return 0;
}

static int begin_main(struct guard *guard)
{
	switch (guard->type) {
	case MAIN_CHANNELS_LIST:
		return guard_want(guard, PART_MESSAGE, 0, 4);
	case MAIN_AGENT_CONNECTED:
	case MAIN_AGENT_CONNECTED_TOKENS:
	case MAIN_AGENT_DISCONNECTED:
		guard->agent = (struct guard_agent){ 0 };
		break;
	}
	return 0;
}

int guard_begin_body(struct guard *guard)
{
	switch (guard->channel) {
	case GUARD_MAIN:
		return begin_main(guard);
	case GUARD_DISPLAY:
		return guard_begin_display(guard);
	case GUARD_CURSOR:
		return begin_cursor(guard);
	case GUARD_INPUTS:
		break;
	}
	return 0;
}

static int check_message(struct guard *guard)
{
	if (guard->channel == GUARD_DISPLAY)
		return guard_check_display(guard);
	if (guard->channel == GUARD_CURSOR && guard->type != CURSOR_INVAL_ONE)
		return check_cursor_flags(guard);
	if (guard->channel == GUARD_CURSOR)
		forget_cursor(guard, get64(guard->part));
	else if (get32(guard->part) > GUARD_CHANNELS_MAX)
		return guard_refuse(guard, -EPROTO, "the server offers %u channels", get32(guard->part));
	return 0;
}

int guard_check_part(struct guard *guard, const struct guard_part *part)
{
	switch ((enum part_kind)part->kind) {
	case PART_MESSAGE:
		return check_message(guard);
	case PART_CURSOR:
		return check_cursor(guard);
	case PART_RESOURCE:
		return guard_check_resource(guard, part);
	case PART_BASE:
	case PART_CLIP:
	case PART_FIELD:
	case PART_BRUSH:
	case PART_COMPOSITE:
	case PART_DASHES:
	case PART_DASH:
	case PART_PATH:
	case PART_SEGMENT:
	case PART_POINT:
	case PART_TEXT:
	case PART_GLYPH:
		return guard_check_drawing(guard, part);
	case PART_IMAGE:
	case PART_IMAGE_BODY:
	case PART_PALETTE_REF:
	case PART_PALETTE:
	case PART_LZ:
	case PART_JPEG:
	case PART_ALPHA:
		break;
	}
	return guard_check_image(guard, part);
}
