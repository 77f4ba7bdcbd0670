/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/spice/pixels.h"

#include <string.h>

bool pixels_knows(int format)
{
	return format == PIXELS_555 || format == PIXELS_565 || format == PIXELS_32 ||
	       format == PIXELS_32_ALPHA;
}

/* The lower bits are the upper ones again, so that white is white. */
static uint32_t widen(uint32_t value, unsigned bits)
{
	return value << (8 - bits) | value >> (2 * bits - 8);
}

static void copy_row_16(uint32_t *to, const uint8_t *from, int width, unsigned green_bits)
{
	for (int x = 0; x < width; x++) {
		uint16_t pixel;
		uint32_t red, green, blue;

		memcpy(&pixel, from + 2 * (size_t)x, sizeof(pixel));
		blue = pixel & 31;
		green = pixel >> 5 & ((1u << green_bits) - 1);
		red = pixel >> (5 + green_bits) & 31;
		to[x] = widen(red, 5) << 16 | widen(green, green_bits) << 8 | widen(blue, 5);
	}
}

void pixels_copy(const struct surface *to, const uint8_t *from, size_t stride, int format, struct rect rect)
{
	size_t bytes = format == PIXELS_555 || format == PIXELS_565 ? 2 : 4;

	for (int y = rect.y; y < rect.y + rect.h; y++) {
		uint32_t *row = to->pixels + (size_t)y * (size_t)to->stride + rect.x;
		const uint8_t *source = from + (size_t)y * stride + (size_t)rect.x * bytes;

		if (bytes == 4)
			memcpy(row, source, (size_t)rect.w * 4);
		else
			copy_row_16(row, source, rect.w, format == PIXELS_555 ? 5 : 6);
	}
}
