/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hub's engine: devices on one side, consumers on the other, and the rules between them: who gets which
 * frame, who holds what, leases, snapshots, acknowledgements, focus. Pure: values and a timestamp
 * (CLOCK_MONOTONIC nanoseconds) in, bytes in each consumer's outbox out. It does no I/O and never reads the
 * clock; the event path does not allocate.
 *
 * The invariant behind everything: what a consumer holds down is what is physically held.
 */
#ifndef HUB_MODEL_HUB_H
#define HUB_MODEL_HUB_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/device/classify.h"
#include "hub/device/descriptor.h"
#include "hub/device/frame.h"
#include "hub/device/state.h"
#include "hub/model/policy.h"
#include "hub/model/states.h"
#include "hub/wire/wire.h"

#define HUB_DEVICES_MAX    64
#define HUB_CONSUMERS_MAX  16
#define HUB_CONTROLS_MAX   4 /* kept for xenhub, so that a full hub can still be asked why */
#define HUB_PEERS_MAX      (HUB_CONSUMERS_MAX + HUB_CONTROLS_MAX)
#define HUB_LED_PER_SECOND 50 /* from one consumer; more are dropped and counted */

struct hub;
struct hub_consumer;

struct hub_callbacks {
	/* A consumer with the right to it sets a LED of a device. */
	void (*led)(void *data, uint32_t handle, unsigned code, bool on);
	/* The display of a consumer went on or off, or the wishes of one changed: sensors and touchpads may
	 * follow. */
	void (*wishes_changed)(void *data);
	void *data;
};

/* boot_id: 16 bytes, sent in each HELLO. generation: the first link's; each further link gets the next. */
int hub_create(struct hub **out, const struct hub_callbacks *callbacks, const uint8_t boot_id[16],
	       uint64_t generation);
void hub_destroy(struct hub *hub);

struct states *hub_states(struct hub *hub);

/*
 * From now on only the policy's guests may be consumers, by their names, and control peers; each gets what it
 * is given there, and exactly one has focus: the policy's first guest, to begin with. Before any device or
 * consumer; policy must outlive the hub.
 */
void hub_set_policy(struct hub *hub, const struct policy *policy);
const struct policy *hub_policy(const struct hub *hub);

/* ---- devices ---- */

enum hub_device_flag {
	HUB_DEVICE_RAW_TOUCHPAD = 1 << 0, /* only for consumers that wish for raw touchpads */
	HUB_DEVICE_POINTER =
		1 << 1, /* a touchpad as libinput's virtual mouse: only for those that wish for that */
	HUB_DEVICE_CLAIMED =
		1 << 2, /* from an untrusted peer: its ids are claims, its chords count for nothing */
	HUB_DEVICE_PENDING =
		1 << 3, /* waits for consent: nobody gets its events, and only control peers see it */
};

struct hub_device_info {
	uint32_t handle;
	uint32_t classes;
	uint32_t flags;
	char id[IDENTITY_MAX];
	char reason[CLASSIFY_REASON_MAX];
	char origin[WIRE_TEXT_MAX];
	uint64_t frames, events, resyncs;
	uint32_t held;
	bool grabbed; /* nobody else on the machine gets its events */
	const struct descriptor *descriptor;
	const struct device_state *state;
};

/*
 * A device appears. id is made unique ("-2" …) here. initial may be NULL for neutral. 0 with *handle, -ENOSPC
 * for the 65th, or -ENOMEM.
 */
int hub_device_add(struct hub *hub, const struct descriptor *d, const struct device_state *initial,
		   uint32_t classes, const char *reason, const char *origin, uint32_t flags, uint64_t now_ns,
		   uint32_t *handle);

/*
 * One frame of a device, read at now_ns. Frames of handles that are gone are ignored. The caller has dropped
 * key repeats (frame_drop_repeats).
 */
void hub_device_frame(struct hub *hub, uint32_t handle, const struct frame *frame, uint64_t now_ns);

/* Lets go of what the device holds, with this reason, for all consumers. It stays. */
void hub_device_release(struct hub *hub, uint32_t handle, enum reason reason, uint64_t now_ns);

/*
 * The device's truth is now `actual` (after a suspend, say): consumers get what changed as SYNTHETIC frames
 * with this reason.
 */
void hub_device_resync(struct hub *hub, uint32_t handle, const struct device_state *actual,
		       enum reason reason, uint64_t now_ns);

/* A person has said yes to a device that was pending: it is routed from now on. What it holds by then is let
 * go of first. */
void hub_device_consent(struct hub *hub, uint32_t handle, uint64_t now_ns);

/* For those who look: whether the hub has the device for itself alone. */
void hub_device_set_grabbed(struct hub *hub, uint32_t handle, bool grabbed);

/* Releases, then removes. */
void hub_device_remove(struct hub *hub, uint32_t handle, enum reason reason, uint64_t now_ns);

/* Devices in slot order: index 0 .. HUB_DEVICES_MAX - 1; false for an empty slot. Pointers live until the
 * next change. */
bool hub_device_info(const struct hub *hub, unsigned index, struct hub_device_info *info);
bool hub_device_find(const struct hub *hub, uint32_t handle, struct hub_device_info *info);

/*
 * A device as the policy's guest with this index gets it while it has focus: classes and state are what it is
 * given, the state's slots the device's own. False when it is given nothing of it. state may be NULL.
 */
bool hub_guest_device(const struct hub *hub, unsigned guest, unsigned index, struct hub_device_info *info,
		      struct device_state *state);

/* A mask of the slots whose state changed since the last call, for publishing. */
uint64_t hub_take_dirty(struct hub *hub);

/* What all devices hold together: 0 means neutral. */
unsigned hub_held(const struct hub *hub);

/* The screen that the pointer's position is integrated on, in pixels; 1280 x 800 at first. */
void hub_set_screen(struct hub *hub, int32_t width, int32_t height);
void hub_pointer(const struct hub *hub, int32_t *x, int32_t *y);

/* ---- consumers ---- */

struct hub_consumer_info {
	const char *name;
	uint32_t id; /* never reused */
	uint8_t role;
	bool focused;
	struct wire_wishes wishes;
	uint64_t generation;
	uint64_t frames, merged, swallowed, sent_bytes, snapshots;
	size_t queued;
	uint32_t held;
	uint64_t led_dropped;
};

/*
 * A peer said HELLO. Queues our HELLO, the devices and a snapshot. 0; -ENOSPC for the 17th; -ENOMEM; -EPERM
 * when there is a policy and it knows no guest of hello->name: whoever calls must know that the name is the
 * peer's to use. `peer` is what the transport knows of it, for people ("uid 1000 pid 4711").
 */
int hub_consumer_add(struct hub *hub, const struct wire_hello *hello, const char *peer, uint64_t now_ns,
		     struct hub_consumer **out);

/* One whole message from the peer. 0, or -EBADMSG with err: say BYE and close. -ESHUTDOWN: the peer said BYE.
 */
int hub_consumer_receive(struct hub_consumer *consumer, const uint8_t *message, size_t len, uint64_t now_ns,
			 struct wire_error *err);

/* Bytes to send and how many went; see outbox.h. Snapshots that became due are made here. */
size_t hub_consumer_peek(struct hub_consumer *consumer, uint64_t now_ns, const uint8_t **bytes);
void hub_consumer_sent(struct hub_consumer *consumer, size_t n, uint64_t now_ns);

/* Queues an encoded message (a REPLY, say). False when the outbox is full. */
bool hub_consumer_queue(struct hub_consumer *consumer, const uint8_t *message, size_t len);

/* Forgets it. Its losses are remembered for a while, by generation, for the link that resumes it. */
void hub_consumer_remove(struct hub_consumer *consumer, uint64_t now_ns);

/* -ETIMEDOUT when nothing was acknowledged for too long while something is queued or held. Otherwise 0. */
int hub_consumer_check(struct hub_consumer *consumer, uint64_t now_ns);

void hub_consumer_info(const struct hub_consumer *consumer, struct hub_consumer_info *info);

/* Consumers in slot order: index 0 .. HUB_PEERS_MAX - 1; false for an empty slot. */
bool hub_consumer_at(const struct hub *hub, unsigned index, struct hub_consumer_info *info);

/*
 * The consumers' wishes together: the mask of classes, and whether anyone wants touchpads as pointers, or
 * raw. The screen counts as off when those that have one (that ever sent SCREEN) all say so.
 */
void hub_wishes(const struct hub *hub, uint32_t *classes, bool *pointer, bool *raw, bool *screen_on);

/* How full the fullest outbox is, in bytes: a recording played as fast as can be waits while this is large.
 */
size_t hub_backlog(const struct hub *hub);

/* Whether any consumer is so far behind that motion would be merged for it now. */
bool hub_is_late(const struct hub *hub, uint64_t now_ns);

/* ---- focus ---- */

/*
 * Who gets edges: NULL for everyone (the default without guests), "" for nobody, or the name of one consumer,
 * present or not. The old one gets its releases first, the new one a snapshot. 0; -ENAMETOOLONG; with a
 * policy, -EINVAL for everyone and -ENOENT for who is no guest.
 */
int hub_focus_set(struct hub *hub, const char *name, uint64_t now_ns);

/* To the next guest of the policy that is connected; without a policy, the next consumer. -ENOENT when there
 * is no other. */
int hub_focus_next(struct hub *hub, uint64_t now_ns);
const char *hub_focus(const struct hub *hub);

/* ---- time ---- */

/* Renews leases that are due. Call when hub_deadline comes, and after any other call look at hub_deadline
 * again. */
void hub_tick(struct hub *hub, uint64_t now_ns);
uint64_t hub_deadline(const struct hub *hub);

/* The hub itself did not run until now (stopped, or the machine slept): nobody's silence so far counts. */
void hub_excuse(struct hub *hub, uint64_t now_ns);

#endif
