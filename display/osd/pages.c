/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/osd/pages.h"

#include <stdio.h>
#include <string.h>
#include "display/osd/canvas.h"

#define PANEL 0xe8101418u
#define TITLE 0xffffffffu
#define TEXT  0xffc8d0d8u
#define GOOD  0xff6fcf7fu
#define WARN  0xffffb040u
#define BAD   0xffff6050u

/* Cuts a text at the last blank that fits; returns where the rest begins. */
static const char *wrap(struct font *font, char *line, size_t size, const char *text, int width)
{
	size_t fits = 0, length = strlen(text);

	for (size_t at = 1; at <= length && at < size; at++) {
		if (text[at] != ' ' && text[at] != '\0')
			continue;
		snprintf(line, size, "%.*s", (int)at, text);
		if (fits > 0 && font_width(font, line) > width)
			break;
		fits = at;
	}
	if (fits == 0)
		fits = length < size ? length : size - 1;
	snprintf(line, size, "%.*s", (int)fits, text);
	text += fits;
	return text + strspn(text, " ");
}

struct wrapped {
	char lines[2 * WORDS_LINES_MAX][WORDS_LINE_MAX];
	unsigned count, title_count;
	int width;
};

static void wrap_all(struct wrapped *wrapped, struct font *font, const struct words *words, int width)
{
	wrapped->count = 0;
	wrapped->width = 0;
	for (unsigned i = 0; i < words->count; i++) {
		const char *rest = words->lines[i];

		do {
			char *line = wrapped->lines[wrapped->count];
			int wide;

			rest = wrap(font, line, WORDS_LINE_MAX, rest, width);
			wide = font_width(font, line);
			if (wide > wrapped->width)
				wrapped->width = wide;
			wrapped->count++;
		} while (*rest && wrapped->count < sizeof(wrapped->lines) / sizeof(wrapped->lines[0]));
		if (i == 0)
			wrapped->title_count = wrapped->count;
		if (wrapped->count == sizeof(wrapped->lines) / sizeof(wrapped->lines[0]))
			break;
	}
}

void page_status(struct surface *canvas, struct font *font, int unit, int max_width,
		 const struct words *words)
{
	struct wrapped wrapped;
	int pad = unit, line, width, height;

	*canvas = (struct surface){ 0 };
	font_set_height(font, unit);
	line = font_height(font) * 5 / 4;
	wrap_all(&wrapped, font, words, max_width - 2 * pad - unit / 3);
	width = wrapped.width + 2 * pad + unit / 3;
	height = (int)wrapped.count * line + 2 * pad - line / 5;
	if (width > max_width)
		width = max_width;
	if (canvas_init(canvas, width, height) < 0)
		return;
	canvas_panel(canvas, (struct rect){ 0, 0, width, height }, unit / 2, PANEL);
	canvas_fill(canvas, (struct rect){ pad / 2, pad, unit / 6 + 1, height - 2 * pad }, WARN);
	for (unsigned i = 0; i < wrapped.count; i++)
		font_draw(font, canvas, pad + unit / 3, pad + (int)i * line,
			  i < wrapped.title_count ? TITLE : TEXT, wrapped.lines[i]);
}

static int draw_battery(struct surface *canvas, struct font *font, int x, int unit,
			const struct indicators *shown)
{
	int w = unit * 5 / 3, h = unit * 4 / 5, y = unit * 7 / 10, edge = unit / 10 + 1;
	uint32_t colour = shown->low ? BAD : shown->charging ? GOOD : TEXT;
	char text[16];

	canvas_panel(canvas, (struct rect){ x, y, w, h }, unit / 8, colour);
	canvas_fill(canvas, (struct rect){ x + w, y + h / 3, edge, h - 2 * (h / 3) }, colour);
	canvas_fill(canvas, (struct rect){ x + edge, y + edge, w - 2 * edge, h - 2 * edge }, PANEL);
	canvas_fill(canvas,
		    (struct rect){ x + 2 * edge, y + 2 * edge, (w - 4 * edge) * shown->percent / 100,
				   h - 4 * edge },
		    colour);
	snprintf(text, sizeof(text), "%s%d %%", shown->charging ? "+" : "", shown->percent);
	x += w + edge + unit / 3;
	font_draw(font, canvas, x, (unit * 2 + unit / 5 - font_height(font)) / 2, colour, text);
	return x + font_width(font, text) + unit / 2;
}

/* A padlock in a turning picture's place: shackle and body. */
static int draw_lock(struct surface *canvas, int x, int unit)
{
	int w = unit * 3 / 4, y = unit / 2, edge = unit / 8 + 1;

	canvas_panel(canvas, (struct rect){ x + edge, y, w - 2 * edge, unit }, w / 3, TEXT);
	canvas_panel(canvas, (struct rect){ x + 2 * edge, y + edge, w - 4 * edge, unit }, w / 5, PANEL);
	canvas_panel(canvas, (struct rect){ x, y + unit / 2, w, unit * 7 / 10 }, unit / 8, TEXT);
	return x + w + unit / 2;
}

/* An A with a bar below, as keyboards mark the key. */
static int draw_caps(struct surface *canvas, struct font *font, int x, int unit)
{
	int w = font_width(font, "A");

	font_draw(font, canvas, x, (unit * 2 + unit / 5 - font_height(font)) / 2 - unit / 8, WARN, "A");
	canvas_fill(canvas, (struct rect){ x, unit * 8 / 5, w, unit / 8 + 1 }, WARN);
	return x + w + unit / 2;
}

/* Two ends of a cable, apart. */
static int draw_link_lost(struct surface *canvas, int x, int unit)
{
	int y = unit, piece = unit / 2, thick = unit / 4 + 1;

	canvas_panel(canvas, (struct rect){ x, y - thick, piece, 2 * thick }, thick, BAD);
	canvas_panel(canvas, (struct rect){ x + piece + unit / 3, y - thick, piece, 2 * thick }, thick, BAD);
	for (int i = 0; i < unit; i++)
		canvas_fill(canvas,
			    (struct rect){ x + piece + unit / 6 - unit / 4 + i / 2, y + unit / 2 - i,
					   unit / 10 + 1, 1 },
			    BAD);
	return x + 2 * piece + unit / 3 + unit / 2;
}

/* Dome, rim and clapper. */
static void draw_bell(struct surface *canvas, int x, int unit)
{
	int w = unit, y = unit * 3 / 5, edge = unit / 8 + 1;

	canvas_panel(canvas, (struct rect){ x + edge, y, w - 2 * edge, unit }, w / 3, WARN);
	canvas_fill(canvas, (struct rect){ x, y + unit - 2 * edge, w, edge }, WARN);
	canvas_fill(canvas, (struct rect){ x, y + unit - edge, w, edge }, PANEL);
	canvas_panel(canvas, (struct rect){ x + w / 2 - edge, y + unit - edge, 2 * edge, 2 * edge }, edge,
		     WARN);
}

void page_indicators(struct surface *canvas, struct font *font, int unit, const struct indicators *shown)
{
	int width = unit / 2, height = unit * 11 / 5;

	*canvas = (struct surface){ 0 };
	font_set_height(font, unit);
	if (shown->percent >= 0)
		width += unit * 5 / 3 + unit + font_width(font, "+100 %") + unit / 8;
	width += (shown->link_lost ? unit * 2 : 0) + (shown->rotation_locked ? unit * 5 / 4 : 0) +
		 (shown->caps ? font_width(font, "A") + unit / 2 : 0) + (shown->bell ? unit * 3 / 2 : 0);
	if (width <= unit / 2 || canvas_init(canvas, width, height) < 0)
		return;
	canvas_panel(canvas, (struct rect){ 0, 0, width, height }, unit / 2, PANEL);
	width = unit / 2;
	if (shown->percent >= 0)
		width = draw_battery(canvas, font, width, unit, shown);
	if (shown->link_lost)
		width = draw_link_lost(canvas, width, unit);
	if (shown->rotation_locked)
		width = draw_lock(canvas, width, unit);
	if (shown->caps)
		width = draw_caps(canvas, font, width, unit);
	if (shown->bell)
		draw_bell(canvas, width, unit);
}

void page_stats(struct surface *canvas, struct font *font, int unit, const char *text)
{
	struct words words = { 0 };
	int width = 0, line;

	*canvas = (struct surface){ 0 };
	font_set_height(font, unit);
	line = font_height(font);
	while (*text && words.count < WORDS_LINES_MAX) {
		size_t length = strcspn(text, "\n");
		char *to = words.lines[words.count++];
		int wide;

		snprintf(to, WORDS_LINE_MAX, "%.*s", (int)length, text);
		wide = font_width(font, to);
		if (wide > width)
			width = wide;
		text += length + (text[length] == '\n');
	}
	if (canvas_init(canvas, width + unit, (int)words.count * line + unit / 2) < 0)
		return;
	canvas_panel(canvas, (struct rect){ 0, 0, canvas->width, canvas->height }, unit / 4, PANEL);
	for (unsigned i = 0; i < words.count; i++)
		font_draw(font, canvas, unit / 2, unit / 4 + (int)i * line, TEXT, words.lines[i]);
}
