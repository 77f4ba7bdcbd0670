/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hextile: 16x16 tiles, each kind -> colours -> subrectangles, every piece of known size. */
#include "display/rfb/internal.h"

#include <errno.h>

#define TILE 16

enum {
	KIND_RAW = 1,
	KIND_BACKGROUND = 2,
	KIND_FOREGROUND = 4,
	KIND_SUBRECTS = 8,
	KIND_COLOURED = 16,
};

static ssize_t tile_kind(struct rfb *rfb, const uint8_t *data, size_t size);

static int tile_next(struct rfb *rfb)
{
	struct hextile *tile = &rfb->hextile;

	if (tile->y >= rfb->rect.h || rfb->rect.w == 0)
		return update_rect_painted(rfb);
	tile->w = rfb->rect.w - tile->x < TILE ? rfb->rect.w - tile->x : TILE;
	tile->h = rfb->rect.h - tile->y < TILE ? rfb->rect.h - tile->y : TILE;
	pump_exact(&rfb->wire, 1, tile_kind);
	return 0;
}

static int tile_done(struct rfb *rfb)
{
	struct hextile *tile = &rfb->hextile;

	tile->x += TILE;
	if (tile->x >= rfb->rect.w) {
		tile->x = 0;
		tile->y += TILE;
	}
	return tile_next(rfb);
}

static struct rect tile_rect(const struct rfb *rfb)
{
	const struct hextile *tile = &rfb->hextile;

	return (struct rect){ rfb->rect.x + tile->x, rfb->rect.y + tile->y, tile->w, tile->h };
}

static ssize_t tile_raw(struct rfb *rfb, const uint8_t *data, size_t size)
{
	const struct pixels_reader *reader = &rfb->pixels.plain;
	struct rect r = tile_rect(rfb);

	for (int y = 0; y < r.h; y++) {
		reader->run(&rfb->pixels, frame_at(rfb->frame, r.x, r.y + y), data, (size_t)r.w);
		data += r.w * reader->bytes;
	}
	return tile_done(rfb);
}

static ssize_t tile_subrects(struct rfb *rfb, const uint8_t *data, size_t size)
{
	struct hextile *tile = &rfb->hextile;
	struct rect whole = tile_rect(rfb);

	for (unsigned i = 0; i < tile->subrects; i++) {
		uint32_t pixel = tile->foreground;
		struct rect r;

		if (tile->kind & KIND_COLOURED) {
			pixel = pixels_read(&rfb->pixels, &rfb->pixels.plain, data);
			data += rfb->pixels.plain.bytes;
		}
		r = (struct rect){ whole.x + (data[0] >> 4), whole.y + (data[0] & 15), (data[1] >> 4) + 1,
				   (data[1] & 15) + 1 };
		data += 2;
		if (!rect_contains(whole, r))
			return rfb_fail(rfb, -EPROTO, "the server sends a broken Hextile tile");
		frame_fill(rfb->frame, r, pixel);
	}
	return tile_done(rfb);
}

static ssize_t tile_colours(struct rfb *rfb, const uint8_t *data, size_t size)
{
	struct hextile *tile = &rfb->hextile;
	size_t each = 2;

	if (tile->kind & KIND_BACKGROUND) {
		tile->background = pixels_read(&rfb->pixels, &rfb->pixels.plain, data);
		data += rfb->pixels.plain.bytes;
	}
	if (tile->kind & KIND_FOREGROUND) {
		tile->foreground = pixels_read(&rfb->pixels, &rfb->pixels.plain, data);
		data += rfb->pixels.plain.bytes;
	}
	frame_fill(rfb->frame, tile_rect(rfb), tile->background);
	tile->subrects = tile->kind & KIND_SUBRECTS ? data[0] : 0;
	if (tile->subrects == 0)
		return tile_done(rfb);
	if (tile->kind & KIND_COLOURED)
		each += (size_t)rfb->pixels.plain.bytes;
	pump_exact(&rfb->wire, tile->subrects * each, tile_subrects);
	return 0;
}

static ssize_t tile_kind(struct rfb *rfb, const uint8_t *data, size_t size)
{
	struct hextile *tile = &rfb->hextile;
	size_t bytes = (size_t)rfb->pixels.plain.bytes;
	size_t need = 0;

	tile->kind = data[0];
	if (tile->kind & KIND_RAW) {
		pump_exact(&rfb->wire, (size_t)tile->w * (size_t)tile->h * bytes, tile_raw);
		return 0;
	}
	if (tile->kind & KIND_BACKGROUND)
		need += bytes;
	if (tile->kind & KIND_FOREGROUND)
		need += bytes;
	if (tile->kind & KIND_SUBRECTS)
		need += 1;
	pump_exact(&rfb->wire, need, tile_colours);
	return 0;
}

int hextile_begin(struct rfb *rfb)
{
	rfb->hextile = (struct hextile){ 0 };
	return tile_next(rfb);
}
