/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guests' views: for each guest of the policy whose domain lives, a state tree of its own, kept in
 * XenStore below that domain. They are updated with the hub's own tree and written in the same transaction,
 * so that what was held goes from one guest's view as it comes into the other's.
 */
#ifndef HUB_PUBLISH_VIEWS_H
#define HUB_PUBLISH_VIEWS_H

#include <stdint.h>

#include "hub/model/hub.h"
#include "hub/publish/xenstore.h"
#include "hub/xen/domains.h"

struct views;

/* The hub must have a policy; xenstore and domains outlive the views. 0 or -ENOMEM. Main thread. */
int views_create(struct views **out, struct hub *hub, struct xenstore *xenstore, struct domains *domains);
void views_destroy(struct views *views);

/* After tree_update of the hub's own tree and before xenstore_publish. mask: see tree_update. */
void views_update(struct views *views, uint64_t mask, uint64_t now_ns);

#endif
