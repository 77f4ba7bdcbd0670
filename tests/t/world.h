/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A world on paper for the scenarios: devices, the hub's engine and consumers' mirrors, joined by simulated pipes that can be
 * stalled, slowed down and cut, in simulated time. No socket, no thread, no clock.
 */
#ifndef TESTS_T_WORLD_H
#define TESTS_T_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/client/mirror.h"
#include "hub/core/clock.h"
#include "hub/model/hub.h"

#define WORLD_DEVICES_MAX   80
#define WORLD_CONSUMERS_MAX 20
#define WORLD_NAME_MAX      32
#define WORLD_LINES_MAX     20000
#define WORLD_EVENTS_MAX    64
#define WORLD_RATE_ALL      UINT64_MAX

struct world;

struct world_device {
	char name[WORLD_NAME_MAX];
	struct descriptor descriptor;
	uint32_t classes, flags;
	uint32_t handle;            /* 0 while unplugged */
	struct device_state actual; /* what is physically so, whether the hub has heard of it or not */
	int32_t next_contact;
	char id[IDENTITY_MAX]; /* as the hub made it */
};

/* One thing that a consumer was told. */
struct world_line {
	char text[80];
	char device[WORLD_NAME_MAX];
	unsigned reason;
};

struct world_consumer {
	struct world *world;
	char name[WORLD_NAME_MAX];
	struct wire_hello hello;
	struct mirror *mirror;
	struct hub_consumer *peer; /* NULL until HELLO has come, and after the link ended */
	bool connected;
	bool stalled;    /* takes nothing and does nothing, like a program that hangs */
	bool quiet;      /* its lines are not kept */
	uint64_t rate;   /* bytes a second that its link carries */
	uint64_t budget; /* bytes that it carries now */
	uint64_t budget_at;
	unsigned lose;                   /* frames that vanish on the way, with their sequence number */
	uint64_t skew;                   /* how many have */
	uint8_t carry[WIRE_MESSAGE_MAX]; /* of a message on its way */
	size_t carried;
	struct xenhub_device *devices[MIRROR_DEVICES_MAX];
	unsigned n_devices;
	struct world_line *lines;
	size_t n_lines, next_line;
	int64_t rels[REL_CNT]; /* sums of what came */
	uint64_t oldest_ns;    /* the greatest age of a frame, from the hub's read to its arrival */
};

struct world {
	struct hub *hub;
	struct policy policy; /* the hub's once there is a guest in it */
	uint64_t now;
	bool silent; /* the hub does nothing */
	struct world_device devices[WORLD_DEVICES_MAX];
	unsigned n_devices;
	struct world_consumer consumers[WORLD_CONSUMERS_MAX];
	unsigned n_consumers;
	char led[WORLD_NAME_MAX + 32]; /* the last one that a device was asked for: "kbd LED_CAPSL 1" */
};

void world_init(struct world *w);
void world_finish(struct world *w);

struct world_device *world_find_device(struct world *w, const char *name);
struct world_consumer *world_find_consumer(struct world *w, const char *name);

/* NULL when the kind is unknown or there are too many. The device is plugged in; its handle is 0 when the hub refused it. */
struct world_device *world_add_device(struct world *w, const char *name, const char *kind);
bool world_plug(struct world *w, struct world_device *d);
void world_unplug(struct world *w, struct world_device *d);

/* The device sends these, and SYN_REPORT. missed: it does, but the hub does not get to see it. */
void world_send(struct world *w, struct world_device *d, struct event *events, unsigned n, bool missed);

/* What the evdev source does on SYN_DROPPED: one frame (or two) that brings the hub up to the actual state. */
void world_dropped(struct world *w, struct world_device *d);

struct world_consumer *world_add_consumer(struct world *w, const char *name, const struct wire_hello *hello);
void world_connect(struct world_consumer *c);
void world_cut(struct world_consumer *c, const char *why);

/* Lets everything flow that can, without time passing. */
void world_settle(struct world *w);
void world_pass(struct world *w, uint64_t ns);

/* The next moment at which anyone wants to be woken. */
uint64_t world_deadline(const struct world *w);

/* Whether the consumer's devices are, in every key, contact, axis, switch and LED, as the actual ones. why: the first that is not. */
bool world_in_step(struct world_consumer *c, char *why, size_t size);

void world_line(struct world_consumer *c, const char *device, unsigned reason, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* names.c: "KEY_A" for (EV_KEY, 30), or "type-code" for what is not in the small table; and back, also from "a", "9", "30". */
const char *name_of(unsigned type, unsigned code, char buf[24]);
bool name_parse(unsigned type, const char *name, uint16_t *code);

#endif
