/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The LEDs of a twin and of its original, kept in step. Pure: sets bits, reads no clock, does no I/O.
 *
 * The twin's kernel decides: it holds caps lock and num lock for those who see the screen, so what it sets is asked for at
 * the original. What others light up there is shown on the twin, but never asked for again, and an answer to an older wish
 * never overrides a newer one: two sides that echo each other would blink for ever.
 *
 *	twin's kernel sets LED ──leds_set──▶ here ──leds_due──▶ request ──▶ hub
 *	twin shows LED        ◀─── true ─── leds_heard ◀──── EV_LED in a frame
 *
 * One request a LED is under way at a time, and LEDS_INTERVAL_NS lies between two bursts: a storm becomes its last state.
 */
#ifndef HUB_TWIN_LEDS_H
#define HUB_TWIN_LEDS_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/core/clock.h"

/* A hub takes 50 a second from a consumer (HUB_LED_PER_SECOND); a keyboard has three that are in use. */
#define LEDS_INTERVAL_NS (100 * NS_PER_MS)
/* A hub that has not done as it was asked by then will not: it drops requests of who has no focus. */
#define LEDS_PATIENCE_NS (500 * NS_PER_MS)

/* Sets of LED codes, bit N for code N. */
struct leds {
	uint32_t here;   /* lit on the twin */
	uint32_t there;  /* lit on the original, as last heard */
	uint32_t unsure; /* asked for and never heard of: the original may be either way */
	uint32_t want;   /* to be asked for */
	uint32_t asked;  /* asked for, no answer yet */
	uint32_t wish;   /* of those, asked to be lit */
	uint32_t heard;  /* of those, heard of since, but not as asked */
	uint64_t rest_until;
	uint64_t give_up_at;
};

/* The twin's kernel says that this LED is lit or not. Also for the echo of what was shown there, which changes nothing. */
void leds_set(struct leds *l, unsigned code, bool on);

/*
 * The hub says the same of the original. True: show it on the twin; `here` counts it as shown. With claim (the hub tells how
 * it is, not that it has changed: a snapshot at connect or focus) the twin's state is asked for instead.
 */
bool leds_heard(struct leds *l, unsigned code, bool on, bool claim);

/* The link came up, or focus came: what differs is asked for (again), what was under way is not waited for. */
void leds_claim(struct leds *l);

/* The link went down: no answer will come. */
void leds_lost(struct leds *l);

/*
 * Which LEDs to ask for now, to be as `here` has them; they count as asked for. *show: which of them to show on the twin as
 * `here` has them, since the original did not do as asked.
 */
uint32_t leds_due(struct leds *l, uint64_t now_ns, uint32_t *show);

/* When to call leds_due next; CLOCK_NEVER: only after one of the others. */
uint64_t leds_deadline(const struct leds *l);

#endif
