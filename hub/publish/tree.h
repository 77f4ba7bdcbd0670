/*
 * Writes what the engine knows into the state tree: the inventory, what each device holds, the pointer, focus, consumers,
 * counters. docs/xenstore.md lists the paths. Called once a tick for what changed, never on the event path.
 */
#ifndef HUB_PUBLISH_TREE_H
#define HUB_PUBLISH_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/model/hub.h"

struct tree {
	struct hub *hub;
	bool publish_keys;		 /* key codes of keyboards, too */
	uint32_t handles[HUB_DEVICES_MAX]; /* what stands in the tree, by slot */
	char ids[HUB_DEVICES_MAX][IDENTITY_MAX];
};

void tree_init(struct tree *tree, struct hub *hub, bool publish_keys);

/* Brings the nodes of the slots in mask (hub_take_dirty) up to date, and those that belong to no device. */
void tree_update(struct tree *tree, uint64_t mask, uint64_t now_ns);

#endif
