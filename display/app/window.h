/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The window: where it is, how large, and what a kiosk must not have around it. */
#ifndef XENHUB_DISPLAY_WINDOW_H
#define XENHUB_DISPLAY_WINDOW_H

#include <SDL.h>
#include "display/config/config.h"

/* Starts SDL's video and makes the window. 0, or an exit code with a line on stderr. */
int window_create(SDL_Window **out, const struct config *config);

/*
 * On X11 SDL waits up to 100 ms for a window manager to make a window full-screen, all of it where there is none. So
 * the window is made as large as the screen, without borders, and the manager is told once the first picture stands
 * in it.
 */
bool window_is_on_x11(void);

/* Full-screen or not, at run time. */
void window_set_fullscreen(SDL_Window *window, bool fullscreen);

#endif
