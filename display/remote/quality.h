/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How to ask for pixels on this link: raw while it carries them, else Tight, with JPEG as good as it carries. Pure:
 * times are CLOCK_MONOTONIC nanoseconds.
 *
 * Every update that is long enough says how much the link carries. The best level whose whole screen would take
 * QUALITY_TARGET_MS is the wanted one. It is left for a worse one as soon as QUALITY_VOTES updates in a row say so, and
 * for the next better one after QUALITY_CALM_MS without such a sign, with room to spare: a link that wavers does not make
 * the picture waver. A round trip that is QUALITY_LATE_MS longer than the shortest one means that pixels queue up on their
 * way, whatever the rate: it counts as such a sign, too.
 *
 * On this machine raw costs the least by far; it is left only when a screen takes four times as long: a tunnel.
 */
#ifndef XENHUB_DISPLAY_QUALITY_H
#define XENHUB_DISPLAY_QUALITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "display/rfb/rfb.h"

#define QUALITY_TARGET_MS   200
#define QUALITY_LATE_MS     300
#define QUALITY_CALM_MS     3000
#define QUALITY_VOTES       2
#define QUALITY_LONG_MS     1000  /* an update that takes so long is all the votes that it needs */
#define QUALITY_BYTES_MIN   4096  /* a shorter update says nothing of the link */
#define QUALITY_BYTES_VOTE  16384 /* and below this not enough to make the picture worse */
#define QUALITY_FENCE_MS    500   /* between two measurements of the round trip, while pixels flow */
#define QUALITY_LEVEL_FIRST 2     /* on a link that is not local */

struct quality {
	bool local;
	int jpeg_max;         /* the best JPEG quality to ask for; -1: only lossless levels */
	unsigned level;       /* 0 is raw */
	unsigned votes;       /* for a worse level, in a row */
	uint64_t rate;        /* bytes/s that the link carries; 0: not known */
	uint64_t shortest_ns; /* round trip; 0: not known */
	uint64_t last_ns;     /* the last round trip */
	uint64_t calm_ns;     /* since when a better level would do; 0: it would not */
};

void quality_init(struct quality *quality, bool local, int jpeg_max);

/* An update of so many bytes took took_ns from its first byte to its end, on a screen of so many pixels. */
void quality_update(struct quality *quality, uint64_t now_ns, size_t bytes, uint64_t took_ns,
		    uint64_t pixels);

void quality_round_trip(struct quality *quality, uint64_t took_ns);

/* What to ask for at the present level. */
struct rfb_wishes quality_wishes(const struct quality *quality);

/* "raw", "tight lossless", "tight 6": for people. */
void quality_name(const struct quality *quality, char *text, size_t size);

#endif
