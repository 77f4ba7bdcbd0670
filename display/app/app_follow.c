/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/app.h"

#include <stdlib.h>
#include "hub/core/clock.h"

void app_set_rotation(struct app *app, enum rotation rotation)
{
	if (rotation == app->rotation)
		return;
	app->rotation = rotation;
	app_update_view(app, app->scene.view.remote_w, app->scene.view.remote_h);
	app->cursor.generation = 0;
	app->indicators_until_ns = clock_now_ns() + APP_INDICATORS_MS * NS_PER_MS;
}

void app_follow_orientation(struct app *app)
{
	const struct hub_states *states = &app->hub_states;
	int mounted = app->options->config.mounted;

	if (!app->rotation_auto || app->rotation_locked)
		return;
	/* A tablet in its keyboard stands as a laptop does. */
	if (states->tablet_mode == 0 || states->orientation < 0)
		app_set_rotation(app, (enum rotation)mounted);
	else
		app_set_rotation(app, (enum rotation)((mounted + states->orientation) % 4));
}

/* A server that never tells leaves the keyboards alone. */
static void follow_leds(struct app *app)
{
	unsigned leds = app->status.leds;

	if (!app->hub || leds == app->leds)
		return;
	app->leds = leds;
	hub_set_leds(app->hub, leds & REMOTE_LED_NUM, leds & REMOTE_LED_CAPS, leds & REMOTE_LED_SCROLL);
}

static void follow_status(struct app *app)
{
	bool was_well = app_is_well(app), relative = app->status.relative;
	unsigned connects = app->status.connects, bells = app->status.bells;

	remote_get_status(app_remote(app), &app->status);
	/* A server that came back within the blink of an eye knows nothing of what was held either. */
	if (was_well && (!app_is_well(app) || app->status.connects != connects))
		input_release(app->input);
	if (app_is_well(app) && app->status.connects != connects)
		app_tell_locks(app);
	if (app->status.bells != bells)
		app->bell_until_ns = clock_now_ns() + APP_BELL_MS * NS_PER_MS;
	input_set_waiting(app->input, app->status.state == REMOTE_WAITING);
	if (app->status.relative != relative)
		input_set_relative(app->input, app->status.relative);
	follow_leds(app);
	if (app->status.since_ns != app->since_ns) {
		uint64_t ago = clock_now_ns() - app->status.since_ns;

		app->since_ns = app->status.since_ns;
		app->since_wall = time(NULL) - (time_t)(ago / NS_PER_S);
	}
}

/* Where the configuration wants it: the server draws at our size, and nothing has to be scaled. */
static void follow_size(struct app *app)
{
	int width, height;

	if (!app->options->config.resize_remote || !app_is_well(app))
		return;
	scene_upright_size(&app->scene.view, &width, &height);
	if (width == app->asked_w && height == app->asked_h && app->status.connects == app->asked_connects)
		return;
	app->asked_w = width;
	app->asked_h = height;
	app->asked_connects = app->status.connects;
	remote_ask_size(app_remote(app), width, height);
}

static void follow_text(struct app *app)
{
	char *text = remote_take_text(app_remote(app));

	if (!text)
		return;
	free(app->text_in);
	app->text_in = text;
	app->text_from = app->current;
	SDL_SetClipboardText(text);
}

/* The server's cursor as SDL's, turned as the picture is. */
static void make_sdl_cursor(struct app *app)
{
	const struct remote_cursor *cursor = &app->cursor;
	bool sideways = rotation_is_sideways(app->rotation);
	int w = sideways ? cursor->h : cursor->w, h = sideways ? cursor->w : cursor->h;
	struct surface from = { app->cursor_pixels, cursor->w, cursor->h, cursor->w };
	int hot_x = cursor->hot_x, hot_y = cursor->hot_y;
	SDL_Cursor *made = NULL;
	SDL_Surface *surface;

	if (app->rotation == ROTATION_90) {
		hot_x = cursor->h - 1 - cursor->hot_y;
		hot_y = cursor->hot_x;
	} else if (app->rotation == ROTATION_180) {
		hot_x = cursor->w - 1 - cursor->hot_x;
		hot_y = cursor->h - 1 - cursor->hot_y;
	} else if (app->rotation == ROTATION_270) {
		hot_x = cursor->hot_y;
		hot_y = cursor->w - 1 - cursor->hot_x;
	}
	surface = SDL_CreateRGBSurfaceWithFormat(0, w, h, 32, SDL_PIXELFORMAT_ARGB8888);
	if (surface) {
		struct surface to = { surface->pixels, w, h, surface->pitch / 4 };

		rotate_blit(&app->scene.rotate, &to, 0, 0, &from, (struct rect){ 0, 0, cursor->w, cursor->h },
			    app->rotation);
		made = SDL_CreateColorCursor(surface, hot_x, hot_y);
		SDL_FreeSurface(surface);
	}
	if (!made)
		return;
	SDL_SetCursor(made);
	if (app->sdl_cursor)
		SDL_FreeCursor(app->sdl_cursor);
	app->sdl_cursor = made;
}

static void follow_sdl_cursor(struct app *app)
{
	bool changed = remote_get_cursor(app_remote(app), &app->cursor);
	bool has_shape = app->cursor.generation == 0 || app->cursor.w > 0;
	bool visible;
	int x, y;

	if (changed && app->cursor.w > 0 && app->cursor.h > 0)
		make_sdl_cursor(app);
	visible = !app_is_well(app) || (input_pointer(app->input, &x, &y) && has_shape);
	if (visible == app->cursor_visible)
		return;
	app->cursor_visible = visible;
	SDL_ShowCursor(visible ? SDL_ENABLE : SDL_DISABLE);
}

static void follow_painted_cursor(struct app *app)
{
	struct layer *layer = &app->scene.cursor, before = *layer;
	bool changed = remote_get_cursor(app_remote(app), &app->cursor);
	bool visible;
	int x, y;

	visible = input_pointer(app->input, &x, &y) && app->cursor.w > 0 && app->cursor.h > 0;
	app_dirty(app, changed || !visible ? scene_cursor_rect(&app->scene) : (struct rect){ 0 });
	if (!visible) {
		*layer = (struct layer){ 0 };
		return;
	}
	*layer = (struct layer){ { app->cursor_pixels, app->cursor.w, app->cursor.h, app->cursor.w },
				 x - app->cursor.hot_x,
				 y - app->cursor.hot_y };
	if (!changed && before.image.pixels && before.x == layer->x && before.y == layer->y)
		return;
	app_dirty(app, scene_cursor_rect(&app->scene));
	if (before.image.pixels) {
		struct layer now = *layer;

		*layer = before;
		app_dirty(app, scene_cursor_rect(&app->scene));
		*layer = now;
	}
}

static void follow_hub(struct app *app)
{
	struct hub_states before = app->hub_states;

	hub_get_states(app->hub, &app->hub_states);
	/* The lock first: what came with it, or after it, is not to turn the picture any more. */
	if (before.rotation_lock != app->hub_states.rotation_lock && app->hub_states.rotation_lock >= 0)
		app->rotation_locked = app->hub_states.rotation_lock;
	if (before.orientation != app->hub_states.orientation ||
	    before.tablet_mode != app->hub_states.tablet_mode ||
	    before.rotation_lock != app->hub_states.rotation_lock)
		app_follow_orientation(app);
}

void app_follow(struct app *app)
{
	follow_status(app);
	follow_size(app);
	follow_text(app);
	if (app->hub)
		follow_hub(app);
	if (app->options->config.input == INPUT_HUB)
		follow_painted_cursor(app);
	else
		follow_sdl_cursor(app);
}
