/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/ctl/histogram.h"

/* Values below 32 have a bucket each; above, the five bits after the leading one choose the step. */
static unsigned bucket_of(uint64_t value)
{
	unsigned shift;

	if (value < HISTOGRAM_STEPS)
		return (unsigned)value;
	shift = 63 - (unsigned)__builtin_clzll(value) - HISTOGRAM_STEP_BITS;
	return (shift + 1) * HISTOGRAM_STEPS + (unsigned)(value >> shift & (HISTOGRAM_STEPS - 1));
}

static uint64_t bucket_first(unsigned bucket)
{
	unsigned shift;

	if (bucket < HISTOGRAM_STEPS)
		return bucket;
	shift = bucket / HISTOGRAM_STEPS - 1;
	return (uint64_t)(HISTOGRAM_STEPS + bucket % HISTOGRAM_STEPS) << shift;
}

static uint64_t bucket_last(unsigned bucket)
{
	return bucket + 1 < HISTOGRAM_BUCKETS ? bucket_first(bucket + 1) - 1 : UINT64_MAX;
}

void histogram_add(struct histogram *h, uint64_t value)
{
	h->count++;
	if (value > h->max)
		h->max = value;
	h->buckets[bucket_of(value)]++;
}

uint64_t histogram_percentile(const struct histogram *h, unsigned permille)
{
	/* Rounded up: the rank of the value asked for, 1 .. count. Split, so that the product cannot overflow. */
	uint64_t rank = h->count / 1000 * permille + (h->count % 1000 * permille + 999) / 1000;
	uint64_t seen = 0;

	if (!h->count)
		return 0;
	if (!rank)
		rank = 1;
	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += h->buckets[i];
		if (seen >= rank)
			return bucket_last(i) < h->max ? bucket_last(i) : h->max;
	}
	return h->max;
}

uint64_t histogram_octave(const struct histogram *h, unsigned octave)
{
	uint64_t low = octave ? 1ull << octave : 0;
	uint64_t high = octave < 63 ? (2ull << octave) - 1 : UINT64_MAX;
	uint64_t n = 0;

	for (unsigned i = bucket_of(low); i <= bucket_of(high); i++)
		n += h->buckets[i];
	return n;
}
