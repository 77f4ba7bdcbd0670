/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/rfb/pump.h"

#include <string.h>

void pump_exact(struct pump *pump, size_t size, pump_handler *handler)
{
	pump_exact_in(pump, pump->small, size, handler);
}

void pump_exact_in(struct pump *pump, uint8_t *buffer, size_t size, pump_handler *handler)
{
	pump->handler = handler;
	pump->exact = true;
	pump->need = size;
	pump->have = 0;
	pump->stage = buffer;
}

void pump_stream(struct pump *pump, size_t grain, pump_handler *handler)
{
	pump_exact(pump, grain, handler);
	pump->exact = false;
}

void pump_stop(struct pump *pump)
{
	pump->handler = NULL;
	pump->have = 0;
}

/* Fills the stage; returns the bytes taken, and says whether the piece is whole. */
static size_t pump_collect(struct pump *pump, const uint8_t *data, size_t size, bool *whole)
{
	size_t missing = pump->need - pump->have;
	size_t take = size < missing ? size : missing;

	memcpy(pump->stage + pump->have, data, take);
	pump->have += take;
	*whole = pump->have == pump->need;
	return take;
}

ssize_t pump_feed(struct pump *pump, struct rfb *rfb, const uint8_t *data, size_t size)
{
	size_t used = 0;

	while (pump->handler) {
		size_t left = size - used;
		ssize_t took;

		if (pump->have == 0 && left >= pump->need) {
			size_t give = pump->exact ? pump->need : left;
			bool exact = pump->exact;

			took = pump->handler(rfb, data + used, give);
			if (took < 0)
				return took;
			used += exact ? give : (size_t)took;
		} else {
			bool whole;

			if (left == 0)
				break;
			used += pump_collect(pump, data + used, left, &whole);
			if (!whole)
				break;
			pump->have = 0;
			took = pump->handler(rfb, pump->stage, pump->need);
			if (took < 0)
				return took;
		}
	}
	return (ssize_t)used;
}
