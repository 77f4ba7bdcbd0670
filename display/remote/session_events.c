/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parser says, on the connection's thread. */
#include "display/remote/session.h"

#include "hub/core/clock.h"

static void update_begun(struct session *session)
{
	frame_claim_for_writing(session->remote, true);
	session->in_update = true;
	session->update_began = clock_now_ns();
	session->received_at_begin = session->received - session->input_size;
}

static void update_ended(struct session *session)
{
	const struct surface *surface = &session->remote->frame.surface;
	uint64_t now = clock_now_ns();

	session->in_update = false;
	quality_update(&session->quality, now, (size_t)(session->received - session->received_at_begin),
		       now - session->update_began, (uint64_t)surface->width * (uint64_t)surface->height);
	remote_put_parts(session->remote, rfb_encoding_names, rfb_rects(session->rfb), RFB_ENCODINGS);
	remote_updated(session->remote, session->update_began);
}

static void ready(struct session *session)
{
	struct remote *remote = session->remote;

	remote_connected(remote);
	health_running(&session->health, remote->running_since);
	session->updates_on = true;
	session->fenced_ns = session->fence_due_ns = 0;
	/* The whole picture is on its way; the new frame's blackness is none. */
	damage_clear(&remote->frame.damage);
	remote_put_title(remote, rfb_name(session->rfb));
}

/* A paste over there, while we offered: what we have may have been sent or replaced; the newest is kept. */
static void text_wanted(struct session *session)
{
	struct remote *remote = session->remote;

	pthread_mutex_lock(&remote->lock);
	if (remote->text_out)
		rfb_send_text(session->rfb, remote->text_out, remote->text_out_size);
	pthread_mutex_unlock(&remote->lock);
}

void session_event(void *user, const struct rfb_event *event)
{
	struct session *session = user;
	struct remote *remote = session->remote;

	switch (event->type) {
	case RFB_EVENT_START_TLS:
		session->start_tls = true;
		session->x509 = event->u.x509;
		break;
	case RFB_EVENT_READY:
		ready(session);
		break;
	case RFB_EVENT_UPDATE_BEGIN:
		update_begun(session);
		break;
	case RFB_EVENT_UPDATE_END:
		update_ended(session);
		break;
	case RFB_EVENT_CURSOR:
		remote_put_cursor(remote, event->u.cursor.w, event->u.cursor.h, event->u.cursor.hot_x,
				  event->u.cursor.hot_y, event->u.cursor.pixels);
		break;
	case RFB_EVENT_NAME:
		remote_put_title(remote, rfb_name(session->rfb));
		break;
	case RFB_EVENT_TEXT:
		remote_put_text(remote, event->u.text.utf8, event->u.text.size);
		break;
	case RFB_EVENT_TEXT_WANTED:
		text_wanted(session);
		break;
	case RFB_EVENT_LEDS:
		remote_put_leds(remote, event->u.leds);
		break;
	case RFB_EVENT_POINTER_MODE:
		remote_put_relative(remote, !event->u.absolute);
		break;
	case RFB_EVENT_RESIZE:
		if (session->updates_on)
			health_pixels_due(&session->health, clock_now_ns());
		break;
	case RFB_EVENT_RESIZE_REFUSED:
	case RFB_EVENT_FENCE:
		/* A ping's is empty. */
		if (event->u.fence.size > 0 && session->fenced_ns != 0) {
			quality_round_trip(&session->quality, clock_now_ns() - session->fenced_ns);
			session->fenced_ns = 0;
		}
		break;
	case RFB_EVENT_BELL:
		remote_put_bell(remote);
		break;
	}
}
