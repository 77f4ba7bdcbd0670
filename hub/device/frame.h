/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A frame: what the kernel put between two SYN_REPORTs, the closing one included, as one indivisible thing.
 */
#ifndef HUB_DEVICE_FRAME_H
#define HUB_DEVICE_FRAME_H

#include <linux/input.h>
#include <stdbool.h>
#include <stdint.h>

/* The most events one frame may hold; what fits into one message of the wire with event times. */
#define FRAME_EVENTS_MAX 1361

struct event {
	uint16_t type;
	uint16_t code;
	int32_t value;
};

enum frame_flag {
	FRAME_SYNTHETIC = 1 << 0, /* not sent by the device: made here, see the reason */
	FRAME_CANCEL = 1 << 1, /* its lifts are lost contacts: to be cancelled, not taken as taps or clicks */
	FRAME_RESYNC = 1 << 2, /* brings the state up to date after a loss */
};

/* Why a frame was made or a snapshot sent. Values are the wire's. */
enum reason {
	REASON_NONE = 0,
	REASON_CONNECT = 1,  /* a link came up, or a snapshot was asked for */
	REASON_UNPLUG = 2,   /* the device is gone */
	REASON_FOCUS = 3,    /* focus moved */
	REASON_LEASE = 4,    /* the lease ran out */
	REASON_OVERFLOW = 5, /* the kernel's or a consumer's queue ran over */
	REASON_SUSPEND = 6,  /* the machine sleeps or woke up */
	REASON_LINK = 7,     /* the link ended */
	REASON_END = 8,      /* a recording ended */
	REASON_CHORD = 9,    /* a chord of the hub was pressed */
	REASON_POLICY = 10,  /* the policy changed */
	REASON_COUNT
};

/* Static text: "none", "connect" … or "unknown". */
const char *reason_name(unsigned reason);

/*
 * The last event is the only EV_SYN/SYN_REPORT; its value is kept. times, where not NULL, holds for every
 * event its time relative to time_us: old kernels and recordings stamp each event, new kernels the frame as a
 * whole.
 */
struct frame {
	uint64_t time_us;   /* kernel time of the SYN_REPORT, in the clock the link's hello names */
	uint32_t flags;     /* enum frame_flag */
	enum reason reason; /* REASON_NONE for what the device sent */
	uint32_t lost; /* with FRAME_RESYNC: how many losses (SYN_DROPPED, swallowed pairs) it mends, at least
			*/
	uint32_t count; /* of events, 1 .. FRAME_EVENTS_MAX */
	const struct event *events;
	const int32_t *times; /* microseconds, or NULL */
};

/* Whether (type, code) belongs to a press: nothing that merges motion may lose or reorder it. */
static inline bool event_is_edge(uint16_t type, uint16_t code)
{
	switch (type) {
	case EV_REL:
	case EV_MSC:
		return false;
	case EV_ABS:
		return code == ABS_MT_TRACKING_ID || code == ABS_MT_TOOL_TYPE;
	case EV_SYN:
		return code != SYN_REPORT;
	default:
		return true;
	}
}

/* Whether an EV_KEY code is a key, as a keyboard or a frame's button sends it, and not a button of a pointing
 * device (BTN_*). */
static inline bool code_is_key(unsigned code)
{
	return code < BTN_MISC || (code >= KEY_OK && code < BTN_TRIGGER_HAPPY &&
				   !(code >= BTN_DPAD_UP && code <= BTN_DPAD_RIGHT));
}

/* A frame without edges: pointer motion, a moving contact, wheel ticks. */
static inline bool frame_is_motion(const struct frame *f)
{
	if (f->flags)
		return false;
	for (uint32_t i = 0; i < f->count; i++)
		if (event_is_edge(f->events[i].type, f->events[i].code))
			return false;
	return true;
}

/*
 * Takes key repeats (value 2) out, in place: consumers repeat by themselves. Returns the new count, or 0 when
 * nothing but SYN_REPORT is left of a frame that had more: such a frame is not sent. times may be NULL.
 */
uint32_t frame_drop_repeats(struct event *events, int32_t *times, uint32_t count);

/* How many of the events are edges. */
unsigned frame_count_edges(const struct event *events, uint32_t count);

#endif
