/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/osd/font.h"

#include <SDL_ttf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
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

/* Opened with the first text: SDL_ttf brings FreeType, HarfBuzz and GLib, 2 MB that a picture alone does not need. */
#define LIBRARY "libSDL2_ttf-2.0.so.0"

struct library {
	void *object;
	__typeof__(TTF_Init) *init;
	__typeof__(TTF_Quit) *quit;
	__typeof__(TTF_OpenFont) *open_font;
	__typeof__(TTF_CloseFont) *close_font;
	__typeof__(TTF_SetFontSize) *set_size;
	__typeof__(TTF_FontHeight) *height;
	__typeof__(TTF_SizeUTF8) *measure;
	__typeof__(TTF_RenderUTF8_Blended) *render;
};

struct font {
	char path[256]; /* "": the bitmap */
	struct library library;
	TTF_Font *ttf;
	int factor, points;
};

static bool library_open(struct library *library)
{
	const struct {
		const char *name;
		void *place;
	} functions[] = {
		{ "TTF_Init", &library->init },
		{ "TTF_Quit", &library->quit },
		{ "TTF_OpenFont", &library->open_font },
		{ "TTF_CloseFont", &library->close_font },
		{ "TTF_SetFontSize", &library->set_size },
		{ "TTF_FontHeight", &library->height },
		{ "TTF_SizeUTF8", &library->measure },
		{ "TTF_RenderUTF8_Blended", &library->render },
	};

	library->object = SDL_LoadObject(LIBRARY);
	for (size_t i = 0; library->object && i < sizeof(functions) / sizeof(functions[0]); i++) {
		void *function = SDL_LoadFunction(library->object, functions[i].name);

		if (!function)
			return false;
		memcpy(functions[i].place, &function, sizeof(function));
	}
	return library->object && library->init() == 0;
}

static void library_close(struct library *library, bool is_up)
{
	if (is_up)
		library->quit();
	if (library->object)
		SDL_UnloadObject(library->object);
	library->object = NULL;
}

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
	if (font->path[0] && !library_open(&font->library)) {
		log_info("%s; using the built-in font", SDL_GetError());
		library_close(&font->library, false);
		font->path[0] = '\0';
	}
	return font;
}

void font_destroy(struct font *font)
{
	if (!font)
		return;
	if (font->ttf)
		font->library.close_font(font->ttf);
	library_close(&font->library, font->library.object != NULL);
	free(font);
}

void font_set_height(struct font *font, int height)
{
	int points = height * 5 / 6;

	font->factor = height / BITMAP_CELL_H > 1 ? height / BITMAP_CELL_H : 1;
	if (!font->path[0] || (font->ttf && font->points == points))
		return;
	font->points = points;
	if (font->ttf)
		font->library.set_size(font->ttf, points);
	else
		font->ttf = font->library.open_font(font->path, points);
	if (!font->ttf) {
		log_warn("%s: %s; using the built-in font", font->path, TTF_GetError());
		font->path[0] = '\0';
	}
}

int font_height(const struct font *font)
{
	return font->ttf ? font->library.height(font->ttf) : font->factor * BITMAP_CELL_H;
}

int font_width(struct font *font, const char *utf8)
{
	int width = 0;

	if (!font->ttf)
		return bitmap_width(utf8, font->factor);
	font->library.measure(font->ttf, utf8, &width, NULL);
	return width;
}

void font_draw(struct font *font, struct surface *canvas, int x, int y, uint32_t colour, const char *utf8)
{
	SDL_Surface *text;

	if (!font->ttf) {
		bitmap_draw(canvas, x, y, font->factor, colour, utf8);
		return;
	}
	text = *utf8 ? font->library.render(font->ttf, utf8, (SDL_Color){ 255, 255, 255, 255 }) : NULL;
	if (!text)
		return;
	for (int row = 0; row < text->h; row++) {
		const Uint32 *pixels = (const Uint32 *)((const Uint8 *)text->pixels + row * text->pitch);

		for (int column = 0; column < text->w; column++)
			canvas_cover(canvas, x + column, y + row, colour, pixels[column] >> 24);
	}
	SDL_FreeSurface(text);
}
