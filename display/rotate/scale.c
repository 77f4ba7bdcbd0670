/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/rotate/scale.h"

#include <stddef.h>

/* Destination pixels worked on at a time, so that the positions along a row live on the stack. */
#define CHUNK 256

/* Where one destination pixel takes from along one axis of the turned source: two neighbours, and the
 * second's share of 256. */
struct tap {
	int first, second;
	uint32_t share;
};

static int clamp(int value, int low, int high)
{
	return value < low ? low : value > high ? high : value;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a >= 0 ? a / b : -((b - 1 - a) / b);
}

/* i counts from the picture's edge; the centre of pixel i lies at (2i + 1) * size / (2 * length) source
 * pixels. */
static struct tap tap_at(int i, int size, int length, enum scale_filter filter)
{
	int64_t centre = (2 * (int64_t)i + 1) * size;
	int64_t fine;
	int at;

	if (filter == SCALE_NEAREST) {
		at = (int)(centre / (2 * (int64_t)length));
		return (struct tap){ at, at, 0 };
	}
	fine = floor_div(centre * 256, 2 * (int64_t)length) - 128;
	at = (int)floor_div(fine, 256);
	return (struct tap){
		.first = clamp(at, 0, size - 1),
		.second = clamp(at + 1, 0, size - 1),
		.share = (uint32_t)(fine - (int64_t)at * 256),
	};
}

/* Two pixels by shares of 256, two channels in each half of the word at a time. */
static uint32_t blend(uint32_t a, uint32_t b, uint32_t share)
{
	uint32_t odd_a = a >> 8 & 0xff00ff, odd_b = b >> 8 & 0xff00ff;
	uint32_t even_a = a & 0xff00ff, even_b = b & 0xff00ff;
	uint32_t odd = odd_a * (256 - share) + odd_b * share;
	uint32_t even = even_a * (256 - share) + even_b * share;

	return (odd & 0xff00ff00) | (even >> 8 & 0xff00ff);
}

/* How a turned coordinate walks the source: pixel (u, v) is origin[u * step_u + v * step_v]. */
struct walk {
	const uint32_t *origin;
	ptrdiff_t step_u, step_v;
	int w, h;
};

static struct walk walk_over(const struct surface *src, enum rotation rotation)
{
	ptrdiff_t stride = src->stride;
	const uint32_t *last_row = src->pixels + (src->height - 1) * stride;

	switch (rotation) {
	case ROTATION_90:
		return (struct walk){ last_row, -stride, 1, src->height, src->width };
	case ROTATION_180:
		return (struct walk){ last_row + src->width - 1, -1, -stride, src->width, src->height };
	case ROTATION_270:
		return (struct walk){ src->pixels + src->width - 1, stride, -1, src->height, src->width };
	default:
		return (struct walk){ src->pixels, 1, stride, src->width, src->height };
	}
}

static void row_nearest(uint32_t *dst, const struct walk *walk, const struct tap *taps, int count,
			struct tap v)
{
	const uint32_t *row = walk->origin + v.first * walk->step_v;

	for (int i = 0; i < count; i++)
		dst[i] = row[taps[i].first * walk->step_u];
}

static void row_smooth(uint32_t *dst, const struct walk *walk, const struct tap *taps, int count,
		       struct tap v)
{
	const uint32_t *above = walk->origin + v.first * walk->step_v;
	const uint32_t *below = walk->origin + v.second * walk->step_v;

	for (int i = 0; i < count; i++) {
		ptrdiff_t first = taps[i].first * walk->step_u, second = taps[i].second * walk->step_u;
		uint32_t top = blend(above[first], above[second], taps[i].share);
		uint32_t bottom = blend(below[first], below[second], taps[i].share);

		dst[i] = blend(top, bottom, v.share);
	}
}

struct rect scale_blit(const struct surface *dst, struct rect picture, struct rect part,
		       const struct surface *src, enum rotation rotation, enum scale_filter filter)
{
	struct rect target =
		rect_intersect(rect_intersect(part, picture), (struct rect){ 0, 0, dst->width, dst->height });
	struct walk walk;
	struct tap taps[CHUNK];

	if (rect_is_empty(target) || src->width < 1 || src->height < 1)
		return (struct rect){ 0 };
	walk = walk_over(src, rotation);
	for (int x = 0; x < target.w; x += CHUNK) {
		int count = target.w - x < CHUNK ? target.w - x : CHUNK;

		for (int i = 0; i < count; i++)
			taps[i] = tap_at(target.x + x + i - picture.x, walk.w, picture.w, filter);
		for (int y = 0; y < target.h; y++) {
			struct tap v = tap_at(target.y + y - picture.y, walk.h, picture.h, filter);
			uint32_t *row = dst->pixels + (ptrdiff_t)(target.y + y) * dst->stride + target.x + x;

			if (filter == SCALE_NEAREST)
				row_nearest(row, &walk, taps, count, v);
			else
				row_smooth(row, &walk, taps, count, v);
		}
	}
	return target;
}
