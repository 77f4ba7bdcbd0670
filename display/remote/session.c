/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection's thread: connect, feed the parser, send, watch, and again.
 *
 * The frame is held while the parser may touch it: from the greeting to its size, and from an update's beginning to
 * its end. In between, and when a server stops in the middle of an update, the presenter may have it.
 */
#include "display/remote/remote_private.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "hub/core/clock.h"

#define LOG_MODULE "remote"
#include "hub/core/log.h"

static bool should_quit(struct remote *remote)
{
	bool quit;

	pthread_mutex_lock(&remote->lock);
	quit = remote->quit;
	pthread_mutex_unlock(&remote->lock);
	return quit;
}

static int timeout_until(uint64_t deadline_ns)
{
	uint64_t now = clock_now_ns();
	uint64_t ms;

	if (deadline_ns == CLOCK_NEVER)
		return -1;
	if (deadline_ns <= now)
		return 0;
	ms = (deadline_ns - now + NS_PER_MS - 1) / NS_PER_MS;
	return ms > 60000 ? 60000 : (int)ms;
}

static void drain_wake_fd(struct remote *remote)
{
	uint64_t count;

	if (read(remote->wake_fd, &count, sizeof(count)) < 0)
		return; /* nothing was there */
}

/* Sends what a person did, as far as there is room: the rest stays in the outbox, where motion goes on merging. */
static void send_input(struct remote *remote)
{
	struct outbox_event event;
	size_t waiting;
	bool sent = false;
	int rc = 0;

	if (rfb_phase(remote->rfb) != RFB_PHASE_RUNNING)
		return;
	rfb_output(remote->rfb, &waiting);
	if (waiting > 0)
		return;
	pthread_mutex_lock(&remote->lock);
	while (rc == 0 && outbox_next(&remote->outbox, &event)) {
		if (event.type == OUTBOX_KEY)
			rc = rfb_send_key(remote->rfb, event.keysym, event.scancode, event.down);
		else if (event.type == OUTBOX_MOTION)
			rc = rfb_send_motion(remote->rfb, event.x, event.y, event.buttons);
		else
			rc = rfb_send_pointer(remote->rfb, event.x, event.y, event.buttons);
		if (rc == -ENOBUFS)
			break;
		outbox_taken(&remote->outbox, &event);
		sent = true;
	}
	pthread_mutex_unlock(&remote->lock);
	if (sent)
		health_sent_input(&remote->health, clock_now_ns());
}

static void send_requests(struct remote *remote)
{
	bool shown, text;
	int width, height;

	if (rfb_phase(remote->rfb) != RFB_PHASE_RUNNING)
		return;
	pthread_mutex_lock(&remote->lock);
	shown = remote->shown;
	width = remote->ask_w;
	height = remote->ask_h;
	text = remote->text_out != NULL;
	if (text && !rfb_features(remote->rfb).clipboard_utf8) {
		rfb_send_text(remote->rfb, remote->text_out, remote->text_out_size);
		free(remote->text_out);
		remote->text_out = NULL;
	} else if (text && strncmp(remote->last_text, remote->text_out, sizeof(remote->last_text) - 1) != 0) {
		snprintf(remote->last_text, sizeof(remote->last_text), "%s", remote->text_out);
		rfb_offer_text(remote->rfb);
	}
	pthread_mutex_unlock(&remote->lock);
	if (shown != remote->updates_on && rfb_set_updates(remote->rfb, shown) == 0)
		remote->updates_on = shown;
	if (width > 0 && rfb_features(remote->rfb).desktop_size &&
	    rfb_send_desktop_size(remote->rfb, width, height) != -ENOBUFS) {
		pthread_mutex_lock(&remote->lock);
		remote->ask_w = 0;
		pthread_mutex_unlock(&remote->lock);
	}
}

/* Writes until the server takes no more. */
static int flush(struct remote *remote)
{
	const uint8_t *data;
	size_t size;
	bool progress = false;

	if (remote->handshaking)
		return 0;
	for (;;) {
		ssize_t n;

		data = rfb_output(remote->rfb, &size);
		if (size == 0)
			break;
		n = transport_write(&remote->transport, data, size);
		if (n == -EAGAIN)
			break;
		if (n < 0)
			return (int)n;
		rfb_output_done(remote->rfb, (size_t)n);
		progress = true;
	}
	if (!transport_is_connecting(&remote->transport))
		health_output(&remote->health, clock_now_ns(), size > 0, progress);
	return 0;
}

static int step_handshake(struct remote *remote)
{
	int rc = transport_handshake(&remote->transport);

	if (rc == -EAGAIN)
		return 0;
	if (rc < 0)
		return rc;
	remote->handshaking = false;
	rfb_tls_ready(remote->rfb);
	return 0;
}

static int begin_tls(struct remote *remote, const uint8_t *rest, size_t size)
{
	const struct remote_config *config = &remote->config;
	struct transport_trust trust = {
		.ca = config->ca[0] ? config->ca : NULL,
		.pin = config->pin[0] ? config->pin : NULL,
	};
	int rc = flush(remote);

	if (rc < 0)
		return rc;
	remote->start_tls = false;
	rc = transport_start_tls(&remote->transport, remote->x509, &trust, rest, size);
	if (rc < 0)
		return -EACCES;
	remote->handshaking = true;
	return step_handshake(remote);
}

static int feed(struct remote *remote, size_t size)
{
	bool greeting = rfb_phase(remote->rfb) != RFB_PHASE_RUNNING;
	ssize_t used;

	if (greeting || remote->in_update)
		frame_claim_for_writing(remote, false);
	used = rfb_feed(remote->rfb, remote->input, size);
	if (!remote->in_update)
		frame_release_from_writing(remote, false);
	if (used < 0)
		return (int)used;
	if (greeting && rfb_phase(remote->rfb) == RFB_PHASE_RUNNING)
		remote_set_state(remote, REMOTE_RUNNING, "", 0);
	if (remote->start_tls)
		return begin_tls(remote, remote->input + used, size - (size_t)used);
	return 0;
}

static int receive(struct remote *remote)
{
	ssize_t n = transport_read(&remote->transport, remote->input, sizeof(remote->input));

	if (n == -EAGAIN)
		return 0;
	if (n == 0) {
		snprintf(remote->transport.reason, sizeof(remote->transport.reason),
			 "the server ended the connection");
		return -ECONNRESET;
	}
	if (n < 0)
		return (int)n;
	health_heard(&remote->health, clock_now_ns());
	pthread_mutex_lock(&remote->lock);
	remote->status.bytes += (uint64_t)n;
	pthread_mutex_unlock(&remote->lock);
	if (remote->status.state == REMOTE_STALLED)
		remote_set_state(remote, REMOTE_RUNNING, "", 0);
	return feed(remote, (size_t)n);
}

static int watch(struct remote *remote)
{
	uint64_t now = clock_now_ns();

	switch (health_check(&remote->health, now)) {
	case HEALTH_WELL:
		return 0;
	case HEALTH_PING:
		rfb_ping(remote->rfb);
		health_pinged(&remote->health, now);
		return 0;
	case HEALTH_STALLED:
		if (remote->status.state != REMOTE_STALLED)
			remote_set_state(remote, REMOTE_STALLED, "the server does not answer", 0);
		return 0;
	case HEALTH_DEAD:
		snprintf(remote->transport.reason, sizeof(remote->transport.reason),
			 remote->health.running ? "the server stopped answering; the link was closed"
						: "no greeting within 15 s: is this a VNC server?");
		return -ETIMEDOUT;
	}
	return 0;
}

/* One sleep of a connection, and what is to be done after it. */
static int session_step(struct remote *remote)
{
	size_t waiting;
	struct pollfd fds[2] = { { .fd = remote->wake_fd, .events = POLLIN } };
	uint64_t deadline = health_deadline(&remote->health, clock_now_ns());
	bool writing = remote->in_update && remote->writing;
	int timeout = timeout_until(deadline), rc;

	rfb_output(remote->rfb, &waiting);
	fds[1].fd = transport_fd(&remote->transport);
	fds[1].events = transport_events(&remote->transport, waiting > 0);
	if (transport_has_buffered(&remote->transport) && !remote->handshaking)
		timeout = 0;
	if (writing && (timeout < 0 || timeout > REMOTE_PARK_MS))
		timeout = REMOTE_PARK_MS;
	rc = poll(fds, 2, timeout);
	if (rc == 0 && writing)
		frame_release_from_writing(remote, false);
	if (fds[0].revents)
		drain_wake_fd(remote);
	transport_polled(&remote->transport, fds[1].revents);
	if (remote->handshaking)
		rc = fds[1].revents ? step_handshake(remote) : 0;
	else if (fds[1].revents & (POLLIN | POLLHUP | POLLERR) || transport_has_buffered(&remote->transport))
		rc = receive(remote);
	else
		rc = 0;
	if (rc < 0)
		return rc;
	send_requests(remote);
	send_input(remote);
	rc = flush(remote);
	return rc < 0 ? rc : watch(remote);
}

static int session_open(struct remote *remote)
{
	const struct remote_config *config = &remote->config;
	struct rfb_config rfb = {
		.frame = &remote->frame,
		.output = remote->output,
		.output_size = sizeof(remote->output),
		.event = session_event,
		.user = remote,
		.username = config->username[0] ? config->username : NULL,
		.password = config->password[0] ? config->password : NULL,
		.wishes = config->wishes,
	};
	int rc;

	if (config->tls_only)
		rfb.security = RFB_ALLOW_TLS_NONE | RFB_ALLOW_TLS_VNC | RFB_ALLOW_TLS_PLAIN |
			       RFB_ALLOW_X509_NONE | RFB_ALLOW_X509_VNC | RFB_ALLOW_X509_PLAIN;
	/* Whoever names an authority or a certificate does not want an anonymous server. */
	if (config->ca[0] || config->pin[0])
		rfb.security = RFB_ALLOW_X509_NONE | RFB_ALLOW_X509_VNC | RFB_ALLOW_X509_PLAIN;
	remote->start_tls = remote->handshaking = remote->in_update = false;
	remote->running_since = 0;
	remote->last_text[0] = '\0';
	health_init(&remote->health, clock_now_ns());
	pthread_mutex_lock(&remote->lock);
	outbox_reset(&remote->outbox);
	pthread_mutex_unlock(&remote->lock);
	rc = transport_connect(&remote->transport, &config->uri);
	return rc < 0 ? rc : rfb_create(&remote->rfb, &rfb);
}

static void session_close(struct remote *remote)
{
	rfb_destroy(remote->rfb);
	remote->rfb = NULL;
	transport_close(&remote->transport);
	remote->in_update = false;
	frame_release_from_writing(remote, false);
}

/* Why it ended: the parser's own words where it has any. */
static void tell_end(struct remote *remote, int error, uint64_t next_try)
{
	const char *reason = remote->rfb ? rfb_reason(remote->rfb) : "";

	if (!reason[0])
		reason = remote->transport.reason[0] ? remote->transport.reason : strerror(-error);
	if (remote->running_since || remote->retry.failures <= 1)
		log_info("%s: %s", remote->config.name, reason);
	remote_set_state(remote, REMOTE_WAITING, reason, next_try);
}

static void wait_for_next_try(struct remote *remote, uint64_t next_try)
{
	bool done = false;

	while (!done && clock_now_ns() < next_try) {
		struct pollfd fd = { .fd = remote->wake_fd, .events = POLLIN };

		poll(&fd, 1, timeout_until(next_try));
		drain_wake_fd(remote);
		pthread_mutex_lock(&remote->lock);
		done = remote->quit || remote->retry_now;
		remote->retry_now = false;
		pthread_mutex_unlock(&remote->lock);
	}
}

void *session_thread(void *user)
{
	struct remote *remote = user;

	while (!should_quit(remote)) {
		uint64_t now, next_try;
		int rc = session_open(remote);

		if (rc == 0)
			rc = flush(remote);
		while (rc == 0 && !should_quit(remote))
			rc = session_step(remote);
		now = clock_now_ns();
		next_try = retry_after(&remote->retry, now, rc,
				       remote->running_since ? now - remote->running_since : 0);
		if (rc < 0)
			tell_end(remote, rc, next_try);
		session_close(remote);
		if (rc < 0)
			wait_for_next_try(remote, next_try);
	}
	return NULL;
}
