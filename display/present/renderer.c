/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SDL's renderer, what it really is, and which way to present goes with it. */
#include "display/present/present.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* OpenGL's own name of what draws: "llvmpipe (LLVM 15.0.6, 256 bits)" is no hardware whatever SDL's flags say. */
static bool is_software(SDL_Renderer *renderer, char *name, size_t size)
{
	const unsigned char *(*get_string)(unsigned name);
	const char *gl = NULL;
	SDL_RendererInfo info;

	SDL_GetRendererInfo(renderer, &info);
	if (!strncmp(info.name, "opengl", 6)) {
		*(void **)&get_string = SDL_GL_GetProcAddress("glGetString");
		gl = get_string ? (const char *)get_string(0x1f01 /* GL_RENDERER */) : NULL;
	}
	snprintf(name, size, "%s%s%s", info.name, gl ? ", " : "", gl ? gl : "");
	return info.flags & SDL_RENDERER_SOFTWARE ||
	       (gl && (strstr(gl, "llvmpipe") || strstr(gl, "softpipe") || strstr(gl, "swrast")));
}

/* Wayland's compositor never tears, and waiting for it would keep keys waiting. */
static void follow_refresh(SDL_Renderer *renderer)
{
	const char *driver = SDL_GetCurrentVideoDriver();

	SDL_RenderSetVSync(renderer, !driver || strcmp(driver, "wayland") != 0);
}

int present_renderer_create(struct present **out, SDL_Window *window, enum present_kind kind, char *why,
			    size_t size)
{
	bool wants_gpu = kind == PRESENT_GPU || kind == PRESENT_GPU_ANY, software;
	SDL_Renderer *renderer = SDL_CreateRenderer(window, -1, wants_gpu ? SDL_RENDERER_ACCELERATED : 0);
	char name[64];
	int rc;

	if (!renderer) {
		snprintf(why, size, "SDL has no renderer for this window: %s", SDL_GetError());
		return -ENOTSUP;
	}
	software = is_software(renderer, name, sizeof(name));
	if (kind == PRESENT_GPU && software) {
		snprintf(why, size, "the renderer is software (%s): use --present stream or surface", name);
		SDL_DestroyRenderer(renderer);
		return -ENOTSUP;
	}
	if (wants_gpu || (kind == PRESENT_AUTO && !software)) {
		follow_refresh(renderer);
		rc = present_gpu_create(out, window, renderer, why, size);
	} else {
		rc = present_stream_create(out, window, renderer, why, size);
	}
	if (rc < 0)
		SDL_DestroyRenderer(renderer);
	else
		snprintf((*out)->renderer, sizeof((*out)->renderer), "%s", name);
	return rc;
}
