/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the hub's model share. Private to hub/model. */
#ifndef HUB_MODEL_HUB_PRIVATE_H
#define HUB_MODEL_HUB_PRIVATE_H

#include "hub/core/clock.h"
#include "hub/model/hub.h"
#include "hub/model/outbox.h"
#include "hub/model/pointer.h"

#define HUB_ENDED_MAX 16 /* links whose losses are remembered */

struct hub_device {
	uint32_t handle; /* 0: free slot. handle % HUB_DEVICES_MAX is the slot */
	struct hub_device_info info;
	struct descriptor descriptor;
	struct device_state state;
	uint32_t granted[POLICY_GUESTS_MAX]; /* of its classes, to each guest */
};

struct hub_consumer {
	struct hub *hub;
	uint32_t id;
	char name[WIRE_TEXT_MAX];
	uint8_t role;
	uint64_t generation;
	struct wire_wishes wishes;
	bool screen_told, screen_off; /* by SCREEN */
	struct outbox box;

	const struct policy_guest *guest; /* NULL: may have everything */
	uint64_t routes;                  /* the device slots whose frames it gets */
	uint64_t glances;                 /* those of which it gets what needs no focus */
	uint64_t partial;                 /* of both, those of which something is withheld */
	uint32_t known[HUB_DEVICES_MAX];  /* the handle it has been told of, by slot */
	bool focus_told, focused;         /* that FOCUS is on its way, and what it says */
	bool snapshot_due;
	enum reason snapshot_reason;
	uint64_t states_sent; /* serial */
	uint64_t states_at;   /* more wait, but not before this time; 0: none do */
	uint64_t states_last; /* when some were sent */

	uint64_t acked;
	uint64_t waiting_since; /* something is queued or held and nothing was acknowledged since; 0: nothing
				   is */
	uint64_t lost_kernel;   /* since the last snapshot */
	uint64_t lost_before;   /* edges lost on the link that this one resumes, and since */
	uint64_t swallowed_told;
	uint64_t led_second;
	unsigned led_used;
	uint64_t frames, snapshots, led_dropped;
};

struct ended_link {
	uint64_t generation;
	uint64_t lost;  /* edges that its consumer never got */
	uint64_t edges; /* hub->edges then: what came since was missed too */
};

struct hub {
	struct hub_callbacks callbacks;
	uint8_t boot_id[16];
	uint64_t next_generation;
	uint32_t next_consumer;
	uint32_t next_handle;
	uint64_t edges; /* that devices ever sent */
	uint64_t dirty;
	unsigned held;
	uint64_t lease_at;           /* CLOCK_NEVER while nothing is held */
	const struct policy *policy; /* NULL: everyone may have everything */
	bool focus_all;
	char focus[WIRE_TEXT_MAX];
	struct states *states;
	struct pointer pointer;
	struct hub_device devices[HUB_DEVICES_MAX];
	struct hub_consumer *consumers[HUB_PEERS_MAX];
	struct ended_link ended[HUB_ENDED_MAX];
	unsigned next_ended;
};

/* route.c: who sees a device, and who gets what of its frames and its state. */
bool route_sees(const struct hub_consumer *c, const struct hub_device *d);
bool route_focused(const struct hub_consumer *c);
/* Brings routes, glances and partial up to date. */
void route_update(struct hub_consumer *c);
/* What of the events (the last is SYN_REPORT) the consumer gets, into out and out_times; 0: nothing worth a
 * frame. */
uint32_t route_filter(const struct hub_consumer *c, const struct hub_device *d, const struct frame *frame,
		      struct event *out, int32_t *out_times);
/* The device as the consumer may know it while it is routed. The slots are d's own. */
struct device_state route_view(const struct hub_consumer *c, const struct hub_device *d);
/* How many keys and contacts of a routed device it holds. */
unsigned route_held(const struct hub_consumer *c, const struct hub_device *d);
/* What it may know of a device that is not routed: switches, if those. sws is all zero at first. */
void route_glance(const struct hub_consumer *c, const struct hub_device *d, uint8_t *sws);
bool route_shows_state(const struct hub_consumer *c, const char *path);
bool route_may_light(const struct hub_consumer *c, const struct hub_device *d);
/* What of the device a guest may have: classes. */
uint32_t route_grant(const struct policy_guest *guest, const struct hub_device *d);

/* consumer.c */
void consumer_push_frame(struct hub_consumer *c, const struct hub_device *d, const struct frame *frame,
			 uint64_t now_ns);
/* Brings routes up to date: releases what is lost first, then a snapshot when something was won. */
void consumer_reroute(struct hub_consumer *c, enum reason reason, uint64_t now_ns);
/* Tells it of focus when that has changed. */
void consumer_tell_focus(struct hub_consumer *c);
unsigned consumer_held(const struct hub_consumer *c);
void consumer_lease(struct hub_consumer *c);
/* Starts or stops the acknowledgement's clock. */
void consumer_update_wait(struct hub_consumer *c, uint64_t now_ns);

/* snapshot.c */
void consumer_push_device(struct hub_consumer *c, const struct hub_device *d);
void consumer_push_remove(struct hub_consumer *c, unsigned slot, enum reason reason);
/* Asks for a snapshot: sent at once, or as soon as the outbox can take it. */
void consumer_snapshot(struct hub_consumer *c, enum reason reason, uint64_t now_ns);
/* Sends the one that is due, if the outbox can take it now. */
void consumer_try_snapshot(struct hub_consumer *c);
/* Something could not be queued: a snapshot has to mend it. */
void consumer_overflowed(struct hub_consumer *c);

/* devices.c: writes the frames that let go of what d holds; NULL-terminated by count 0. */
bool device_release_frame(const struct hub_device *d, enum reason reason, uint64_t now_ns,
			  struct event *events, struct frame *frame);

#endif
