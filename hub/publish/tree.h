/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes what the engine knows into a state tree: the inventory, what each device holds, the pointer, focus,
 * counters. docs/xenstore.md lists the paths. The hub's own tree has all of it; a guest's what the policy
 * gives it, what is held and where the pointer is only while it has focus. Called once a tick for what
 * changed, never on the event path.
 */
#ifndef HUB_PUBLISH_TREE_H
#define HUB_PUBLISH_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/model/hub.h"

struct tree {
	struct hub *hub;
	struct states *states;
	int guest;       /* the policy's, by index; -1: the hub's own tree */
	bool focused;    /* what the tree says */
	uint64_t copied; /* serial of the hub's own tree: what sensors said until then stands in this guest's
			  */
	bool publish_keys;                 /* key codes of keyboards, too */
	uint32_t handles[HUB_DEVICES_MAX]; /* what stands in the tree, by slot */
	char ids[HUB_DEVICES_MAX][IDENTITY_MAX];
};

void tree_init(struct tree *tree, struct hub *hub, bool publish_keys);

/* states are for this guest alone and empty. The hub must have a policy. */
void tree_init_guest(struct tree *tree, struct hub *hub, unsigned guest, struct states *states);

/* Brings the nodes of the slots in mask (hub_take_dirty) up to date, and those that belong to no device. */
void tree_update(struct tree *tree, uint64_t mask, uint64_t now_ns);

#endif
