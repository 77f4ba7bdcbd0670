/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The window's own devices. */
#ifndef XENHUB_DISPLAY_FROM_SDL_H
#define XENHUB_DISPLAY_FROM_SDL_H

#include <SDL.h>
#include "display/input/input.h"

/* SDL counts in points where the desktop is scaled; the window has physical pixels. */
struct sdl_scale {
	int points_w, points_h, pixels_w, pixels_h;
	int finger_w,
		finger_h; /* points that a finger's 1.0 stands for: X11's are one less than the window has */
};

/*
 * Xorg makes a pointer of the first finger, and SDL's hint against mice of touches knows nothing of that one: the mouse
 * that does something while a finger is down, or SDL_ECHO_MS after one did, is an echo. All zero at first.
 */
#define SDL_ECHO_MS 100

struct sdl_echo {
	unsigned fingers; /* that are down */
	bool heard;       /* a finger did something: */
	Uint32 at_ms;     /* SDL's time */
	unsigned buttons; /* of the echo that are down: enum pointer_button */
};

/* Whether the event was input at all. */
bool input_take_sdl(struct input *input, const SDL_Event *event, const struct sdl_scale *scale,
		    struct sdl_echo *echo);

#endif
