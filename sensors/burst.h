/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events that come in bursts, of which the first is followed at once and the rest together, when they are over. Pure.
 */
#ifndef SENSORS_BURST_H
#define SENSORS_BURST_H

#include <stdbool.h>
#include <stdint.h>

/* From the one that was followed to the next that is. */
#define BURST_NS 200000000ull

/* Zero-initialised: nothing has come yet. */
struct burst {
	bool pending;
	/* Before that, what comes is kept. */
	uint64_t quiet_ns;
};

/* Something came. */
void burst_note(struct burst *burst);

/* As if one had been followed just now: what comes waits for the rest. Never brings it forward. */
void burst_hold(struct burst *burst, uint64_t now_ns);

/* Something came that is to be followed without waiting. */
void burst_hurry(struct burst *burst, uint64_t now_ns);

/* When to ask burst_due; CLOCK_NEVER while nothing is pending. */
uint64_t burst_deadline(const struct burst *burst);

/* Whether to follow now what is pending, which it then is no more. */
bool burst_due(struct burst *burst, uint64_t now_ns);

#endif
