/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/remote/quality.h"

#include <stdio.h>
#include "hub/core/clock.h"

#define TOOK_MIN_NS (1 * NS_PER_MS) /* what came in one piece says only that it is fast */

/* cost: bytes for 100 pixels, as TigerVNC's server sends a picture full of detail. */
static const struct {
	unsigned cost;
	int jpeg_quality, compression;
} levels[] = {
	{ 400, -1, -1 }, { 270, -1, 1 }, { 50, 8, 2 }, { 22, 6, 2 }, { 11, 4, 4 }, { 7, 2, 6 }, { 4, 0, 9 },
};

#define LEVELS (sizeof(levels) / sizeof(levels[0]))

static bool level_is_allowed(const struct quality *quality, unsigned level)
{
	return levels[level].jpeg_quality <= quality->jpeg_max;
}

/* The next allowed level from there on, in that direction; `level` itself if there is none. */
static unsigned step(const struct quality *quality, unsigned level, int direction)
{
	for (int next = (int)level + direction; next >= 0 && next < (int)LEVELS; next += direction)
		if (level_is_allowed(quality, (unsigned)next))
			return (unsigned)next;
	return level;
}

void quality_init(struct quality *quality, bool local, int jpeg_max)
{
	*quality = (struct quality){ .local = local, .jpeg_max = jpeg_max };
	if (local)
		return;
	quality->level = QUALITY_LEVEL_FIRST;
	if (!level_is_allowed(quality, quality->level))
		quality->level = step(quality, quality->level, jpeg_max < 0 ? -1 : 1);
}

/* How long a whole screen would take. */
static uint64_t screen_ms(unsigned level, uint64_t pixels, uint64_t rate)
{
	return pixels * levels[level].cost * 10 / (rate ? rate : 1);
}

static unsigned wanted_level(const struct quality *quality, uint64_t pixels)
{
	unsigned level = 0;

	if (quality->local && quality->level == 0 &&
	    screen_ms(0, pixels, quality->rate) <= 4 * QUALITY_TARGET_MS)
		return 0;
	while (screen_ms(level, pixels, quality->rate) > QUALITY_TARGET_MS) {
		unsigned worse = step(quality, level, 1);

		if (worse == level)
			break;
		level = worse;
	}
	return level;
}

static void vote_worse(struct quality *quality, unsigned level)
{
	quality->calm_ns = 0;
	if (++quality->votes < QUALITY_VOTES)
		return;
	quality->votes = 0;
	quality->level = level;
}

static void consider_better(struct quality *quality, uint64_t now_ns, uint64_t pixels)
{
	unsigned better = step(quality, quality->level, -1);

	/* Room to spare: half as much again as would do. */
	if (better == quality->level ||
	    screen_ms(better, pixels, quality->rate) * 3 / 2 > QUALITY_TARGET_MS) {
		quality->calm_ns = 0;
	} else if (quality->calm_ns == 0) {
		quality->calm_ns = now_ns;
	} else if (now_ns - quality->calm_ns >= QUALITY_CALM_MS * NS_PER_MS) {
		quality->level = better;
		quality->calm_ns = now_ns;
	}
}

void quality_update(struct quality *quality, uint64_t now_ns, size_t bytes, uint64_t took_ns, uint64_t pixels)
{
	uint64_t sample;
	unsigned wanted;

	if (bytes < QUALITY_BYTES_MIN)
		return;
	sample = (uint64_t)bytes * NS_PER_S / (took_ns > TOOK_MIN_NS ? took_ns : TOOK_MIN_NS);
	quality->rate = quality->rate ? (quality->rate + sample) / 2 : sample;
	wanted = wanted_level(quality, pixels);
	if (wanted > quality->level) {
		/* Nobody waits for a second such update. */
		if (took_ns >= QUALITY_LONG_MS * NS_PER_MS)
			quality->votes = QUALITY_VOTES;
		if (bytes >= QUALITY_BYTES_VOTE)
			vote_worse(quality, wanted);
		return;
	}
	quality->votes = 0;
	consider_better(quality, now_ns, pixels);
}

void quality_round_trip(struct quality *quality, uint64_t took_ns)
{
	quality->last_ns = took_ns;
	if (quality->shortest_ns == 0 || took_ns < quality->shortest_ns)
		quality->shortest_ns = took_ns;
	if (took_ns - quality->shortest_ns >= QUALITY_LATE_MS * NS_PER_MS)
		vote_worse(quality, step(quality, quality->level, 1));
}

struct rfb_wishes quality_wishes(const struct quality *quality)
{
	struct rfb_wishes wishes = quality->level == 0 ? rfb_wishes_local : rfb_wishes_slow;

	wishes.jpeg_quality = levels[quality->level].jpeg_quality;
	wishes.compression = levels[quality->level].compression;
	return wishes;
}

void quality_name(const struct quality *quality, char *text, size_t size)
{
	if (quality->level == 0)
		snprintf(text, size, "raw");
	else if (levels[quality->level].jpeg_quality < 0)
		snprintf(text, size, "tight lossless");
	else
		snprintf(text, size, "tight %d", levels[quality->level].jpeg_quality);
}
