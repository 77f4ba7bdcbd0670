/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * State trees in XenStore, written on the slow thread: one transaction a tick for all of them, on change
 * only, each tree's `serial` last. A XenStore that is slow, full or gone delays nothing else: changes wait
 * and merge, and the stream of events never comes near it.
 *
 * The hub's own tree stands below /local/domain/OWN/xenhub, to be read by nobody else; a guest's below
 * /local/domain/N/xenhub, Dom0's and to be read by that guest (docs/xenstore.md). What others keep there
 * (link, route, serve, svc, svc0) is left alone.
 */
#ifndef HUB_PUBLISH_XENSTORE_H
#define HUB_PUBLISH_XENSTORE_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/core/worker.h"
#include "hub/model/states.h"

#define XENSTORE_VIEWS_MAX 16

struct xenstore;

/* Whether this machine looks as if it had a XenStore that we may write: no guest's. */
bool xenstore_is_here(void);

/*
 * The worker must be destroyed before the xenstore, states must outlive it. 0 or -errno; connecting is tried
 * for ever.
 */
int xenstore_create(struct xenstore **out, struct worker *worker, struct states *states);
void xenstore_destroy(struct xenstore *xenstore);

/*
 * Before the end, after the worker: what was written is removed, from all views too, since nobody keeps it up any more. Blocks as long
 * as the store does.
 */
void xenstore_withdraw(struct xenstore *xenstore);

/*
 * From now on states are that domain's view, the whole of it to be written anew. The states must live until
 * another call for the same index; domid 0: that view is no more, its domain being gone. Main thread, as all
 * here.
 */
void xenstore_set_view(struct xenstore *xenstore, unsigned index, uint32_t domid,
		       const struct states *states);

/*
 * Dom0 has written a name into OWN/xenhub/focus-request; the node has been removed. Called on the main
 * thread.
 */
void xenstore_on_focus(struct xenstore *xenstore, void (*fn)(void *data, const char *name), void *data);

/*
 * How writing goes, whenever that changes: "ok", or a sentence with the path that could not be written and why. While it fails, what
 * changes waits and merges, and is tried again after 250 ms, doubling to 10 s. Called on the main thread.
 */
void xenstore_on_health(struct xenstore *xenstore, void (*fn)(void *data, const char *text), void *data);

/* Publishes what has changed since the last time, when the slow thread is ready for it. Once a tick. */
void xenstore_publish(struct xenstore *xenstore);

struct xenstore_counters {
	uint64_t transactions, nodes, conflicts, failures;
};

void xenstore_get_counters(const struct xenstore *xenstore, struct xenstore_counters *counters);

#endif
