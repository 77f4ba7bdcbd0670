/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns a damaged part of the shadow framebuffer straight into a destination surface: a window surface, a
 * locked texture. Pure, no state, no allocation.
 *
 * A surface of w x h turned by ROTATION_90 lands on h x w. (x, y) below is where the top-left corner of the
 * whole turned source lies in the destination; it may be negative, or reach past the end: what falls outside
 * is clipped. So a cropped or letterboxed 1:1 view passes its picture's x and y, and the damage in source
 * coordinates, and is done.
 *
 *      rotate_init(&rotate, ROTATE_BEST);      once
 *      for each damage rectangle:
 *              rotate_blit(&rotate, &window, view.picture.x, view.picture.y, &frame.surface, rect,
 * view.rotation);
 *
 * Source and destination must not overlap. Pixels need natural alignment only; destinations whose rows start
 * on 64 bytes go fastest. Streaming stores are fenced before the call returns. The top byte of a pixel is
 * copied as it is.
 */
#ifndef XENHUB_DISPLAY_ROTATE_H
#define XENHUB_DISPLAY_ROTATE_H

#include <stddef.h>
#include "display/geometry.h"

/* From this many bytes on, stores that bypass the cache win: 0.8-1.1 x memcpy against 2.5-3.3 x for a quarter
 * turn (tests/bench/rotate). Below it the difference is small, and whoever shows the pixels next finds them
 * in the cache. */
#define ROTATE_STREAM_BYTES (1u << 20)

enum rotate_kernel {
	ROTATE_BEST, /* the fastest that this processor runs */
	ROTATE_C,
	ROTATE_SSE2,
	ROTATE_AVX2,
	ROTATE_NEON,
};

/* A transposed band is this many pixels deep: one cache line of the destination, written whole. */
#define ROTATE_BAND 16

/* Columns of a transposed band come in multiples of this. */
#define ROTATE_COLUMNS 8

/*
 * What a kernel does; strides count pixels and may be negative. Given so that the tests and the bench can
 * drive each kernel alone. `stream` may be set only if every row written starts on 64 bytes, and asks for
 * stores that bypass the cache.
 */
struct rotate_ops {
	const char *name;
	/* dst[c * dst_stride + k] = src[k * src_stride + c], for k < ROTATE_BAND and c < columns (a multiple
	 * of ROTATE_COLUMNS). */
	void (*transpose)(uint32_t *dst, ptrdiff_t dst_stride, const uint32_t *src, ptrdiff_t src_stride,
			  int columns, bool stream);
	/* dst[i] = src[count - 1 - i]; count is a multiple of ROTATE_BAND. */
	void (*reverse)(uint32_t *dst, const uint32_t *src, int count, bool stream);
	/* dst[i] = src[i]; count is a multiple of ROTATE_BAND. */
	void (*copy)(uint32_t *dst, const uint32_t *src, int count, bool stream);
	/* Orders streaming stores before whatever follows. */
	void (*fence)(void);
};

struct rotate {
	const struct rotate_ops *ops;
	size_t stream_bytes; /* a blit of at least this many bytes streams; SIZE_MAX never, 0 always */
};

/* -ENOTSUP if this processor or this build lacks the kernel. ROTATE_BEST and ROTATE_C always succeed. */
int rotate_init(struct rotate *rotate, enum rotate_kernel kernel);

/* part is in source coordinates and is clipped to the source. Returns the part of the destination that was
 * written. */
struct rect rotate_blit(const struct rotate *rotate, const struct surface *dst, int x, int y,
			const struct surface *src, struct rect part, enum rotation rotation);

#endif
