/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The wire between a hub and its consumers, version 1. docs/protocol.md has it byte by byte; this header is its other half.
 *
 * Everything is little-endian. A message is an 8-byte header and a body; `length` counts both. Encoders write into a caller's
 * buffer and return the message's length, or -ENOSPC / -EINVAL with nothing promised about the buffer. Decoders check
 * everything that a hostile peer could get wrong and return 0 or -EBADMSG with a sentence in struct wire_error; what they return
 * is safe to index with. Pure: no I/O, no allocation, no clock.
 */
#ifndef HUB_WIRE_WIRE_H
#define HUB_WIRE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/device/descriptor.h"
#include "hub/device/frame.h"
#include "hub/device/state.h"

#define WIRE_MAGIC        0x42554858u /* "XHUB" */
#define WIRE_VERSION      1
#define WIRE_HEADER_SIZE  8
#define WIRE_MESSAGE_MAX  16384
#define WIRE_TEXT_MAX     256 /* any single text field, with its terminator once decoded */
#define WIRE_FRAME_HEADER 48
#define WIRE_LEASE_MS     120 /* a hub renews the lease this often while something is held */
#define WIRE_EXPIRY_MS    400 /* a consumer that hears nothing for so long lets go */
#define WIRE_ACK_MS                                                                                          \
	1000 /* while anything is queued or held, a consumer that acknowledges nothing is dropped */
#define WIRE_SKIPPABLE 0x8000 /* set in a type: whoever does not know it passes it over */

enum wire_type {
	WIRE_HELLO = 1, /* both ways, the first message */
	WIRE_BYE = 2,   /* both ways, the last message */
	WIRE_PING = 3,  /* both ways; answered by PONG with the same token */
	WIRE_PONG = 4,
	WIRE_DEVICE_ADD = 16, /* hub → consumer from here; ADD, REMOVE, FRAME also control → hub, to replay */
	WIRE_DEVICE_REMOVE = 17,
	WIRE_SNAPSHOT_BEGIN = 18,
	WIRE_DEVICE_STATE = 19,
	WIRE_SNAPSHOT_END = 20,
	WIRE_FRAME = 21,
	WIRE_LEASE = 22,
	WIRE_FOCUS = 23,
	WIRE_STATE = 24 | WIRE_SKIPPABLE,
	WIRE_SUBSCRIBE = 64, /* consumer → hub from here */
	WIRE_ACK = 65,
	WIRE_LED = 66,
	WIRE_CLAIM = 67 | WIRE_SKIPPABLE,
	WIRE_SCREEN = 68 | WIRE_SKIPPABLE,
	WIRE_REQUEST = 96, /* control socket only, from here */
	WIRE_REPLY = 97,
};

enum wire_bye {
	WIRE_BYE_NONE = 0,
	WIRE_BYE_DONE = 1,       /* the sender ends in good order */
	WIRE_BYE_VERSION = 2,    /* no common version */
	WIRE_BYE_MALFORMED = 3,  /* a message that breaks the rules of this page */
	WIRE_BYE_UNEXPECTED = 4, /* a message that this side may not send, or not now */
	WIRE_BYE_UNKNOWN = 5,    /* an unknown type without the skippable bit */
	WIRE_BYE_LIMIT = 6,      /* a limit is reached; the text names it */
	WIRE_BYE_TIMEOUT = 7,    /* no acknowledgement in time */
	WIRE_BYE_POLICY = 8,     /* the policy does not let this consumer in */
	WIRE_BYE_QUIESCE = 9,    /* asked to let go of the link for a while */
	WIRE_BYE_COUNT
};

const char *wire_bye_name(unsigned reason);

/* For messages in logs: "FRAME", or "type 77". */
const char *wire_type_name(unsigned type, char buf[16]);

struct wire_error {
	unsigned bye; /* enum wire_bye: what to say to the peer */
	char text[128];
};

struct wire_header {
	uint32_t length; /* WIRE_HEADER_SIZE .. WIRE_MESSAGE_MAX */
	uint16_t type;
	uint16_t flags;
};

/* Reads the header of a message. 0, or -EBADMSG when its length is impossible. */
int wire_get_header(const uint8_t *data, struct wire_header *h, struct wire_error *err);

/* ---- hello ---- */

enum wire_role {
	WIRE_ROLE_HUB = 1,
	WIRE_ROLE_CONSUMER = 2,
	WIRE_ROLE_CONTROL = 3, /* on the control socket: may watch everything and send REQUEST */
};

enum wire_touchpad {
	WIRE_TOUCHPAD_RAW = 0,
	WIRE_TOUCHPAD_POINTER = 1,
};

/* What a consumer wishes for; in a hub's HELLO all zero. Also the body of SUBSCRIBE. */
struct wire_wishes {
	uint32_t classes;           /* mask of enum device_class; 0 for states alone */
	uint8_t touchpad;           /* enum wire_touchpad */
	uint8_t states;             /* 1: STATE messages are wanted */
	uint32_t state_interval_ms; /* not more often than this; 0 for at once */
};

struct wire_hello {
	uint16_t version_min, version_max;
	uint8_t role;
	uint8_t clock;       /* clockid_t of all event times: 1 is CLOCK_MONOTONIC */
	uint32_t features;   /* none defined in version 1; ignore what you do not know */
	uint8_t boot_id[16]; /* of the machine the sender runs on; zero when unknown */
	uint64_t generation; /* hub: of this link, never 0; consumer: of the link it lost, 0 for none */
	struct wire_wishes wishes;
	char name[WIRE_TEXT_MAX]; /* for people: "xenhubd 0.1.0", "xenhub-twin" */
};

/* ---- the body of each message ---- */

struct wire_device {
	uint32_t handle;
	uint32_t classes;
	char id[IDENTITY_MAX];               /* stable across replug and restart */
	char reason[WIRE_TEXT_MAX];          /* of the classification */
	char origin[WIRE_TEXT_MAX];          /* the source: "/dev/input/event3", "evemu:tablet.evemu" */
	bool claimed;                        /* ids come from an untrusted peer: claims */
	const struct descriptor *descriptor; /* encoding only */
};

struct wire_snapshot {
	uint64_t seq; /* SNAPSHOT_BEGIN's own */
	uint8_t reason;
	uint32_t devices;     /* how many DEVICE_STATE follow */
	uint32_t lost_kernel; /* SYN_DROPPED since the last snapshot on this or the resumed link */
	uint32_t lost_queue;  /* edges swallowed since then */
};

struct wire_frame {
	uint64_t seq;
	uint64_t sent_ns; /* hub's CLOCK_MONOTONIC when it went to the link */
	uint32_t age_ns;  /* from the hub's read to sent_ns, saturating */
	uint32_t handle;
	struct frame frame;
};

struct wire_lease {
	uint32_t held; /* keys and contacts this consumer holds */
	uint32_t hash; /* over the handles that hold something, see lease_hash */
	uint64_t seq;  /* of the last sequenced message sent */
};

enum wire_state_type {
	WIRE_STATE_ABSENT = 0, /* the node is gone */
	WIRE_STATE_INTEGER = 1,
	WIRE_STATE_TEXT = 2,
};

struct wire_state {
	uint64_t time_ns; /* CLOCK_MONOTONIC of the hub */
	uint8_t type;     /* enum wire_state_type */
	bool stale;
	int64_t integer;
	char path[WIRE_TEXT_MAX];
	char unit[16];
	char text[WIRE_TEXT_MAX * 4];
};

struct wire_led {
	uint32_t handle;
	uint16_t code;
	bool on;
};

/*
 * SUBSCRIBE: new wishes, or (snapshot) a plea for a snapshot, when the lease's count or hash do not match.
 */
struct wire_subscribe {
	struct wire_wishes wishes;
	bool snapshot;
};

/* ---- encoders: the message's length, or -ENOSPC ---- */

int wire_put_hello(uint8_t *buf, size_t size, const struct wire_hello *m);
int wire_put_bye(uint8_t *buf, size_t size, unsigned reason, const char *text);
int wire_put_ping(uint8_t *buf, size_t size, bool pong, uint64_t token);
int wire_put_device_add(uint8_t *buf, size_t size, uint64_t seq, const struct wire_device *m);
int wire_put_device_remove(uint8_t *buf, size_t size, uint64_t seq, uint32_t handle, unsigned reason);
int wire_put_snapshot_begin(uint8_t *buf, size_t size, const struct wire_snapshot *m);
int wire_put_device_state(uint8_t *buf, size_t size, uint32_t handle, const struct device_state *s);
int wire_put_snapshot_end(uint8_t *buf, size_t size, uint64_t seq);
int wire_put_frame(uint8_t *buf, size_t size, const struct wire_frame *m);
int wire_put_lease(uint8_t *buf, size_t size, const struct wire_lease *m);
int wire_put_focus(uint8_t *buf, size_t size, uint64_t seq, bool focused);
int wire_put_state(uint8_t *buf, size_t size, const struct wire_state *m);
int wire_put_subscribe(uint8_t *buf, size_t size, const struct wire_subscribe *m);
int wire_put_ack(uint8_t *buf, size_t size, uint64_t seq);
int wire_put_led(uint8_t *buf, size_t size, const struct wire_led *m);
int wire_put_screen(uint8_t *buf, size_t size, bool on);
/* REQUEST, REPLY: a number (request: 0; reply: 0 or a positive errno) and text, which may have several lines. */
int wire_put_request(uint8_t *buf, size_t size, unsigned type, uint32_t code, const char *text);

/* The largest message each needs, for sizing buffers. */
#define WIRE_DEVICE_ADD_MAX   4096
#define WIRE_DEVICE_STATE_MAX 8192
#define WIRE_SMALL_MAX        256

/* Rewrites the sequence number, send time and age of an encoded, sequenced message in place. */
bool wire_is_sequenced(unsigned type);
void wire_patch_seq(uint8_t *message, uint64_t seq);
void wire_patch_sent(uint8_t *frame_message, uint64_t sent_ns, uint64_t read_ns);

/* ---- decoders: msg is one whole message, len its header's length. 0 or -EBADMSG ---- */

int wire_get_hello(const uint8_t *msg, size_t len, struct wire_hello *m, struct wire_error *err);
int wire_get_bye(const uint8_t *msg, size_t len, unsigned *reason, char text[WIRE_TEXT_MAX],
		 struct wire_error *err);
int wire_get_ping(const uint8_t *msg, size_t len, uint64_t *token, struct wire_error *err);
/* The descriptor is written to *d; m->descriptor is set to it. */
int wire_get_device_add(const uint8_t *msg, size_t len, uint64_t *seq, struct wire_device *m,
			struct descriptor *d, struct wire_error *err);
int wire_get_device_remove(const uint8_t *msg, size_t len, uint64_t *seq, uint32_t *handle, unsigned *reason,
			   struct wire_error *err);
int wire_get_snapshot_begin(const uint8_t *msg, size_t len, struct wire_snapshot *m, struct wire_error *err);
/* The handle alone, to find the device; then the state into s, made from that device's descriptor. */
int wire_get_device_state_handle(const uint8_t *msg, size_t len, uint32_t *handle, struct wire_error *err);
int wire_get_device_state(const uint8_t *msg, size_t len, struct device_state *s, struct wire_error *err);
int wire_get_snapshot_end(const uint8_t *msg, size_t len, uint64_t *seq, struct wire_error *err);
/*
 * The events and times are copied out, since the message need not be aligned: events must hold FRAME_EVENTS_MAX, times too.
 */
int wire_get_frame(const uint8_t *msg, size_t len, struct wire_frame *m, struct event *events, int32_t *times,
		   struct wire_error *err);
int wire_get_lease(const uint8_t *msg, size_t len, struct wire_lease *m, struct wire_error *err);
int wire_get_focus(const uint8_t *msg, size_t len, uint64_t *seq, bool *focused, struct wire_error *err);
int wire_get_state(const uint8_t *msg, size_t len, struct wire_state *m, struct wire_error *err);
int wire_get_subscribe(const uint8_t *msg, size_t len, struct wire_subscribe *m, struct wire_error *err);
int wire_get_ack(const uint8_t *msg, size_t len, uint64_t *seq, struct wire_error *err);
int wire_get_led(const uint8_t *msg, size_t len, struct wire_led *m, struct wire_error *err);
int wire_get_screen(const uint8_t *msg, size_t len, bool *on, struct wire_error *err);
int wire_get_request(const uint8_t *msg, size_t len, uint32_t *code, char *text, size_t text_size,
		     struct wire_error *err);

/*
 * The lease's hash: each device that holds something contributes its handle and state_held_hash; order does not matter.
 */
static inline uint32_t lease_hash(uint32_t so_far, uint32_t handle, uint32_t held_hash)
{
	return so_far + (held_hash ^ handle * 2654435761u);
}

#endif
