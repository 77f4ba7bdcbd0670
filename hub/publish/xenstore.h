/*
 * The state tree in XenStore, written on the slow thread: one transaction a tick, on change only, `serial` last. A XenStore that
 * is slow, full or gone delays nothing else: changes wait and merge, and the stream of events never comes near it.
 *
 * Paths: BASE/PATH for each node of the tree (docs/xenstore.md), BASE being /local/domain/OWN/xenhub.
 */
#ifndef HUB_PUBLISH_XENSTORE_H
#define HUB_PUBLISH_XENSTORE_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/core/worker.h"
#include "hub/model/states.h"

struct xenstore;

/* Whether this machine looks as if it had a XenStore. */
bool xenstore_is_here(void);

/* The worker must be destroyed before the xenstore, states must outlive it. 0 or -errno; connecting is tried for ever. */
int xenstore_create(struct xenstore **out, struct worker *worker, struct states *states);
void xenstore_destroy(struct xenstore *xenstore);

/* Publishes what has changed since the last time, when the slow thread is ready for it. Main thread, once a tick. */
void xenstore_publish(struct xenstore *xenstore);

struct xenstore_counters {
	uint64_t transactions, nodes, conflicts, failures;
};

void xenstore_get_counters(const struct xenstore *xenstore, struct xenstore_counters *counters);

#endif
