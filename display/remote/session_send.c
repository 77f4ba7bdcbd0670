/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a connection's thread has to say to the server: wishes, texts, and what a person did. */
#include "display/remote/session.h"

#include <errno.h>
#include "hub/core/clock.h"

#define LOG_MODULE "remote"
#include "hub/core/log.h"

/* Sends what a person did, as far as there is room: the rest stays in the outbox, where motion goes on merging. */
static void send_input(struct session *session)
{
	struct remote *remote = session->remote;
	struct outbox_event event;
	size_t waiting;
	bool sent = false;
	int rc = 0;

	if (rfb_phase(session->rfb) != RFB_PHASE_RUNNING)
		return;
	rfb_output(session->rfb, &waiting);
	if (waiting > 0)
		return;
	pthread_mutex_lock(&remote->lock);
	while (rc == 0 && outbox_next(&remote->outbox, &event)) {
		if (event.type == OUTBOX_KEY)
			rc = rfb_send_key(session->rfb, event.keysym, event.scancode, event.down);
		else if (event.type == OUTBOX_MOTION)
			rc = rfb_send_motion(session->rfb, event.x, event.y, event.buttons);
		else
			rc = rfb_send_pointer(session->rfb, event.x, event.y, event.buttons);
		if (rc == -ENOBUFS)
			break;
		outbox_taken(&remote->outbox, &event);
		sent = true;
	}
	if (sent)
		remote_input_sent(remote);
	pthread_mutex_unlock(&remote->lock);
	if (sent)
		health_sent_input(&session->health, clock_now_ns());
}

static void send_requests(struct session *session)
{
	struct remote *remote = session->remote;
	bool shown, text;
	int width, height;

	if (rfb_phase(session->rfb) != RFB_PHASE_RUNNING)
		return;
	pthread_mutex_lock(&remote->lock);
	shown = remote->shown;
	width = remote->ask_w;
	height = remote->ask_h;
	/* What the server can take it says before its first picture. */
	text = remote->text_out != NULL && remote->text_new && rfb_painted(session->rfb) > 0;
	/* A server that can be told without being sent it asks when somebody pastes. */
	if (text && rfb_offer_text(session->rfb) == -ENOTSUP)
		rfb_send_text(session->rfb, remote->text_out, remote->text_out_size);
	if (text)
		remote->text_new = false;
	pthread_mutex_unlock(&remote->lock);
	if (shown != session->updates_on && rfb_set_updates(session->rfb, shown) == 0)
		session->updates_on = shown;
	if (width > 0 && rfb_features(session->rfb).desktop_size &&
	    rfb_send_desktop_size(session->rfb, width, height) != -ENOBUFS) {
		pthread_mutex_lock(&remote->lock);
		remote->ask_w = 0;
		pthread_mutex_unlock(&remote->lock);
	}
}

/* What the link carries decides how to ask; while pixels flow a fence measures how long they queue. */
static void follow_link(struct session *session)
{
	static const uint8_t mark = 'q';
	uint64_t now = clock_now_ns();
	struct rfb_wishes wishes;
	char name[32];

	if (!session->remote->config.adaptive || rfb_phase(session->rfb) != RFB_PHASE_RUNNING)
		return;
	if (session->in_update && session->fenced_ns == 0 && now >= session->fence_due_ns &&
	    rfb_send_fence(session->rfb, &mark, 1) == 0) {
		session->fenced_ns = now;
		session->fence_due_ns = now + QUALITY_FENCE_MS * NS_PER_MS;
	}
	if (session->quality.level == session->quality_asked)
		return;
	wishes = quality_wishes(&session->quality);
	if (rfb_set_wishes(session->rfb, &wishes) < 0)
		return;
	session->quality_asked = session->quality.level;
	quality_name(&session->quality, name, sizeof(name));
	log_info("%s: asking for %s: the link carries %.1f MB/s, round trip %.0f ms",
		 session->remote->config.name, name, (double)session->quality.rate / 1e6,
		 (double)session->quality.last_ns / 1e6);
	remote_put_encoding(session->remote, name);
}

int session_flush(struct session *session)
{
	const uint8_t *data;
	size_t size;
	bool progress = false;

	if (session->handshaking)
		return 0;
	for (;;) {
		ssize_t n;

		data = rfb_output(session->rfb, &size);
		if (size == 0)
			break;
		n = transport_write(&session->transport, data, size);
		if (n == -EAGAIN)
			break;
		if (n < 0)
			return (int)n;
		rfb_output_done(session->rfb, (size_t)n);
		progress = true;
	}
	if (!transport_is_connecting(&session->transport))
		health_output(&session->health, clock_now_ns(), size > 0, progress);
	return 0;
}

int session_send(struct session *session)
{
	int rc;

	send_requests(session);
	/* Or input would wait behind the request that each update brings, for as long as updates come. */
	rc = session_flush(session);
	if (rc < 0)
		return rc;
	send_input(session);
	follow_link(session);
	return session_flush(session);
}
