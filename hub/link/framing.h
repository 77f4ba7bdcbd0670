/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Framing for serial lines: a session over bytes that may get lost, changed or injected. It never delivers a wrong byte and never
 * mends: once something is missing the session ends, and the next one begins with the hub's snapshot.
 *
 *	caller:    calling ──ANSWER──▶ open ──▶ ended          answerer:  listening ──CALL──▶ open ──▶ ended
 *
 * A frame, little-endian:
 *
 *	u16 magic, u8 type, u8 zero, u16 length, u16 ~length, u32 from, u32 to, u32 sequence, length bytes, u32 CRC-32 of all before
 *
 * Each side names its session with a random number, and frames that carry other numbers count for nothing. CALL (to 0) is
 * repeated until ANSWER comes. DATA counts up the sequence, PING tells it, so a lost tail is noticed. HANGUP ends the session;
 * with to 0 it ends whatever session there is: an answerer says so when it begins. Bytes between frames are passed over.
 *
 * Pure: bytes and a timestamp (CLOCK_MONOTONIC nanoseconds) in, bytes out. A line has no close of its own: PING goes out when
 * nothing else has for 5 s, and silence for 12 s ends the session.
 */
#ifndef HUB_LINK_FRAMING_H
#define HUB_LINK_FRAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAMING_HEADER      20
#define FRAMING_OVERHEAD    (FRAMING_HEADER + 4)
#define FRAMING_PAYLOAD_MAX 1024
#define FRAMING_FRAME_MAX   (FRAMING_PAYLOAD_MAX + FRAMING_OVERHEAD)
#define FRAMING_GARBAGE_MAX 4096  /* bytes passed over in one session; more ends it */
#define FRAMING_STALE_MAX   65536 /* the same before there is one: a flood may have left its wake behind */
#define FRAMING_PING_MS     5000
#define FRAMING_SILENCE_MS  12000
#define FRAMING_CALL_MS     100 /* first repetition of CALL; doubles up to the next */
#define FRAMING_CALL_MAX_MS 1000

enum framing_state {
	FRAMING_MEETING, /* calling or listening */
	FRAMING_OPEN,
	FRAMING_ENDED,
};

struct framing {
	enum framing_state state;
	bool caller;
	const char *reason; /* once ended: why */
	uint32_t ours, theirs;
	uint32_t next_out, next_in;
	uint64_t heard_ns, said_ns;
	uint64_t call_at_ns, call_ns; /* the next CALL, and the time between */
	unsigned garbage;             /* bytes passed over */
	uint8_t in[2 * FRAMING_FRAME_MAX];
	size_t in_used;
	size_t payload_at,
		payload_left; /* of the frame in front, whose sequence has been counted; 0 when there is none */
	size_t frame_size;    /* of that frame */
	uint8_t out[4 * FRAMING_FRAME_MAX];
	size_t out_head, out_tail;
};

/* session: random and not 0, new for each session. */
void framing_init(struct framing *f, bool caller, uint32_t session, uint64_t now_ns);

/* Where the line's bytes go and how many fit (0: framing_take first), then how many there were. */
size_t framing_input(struct framing *f, uint8_t **where);
void framing_fed(struct framing *f, size_t n, uint64_t now_ns);

/* Bytes of the peer, in order; 0: none now. What came before the end is delivered after it. */
size_t framing_take(struct framing *f, uint8_t *buf, size_t size, uint64_t now_ns);

/* Takes bytes for the peer: how many, 0 when there is no room or no open session. */
size_t framing_put(struct framing *f, const uint8_t *bytes, size_t n, uint64_t now_ns);

/* What the line is to be given, and how much of it went. */
size_t framing_output(const struct framing *f, const uint8_t **bytes);
void framing_output_sent(struct framing *f, size_t n);

/* Queues HANGUP where there is room, and ends. */
void framing_hang_up(struct framing *f);

/* Calls, pings and silence. Feed what the line holds first. */
void framing_tick(struct framing *f, uint64_t now_ns);
uint64_t framing_deadline(const struct framing *f);

#endif
