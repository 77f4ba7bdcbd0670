/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two stream sockets that are each other's peer: what one says the other is told, byte by byte, and the end of each direction by
 * itself. Small things are read and written; what comes in bulk goes through a pipe in the kernel, and is never seen here. Where no
 * pipe can be had, it is read and written as well.
 */
#ifndef HUB_RELAY_PAIR_H
#define HUB_RELAY_PAIR_H

#include <stdint.h>

#include "hub/core/loop.h"

#define PAIR_SMALL 16384         /* read and written; more at once is spliced */
#define PAIR_PIPE  (256 * 1024)  /* bytes that a direction may have in flight */
#define PAIR_TURN  (1024 * 1024) /* most bytes of a direction in one turn of the loop */

/* Small messages that may go back and forth in one turn; looks in vain until they are made seldom; and how seldom. */
#define PAIR_TALK   16
#define PAIR_SILENT 4
#define PAIR_SKIP   64

/*
 * How long an answer is watched for, where another processor can give it meanwhile: a sleep and the waking from it take longer. With
 * the two numbers above it costs who is never answered so soon half a microsecond a message.
 */
#define PAIR_WATCH_NS 30000

struct pair;

/* err: 0 when both directions have ended in order, or a positive errno. The pair is gone after this call. */
typedef void (*pair_done_fn)(void *data, int err);

/* Takes both sockets over, on failure too; they are made non-blocking. watch_ns: PAIR_WATCH_NS, or 0. 0 or -errno. */
int pair_create(struct pair **out, struct loop *loop, int a, int b, uint64_t watch_ns, pair_done_fn done,
		void *data);

/* Closes both, without `done`. */
void pair_destroy(struct pair *pair);

/* Bytes from a to b, and from b to a, and how often one of them had to be waited for. */
void pair_count(const struct pair *pair, uint64_t *a_to_b, uint64_t *b_to_a, uint64_t *stalls);

#endif
