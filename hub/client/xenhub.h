/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libxenhub: the input devices and states of another domain (or process), as if they were one's own.
 *
 * A program names a link; the library finds the hub, keeps the link up for ever, keeps what each device holds, applies
 * snapshots, and lets go of keys, buttons and contacts when the hub, the link or the lease ends. It never blocks, and wakes the
 * caller only when there is something to do. It starts a thread only to find and map a link between domains, since XenStore and
 * grants block: one for each attempt, which ends with it.
 *
 *	struct xenhub *hub;
 *	if (xenhub_open(&hub, "unix:/run/xenhub/hub.sock", &options, &listener, data) < 0) …
 *	for (;;) {
 *		xenhub_wait(hub, -1);		(or xenhub_fd in a loop of one's own)
 *		xenhub_dispatch(hub);
 *	}
 *
 * Functions return 0 or a negative errno unless they say otherwise. All calls on one struct xenhub come from one thread.
 * Listeners may call any function here but xenhub_dispatch and xenhub_close. Pointers that a listener gets live until it returns;
 * a struct xenhub_device lives until its device_removed has returned.
 *
 * Event types, codes and values are the kernel's (linux/input-event-codes.h). Key repeats are not sent: a consumer repeats by
 * itself, and stops when it sees the release.
 */
#ifndef XENHUB_H
#define XENHUB_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define XENHUB_API __attribute__((visibility("default")))

struct input_absinfo;
struct xenhub;
struct xenhub_device;

/* The same 8 bytes as on the wire. */
struct __attribute__((may_alias)) xenhub_event {
	uint16_t type;
	uint16_t code;
	int32_t value;
};

enum xenhub_class {
	XENHUB_KEYBOARD = 1 << 0,
	XENHUB_MOUSE = 1 << 1,
	XENHUB_TRACKPOINT = 1 << 2,
	XENHUB_TOUCHPAD = 1 << 3,
	XENHUB_TOUCHSCREEN = 1 << 4,
	XENHUB_PEN = 1 << 5,
	XENHUB_PAD = 1 << 6,
	XENHUB_BUTTONS = 1 << 7,
	XENHUB_SWITCH = 1 << 8,
	XENHUB_OTHER = 1 << 9,
	XENHUB_ALL_CLASSES = (1 << 10) - 1,
};

enum xenhub_frame_flag {
	XENHUB_SYNTHETIC =
		1
		<< 0, /* the device did not send it: it was made by the hub or by this library, see the reason */
	XENHUB_CANCEL =
		1
		<< 1, /* contacts that end here were lost: cancel the gesture, do not take it for a tap or click */
	XENHUB_RESYNC = 1 << 2, /* mends a loss: brings the state up to date */
};

enum xenhub_reason {
	XENHUB_REASON_NONE = 0,     /* sent by the device */
	XENHUB_REASON_CONNECT = 1,  /* held when the link came up */
	XENHUB_REASON_UNPLUG = 2,   /* the device is gone */
	XENHUB_REASON_FOCUS = 3,    /* focus moved */
	XENHUB_REASON_LEASE = 4,    /* the hub fell silent while something was held */
	XENHUB_REASON_OVERFLOW = 5, /* the kernel's queue or ours ran over */
	XENHUB_REASON_SUSPEND = 6,  /* the machine slept */
	XENHUB_REASON_LINK = 7,     /* the link ended */
	XENHUB_REASON_END = 8,      /* a recording ended */
	XENHUB_REASON_CHORD = 9,    /* a chord of the hub was pressed */
	XENHUB_REASON_POLICY = 10,  /* the policy changed */
};

/* One frame: all that lay between two SYN_REPORTs; the last event is SYN_REPORT and there is no other. */
struct xenhub_frame {
	uint64_t time_us; /* kernel time, CLOCK_MONOTONIC of the hub's machine */
	uint32_t flags;   /* enum xenhub_frame_flag */
	uint32_t reason;  /* enum xenhub_reason */
	uint32_t lost;    /* with XENHUB_RESYNC: at least so many losses are mended */
	uint32_t count;   /* of events, at least 1 */
	const struct xenhub_event *events;
	const int32_t *event_times; /* microseconds relative to time_us, for each event; NULL: all the same */
	/* Hops, CLOCK_MONOTONIC nanoseconds; hub and consumer share a clock only on one machine. 0 in frames made here. */
	uint64_t read_ns;     /* the hub read it */
	uint64_t sent_ns;     /* the hub sent it */
	uint64_t received_ns; /* this library received it */
};

enum xenhub_state_type {
	XENHUB_STATE_ABSENT = 0, /* the node is gone: the value is unknown */
	XENHUB_STATE_INTEGER = 1,
	XENHUB_STATE_TEXT = 2,
};

/* A node of the state tree: the same as in XenStore, docs/xenstore.md names them all. */
struct xenhub_state {
	const char *path; /* "power/percent" */
	const char *unit; /* "%", "mlux", "" … */
	const char *text; /* for XENHUB_STATE_TEXT, otherwise "" */
	int64_t integer;
	unsigned type;    /* enum xenhub_state_type */
	bool stale;       /* the source has stopped to deliver; the value is the last one */
	uint64_t time_ns; /* CLOCK_MONOTONIC of the hub's machine, when it changed */
};

enum xenhub_link {
	XENHUB_LINK_DOWN = 0, /* text says why; it is tried again by itself */
	XENHUB_LINK_UP = 1,   /* the first snapshot has been applied */
	XENHUB_LINK_ENDED =
		2, /* the hub said that it is done, in good order; it is tried again all the same */
	XENHUB_LINK_REFUSED =
		3, /* the hub said why it will not have us; it is tried again at the slowest rate */
};

/* What a program wants to hear of. Any member may be NULL. */
struct xenhub_listener {
	void (*device_added)(void *data, struct xenhub_device *device);
	/* Everything it held was released by frames before. */
	void (*device_removed)(void *data, struct xenhub_device *device, unsigned reason);
	void (*frame)(void *data, struct xenhub_device *device, const struct xenhub_frame *frame);
	void (*state)(void *data, const struct xenhub_state *state);
	void (*focus)(void *data, bool focused);
	void (*link)(void *data, enum xenhub_link status, const char *text);
	/* An answer to xenhub_request: code 0 or a positive errno. */
	void (*reply)(void *data, unsigned code, const char *text);
};

enum xenhub_touchpad {
	XENHUB_TOUCHPAD_RAW = 0,     /* whole, as the kernel has it: for who has libinput behind it */
	XENHUB_TOUCHPAD_POINTER = 1, /* as a mouse: the hub runs libinput */
};

struct xenhub_options {
	const char *name;           /* of this consumer, for people and for focus; NULL: the program's name */
	uint32_t classes;           /* mask of enum xenhub_class that is wanted; 0: no devices, states only */
	unsigned touchpad;          /* enum xenhub_touchpad */
	bool states;                /* whether state changes are wanted */
	uint32_t state_interval_ms; /* at most this often; 0: at once */
	bool control;               /* the link is a hub's control socket: see everything, send requests */
	bool once; /* do not connect again when the link ends: xenhub_dispatch returns -ESHUTDOWN */
};

/*
 * Begins to keep up the link named by `link`: "auto" (in a guest: what Dom0's hub has published for it), "unix:PATH",
 * "tcp:127.0.0.1:PORT", "channel:NAME", "tty:PATH", "vchan:DOMID:PATH". Succeeds whether or not the hub is there yet.
 * -EINVAL: no such kind of link; -EPROTONOSUPPORT: built without it. The listener is copied, options and link too.
 */
XENHUB_API int xenhub_open(struct xenhub **out, const char *link, const struct xenhub_options *options,
			   const struct xenhub_listener *listener, void *data);

/* Says BYE and frees everything; device_removed is called for each device that is left. NULL is fine. */
XENHUB_API void xenhub_close(struct xenhub *hub);

/* Readable when xenhub_dispatch has work to do, timers included. For poll and epoll; never read it. */
XENHUB_API int xenhub_fd(const struct xenhub *hub);

/*
 * For programs with nothing else to wait for: sleeps until xenhub_dispatch has work to do, or for timeout_ms (-1: for ever). One
 * wake-up cheaper than poll on xenhub_fd. 1; 0 when the time is over; -EINTR.
 */
XENHUB_API int xenhub_wait(struct xenhub *hub, int timeout_ms);

/* Does what is to be done now, without blocking. 0, or -ESHUTDOWN when `once` was set and the link has ended. */
XENHUB_API int xenhub_dispatch(struct xenhub *hub);

/* Changes the wishes of a running link. */
XENHUB_API int xenhub_subscribe(struct xenhub *hub, uint32_t classes, unsigned touchpad, bool states,
				uint32_t state_interval_ms);

/* Asks the hub to set a LED; it answers, if it does, with a frame that holds the EV_LED. */
XENHUB_API int xenhub_set_led(struct xenhub *hub, struct xenhub_device *device, unsigned code, bool on);

/* Tells the hub that our screen is off or on again: light and orientation rest while it is off. */
XENHUB_API int xenhub_set_screen(struct xenhub *hub, bool on);

/* On a control link: a line of text such as "focus set NAME". Answered by reply. -ENOTCONN while the link is down. */
XENHUB_API int xenhub_request(struct xenhub *hub, const char *text);

/* ---- what a device is: valid as long as it is ---- */

XENHUB_API const char *
xenhub_device_id(const struct xenhub_device *device); /* stable across replug and restart */
XENHUB_API const char *xenhub_device_name(const struct xenhub_device *device);
XENHUB_API const char *xenhub_device_phys(const struct xenhub_device *device);
XENHUB_API const char *xenhub_device_uniq(const struct xenhub_device *device);
XENHUB_API const char *xenhub_device_origin(const struct xenhub_device *device); /* "/dev/input/event3" */
XENHUB_API const char *xenhub_device_class_reason(const struct xenhub_device *device);
XENHUB_API uint32_t xenhub_device_classes(const struct xenhub_device *device);
XENHUB_API bool
xenhub_device_claimed(const struct xenhub_device *device); /* its ids come from an untrusted domain */
XENHUB_API void xenhub_device_ids(const struct xenhub_device *device, uint16_t *bustype, uint16_t *vendor,
				  uint16_t *product, uint16_t *version);
XENHUB_API bool xenhub_device_has(const struct xenhub_device *device, unsigned type, unsigned code);
XENHUB_API bool xenhub_device_has_property(const struct xenhub_device *device, unsigned property);
/* false, and *info untouched, for an axis it does not have. value is the present one (of the current slot's, 0). */
XENHUB_API bool xenhub_device_absinfo(const struct xenhub_device *device, unsigned code,
				      struct input_absinfo *info);
XENHUB_API unsigned xenhub_device_slots(const struct xenhub_device *device);

/* ---- what it holds: as the frames so far have told the listener ---- */

XENHUB_API bool xenhub_device_key(const struct xenhub_device *device, unsigned code);
XENHUB_API bool xenhub_device_switch(const struct xenhub_device *device, unsigned code);
XENHUB_API bool xenhub_device_led(const struct xenhub_device *device, unsigned code);
XENHUB_API int32_t xenhub_device_slot_value(const struct xenhub_device *device, unsigned slot,
					    unsigned abs_mt_code);
XENHUB_API unsigned xenhub_device_held(const struct xenhub_device *device); /* keys, buttons and contacts */

/* A pointer of the program's own. */
XENHUB_API void xenhub_device_set_data(struct xenhub_device *device, void *data);
XENHUB_API void *xenhub_device_data(const struct xenhub_device *device);

/* ---- counters, since xenhub_open ---- */

struct xenhub_counters {
	uint64_t frames, events;
	uint64_t links;       /* times the link came up */
	uint64_t leases_lost; /* times the hub fell silent while something was held */
	uint64_t mismatches;  /* leases that did not fit, each answered by asking for a snapshot */
	uint64_t lost_kernel; /* SYN_DROPPED that the hub told of */
	uint64_t lost_queue;  /* edges that were swallowed on the way, as the hub counts them */
};

XENHUB_API void xenhub_get_counters(const struct xenhub *hub, struct xenhub_counters *counters);

/* "connect", "unplug" … for enum xenhub_reason. */
XENHUB_API const char *xenhub_reason_name(unsigned reason);

#ifdef __cplusplus
}
#endif

#endif
