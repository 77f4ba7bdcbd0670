/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gets pixels into a window. Whoever paints asks for the part that it is going to paint, paints all of it, and gives
 * it back; then all parts are shown at once.
 *
 *      surface   the window's own memory: X11, where no real GPU draws. SDL is told not to route it through OpenGL.
 *      stream    a locked streaming texture of the window's size: Wayland and KMSDRM, where SDL has no window memory
 *      gpu       the picture as it came in a texture, turned by the hardware as it draws; refused on a software renderer.
 *                It is given the picture's changed parts (upload) and the scene (draw), and painted into only where the
 *                picture is larger than its textures
 */
#ifndef XENHUB_DISPLAY_PRESENT_H
#define XENHUB_DISPLAY_PRESENT_H

#include <SDL.h>
#include "display/geometry.h"
#include "display/present/kind.h"
#include "display/present/scene.h"

struct present;

struct present_ops {
	/* Adapts to the window's size; what was shown is lost. */
	int (*resize)(struct present *present, int width, int height);
	/* A surface in window coordinates of which `part` may be written until unlock; the rest may be unmapped. */
	int (*lock)(struct present *present, struct rect part, struct surface *out);
	void (*unlock)(struct present *present);
	int (*show)(struct present *present, const struct rect *parts, unsigned count);
	/*
	 * Both NULL where whoever paints turns the picture. upload takes over parts of it, or all of a picture of another
	 * size; an error says that it has to be painted. draw shows the scene with the picture that was uploaded.
	 */
	int (*upload)(struct present *present, const struct surface *picture, const struct rect *parts,
		      unsigned count);
	int (*draw)(struct present *present, const struct scene *scene);
	void (*destroy)(struct present *present);
};

struct present {
	const struct present_ops *ops;
	enum present_kind kind;
	SDL_Window *window;
	int width, height; /* physical pixels */
	char renderer[64]; /* what draws, for people */
};

/* To be called before the first window is made: hints that SDL reads then. */
void present_hints(void);

/* Probes what the window's driver can do, or takes what is asked for. -ENOTSUP with a sentence in why. */
int present_create(struct present **out, SDL_Window *window, enum present_kind kind, char *why, size_t size);

static inline void present_destroy(struct present *present)
{
	if (present)
		present->ops->destroy(present);
}

/* The makers that present_create chooses from. */
int present_surface_create(struct present **out, SDL_Window *window, char *why, size_t size);
int present_renderer_create(struct present **out, SDL_Window *window, enum present_kind kind, char *why,
			    size_t size);
/* These two take over the renderer, but not when they fail. */
int present_stream_create(struct present **out, SDL_Window *window, SDL_Renderer *renderer, char *why,
			  size_t size);
int present_gpu_create(struct present **out, SDL_Window *window, SDL_Renderer *renderer, char *why,
		       size_t size);

#endif
