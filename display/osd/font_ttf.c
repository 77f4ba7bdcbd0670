/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/osd/font.h"

#include <SDL_ttf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "display/osd/bitmap.h"
#include "display/osd/canvas.h"
#include "display/osd/runs.h"

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

/* For names in scripts that the font above lacks: asked in this order, each opened when it is first needed. */
static const char *const others[] = {
	"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
	"/usr/share/fonts/noto/NotoSansCJK-Regular.ttc",
	"/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
	"/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
	"/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
	"/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf",
	"/usr/share/fonts/truetype/noto/NotoSansHebrew-Regular.ttf",
};

#define OTHERS  (sizeof(others) / sizeof(others[0]))
#define RUN_MAX 512

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
	__typeof__(TTF_FontAscent) *ascent;
	__typeof__(TTF_GlyphIsProvided32) *has_glyph;
	__typeof__(TTF_SetFontDirection) *set_direction;
	__typeof__(TTF_SetFontScriptName) *set_script;
	__typeof__(TTF_SizeUTF8) *measure;
	__typeof__(TTF_RenderUTF8_Blended) *render;
};

struct face {
	TTF_Font *ttf;
	int points;
	bool tried; /* and not opened: never again */
};

struct font {
	char path[256]; /* "": the bitmap */
	struct library library;
	struct face main, others[OTHERS];
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
		{ "TTF_FontAscent", &library->ascent },
		{ "TTF_GlyphIsProvided32", &library->has_glyph },
		{ "TTF_SetFontDirection", &library->set_direction },
		{ "TTF_SetFontScriptName", &library->set_script },
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
	if (font->main.ttf)
		font->library.close_font(font->main.ttf);
	for (size_t i = 0; i < OTHERS; i++)
		if (font->others[i].ttf)
			font->library.close_font(font->others[i].ttf);
	library_close(&font->library, font->library.object != NULL);
	free(font);
}

/* Open, and of the size that is set. */
static bool face_ready(const struct font *font, struct face *face, const char *path)
{
	if (!face->ttf && !face->tried) {
		face->tried = true;
		face->ttf = font->library.open_font(path, font->points);
		face->points = font->points;
	}
	if (face->ttf && face->points != font->points) {
		font->library.set_size(face->ttf, font->points);
		face->points = font->points;
	}
	return face->ttf != NULL;
}

void font_set_height(struct font *font, int height)
{
	font->factor = height / BITMAP_CELL_H > 1 ? height / BITMAP_CELL_H : 1;
	font->points = height * 5 / 6;
	if (!font->path[0] || face_ready(font, &font->main, font->path))
		return;
	log_warn("%s: %s; using the built-in font", font->path, TTF_GetError());
	font->path[0] = '\0';
}

int font_height(const struct font *font)
{
	return font->main.ttf ? font->library.height(font->main.ttf) : font->factor * BITMAP_CELL_H;
}

/* How many bytes of text, at most `size`, begin it that the face has, or that it lacks; blanks count as both. */
static size_t face_span(const struct font *font, const struct face *face, const char *text, size_t size,
			bool has)
{
	size_t at = 0, bytes;

	while (at < size) {
		uint32_t c = run_character(text + at, &bytes);

		if (c != ' ' && (font->library.has_glyph(face->ttf, c) != 0) != has)
			break;
		at += bytes;
	}
	return at;
}

/* The face for the beginning of a run, which is cut to what that face is for: the main one wherever it can be. What is
 * written from right to left is not cut, or its pieces would have to change places. */
static struct face *face_for(struct font *font, const char *run, size_t *size, enum run_script script)
{
	size_t known = face_span(font, &font->main, run, *size, true);

	if (known == *size)
		return &font->main;
	if (script == RUN_LEFT_TO_RIGHT && known > 0) {
		*size = known;
		return &font->main;
	}
	if (script == RUN_LEFT_TO_RIGHT)
		*size = face_span(font, &font->main, run, *size, false);
	for (size_t i = 0; i < OTHERS; i++)
		if (access(others[i], R_OK) == 0 && face_ready(font, &font->others[i], others[i]) &&
		    face_span(font, &font->others[i], run, *size, true) == *size)
			return &font->others[i];
	return &font->main;
}

static void face_set_script(const struct font *font, struct face *face, enum run_script script)
{
	static const char *const names[] = {
		[RUN_LEFT_TO_RIGHT] = "Zyyy", [RUN_ARABIC] = "Arab", [RUN_HEBREW] = "Hebr"
	};

	font->library.set_script(face->ttf, names[script]);
	font->library.set_direction(face->ttf,
				    script == RUN_LEFT_TO_RIGHT ? TTF_DIRECTION_LTR : TTF_DIRECTION_RTL);
}

static void draw_run(const struct font *font, TTF_Font *ttf, struct surface *canvas, int x, int y,
		     uint32_t colour, const char *run)
{
	SDL_Surface *text = font->library.render(ttf, run, (SDL_Color){ 255, 255, 255, 255 });

	if (!text)
		return;
	/* Faces stand on one line. */
	y += font->library.ascent(font->main.ttf) - font->library.ascent(ttf);
	for (int row = 0; row < text->h; row++) {
		const Uint32 *pixels = (const Uint32 *)((const Uint8 *)text->pixels + row * text->pitch);

		for (int column = 0; column < text->w; column++)
			canvas_cover(canvas, x + column, y + row, colour, pixels[column] >> 24);
	}
	SDL_FreeSurface(text);
}

/* Run after run, drawn where there is a canvas. The width of all. */
static int walk(struct font *font, struct surface *canvas, int x, int y, uint32_t colour, const char *utf8)
{
	int width = 0, wide;
	enum run_script script;
	char run[RUN_MAX];
	size_t bytes;

	for (; (bytes = run_next(utf8, &script)) > 0 && bytes < sizeof(run); utf8 += bytes) {
		struct face *face = face_for(font, utf8, &bytes, script);

		memcpy(run, utf8, bytes);
		run[bytes] = '\0';
		face_set_script(font, face, script);
		if (canvas)
			draw_run(font, face->ttf, canvas, x + width, y, colour, run);
		if (font->library.measure(face->ttf, run, &wide, NULL) == 0)
			width += wide;
	}
	return width;
}

int font_width(struct font *font, const char *utf8)
{
	return font->main.ttf ? walk(font, NULL, 0, 0, 0, utf8) : bitmap_width(utf8, font->factor);
}

void font_draw(struct font *font, struct surface *canvas, int x, int y, uint32_t colour, const char *utf8)
{
	if (font->main.ttf)
		walk(font, canvas, x, y, colour, utf8);
	else
		bitmap_draw(canvas, x, y, font->factor, colour, utf8);
}
