/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/t/world.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/wire/cursor.h"

/* Begin far from zero, where a forgotten time would show. */
#define WORLD_BEGIN (1000 * NS_PER_S)
/* The step of a link with a rate. */
#define WORLD_STEP NS_PER_MS

static void on_led(void *data, uint32_t handle, unsigned code, bool on)
{
	struct world *w = data;

	for (unsigned i = 0; i < w->n_devices; i++) {
		struct world_device *d = &w->devices[i];
		struct event events[2] = { { EV_LED, (uint16_t)code, on } };
		char name[24];

		if (d->handle != handle)
			continue;
		snprintf(w->led, sizeof(w->led), "%s %s %d", d->name, name_of(EV_LED, code, name), on);
		/* The kernel lights it and tells everyone who listens. */
		world_send(w, d, events, 1, false);
	}
}

void world_init(struct world *w)
{
	const struct hub_callbacks callbacks = { .led = on_led, .data = w };
	const uint8_t boot_id[16] = { 1, 2, 3 };

	memset(w, 0, sizeof(*w));
	w->now = WORLD_BEGIN;
	if (hub_create(&w->hub, &callbacks, boot_id, 1) < 0)
		abort();
}

void world_finish(struct world *w)
{
	for (unsigned i = 0; i < w->n_consumers; i++) {
		w->consumers[i].quiet = true;
		mirror_destroy(w->consumers[i].mirror);
		free(w->consumers[i].lines);
	}
	hub_destroy(w->hub);
	for (unsigned i = 0; i < w->n_devices; i++)
		state_finish(&w->devices[i].actual);
}

/* ---- what a consumer is told ---- */

void world_line(struct world_consumer *c, const char *device, unsigned reason, const char *format, ...)
{
	struct world_line *line;
	va_list args;

	if (c->quiet)
		return;
	if (c->n_lines == WORLD_LINES_MAX) {
		fprintf(stderr, "consumer %s was told too much: `quiet` it\n", c->name);
		exit(1);
	}
	line = &c->lines[c->n_lines++];
	va_start(args, format);
	vsnprintf(line->text, sizeof(line->text), format, args);
	va_end(args);
	snprintf(line->device, sizeof(line->device), "%s", device);
	line->reason = reason;
}

static void on_added(void *data, struct xenhub_device *device)
{
	struct world_consumer *c = data;
	struct device_state *shadow = calloc(1, sizeof(*shadow));

	if (!shadow || state_init(shadow, mirror_device_descriptor(device)) < 0)
		abort();
	xenhub_device_set_data(device, shadow);
	c->devices[c->n_devices++] = device;
	world_line(data, xenhub_device_origin(device), REASON_NONE, "added");
}

static void on_removed(void *data, struct xenhub_device *device, unsigned reason)
{
	struct device_state *shadow = xenhub_device_data(device);
	struct world_consumer *c = data;
	unsigned i = 0;

	while (c->devices[i] != device)
		i++;
	c->devices[i] = c->devices[--c->n_devices];
	if (xenhub_device_held(device))
		world_line(data, xenhub_device_origin(device), reason, "removed while it holds %u",
			   xenhub_device_held(device));
	world_line(data, xenhub_device_origin(device), reason, "removed");
	state_finish(shadow);
	free(shadow);
}

static void tell_contacts(struct world_consumer *c, const char *device, const struct xenhub_frame *f,
			  const struct device_state *before, const struct device_state *after)
{
	for (unsigned i = 0; i < after->slots; i++) {
		const int32_t *was = before->mt[i], *is = after->mt[i];
		int32_t x = is[MT_INDEX(ABS_MT_POSITION_X)], y = is[MT_INDEX(ABS_MT_POSITION_Y)];

		if (was[MT_TRACKING_ID] >= 0 && is[MT_TRACKING_ID] >= 0 &&
		    was[MT_TRACKING_ID] != is[MT_TRACKING_ID])
			world_line(c, device, f->reason, "contact %u replaced without an end", i);
		else if (was[MT_TRACKING_ID] < 0 && is[MT_TRACKING_ID] >= 0)
			world_line(c, device, f->reason, "touch %u down %d %d", i, x, y);
		else if (was[MT_TRACKING_ID] >= 0 && is[MT_TRACKING_ID] < 0)
			world_line(c, device, f->reason, "%s %u",
				   f->flags & XENHUB_CANCEL ? "cancel" : "lift", i);
		else if (is[MT_TRACKING_ID] >= 0 && memcmp(was, is, sizeof(before->mt[0])))
			world_line(c, device, f->reason, "touch %u move %d %d", i, x, y);
	}
}

static void on_frame(void *data, struct xenhub_device *device, const struct xenhub_frame *f)
{
	const char *origin = xenhub_device_origin(device);
	struct device_state *after = xenhub_device_data(device);
	int32_t mt[DESCRIPTOR_SLOTS_MAX][MT_CODE_COUNT];
	struct device_state before = *after;
	struct world_consumer *c = data;
	const struct event *events = (const struct event *)f->events;

	if (after->slots)
		memcpy(mt, after->mt, after->slots * sizeof(mt[0]));
	before.mt = mt;
	state_apply(after, events, f->count);
	if (f->read_ns && c->world->now - f->read_ns > c->oldest_ns)
		c->oldest_ns = c->world->now - f->read_ns;
	for (uint32_t i = 0; i < f->count; i++) {
		const struct event *e = &events[i];
		const char *name;
		char buf[24];

		name = name_of(e->type, e->code, buf);
		switch (e->type) {
		case EV_KEY:
			world_line(c, origin, f->reason, "%s %s",
				   e->value == 1 ? "press"
				   : e->value    ? "repeat"
						 : "release",
				   name);
			break;
		case EV_REL:
			if (e->code < REL_CNT)
				c->rels[e->code] += e->value;
			world_line(c, origin, f->reason, "rel %s %d", name, e->value);
			break;
		case EV_ABS:
			if (e->code < ABS_MT_SLOT)
				world_line(c, origin, f->reason, "abs %s %d", name, e->value);
			break;
		case EV_SW:
		case EV_LED:
			world_line(c, origin, f->reason, "%s %d", name, e->value);
			break;
		}
	}
	tell_contacts(c, origin, f, &before, after);
}

static void on_focus(void *data, bool focused)
{
	world_line(data, "", REASON_NONE, "focus %s", focused ? "on" : "off");
}

static void on_link(void *data, enum xenhub_link status, const char *text)
{
	world_line(data, "", REASON_NONE, "link %s", status == XENHUB_LINK_UP ? "up" : text);
}

static void on_state(void *data, const struct xenhub_state *state)
{
	if (state->type == XENHUB_STATE_ABSENT)
		world_line(data, "", REASON_NONE, "state %s absent", state->path);
	else if (state->type == XENHUB_STATE_TEXT)
		world_line(data, "", REASON_NONE, "state %s %.40s", state->path, state->text);
	else
		world_line(data, "", REASON_NONE, "state %s %lld", state->path, (long long)state->integer);
}

/* ---- links ---- */

struct world_consumer *world_find_consumer(struct world *w, const char *name)
{
	for (unsigned i = 0; i < w->n_consumers; i++)
		if (!strcmp(w->consumers[i].name, name))
			return &w->consumers[i];
	return NULL;
}

struct world_consumer *world_add_consumer(struct world *w, const char *name, const struct wire_hello *hello)
{
	static const struct xenhub_listener listener = {
		.device_added = on_added,
		.device_removed = on_removed,
		.frame = on_frame,
		.state = on_state,
		.focus = on_focus,
		.link = on_link,
	};
	struct world_consumer *c = &w->consumers[w->n_consumers];

	if (w->n_consumers == WORLD_CONSUMERS_MAX)
		return NULL;
	memset(c, 0, sizeof(*c));
	c->world = w;
	c->hello = *hello;
	c->rate = WORLD_RATE_ALL;
	c->lines = malloc(WORLD_LINES_MAX * sizeof(*c->lines));
	snprintf(c->name, sizeof(c->name), "%s", name);
	snprintf(c->hello.name, sizeof(c->hello.name), "%s", name);
	if (!c->lines || mirror_create(&c->mirror, &listener, c) < 0)
		abort();
	w->n_consumers++;
	world_connect(c);
	return c;
}

void world_connect(struct world_consumer *c)
{
	mirror_connect(c->mirror, &c->hello, c->world->now);
	c->connected = true;
	c->carried = 0;
	c->skew = 0;
	c->lose = 0;
}

void world_cut(struct world_consumer *c, const char *why)
{
	if (!c->connected)
		return;
	c->connected = false;
	if (c->peer)
		hub_consumer_remove(c->peer, c->world->now);
	c->peer = NULL;
	mirror_disconnect(c->mirror, c->world->now);
	world_line(c, "", REASON_NONE, "link %s", why);
}

/* What the consumer has to say, message by message. False when there was nothing. */
static bool carry_up(struct world_consumer *c)
{
	struct wire_error err = { 0 };
	struct wire_hello hello;
	const uint8_t *bytes;
	size_t n = mirror_output(c->mirror, &bytes);
	uint64_t now = c->world->now;
	int rc = 0;

	if (!n)
		return false;
	if (c->peer) {
		rc = hub_consumer_receive(c->peer, bytes, load32(bytes), now, &err);
	} else {
		rc = wire_get_hello(bytes, load32(bytes), &hello, &err);
		if (!rc)
			rc = hub_consumer_add(c->world->hub, &hello, "on paper", now, &c->peer);
		if (rc == -ENOSPC || rc == -EPERM)
			snprintf(err.text, sizeof(err.text), "refused");
	}
	mirror_output_sent(c->mirror, load32(bytes));
	if (rc < 0)
		world_cut(c, rc == -ESHUTDOWN ? "ended" : err.text);
	return true;
}

/* Feeds the consumer a whole message, unless it is one that gets lost without a trace. */
static void deliver(struct world_consumer *c)
{
	struct wire_error err = { 0 };
	unsigned type = load16(c->carry + 4);
	uint64_t now = c->world->now;
	size_t n = c->carried;
	int rc;

	c->carried = 0;
	if (type == WIRE_FRAME && c->lose) {
		c->lose--;
		c->skew++;
		return;
	}
	if (c->skew && (wire_is_sequenced(type) || type == WIRE_LEASE))
		wire_patch_seq(c->carry, load64(c->carry + WIRE_HEADER_SIZE) - c->skew);
	rc = mirror_feed(c->mirror, c->carry, n, now, &err);
	if (rc < 0)
		world_cut(c, err.text);
}

static void earn(struct world_consumer *c)
{
	uint64_t passed = c->world->now - c->budget_at;

	c->budget_at = c->world->now;
	if (c->rate == WORLD_RATE_ALL) {
		c->budget = WORLD_RATE_ALL;
		return;
	}
	c->budget += passed * c->rate / NS_PER_S;
	/* A link carries what it carries: what nobody sent in time is no credit. */
	if (c->budget > c->rate / 100 + 1)
		c->budget = c->rate / 100 + 1;
}

static bool carry_down(struct world_consumer *c)
{
	uint64_t now = c->world->now;
	const uint8_t *bytes;
	size_t n = hub_consumer_peek(c->peer, now, &bytes);

	if (n > c->budget)
		n = (size_t)c->budget;
	if (!n)
		return false;
	if (c->budget != WORLD_RATE_ALL)
		c->budget -= n;
	/* What was peeked is gone once it is said to be sent. */
	for (size_t i = 0; i < n; i++) {
		c->carry[c->carried++] = bytes[i];
		if (c->carried >= WIRE_HEADER_SIZE && c->carried == load32(c->carry)) {
			deliver(c);
			if (!c->connected)
				return true;
		}
	}
	hub_consumer_sent(c->peer, n, now);
	return true;
}

void world_settle(struct world *w)
{
	bool busy = !w->silent;

	while (busy) {
		busy = false;
		for (unsigned i = 0; i < w->n_consumers; i++) {
			struct world_consumer *c = &w->consumers[i];

			if (!c->connected || c->stalled)
				continue;
			earn(c);
			while (c->connected && carry_up(c))
				busy = true;
			while (c->connected && c->peer && carry_down(c))
				busy = true;
		}
	}
}

uint64_t world_deadline(const struct world *w)
{
	uint64_t nearest = w->silent ? CLOCK_NEVER : hub_deadline(w->hub);

	for (unsigned i = 0; i < w->n_consumers; i++) {
		uint64_t deadline = mirror_deadline(w->consumers[i].mirror);

		if (!w->consumers[i].stalled && deadline < nearest)
			nearest = deadline;
	}
	return nearest;
}

static bool has_slow_link(const struct world *w)
{
	for (unsigned i = 0; i < w->n_consumers; i++)
		if (w->consumers[i].rate != WORLD_RATE_ALL)
			return true;
	return false;
}

static void check_links(struct world *w)
{
	for (unsigned i = 0; i < w->n_consumers; i++) {
		struct world_consumer *c = &w->consumers[i];

		if (c->peer && hub_consumer_check(c->peer, w->now) < 0)
			world_cut(c, "timeout");
	}
}

void world_pass(struct world *w, uint64_t ns)
{
	uint64_t until = w->now + ns;
	unsigned stuck = 0;

	world_settle(w);
	while (w->now < until) {
		uint64_t next = world_deadline(w);

		if (has_slow_link(w) && next > w->now + WORLD_STEP)
			next = w->now + WORLD_STEP;
		if (next > w->now)
			stuck = 0;
		else if (++stuck > 3) {
			fprintf(stderr, "someone wants to be woken for ever\n");
			exit(1);
		} else
			next = w->now;
		w->now = next < until ? next : until;
		if (!w->silent)
			hub_tick(w->hub, w->now);
		world_settle(w);
		if (!w->silent)
			check_links(w);
		for (unsigned i = 0; i < w->n_consumers; i++)
			if (!w->consumers[i].stalled)
				mirror_tick(w->consumers[i].mirror, w->now);
	}
}

/* ---- truth ---- */

static bool device_in_step(const struct world_device *d, const struct device_state *shadow, char *why,
			   size_t size)
{
	const struct device_state *a = &d->actual;
	const char *what = memcmp(a->keys, shadow->keys, sizeof(a->keys))   ? "keys"
			   : memcmp(a->sws, shadow->sws, sizeof(a->sws))    ? "switches"
			   : memcmp(a->leds, shadow->leds, sizeof(a->leds)) ? "LEDs"
			   : memcmp(a->abs, shadow->abs, sizeof(a->abs))    ? "axes"
			   : a->slot != shadow->slot                        ? "current slot"
									    : NULL;

	for (unsigned i = 0; i < a->slots && !what; i++)
		if (memcmp(a->mt[i], shadow->mt[i], sizeof(a->mt[i])))
			what = "contacts";
	if (what)
		snprintf(why, size, "the %s of %s are not what they are there", what, d->name);
	return !what;
}

bool world_in_step(struct world_consumer *c, char *why, size_t size)
{
	unsigned plugged = 0;

	for (unsigned i = 0; i < c->world->n_devices; i++)
		plugged += c->world->devices[i].handle != 0;
	if (c->n_devices != plugged) {
		snprintf(why, size, "it knows %u devices of %u", c->n_devices, plugged);
		return false;
	}
	for (unsigned i = 0; i < c->n_devices; i++) {
		struct world_device *d = world_find_device(c->world, xenhub_device_origin(c->devices[i]));

		if (!d || !device_in_step(d, xenhub_device_data(c->devices[i]), why, size))
			return false;
	}
	return true;
}
