/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "xenhubd"
#include "hub/daemon/sources.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "hub/source/recording_source.h"

#define CONSENTS_NAME "consents"

/* ---- recordings ---- */

void sources_start(struct sources *s)
{
	if (s->started)
		return;
	s->started = true;
	for (unsigned i = 0; i < s->n_recordings; i++)
		recording_source_start(s->recordings[i]);
}

void sources_pump(struct sources *s)
{
	for (unsigned i = 0; s->started && i < s->n_recordings; i++)
		recording_source_pump(s->recordings[i]);
}

bool sources_ended(const struct sources *s)
{
	return s->started && s->n_ended == s->n_recordings;
}

static void on_recording_ended(void *data, struct recording_source *source)
{
	struct sources *s = data;

	s->n_ended++;
}

static int add_recording(struct sources *s, const char *spec)
{
	struct recording_source_options options = { .remove_at_end = true,
						    .ended = on_recording_ended,
						    .data = s };
	char err[RECORDING_ERROR_MAX];
	char path[CONFIG_TEXT_MAX];
	size_t n;
	int rc;

	snprintf(path, sizeof(path), "%s", spec);
	n = strlen(path);
	if (n > 5 && !strcmp(path + n - 5, ",fast")) {
		options.fast = true;
		path[n - 5] = '\0';
	}
	rc = recording_source_create(&s->recordings[s->n_recordings], s->loop, s->hub, path, &options, err);
	if (rc < 0)
		log_err("%s", err);
	else
		s->n_recordings++;
	return rc < 0 ? -EINVAL : 0;
}

/* ---- other hubs, and this machine ---- */

static int add_peer(struct sources *s, const char *endpoint, struct slow_side *side)
{
	struct peer_options options = { .endpoint = endpoint, .consents = &s->consents };
	int rc = s->n_peers < PEERS_MAX ? 0 : -ENOSPC;

	if (!rc && peer_is_served(endpoint))
		rc = slow_side_domains(side);
	options.worker = side->worker;
	options.domains = side->domains;
	if (!rc)
		rc = peer_source_create(&s->peers[s->n_peers], s->loop, s->hub, &options);
	if (rc < 0)
		log_errno(-rc, "peer:%s: cannot be a source", endpoint);
	else
		s->n_peers++;
	return rc;
}

static int add_evdev(struct sources *s, const struct config *c, const struct evdev_options *wanted,
		     struct slow_side *side)
{
	struct evdev_options options = *wanted;
	int rc = slow_side_worker(side);

	options.grab = c->grab;
	options.ignore = c->ignore.items;
	options.n_ignore = c->ignore.count;
	if (!rc)
		rc = evdev_source_create(&s->evdev, s->loop, side->worker, s->hub, &options);
	if (rc < 0)
		log_errno(-rc, "cannot look for input devices");
	return rc;
}

/* Beside the control socket: where that is, only we and root may write. */
static void open_consents(struct sources *s, const struct config *c)
{
	const char *slash = strrchr(c->control, '/');
	char path[CONFIG_TEXT_MAX + sizeof(CONSENTS_NAME)];

	snprintf(path, sizeof(path), "%.*s" CONSENTS_NAME, slash ? (int)(slash - c->control) + 1 : 0,
		 c->control);
	consents_open(&s->consents, path);
}

int sources_open(struct sources *s, const struct config *c, const struct evdev_options *evdev,
		 struct slow_side *side)
{
	int rc = 0;

	open_consents(s, c);
	for (unsigned i = 0; i < c->source.count && rc >= 0; i++) {
		const char *source = c->source.items[i];

		if (!strncmp(source, "evemu:", 6))
			rc = add_recording(s, source + 6);
		else if (!strncmp(source, "peer:", 5))
			rc = add_peer(s, source + 5, side);
		else if (!s->evdev)
			rc = add_evdev(s, c, evdev, side);
	}
	return rc;
}

void sources_led(struct sources *s, uint32_t handle, unsigned code, bool on)
{
	if (s->evdev && evdev_source_led(s->evdev, handle, code, on))
		return;
	for (unsigned i = 0; i < s->n_peers; i++)
		if (peer_source_led(s->peers[i], handle, code, on))
			return;
}

void sources_end(struct sources *s)
{
	for (unsigned i = 0; i < s->n_peers; i++)
		peer_source_end(s->peers[i]);
}

void sources_finish(struct sources *s)
{
	for (unsigned i = 0; i < s->n_recordings; i++)
		recording_source_destroy(s->recordings[i]);
	for (unsigned i = 0; i < s->n_peers; i++)
		peer_source_destroy(s->peers[i]);
	evdev_source_destroy(s->evdev, clock_now_ns());
	s->evdev = NULL;
	s->n_recordings = s->n_peers = 0;
}
