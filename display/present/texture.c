/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Through a streaming texture of the window's size, locked part by part. */
#include "display/present/texture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct texture_present *texture_of(struct present *present)
{
	return (struct texture_present *)present;
}

int texture_resize(struct present *present, int width, int height)
{
	struct texture_present *t = texture_of(present);

	if (t->texture)
		SDL_DestroyTexture(t->texture);
	t->texture = NULL;
	return SDL_GetRendererOutputSize(t->renderer, &present->width, &present->height) < 0 ? -ENOTSUP : 0;
}

static int texture_make(struct texture_present *t)
{
	t->texture = SDL_CreateTexture(t->renderer, SDL_PIXELFORMAT_RGB888, SDL_TEXTUREACCESS_STREAMING,
				       t->base.width, t->base.height);
	if (!t->texture)
		return -ENOTSUP;
	SDL_SetTextureBlendMode(t->texture, SDL_BLENDMODE_NONE);
	return 0;
}

int texture_lock(struct present *present, struct rect part, struct surface *out)
{
	struct texture_present *t = texture_of(present);
	SDL_Rect rect = { part.x, part.y, part.w, part.h };
	void *pixels;
	int pitch;

	if (!t->texture && texture_make(t) < 0)
		return -EIO;
	if (SDL_LockTexture(t->texture, &rect, &pixels, &pitch) < 0)
		return -EIO;
	out->stride = pitch / 4;
	out->pixels = (uint32_t *)((uintptr_t)pixels -
				   ((uintptr_t)part.y * (unsigned)pitch + (uintptr_t)part.x * 4));
	out->width = present->width;
	out->height = present->height;
	return 0;
}

void texture_unlock(struct present *present)
{
	SDL_UnlockTexture(texture_of(present)->texture);
}

int texture_show(struct present *present, const struct rect *parts, unsigned count)
{
	struct texture_present *t = texture_of(present);

	if (SDL_RenderCopy(t->renderer, t->texture, NULL, NULL) < 0)
		return -EIO;
	SDL_RenderPresent(t->renderer);
	return 0;
}

void texture_finish(struct texture_present *t)
{
	if (t->texture)
		SDL_DestroyTexture(t->texture);
	if (t->renderer)
		SDL_DestroyRenderer(t->renderer);
}

static void stream_destroy(struct present *present)
{
	texture_finish(texture_of(present));
	free(present);
}

static const struct present_ops stream_ops = {
	.resize = texture_resize,
	.lock = texture_lock,
	.unlock = texture_unlock,
	.show = texture_show,
	.destroy = stream_destroy,
};

int present_stream_create(struct present **out, SDL_Window *window, SDL_Renderer *renderer, char *why,
			  size_t size)
{
	struct texture_present *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	t->base.ops = &stream_ops;
	t->base.kind = PRESENT_STREAM;
	t->base.window = window;
	t->renderer = renderer;
	if (texture_resize(&t->base, 0, 0) < 0 || texture_make(t) < 0) {
		snprintf(why, size, "SDL's renderer has no texture for this window: %s", SDL_GetError());
		t->renderer = NULL;
		stream_destroy(&t->base);
		return -ENOTSUP;
	}
	*out = &t->base;
	return 0;
}
