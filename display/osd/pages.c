/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/osd/pages.h"

#include <stdio.h>
#include <string.h>
#include "display/osd/canvas.h"
#include "display/osd/runs.h"

#define PANEL 0xe8101418u
#define TITLE 0xffffffffu
#define TEXT  0xffc8d0d8u
#define GOOD  0xff6fcf7fu
#define WARN  0xffffb040u
#define BAD   0xffff6050u

static int measure(void *font, const char *text)
{
	return font_width(font, text);
}

#define PAGE_LINES_MAX 16
#define PAGE_UNIT_MIN  8 /* smaller text than that is no text */

/* A page that is laid out: the title's lines are larger than the others. */
struct layout {
	char lines[PAGE_LINES_MAX][WORDS_LINE_MAX];
	unsigned count, title_count;
	int width, height; /* of the text */
};

static void lay_out_line(struct layout *layout, struct font *font, const char *text, int max_width)
{
	int line = font_height(font) * 5 / 4;

	do {
		char *to = layout->lines[layout->count++];
		int wide;

		text = run_wrap(to, WORDS_LINE_MAX, text, max_width, measure, font);
		wide = font_width(font, to);
		if (wide > layout->width)
			layout->width = wide;
		layout->height += line;
	} while (*text && layout->count < PAGE_LINES_MAX);
}

static void lay_out(struct layout *layout, struct font *font, int unit, const struct words *words,
		    int max_width)
{
	layout->count = layout->title_count = 0;
	layout->width = layout->height = 0;
	font_set_height(font, unit * 3 / 2);
	for (unsigned i = 0; i < words->count && layout->count < PAGE_LINES_MAX; i++) {
		lay_out_line(layout, font, words->lines[i], max_width);
		if (i == 0) {
			layout->title_count = layout->count;
			layout->height += unit / 3;
			font_set_height(font, unit);
		}
	}
}

static void draw_status(struct surface *canvas, struct font *font, int unit, const struct layout *layout)
{
	int x = unit * 4 / 3, y = unit;

	canvas_panel(canvas, (struct rect){ 0, 0, canvas->width, canvas->height }, unit / 2, PANEL);
	canvas_fill(canvas, (struct rect){ unit / 2, unit, unit / 6 + 1, canvas->height - 2 * unit }, WARN);
	font_set_height(font, unit * 3 / 2);
	for (unsigned i = 0; i < layout->count; i++) {
		if (i == layout->title_count) {
			font_set_height(font, unit);
			y += unit / 3;
		}
		font_draw(font, canvas, x, y, i < layout->title_count ? TITLE : TEXT, layout->lines[i]);
		y += font_height(font) * 5 / 4;
	}
}

void page_status(struct surface *canvas, struct font *font, int unit, int max_width, int max_height,
		 const struct words *words)
{
	struct layout layout;
	int width, height;

	*canvas = (struct surface){ 0 };
	/* A small window gets smaller words before it loses some. */
	for (;; unit = unit * 7 / 8) {
		int frame = unit * 7 / 3;

		lay_out(&layout, font, unit, words, max_width - frame);
		width = layout.width + frame;
		height = layout.height + 2 * unit - unit / 4;
		if ((width <= max_width && height <= max_height) || unit * 7 / 8 < PAGE_UNIT_MIN)
			break;
	}
	if (canvas_init(canvas, width < max_width ? width : max_width, height) == 0)
		draw_status(canvas, font, unit, &layout);
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

/* The width of the widest of these lines. */
static int widest(struct font *font, const struct words *words)
{
	int width = 0;

	for (unsigned i = 0; i < words->count; i++) {
		int wide = font_width(font, words->lines[i]);

		if (wide > width)
			width = wide;
	}
	return width;
}

void page_stats(struct surface *canvas, struct font *font, int unit, int max_width, const char *text)
{
	struct words words = { 0 };
	int width, line;

	*canvas = (struct surface){ 0 };
	while (*text && words.count < WORDS_LINES_MAX) {
		size_t length = strcspn(text, "\n");

		snprintf(words.lines[words.count++], WORDS_LINE_MAX, "%.*s", (int)length, text);
		text += length + (text[length] == '\n');
	}
	for (;; unit = unit * 7 / 8) {
		font_set_height(font, unit);
		width = widest(font, &words) + unit;
		if (width <= max_width || unit * 7 / 8 < PAGE_UNIT_MIN)
			break;
	}
	line = font_height(font);
	if (canvas_init(canvas, width, (int)words.count * line + unit / 2) < 0)
		return;
	canvas_panel(canvas, (struct rect){ 0, 0, canvas->width, canvas->height }, unit / 4, PANEL);
	for (unsigned i = 0; i < words.count; i++)
		font_draw(font, canvas, unit / 2, unit / 4 + (int)i * line, TEXT, words.lines[i]);
}
