/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/osd/canvas.h"

#include <errno.h>
#include <stdlib.h>

int canvas_init(struct surface *canvas, int width, int height)
{
	*canvas = (struct surface){ .width = width, .height = height, .stride = width };
	canvas->pixels = calloc((size_t)width * (size_t)height, 4);
	return canvas->pixels ? 0 : -ENOMEM;
}

void canvas_finish(struct surface *canvas)
{
	free(canvas->pixels);
	*canvas = (struct surface){ 0 };
}

void canvas_fill(struct surface *canvas, struct rect rect, uint32_t colour)
{
	struct rect r = rect_intersect(rect, (struct rect){ 0, 0, canvas->width, canvas->height });

	for (int y = r.y; y < r.y + r.h; y++)
		for (int x = r.x; x < r.x + r.w; x++)
			canvas->pixels[y * canvas->stride + x] = colour;
}

/* How far row y is indented in a corner of this radius: Pythagoras, in whole pixels. */
static int corner_inset(int y, int height, int radius)
{
	int from_edge = y < height - 1 - y ? y : height - 1 - y;
	int rise = radius - from_edge, run = radius;

	if (rise <= 0)
		return 0;
	while (run > 0 && run * run + rise * rise > radius * radius)
		run--;
	return radius - run;
}

void canvas_panel(struct surface *canvas, struct rect rect, int radius, uint32_t colour)
{
	for (int y = 0; y < rect.h; y++) {
		int inset = corner_inset(y, rect.h, radius);

		canvas_fill(canvas, (struct rect){ rect.x + inset, rect.y + y, rect.w - 2 * inset, 1 },
			    colour);
	}
}

static uint32_t mix(uint32_t below, uint32_t above, unsigned coverage, int shift)
{
	uint32_t a = above >> shift & 255, b = below >> shift & 255;

	return (a * coverage + b * (255 - coverage) + 127) / 255 << shift;
}

void canvas_cover(struct surface *canvas, int x, int y, uint32_t colour, unsigned coverage)
{
	uint32_t *pixel;

	if (x < 0 || y < 0 || x >= canvas->width || y >= canvas->height || coverage == 0)
		return;
	pixel = &canvas->pixels[y * canvas->stride + x];
	/* Over nothing the colour stays whole and only its strength is mixed, or edges would be dark. */
	if (*pixel >> 24 == 0)
		*pixel = (colour & 0xffffff) | mix(0, colour, coverage, 24);
	else
		*pixel = mix(*pixel, colour, coverage, 24) | mix(*pixel, colour, coverage, 16) |
			 mix(*pixel, colour, coverage, 8) | mix(*pixel, colour, coverage, 0);
}
