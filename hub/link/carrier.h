/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Carriers: what runs over an endpoint that has no sockets of its own, or that many share: a link, a multiplexer on it, and streams
 * tied to file descriptors. A carrier comes back by itself: what ends its link resets the streams, and the next link follows.
 *
 *	down ──the link is there, the peer has said its preamble──▶ up ──the link ends──▶ down, until the next try
 *
 * A carrier *joins* its endpoint (link_connect) or *serves* it (a station, or a socket that is listened on, with up to
 * CARRIER_PEERS_MAX peers at a time). Which of both says nothing on who opens streams: either side does. Streams that are opened
 * here go to the peer that came last.
 *
 * Besides the endpoints of link.h: mux+unix:PATH and mux+tcp:ADDRESS:PORT, which are sockets that carry a multiplexer.
 *
 * Everything on the loop's thread; another program's threads use dialer.h.
 */
#ifndef HUB_LINK_CARRIER_H
#define HUB_LINK_CARRIER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "hub/core/loop.h"
#include "hub/core/worker.h"
#include "hub/link/link.h"
#include "hub/link/mux.h"

#define CARRIER_PEERS_MAX    8
#define CARRIER_RETRY_MS     100 /* before a link is tried again; doubles up to the next */
#define CARRIER_RETRY_MAX_MS 2000
#define CARRIER_GOOD_MS      2000 /* a link that was up for so long starts the retries anew */
#define CARRIER_HOLD_MS      3000 /* a stream that is opened while the link is down waits so long */
#define CARRIER_STREAMS      64   /* that a peer may open, unless told otherwise */
#define CARRIER_WINDOW       (512 * 1024)
#define CARRIER_LINE_WINDOW  (32 * 1024)
#define CARRIER_ENDPOINT_MAX 192

struct carrier;
struct carrier_stream;
struct domains;

enum carrier_state {
	CARRIER_WAITING, /* for the domain, or for a peer that joins */
	CARRIER_TRYING,  /* to join, or for the peer's preamble */
	CARRIER_RESTING, /* before the next try */
	CARRIER_UP,
	CARRIER_QUIET, /* until carrier_resume */
};

struct carrier_callbacks {
	/*
	 * The peer opens a stream. The callee ties it to a socket (carrier_attach), now or later, or lets go of it
	 * (carrier_reset). Data that comes before is kept.
	 */
	void (*opened)(void *data, struct carrier_stream *stream, const char *service);
	/* A stream is over; it is gone, and its socket closed, after this call. Not called for carrier_reset. text: why, for people. */
	void (*closed)(void *data, struct carrier_stream *stream, enum mux_reset why, const char *text);
	/* Of sockets: whether this peer may have a link at all. May be NULL. */
	bool (*admit)(void *data, const struct link *link);
	void *data;
};

struct carrier_config {
	struct loop *loop;
	struct worker *worker;   /* of stations only; NULL otherwise */
	struct domains *domains; /* of endpoints that name a domain */
	const char *endpoint;
	bool serve;
	gid_t gid;        /* of a socket that is made; (gid_t)-1: leave it */
	unsigned streams; /* 0: CARRIER_STREAMS */
	unsigned window;  /* 0: CARRIER_WINDOW, CARRIER_LINE_WINDOW on serial lines */
	struct carrier_callbacks callbacks;
};

struct carrier_counters {
	uint64_t links;     /* that came up */
	uint64_t failures;  /* tries to join that came to nothing */
	uint64_t versions;  /* peers of another version */
	uint64_t malformed; /* peers that broke the protocol otherwise */
	uint64_t credits;   /* peers that sent past a credit */
	uint64_t floods;
	uint64_t timeouts;  /* peers that fell silent */
	uint64_t denied;    /* peers that were not let in */
	uint64_t half_open; /* peers that never spoke */
	uint64_t crowded;   /* peers beyond CARRIER_PEERS_MAX at a time */
	uint64_t stalls;    /* times a stream had to wait for its credit */
	uint64_t in, out;   /* bytes of all streams */
};

struct carrier_status {
	enum carrier_state state;
	unsigned peers;
	unsigned streams;
	unsigned keeping; /* bytes held here for readers that have stalled */
	const char *peer; /* the last that came up */
	const char *why;  /* why the last link ended, or none comes up; "" */
	struct carrier_counters counters;
};

/*
 * Whether an endpoint needs a carrier, and is written rightly for one that joins or serves: 0, or -EINVAL or -EPROTONOSUPPORT and a
 * sentence.
 */
bool carrier_is_for(const char *endpoint);
int carrier_check(const char *endpoint, bool serve, char *why, size_t size);

/* 0 or -errno; -EADDRINUSE: another process listens on it, *pid is which (0 when unknown). The endpoint has been checked. */
int carrier_create(struct carrier **out, const struct carrier_config *config, pid_t *pid);

/* Before the worker is destroyed: streams are reset, peers told, links closed. */
void carrier_end(struct carrier *carrier);
void carrier_destroy(struct carrier *carrier); /* after the worker */

/*
 * Of what it serves to a domain, by name or UUID, before that is saved: as station_quiesce and station_resume (station.h); streams are
 * reset, and none can be opened meanwhile. -ENOENT: it serves that domain nothing.
 */
int carrier_quiesce(struct carrier *carrier, const char *domain);
int carrier_resume(struct carrier *carrier, const char *domain);

void carrier_status(const struct carrier *carrier, struct carrier_status *status);

/*
 * A stream to the peer's service, tied to the socket, which is taken over, on failure too. While the link is down it waits for
 * CARRIER_HOLD_MS. user: for carrier_stream_user. 0, -ENOMEM, -EMFILE (the peer allows no more).
 */
int carrier_open(struct carrier *carrier, struct carrier_stream **out, const char *service, int fd,
		 void *user);

/* Ties the socket to a stream that the peer opened, and tells the peer so. Takes it over, on failure too. 0 or -errno. */
int carrier_attach(struct carrier_stream *stream, int fd);

/* Ends a stream, without `closed`. text may be NULL. */
void carrier_reset(struct carrier_stream *stream, enum mux_reset why, const char *text);

void carrier_stream_set_user(struct carrier_stream *stream, void *user);
void *carrier_stream_user(const struct carrier_stream *stream);

/* Bytes from the peer, bytes to it, and how often it had to wait for credit. */
void carrier_stream_count(const struct carrier_stream *stream, uint64_t *in, uint64_t *out, uint64_t *stalls);

#endif
