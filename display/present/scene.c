/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/present/scene.h"

#include <string.h>
#include "display/rotate/scale.h"

static void fill(const struct surface *dst, struct rect part)
{
	if (rect_is_empty(part))
		return;
	for (int y = part.y; y < part.y + part.h; y++)
		memset(dst->pixels + (ptrdiff_t)y * dst->stride + part.x, 0, (size_t)part.w * 4);
}

/* What of `part` the picture does not cover: above, below, left, right. */
static void fill_letterbox(const struct surface *dst, struct rect part, struct rect picture)
{
	struct rect inside = rect_intersect(part, picture);
	int right = inside.x + inside.w, bottom = inside.y + inside.h;

	if (rect_is_empty(inside)) {
		fill(dst, part);
		return;
	}
	fill(dst, (struct rect){ part.x, part.y, part.w, inside.y - part.y });
	fill(dst, (struct rect){ part.x, bottom, part.w, part.y + part.h - bottom });
	fill(dst, (struct rect){ part.x, inside.y, inside.x - part.x, inside.h });
	fill(dst, (struct rect){ right, inside.y, part.x + part.w - right, inside.h });
}

static void paint_picture(const struct scene *scene, const struct surface *dst, struct rect part)
{
	const struct view *view = &scene->view;
	struct rect inside = rect_intersect(part, view->picture);
	/* The blit clips to its destination: made to end where the part does, it paints no more than that. */
	struct surface window = { dst->pixels + (ptrdiff_t)part.y * dst->stride + part.x, part.w, part.h,
				  dst->stride };

	if (rect_is_empty(inside))
		return;
	if (view_is_unscaled(view))
		rotate_blit(&scene->rotate, &window, view->picture.x - part.x, view->picture.y - part.y,
			    scene->picture, view_rect_to_remote(view, inside), view->rotation);
	else
		scale_blit(dst, view->picture, inside, scene->picture, view->rotation,
			   view->scale == VIEW_INTEGER ? SCALE_NEAREST : SCALE_SMOOTH);
}

static void dim(const struct surface *dst, struct rect part)
{
	for (int y = part.y; y < part.y + part.h; y++) {
		uint32_t *row = dst->pixels + (ptrdiff_t)y * dst->stride;

		for (int x = part.x; x < part.x + part.w; x++)
			row[x] = (row[x] >> 2 & 0x3f3f3f) + (row[x] >> 4 & 0x0f0f0f);
	}
}

static uint32_t blend(uint32_t below, uint32_t above)
{
	/* 0 to 256, so that nothing and all are exact. */
	uint32_t alpha = (above >> 24) + (above >> 31);
	uint32_t rest = 256 - alpha;
	uint32_t red_blue = (above & 0xff00ff) * alpha + (below & 0xff00ff) * rest;
	uint32_t green = (above >> 8 & 0xff) * alpha + (below >> 8 & 0xff) * rest;

	return (red_blue >> 8 & 0xff00ff) | (green & 0xff00);
}

void scene_upright_size(const struct view *view, int *width, int *height)
{
	bool sideways = rotation_is_sideways(view->rotation);

	*width = sideways ? view->window_h : view->window_w;
	*height = sideways ? view->window_w : view->window_h;
}

static struct rect turn(struct rect r, const struct view *view)
{
	int width, height;

	scene_upright_size(view, &width, &height);
	switch (view->rotation) {
	case ROTATION_90:
		return (struct rect){ height - r.y - r.h, r.x, r.h, r.w };
	case ROTATION_180:
		return (struct rect){ width - r.x - r.w, height - r.y - r.h, r.w, r.h };
	case ROTATION_270:
		return (struct rect){ r.y, width - r.x - r.w, r.h, r.w };
	default:
		return r;
	}
}

struct rect scene_layer_rect(const struct scene *scene, const struct layer *layer)
{
	struct rect window = { 0, 0, scene->view.window_w, scene->view.window_h };

	if (!layer->image.pixels)
		return (struct rect){ 0 };
	return rect_intersect(
		turn((struct rect){ layer->x, layer->y, layer->image.width, layer->image.height },
		     &scene->view),
		window);
}

static void paint_layer(const struct scene *scene, const struct layer *layer, const struct surface *dst,
			struct rect part)
{
	const struct surface *image = &layer->image;
	struct rect r = rect_intersect(part, scene_layer_rect(scene, layer));
	int width, height;

	scene_upright_size(&scene->view, &width, &height);
	for (int y = r.y; y < r.y + r.h; y++) {
		uint32_t *row = dst->pixels + (ptrdiff_t)y * dst->stride;

		for (int x = r.x; x < r.x + r.w; x++) {
			int u = x, v = y;

			if (scene->view.rotation == ROTATION_90) {
				u = y;
				v = height - 1 - x;
			} else if (scene->view.rotation == ROTATION_180) {
				u = width - 1 - x;
				v = height - 1 - y;
			} else if (scene->view.rotation == ROTATION_270) {
				u = width - 1 - y;
				v = x;
			}
			row[x] = blend(
				row[x],
				image->pixels[(ptrdiff_t)(v - layer->y) * image->stride + u - layer->x]);
		}
	}
}

struct rect scene_cursor_rect(const struct scene *scene)
{
	const struct layer *cursor = &scene->cursor;

	if (!cursor->image.pixels)
		return (struct rect){ 0 };
	return view_rect_to_window(&scene->view, (struct rect){ cursor->x, cursor->y, cursor->image.width,
								cursor->image.height });
}

static void paint_cursor(const struct scene *scene, const struct surface *dst, struct rect part)
{
	const struct layer *cursor = &scene->cursor;
	const struct surface *image = &cursor->image;
	struct rect r = rect_intersect(part, scene_cursor_rect(scene));

	for (int y = r.y; y < r.y + r.h; y++) {
		uint32_t *row = dst->pixels + (ptrdiff_t)y * dst->stride;

		for (int x = r.x; x < r.x + r.w; x++) {
			int u, v;

			if (!view_to_remote(&scene->view, x, y, &u, &v))
				continue;
			u -= cursor->x;
			v -= cursor->y;
			if (u >= 0 && v >= 0 && u < image->width && v < image->height)
				row[x] = blend(row[x], image->pixels[(ptrdiff_t)v * image->stride + u]);
		}
	}
}

void scene_paint(const struct scene *scene, const struct surface *dst, struct rect part)
{
	if (rect_is_empty(part))
		return;
	if (!scene->picture) {
		fill(dst, part);
	} else {
		fill_letterbox(dst, part, scene->view.picture);
		paint_picture(scene, dst, part);
		if (scene->dimmed)
			dim(dst, rect_intersect(part, scene->view.picture));
		else if (scene->cursor.image.pixels)
			paint_cursor(scene, dst, part);
	}
	for (unsigned i = 0; i < SCENE_LAYERS_MAX; i++)
		if (scene->layers[i].image.pixels)
			paint_layer(scene, &scene->layers[i], dst, part);
}
