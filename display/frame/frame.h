/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The shadow framebuffer of one connection: what the remote shows, unrotated, plus what changed since the
 * last present.
 *
 * Pixels are 0xXXRRGGBB in the host's byte order; the top byte is unspecified and whoever reads a pixel
 * ignores it. Rows start on a cache line, and the stride avoids multiples of 4096 bytes, which would put
 * every row of a tile into the same cache set.
 *
 * No locking: where a decoder's thread writes and another presents, the caller holds its own lock around
 * both, from the decoder's "update begins" to its "update done" (that is what keeps frames from tearing).
 */
#ifndef XENHUB_DISPLAY_FRAME_H
#define XENHUB_DISPLAY_FRAME_H

#include <stddef.h>
#include "display/geometry.h"
#include "display/frame/damage.h"

#define FRAME_SIDE_MAX      16384
#define FRAME_BYTES_DEFAULT (256u << 20) /* four 4K screens; the largest side by side would be 1 GiB */

struct frame {
	struct surface surface; /* pixels is NULL and the sizes 0 until the first frame_resize */
	struct damage damage;
	size_t bytes_max;
};

/* bytes_max bounds the memory of one frame; 0 means FRAME_BYTES_DEFAULT. Allocates nothing. */
void frame_init(struct frame *frame, size_t bytes_max);

/* Frees the pixels; the frame is as after frame_init. */
void frame_finish(struct frame *frame);

/*
 * Makes the frame width x height. What both sizes share is kept, the rest is black, all of it is damaged. The
 * pixels may move: surfaces taken before are invalid. The same size keeps everything and damages nothing.
 * -EINVAL: a side below 1 or above FRAME_SIDE_MAX. -EFBIG: above bytes_max. -ENOMEM. On error nothing
 * changed.
 */
int frame_resize(struct frame *frame, int width, int height);

/* Whether the rectangle is non-negative and lies wholly inside. An empty rectangle inside the bounds does. */
bool frame_holds(const struct frame *frame, struct rect rect);

/* The first pixel of a row segment. The caller has checked with frame_holds. */
static inline uint32_t *frame_at(const struct frame *frame, int x, int y)
{
	return frame->surface.pixels + (size_t)y * (size_t)frame->surface.stride + x;
}

/* Both take rectangles that frame_holds; neither adds damage: the decoder does, once per rectangle of the
 * protocol. */
void frame_fill(struct frame *frame, struct rect rect, uint32_t pixel);

/* Copies from (from_x, from_y) to rect; the two may overlap. */
void frame_copy(struct frame *frame, int from_x, int from_y, struct rect rect);

static inline void frame_damage(struct frame *frame, struct rect rect)
{
	damage_add(&frame->damage, rect);
}

#endif
