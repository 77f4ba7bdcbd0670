/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/app.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include "display/osd/canvas.h"
#include "hub/core/clock.h"

/* How wide the status page gets, in heights of its lines: about 60 letters, as in a book. */
#define STATUS_UNITS 32

/* The height of a line of our text: by the smaller side, so that it is the same however the tablet is held. */
static int unit_of(const struct app *app)
{
	int width = app->present->width, height = app->present->height;
	int side = width < height ? width : height;

	return side / 36 < 14 ? 14 : side / 36 > 44 ? 44 : side / 36;
}

static struct font *font_of(struct app *app)
{
	if (!app->font)
		app->font = font_create(app->options->config.font);
	return app->font;
}

/* Puts a canvas (pixels NULL: nothing) in place of a layer. */
static void set_layer(struct app *app, enum app_layer which, struct surface canvas, int x, int y)
{
	struct layer *layer = &app->scene.layers[which];

	app_dirty(app, scene_layer_rect(&app->scene, layer));
	canvas_finish(&layer->image);
	*layer = (struct layer){ canvas, x, y };
	app_dirty(app, scene_layer_rect(&app->scene, layer));
}

static void clear_layer(struct app *app, enum app_layer which)
{
	if (app->scene.layers[which].image.pixels)
		set_layer(app, which, (struct surface){ 0 }, 0, 0);
}

static void show_status(struct app *app, uint64_t now_ns)
{
	struct surface canvas;
	struct words words;
	int width, height, unit, max_width, y;
	struct tm tm;
	char since[16];

	localtime_r(&app->since_wall, &tm);
	strftime(since, sizeof(since), "%H:%M:%S", &tm);
	words_status(&words, remote_config(app_remote(app)), &app->status, since, now_ns);
	scene_upright_size(&app->scene.view, &width, &height);
	/* It is all there is to see, from as far as the arm is long: larger than what lies beside a picture. */
	unit = unit_of(app) * 4 / 3;
	max_width = width * 9 / 10 < unit * STATUS_UNITS ? width * 9 / 10 : unit * STATUS_UNITS;
	page_status(&canvas, font_of(app), unit, max_width, height * 19 / 20, &words);
	/* What does not fit is lost at the end. */
	y = canvas.height < height ? (height - canvas.height) / 2 : 0;
	set_layer(app, LAYER_STATUS, canvas, (width - canvas.width) / 2, y);
	app->status_at_ns = now_ns + NS_PER_S;
}

static void overlay_status(struct app *app, uint64_t now_ns)
{
	uint64_t due = app->status.since_ns + APP_GRACE_MS * NS_PER_MS;
	bool trouble = !app_is_well(app);

	if (trouble && now_ns < due) {
		app->status_at_ns = due;
		return;
	}
	if (trouble != app->scene.dimmed) {
		app->scene.dimmed = trouble;
		app_dirty_all(app);
		app->status_at_ns = 0;
	}
	if (!trouble) {
		clear_layer(app, LAYER_STATUS);
		app->status_at_ns = CLOCK_NEVER;
	} else if (now_ns >= app->status_at_ns || !app->scene.layers[LAYER_STATUS].image.pixels) {
		show_status(app, now_ns);
	}
}

static void find_indicators(struct app *app, struct indicators *now, uint64_t now_ns)
{
	const struct hub_states *hub = &app->hub_states;

	if (now_ns >= app->bell_until_ns)
		app->bell_until_ns = CLOCK_NEVER;
	*now = (struct indicators){
		.bell = app->bell_until_ns != CLOCK_NEVER,
		.percent = app->hub ? hub->percent : -1,
		.charging = hub->on_ac == 1,
		.low = hub->battery_low,
		.link_lost = app->hub && !hub->up,
		.rotation_locked = app->rotation_locked,
		.caps = (app_is_well(app) && app->status.leds & REMOTE_LED_CAPS) || input_caps(app->input),
	};
}

/* Member by member: what lies between them is anything. */
static bool indicators_differ(const struct indicators *a, const struct indicators *b)
{
	return a->percent != b->percent || a->charging != b->charging || a->low != b->low ||
	       a->link_lost != b->link_lost || a->rotation_locked != b->rotation_locked ||
	       a->caps != b->caps || a->bell != b->bell;
}

static void overlay_indicators(struct app *app, uint64_t now_ns)
{
	enum config_indicators policy = (enum config_indicators)app->options->config.indicators;
	struct indicators now;
	bool changed, shown, wanted;
	struct surface canvas;
	int width, height;

	if (policy == INDICATORS_NEVER) {
		app->indicators_until_ns = CLOCK_NEVER;
		return;
	}
	find_indicators(app, &now, now_ns);
	changed = indicators_differ(&now, &app->indicated);
	if (changed)
		app->indicators_until_ns = now_ns + APP_INDICATORS_MS * NS_PER_MS;
	app->indicated = now;
	shown = app->scene.layers[LAYER_INDICATORS].image.pixels != NULL;
	if (now_ns >= app->indicators_until_ns)
		app->indicators_until_ns = CLOCK_NEVER;
	wanted = policy == INDICATORS_ALWAYS || app->indicators_until_ns != CLOCK_NEVER || now.low ||
		 now.link_lost || now.caps || now.bell;
	if (!wanted) {
		clear_layer(app, LAYER_INDICATORS);
	} else if (changed || !shown) {
		page_indicators(&canvas, font_of(app), unit_of(app), &now);
		scene_upright_size(&app->scene.view, &width, &height);
		set_layer(app, LAYER_INDICATORS, canvas, width - canvas.width - unit_of(app) / 2,
			  unit_of(app) / 2);
	}
}

static void overlay_stats(struct app *app, uint64_t now_ns)
{
	struct stats_timing *timing = &app->timing;
	struct stats_about about = {
		.renderer = app->present->renderer,
		.kernel = app->present->ops->upload ? "hardware" : app->scene.rotate.ops->name,
		.width = app->scene.view.remote_w,
		.height = app->scene.view.remote_h,
		.degrees = 90 * (int)app->rotation,
	};
	struct surface canvas;
	char text[STATS_TEXT_MAX];
	int width, height;

	if (!app->stats) {
		clear_layer(app, LAYER_STATS);
		app->stats_at_ns = CLOCK_NEVER;
		return;
	}
	if (now_ns < app->stats_at_ns && app->stats_at_ns != CLOCK_NEVER)
		return;
	stats_text(text, &app->stats_mark, timing, &app->status, &about, now_ns);
	*timing = (struct stats_timing){ 0 };
	scene_upright_size(&app->scene.view, &width, &height);
	page_stats(&canvas, font_of(app), unit_of(app) * 3 / 4, width - unit_of(app), text);
	set_layer(app, LAYER_STATS, canvas, unit_of(app) / 2, unit_of(app) / 2);
	app->stats_at_ns = now_ns + NS_PER_S;
}

/* Which screen this is, for a moment after switching. */
static void overlay_name(struct app *app, uint64_t now_ns)
{
	struct surface canvas;
	char text[REMOTE_NAME_MAX + REMOTE_TITLE_MAX + 16];
	int width, height;

	if (app->name_until_ns == CLOCK_NEVER)
		return;
	if (now_ns >= app->name_until_ns) {
		clear_layer(app, LAYER_NAME);
		app->name_until_ns = CLOCK_NEVER;
	} else if (!app->scene.layers[LAYER_NAME].image.pixels) {
		snprintf(text, sizeof(text), "%u  %s", app->current + 1,
			 remote_config(app_remote(app))->name);
		scene_upright_size(&app->scene.view, &width, &height);
		page_stats(&canvas, font_of(app), unit_of(app) * 2, width - unit_of(app), text);
		set_layer(app, LAYER_NAME, canvas, (width - canvas.width) / 2,
			  height - canvas.height - unit_of(app) * 2);
	}
}

void app_overlay(struct app *app, uint64_t now_ns)
{
	overlay_status(app, now_ns);
	overlay_indicators(app, now_ns);
	overlay_stats(app, now_ns);
	overlay_name(app, now_ns);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t app_overlay_deadline(const struct app *app)
{
	return earlier(earlier(app->bell_until_ns, earlier(app->status_at_ns, app->stats_at_ns)),
		       earlier(app->indicators_until_ns, app->name_until_ns));
}

void app_overlay_close(struct app *app)
{
	for (unsigned i = 0; i < SCENE_LAYERS_MAX; i++)
		canvas_finish(&app->scene.layers[i].image);
	font_destroy(app->font);
}
