/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "peer"
#include "hub/source/peer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "hub/client/internal.h"
#include "hub/client/xenhub.h"
#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "hub/device/classify.h"
#include "hub/link/link.h"
#include "hub/link/route.h"
#include "hub/link/station.h"
#include "hub/model/peer_check.h"

struct peer_entry {
	struct xenhub_device *device; /* NULL: free */
	struct descriptor descriptor;
	struct peer_device check;
	uint32_t handle;
};

struct peer_source {
	struct loop *loop;
	struct hub *hub;
	const struct consents *consents;
	struct station *station; /* NULL: the client connects by itself */
	char *endpoint;
	char origin[WIRE_TEXT_MAX];
	struct xenhub *client; /* NULL while it is punished */
	struct loop_fd *source;
	struct loop_timer *timer;
	struct log_limit limit;
	char told[LINK_WHY_MAX]; /* why there is no link */
	bool is_told;            /* since the last one */
	bool broken;             /* it broke a rule: to be dropped once its listener has returned */
	struct peer_entry devices[PEER_DEVICES_MAX];
};

int peer_consent(struct consents *c, struct hub *hub, const char *id, uint64_t now_ns)
{
	struct hub_device_info info;
	int rc;

	for (unsigned i = 0; i < HUB_DEVICES_MAX; i++) {
		if (!hub_device_info(hub, i, &info) || !(info.flags & HUB_DEVICE_PENDING) ||
		    strcmp(info.id, id))
			continue;
		rc = consents_add(c, info.origin, info.id);
		if (rc != -ENOSPC)
			hub_device_consent(hub, info.handle, now_ns);
		return rc;
	}
	return -ENOENT;
}

/* ---- what the other hub says ---- */

static void complain(struct peer_source *p, const char *name, const char *why)
{
	unsigned skipped;

	if (log_limit_allow(&p->limit, 10, clock_now_ns(), &skipped))
		log_warn("%s: %s: %s", p->origin, name, why);
}

/* Into the hub, again after each loss of the link. */
static void show(struct peer_source *p, struct peer_entry *e)
{
	char reason[CLASSIFY_REASON_MAX];
	uint32_t flags = HUB_DEVICE_CLAIMED | HUB_DEVICE_PENDING;
	struct hub_device_info info;
	uint32_t classes;

	if (e->handle)
		return;
	/* What classes it says it has is of no interest. */
	classes = classify(&e->descriptor, 0, reason);
	/* Pending first: its id is made by the hub, and consent is given to that. */
	if (hub_device_add(p->hub, &e->descriptor, NULL, classes, reason, p->origin, flags, clock_now_ns(),
			   &e->handle) < 0) {
		e->handle = 0;
		complain(p, e->descriptor.name, "64 devices are the limit");
		return;
	}
	hub_device_find(p->hub, e->handle, &info);
	if (!peer_needs_consent(&e->descriptor) || consents_have(p->consents, p->origin, info.id))
		hub_device_consent(p->hub, e->handle, clock_now_ns());
	else
		log_warn("%s: '%s' can type: nobody gets its events before `xenhub consent %s`", p->origin,
			 e->descriptor.name, info.id);
}

static void hide(struct peer_source *p, struct peer_entry *e, unsigned reason)
{
	if (e->handle)
		hub_device_remove(p->hub, e->handle,
				  reason < REASON_COUNT ? (enum reason)reason : REASON_UNPLUG,
				  clock_now_ns());
	e->handle = 0;
}

static void on_added(void *data, struct xenhub_device *device)
{
	struct peer_source *p = data;
	struct peer_entry *e = p->devices;
	char why[PEER_WHY_MAX];

	while (e < p->devices + PEER_DEVICES_MAX && e->device)
		e++;
	if (e == p->devices + PEER_DEVICES_MAX) {
		snprintf(why, sizeof(why), "%d devices of a peer are the limit", PEER_DEVICES_MAX);
		complain(p, xenhub_device_name(device), why);
		return;
	}
	e->descriptor = *xenhub_device_descriptor(device);
	if (peer_check_descriptor(&e->descriptor, why) < 0) {
		complain(p, e->descriptor.name, why);
		return;
	}
	peer_device_init(&e->check, &e->descriptor);
	e->device = device;
	xenhub_device_set_data(device, e);
	show(p, e);
}

static void on_removed(void *data, struct xenhub_device *device, unsigned reason)
{
	struct peer_entry *e = xenhub_device_data(device);

	if (!e)
		return;
	hide(data, e, reason);
	e->device = NULL;
}

static void on_frame(void *data, struct xenhub_device *device, const struct xenhub_frame *f)
{
	struct peer_entry *e = xenhub_device_data(device);
	struct event events[FRAME_EVENTS_MAX];
	struct peer_source *p = data;
	char why[PEER_WHY_MAX];
	struct frame frame = {
		/* Its clock is another machine's, and could be anything. */
		.time_us = clock_now_ns() / NS_PER_US,
		.flags = f->flags & (FRAME_SYNTHETIC | FRAME_CANCEL | FRAME_RESYNC),
		.reason = f->reason < REASON_COUNT ? (enum reason)f->reason : REASON_NONE,
		.count = f->count,
		.events = events,
	};

	if (!e || p->broken || f->count > FRAME_EVENTS_MAX)
		return;
	memcpy(events, f->events, f->count * sizeof(events[0]));
	if (peer_check_frame(&e->check, events, f->count, clock_now_ns(), why) < 0) {
		complain(p, e->descriptor.name, why);
		p->broken = true;
		return;
	}
	/* What is held when a link comes up is told before that it is up; what is let go of when it ends may follow. */
	if (f->reason != XENHUB_REASON_LINK)
		show(p, e);
	hub_device_frame(p->hub, e->handle, &frame, clock_now_ns());
}

/* Without its hub a device is unplugged: the library would keep it, in hope of the next link. */
static void on_link(void *data, enum xenhub_link status, const char *text)
{
	struct peer_source *p = data;

	for (unsigned i = 0; i < PEER_DEVICES_MAX; i++) {
		if (!p->devices[i].device)
			continue;
		if (status == XENHUB_LINK_UP)
			show(p, &p->devices[i]);
		else
			hide(p, &p->devices[i], REASON_UNPLUG);
	}
	if (status == XENHUB_LINK_UP) {
		log_info("%s: is there", p->origin);
		p->is_told = false;
	} else if (!p->is_told || strcmp(p->told, text)) {
		/* It is tried every 2 s: what is the same as before is no news. */
		complain(p, "link", text);
		snprintf(p->told, sizeof(p->told), "%s", text);
		p->is_told = true;
	}
}

/* ---- the link ---- */

static void end_link(struct peer_source *p)
{
	loop_remove_fd(p->source);
	p->source = NULL;
	/* Tells of every device's removal. */
	xenhub_close(p->client);
	p->client = NULL;
}

static void on_readable(void *data, int fd, uint32_t events)
{
	struct peer_source *p = data;

	xenhub_dispatch(p->client);
	if (!p->broken)
		return;
	xenhub_drop(p->client, "it broke the rules", false);
	log_err("%s: broke the rules: its devices are gone, and it is asked again in %d s", p->origin,
		PEER_PENALTY_MS / 1000);
	end_link(p);
	loop_timer_at(p->timer, clock_now_ns() + PEER_PENALTY_MS * NS_PER_MS);
}

static int begin_link(struct peer_source *p)
{
	static const struct xenhub_listener listener = {
		.device_added = on_added,
		.device_removed = on_removed,
		.frame = on_frame,
		.link = on_link,
	};
	const struct xenhub_options options = { .name = "xenhubd", .classes = CLASS_ALL };
	int rc;

	if (peer_is_served(p->endpoint))
		rc = xenhub_open_given(&p->client, p->endpoint, &options, &listener, p);
	else
		rc = xenhub_open(&p->client, p->endpoint, &options, &listener, p);
	if (rc < 0)
		return rc;
	p->broken = false;
	p->source = loop_add_fd(p->loop, xenhub_fd(p->client), EPOLLIN, on_readable, p);
	if (p->source)
		return 0;
	rc = -errno;
	xenhub_close(p->client);
	p->client = NULL;
	return rc;
}

static void on_timer(void *data)
{
	struct peer_source *p = data;
	int rc = begin_link(p);

	if (rc < 0) {
		log_warn_errno(-rc, "%s: cannot be asked again yet", p->origin);
		loop_timer_at(p->timer, clock_now_ns() + PEER_PENALTY_MS * NS_PER_MS);
	}
}

static void on_met(void *data, struct link *link)
{
	struct peer_source *p = data;

	/* While it is punished it may come as often as the station lets it. */
	if (!p->client) {
		link_close(link);
		return;
	}
	xenhub_give(p->client, link);
	on_readable(p, -1, 0);
}

static void on_lost(void *data, struct link *link, bool quiesce)
{
	struct peer_source *p = data;

	xenhub_drop(p->client, quiesce ? "asked to let go of the link for a while" : "its domain is gone",
		    true);
}

static int begin_station(struct peer_source *p, const struct peer_options *options)
{
	const struct station_callbacks callbacks = { .met = on_met, .lost = on_lost, .data = p };
	char endpoint[LINK_DOMAIN_MAX + 32];

	if (!peer_is_served(p->endpoint))
		return 0;
	snprintf(endpoint, sizeof(endpoint), "%.80s/" ROUTE_SOURCE, p->endpoint);
	return station_create(&p->station, p->loop, options->worker, options->domains, endpoint, &callbacks);
}

int peer_source_create(struct peer_source **out, struct loop *loop, struct hub *hub,
		       const struct peer_options *options)
{
	struct peer_source *p = calloc(1, sizeof(*p));
	int rc = -ENOMEM;

	if (!p)
		return rc;
	p->loop = loop;
	p->hub = hub;
	p->consents = options->consents;
	p->endpoint = strdup(options->endpoint);
	p->timer = loop_add_timer(loop, on_timer, p);
	snprintf(p->origin, sizeof(p->origin), "peer:%.200s", options->endpoint);
	if (!p->endpoint || !p->timer)
		goto err;
	rc = begin_link(p);
	if (rc < 0)
		goto err;
	rc = begin_station(p, options);
	if (rc < 0)
		goto err_link;
	*out = p;
	return 0;

err_link:
	end_link(p);
err:
	if (p->timer)
		loop_remove_timer(p->timer);
	free(p->endpoint);
	free(p);
	return rc;
}

int peer_source_quiesce(struct peer_source *p, const char *domain)
{
	return p->station && station_is_of(p->station, domain) ? station_quiesce(p->station) : -ENOENT;
}

int peer_source_resume(struct peer_source *p, const char *domain)
{
	if (!p->station || !station_is_of(p->station, domain))
		return -ENOENT;
	station_resume(p->station);
	return 0;
}

void peer_source_end(struct peer_source *p)
{
	if (p->station)
		station_end(p->station);
}

void peer_source_destroy(struct peer_source *p)
{
	if (!p)
		return;
	end_link(p);
	station_destroy(p->station);
	loop_remove_timer(p->timer);
	free(p->endpoint);
	free(p);
}

bool peer_source_led(struct peer_source *p, uint32_t handle, unsigned code, bool on)
{
	for (unsigned i = 0; i < PEER_DEVICES_MAX; i++) {
		if (!p->devices[i].device || p->devices[i].handle != handle)
			continue;
		xenhub_set_led(p->client, p->devices[i].device, code, on);
		return true;
	}
	return false;
}
