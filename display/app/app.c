/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/app.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "display/app/exit.h"
#include "display/app/window.h"
#include "hub/core/clock.h"

#define LOG_MODULE "display"
#include "hub/core/log.h"

void app_wake(struct app *app, enum app_wake why)
{
	SDL_Event event = { .user = { .type = app->wake_event, .code = (Sint32)why } };

	/* Any number of updates is one reason to look. */
	if (why == WAKE_REMOTE && atomic_exchange(&app->wake_pending, true))
		return;
	SDL_PushEvent(&event);
}

static void wake_for_remote(void *user)
{
	app_wake(user, WAKE_REMOTE);
}

static int open_connections(struct app *app)
{
	const struct config *config = &app->options->config;

	for (unsigned i = 0; i < config->connection_count; i++) {
		struct remote_config remote;
		int rc = options_connection(&config->connections[i], &remote);

		if (rc != 0)
			return rc;
		rc = remote_create(&app->remotes[i], &remote, wake_for_remote, app);
		explicit_bzero(remote.password, sizeof(remote.password));
		if (rc < 0) {
			log_errno(-rc, "%s: cannot start", config->connections[i].name);
			return EXIT_FAILED;
		}
		app->remote_count++;
	}
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
	app->paint_again_ns = CLOCK_NEVER;
	app->exit_at_ns = app->options->exit_after > 0
				  ? app->started_ns + (uint64_t)(app->options->exit_after * (double)NS_PER_S)
				  : CLOCK_NEVER;
	rotate_init(&app->scene.rotate, ROTATE_BEST);
	app->rotation = config->rotate == ROTATE_AUTO ? (enum rotation)config->mounted
						      : (enum rotation)config->rotate;
	if (present_create(&app->present, app->window, (enum present_kind)config->present, why, sizeof(why)) <
	    0) {
		fprintf(stderr, "xenhub-display: %s\n", why);
		return EXIT_RENDERER;
	}
	log_debug("presenting by %s (%s)", app->present->kind == PRESENT_SURFACE ? "surface" : "texture",
		  app->present->renderer);
	app_update_view(app, app->present->width, app->present->height);
	return open_connections(app);
}

void app_close(struct app *app)
{
	for (unsigned i = 0; i < app->remote_count; i++)
		remote_destroy(app->remotes[i]);
	present_destroy(app->present);
	if (app->window)
		SDL_DestroyWindow(app->window);
	SDL_Quit();
}

static void take_shot(struct app *app)
{
	int rc;

	if (!app->options->screenshot)
		return;
	rc = app_screenshot(app, app->options->screenshot);
	if (rc == 0)
		return;
	fprintf(stderr, "xenhub-display: %s: cannot write the screenshot: %s\n", app->options->screenshot,
		strerror(-rc));
	app->exit_code = EXIT_SCREENSHOT;
}

static void handle_window(struct app *app, const SDL_WindowEvent *event)
{
	switch (event->event) {
	case SDL_WINDOWEVENT_SIZE_CHANGED:
		app->present->ops->resize(app->present, event->data1, event->data2);
		app_update_view(app, app->scene.view.remote_w, app->scene.view.remote_h);
		break;
	case SDL_WINDOWEVENT_EXPOSED:
		app_dirty_all(app);
		break;
	}
}

static void handle_wake(struct app *app, enum app_wake why)
{
	switch (why) {
	case WAKE_REMOTE:
		atomic_store(&app->wake_pending, false);
		break;
	case WAKE_QUIT:
		app->quit = true;
		break;
	case WAKE_SHOT:
		app_paint(app);
		take_shot(app);
		break;
	}
}

static void handle(struct app *app, const SDL_Event *event)
{
	if (event->type == app->wake_event)
		handle_wake(app, (enum app_wake)event->user.code);
	else if (event->type == SDL_WINDOWEVENT)
		handle_window(app, &event->window);
	else if (event->type == SDL_QUIT)
		app->quit = true;
}

static int sleep_ms(const struct app *app)
{
	uint64_t deadline = app->exit_at_ns < app->paint_again_ns ? app->exit_at_ns : app->paint_again_ns;
	uint64_t now = clock_now_ns();

	if (deadline == CLOCK_NEVER)
		return -1;
	return deadline <= now ? 0 : (int)((deadline - now) / NS_PER_MS) + 1;
}

int app_run(struct app *app)
{
	app->exit_code = EXIT_OK;
	while (!app->quit) {
		SDL_Event event;

		if (SDL_WaitEventTimeout(&event, sleep_ms(app)))
			do
				handle(app, &event);
			while (SDL_PollEvent(&event));
		app_paint(app);
		if (clock_now_ns() < app->exit_at_ns)
			continue;
		app->quit = true;
	}
	take_shot(app);
	remote_get_status(app_remote(app), &app->status);
	if (app->exit_code == EXIT_OK && app->exit_at_ns != CLOCK_NEVER && !app->status.ever) {
		fprintf(stderr, "xenhub-display: no picture came from %s: %s\n",
			remote_config(app_remote(app))->uri.text,
			app->status.reason[0] ? app->status.reason : "it did not answer in time");
		app->exit_code = EXIT_NO_PICTURE;
	}
	return app->exit_code;
}
