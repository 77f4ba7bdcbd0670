/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What station.c (its links) and station_domain.c (whom it is for) share. */
#ifndef HUB_LINK_STATION_PRIVATE_H
#define HUB_LINK_STATION_PRIVATE_H

#include "hub/link/link.h"
#include "hub/link/station.h"
#include "hub/link/station_make.h"
#include "hub/xen/domains.h"

enum station_state {
	STATION_AWAY, /* no domain */
	STATION_MAKING,
	STATION_WAITING,
	STATION_TAKEN,
	STATION_RESTING,
	STATION_QUIET,
};

/* A link on its way to being closed by the slow thread. */
struct closing {
	struct station *station;
	struct link *link;
	uint32_t domid;
	bool wait, left, done;
	struct closing *prev, *next;
};

struct station {
	struct loop *loop;
	struct worker *worker;
	bool ending; /* the worker takes nothing any more */
	struct domains_listener *listener;
	struct station_callbacks callbacks;
	char *endpoint;
	bool is_vchan, is_tty;
	char *domain_name; /* NULL when the endpoint names none */

	enum station_state state;
	struct domain domain;
	unsigned life; /* counts domains */
	unsigned made, strikes;
	uint64_t rest_ns, met_ns;
	long generation;
	struct link *link; /* waiting or taken */
	struct loop_fd *source;
	struct loop_timer *timer;
	struct closing *closing;
	bool complained;
	bool quiet;     /* asked to be */
	bool unwilling; /* the guest has not let go */

	/* the slow thread's while a link is being made */
	struct station_order order;
	struct link *result;
	unsigned order_life;
	int rc;
	char why[LINK_WHY_MAX];
};

/* station.c */
void station_begin(struct station *station); /* makes a link */
void station_begin_unless_quiet(struct station *station);
void station_drop_waiting(struct station *station);

/* station_domain.c */
void station_on_appeared(void *data, const struct domain *domain);
void station_on_gone(void *data, const struct domain *domain);

#endif
