/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a watch measured: frames, events, losses, and how long each hop from the kernel to here took. Adding is pure.
 */
#ifndef HUB_CTL_STATS_H
#define HUB_CTL_STATS_H

#include <stdbool.h>
#include <stdio.h>

#include "hub/client/xenhub.h"
#include "hub/ctl/histogram.h"
#include "hub/ctl/json.h"

enum hop {
	HOP_KERNEL_READ, /* the kernel's stamp → the hub read it; not for recordings, whose stamps are old */
	HOP_READ_SENT,   /* → the hub sent it */
	HOP_SENT_RECEIVED, /* → the library received it */
	HOP_COUNT
};

/* Longer than this and the two ends do not share a clock: another machine's, or a recording's. */
#define STATS_HOP_MAX_NS (60ull * 1000000000)

/* Zero-initialise. */
struct stats {
	uint64_t frames, events;
	uint64_t synthetic; /* of the frames */
	uint64_t blurred;   /* frames that had a key hidden */
	unsigned devices;   /* ever seen */
	struct histogram hops[HOP_COUNT];
};

void stats_frame(struct stats *stats, const struct xenhub_frame *frame, bool is_recording);

/* The end's account. seconds: how long it ran; dropped: pieces of output that nobody took. */
struct stats_end {
	double seconds;
	uint64_t dropped;
	struct xenhub_counters counters;
};

void stats_print(const struct stats *stats, const struct stats_end *end, FILE *f);

/* {"kind":"summary",…} with a line end. */
void stats_json(const struct stats *stats, const struct stats_end *end, struct json *j);

#endif
