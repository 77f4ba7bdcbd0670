/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns and scales into a destination surface, for the views that are not one to one. Pure, no state, no
 * allocation. Plain C: a tablet's guests draw at the panel's size, and this serves the others.
 *
 * `picture` is where the whole turned and scaled source lies in the destination (struct view's picture);
 * `part` the destination rectangle to redraw (view_rect_to_window of the damage). What falls outside picture
 * or destination is left alone. SCALE_NEAREST shows in every pixel just what view_to_remote says lies under
 * it, and is lossless for whole factors. SCALE_SMOOTH blends the four source pixels around the centre; below
 * half size it blends the four around the nearest centre, as fast texture units do.
 */
#ifndef XENHUB_DISPLAY_SCALE_H
#define XENHUB_DISPLAY_SCALE_H

#include "display/geometry.h"

enum scale_filter {
	SCALE_NEAREST,
	SCALE_SMOOTH,
};

/* Returns the part of the destination that was written. An empty source or picture writes nothing. */
struct rect scale_blit(const struct surface *dst, struct rect picture, struct rect part,
		       const struct surface *src, enum rotation rotation, enum scale_filter filter);

#endif
