/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tight's filters: what the inner pump does with the bytes of a rectangle, compressed or not. */
#include "display/rfb/internal.h"

static int inner_done(struct rfb *rfb)
{
	pump_stop(&rfb->inner);
	return 0;
}

static uint32_t *raster_at(const struct rfb *rfb)
{
	const struct raster *raster = &rfb->raster;

	return frame_at(rfb->frame, raster->rect.x + raster->x, raster->rect.y + raster->y);
}

static void raster_advance(struct rfb *rfb)
{
	struct raster *raster = &rfb->raster;

	if (++raster->x < raster->rect.w)
		return;
	raster->x = 0;
	if (++raster->y == raster->rect.h)
		inner_done(rfb);
}

/* Indices beyond the palette are black, as every viewer has it. */
static uint32_t palette_colour(const struct tight *tight, unsigned index)
{
	return index < tight->palette_size ? tight->palette[index] : 0;
}

static ssize_t indexed(struct rfb *rfb, const uint8_t *data, size_t size)
{
	size_t used = 0;

	while (used < size && !pump_is_stopped(&rfb->inner)) {
		*raster_at(rfb) = palette_colour(&rfb->tight, data[used++]);
		raster_advance(rfb);
	}
	return (ssize_t)used;
}

/* One row, a bit a pixel, the first in the highest. */
static ssize_t two_colours(struct rfb *rfb, const uint8_t *data, size_t size)
{
	uint32_t *row = raster_at(rfb);

	for (int x = 0; x < rfb->rect.w; x++)
		row[x] = palette_colour(&rfb->tight, data[x / 8] >> (7 - x % 8) & 1);
	if (++rfb->raster.y == rfb->rect.h)
		inner_done(rfb);
	return 0;
}

static int clamp(int value, int max)
{
	return value < 0 ? 0 : value > max ? max : value;
}

/*
 * Each channel is the difference to left + above - above-left, which are read back from the frame: a
 * channel's value survives the way to 8 bits and back.
 */
static uint32_t gradient_pixel(struct rfb *rfb, uint32_t difference)
{
	const struct raster *raster = &rfb->raster;
	const struct pixels *pixels = &rfb->pixels;
	const uint32_t *at = raster_at(rfb);
	const uint32_t *above = at - rfb->frame->surface.stride;
	uint32_t pixel = 0;

	for (int i = 0; i < 3; i++) {
		int max = pixels->format.max[i];
		int left = raster->x > 0 ? pixels_channel(pixels, at[-1], i) : 0;
		int up = raster->y > 0 ? pixels_channel(pixels, above[0], i) : 0;
		int corner = raster->x > 0 && raster->y > 0 ? pixels_channel(pixels, above[-1], i) : 0;
		int value = (pixels_channel(pixels, difference, i) + clamp(left + up - corner, max)) & max;

		pixel = pixel << 8 | pixels->level[i][value & 0xff];
	}
	return pixel;
}

static ssize_t gradient(struct rfb *rfb, const uint8_t *data, size_t size)
{
	const struct pixels_reader *reader = &rfb->pixels.tight;
	size_t bytes = (size_t)reader->bytes;
	size_t used = 0;

	while (size - used >= bytes && !pump_is_stopped(&rfb->inner)) {
		*raster_at(rfb) = gradient_pixel(rfb, pixels_read(&rfb->pixels, reader, data + used));
		raster_advance(rfb);
		used += bytes;
	}
	return (ssize_t)used;
}

size_t tight_filter_begin(struct rfb *rfb, enum tight_filter filter)
{
	size_t width = (size_t)rfb->rect.w, height = (size_t)rfb->rect.h;
	size_t bytes = (size_t)rfb->pixels.tight.bytes;
	bool bits = filter == TIGHT_PALETTE && rfb->tight.palette_size <= 2;

	raster_begin(&rfb->raster, rfb->rect);
	if (raster_left(&rfb->raster) == 0) {
		pump_stop(&rfb->inner);
		return 0;
	}
	if (bits) {
		pump_exact(&rfb->inner, (width + 7) / 8, two_colours);
		return (width + 7) / 8 * height;
	}
	if (filter == TIGHT_PALETTE) {
		pump_stream(&rfb->inner, 1, indexed);
		return width * height;
	}
	if (filter == TIGHT_GRADIENT) {
		pump_stream(&rfb->inner, bytes, gradient);
		return width * height * bytes;
	}
	rfb->reader = &rfb->pixels.tight;
	rfb->raster_done = inner_done;
	pump_stream(&rfb->inner, bytes, raster_pixels);
	return width * height * bytes;
}
