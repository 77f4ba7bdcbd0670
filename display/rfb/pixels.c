/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/rfb/pixels.h"

#include <errno.h>
#include <string.h>
#include "display/rfb/protocol.h"

#define HOST_IS_BIG (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)

const struct pixels_format pixels_format_native = {
	32, 24, HOST_IS_BIG, true, { 255, 255, 255 }, { 16, 8, 0 }
};
const struct pixels_format pixels_format_565 = { 16, 16, false, true, { 31, 63, 31 }, { 11, 5, 0 } };
const struct pixels_format pixels_format_233 = { 8, 8, false, true, { 7, 7, 3 }, { 0, 3, 6 } };

static uint32_t value_at(const struct pixels_format *format, const uint8_t *p)
{
	switch (format->bits) {
	case 8:
		return p[0];
	case 16:
		return format->big_endian ? get_u16(p) : (uint32_t)p[1] << 8 | p[0];
	default:
		if (format->big_endian)
			return get_u32(p);
		return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
	}
}

/* Channels above 8 bits (10-bit servers) lose their lower bits. */
static uint32_t channel_level(const struct pixels *pixels, uint32_t value, int channel)
{
	uint32_t max = pixels->format.max[channel];
	uint32_t v = value >> pixels->format.shift[channel] & max;

	return max <= 255 ? pixels->level[channel][v] : v * 255 / max;
}

static uint32_t value_to_xrgb(const struct pixels *pixels, uint32_t value)
{
	if (!pixels->format.true_colour)
		return pixels->map[value & (PIXELS_MAP_MAX - 1)];
	return channel_level(pixels, value, 0) << 16 | channel_level(pixels, value, 1) << 8 |
	       channel_level(pixels, value, 2);
}

static void run_native(const struct pixels *pixels, uint32_t *dst, const uint8_t *src, size_t count)
{
	memcpy(dst, src, count * sizeof(*dst));
}

static void run_any(const struct pixels *pixels, uint32_t *dst, const uint8_t *src, size_t count)
{
	size_t bytes = pixels->format.bits / 8;

	for (size_t i = 0; i < count; i++)
		dst[i] = value_to_xrgb(pixels, value_at(&pixels->format, src + i * bytes));
}

/* Three bytes of a native little-endian pixel: blue, green, red. */
static void run_bgr(const struct pixels *pixels, uint32_t *dst, const uint8_t *src, size_t count)
{
	for (size_t i = 0; i < count; i++, src += 3)
		dst[i] = (uint32_t)src[2] << 16 | (uint32_t)src[1] << 8 | src[0];
}

static void run_rgb(const struct pixels *pixels, uint32_t *dst, const uint8_t *src, size_t count)
{
	for (size_t i = 0; i < count; i++, src += 3)
		dst[i] = (uint32_t)src[0] << 16 | (uint32_t)src[1] << 8 | src[2];
}

/* Three bytes of any other 32-bit format: put the unused one back, then read as usual. */
static void run_three(const struct pixels *pixels, uint32_t *dst, const uint8_t *src, size_t count)
{
	const struct pixels_format *format = &pixels->format;
	bool low =
		format->shift[0] < 24 && format->shift[1] < 24 && format->shift[2] < 24 &&
		((uint32_t)format->max[0] << format->shift[0] | (uint32_t)format->max[1] << format->shift[1] |
		 (uint32_t)format->max[2] << format->shift[2]) < 1u << 24;
	int skip = low == format->big_endian;

	for (size_t i = 0; i < count; i++, src += 3) {
		uint8_t four[4] = { 0 };

		memcpy(four + skip, src, 3);
		dst[i] = value_to_xrgb(pixels, value_at(format, four));
	}
}

static bool channel_is_valid(const struct pixels_format *format, int channel)
{
	uint32_t max = format->max[channel];

	return max > 0 && (max & (max + 1)) == 0 && format->shift[channel] < format->bits &&
	       (uint64_t)max << format->shift[channel] < (uint64_t)1 << format->bits;
}

static bool is_native(const struct pixels_format *format)
{
	return format->bits == 32 && format->true_colour && format->big_endian == HOST_IS_BIG &&
	       !memcmp(format->max, pixels_format_native.max, sizeof(format->max)) &&
	       !memcmp(format->shift, pixels_format_native.shift, sizeof(format->shift));
}

/* rfbproto, ZRLE: 32 bits, depth at most 24, and all channels in the lower or the upper three bytes. */
static bool fits_three_bytes(const struct pixels_format *format)
{
	uint32_t used = 0;

	if (format->bits != 32 || !format->true_colour || format->depth > 24)
		return false;
	for (int i = 0; i < 3; i++)
		used |= (uint32_t)format->max[i] << format->shift[i];
	return (used & 0xff000000) == 0 || (used & 0xff) == 0;
}

static bool is_true_888(const struct pixels_format *format)
{
	return format->bits == 32 && format->depth == 24 && format->true_colour && format->max[0] == 255 &&
	       format->max[1] == 255 && format->max[2] == 255;
}

int pixels_init(struct pixels *pixels, const struct pixels_format *format)
{
	if (format->bits != 8 && format->bits != 16 && format->bits != 32)
		return -EINVAL;
	if (!format->true_colour && format->bits != 8)
		return -EINVAL;
	for (int i = 0; i < 3 && format->true_colour; i++)
		if (!channel_is_valid(format, i))
			return -EINVAL;
	*pixels = (struct pixels){ .format = *format };
	for (int i = 0; i < 3 && format->true_colour; i++)
		for (uint32_t v = 0; v <= format->max[i] && v < 256; v++)
			pixels->level[i][v] = (uint8_t)((v * 255 + format->max[i] / 2u) / format->max[i]);
	pixels->plain = (struct pixels_reader){ format->bits / 8, is_native(format) ? run_native : run_any };
	pixels->compact = pixels->plain;
	if (fits_three_bytes(format))
		pixels->compact =
			(struct pixels_reader){ 3, is_native(format) && !HOST_IS_BIG ? run_bgr : run_three };
	pixels->tight = pixels->plain;
	if (is_true_888(format))
		pixels->tight = (struct pixels_reader){ 3, run_rgb };
	return 0;
}

void pixels_set_map(struct pixels *pixels, unsigned index, unsigned red, unsigned green, unsigned blue)
{
	if (index < PIXELS_MAP_MAX)
		pixels->map[index] = (red >> 8) << 16 | (green >> 8) << 8 | blue >> 8;
}

void pixels_format_decode(struct pixels_format *format, const uint8_t wire[PIXELS_FORMAT_BYTES])
{
	*format = (struct pixels_format){
		.bits = wire[0],
		.depth = wire[1],
		.big_endian = wire[2] != 0,
		.true_colour = wire[3] != 0,
		.max = { get_u16(wire + 4), get_u16(wire + 6), get_u16(wire + 8) },
		.shift = { wire[10], wire[11], wire[12] },
	};
}

void pixels_format_encode(const struct pixels_format *format, uint8_t wire[PIXELS_FORMAT_BYTES])
{
	uint8_t *p = wire;

	p = put_u8(p, format->bits);
	p = put_u8(p, format->depth);
	p = put_u8(p, format->big_endian);
	p = put_u8(p, format->true_colour);
	for (int i = 0; i < 3; i++)
		p = put_u16(p, format->max[i]);
	for (int i = 0; i < 3; i++)
		p = put_u8(p, format->shift[i]);
	memset(p, 0, 3);
}
