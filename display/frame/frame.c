/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/frame/frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ROW_ALIGN_BYTES  64
#define ROW_ALIGN_PIXELS (ROW_ALIGN_BYTES / 4)
#define ALIAS_BYTES      4096

static int stride_for(int width)
{
	int stride = (width + ROW_ALIGN_PIXELS - 1) / ROW_ALIGN_PIXELS * ROW_ALIGN_PIXELS;

	if (stride * 4 % ALIAS_BYTES == 0)
		stride += ROW_ALIGN_PIXELS;
	return stride;
}

void frame_init(struct frame *frame, size_t bytes_max)
{
	*frame = (struct frame){ .bytes_max = bytes_max ? bytes_max : FRAME_BYTES_DEFAULT };
}

void frame_finish(struct frame *frame)
{
	free(frame->surface.pixels);
	frame_init(frame, frame->bytes_max);
}

static void surface_take_over(struct surface *to, const struct surface *from)
{
	int width = from->width < to->width ? from->width : to->width;
	int height = from->height < to->height ? from->height : to->height;

	for (int y = 0; y < height; y++)
		memcpy(to->pixels + (size_t)y * (size_t)to->stride,
		       from->pixels + (size_t)y * (size_t)from->stride, (size_t)width * 4);
}

int frame_resize(struct frame *frame, int width, int height)
{
	struct surface next = { .width = width, .height = height };
	size_t bytes;

	if (width < 1 || height < 1 || width > FRAME_SIDE_MAX || height > FRAME_SIDE_MAX)
		return -EINVAL;
	if (width == frame->surface.width && height == frame->surface.height)
		return 0;
	next.stride = stride_for(width);
	if ((size_t)next.stride > frame->bytes_max / 4 / (size_t)height)
		return -EFBIG;
	bytes = (size_t)next.stride * 4 * (size_t)height;
	next.pixels = aligned_alloc(ROW_ALIGN_BYTES, bytes);
	if (!next.pixels)
		return -ENOMEM;
	memset(next.pixels, 0, bytes);
	surface_take_over(&next, &frame->surface);
	free(frame->surface.pixels);
	frame->surface = next;
	damage_clear(&frame->damage);
	frame_damage(frame, (struct rect){ 0, 0, width, height });
	return 0;
}

bool frame_holds(const struct frame *frame, struct rect rect)
{
	return rect.x >= 0 && rect.y >= 0 && rect.w >= 0 && rect.h >= 0 && rect.w <= frame->surface.width &&
	       rect.h <= frame->surface.height && rect.x <= frame->surface.width - rect.w &&
	       rect.y <= frame->surface.height - rect.h;
}

void frame_fill(struct frame *frame, struct rect rect, uint32_t pixel)
{
	for (int y = 0; y < rect.h; y++) {
		uint32_t *row = frame_at(frame, rect.x, rect.y + y);

		for (int x = 0; x < rect.w; x++)
			row[x] = pixel;
	}
}

void frame_copy(struct frame *frame, int from_x, int from_y, struct rect rect)
{
	/* Moving down, the lower rows go first, or they would be overwritten before they are read. */
	bool down = rect.y > from_y;

	for (int i = 0; i < rect.h; i++) {
		int y = down ? rect.h - 1 - i : i;

		memmove(frame_at(frame, rect.x, rect.y + y), frame_at(frame, from_x, from_y + y),
			(size_t)rect.w * 4);
	}
}
