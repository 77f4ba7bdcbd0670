/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The font of our own: ASCII in cells of 6x9, drawn by whole factors. Pure. */
#ifndef XENHUB_DISPLAY_BITMAP_H
#define XENHUB_DISPLAY_BITMAP_H

#include "display/geometry.h"

#define BITMAP_CELL_W 6
#define BITMAP_CELL_H 9

/* Characters beyond ASCII are drawn as '?', each once. */
int bitmap_width(const char *utf8, int factor);
void bitmap_draw(struct surface *canvas, int x, int y, int factor, uint32_t colour, const char *utf8);

#endif
