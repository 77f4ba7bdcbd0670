/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the guard share:
 *
 *      guard.c         the stream, cut into messages, and the parts of them that are looked at
 *      guard_link.c    the greetings, both ways
 *      guard_body.c    channels that are offered, cursors
 *      guard_agent.c   the guest's agent, both ways
 *      guard_display.c surfaces, and what is taken out of the caches
 *      guard_draw.c    drawings: boxes, clips, brushes, masks
 *      guard_shape.c   paths and texts
 *      guard_image.c   images, wherever one hangs, and palettes
 *      guard_packed.c  what QUIC, LZ, JPEG and the like begin with
 *      guard_kept.c    what a cache holds
 *      guard_inflate.c the beginning of what zlib has packed
 *
 * Numbers and layouts are those of spice-protocol and of spice.proto; all are little-endian on the wire.
 */
#ifndef XENHUB_DISPLAY_GUARD_PRIVATE_H
#define XENHUB_DISPLAY_GUARD_PRIVATE_H

#include "display/spice/guard.h"

#define GUARD_LINK_HEADER    16 /* of a greeting: magic, two versions, size */
#define GUARD_MESSAGE_HEADER 6
#define GUARD_SUBPIXELS      4 /* bits of a path's numbers behind the point */

enum message {
	/* Any channel's, up to 100. */
	MIGRATE = 1,
	MIGRATE_DATA = 2,
	LIST = 8,
	BASE_LAST = 100,
	MAIN_MIGRATE_BEGIN = 101,
	MAIN_CHANNELS_LIST = 104,
	MAIN_AGENT_CONNECTED = 107,
	MAIN_AGENT_DISCONNECTED = 108,
	MAIN_AGENT_DATA = 109,
	MAIN_MIGRATE_SWITCH_HOST = 111,
	MAIN_AGENT_CONNECTED_TOKENS = 115,
	MAIN_MIGRATE_BEGIN_SEAMLESS = 116,
	DISPLAY_MODE = 101,
	DISPLAY_RESET = 103,
	DISPLAY_COPY_BITS = 104,
	DISPLAY_INVAL_LIST = 105,
	DISPLAY_INVAL_ALL_PIXMAPS = 106,
	DISPLAY_INVAL_PALETTE = 107,
	DISPLAY_INVAL_ALL_PALETTES = 108,
	DISPLAY_STREAM_FIRST = 122,
	DISPLAY_STREAM_LAST = 126,
	DISPLAY_DRAW_FILL = 302,
	DISPLAY_DRAW_OPAQUE = 303,
	DISPLAY_DRAW_COPY = 304,
	DISPLAY_DRAW_BLEND = 305,
	DISPLAY_DRAW_BLACKNESS = 306,
	DISPLAY_DRAW_WHITENESS = 307,
	DISPLAY_DRAW_INVERS = 308,
	DISPLAY_DRAW_ROP3 = 309,
	DISPLAY_DRAW_STROKE = 310,
	DISPLAY_DRAW_TEXT = 311,
	DISPLAY_DRAW_TRANSPARENT = 312,
	DISPLAY_DRAW_ALPHA_BLEND = 313,
	DISPLAY_SURFACE_CREATE = 314,
	DISPLAY_SURFACE_DESTROY = 315,
	DISPLAY_STREAM_DATA_SIZED = 316,
	DISPLAY_DRAW_COMPOSITE = 318,
	DISPLAY_STREAM_ACTIVATE_REPORT = 319,
	DISPLAY_GL_SCANOUT_UNIX = 320,
	DISPLAY_GL_DRAW = 321,
	CURSOR_INIT = 101,
	CURSOR_RESET = 102,
	CURSOR_SET = 103,
	CURSOR_INVAL_ONE = 107,
	CURSOR_INVAL_ALL = 108,
};

/* The formats of surfaces. */
enum surface_format {
	SURFACE_A1 = 1,
	SURFACE_A8 = 8,
	SURFACE_555 = 16,
	SURFACE_32 = 32,
	SURFACE_565 = 80,
	SURFACE_32_ALPHA = 96,
};

/* What a part is. */
enum part_kind {
	PART_MESSAGE, /* how the body begins, of messages that do not draw */
	PART_CURSOR,
	PART_RESOURCE,  /* one of a list of those that go */
	PART_BASE,      /* surface, box, kind of clip */
	PART_CLIP,      /* how many rectangles */
	PART_FIELD,     /* of a drawing's fixed part */
	PART_BRUSH,     /* what a brush has besides its kind */
	PART_COMPOSITE, /* what is there by its flags */
	PART_DASHES,    /* how many, and where they are */
	PART_DASH,
	PART_PATH,
	PART_SEGMENT,
	PART_POINT,
	PART_TEXT,
	PART_GLYPH,
	PART_IMAGE,       /* its description */
	PART_IMAGE_BODY,  /* what comes next of it, by its type */
	PART_PALETTE_REF, /* where its palette is, */
	PART_PALETTE,     /* and how that begins */
	PART_LZ,          /* what a stream of LZ begins with */
	PART_JPEG,        /* and JPEG, which has an alpha channel */
	PART_ALPHA,       /* what that begins with */
};

/* What an image is for: to be drawn, to be repeated by a brush; a mask is one bit a pixel, and kept in another way. */
enum image_role {
	ROLE_PICTURE,
	ROLE_TILE,
	ROLE_MASK,
};

static inline uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) | (uint32_t)get16(p + 2) << 16;
}

static inline uint64_t get64(const uint8_t *p)
{
	return (uint64_t)get32(p) | (uint64_t)get32(p + 4) << 32;
}

/* LZ's own numbers are big-endian. */
static inline uint32_t get32_be(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline void put32(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

enum image_type {
	IMAGE_BITMAP = 0,
	IMAGE_QUIC = 1,
	IMAGE_LZ_PLT = 100,
	IMAGE_LZ = 101,
	IMAGE_GLZ = 102,
	IMAGE_FROM_CACHE = 103,
	IMAGE_SURFACE = 104,
	IMAGE_JPEG = 105,
	IMAGE_FROM_CACHE_LOSSLESS = 106,
	IMAGE_ZLIB_GLZ = 107,
	IMAGE_JPEG_ALPHA = 108,
	IMAGE_LZ4 = 109,
};

#define GUARD_LZ_HEAD 28 /* magic, version, type, width, height, bytes a row, which way up */

/* Sets error and reason; returns error. */
__attribute__((format(printf, 3, 4))) int guard_refuse(struct guard *guard, int error, const char *format,
						       ...);

/* The next `need` bytes outside of bodies are to be looked at. */
void guard_collect(struct guard *guard, enum guard_phase phase, size_t need);
/* And this of the body, which is not in front of what is being looked at. Refused where it is not in it. */
int guard_want_part(struct guard *guard, struct guard_part part);

static inline int guard_want(struct guard *guard, enum part_kind kind, size_t at, size_t need)
{
	return guard_want_part(guard, (struct guard_part){ .at = at, .need = need, .kind = (uint8_t)kind });
}

/* guard_link.c */
int guard_check_greeting_header(struct guard *guard);
int guard_check_greeting(struct guard *guard);
int guard_check_ticket(struct guard *guard);

/* guard_body.c: a body begins; a part of one is there, its bytes at guard->part. */
int guard_begin_body(struct guard *guard);
int guard_check_part(struct guard *guard, const struct guard_part *part);

/* guard_agent.c: what of its stream passes, each way; the one that is sent is copied. */
int guard_check_agent(struct guard *guard, uint8_t *data, size_t size);
size_t guard_send_messages(struct guard *guard, const uint8_t *data, size_t size, uint8_t *out);

/* guard_display.c */
int guard_begin_display(struct guard *guard);
int guard_check_display(struct guard *guard);
int guard_check_resource(struct guard *guard, const struct guard_part *part);
int guard_check_sides(struct guard *guard, const char *what, uint64_t width, uint64_t height);

/* guard_draw.c */
bool guard_draws(unsigned type);
int guard_check_drawing(struct guard *guard, const struct guard_part *part);

/* guard_shape.c */
int guard_check_shape(struct guard *guard, const struct guard_part *part);

/* guard_image.c: an image is described there, 0: nowhere; a part of one. */
int guard_want_image(struct guard *guard, enum image_role role, uint32_t at, bool needed);
int guard_check_image(struct guard *guard, const struct guard_part *part);

/* guard_packed.c: how much of such an image is looked at where `rest` is there; then that. And what malformed ones get. */
size_t guard_packed_size(unsigned image, size_t rest);
int guard_check_packed(struct guard *guard, const struct guard_part *part);
int guard_malformed(struct guard *guard);

/* guard_inflate.c: the first `want` bytes of what was packed. Whether they could be had. */
bool guard_inflate(const uint8_t *packed, size_t size, uint8_t *out, size_t want);

#endif
