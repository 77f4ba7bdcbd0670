/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Straight into the window's memory (X11: shared with the server). */
#include "display/present/present.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define RECTS_MAX 64

static int surface_resize(struct present *present, int width, int height)
{
	SDL_Surface *surface = SDL_GetWindowSurface(present->window);

	if (!surface || surface->format->BytesPerPixel != 4 || surface->format->Rmask != 0xff0000 ||
	    surface->format->Bmask != 0xff)
		return -ENOTSUP;
	present->width = surface->w;
	present->height = surface->h;
	return 0;
}

static int surface_lock(struct present *present, struct rect part, struct surface *out)
{
	SDL_Surface *surface = SDL_GetWindowSurface(present->window);

	/* A size that the window got in between makes another surface: paint again when SDL tells of it. */
	if (!surface || surface->w != present->width || surface->h != present->height)
		return -EAGAIN;
	*out = (struct surface){ surface->pixels, surface->w, surface->h, surface->pitch / 4 };
	return 0;
}

static void surface_unlock(struct present *present)
{
}

/* Parts that lie close go as one: one copy in the server, which nobody can look into the middle of. */
static bool is_better_whole(const struct rect *parts, unsigned count, struct rect *whole)
{
	int64_t area = 0;

	*whole = (struct rect){ 0 };
	for (unsigned i = 0; i < count; i++) {
		area += rect_area(parts[i]);
		*whole = rect_unite(*whole, parts[i]);
	}
	return count > 1 && rect_area(*whole) <= 2 * area;
}

static int surface_show(struct present *present, const struct rect *parts, unsigned count)
{
	SDL_Rect rects[RECTS_MAX];
	struct rect whole;

	if (is_better_whole(parts, count, &whole))
		return surface_show(present, &whole, 1);
	if (count > RECTS_MAX)
		return SDL_UpdateWindowSurface(present->window) < 0 ? -EIO : 0;
	for (unsigned i = 0; i < count; i++)
		rects[i] = (SDL_Rect){ parts[i].x, parts[i].y, parts[i].w, parts[i].h };
	return SDL_UpdateWindowSurfaceRects(present->window, rects, (int)count) < 0 ? -EIO : 0;
}

static void surface_destroy(struct present *present)
{
	free(present);
}

static const struct present_ops surface_ops = {
	.resize = surface_resize,
	.lock = surface_lock,
	.unlock = surface_unlock,
	.show = surface_show,
	.destroy = surface_destroy,
};

int present_surface_create(struct present **out, SDL_Window *window, char *why, size_t size)
{
	struct present *present = calloc(1, sizeof(*present));

	if (!present)
		return -ENOMEM;
	present->ops = &surface_ops;
	present->kind = PRESENT_SURFACE;
	present->window = window;
	snprintf(present->renderer, sizeof(present->renderer), "%s", SDL_GetCurrentVideoDriver());
	if (surface_resize(present, 0, 0) < 0) {
		snprintf(why, size, "the %s driver gives no 32-bit window memory: use --present stream",
			 SDL_GetCurrentVideoDriver());
		free(present);
		return -ENOTSUP;
	}
	*out = present;
	return 0;
}
