/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The statistics' text: what happened between two looks. Pure: the time is handed in. */
#ifndef XENHUB_DISPLAY_STATS_H
#define XENHUB_DISPLAY_STATS_H

#include "display/remote/remote.h"

#define STATS_TEXT_MAX 768

/* Sums, of what the presenter did since the last look. */
struct stats_timing {
	uint64_t presents, updates; /* updates: those that brought pixels */
	uint64_t update_ns;         /* from an update's first byte to its end: receiving and decoding */
	uint64_t wait_ns;           /* from there until painting began */
	uint64_t paint_ns;          /* turning, scaling, overlays */
	uint64_t show_ns;           /* until the window system had it */
};

/* What was known at the last look. */
struct stats_mark {
	uint64_t at_ns, updates, bytes, inputs, input_ns;
	uint64_t parts[REMOTE_KINDS_MAX];
};

struct stats_about {
	const char *renderer, *kernel;
	int width, height; /* of the remote */
	int degrees;
};

/* Three lines or four, separated by \n; the last one ends without. mark is moved to now. */
void stats_text(char text[STATS_TEXT_MAX], struct stats_mark *mark, const struct stats_timing *timing,
		const struct remote_status *status, const struct stats_about *about, uint64_t now_ns);

#endif
