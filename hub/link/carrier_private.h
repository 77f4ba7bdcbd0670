/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What carrier.c (endpoints and links), carrier_peer.c (a link and its multiplexer), carrier_stream.c and carrier_keep.c (streams and
 * sockets) share.
 */
#ifndef HUB_LINK_CARRIER_PRIVATE_H
#define HUB_LINK_CARRIER_PRIVATE_H

#include <sys/types.h>

#include "hub/core/log.h"
#include "hub/link/carrier.h"

/*
 * Most bytes that one turn of the loop reads, and writes, of a link, and how long it goes on with a link that takes its time: others want
 * their turn as well, and the link's own streams are looked at between turns.
 */
#define CARRIER_TURN_MAX (512 * 1024)
#define CARRIER_TURN_US  50000

/* … and events that it handles: a peer whose frames have a byte each would have the others wait for thousands of calls. */
#define CARRIER_EVENTS_MAX 512

/* Reads of at least so much at once are worth splicing what follows. */
#define CARRIER_BULK 16384

struct carrier_stream {
	struct carrier *carrier;
	struct carrier_peer *peer; /* NULL: waits for the link */
	struct mux_stream *mux;
	char service[MUX_SERVICE_MAX];
	int fd; /* -1 until it is attached */
	struct loop_fd *source;
	void *user;
	uint64_t hold_until_ns;

	bool blocked;   /* the socket takes nothing at present */
	bool starved;   /* there was no credit; counted once */
	bool eof;       /* the socket has said all; FIN is on its way */
	bool fin_heard; /* the peer has said all */
	bool shut;      /* … and the socket has been told */

	/* a ring of the window's size, from the first stall on: what the socket has not taken */
	uint8_t *kept;
	unsigned kept_head, kept_used;

	bool bulk; /* the last read filled a frame */
	uint64_t in, out, stalls;
	struct carrier_stream *prev, *next; /* of the peer, or of those that wait */

	/* Whose socket may have more to read, at the peer: those that have just become so, and those that had their turn. */
	enum { READY_NOT, READY_NEW, READY_OLD } ready;
	struct carrier_stream *ready_prev, *ready_next;
};

struct carrier_peer {
	struct carrier *carrier;
	struct link *link;
	struct mux *mux;
	struct loop_fd *source;
	struct loop_timer *timer;
	uint32_t waits_for;
	bool begun; /* the link is there, and the peer's preamble is due */
	bool up, dead;
	bool may_write; /* as far as is known */
	bool more;      /* the turn ended before the work did */
	uint64_t up_ns;
	struct carrier_stream *streams;
	struct carrier_stream *ready_new, *ready_old;
	bool old_next; /* whose turn it is */

	/* of a link that is a socket: pipes for payloads that are spliced; -1 until there is use for them */
	int pipe_in[2], pipe_out[2];
	size_t piped_out;  /* bytes in pipe_out */
	bool bulk_in;      /* the last read had all it asked for: payloads may be worth splicing */
	bool header_alone; /* it asked for a header, and nothing behind it */
	struct carrier_peer *prev, *next;
};

struct carrier {
	struct loop *loop;
	struct carrier_config config;
	char endpoint[CARRIER_ENDPOINT_MAX]; /* without "mux+" */
	unsigned window;
	bool is_line, is_socket;
	bool ending, quiet;
	struct loop_hook *hook;
	struct loop_timer *timer; /* the next try, and streams that wait */
	uint64_t try_at_ns, rest_ns;
	uint64_t wait_until_ns; /* of the stream that has waited longest */
	struct station *station;
	struct link_listener *listener;
	struct acceptor *acceptor;
	struct carrier_peer *peers; /* the newest first */
	unsigned n_peers, n_streams;
	uint64_t keeping;
	struct carrier_stream *waiting;
	char peer[LINK_PEER_MAX];
	char why[LINK_WHY_MAX];
	struct log_limit limit;
	struct carrier_counters counters;
};

/* carrier.c */
void carrier_arm(struct carrier *carrier);
void carrier_peer_met(struct carrier_peer *peer);
/* Its link is closed: the carrier looks for the next one. */
void carrier_peer_gone(struct carrier *carrier, bool was_up, uint64_t up_ns, const char *why);

/* carrier_peer.c. The link is taken over, on failure too. */
int carrier_peer_create(struct carrier *carrier, struct link *link);
void carrier_peer_drop(struct carrier_peer *peer, enum mux_end end, const char *why);
void carrier_peer_flush(struct carrier_peer *peer);
void carrier_peer_destroy(struct carrier_peer *peer);

/* carrier_stream.c */
struct carrier_stream *carrier_stream_create(struct carrier *carrier, const char *service);
int carrier_stream_begin(struct carrier_stream *stream, struct carrier_peer *peer);
/* Both free it; the first after the link has gone, or the peer has said so, the second tells the peer. */
void carrier_stream_over(struct carrier_stream *stream, enum mux_reset why, const char *text);
void carrier_stream_reset(struct carrier_stream *stream, enum mux_reset why, const char *text);
void carrier_stream_wake(struct carrier_stream *stream); /* its socket may have something to read */

/* Both have said all, and it has arrived. */
static inline bool carrier_stream_is_done(const struct carrier_stream *stream)
{
	return stream->eof && stream->shut;
}

/* carrier_keep.c: towards the socket. False: the stream is gone. */
void carrier_stream_data(struct carrier_stream *stream, const uint8_t *bytes, size_t n);
bool carrier_stream_take_pipe(struct carrier_stream *stream, int pipe,
			      size_t n); /* or the rest lies in it yet */
void carrier_stream_fin(struct carrier_stream *stream);
bool carrier_stream_drain(struct carrier_stream *stream); /* what was kept */

/*
 * carrier_splice.c, for links that are sockets: payloads that pass through pipes and are never seen.
 * out: a frame of the stream's into the pipe; as recv. flush: from there to the link; as link_write. in: what comes next, from the link
 * to its stream; as link_read, and *spliced is false when it has to be read.
 */
bool carrier_splice_may(
	struct carrier_peer *peer); /* out is possible: no pipe may be had where files run out */
ssize_t carrier_splice_out(struct carrier_peer *peer, struct carrier_stream *stream, size_t room);
ssize_t carrier_splice_flush(struct carrier_peer *peer);
ssize_t carrier_splice_in(struct carrier_peer *peer, bool *spliced);
/* How much of `room` to read, so that the next payload can be spliced if it is large; and what came of it. */
size_t carrier_splice_room(struct carrier_peer *peer, size_t room);
void carrier_splice_read(struct carrier_peer *peer, size_t room, size_t n);
void carrier_splice_close(struct carrier_peer *peer);

/* Frames from sockets into the multiplexer, in turn, as long as there is room. */
void carrier_streams_fill(struct carrier_peer *peer);

#endif
