/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ZRLE: one zlib stream a connection; inside it 64x64 tiles, each kind -> palette -> rows, or runs. All
 * handlers here read the inner pump.
 */
#include "display/rfb/internal.h"

#include <errno.h>

#define TILE        64
#define KIND_RUNS   128
#define PACKED_MAX  16
#define RUN_PALETTE 0x80

static ssize_t tile_kind(struct rfb *rfb, const uint8_t *data, size_t size);

static int broken(struct rfb *rfb)
{
	return rfb_fail(rfb, -EPROTO, "the server sends a broken ZRLE tile");
}

static void tile_next(struct rfb *rfb)
{
	struct zrle *tile = &rfb->zrle;

	if (tile->y >= rfb->rect.h || rfb->rect.w == 0) {
		pump_stop(&rfb->inner);
		return;
	}
	tile->w = rfb->rect.w - tile->x < TILE ? rfb->rect.w - tile->x : TILE;
	tile->h = rfb->rect.h - tile->y < TILE ? rfb->rect.h - tile->y : TILE;
	tile->done = 0;
	tile->row = 0;
	tile->in_length = false;
	pump_exact(&rfb->inner, 1, tile_kind);
}

static void tile_done(struct rfb *rfb)
{
	struct zrle *tile = &rfb->zrle;

	tile->x += TILE;
	if (tile->x >= rfb->rect.w) {
		tile->x = 0;
		tile->y += TILE;
	}
	tile_next(rfb);
}

static uint32_t *tile_row(const struct rfb *rfb, int row)
{
	return frame_at(rfb->frame, rfb->rect.x + rfb->zrle.x, rfb->rect.y + rfb->zrle.y + row);
}

/* One row a call: the next has the same size, so the pump is set up that way still. */
static ssize_t row_raw(struct rfb *rfb, const uint8_t *data, size_t size)
{
	struct zrle *tile = &rfb->zrle;

	rfb->pixels.compact.run(&rfb->pixels, tile_row(rfb, (int)tile->row), data, (size_t)tile->w);
	if ((int)++tile->row == tile->h)
		tile_done(rfb);
	return 0;
}

static ssize_t row_packed(struct rfb *rfb, const uint8_t *data, size_t size)
{
	struct zrle *tile = &rfb->zrle;
	uint32_t *row = tile_row(rfb, (int)tile->row);
	unsigned mask = (1u << tile->bits) - 1;

	for (int x = 0; x < tile->w; x++) {
		int bit = x * tile->bits;
		unsigned index = data[bit / 8] >> (8 - tile->bits - bit % 8) & mask;

		if (index >= tile->palette_size)
			return broken(rfb);
		row[x] = tile->palette[index];
	}
	if ((int)++tile->row == tile->h)
		tile_done(rfb);
	return 0;
}

/* Paints a run, which may go on over several rows of the tile. */
static int run_paint(struct rfb *rfb, int length)
{
	struct zrle *tile = &rfb->zrle;
	int y = tile->done / tile->w, x = tile->done % tile->w;

	if (length > tile->w * tile->h - tile->done)
		return broken(rfb);
	tile->done += length;
	while (length > 0) {
		int part = tile->w - x < length ? tile->w - x : length;
		uint32_t *row = tile_row(rfb, y++) + x;

		for (int i = 0; i < part; i++)
			row[i] = tile->pixel;
		length -= part;
		x = 0;
	}
	if (tile->done == tile->w * tile->h)
		tile_done(rfb);
	return 0;
}

/* A run's pixel; returns the bytes it took. Palette indices below 128 are a whole run of one. */
static ssize_t run_pixel(struct rfb *rfb, const uint8_t *data)
{
	struct zrle *tile = &rfb->zrle;
	unsigned index = data[0] & 0x7f;

	tile->length = 1;
	if (tile->palette_size == 0) {
		tile->pixel = pixels_read(&rfb->pixels, &rfb->pixels.compact, data);
		tile->in_length = true;
		return rfb->pixels.compact.bytes;
	}
	if (index >= tile->palette_size)
		return broken(rfb);
	tile->pixel = tile->palette[index];
	tile->in_length = data[0] & RUN_PALETTE;
	return 1;
}

/* The next piece of a run: its pixel, or a byte of its length. */
static ssize_t run_piece(struct rfb *rfb, const uint8_t *data)
{
	struct zrle *tile = &rfb->zrle;
	ssize_t took = 1;
	int error;

	if (tile->in_length) {
		tile->length += data[0];
		tile->in_length = data[0] == 255;
		if (tile->length > TILE * TILE)
			return broken(rfb);
	} else {
		took = run_pixel(rfb, data);
		if (took < 0)
			return took;
	}
	if (tile->in_length)
		return took;
	error = run_paint(rfb, tile->length);
	return error ? error : took;
}

static size_t run_need(const struct rfb *rfb)
{
	bool pixel = !rfb->zrle.in_length && rfb->zrle.palette_size == 0;

	return pixel ? (size_t)rfb->pixels.compact.bytes : 1;
}

static ssize_t runs(struct rfb *rfb, const uint8_t *data, size_t size)
{
	size_t used = 0;

	do {
		ssize_t took = run_piece(rfb, data + used);

		if (took < 0)
			return took;
		used += (size_t)took;
		if (rfb->inner.handler != runs)
			return (ssize_t)used;
	} while (size - used >= run_need(rfb));
	pump_stream(&rfb->inner, run_need(rfb), runs);
	return (ssize_t)used;
}

static void tile_body(struct rfb *rfb)
{
	struct zrle *tile = &rfb->zrle;
	unsigned colours = tile->palette_size;

	if (tile->runs) {
		pump_stream(&rfb->inner, run_need(rfb), runs);
	} else if (colours == 0) {
		pump_exact(&rfb->inner, (size_t)(tile->w * rfb->pixels.compact.bytes), row_raw);
	} else if (colours == 1) {
		frame_fill(rfb->frame,
			   (struct rect){ rfb->rect.x + tile->x, rfb->rect.y + tile->y, tile->w, tile->h },
			   tile->palette[0]);
		tile_done(rfb);
	} else {
		tile->bits = colours == 2 ? 1 : colours <= 4 ? 2 : 4;
		pump_exact(&rfb->inner, (size_t)(tile->w * tile->bits + 7) / 8, row_packed);
	}
}

static ssize_t tile_palette(struct rfb *rfb, const uint8_t *data, size_t size)
{
	struct zrle *tile = &rfb->zrle;

	rfb->pixels.compact.run(&rfb->pixels, tile->palette, data, tile->palette_size);
	tile_body(rfb);
	return 0;
}

static ssize_t tile_kind(struct rfb *rfb, const uint8_t *data, size_t size)
{
	struct zrle *tile = &rfb->zrle;

	tile->runs = data[0] & KIND_RUNS;
	tile->palette_size = data[0] & 0x7f;
	if (tile->runs ? tile->palette_size == 1 : tile->palette_size > PACKED_MAX)
		return broken(rfb);
	if (tile->palette_size == 0)
		tile_body(rfb);
	else
		pump_exact(&rfb->inner, tile->palette_size * (size_t)rfb->pixels.compact.bytes, tile_palette);
	return 0;
}

static ssize_t zrle_length(struct rfb *rfb, const uint8_t *data, size_t size)
{
	rfb->zrle.x = rfb->zrle.y = 0;
	tile_next(rfb);
	return inflate_begin(rfb, &rfb->zrle_stream, get_u32(data), "ZRLE");
}

int zrle_begin(struct rfb *rfb)
{
	pump_exact(&rfb->wire, 4, zrle_length);
	return 0;
}
