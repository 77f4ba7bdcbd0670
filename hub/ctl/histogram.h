/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A log-linear histogram of unsigned values: 32 steps an octave, so that any value read back is at most 1/32 too large. Fixed
 * size, no allocation, pure. Zero-initialise it.
 */
#ifndef HUB_CTL_HISTOGRAM_H
#define HUB_CTL_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_STEP_BITS 5
#define HISTOGRAM_STEPS     (1 << HISTOGRAM_STEP_BITS)
#define HISTOGRAM_BUCKETS   ((64 - HISTOGRAM_STEP_BITS + 1) * HISTOGRAM_STEPS)
#define HISTOGRAM_OCTAVES   64

struct histogram {
	uint64_t count;
	uint64_t max;
	uint64_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *h, uint64_t value);

/*
 * The smallest bucket's upper end that at least permille/1000 of the values do not exceed, never more than the largest value
 * seen. permille 0 .. 1000; 0 without values.
 */
uint64_t histogram_percentile(const struct histogram *h, unsigned permille);

/* How many values lie in [2^octave, 2^(octave+1)); octave 0 counts the zeros too. */
uint64_t histogram_octave(const struct histogram *h, unsigned octave);

#endif
