/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Without SDL_ttf there is the bitmap alone. */
#include "display/osd/font.h"

#include <stdlib.h>
#include "display/osd/bitmap.h"

struct font {
	int factor;
};

struct font *font_create(const char *path)
{
	struct font *font = calloc(1, sizeof(*font));

	if (font)
		font->factor = 1;
	return font;
}

void font_destroy(struct font *font)
{
	free(font);
}

void font_set_height(struct font *font, int height)
{
	font->factor = height / BITMAP_CELL_H > 1 ? height / BITMAP_CELL_H : 1;
}

int font_height(const struct font *font)
{
	return font->factor * BITMAP_CELL_H;
}

int font_width(struct font *font, const char *utf8)
{
	return bitmap_width(utf8, font->factor);
}

void font_draw(struct font *font, struct surface *canvas, int x, int y, uint32_t colour, const char *utf8)
{
	bitmap_draw(canvas, x, y, font->factor, colour, utf8);
}
