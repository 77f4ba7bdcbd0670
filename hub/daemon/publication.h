/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When states are published, and where: the hub's own tree and the guests' views, to the control socket's consumers and to XenStore.
 * The first change goes out at once, the next ones together, at most every interval.
 */
#ifndef HUB_DAEMON_PUBLICATION_H
#define HUB_DAEMON_PUBLICATION_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/daemon/config.h"
#include "hub/daemon/server.h"
#include "hub/daemon/slow_side.h"
#include "hub/model/hub.h"
#include "hub/publish/slate.h"
#include "hub/publish/tree.h"

struct xenstore;
struct views;

struct publication {
	struct hub *hub;
	struct slow_side *side;
	uint64_t interval_ns;
	struct tree tree;
	struct xenstore *xenstore; /* NULL where nothing is published to it */
	struct views *views;       /* of the policy's guests */
	struct slate slate;
	uint64_t dirty;                 /* slots of devices that changed */
	uint64_t at;                    /* the next one; CLOCK_NEVER: nothing to publish */
	uint64_t published;             /* when the last one was, and */
	uint64_t serial;                /* of the states, then */
	struct server_counters counted; /* as they stand in the tree */
};

/* hub and side outlive it. */
void publication_init(struct publication *publication, struct hub *hub, struct slow_side *side,
		      const struct config *config);

/*
 * XenStore, where the configuration wants it and it is there. focus: a name that Dom0 has written into it. 0, or -errno after a log
 * line.
 */
int publication_open(struct publication *publication, const struct config *config,
		     void (*focus)(void *data, const char *name), void *data);

/* Once a turn of the loop: true when something was published. */
bool publication_turn(struct publication *publication, uint64_t now_ns);

/* Who was let in, refused, dropped for breaking the rules or for silence: into the tree when it changed. */
void publication_count_links(struct publication *publication, const struct server_counters *counters,
			     uint64_t now_ns);

/* When publication_turn should be called even if nothing happens. */
uint64_t publication_deadline(const struct publication *publication);

/* After the slow thread. */
void publication_finish(struct publication *publication);

#endif
