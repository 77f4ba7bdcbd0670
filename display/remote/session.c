/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection's thread: connect, feed the parser, send, watch, and again.
 *
 * The frame is held while the parser may touch it: from the greeting to its size, and from an update's beginning to
 * its end. In between, and when a server stops in the middle of an update, the presenter may have it.
 */
#include "display/remote/session.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
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

static void drain_wake_fd(struct session *session)
{
	uint64_t count;

	if (read(session->wake_fd, &count, sizeof(count)) < 0)
		return; /* nothing was there */
}

static int step_handshake(struct session *session)
{
	int rc = transport_handshake(&session->transport);

	if (rc == -EAGAIN)
		return 0;
	if (rc < 0)
		return rc;
	session->handshaking = false;
	rfb_tls_ready(session->rfb);
	return 0;
}

static int begin_tls(struct session *session, const uint8_t *rest, size_t size)
{
	const struct remote_config *config = &session->remote->config;
	struct transport_trust trust = {
		.ca = config->ca[0] ? config->ca : NULL,
		.pin = config->pin[0] ? config->pin : NULL,
	};
	int rc = session_flush(session);

	if (rc < 0)
		return rc;
	session->start_tls = false;
	rc = transport_start_tls(&session->transport, session->x509, &trust, rest, size);
	if (rc < 0)
		return -EACCES;
	session->handshaking = true;
	return step_handshake(session);
}

static int feed(struct session *session, size_t size)
{
	bool greeting = rfb_phase(session->rfb) != RFB_PHASE_RUNNING;
	uint64_t painted;
	ssize_t used;

	if (greeting || session->in_update)
		frame_claim_for_writing(session->remote, false);
	session->received += size;
	session->input_size = size;
	painted = rfb_painted(session->rfb);
	used = rfb_feed(session->rfb, session->input, size);
	if (rfb_painted(session->rfb) != painted)
		health_pixels_came(&session->health);
	if (!session->in_update)
		frame_release_from_writing(session->remote, false);
	if (used < 0)
		return (int)used;
	if (greeting && rfb_phase(session->rfb) == RFB_PHASE_RUNNING)
		remote_set_state(session->remote, REMOTE_RUNNING, "", 0);
	if (session->start_tls)
		return begin_tls(session, session->input + used, size - (size_t)used);
	return 0;
}

static int receive(struct session *session)
{
	ssize_t n = transport_read(&session->transport, session->input, sizeof(session->input));

	if (n == -EAGAIN)
		return 0;
	if (n <= 0)
		return n == 0 ? -ECONNRESET : (int)n;
	health_heard(&session->health, clock_now_ns());
	remote_heard(session->remote, (size_t)n);
	return feed(session, (size_t)n);
}

static int watch(struct session *session)
{
	uint64_t now = clock_now_ns();

	switch (health_check(&session->health, now)) {
	case HEALTH_WELL:
		return 0;
	case HEALTH_PING:
		rfb_ping(session->rfb);
		health_pinged(&session->health, now);
		/* Without fences it is a request for a pixel. */
		if (!rfb_features(session->rfb).fence)
			health_pixels_due(&session->health, now);
		return 0;
	case HEALTH_ASK:
		if (rfb_request(session->rfb, true) == 0)
			health_asked(&session->health, now);
		return 0;
	case HEALTH_STARVED:
		snprintf(session->transport.reason, sizeof(session->transport.reason),
			 "the server answers, but sends no picture; connecting anew");
		return -ETIMEDOUT;
	case HEALTH_STALLED:
		if (session->remote->status.state != REMOTE_STALLED)
			remote_set_state(session->remote, REMOTE_STALLED, "the server does not answer", 0);
		return 0;
	case HEALTH_DEAD:
		snprintf(session->transport.reason, sizeof(session->transport.reason),
			 session->health.running ? "the server stopped answering; the link was closed"
						 : "no greeting within 15 s: is this a VNC server?");
		return -ETIMEDOUT;
	}
	return 0;
}

/* One sleep of a connection, and what is to be done after it. */
static int session_step(struct session *session)
{
	size_t waiting;
	struct pollfd fds[2] = { { .fd = session->wake_fd, .events = POLLIN } };
	uint64_t deadline = health_deadline(&session->health, clock_now_ns());
	bool writing = session->in_update && session->remote->writing;
	int timeout = timeout_until(deadline), rc;

	rfb_output(session->rfb, &waiting);
	fds[1].fd = transport_fd(&session->transport);
	fds[1].events = transport_events(&session->transport, waiting > 0);
	if (transport_has_buffered(&session->transport) && !session->handshaking)
		timeout = 0;
	if (writing && (timeout < 0 || timeout > REMOTE_PARK_MS))
		timeout = REMOTE_PARK_MS;
	rc = poll(fds, 2, timeout);
	if (rc == 0 && writing)
		frame_release_from_writing(session->remote, false);
	if (fds[0].revents)
		drain_wake_fd(session);
	transport_polled(&session->transport, fds[1].revents);
	if (session->handshaking)
		rc = fds[1].revents ? step_handshake(session) : 0;
	else if (fds[1].revents & (POLLIN | POLLHUP | POLLERR) || transport_has_buffered(&session->transport))
		rc = receive(session);
	else
		rc = 0;
	if (rc < 0)
		return rc;
	rc = session_send(session);
	return rc < 0 ? rc : watch(session);
}

static int session_open(struct session *session)
{
	const struct remote_config *config = &session->remote->config;
	struct rfb_config rfb = {
		.frame = &session->remote->frame,
		.output = session->output,
		.output_size = sizeof(session->output),
		.event = session_event,
		.user = session,
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
	session->start_tls = session->handshaking = session->in_update = false;
	/* What was learnt of the link stays. */
	if (config->adaptive) {
		char name[32];

		rfb.wishes = quality_wishes(&session->quality);
		session->quality_asked = session->quality.level;
		quality_name(&session->quality, name, sizeof(name));
		remote_put_encoding(session->remote, name);
	}
	health_init(&session->health, clock_now_ns());
	remote_begin(session->remote);
	rc = transport_connect(&session->transport, &config->uri, session->remote->retry.failures,
			       config->dialer);
	return rc < 0 ? rc : rfb_create(&session->rfb, &rfb);
}

static void session_close(struct session *session)
{
	rfb_destroy(session->rfb);
	session->rfb = NULL;
	transport_close(&session->transport);
	session->in_update = false;
	frame_release_from_writing(session->remote, false);
}

/* Why it ended: the parser's own words where it has any. */
static const char *end_reason(const struct session *session, int error)
{
	const char *reason = session->rfb ? rfb_reason(session->rfb) : "";

	if (reason[0])
		return reason;
	return session->transport.reason[0] ? session->transport.reason : strerror(-error);
}

static void wait_for_next_try(struct session *session, uint64_t next_try)
{
	struct remote *remote = session->remote;
	bool done = false;

	while (!done && clock_now_ns() < next_try) {
		struct pollfd fd = { .fd = session->wake_fd, .events = POLLIN };

		poll(&fd, 1, timeout_until(next_try));
		drain_wake_fd(session);
		pthread_mutex_lock(&remote->lock);
		done = remote->quit || remote->retry_now;
		remote->retry_now = false;
		pthread_mutex_unlock(&remote->lock);
	}
}

static void *session_thread(void *user)
{
	struct session *session = user;
	struct remote *remote = session->remote;

	while (!should_quit(remote)) {
		uint64_t next_try = 0;
		int rc = session_open(session);

		if (rc == 0)
			rc = session_flush(session);
		while (rc == 0 && !should_quit(remote))
			rc = session_step(session);
		if (rc < 0)
			next_try = remote_ended(remote, rc, end_reason(session, rc));
		session_close(session);
		if (rc < 0)
			wait_for_next_try(session, next_try);
	}
	return NULL;
}

static int session_start(struct remote *remote)
{
	const struct remote_config *config = &remote->config;
	struct session *session = calloc(1, sizeof(*session));
	sigset_t all, before;
	int rc;

	if (!session)
		return -ENOMEM;
	session->remote = remote;
	remote->session = session;
	quality_init(&session->quality, uri_is_local(&config->uri), config->jpeg_max);
	session->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (session->wake_fd < 0) {
		rc = -errno;
		goto free_session;
	}
	/* Signals are for the main thread. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	rc = -pthread_create(&session->thread, NULL, session_thread, session);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc == 0)
		return 0;
	close(session->wake_fd);
free_session:
	free(session);
	return rc;
}

static void session_poke(struct remote *remote)
{
	const struct session *session = remote->session;
	uint64_t one = 1;

	if (write(session->wake_fd, &one, sizeof(one)) < 0)
		return; /* the counter is full: it is awake */
}

static void session_stop(struct remote *remote)
{
	struct session *session = remote->session;

	session_poke(remote);
	pthread_join(session->thread, NULL);
	close(session->wake_fd);
	free(session);
}

const struct protocol protocol_rfb = {
	.start = session_start,
	.stop = session_stop,
	.poke = session_poke,
};
