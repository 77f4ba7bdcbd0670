/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * By graphics hardware: the picture lies in a texture as the server sent it; turning, scaling and blending are the
 * renderer's. What is uploaded is what changed, and the processor turns nothing. Corners are given as coordinates, not
 * as an angle: sines are never quite one.
 */
#include "display/present/texture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "display/present/scene.h"

#define DIMMED 80 /* of 255: five sixteenths, as the processor dims */

struct gpu_present {
	struct texture_present stream; /* for pictures that are larger than a texture can be */
	SDL_Texture *picture;
	int width, height;                                /* of the picture */
	SDL_Texture *overlays[SCENE_LAYERS_MAX], *cursor; /* as large as what was last shown of them */
};

static struct gpu_present *gpu_of(struct present *present)
{
	return (struct gpu_present *)present;
}

static void drop(SDL_Texture **texture)
{
	if (*texture)
		SDL_DestroyTexture(*texture);
	*texture = NULL;
}

static int picture_make(struct gpu_present *gpu, int width, int height)
{
	drop(&gpu->picture);
	gpu->picture = SDL_CreateTexture(gpu->stream.renderer, SDL_PIXELFORMAT_RGB888,
					 SDL_TEXTUREACCESS_STATIC, width, height);
	if (!gpu->picture)
		return -E2BIG;
	SDL_SetTextureBlendMode(gpu->picture, SDL_BLENDMODE_NONE);
	gpu->width = width;
	gpu->height = height;
	return 0;
}

static int gpu_upload(struct present *present, const struct surface *picture, const struct rect *parts,
		      unsigned count)
{
	struct gpu_present *gpu = gpu_of(present);
	struct rect whole = { 0, 0, picture->width, picture->height };

	if (!gpu->picture || gpu->width != picture->width || gpu->height != picture->height) {
		int rc = picture_make(gpu, picture->width, picture->height);

		if (rc < 0)
			return rc;
		parts = &whole;
		count = 1;
	}
	for (unsigned i = 0; i < count; i++) {
		SDL_Rect rect = { parts[i].x, parts[i].y, parts[i].w, parts[i].h };

		if (SDL_UpdateTexture(gpu->picture, &rect,
				      picture->pixels + (ptrdiff_t)rect.y * picture->stride + rect.x,
				      picture->stride * 4) < 0)
			return -EIO;
	}
	return 0;
}

/*
 * Where a corner of something upright (u and v from 0 to 1 across it) is shown, in a rectangle of the window that holds all of
 * it, turned.
 */
static SDL_FPoint corner_at(SDL_FRect in, float u, float v, enum rotation rotation)
{
	switch (rotation) {
	case ROTATION_90:
		return (SDL_FPoint){ in.x + (1 - v) * in.w, in.y + u * in.h };
	case ROTATION_180:
		return (SDL_FPoint){ in.x + (1 - u) * in.w, in.y + (1 - v) * in.h };
	case ROTATION_270:
		return (SDL_FPoint){ in.x + v * in.w, in.y + (1 - u) * in.h };
	default:
		return (SDL_FPoint){ in.x + u * in.w, in.y + v * in.h };
	}
}

/* All of a texture onto the part of `in` that lies between (u0, v0) and (u1, v1), both upright. */
static int draw(struct gpu_present *gpu, SDL_Texture *texture, SDL_FRect in, const float part[4],
		enum rotation rotation, Uint8 light)
{
	static const int corners[6] = { 0, 1, 2, 2, 1, 3 };
	SDL_Vertex vertices[4];

	for (int i = 0; i < 4; i++) {
		int right = i & 1, below = i >> 1;

		vertices[i] = (SDL_Vertex){
			.position = corner_at(in, part[2 * right], part[1 + 2 * below], rotation),
			.color = { light, light, light, 255 },
			.tex_coord = { (float)right, (float)below },
		};
	}
	return SDL_RenderGeometry(gpu->stream.renderer, texture, vertices, 4, corners, 6) < 0 ? -EIO : 0;
}

/* Overlays are small, and change whenever they like: uploaded each time that they are shown. */
static int overlay_load(struct gpu_present *gpu, SDL_Texture **texture, const struct surface *image)
{
	int width = 0, height = 0;

	if (*texture)
		SDL_QueryTexture(*texture, NULL, NULL, &width, &height);
	if (width != image->width || height != image->height)
		drop(texture);
	if (!*texture)
		*texture = SDL_CreateTexture(gpu->stream.renderer, SDL_PIXELFORMAT_ARGB8888,
					     SDL_TEXTUREACCESS_STATIC, image->width, image->height);
	if (!*texture || SDL_UpdateTexture(*texture, NULL, image->pixels, image->stride * 4) < 0)
		return -EIO;
	SDL_SetTextureBlendMode(*texture, SDL_BLENDMODE_BLEND);
	return 0;
}

static int draw_cursor(struct gpu_present *gpu, const struct scene *scene, SDL_FRect picture)
{
	const struct layer *cursor = &scene->cursor;
	float width = (float)scene->view.remote_w, height = (float)scene->view.remote_h;
	const float part[4] = { (float)cursor->x / width, (float)cursor->y / height,
				(float)(cursor->x + cursor->image.width) / width,
				(float)(cursor->y + cursor->image.height) / height };

	if (overlay_load(gpu, &gpu->cursor, &cursor->image) < 0)
		return -EIO;
	return draw(gpu, gpu->cursor, picture, part, scene->view.rotation, 255);
}

static int draw_picture(struct gpu_present *gpu, const struct scene *scene)
{
	static const float whole[4] = { 0, 0, 1, 1 };
	const struct view *view = &scene->view;
	const struct rect *at = &view->picture;
	SDL_FRect in = { (float)at->x, (float)at->y, (float)at->w, (float)at->h };
	SDL_Rect clip = { at->x, at->y, at->w, at->h };
	int rc;

	SDL_SetTextureScaleMode(gpu->picture, view_is_unscaled(view) || view->scale == VIEW_INTEGER
						      ? SDL_ScaleModeNearest
						      : SDL_ScaleModeLinear);
	rc = draw(gpu, gpu->picture, in, whole, view->rotation, scene->dimmed ? DIMMED : 255);
	if (rc == 0 && !scene->dimmed && scene->cursor.image.pixels) {
		SDL_RenderSetClipRect(gpu->stream.renderer, &clip);
		rc = draw_cursor(gpu, scene, in);
		SDL_RenderSetClipRect(gpu->stream.renderer, NULL);
	}
	return rc;
}

static int draw_overlay(struct gpu_present *gpu, const struct scene *scene, unsigned index)
{
	const struct layer *layer = &scene->layers[index];
	SDL_FRect window = { 0, 0, (float)scene->view.window_w, (float)scene->view.window_h };
	int width, height;

	if (!layer->image.pixels)
		return 0;
	scene_upright_size(&scene->view, &width, &height);
	if (overlay_load(gpu, &gpu->overlays[index], &layer->image) < 0)
		return -EIO;
	return draw(gpu, gpu->overlays[index], window,
		    (const float[4]){ (float)layer->x / (float)width, (float)layer->y / (float)height,
				      (float)(layer->x + layer->image.width) / (float)width,
				      (float)(layer->y + layer->image.height) / (float)height },
		    scene->view.rotation, 255);
}

static int gpu_draw(struct present *present, const struct scene *scene)
{
	struct gpu_present *gpu = gpu_of(present);
	SDL_Renderer *renderer = gpu->stream.renderer;
	int rc = 0;

	SDL_SetRenderDrawColor(renderer, 0, 0, 0, 255);
	SDL_RenderClear(renderer);
	if (scene->picture && gpu->picture)
		rc = draw_picture(gpu, scene);
	for (unsigned i = 0; i < SCENE_LAYERS_MAX && rc == 0; i++)
		rc = draw_overlay(gpu, scene, i);
	SDL_RenderPresent(renderer);
	return rc;
}

/* Whatever the window did, the textures may be gone with its old surface. */
static int gpu_resize(struct present *present, int width, int height)
{
	struct gpu_present *gpu = gpu_of(present);

	drop(&gpu->picture);
	return texture_resize(present, width, height);
}

static void gpu_destroy(struct present *present)
{
	struct gpu_present *gpu = gpu_of(present);

	drop(&gpu->picture);
	drop(&gpu->cursor);
	for (unsigned i = 0; i < SCENE_LAYERS_MAX; i++)
		drop(&gpu->overlays[i]);
	texture_finish(&gpu->stream);
	free(gpu);
}

static const struct present_ops gpu_ops = {
	.resize = gpu_resize,
	.lock = texture_lock,
	.unlock = texture_unlock,
	.show = texture_show,
	.upload = gpu_upload,
	.draw = gpu_draw,
	.destroy = gpu_destroy,
};

int present_gpu_create(struct present **out, SDL_Window *window, SDL_Renderer *renderer, char *why,
		       size_t size)
{
	struct gpu_present *gpu = calloc(1, sizeof(*gpu));

	if (!gpu)
		return -ENOMEM;
	gpu->stream.base.ops = &gpu_ops;
	gpu->stream.base.kind = PRESENT_GPU;
	gpu->stream.base.window = window;
	gpu->stream.renderer = renderer;
	if (texture_resize(&gpu->stream.base, 0, 0) < 0) {
		snprintf(why, size, "SDL's renderer does not know its size: %s", SDL_GetError());
		free(gpu);
		return -ENOTSUP;
	}
	*out = &gpu->stream.base;
	return 0;
}
