/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Repeatable pseudo-random numbers for property tests (xorshift32). */
#ifndef XENHUB_TESTS_DISPLAY_RANDOM_H
#define XENHUB_TESTS_DISPLAY_RANDOM_H

#include <stdint.h>

static inline uint32_t random_next(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/* low..high, both included. */
static inline int random_between(uint32_t *state, int low, int high)
{
	return low + (int)(random_next(state) % (uint32_t)(high - low + 1));
}

#endif
