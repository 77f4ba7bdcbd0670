/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stations: endpoints that serve one peer at a time, again and again: vchan:NAME, vchan:DOMAIN/ROUTE,
 * vchan:@ROUTE, channel:DOMAIN/NAME, channel:NAME, tty:PATH.
 * Where a socket is accepted on, a station makes a link, waits for the peer, hands the link over, and makes the next one when that
 * has been closed. What blocks is done on the slow thread.
 *
 *	away ──domain appears──▶ making ──▶ waiting ──peer──▶ taken ──link_close──▶ resting ──▶ making
 *	  ◀─────────────────────────────────domain goes──────────────────────────────────────────
 *
 * A domain is known by name or UUID. That of vchan:@ROUTE is the route's client, and comes and goes as Dom0 publishes the route. A guest that begins anew without end is slowed down (100 ms to 2 s) and, once
 * STATION_STRIKES_MAX vchans of one life ended otherwise than in order, gets one a minute. After that many links of a life, whatever
 * their end, a further vchan has to leave a quarter of all pages that can be granted to the others: a guest may keep what it was
 * given mapped, and nobody can tell.
 */
#ifndef HUB_LINK_STATION_H
#define HUB_LINK_STATION_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/core/loop.h"
#include "hub/core/worker.h"

#define STATION_STRIKES_MAX 8
#define STATION_REST_MS     100 /* before the next link; doubles up to the next */
#define STATION_REST_MAX_MS 2000
#define STATION_LEAVE_MS    2000 /* for a guest to unmap what was closed */
#define STATION_PENALTY_MS  60000
#define STATION_GOOD_MS     2000  /* a link that was in order for so long starts the rest anew, and */
#define STATION_SOUND_MS    60000 /* for so long, the strikes */

struct domain;
struct domains;
struct link;
struct station;

struct station_callbacks {
	/* A peer is there. The link is the callee's until link_close, which gives it back. */
	void (*met)(void *data, struct link *link);
	/* The domain behind a link that was handed over is gone, or (quiesce) is to let go of it, and to be told so: close it. */
	void (*lost)(void *data, struct link *link, bool quiesce);
	/* Whether a domain that has appeared is this endpoint's to serve. NULL: always. */
	bool (*may_serve)(void *data, const char *endpoint, const struct domain *domain);
	void *data;
};

/*
 * The endpoint has passed link_check_listen. domains may be NULL for endpoints that name no domain. All on the main thread. 0 or
 * -errno.
 */
int station_create(struct station **out, struct loop *loop, struct worker *worker, struct domains *domains,
		   const char *endpoint, const struct station_callbacks *callbacks);

/*
 * Before the domain is saved: a guest that has a vchan mapped does not survive its restore. Ends the link and makes none until
 * station_resume. 0 once nothing is mapped; -EAGAIN: not yet, ask again; -EBUSY: the guest has not let go within STATION_LEAVE_MS.
 */
int station_quiesce(struct station *station);
void station_resume(struct station *station);

/* Whether it is the station of the domain of that name or UUID, as the endpoint has it. */
bool station_is_of(const struct station *station, const char *domain);

/* As it was created with; and the number of the domain that it serves, 0 while there is none. */
const char *station_endpoint(const struct station *station);
uint32_t station_domid(const struct station *station);

/* Before the worker is destroyed: from now on nothing is made, and links are closed where link_close is called. */
void station_end(struct station *station);

/* After the worker, and with no link handed over any more. */
void station_destroy(struct station *station);

/* Whether the endpoint names a domain, so that station_create needs domains. */
bool station_needs_domains(const char *endpoint);

#endif
