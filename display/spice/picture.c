/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The library draws into a surface of its own, message by message. Nothing says where a frame of the guest's ends, so
 * what changed is copied once there is nothing else to do and no message is in the middle: what the server sends in
 * one go is shown in one go.
 */
#include "display/spice/spice.h"

#include <errno.h>
#include <stdio.h>
#include "display/spice/pixels.h"
#include "hub/core/clock.h"

#define LATEST_MS 100 /* a server that stops in the middle of a message is not waited for longer, */
#define AGAIN_MS  2   /* and looked for as often: what completes a message need not change the picture */

/* Behind the library's own idle calls, which tell us of changes. */
#define IDLE_PRIORITY (G_PRIORITY_DEFAULT_IDLE + 50)

uint64_t picture_deadline(const struct spice *spice)
{
	const struct picture *picture = &spice->picture;

	if (picture->damage.count == 0 || !picture->marked || picture->idle != 0 || picture->kept_out)
		return CLOCK_NEVER;
	return picture->again_ns;
}

static gboolean on_idle(gpointer user)
{
	struct spice *spice = user;

	spice->picture.idle = 0;
	picture_flush(spice);
	if (spice->picture.damage.count > 0)
		spice_wake(spice); /* which sets the deadline */
	return G_SOURCE_REMOVE;
}

static void changed(struct spice *spice, struct rect rect)
{
	struct picture *picture = &spice->picture;

	rect = rect_intersect(rect, (struct rect){ 0, 0, picture->width, picture->height });
	if (rect_is_empty(rect))
		return;
	if (picture->damage.count == 0)
		picture->began_ns = clock_now_ns();
	damage_add(&picture->damage, rect);
	if (picture->idle == 0 && picture->marked)
		picture->idle = g_idle_add_full(IDLE_PRIORITY, on_idle, spice, NULL);
}

static bool frame_fits(struct spice *spice)
{
	const struct picture *picture = &spice->picture;
	struct frame *frame = &spice->remote->frame;
	char text[128];
	int rc = frame_resize(frame, picture->width, picture->height);

	if (rc == 0)
		return true;
	snprintf(text, sizeof(text), "no room for the server's screen of %dx%d", picture->width,
		 picture->height);
	spice_fail(spice, rc, text);
	return false;
}

static bool is_shown(struct remote *remote)
{
	bool shown;

	pthread_mutex_lock(&remote->lock);
	shown = remote->shown;
	pthread_mutex_unlock(&remote->lock);
	return shown;
}

static bool is_in_the_middle(const struct spice *spice)
{
	const struct pump *pump = spice->pumps[GUARD_DISPLAY - 1];

	return pump && !pump_is_between(pump);
}

void picture_flush(struct spice *spice)
{
	struct picture *picture = &spice->picture;
	struct frame *frame = &spice->remote->frame;
	uint64_t now = clock_now_ns();

	if (!picture->pixels || !picture->marked || picture->damage.count == 0)
		return;
	if (is_in_the_middle(spice) && now < picture->began_ns + LATEST_MS * NS_PER_MS) {
		picture->again_ns = now + AGAIN_MS * NS_PER_MS;
		return;
	}
	/* The presenter's poke brings us back. SPICE cannot pause: what nobody sees waits where the library drew it. */
	picture->kept_out = !is_shown(spice->remote) || !frame_try_claim(spice->remote);
	if (picture->kept_out)
		return;
	if (!frame_fits(spice)) {
		frame_release_from_writing(spice->remote, false);
		return;
	}
	for (unsigned i = 0; i < picture->damage.count; i++) {
		struct rect rect = picture->damage.rects[i];

		pixels_copy(&frame->surface, picture->pixels, (size_t)picture->stride, picture->format, rect);
		frame_damage(frame, rect);
	}
	damage_clear(&picture->damage);
	remote_updated(spice->remote, picture->began_ns);
}

static void on_create(SpiceChannel *channel, int format, int width, int height, int stride, int shmid,
		      gpointer data, struct spice *spice)
{
	struct picture *picture = &spice->picture;

	if (!pixels_knows(format)) {
		char text[96];

		snprintf(text, sizeof(text), "the server's screen has a format that is not known (%d)",
			 format);
		spice_fail(spice, -ENOTSUP, text);
		return;
	}
	picture->pixels = data;
	picture->width = width;
	picture->height = height;
	picture->stride = stride;
	picture->format = format;
	damage_clear(&picture->damage);
	changed(spice, (struct rect){ 0, 0, width, height });
}

static void on_destroy(SpiceChannel *channel, struct spice *spice)
{
	spice->picture.pixels = NULL;
	damage_clear(&spice->picture.damage);
}

static void on_invalidate(SpiceChannel *channel, int x, int y, int w, int h, struct spice *spice)
{
	/* Boxes are the server's word. */
	if (spice->picture.pixels && x >= 0 && y >= 0 && w > 0 && h > 0 && x < GUARD_SIDE_MAX &&
	    y < GUARD_SIDE_MAX && w <= GUARD_SIDE_MAX && h <= GUARD_SIDE_MAX)
		changed(spice, (struct rect){ x, y, w, h });
	else if (spice->picture.pixels)
		changed(spice, (struct rect){ 0, 0, spice->picture.width, spice->picture.height });
}

static void on_mark(SpiceChannel *channel, int mark, struct spice *spice)
{
	struct picture *picture = &spice->picture;

	if (!mark || picture->marked)
		return;
	picture->marked = true;
	changed(spice, (struct rect){ 0, 0, picture->width, picture->height });
}

void picture_connect(struct spice *spice)
{
	g_signal_connect(spice->display, "display-primary-create", G_CALLBACK(on_create), spice);
	g_signal_connect(spice->display, "display-primary-destroy", G_CALLBACK(on_destroy), spice);
	g_signal_connect(spice->display, "display-invalidate", G_CALLBACK(on_invalidate), spice);
	g_signal_connect(spice->display, "display-mark", G_CALLBACK(on_mark), spice);
}

void picture_forget(struct spice *spice)
{
	if (spice->picture.idle)
		g_source_remove(spice->picture.idle);
	spice->picture = (struct picture){ 0 };
}
