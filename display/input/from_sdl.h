/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The window's own devices. */
#ifndef XENHUB_DISPLAY_FROM_SDL_H
#define XENHUB_DISPLAY_FROM_SDL_H

#include <SDL.h>
#include "display/input/input.h"

/* SDL counts in points where the desktop is scaled; the window has physical pixels. */
struct sdl_scale {
	int points_w, points_h, pixels_w, pixels_h;
};

/* Whether the event was input at all. */
bool input_take_sdl(struct input *input, const SDL_Event *event, const struct sdl_scale *scale);

#endif
