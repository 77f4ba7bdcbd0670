/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/app.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "display/app/exit.h"
#include "display/app/window.h"
#include "hub/core/clock.h"
#include "hub/link/dialer.h"

#define LOG_MODULE "display"
#include "hub/core/log.h"

void app_wake(struct app *app, enum app_wake why)
{
	SDL_Event event = { .user = { .type = app->wake_event, .code = (Sint32)why } };

	if (why != WAKE_REMOTE)
		SDL_PushEvent(&event);
	wait_wake(&app->wait);
}

static void wake_for_remote(void *user)
{
	app_wake(user, WAKE_REMOTE);
}

static int open_connection(struct app *app, struct remote_config *remote)
{
	int rc = 0;

	if (remote->uri.kind == URI_CARRIER && !app->dialer)
		rc = dialer_create(&app->dialer);
	remote->dialer = app->dialer;
	if (rc == 0)
		rc = remote_create(&app->remotes[app->remote_count], remote, wake_for_remote, app);
	if (rc < 0) {
		log_errno(-rc, "%s: cannot start", remote->name);
		return EXIT_FAILED;
	}
	app->remote_count++;
	return EXIT_OK;
}

/* All are read, and what they need is loaded, before the first one starts its thread. */
static int open_connections(struct app *app)
{
	const struct config *config = &app->options->config;
	struct remote_config remotes[CONFIG_CONNECTIONS_MAX];
	int rc = EXIT_OK;

	for (unsigned i = 0; i < config->connection_count && rc == EXIT_OK; i++)
		rc = options_connection(&config->connections[i], &remotes[i]);
	for (unsigned i = 0; i < config->connection_count && rc == EXIT_OK; i++)
		rc = open_connection(app, &remotes[i]);
	explicit_bzero(remotes, sizeof(remotes));
	if (rc != EXIT_OK)
		return rc;
	atomic_store(&app->target, app_remote(app));
	remote_set_shown(app_remote(app), true);
	return EXIT_OK;
}

int app_open(struct app *app)
{
	const struct config *config = &app->options->config;
	char why[256];
	int rc = window_create(&app->window, config);

	if (rc != EXIT_OK)
		return rc;
	app->wake_event = SDL_RegisterEvents(1);
	wait_init(&app->wait, app->window, app->wake_event);
	app->paint_again_ns = app->status_at_ns = app->stats_at_ns = CLOCK_NEVER;
	app->indicators_until_ns = app->name_until_ns = CLOCK_NEVER;
	app->indicated.percent = -1;
	app->bell_until_ns = CLOCK_NEVER;
	app->hub_states = HUB_STATES_UNKNOWN;
	app->cursor.pixels = app->cursor_pixels;
	app->cursor_visible = true;
	app->fullscreen = config->fullscreen;
	app->settled = !config->fullscreen || !window_is_on_x11();
	app->stats = config->stats;
	app->exit_at_ns = app->options->exit_after > 0
				  ? app->started_ns + (uint64_t)(app->options->exit_after * (double)NS_PER_S)
				  : CLOCK_NEVER;
	rotate_init(&app->scene.rotate, ROTATE_BEST);
	app->rotation_auto = config->rotate == ROTATE_AUTO;
	app->rotation = (enum rotation)(app->rotation_auto ? config->mounted : config->rotate);
	if (present_create(&app->present, app->window, (enum present_kind)config->present, why, sizeof(why)) <
	    0) {
		fprintf(stderr, "xenhub-display: %s\n", why);
		return EXIT_RENDERER;
	}
	log_debug("presenting by %s (%s)",
		  app->present->ops->upload               ? "gpu"
		  : app->present->kind == PRESENT_SURFACE ? "surface"
							  : "stream",
		  app->present->renderer);
	app_update_view(app, app->present->width, app->present->height);
	rc = open_connections(app);
	if (rc == EXIT_OK)
		rc = app_open_input(app);
	if (rc != EXIT_OK)
		return rc;
	input_set_view(app->input, &app->scene.view);
	if (config->input == INPUT_HUB)
		SDL_ShowCursor(SDL_DISABLE);
	return EXIT_OK;
}

void app_close(struct app *app)
{
	hub_destroy(app->hub);
	for (unsigned i = 0; i < app->remote_count; i++)
		remote_destroy(app->remotes[i]);
	if (app->dialer)
		dialer_destroy(app->dialer);
	input_destroy(app->input);
	app_overlay_close(app);
	free(app->text_in);
	if (app->sdl_cursor)
		SDL_FreeCursor(app->sdl_cursor);
	present_destroy(app->present);
	if (app->window) {
		wait_finish(&app->wait);
		SDL_DestroyWindow(app->window);
	}
	SDL_Quit();
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static int sleep_ms(const struct app *app)
{
	uint64_t deadline = earlier(earlier(app->exit_at_ns, app->paint_again_ns), app_overlay_deadline(app));
	uint64_t now = clock_now_ns();

	/* The hub's thread looks after its own devices' long presses and repeats. */
	if (app->options->config.input == INPUT_SDL)
		deadline = earlier(deadline, input_deadline(app->input));
	if (!app->settled)
		deadline = earlier(deadline, app->started_ns + APP_SETTLE_MS * NS_PER_MS);
	if (deadline == CLOCK_NEVER)
		return -1;
	return deadline <= now ? 0 : (int)((deadline - now) / NS_PER_MS) + 1;
}

static void settle(struct app *app, uint64_t now_ns)
{
	if (app->settled || (!app->status.ever && now_ns < app->started_ns + APP_SETTLE_MS * NS_PER_MS))
		return;
	app->settled = true;
	window_set_fullscreen(app->window, true);
}

static void end_without_picture(struct app *app)
{
	remote_get_status(app_remote(app), &app->status);
	if (app->exit_code != EXIT_OK || app->exit_at_ns == CLOCK_NEVER || app->status.ever)
		return;
	fprintf(stderr, "xenhub-display: no picture came from %s: %s\n",
		remote_config(app_remote(app))->uri.text,
		app->status.reason[0] ? app->status.reason : "it did not answer in time");
	app->exit_code = EXIT_NO_PICTURE;
}

int app_run(struct app *app)
{
	app->exit_code = EXIT_OK;
	app_dirty_all(app);
	while (!app->quit) {
		SDL_Event event;
		uint64_t now;

		wait_for(&app->wait, sleep_ms(app));
		while (SDL_PollEvent(&event))
			app_handle(app, &event);
		now = clock_now_ns();
		if (app->options->config.input == INPUT_SDL)
			input_tick(app->input, now);
		app_follow(app);
		app_overlay(app, now);
		app_paint(app);
		settle(app, now);
		if (now >= app->exit_at_ns)
			app->quit = true;
	}
	if (app->exit_code == EXIT_OK)
		app_take_shot(app);
	end_without_picture(app);
	return app->exit_code;
}
