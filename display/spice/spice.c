/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/spice/spice.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "hub/core/clock.h"
#include "hub/core/text.h"

void spice_fail(struct spice *spice, int error, const char *reason)
{
	if (spice->error != 0)
		return;
	spice->error = error;
	snprintf(spice->reason, sizeof(spice->reason), "%s", reason);
	spice_wake(spice);
}

void spice_wake(struct spice *spice)
{
	g_source_set_ready_time(spice->source, 0);
}

static void on_heard(void *user, size_t bytes)
{
	struct spice *spice = user;

	health_heard(&spice->health, clock_now_ns());
	remote_heard(spice->remote, bytes);
}

static void on_ended(void *user, int error, const char *reason)
{
	spice_fail(user, error, reason);
}

/* The library wants a connection for this channel. */
static void on_open_fd(SpiceChannel *channel, int tls, struct spice *spice)
{
	const struct remote_config *config = &spice->remote->config;
	struct transport_trust trust = {
		.ca = config->ca[0] ? config->ca : NULL,
		.pin = config->pin[0] ? config->pin : NULL,
		.subject = config->subject[0] ? config->subject : NULL,
	};
	struct pump_config pump = {
		.uri = &spice->uri,
		.attempt = spice->remote->retry.failures,
		.dialer = spice->remote->config.dialer,
		.trust = &trust,
		.bytes_max = spice->remote->frame.bytes_max,
		.heard = on_heard,
		.ended = on_ended,
		.user = spice,
	};
	char why[REMOTE_REASON_MAX];
	int type, fd, rc;

	g_object_get(channel, "channel-type", &type, NULL);
	if (type < 1 || type > SPICE_PUMPS || spice->pumps[type - 1])
		return;
	pump.channel = (enum guard_channel)type;
	rc = pump_create(&spice->pumps[type - 1], &fd, &pump, why, sizeof(why));
	if (rc < 0) {
		spice_fail(spice, rc, why);
		return;
	}
	if (!spice_channel_open_fd(channel, fd)) {
		close(fd);
		spice_fail(spice, -EIO, "spice-glib does not take the connection");
	}
}

static void running(struct spice *spice)
{
	remote_connected(spice->remote);
	/* Which forgets them; they may have come before. */
	hands_tell(spice);
	clipboard_tell(spice);
	health_running(&spice->health, spice->remote->running_since);
	remote_set_state(spice->remote, REMOTE_RUNNING, "", 0);
	spice_wake(spice);
}

static void on_channel_event(SpiceChannel *channel, SpiceChannelEvent event, struct spice *spice)
{
	char text[128];

	switch (event) {
	case SPICE_CHANNEL_OPENED:
		if (channel == spice->main)
			spice->main_open = true;
		else if (channel == spice->display)
			spice->display_open = true;
		else if (channel == spice->inputs)
			spice->inputs_open = true;
		if (channel != spice->inputs && channel != spice->cursor && spice_is_running(spice))
			running(spice);
		break;
	case SPICE_CHANNEL_ERROR_AUTH:
		spice_fail(spice, -EACCES, "the server refuses the password (ticket)");
		break;
	case SPICE_CHANNEL_CLOSED:
		spice_fail(spice, -ECONNRESET, "the server ended the connection");
		break;
	case SPICE_CHANNEL_NONE:
	case SPICE_CHANNEL_SWITCHING:
		break;
	case SPICE_CHANNEL_ERROR_CONNECT:
	case SPICE_CHANNEL_ERROR_TLS:
	case SPICE_CHANNEL_ERROR_LINK:
	case SPICE_CHANNEL_ERROR_IO:
	default:
		snprintf(text, sizeof(text), "SPICE's library gave up (event %d)", (int)event);
		spice_fail(spice, -EPROTO, text);
		break;
	}
}

static void on_title(SpiceSession *session, GParamSpec *property, struct spice *spice)
{
	char clean[REMOTE_TITLE_MAX] = "";
	char *name = NULL;

	g_object_get(session, "name", &name, NULL);
	if (name)
		text_copy(clean, sizeof(clean), name, strlen(name));
	g_free(name);
	remote_put_title(spice->remote, clean);
}

/* One main, one display with its cursor, one for input; sound, USB and what else is offered is not connected. */
static void on_channel_new(SpiceSession *session, SpiceChannel *channel, struct spice *spice)
{
	SpiceChannel **known[SPICE_PUMPS] = { &spice->main, &spice->display, &spice->inputs, &spice->cursor };
	int type, id;

	g_object_get(channel, "channel-type", &type, "channel-id", &id, NULL);
	if (type < 1 || type > SPICE_PUMPS || id != 0 || *known[type - 1])
		return;
	*known[type - 1] = channel;
	g_signal_connect(channel, "open-fd", G_CALLBACK(on_open_fd), spice);
	g_signal_connect(channel, "channel-event", G_CALLBACK(on_channel_event), spice);
	if (type == SPICE_CHANNEL_MAIN)
		clipboard_connect(spice);
	else if (type == SPICE_CHANNEL_DISPLAY)
		picture_connect(spice);
	else if (type == SPICE_CHANNEL_INPUTS)
		hands_connect(spice);
	else
		cursor_connect(spice);
	if (type != SPICE_CHANNEL_MAIN)
		spice_channel_connect(channel);
}

int spice_open(struct spice *spice)
{
	const struct remote_config *config = &spice->remote->config;

	spice->error = 0;
	spice->main_open = spice->display_open = spice->inputs_open = false;
	spice->agent = spice->text_offered = false;
	spice->buttons = 0;
	spice->pointer_x = spice->pointer_y = -1;
	health_init(&spice->health, clock_now_ns());
	remote_begin(spice->remote);
	spice->session = spice_session_new();
	g_object_set(spice->session, "enable-audio", FALSE, "enable-usbredir", FALSE, "enable-smartcard",
		     FALSE, "read-only", config->view_only, "cache-size", (gint)GUARD_IMAGES_ASKED,
		     "glz-window-size", (gint)GUARD_GLZ_ASKED, NULL);
	if (config->password[0])
		g_object_set(spice->session, "password", config->password, NULL);
	/* On this machine bytes are cheaper than packing them. */
	if (uri_is_local(&spice->uri))
		g_object_set(spice->session, "preferred-compression", SPICE_IMAGE_COMPRESSION_OFF, NULL);
	g_signal_connect(spice->session, "channel-new", G_CALLBACK(on_channel_new), spice);
	g_signal_connect(spice->session, "notify::name", G_CALLBACK(on_title), spice);
	if (!spice_session_open_fd(spice->session, -1))
		spice_fail(spice, -EIO, "spice-glib does not begin a session");
	return spice->error;
}

void spice_close(struct spice *spice)
{
	SpiceChannel *channels[] = { spice->main, spice->display, spice->inputs, spice->cursor };

	if (!spice->session)
		return;
	/* They end later, by themselves, and must not find us then. */
	g_signal_handlers_disconnect_by_data(spice->session, spice);
	for (unsigned i = 0; i < SPICE_PUMPS; i++)
		if (channels[i])
			g_signal_handlers_disconnect_by_data(channels[i], spice);
	picture_forget(spice);
	spice_session_disconnect(spice->session);
	g_clear_object(&spice->session);
	spice->main = spice->display = spice->inputs = spice->cursor = NULL;
	for (unsigned i = 0; i < SPICE_PUMPS; i++) {
		pump_destroy(spice->pumps[i]);
		spice->pumps[i] = NULL;
	}
}

static void watch(struct spice *spice, uint64_t now)
{
	switch (health_check(&spice->health, now)) {
	case HEALTH_WELL:
		break;
	case HEALTH_PING:
		if (hands_ping(spice))
			health_pinged(&spice->health, now);
		else
			health_heard(&spice->health, now);
		break;
	case HEALTH_STALLED:
		if (spice->remote->status.state != REMOTE_STALLED)
			remote_set_state(spice->remote, REMOTE_STALLED, "the server does not answer", 0);
		break;
	case HEALTH_ASK:
	case HEALTH_STARVED: /* SPICE has no pixels that are due */
		break;
	case HEALTH_DEAD:
		spice_fail(spice, -ETIMEDOUT,
			   spice->health.running ? "the server stopped answering; the link was closed"
						 : "no picture within 15 s: is this a SPICE server?");
		break;
	}
}

static void wait_until(struct spice *spice, uint64_t deadline_ns)
{
	/* GLib's clock is the same one, in microseconds; rounded up, or it would be early. */
	if (deadline_ns == CLOCK_NEVER)
		g_source_set_ready_time(spice->source, -1);
	else
		g_source_set_ready_time(spice->source, (gint64)(deadline_ns / NS_PER_US) + 1);
}

static void try_again(struct spice *spice, uint64_t now)
{
	struct remote *remote = spice->remote;
	bool retry;

	pthread_mutex_lock(&remote->lock);
	retry = remote->retry_now;
	remote->retry_now = false;
	pthread_mutex_unlock(&remote->lock);
	if (now < spice->next_try_ns && !retry) {
		wait_until(spice, spice->next_try_ns);
		return;
	}
	spice_open(spice);
	spice_wake(spice);
}

void spice_step(struct spice *spice)
{
	uint64_t now = clock_now_ns(), next;

	if (!spice->session) {
		try_again(spice, now);
		return;
	}
	if (spice->error == 0 && spice_is_running(spice)) {
		clipboard_send(spice);
		hands_send(spice);
		picture_flush(spice);
	}
	if (spice->error == 0)
		watch(spice, now);
	if (spice->error != 0) {
		spice->next_try_ns = remote_ended(spice->remote, spice->error, spice->reason);
		spice_close(spice);
		wait_until(spice, spice->next_try_ns);
		return;
	}
	next = health_deadline(&spice->health, now);
	if (picture_deadline(spice) < next)
		next = picture_deadline(spice);
	wait_until(spice, next);
}
