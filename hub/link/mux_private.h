/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What mux.c (streams and time), mux_in.c (bytes to events) and mux_out.c (what is to be said to bytes) share. */
#ifndef HUB_LINK_MUX_PRIVATE_H
#define HUB_LINK_MUX_PRIVATE_H

#include "hub/link/mux.h"

#define COUNT_OF(a) (sizeof(a) / sizeof((a)[0]))

/* On the wire a bit of the type says whose stream it is; in what we keep, the topmost bit of its number. */
#define MUX_THEIRS 0x80000000u
#define MUX_ID_MAX 0x7fffffffu

enum mux_frame_type {
	FRAME_OPEN = 1,
	FRAME_ACCEPT,
	FRAME_DATA,
	FRAME_CREDIT,
	FRAME_FIN,
	FRAME_RESET,
	FRAME_PING,
	FRAME_PONG,
	FRAME_BYE,
	FRAME_YOURS = 0x100, /* with the type: the stream was opened by who receives this */
};

/* What a stream has to say once there is room. */
enum mux_say {
	SAY_OPEN = 1,
	SAY_ACCEPT = 2,
	SAY_CREDIT = 4,
	SAY_FIN = 8,
	SAY_RESET = 16,
};

struct mux_stream {
	uint32_t id;
	bool ours;
	bool held;    /* by its user */
	bool settled; /* over on the wire */
	bool accept_heard;
	bool fin_said, fin_heard, reset_said, reset_heard;
	unsigned pending;  /* enum mux_say */
	uint32_t credit;   /* bytes we may send */
	uint32_t granted;  /* bytes the peer may send */
	uint32_t consumed; /* … may, once it is told */
	enum mux_reset reset_why;
	char text[MUX_TEXT_MAX]; /* to be said: the service, or why it is reset */
	void *user;
	struct mux_stream *bucket_next;
	struct mux_stream *pending_prev, *pending_next;
};

struct mux {
	struct mux_config config;
	enum mux_state state;
	enum mux_end end;
	bool by_peer;
	bool tell_end; /* MUX_EVENT_END is due */
	char text[MUX_TEXT_MAX];
	uint64_t now_ns, heard_ns;
	uint64_t meet_by_ns; /* 0: the link is not there yet */
	uint64_t said_ns;    /* on a line: when data was last said, unless a PING has followed; 0 */
	bool pinged;         /* since the peer was heard */
	uint64_t second;     /* floods are counted in each */
	unsigned refused, pings;

	/* what the preamble said */
	uint32_t peer_frame, peer_window, peer_streams;

	uint32_t next_id, next_theirs;
	unsigned live_ours, live_theirs;
	uint64_t stray; /* bytes that may still come for streams we have reset */
	struct mux_stream pool[3 * MUX_STREAMS_MAX];
	struct mux_stream *free;
	struct mux_stream *buckets[2 * MUX_STREAMS_MAX];
	struct mux_stream *pending;

	uint8_t *in;
	size_t in_size, in_head, in_tail;
	size_t data_left;               /* of the DATA frame whose header has been read */
	struct mux_stream *data_stream; /* NULL: to be dropped */

	uint8_t *out;
	size_t out_size, out_head, out_tail;
	bool aside; /* a payload that is not in `out` is still to follow it */
	bool say_ping, say_pong;
	uint32_t ping_token, pong_token;
};

/* mux.c */
struct mux_stream *mux_find(struct mux *mux, uint32_t id);
struct mux_stream *mux_add(struct mux *mux, uint32_t id, bool ours);
void mux_settle(struct mux *mux, struct mux_stream *stream);
unsigned mux_counts_to(struct mux *mux, unsigned *counter); /* `refused` or `pings`, in this second */
void mux_end_as(struct mux *mux, enum mux_end why, const char *text, bool by_peer);

/* mux_out.c */
void mux_say_preamble(struct mux *mux);
void mux_say_bye(struct mux *mux);

/* mux_in.c, mux_out.c: little-endian */
static inline void put_u16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void put_u32(uint8_t *p, uint32_t v)
{
	put_u16(p, (uint16_t)v);
	put_u16(p + 2, (uint16_t)(v >> 16));
}

static inline uint16_t get_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t get_u32(const uint8_t *p)
{
	return get_u16(p) | (uint32_t)get_u16(p + 2) << 16;
}

#endif
