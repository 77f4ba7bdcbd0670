/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/window.h"

#include <stdlib.h>
#include <string.h>
#include "display/app/exit.h"
#include "display/present/present.h"
#include "hub/core/text.h"

#define DESK_W 1280
#define DESK_H 800

static void set_hints(const struct config *config)
{
	present_hints();
	SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
	SDL_SetHint(SDL_HINT_APP_NAME, "xenhub-display");
	SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "0");
	SDL_SetHint(SDL_HINT_VIDEO_MINIMIZE_ON_FOCUS_LOSS, "0");
	/* One finger is one finger: no mouse made of touches, no touches made of mice. */
	SDL_SetHint(SDL_HINT_TOUCH_MOUSE_EVENTS, "0");
	SDL_SetHint(SDL_HINT_MOUSE_TOUCH_EVENTS, "0");
	SDL_SetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1");
	SDL_SetHint(SDL_HINT_GRAB_KEYBOARD, "1");
	SDL_SetHint(SDL_HINT_WINDOWS_NO_CLOSE_ON_ALT_F4, "1");
	SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, config->fullscreen ? "1" : "0");
}

/* The screen by number or by a part of its name; -1 if there is none such. */
static int find_output(const char *wanted)
{
	int count = SDL_GetNumVideoDisplays();
	long number;

	if (!*wanted)
		return 0;
	if (text_to_long(wanted, 10, 0, count - 1, &number) == 0)
		return (int)number;
	for (int i = 0; i < count; i++) {
		const char *name = SDL_GetDisplayName(i);

		if (name && strstr(name, wanted))
			return i;
	}
	fprintf(stderr, "xenhub-display: there is no output %s; there are:", wanted);
	for (int i = 0; i < count; i++)
		fprintf(stderr, "%s %d (%s)", i ? "," : "", i, SDL_GetDisplayName(i));
	fprintf(stderr, "\n");
	return -1;
}

bool window_is_on_x11(void)
{
	const char *driver = SDL_GetCurrentVideoDriver();

	return driver && !strcmp(driver, "x11");
}

int window_create(SDL_Window **out, const struct config *config)
{
	Uint32 flags = SDL_WINDOW_ALLOW_HIGHDPI | SDL_WINDOW_RESIZABLE;
	int output, width = DESK_W, height = DESK_H;
	SDL_Rect bounds;

	set_hints(config);
	if (SDL_InitSubSystem(SDL_INIT_VIDEO) < 0) {
		fprintf(stderr,
			"xenhub-display: there is no screen to show anything on: %s. Set DISPLAY or "
			"WAYLAND_DISPLAY, or run it "
			"from a console with SDL_VIDEODRIVER=kmsdrm\n",
			SDL_GetError());
		return EXIT_SCREEN;
	}
	output = find_output(config->output);
	if (output < 0)
		return EXIT_SCREEN;
	if (config->windowed_w > 0) {
		width = config->windowed_w;
		height = config->windowed_h;
	}
	if (config->fullscreen) {
		flags |= SDL_WINDOW_BORDERLESS | (window_is_on_x11() ? 0 : SDL_WINDOW_FULLSCREEN_DESKTOP);
		/* Without a window manager nobody else makes it as large as the screen. */
		if (SDL_GetDisplayBounds(output, &bounds) == 0) {
			width = bounds.w;
			height = bounds.h;
		}
	}
	*out = SDL_CreateWindow("xenhub-display", (int)SDL_WINDOWPOS_CENTERED_DISPLAY(output),
				(int)SDL_WINDOWPOS_CENTERED_DISPLAY(output), width, height, flags);
	if (!*out) {
		fprintf(stderr, "xenhub-display: cannot make a window: %s\n", SDL_GetError());
		return EXIT_SCREEN;
	}
	SDL_StopTextInput();
	SDL_DisableScreenSaver();
	if (config->fullscreen)
		SDL_SetWindowGrab(*out, SDL_TRUE);
	return EXIT_OK;
}

void window_set_fullscreen(SDL_Window *window, bool fullscreen)
{
	SDL_SetWindowFullscreen(window, fullscreen ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
	SDL_SetWindowGrab(window, fullscreen ? SDL_TRUE : SDL_FALSE);
}
