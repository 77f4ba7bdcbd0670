/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parser says, on the connection's thread. */
#include "display/remote/remote_private.h"

#include <stdlib.h>
#include <string.h>
#include "hub/core/clock.h"

static void take_cursor(struct remote *remote, const struct rfb_cursor *cursor)
{
	if (cursor->w > RFB_CURSOR_SIDE_MAX || cursor->h > RFB_CURSOR_SIDE_MAX)
		return;
	pthread_mutex_lock(&remote->lock);
	remote->cursor.w = cursor->w;
	remote->cursor.h = cursor->h;
	remote->cursor.hot_x = cursor->hot_x;
	remote->cursor.hot_y = cursor->hot_y;
	if (++remote->cursor.generation == 0)
		remote->cursor.generation = 1;
	if (cursor->pixels)
		memcpy(remote->cursor_pixels, cursor->pixels, (size_t)cursor->w * (size_t)cursor->h * 4);
	pthread_mutex_unlock(&remote->lock);
	remote->wake(remote->user);
}

static void take_text(struct remote *remote, const char *utf8, size_t size)
{
	char *copy;

	if (!remote->config.clipboard)
		return;
	copy = malloc(size + 1);
	if (!copy)
		return;
	memcpy(copy, utf8, size);
	copy[size] = '\0';
	pthread_mutex_lock(&remote->lock);
	free(remote->text_in);
	remote->text_in = copy;
	pthread_mutex_unlock(&remote->lock);
	remote->wake(remote->user);
}

static void take_name(struct remote *remote)
{
	pthread_mutex_lock(&remote->lock);
	strncpy(remote->status.title, rfb_name(remote->rfb), sizeof(remote->status.title) - 1);
	pthread_mutex_unlock(&remote->lock);
	remote->wake(remote->user);
}

static void update_begun(struct remote *remote)
{
	frame_claim_for_writing(remote, true);
	remote->in_update = true;
	remote->update_began = clock_now_ns();
}

static void update_ended(struct remote *remote)
{
	remote->in_update = false;
	pthread_mutex_lock(&remote->lock);
	remote->status.updates++;
	remote->status.update_ns = clock_now_ns() - remote->update_began;
	/* An update may hold a cursor's shape alone. */
	remote->status.ever = remote->status.ever || remote->frame.damage.count > 0;
	pthread_mutex_unlock(&remote->lock);
	frame_release_from_writing(remote, true);
}

static void ready(struct remote *remote)
{
	remote->running_since = clock_now_ns();
	health_running(&remote->health, remote->running_since);
	pthread_mutex_lock(&remote->lock);
	remote->status.connects++;
	remote->status.leds = 0;
	remote->status.relative = false;
	pthread_mutex_unlock(&remote->lock);
	remote->updates_on = true;
	/* The whole picture is on its way; the new frame's blackness is none. */
	damage_clear(&remote->frame.damage);
	take_name(remote);
}

/* A paste over there, while we offered: what we have may have been sent or replaced; the newest is kept. */
static void text_wanted(struct remote *remote)
{
	pthread_mutex_lock(&remote->lock);
	if (remote->text_out)
		rfb_send_text(remote->rfb, remote->text_out, remote->text_out_size);
	pthread_mutex_unlock(&remote->lock);
}

void session_event(void *user, const struct rfb_event *event)
{
	struct remote *remote = user;

	switch (event->type) {
	case RFB_EVENT_START_TLS:
		remote->start_tls = true;
		remote->x509 = event->u.x509;
		break;
	case RFB_EVENT_READY:
		ready(remote);
		break;
	case RFB_EVENT_UPDATE_BEGIN:
		update_begun(remote);
		break;
	case RFB_EVENT_UPDATE_END:
		update_ended(remote);
		break;
	case RFB_EVENT_CURSOR:
		take_cursor(remote, &event->u.cursor);
		break;
	case RFB_EVENT_NAME:
		take_name(remote);
		break;
	case RFB_EVENT_TEXT:
		take_text(remote, event->u.text.utf8, event->u.text.size);
		break;
	case RFB_EVENT_TEXT_WANTED:
		text_wanted(remote);
		break;
	case RFB_EVENT_LEDS:
		pthread_mutex_lock(&remote->lock);
		remote->status.leds = event->u.leds;
		pthread_mutex_unlock(&remote->lock);
		remote->wake(remote->user);
		break;
	case RFB_EVENT_POINTER_MODE:
		pthread_mutex_lock(&remote->lock);
		remote->status.relative = !event->u.absolute;
		pthread_mutex_unlock(&remote->lock);
		break;
	case RFB_EVENT_RESIZE:
	case RFB_EVENT_RESIZE_REFUSED:
	case RFB_EVENT_BELL:
	case RFB_EVENT_FENCE:
		break;
	}
}
