/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a window shows, painted part by part into a surface: the remote's picture, turned and scaled; the letterbox
 * around it; the remote's cursor where we draw it; layers of our own on top (status page, indicators). Pure.
 *
 * Layers lie in the upright window: the window as the person sees it who holds it so that the picture is upright.
 * At ROTATION_0 that is the window itself; sideways, width and height are exchanged.
 */
#ifndef XENHUB_DISPLAY_SCENE_H
#define XENHUB_DISPLAY_SCENE_H

#include "display/rotate/rotate.h"
#include "display/view/view.h"

#define SCENE_LAYERS_MAX 4

/* Straight 0xAARRGGBB, x and y of its top-left corner in the upright window; shown while image.pixels is set. */
struct layer {
	struct surface image;
	int x, y;
};

struct scene {
	struct rotate rotate;
	struct view view;
	const struct surface *picture; /* NULL: none, black */
	bool dimmed;                   /* the picture at a third of its light: it is not of now */
	struct layer cursor;           /* x and y in remote pixels; scaled as the picture is */
	struct layer layers[SCENE_LAYERS_MAX];
};

/* Paints all of `part` (window pixels, inside dst). */
void scene_paint(const struct scene *scene, const struct surface *dst, struct rect part);

/* What has to be painted again when the cursor or a layer came, went or moved: where it is, in window pixels. */
struct rect scene_cursor_rect(const struct scene *scene);
struct rect scene_layer_rect(const struct scene *scene, const struct layer *layer);

/* The size of the upright window. */
void scene_upright_size(const struct view *view, int *width, int *height);

#endif
