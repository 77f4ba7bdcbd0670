/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What waits to go to one consumer: encoded messages in one stretch of memory, bounded, sent from where they lie.
 *
 * Half of it is kept for edges (key, button, contact, proximity, switch) and control messages: above the mark, or when what is
 * to be sent next is late, a motion frame and those of its device that wait become one, unless an edge of any device lies
 * between. So a fast mouse on a slow link is where the hand is, not where it was a second ago. When even edges do not fit,
 * the frames that are whole and unsent are dropped and counted, and the owner sends a snapshot once the rest has gone.
 * Messages that are no frames stay: what they tell is told once.
 * Sequence numbers and send times are written at the last moment, so merging leaves no gap.
 */
#ifndef HUB_MODEL_OUTBOX_H
#define HUB_MODEL_OUTBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/wire/wire.h"

#define OUTBOX_SIZE (128 * 1024)
#define OUTBOX_MARK (OUTBOX_SIZE / 2)
#define OUTBOX_LATE_NS                                                                                       \
	(100ull * 1000 *                                                                                     \
	 1000) /* longer than a busy machine keeps a consumer from running; more would be felt */

struct outbox {
	uint8_t *data;
	size_t start; /* of the first message that is not wholly sent */
	size_t head;  /* the first unsent byte: start, or inside that message */
	size_t tail;
	size_t barrier; /* behind the last message that is no motion frame: nothing before it is merged into */
	uint8_t *bulk;  /* a snapshot, sent when start reaches bulk_at */
	size_t bulk_size, bulk_start, bulk_head, bulk_at;
	uint64_t next_seq;  /* of the first sequenced message from start on */
	bool overflowed;    /* takes nothing until the owner calls outbox_recover */
	uint64_t merged;    /* frames merged into another since the start */
	uint64_t swallowed; /* edge events dropped since the start */
	uint64_t sent_bytes;
};

/* 0 or -ENOMEM. Sequence numbers begin with 1. */
int outbox_init(struct outbox *box);
void outbox_finish(struct outbox *box);

bool outbox_is_empty(const struct outbox *box);

/* Whether motion that is pushed now would be merged: above the mark, or with OUTBOX_LATE_NS behind. */
bool outbox_is_late(const struct outbox *box, uint64_t now_ns);

size_t outbox_used(const struct outbox *box);

/* An encoded message, or several in one run, that must neither be merged nor reordered. False when it was dropped: the box has overflowed. */
bool outbox_push(struct outbox *box, const uint8_t *message, size_t len);

/* A frame; seq, sent_ns and age_ns are set here. read_ns: when the hub read it. False as above. */
bool outbox_push_frame(struct outbox *box, uint32_t handle, const struct frame *frame, uint64_t read_ns);

/* Hands over a malloc'ed run of encoded messages, to be sent after what waits now. At most one at a time: -EBUSY. */
int outbox_push_bulk(struct outbox *box, uint8_t *messages, size_t len);

/* Drops the frames that are whole and unsent, as an overflow does: for the end of a link, to have its losses counted. */
void outbox_discard(struct outbox *box);

/* After an overflow, once outbox_is_empty: takes messages again. */
void outbox_recover(struct outbox *box);

/* The bytes to send next, stamped with `now_ns`; 0 when there are none. Then say how many of them went. */
size_t outbox_peek(struct outbox *box, uint64_t now_ns, const uint8_t **bytes);
void outbox_sent(struct outbox *box, size_t n);

#endif
