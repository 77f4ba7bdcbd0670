/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cursor shapes: pixels with a bit mask, and pixels with alpha. Both become straight 0xAARRGGBB. */
#include "display/rfb/internal.h"

#include <errno.h>
#include <string.h>

/* QEMU sends its own 0xAARRGGBB as it lies in memory, where the protocol says red, green, blue, alpha. */
static bool cursor_is_swapped(const struct rfb *rfb)
{
	return !strncmp(rfb->name, "QEMU", 4);
}

/* And its older versions do not multiply by alpha, which shows where a channel exceeds it. */
static bool cursor_is_straight(const uint8_t *data, size_t area)
{
	for (size_t i = 0; i < area; i++, data += 4)
		if (data[0] > data[3] || data[1] > data[3] || data[2] > data[3])
			return true;
	return false;
}

static int cursor_raise(struct rfb *rfb, uint32_t *pixels)
{
	struct rect r = rfb->rect;
	struct rfb_event event = { .type = RFB_EVENT_CURSOR };

	event.u.cursor = (struct rfb_cursor){
		.w = r.w,
		.h = r.h,
		.hot_x = r.x < r.w ? r.x
			 : r.w > 0 ? r.w - 1
				   : 0,
		.hot_y = r.y < r.h ? r.y
			 : r.h > 0 ? r.h - 1
				   : 0,
		.pixels = pixels,
	};
	rfb->config.event(rfb->config.user, &event);
	return update_rect_done(rfb);
}

static size_t cursor_area(const struct rfb *rfb)
{
	return (size_t)rfb->rect.w * (size_t)rfb->rect.h;
}

/* The wire's bytes come first in the blob, the finished pixels behind them. */
static uint32_t *cursor_pixels(struct rfb *rfb, size_t wire_size)
{
	return (uint32_t *)(void *)(rfb->blob.data + (wire_size + 3) / 4 * 4);
}

/* Without pixels there is nothing to read: a hidden cursor. */
static int cursor_data(struct rfb *rfb, size_t wire_size, pump_handler *handler)
{
	int error;

	if (cursor_area(rfb) == 0) {
		rfb->rect.w = rfb->rect.h = 0;
		return cursor_raise(rfb, NULL);
	}
	error = blob_reserve(&rfb->blob, wire_size + 3 + cursor_area(rfb) * 4);
	if (error)
		return rfb_fail(rfb, error, "out of memory for a cursor");
	pump_exact_in(&rfb->wire, rfb->blob.data, wire_size, handler);
	return 0;
}

static int cursor_check(struct rfb *rfb)
{
	if (rfb->rect.w > RFB_CURSOR_SIDE_MAX || rfb->rect.h > RFB_CURSOR_SIDE_MAX)
		return rfb_fail(rfb, -EFBIG, "the server's cursor of %dx%d is larger than %dx%d", rfb->rect.w,
				rfb->rect.h, RFB_CURSOR_SIDE_MAX, RFB_CURSOR_SIDE_MAX);
	return 0;
}

static size_t masked_size(const struct rfb *rfb)
{
	size_t mask = (size_t)(rfb->rect.w + 7) / 8 * (size_t)rfb->rect.h;

	return cursor_area(rfb) * (size_t)rfb->pixels.plain.bytes + mask;
}

static ssize_t masked(struct rfb *rfb, const uint8_t *data, size_t size)
{
	size_t area = cursor_area(rfb), width = (size_t)rfb->rect.w;
	const uint8_t *mask = data + area * (size_t)rfb->pixels.plain.bytes;
	uint32_t *pixels = cursor_pixels(rfb, size);

	rfb->pixels.plain.run(&rfb->pixels, pixels, data, area);
	for (size_t i = 0; i < area; i++) {
		size_t x = i % width, y = i / width;
		bool shown = mask[y * ((width + 7) / 8) + x / 8] >> (7 - x % 8) & 1;

		pixels[i] = shown ? pixels[i] | 0xff000000 : 0;
	}
	return cursor_raise(rfb, pixels);
}

int cursor_begin(struct rfb *rfb)
{
	int error = cursor_check(rfb);

	return error ? error : cursor_data(rfb, masked_size(rfb), masked);
}

/* A channel that was multiplied by alpha, rounded. */
static uint32_t divide_alpha(uint32_t value, uint32_t alpha)
{
	return alpha ? (value * 255 + alpha / 2) / alpha : 0;
}

static ssize_t with_alpha(struct rfb *rfb, const uint8_t *data, size_t size)
{
	uint32_t *pixels = cursor_pixels(rfb, size);
	bool straight = cursor_is_straight(data, cursor_area(rfb));
	int red = cursor_is_swapped(rfb) ? 2 : 0;

	for (size_t i = 0; i < cursor_area(rfb); i++, data += 4) {
		uint32_t alpha = data[3], by = straight ? 255 : alpha;

		pixels[i] = alpha << 24 | divide_alpha(data[red], by) << 16 | divide_alpha(data[1], by) << 8 |
			    divide_alpha(data[2 - red], by);
	}
	return cursor_raise(rfb, pixels);
}

static ssize_t alpha_encoding(struct rfb *rfb, const uint8_t *data, size_t size)
{
	int32_t number = (int32_t)get_u32(data);

	if (number != ENCODING_RAW)
		return rfb_fail(rfb, -ENOTSUP,
				"the server sends its cursor in encoding %d; only raw ones are known",
				(int)number);
	return cursor_data(rfb, cursor_area(rfb) * 4, with_alpha);
}

int cursor_alpha_begin(struct rfb *rfb)
{
	int error = cursor_check(rfb);

	pump_exact(&rfb->wire, 4, alpha_encoding);
	return error;
}
