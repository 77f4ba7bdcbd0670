/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/app.h"

#include <errno.h>
#include <stdlib.h>
#include "display/osd/canvas.h"
#include "display/shot/shot.h"
#include "hub/core/clock.h"

void app_dirty(struct app *app, struct rect window_rect)
{
	damage_add(&app->dirty, rect_intersect(window_rect, (struct rect){ 0, 0, app->scene.view.window_w,
									   app->scene.view.window_h }));
}

void app_dirty_all(struct app *app)
{
	app->dirty_all = true;
}

void app_update_view(struct app *app, int remote_w, int remote_h)
{
	struct view *view = &app->scene.view;

	view_init(view, remote_w, remote_h, app->present->width, app->present->height, app->rotation,
		  (enum view_scale)app->options->config.scale);
	if (app->input)
		input_set_view(app->input, view);
	/* Layers lie by the window's size and turn with it: made anew. */
	for (unsigned i = 0; i < SCENE_LAYERS_MAX; i++)
		canvas_finish(&app->scene.layers[i].image);
	app->status_at_ns = 0;
	if (app->stats)
		app->stats_at_ns = 0;
	app_dirty_all(app);
}

/* The unturned picture's way, where the hardware turns it. Whether it is there. */
static bool upload(struct app *app, const struct frame *frame)
{
	const struct surface *surface = &frame->surface;
	struct rect whole = { 0, 0, surface->width, surface->height };

	if (!app->present->ops->upload)
		return false;
	if (!surface->pixels)
		return true;
	return app->present->ops->upload(app->present, surface, app->dirty_all ? &whole : frame->damage.rects,
					 app->dirty_all ? 1 : frame->damage.count) == 0;
}

static void follow_frame(struct app *app, struct frame *frame)
{
	const struct view *view = &app->scene.view;
	const struct surface *surface = &frame->surface;

	if (!surface->pixels) {
		app->scene.picture = NULL;
	} else {
		app->scene.picture = surface;
		if (surface->width != view->remote_w || surface->height != view->remote_h)
			app_update_view(app, surface->width, surface->height);
		atomic_store(&app->placed, true);
	}
	app->uploaded = upload(app, frame);
	for (unsigned i = 0; i < frame->damage.count; i++)
		app_dirty(app, view_rect_to_window(view, frame->damage.rects[i]));
	damage_clear(&frame->damage);
}

static int paint_parts(struct app *app)
{
	for (unsigned i = 0; i < app->dirty.count; i++) {
		struct surface dst;
		int rc = app->present->ops->lock(app->present, app->dirty.rects[i], &dst);

		if (rc < 0)
			return rc;
		scene_paint(&app->scene, &dst, app->dirty.rects[i]);
		app->present->ops->unlock(app->present);
	}
	return 0;
}

/* An overlay alone has no update behind it. */
static void follow_update(struct app *app, uint64_t began_ns)
{
	const struct remote_status *status = &app->status;

	if (status->updated_ns == app->update_shown_ns)
		return;
	app->update_shown_ns = status->updated_ns;
	app->timing.updates++;
	app->timing.update_ns += status->update_ns;
	if (began_ns > status->updated_ns)
		app->timing.wait_ns += began_ns - status->updated_ns;
}

void app_paint(struct app *app)
{
	struct frame *frame = remote_frame_claim(app_remote(app), 0);
	uint64_t began = clock_now_ns(), painted;
	int rc = 0;

	app->paint_again_ns = CLOCK_NEVER;
	/* An update is on its way, and its end wakes us: keys and rotation are not kept waiting for it. */
	if (!frame)
		return;
	follow_frame(app, frame);
	if (app->dirty_all) {
		damage_clear(&app->dirty);
		app_dirty(app, (struct rect){ 0, 0, app->scene.view.window_w, app->scene.view.window_h });
	}
	if (!app->uploaded)
		rc = paint_parts(app);
	remote_frame_release(app_remote(app));
	if (rc == 0 && app->dirty.count > 0) {
		painted = clock_now_ns();
		if (app->uploaded)
			app->present->ops->draw(app->present, &app->scene);
		else
			app->present->ops->show(app->present, app->dirty.rects, app->dirty.count);
		app->timing.presents++;
		app->timing.paint_ns += painted - began;
		app->timing.show_ns += clock_now_ns() - painted;
		follow_update(app, began);
	}
	damage_clear(&app->dirty);
	app->dirty_all = rc < 0;
	if (rc < 0)
		app->paint_again_ns = clock_now_ns() + 20 * NS_PER_MS;
}

int app_screenshot(struct app *app, const char *path)
{
	const struct view *view = &app->scene.view;
	struct surface shot = { .width = view->window_w, .height = view->window_h, .stride = view->window_w };
	struct frame *frame;
	int rc;

	shot.pixels = malloc((size_t)shot.width * (size_t)shot.height * 4);
	if (!shot.pixels)
		return -ENOMEM;
	frame = remote_frame_claim(app_remote(app), 1000);
	if (frame) {
		scene_paint(&app->scene, &shot, (struct rect){ 0, 0, shot.width, shot.height });
		remote_frame_release(app_remote(app));
	}
	rc = frame ? shot_write(&shot, path) : -EBUSY;
	free(shot.pixels);
	return rc;
}
