/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The program: one window, several connections of which one is shown, and the thread that presents.
 *
 *      app.c           set-up, the loop, ending
 *      app_paint.c     from the frame's damage to the window
 */
#ifndef XENHUB_DISPLAY_APP_H
#define XENHUB_DISPLAY_APP_H

#include <SDL.h>
#include <stdatomic.h>
#include "display/app/options.h"
#include "display/present/present.h"
#include "display/present/scene.h"

#define APP_CLAIM_MS 200 /* how long painting waits for an update that is on its way */

struct app {
	const struct options *options;
	SDL_Window *window;
	struct present *present;
	struct scene scene;
	struct remote *remotes[CONFIG_CONNECTIONS_MAX];
	unsigned remote_count, current;
	struct remote_status status; /* of the current one, as last looked at */
	enum rotation rotation;
	atomic_bool wake_pending;
	Uint32 wake_event; /* its code says why: enum app_wake */
	bool quit;
	int exit_code;
	uint64_t started_ns, exit_at_ns;

	/* What has to be painted, in window pixels. */
	struct damage dirty;
	bool dirty_all;
	uint64_t paint_again_ns; /* CLOCK_NEVER, or when to try again to get the frame */
	uint64_t presents;
};

enum app_wake {
	WAKE_REMOTE, /* a connection has something new */
	WAKE_QUIT,
	WAKE_SHOT,
};

/* Window and connections. An exit code, with a line on stderr if it is not 0. app_close undoes it, half-done too. */
int app_open(struct app *app);
int app_run(struct app *app);
void app_close(struct app *app);

/* From any thread. */
void app_wake(struct app *app, enum app_wake why);

/* Paints what is dirty or damaged, and shows it. */
void app_paint(struct app *app);

/* Everything is to be painted again. */
void app_dirty_all(struct app *app);
void app_dirty(struct app *app, struct rect window_rect);

/* The transform for the present window, rotation and remote size. */
void app_update_view(struct app *app, int remote_w, int remote_h);

/* 0 or a negative errno. */
int app_screenshot(struct app *app, const char *path);

static inline struct remote *app_remote(const struct app *app)
{
	return app->remotes[app->current];
}

#endif
