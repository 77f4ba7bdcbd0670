/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/present/present.h"

#include <errno.h>
#include <string.h>

void present_hints(void)
{
	/* SDL 2.26 would draw a window's surface with OpenGL where it finds any, llvmpipe included: 8 x slower. */
	SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
	SDL_SetHint(SDL_HINT_RENDER_VSYNC, "0");
}

static bool driver_has_memory(void)
{
	const char *driver = SDL_GetCurrentVideoDriver();

	return driver && (!strcmp(driver, "x11") || !strcmp(driver, "dummy") || !strcmp(driver, "offscreen"));
}

int present_create(struct present **out, SDL_Window *window, enum present_kind kind, char *why, size_t size)
{
	if (kind == PRESENT_SURFACE)
		return present_surface_create(out, window, why, size);
	if (kind == PRESENT_AUTO && driver_has_memory() &&
	    present_surface_create(out, window, why, size) == 0)
		return 0;
	return present_renderer_create(out, window, kind, why, size);
}
