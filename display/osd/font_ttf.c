/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/osd/font.h"

#include <SDL_ttf.h>
#include <stdlib.h>
#include <unistd.h>
#include "display/osd/bitmap.h"
#include "display/osd/canvas.h"

#define LOG_MODULE "font"
#include "hub/core/log.h"

/* Debian's, Alpine's and others' places of fonts that have all that a status page needs. */
static const char *const usual[] = {
	"/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
	"/usr/share/fonts/dejavu/DejaVuSans.ttf",
	"/usr/share/fonts/TTF/DejaVuSans.ttf",
	"/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
	"/usr/share/fonts/noto/NotoSans-Regular.ttf",
	"/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
	"/usr/share/fonts/liberation/LiberationSans-Regular.ttf",
	"/usr/share/fonts/truetype/freefont/FreeSans.ttf",
};

struct font {
	char path[256]; /* "": the bitmap */
	TTF_Font *ttf;
	int factor, points;
};

static void choose_path(struct font *font, const char *path)
{
	if (path && *path) {
		if (access(path, R_OK) == 0)
			snprintf(font->path, sizeof(font->path), "%s", path);
		else
			log_warn("%s: cannot be read; using another font", path);
	}
	for (size_t i = 0; !font->path[0] && i < sizeof(usual) / sizeof(usual[0]); i++)
		if (access(usual[i], R_OK) == 0)
			snprintf(font->path, sizeof(font->path), "%s", usual[i]);
}

struct font *font_create(const char *path)
{
	struct font *font = calloc(1, sizeof(*font));

	if (!font)
		return NULL;
	font->factor = 1;
	choose_path(font, path);
	if (font->path[0] && TTF_Init() < 0)
		font->path[0] = '\0';
	return font;
}

void font_destroy(struct font *font)
{
	if (!font)
		return;
	if (font->ttf)
		TTF_CloseFont(font->ttf);
	if (TTF_WasInit())
		TTF_Quit();
	free(font);
}

void font_set_height(struct font *font, int height)
{
	int points = height * 5 / 6;

	font->factor = height / BITMAP_CELL_H > 1 ? height / BITMAP_CELL_H : 1;
	if (!font->path[0] || (font->ttf && font->points == points))
		return;
	font->points = points;
	/* Opened with the first text: a start that needs none is quicker by its time. */
	if (font->ttf)
		TTF_SetFontSize(font->ttf, points);
	else
		font->ttf = TTF_OpenFont(font->path, points);
	if (!font->ttf) {
		log_warn("%s: %s; using the built-in font", font->path, TTF_GetError());
		font->path[0] = '\0';
	}
}

int font_height(const struct font *font)
{
	return font->ttf ? TTF_FontHeight(font->ttf) : font->factor * BITMAP_CELL_H;
}

int font_width(struct font *font, const char *utf8)
{
	int width = 0;

	if (!font->ttf)
		return bitmap_width(utf8, font->factor);
	TTF_SizeUTF8(font->ttf, utf8, &width, NULL);
	return width;
}

void font_draw(struct font *font, struct surface *canvas, int x, int y, uint32_t colour, const char *utf8)
{
	SDL_Surface *text;

	if (!font->ttf) {
		bitmap_draw(canvas, x, y, font->factor, colour, utf8);
		return;
	}
	text = *utf8 ? TTF_RenderUTF8_Blended(font->ttf, utf8, (SDL_Color){ 255, 255, 255, 255 }) : NULL;
	if (!text)
		return;
	for (int row = 0; row < text->h; row++) {
		const Uint32 *pixels = (const Uint32 *)((const Uint8 *)text->pixels + row * text->pitch);

		for (int column = 0; column < text->w; column++)
			canvas_cover(canvas, x + column, y + row, colour, pixels[column] >> 24);
	}
	SDL_FreeSurface(text);
}
