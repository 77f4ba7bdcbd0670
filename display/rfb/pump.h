/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Turns a stream cut anywhere into the pieces a parser asked for, copying only what straddles a cut. A parser
 * is then a chain of small functions, each of which names the next one and how many bytes that needs.
 */
#ifndef XENHUB_DISPLAY_RFB_PUMP_H
#define XENHUB_DISPLAY_RFB_PUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The largest piece that needs no buffer of the caller's: a hextile's 255 coloured subrectangles, a 16384
 * pixel bitmap row. */
#define PUMP_STAGE_MAX 2048

struct rfb;

/*
 * After pump_exact: gets exactly the size asked for; 0 or a negative errno. After pump_stream: gets at least
 * `grain` bytes and returns how many it took, a multiple of grain; when it gets just `grain` it must take
 * them. Either names the next handler, or stays.
 */
typedef ssize_t pump_handler(struct rfb *rfb, const uint8_t *data, size_t size);

struct pump {
	pump_handler *handler; /* NULL: stopped, takes nothing */
	bool exact;
	size_t need, have;
	uint8_t *stage;
	uint8_t small[PUMP_STAGE_MAX];
};

/* size may be 0: the handler is then called at once. At most PUMP_STAGE_MAX. */
void pump_exact(struct pump *pump, size_t size, pump_handler *handler);

/* The same for more; `buffer` holds size bytes and stays until the handler has run. */
void pump_exact_in(struct pump *pump, uint8_t *buffer, size_t size, pump_handler *handler);

void pump_stream(struct pump *pump, size_t grain, pump_handler *handler);
void pump_stop(struct pump *pump);

static inline bool pump_is_stopped(const struct pump *pump)
{
	return !pump->handler;
}

/* Returns the bytes taken (all, unless stopped), or what a handler failed with. */
ssize_t pump_feed(struct pump *pump, struct rfb *rfb, const uint8_t *data, size_t size);

#endif
