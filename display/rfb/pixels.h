/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pixel formats of the wire, and turning runs of them into 0xXXRRGGBB. Pure. */
#ifndef XENHUB_DISPLAY_RFB_PIXELS_H
#define XENHUB_DISPLAY_RFB_PIXELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PIXELS_FORMAT_BYTES 16
#define PIXELS_MAP_MAX      256

struct pixels_format {
	uint8_t bits, depth;
	bool big_endian, true_colour;
	uint16_t max[3]; /* red, green, blue */
	uint8_t shift[3];
};

struct pixels;

/* One of the three ways the wire packs a pixel of the agreed format. */
struct pixels_reader {
	int bytes; /* 1 to 4 */
	void (*run)(const struct pixels *pixels, uint32_t *dst, const uint8_t *src, size_t count);
};

struct pixels {
	struct pixels_format format;
	struct pixels_reader plain;   /* PIXEL */
	struct pixels_reader compact; /* CPIXEL of ZRLE: without the unused byte */
	struct pixels_reader tight;   /* TPIXEL of Tight: red, green, blue */
	uint8_t level[3][256];        /* a channel's value to 0..255 */
	uint32_t map[PIXELS_MAP_MAX];
};

/* As struct frame has them on this host. */
extern const struct pixels_format pixels_format_native;
extern const struct pixels_format pixels_format_565;
extern const struct pixels_format pixels_format_233;

/* -EINVAL: a format that cannot be read (bits not 8, 16 or 32, a channel outside them, a map with more than 8
 * bits). */
int pixels_init(struct pixels *pixels, const struct pixels_format *format);

/* 16-bit intensities; entries past PIXELS_MAP_MAX are ignored. */
void pixels_set_map(struct pixels *pixels, unsigned index, unsigned red, unsigned green, unsigned blue);

void pixels_format_decode(struct pixels_format *format, const uint8_t wire[PIXELS_FORMAT_BYTES]);
void pixels_format_encode(const struct pixels_format *format, uint8_t wire[PIXELS_FORMAT_BYTES]);

static inline uint32_t pixels_read(const struct pixels *pixels, const struct pixels_reader *reader,
				   const uint8_t *src)
{
	uint32_t pixel;

	reader->run(pixels, &pixel, src, 1);
	return pixel;
}

/* The format's own value of one channel (0 red, 1 green, 2 blue), from 0xXXRRGGBB; exact for channels of up
 * to 7 or just 8 bits. */
static inline int pixels_channel(const struct pixels *pixels, uint32_t xrgb, int channel)
{
	int level = (int)(xrgb >> (16 - 8 * channel) & 0xff);

	return (level * pixels->format.max[channel] + 127) / 255;
}

#endif
