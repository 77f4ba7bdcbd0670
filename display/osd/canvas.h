/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small picture of our own, straight 0xAARRGGBB, to be laid over the remote's. Pure. */
#ifndef XENHUB_DISPLAY_CANVAS_H
#define XENHUB_DISPLAY_CANVAS_H

#include "display/geometry.h"

/* Transparent. The surface's pixels are NULL on -ENOMEM. */
int canvas_init(struct surface *canvas, int width, int height);
void canvas_finish(struct surface *canvas);

/* All drawing is clipped to the canvas. */
void canvas_fill(struct surface *canvas, struct rect rect, uint32_t colour);

/* A panel with round corners. */
void canvas_panel(struct surface *canvas, struct rect rect, int radius, uint32_t colour);

/* Lays a colour over one pixel, coverage 0 to 255. */
void canvas_cover(struct surface *canvas, int x, int y, uint32_t colour, unsigned coverage);

#endif
