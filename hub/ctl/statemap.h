/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hub's state tree as a control link tells it, kept until it is printed; and the question whether all of it has come.
 */
#ifndef HUB_CTL_STATEMAP_H
#define HUB_CTL_STATEMAP_H

#include <stdbool.h>
#include <uthash.h>

#include "hub/client/xenhub.h"
#include "hub/ctl/json.h"

struct state_entry {
	char *path;
	char *unit;
	char *text; /* for XENHUB_STATE_TEXT, otherwise "" */
	int64_t integer;
	unsigned type; /* enum xenhub_state_type */
	bool stale;
	uint64_t time_ns;
	UT_hash_handle hh; /* hh.next: the next by path, after statemap_sort */
};

/* Zero-initialise. */
struct statemap {
	struct state_entry *nodes;
	bool grown; /* a node came that was not known, since statemap_ask */
};

void statemap_finish(struct statemap *map);

/* Takes a STATE in; an absent one removes its node. 0 or -ENOMEM. */
int statemap_put(struct statemap *map, const struct xenhub_state *state);

const struct state_entry *statemap_find(const struct statemap *map, const char *path);
void statemap_sort(struct statemap *map);

/*
 * Nodes trickle in after a snapshot as the link has room. statemap_ask sends a request, which the hub answers in turn; when
 * the answer comes, statemap_is_whole tells whether no new node came before it. If not, ask again. 0 or as xenhub_request.
 */
int statemap_ask(struct statemap *map, struct xenhub *hub);
bool statemap_is_whole(const struct statemap *map);

/* The node as people read it: "87 %", "portrait", "412 mlux (stale)", "(gone)". */
void statemap_text(const struct state_entry *node, char *buf, size_t size);

/* Adds "value", "unit" and the rest to the object that is open; an absent node's value is null. */
void statemap_json(struct json *j, const struct state_entry *node);

#endif
