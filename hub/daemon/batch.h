/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What sensors said since it was last taken: the latest for each path, in order of the paths' first appearance. Grows to what is
 * needed once and is used again.
 */
#ifndef HUB_DAEMON_BATCH_H
#define HUB_DAEMON_BATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/model/states.h"
#include "sensors/report.h"

/* As many as two reports can say. */
#define BATCH_MAX (2 * REPORT_ENTRIES_MAX)

struct batch_item {
	struct report_value value;
	bool gone; /* of value, the path alone counts */
};

/* Zero-initialise. */
struct batch {
	struct batch_item *items;
	unsigned count, capacity;
};

void batch_finish(struct batch *batch);

/* 0 or -ENOMEM: that one is lost. */
int batch_put(struct batch *batch, const struct report_value *value);
int batch_remove(struct batch *batch, const char *path);

/* Lays what `from` holds over what is in `to`, and empties `from`; swaps the two where there is nothing to lay it over. */
void batch_move(struct batch *to, struct batch *from);

/* Writes all of it into the tree and empties it. now_ns stands for times that are not known. */
void batch_apply(struct batch *batch, struct states *states, uint64_t now_ns);

#endif
