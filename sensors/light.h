/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ambient light, filtered for people: a median of five against single glitches, a logarithmic hysteresis
 * because the eye sees ratios, and a dwell time so that a passing hand moves nothing. Pure: samples and
 * times in, a value out.
 *
 *   state      sample's median ...                     then
 *   empty      any but 0                               published at once
 *   empty      0                                       candidate, zero dwell
 *   settled    inside the band around the published    settled
 *   settled    outside                                 candidate from now on
 *   candidate  inside the band                         settled, candidate forgotten
 *   candidate  outside, on the other side              candidate from now on
 *   candidate  outside for the dwell time              published
 *
 * A reading of 0 waits longer: sensors report it while they wake up, and a display that follows it goes
 * black.
 */
#ifndef SENSORS_LIGHT_H
#define SENSORS_LIGHT_H

#include <stdbool.h>
#include <stdint.h>

#define LIGHT_WINDOW 5

/* A million lux, ten times the sun: what a sensor says beyond is clipped. */
#define LIGHT_MAX_MLUX 1000000000ll

struct light_params {
	/* Half the band, as a ratio in thousandths: 150 publishes from 15 % more, or the same ratio less. */
	unsigned band_permille;
	uint64_t dwell_ns;
	uint64_t zero_dwell_ns;
	/*
	 * Sensors that report on change alone go quiet on a steady light: after this long the last sample
	 * counts again, until the window holds nothing else. 0 when samples come by polling.
	 */
	uint64_t refill_ns;
};

extern const struct light_params light_defaults;

/* Private; begin with light_init. */
struct light {
	struct light_params params;
	int64_t window[LIGHT_WINDOW];
	unsigned count, next;
	uint64_t sample_ns;
	int64_t published;
	bool valid;
	int side;
	bool zero;
	uint64_t since_ns;
};

/* params NULL for the defaults. */
void light_init(struct light *light, const struct light_params *params);

/* A sample in millilux (negative ones count as 0). True when the published value changed. */
bool light_push(struct light *light, int64_t mlux, uint64_t now_ns);

/* Call at light_deadline() or later. True when the published value changed. */
bool light_tick(struct light *light, uint64_t now_ns);

/* The next time at which light_tick has something to do, or CLOCK_NEVER. */
uint64_t light_deadline(const struct light *light);

/* Changes refill_ns alone: a sensor moved from its buffer to polling, or back. */
void light_set_refill(struct light *light, uint64_t refill_ns);

/* 0, or -ENODATA before the first published value. */
int light_value(const struct light *light, int64_t *mlux);

#endif
