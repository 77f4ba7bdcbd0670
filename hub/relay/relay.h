/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The relay: routes, and the links that they share. A route takes connections at one endpoint and makes each a connection to the
 * other:
 *
 *	socket → socket    a pair (pair.h)
 *	socket → link      a stream that we open, of the route's service
 *	link → socket      a stream that the peer opens, of the route's service; of any when the route names none
 *	link → link        both, with a socket pair between
 *
 * What cannot be opened is tried again, and said once.
 */
#ifndef HUB_RELAY_RELAY_H
#define HUB_RELAY_RELAY_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/core/loop.h"
#include "hub/core/worker.h"
#include "hub/link/carrier.h"
#include "hub/relay/config.h"

#define RELAY_RETRY_MS     100 /* before an endpoint is tried again; doubles up to the next */
#define RELAY_RETRY_MAX_MS 2000
#define RELAY_CONNECT_MS   1000  /* a connection waits so long for somebody to listen at its other end */
#define RELAY_ANSWER_MS    10000 /* … and for a TCP peer to answer */
#define RELAY_LINKS_MAX    64

struct relay;

struct route_counters {
	uint64_t connections; /* that came */
	uint64_t in, out;     /* bytes from who connected, and to him, */
	uint64_t stalls;      /* times one end had to be waited for */
	uint64_t denied;      /* users that may not */
	uint64_t over_limit;  /* more at a time than `streams` */
	uint64_t over_rate;   /* more in a second than `rate` */
	uint64_t unreachable; /* the other end did not answer, or the link was down */
	uint64_t broken;      /* ended otherwise than in order */
};

struct route_status {
	const struct config_route *config;
	bool listens;
	unsigned connections;
	const char *why; /* why it does not listen, or the last connection came to nothing; "" */
	struct route_counters counters;
};

struct link_status {
	const char *endpoint;
	bool serve;
	char waits_for[LINK_DOMAIN_MAX]; /* a domain that is not there; "" */
	struct carrier_status carrier;
};

/* Listens, and joins links. The configuration has been checked, and outlives it. 0 or -errno; what was wrong has been said. */
int relay_create(struct relay **out, struct loop *loop, const struct config *config);

/* Resets what runs, tells peers. */
void relay_destroy(struct relay *relay);

/* The group of its sockets; (gid_t)-1. */
gid_t relay_group(const struct relay *relay);

/* By number, false when there are no more. */
bool relay_route(const struct relay *relay, unsigned n, struct route_status *status);
bool relay_link(const struct relay *relay, unsigned n, struct link_status *status);

/*
 * Before a domain is saved, by name or UUID: what is served to it is ended, until relay_resume. 0 once it has let go; -EAGAIN: not
 * yet, ask again; -EBUSY: it has not within STATION_LEAVE_MS; -ENOENT: nothing is served to it.
 */
int relay_quiesce(struct relay *relay, const char *domain);
int relay_resume(struct relay *relay, const char *domain);

/* Every route was for one connection (fd:N), and all have ended: there is nothing left to do. */
bool relay_is_done(const struct relay *relay);

#endif
