/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Through a streaming texture of the window's size, locked part by part. */
#include "display/present/present.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct texture_present {
	struct present base;
	SDL_Renderer *renderer;
	SDL_Texture *texture;
};

static struct texture_present *texture_of(struct present *present)
{
	return (struct texture_present *)present;
}

static int texture_resize(struct present *present, int width, int height)
{
	struct texture_present *t = texture_of(present);

	if (t->texture)
		SDL_DestroyTexture(t->texture);
	SDL_GetRendererOutputSize(t->renderer, &present->width, &present->height);
	t->texture = SDL_CreateTexture(t->renderer, SDL_PIXELFORMAT_RGB888, SDL_TEXTUREACCESS_STREAMING,
				       present->width, present->height);
	if (!t->texture)
		return -ENOTSUP;
	SDL_SetTextureBlendMode(t->texture, SDL_BLENDMODE_NONE);
	return 0;
}

static int texture_lock(struct present *present, struct rect part, struct surface *out)
{
	SDL_Rect rect = { part.x, part.y, part.w, part.h };
	void *pixels;
	int pitch;

	if (SDL_LockTexture(texture_of(present)->texture, &rect, &pixels, &pitch) < 0)
		return -EIO;
	out->stride = pitch / 4;
	out->pixels = (uint32_t *)((uintptr_t)pixels -
				   ((uintptr_t)part.y * (unsigned)pitch + (uintptr_t)part.x * 4));
	out->width = present->width;
	out->height = present->height;
	return 0;
}

static void texture_unlock(struct present *present)
{
	SDL_UnlockTexture(texture_of(present)->texture);
}

static int texture_show(struct present *present, const struct rect *parts, unsigned count)
{
	struct texture_present *t = texture_of(present);

	if (SDL_RenderCopy(t->renderer, t->texture, NULL, NULL) < 0)
		return -EIO;
	SDL_RenderPresent(t->renderer);
	return 0;
}

static void texture_destroy(struct present *present)
{
	struct texture_present *t = texture_of(present);

	if (t->texture)
		SDL_DestroyTexture(t->texture);
	if (t->renderer)
		SDL_DestroyRenderer(t->renderer);
	free(t);
}

static const struct present_ops texture_ops = {
	.resize = texture_resize,
	.lock = texture_lock,
	.unlock = texture_unlock,
	.show = texture_show,
	.destroy = texture_destroy,
};

/* OpenGL's own name of what draws: "llvmpipe (LLVM 15.0.6, 256 bits)" is no hardware whatever SDL's flags say. */
static void find_renderer(struct texture_present *t, bool *software)
{
	const unsigned char *(*get_string)(unsigned name);
	const char *name = NULL;
	SDL_RendererInfo info;

	SDL_GetRendererInfo(t->renderer, &info);
	*software = info.flags & SDL_RENDERER_SOFTWARE;
	if (!strncmp(info.name, "opengl", 6)) {
		*(void **)&get_string = SDL_GL_GetProcAddress("glGetString");
		name = get_string ? (const char *)get_string(0x1f01 /* GL_RENDERER */) : NULL;
	}
	if (name && (strstr(name, "llvmpipe") || strstr(name, "softpipe") || strstr(name, "swrast")))
		*software = true;
	snprintf(t->base.renderer, sizeof(t->base.renderer), "%s%s%s", info.name, name ? ", " : "",
		 name ? name : "");
}

int present_texture_create(struct present **out, SDL_Window *window, bool hardware, char *why, size_t size)
{
	struct texture_present *t = calloc(1, sizeof(*t));
	bool software = false;

	if (!t)
		return -ENOMEM;
	t->base.ops = &texture_ops;
	t->base.kind = hardware ? PRESENT_GPU : PRESENT_STREAM;
	t->base.window = window;
	t->renderer = SDL_CreateRenderer(window, -1, hardware ? SDL_RENDERER_ACCELERATED : 0);
	if (!t->renderer || texture_resize(&t->base, 0, 0) < 0) {
		snprintf(why, size, "SDL has no renderer for this window: %s", SDL_GetError());
		texture_destroy(&t->base);
		return -ENOTSUP;
	}
	find_renderer(t, &software);
	if (hardware && software) {
		snprintf(why, size, "the renderer is software (%s): use --present stream or surface",
			 t->base.renderer);
		texture_destroy(&t->base);
		return -ENOTSUP;
	}
	*out = &t->base;
	return 0;
}
