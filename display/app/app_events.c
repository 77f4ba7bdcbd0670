/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/app.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "display/app/exit.h"
#include "display/app/window.h"
#include "display/input/from_sdl.h"
#include "hub/core/clock.h"

static bool from_hub(const struct app *app)
{
	return app->options->config.input == INPUT_HUB;
}

static void on_send(void *user, const struct outbox_event *event)
{
	struct app *app = user;
	struct remote *target = atomic_load(&app->target);
	bool is_position = event->type == OUTBOX_POINTER || event->type == OUTBOX_MOTION;

	if (target && (!is_position || atomic_load(&app->placed)))
		remote_send(target, event);
}

/* With input's lock held, on whichever thread: what it means is done on ours. */
static void on_action(void *user, enum action action, unsigned argument)
{
	struct app *app = user;
	SDL_Event event = { .user = { .type = app->wake_event,
				      .code = WAKE_ACTION,
				      .data1 = (void *)(uintptr_t)action,
				      .data2 = (void *)(uintptr_t)argument } };

	SDL_PushEvent(&event);
	wait_wake(&app->wait);
}

static void on_pointer(void *user)
{
	struct app *app = user;

	/* The window system moves its own pointer. */
	if (from_hub(app))
		app_wake(app, WAKE_REMOTE);
}

static void wake_for_hub(void *user)
{
	app_wake(user, WAKE_REMOTE);
}

int app_open_input(struct app *app)
{
	static const struct input_listener listener = { on_send, on_action, on_pointer };
	static const enum pointer_button erasers[] = {
		[ERASER_MIDDLE] = POINTER_MIDDLE, [ERASER_LEFT] = POINTER_LEFT, [ERASER_RIGHT] = POINTER_RIGHT
	};
	const struct config *config = &app->options->config;
	struct input_config input = {
		.touch = { .long_press_ms = (uint32_t)config->long_press_ms,
			   .slop = (int)config->slop_px * VIEW_FINE,
			   .scroll_step = (int)config->scroll_px * VIEW_FINE,
			   .natural_scroll = config->natural_scroll },
		.repeat_delay_ms = (uint32_t)config->repeat_delay_ms,
		.repeat_interval_ms = (uint32_t)config->repeat_interval_ms,
		.layout = config->layout,
		.variant = config->variant,
		.options = config->xkb_options,
	};
	int rc = input_create(&app->input, &input, &listener, app);

	if (rc < 0) {
		fprintf(stderr,
			"xenhub-display: [keyboard] layout: there is no layout '%s' with these variant and "
			"options, or XKB's "
			"data (xkb-data, xkeyboard-config) is not installed\n",
			config->layout[0] ? config->layout : "us");
		return EXIT_USAGE;
	}
	if (!config->hub[0])
		return EXIT_OK;
	rc = hub_create(&app->hub, config->hub, from_hub(app),
			config->eraser == ERASER_NONE ? 0 : erasers[config->eraser], app->input, wake_for_hub,
			app);
	if (rc < 0) {
		fprintf(stderr, "xenhub-display: --hub %s: %s\n", config->hub, strerror(-rc));
		return EXIT_USAGE;
	}
	hub_set_window(app->hub, app->present->width, app->present->height);
	return EXIT_OK;
}

static void send_clipboard(struct app *app)
{
	char *text;

	if (!remote_config(app_remote(app))->clipboard)
		return;
	text = SDL_GetClipboardText();
	/* What came from there is not sent back; another connection's server may have it. */
	if (text && *text &&
	    (!app->text_in || app->text_from != app->current || strcmp(text, app->text_in) != 0))
		remote_send_text(app_remote(app), text, strlen(text));
	SDL_free(text);
}

void app_show_connection(struct app *app, unsigned index)
{
	struct remote_status status;

	if (index >= app->remote_count || index == app->current)
		return;
	input_release(app->input);
	remote_set_shown(app_remote(app), false);
	app->current = index;
	atomic_store(&app->placed, false);
	atomic_store(&app->target, app_remote(app));
	remote_set_shown(app_remote(app), true);
	app->cursor.generation = 0;
	app->asked_w = 0;
	/* What it says is new to us, but that its bell rang in between. */
	remote_get_status(app_remote(app), &status);
	app->status = (struct remote_status){ .bells = status.bells };
	/* Nor did its last update wait for us all the while. */
	app->update_shown_ns = status.updated_ns;
	app->bell_until_ns = CLOCK_NEVER;
	app->name_until_ns = clock_now_ns() + APP_NAME_MS * NS_PER_MS;
	app_dirty_all(app);
	send_clipboard(app);
}

void app_take_shot(struct app *app)
{
	const char *path = app->options->screenshot;
	int rc;

	if (!path)
		return;
	rc = app_screenshot(app, path);
	if (rc == 0)
		return;
	fprintf(stderr, "xenhub-display: %s: cannot write the screenshot: %s\n", path, strerror(-rc));
	app->exit_code = EXIT_SCREENSHOT;
}

static void act(struct app *app, enum action action, unsigned argument)
{
	switch (action) {
	case ACTION_NONE:
		break;
	case ACTION_ROTATE:
		/* Whoever turns it by hand wants it to stay. */
		app->rotation_locked = app->rotation_auto;
		app_set_rotation(app, (enum rotation)((app->rotation + 1) % 4));
		break;
	case ACTION_LOCK:
		app->rotation_locked = !app->rotation_locked;
		app_follow_orientation(app);
		break;
	case ACTION_NEXT:
		app_show_connection(app, (app->current + 1) % app->remote_count);
		break;
	case ACTION_CONNECTION:
		app_show_connection(app, argument);
		break;
	case ACTION_RETRY:
		/* Whoever drums on the screen is not to be shut out by the server. */
		if (clock_now_ns() - app->retried_ns < APP_RETRY_MS * NS_PER_MS)
			break;
		app->retried_ns = clock_now_ns();
		remote_retry(app_remote(app));
		break;
	case ACTION_FULLSCREEN:
		app->fullscreen = !app->fullscreen;
		window_set_fullscreen(app->window, app->fullscreen);
		break;
	case ACTION_STATS:
		app->stats = !app->stats;
		app->stats_at_ns = 0;
		break;
	case ACTION_SHOT:
		app_take_shot(app);
		break;
	case ACTION_QUIT:
		app->quit = app->options->config.may_quit;
		break;
	}
}

static void handle_size(struct app *app, int width, int height)
{
	if (app->present->ops->resize(app->present, width, height) < 0)
		return;
	app_update_view(app, app->scene.view.remote_w, app->scene.view.remote_h);
	if (app->hub)
		hub_set_window(app->hub, app->present->width, app->present->height);
	app->cursor.generation = 0;
}

void app_tell_locks(struct app *app)
{
	SDL_Keymod locks = SDL_GetModState();

	/* The hub's keyboards toggle what the server keeps; there is no second opinion. */
	if (!from_hub(app))
		remote_set_locks(app_remote(app), (locks & KMOD_CAPS ? REMOTE_LED_CAPS : 0) |
							  (locks & KMOD_NUM ? REMOTE_LED_NUM : 0));
}

static void handle_window(struct app *app, const SDL_WindowEvent *event)
{
	switch (event->event) {
	case SDL_WINDOWEVENT_SIZE_CHANGED:
		handle_size(app, event->data1, event->data2);
		break;
	case SDL_WINDOWEVENT_EXPOSED:
		app_dirty_all(app);
		break;
	case SDL_WINDOWEVENT_FOCUS_GAINED:
		app_tell_locks(app);
		/* SDL tells of a change only to whom the clipboard belonged. */
		send_clipboard(app);
		break;
	case SDL_WINDOWEVENT_FOCUS_LOST:
		if (!from_hub(app))
			input_release(app->input);
		break;
	}
}

static void handle_wake(struct app *app, const SDL_UserEvent *event)
{
	switch ((enum app_wake)event->code) {
	case WAKE_REMOTE:
		break;
	case WAKE_ACTION:
		act(app, (enum action)(uintptr_t)event->data1, (unsigned)(uintptr_t)event->data2);
		break;
	case WAKE_QUIT:
		app->quit = true;
		break;
	case WAKE_SHOT:
		app_paint(app);
		app_take_shot(app);
		break;
	}
}

void app_handle(struct app *app, const SDL_Event *event)
{
	struct sdl_scale scale = { .pixels_w = app->present->width, .pixels_h = app->present->height };

	if (event->type == app->wake_event) {
		handle_wake(app, &event->user);
	} else if (event->type == SDL_WINDOWEVENT) {
		handle_window(app, &event->window);
	} else if (event->type == SDL_QUIT) {
		app->quit = app->options->config.may_quit;
	} else if (event->type == SDL_CLIPBOARDUPDATE) {
		send_clipboard(app);
	} else if (!from_hub(app)) {
		int less = window_is_on_x11() ? 1 : 0;

		SDL_GetWindowSize(app->window, &scale.points_w, &scale.points_h);
		scale.finger_w = scale.points_w - less;
		scale.finger_h = scale.points_h - less;
		input_take_sdl(app->input, event, &scale, &app->echo);
	}
}
