/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The program: one window, several connections of which one is shown, and the thread that presents.
 *
 *      app.c           set-up, the loop, ending
 *      app_events.c    what SDL and the other threads tell; hot keys
 *      app_follow.c    after the connection's status, the server's cursor, the hub's states
 *      app_overlay.c   status page, indicators, statistics
 *      app_paint.c     from the frame's damage to the window
 */
#ifndef XENHUB_DISPLAY_APP_H
#define XENHUB_DISPLAY_APP_H

#include <SDL.h>
#include <stdatomic.h>
#include "display/app/options.h"
#include "display/app/wait.h"
#include "display/input/from_sdl.h"
#include "display/input/hub.h"
#include "display/input/input.h"
#include "display/osd/pages.h"
#include "display/osd/stats.h"
#include "display/present/present.h"
#include "display/present/scene.h"

#define APP_SETTLE_MS     500  /* the window is settled without a picture after that */
#define APP_GRACE_MS      250  /* troubles shorter than this are not shown */
#define APP_INDICATORS_MS 4000 /* how long a change is indicated */
#define APP_RETRY_MS      1000 /* people's wishes to try again count once in this time */
#define APP_BELL_MS       1000 /* how long the server's bell is shown */
#define APP_NAME_MS       1500 /* how long a connection's name is shown after switching to it */

enum app_layer {
	LAYER_STATUS,
	LAYER_INDICATORS,
	LAYER_STATS,
	LAYER_NAME,
};

struct app {
	const struct options *options;
	SDL_Window *window;
	struct present *present;
	struct scene scene;
	struct dialer *dialer; /* of connections over carriers; NULL: there are none */
	struct remote *remotes[CONFIG_CONNECTIONS_MAX];
	unsigned remote_count, current;
	_Atomic(struct remote *) target; /* where input goes: the current one */
	atomic_bool placed; /* the transform is for its size: before that no position means anything */
	struct remote_status status; /* of the current one, as last looked at */
	struct input *input;
	struct sdl_echo echo;
	struct hub *hub;
	struct hub_states hub_states;
	unsigned leds; /* enum remote_leds that the hub's keyboards were told */
	enum rotation rotation;
	bool rotation_auto, rotation_locked;
	bool fullscreen, stats;
	bool settled;            /* the window manager knows of full-screen, where it has to be told */
	int asked_w, asked_h;    /* the size that this connection was asked for, */
	unsigned asked_connects; /* since it was up so many times */
	struct app_wait wait;
	Uint32 wake_event; /* its code says why: enum app_wake */
	bool quit;
	int exit_code;
	uint64_t started_ns, exit_at_ns;

	/* What has to be painted, in window pixels. */
	struct damage dirty;
	bool dirty_all;
	bool uploaded;              /* the picture is where the hardware turns it */
	uint64_t paint_again_ns;    /* CLOCK_NEVER, or when to try again to get the window's memory */
	struct stats_timing timing; /* since the statistics were last shown */
	struct stats_mark stats_mark;
	uint64_t update_shown_ns; /* the end of the last update that was painted */

	/* Overlays. */
	struct font *font;
	uint64_t status_at_ns, stats_at_ns; /* CLOCK_NEVER, or when they are due to change */
	uint64_t indicators_until_ns, name_until_ns;
	struct indicators indicated;
	uint64_t retried_ns;    /* when somebody last wanted that */
	uint64_t bell_until_ns; /* CLOCK_NEVER: it did not ring lately */
	time_t since_wall;      /* when the present trouble began, for people */
	uint64_t since_ns;

	/* The server's cursor: SDL's where its pointer counts, else painted by us. */
	struct remote_cursor cursor;
	uint32_t cursor_pixels[REMOTE_CURSOR_SIDE_MAX * REMOTE_CURSOR_SIDE_MAX];
	enum rotation cursor_rotation;
	SDL_Cursor *sdl_cursor;
	bool cursor_visible;

	char *text_in;      /* the clipboard as a server last gave it to us; NULL: none did */
	unsigned text_from; /* which connection's server */
};

enum app_wake {
	WAKE_REMOTE, /* a connection, the hub or the pointer has something new */
	WAKE_ACTION, /* data1: enum action, data2: its argument */
	WAKE_QUIT,
	WAKE_SHOT,
};

/* Window and connections. An exit code, with a line on stderr if it is not 0. app_close undoes it, half-done too. */
int app_open(struct app *app);
int app_run(struct app *app);
void app_close(struct app *app);

/* From any thread. */
void app_wake(struct app *app, enum app_wake why);

/* app_events.c */
void app_handle(struct app *app, const SDL_Event *event);
int app_open_input(struct app *app);
void app_show_connection(struct app *app, unsigned index);
void app_take_shot(struct app *app);
/* The server takes over the window system's lock keys: a new connection, or the keyboard is ours again. */
void app_tell_locks(struct app *app);

/* app_follow.c: looks at everything that other threads may have changed. */
void app_follow(struct app *app);
void app_set_rotation(struct app *app, enum rotation rotation);
void app_follow_orientation(struct app *app);

/* app_overlay.c: brings the layers up to date; the next time that one changes by itself. */
void app_overlay(struct app *app, uint64_t now_ns);
uint64_t app_overlay_deadline(const struct app *app);
void app_overlay_close(struct app *app);

/* app_paint.c */
void app_paint(struct app *app);
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

static inline bool app_is_well(const struct app *app)
{
	return app->status.state == REMOTE_RUNNING;
}

#endif
