/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text for our own pages. A font of the system through SDL_ttf where both are there, a small bitmap of our own
 * (ASCII, 5x7, enlarged by whole factors) where not.
 */
#ifndef XENHUB_DISPLAY_FONT_H
#define XENHUB_DISPLAY_FONT_H

#include "display/geometry.h"

struct font;

/* `path` may be NULL or "": usual places are looked at. Only memory can fail: NULL. */
struct font *font_create(const char *path);
void font_destroy(struct font *font);

/* The height of a line, in pixels, as near as the font can. It stays until it is set again. */
void font_set_height(struct font *font, int height);
int font_height(const struct font *font);

int font_width(struct font *font, const char *utf8);
void font_draw(struct font *font, struct surface *canvas, int x, int y, uint32_t colour, const char *utf8);

#endif
