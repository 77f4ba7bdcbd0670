/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/model/outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hub/model/merge.h"
#include "hub/wire/cursor.h"

/* How many messages that are no frames the search for the oldest frame looks past. */
#define LATE_LOOK_AHEAD 16
/* How much is stamped and offered at once: what a socket may refuse is stamped again. */
#define PEEK_MAX (32 * 1024)

int outbox_init(struct outbox *box)
{
	memset(box, 0, sizeof(*box));
	box->next_seq = 1;
	box->data = malloc(OUTBOX_SIZE);
	return box->data ? 0 : -ENOMEM;
}

void outbox_finish(struct outbox *box)
{
	free(box->bulk);
	free(box->data);
	memset(box, 0, sizeof(*box));
}

bool outbox_is_empty(const struct outbox *box)
{
	return box->start == box->tail && !box->bulk;
}

size_t outbox_used(const struct outbox *box)
{
	return box->tail - box->start + box->bulk_size - box->bulk_start;
}

static unsigned type_of(const uint8_t *message)
{
	return load16(message + 4);
}

static uint32_t handle_of(const uint8_t *frame_message)
{
	return load32(frame_message + 36);
}

static uint64_t read_time_of(const uint8_t *frame_message)
{
	return load64(frame_message + 24) - load32(frame_message + 32);
}

bool outbox_is_late(const struct outbox *box, uint64_t now_ns)
{
	size_t at = box->start;

	if (outbox_used(box) > OUTBOX_MARK)
		return true;
	for (unsigned i = 0; i < LATE_LOOK_AHEAD && at < box->tail; i++) {
		if (type_of(box->data + at) == WIRE_FRAME)
			return now_ns > read_time_of(box->data + at) + OUTBOX_LATE_NS;
		at += load32(box->data + at);
	}
	return false;
}

static void compact(struct outbox *box)
{
	size_t shift = box->start;

	if (!shift)
		return;
	memmove(box->data, box->data + shift, box->tail - shift);
	box->start = 0;
	box->head -= shift;
	box->tail -= shift;
	box->barrier = box->barrier > shift ? box->barrier - shift : 0;
	box->bulk_at = box->bulk_at > shift ? box->bulk_at - shift : 0;
}

static unsigned count_message_edges(const uint8_t *message)
{
	unsigned edges = 0;
	unsigned n;

	if (type_of(message) != WIRE_FRAME)
		return 0;
	n = load16(message + 40);
	for (const uint8_t *p = message + WIRE_FRAME_HEADER; n--; p += sizeof(struct event))
		edges += event_is_edge(load16(p), load16(p + 2));
	return edges;
}

void outbox_discard(struct outbox *box)
{
	size_t bulk_at = box->bulk_at;
	size_t at = box->start;
	size_t to;

	/* A message that has begun to leave must leave whole. */
	if (box->head > box->start)
		at += load32(box->data + at);
	for (to = at; at < box->tail;) {
		uint8_t *message = box->data + at;
		size_t len = load32(message);

		if (at == bulk_at)
			box->bulk_at = to;
		at += len;
		if (type_of(message) == WIRE_FRAME || type_of(message) == WIRE_LEASE) {
			box->swallowed += count_message_edges(message);
			continue;
		}
		memmove(box->data + to, message, len);
		to += len;
	}
	if (bulk_at == box->tail)
		box->bulk_at = to;
	box->tail = to;
	box->barrier = to;
	box->overflowed = true;
}

static uint8_t *room_for(struct outbox *box, size_t len)
{
	if (box->tail + len > OUTBOX_SIZE)
		compact(box);
	return box->tail + len <= OUTBOX_SIZE ? box->data + box->tail : NULL;
}

bool outbox_push(struct outbox *box, const uint8_t *message, size_t len)
{
	uint8_t *p;

	if (box->overflowed)
		return false;
	p = room_for(box, len);
	if (!p) {
		outbox_discard(box);
		return false;
	}
	memcpy(p, message, len);
	box->tail += len;
	box->barrier = box->tail;
	return true;
}

/* From here on there are motion frames only, none of them half sent. */
static size_t motion_start(const struct outbox *box)
{
	size_t whole = box->start;

	if (box->head > box->start)
		whole += load32(box->data + whole);
	return whole > box->barrier ? whole : box->barrier;
}

/* Takes the waiting motion frames of this device out; the others keep their order. */
static void remove_motion(struct outbox *box, size_t from, uint32_t handle)
{
	size_t to = from;

	for (size_t at = from; at < box->tail;) {
		size_t len = load32(box->data + at);

		if (handle_of(box->data + at) != handle) {
			memmove(box->data + to, box->data + at, len);
			to += len;
		}
		at += len;
	}
	box->tail = to;
}

static bool merge_into_queue(struct outbox *box, uint32_t handle, const struct frame *frame)
{
	struct event events[FRAME_EVENTS_MAX], more[FRAME_EVENTS_MAX];
	struct wire_frame merged = { 0 }, next;
	int32_t times[FRAME_EVENTS_MAX];
	size_t from = motion_start(box);
	size_t removed = 0, len;
	unsigned found = 0;
	struct wire_error err;

	for (size_t at = from; at < box->tail; at += load32(box->data + at)) {
		if (handle_of(box->data + at) != handle)
			continue;
		if (wire_get_frame(box->data + at, load32(box->data + at), &next, more, times, &err) < 0)
			return false;
		if (!found++) {
			/* The merged frame is as old as its oldest part: sent_ns and age_ns stay that one's. */
			merged = next;
			memcpy(events, more, next.frame.count * sizeof(events[0]));
		} else if (!merge_motion(events, &merged.frame.count, FRAME_EVENTS_MAX, more,
					 next.frame.count)) {
			return false;
		}
		removed += load32(box->data + at);
	}
	if (!found ||
	    !merge_motion(events, &merged.frame.count, FRAME_EVENTS_MAX, frame->events, frame->count))
		return false;
	len = WIRE_FRAME_HEADER + merged.frame.count * sizeof(struct event);
	if (box->tail - box->start - removed + len > OUTBOX_SIZE)
		return false;

	remove_motion(box, from, handle);
	merged.frame.time_us = frame->time_us;
	merged.frame.events = events;
	merged.frame.times = NULL;
	wire_put_frame(room_for(box, len), len, &merged);
	box->tail += len;
	box->merged += found;
	return true;
}

bool outbox_push_frame(struct outbox *box, uint32_t handle, const struct frame *frame, uint64_t read_ns)
{
	struct wire_frame m = { .handle = handle, .sent_ns = read_ns, .frame = *frame };
	bool motion = frame_is_motion(frame);
	size_t most = WIRE_FRAME_HEADER + frame->count * (sizeof(struct event) + sizeof(int32_t));
	uint8_t *p;
	int len;

	if (box->overflowed) {
		box->swallowed += frame_count_edges(frame->events, frame->count);
		return false;
	}
	if (motion && outbox_is_late(box, read_ns) && merge_into_queue(box, handle, frame))
		return true;
	p = room_for(box, most);
	len = p ? wire_put_frame(p, most, &m) : -ENOSPC;
	if (len < 0) {
		box->swallowed += frame_count_edges(frame->events, frame->count);
		outbox_discard(box);
		return false;
	}
	box->tail += (size_t)len;
	if (!motion)
		box->barrier = box->tail;
	return true;
}

int outbox_push_bulk(struct outbox *box, uint8_t *messages, size_t len)
{
	if (box->bulk)
		return -EBUSY;
	box->bulk = messages;
	box->bulk_size = len;
	box->bulk_start = 0;
	box->bulk_head = 0;
	box->bulk_at = box->tail;
	box->barrier = box->tail;
	return 0;
}

void outbox_recover(struct outbox *box)
{
	box->overflowed = false;
}

/* Stamps the whole messages of [start, end) that begin within PEEK_MAX; returns where the offer ends. */
static size_t stamp(uint8_t *data, size_t start, size_t head, size_t end, uint64_t seq, uint64_t now_ns)
{
	size_t at = start;

	while (at < end && at - start < PEEK_MAX) {
		uint8_t *message = data + at;
		unsigned type = type_of(message);

		/* What has begun to leave carries its stamp already. */
		if (at >= head) {
			if (wire_is_sequenced(type))
				wire_patch_seq(message, seq);
			if (type == WIRE_FRAME)
				wire_patch_sent(message, now_ns, read_time_of(message));
			else if (type == WIRE_LEASE)
				wire_patch_seq(message, seq - 1);
		}
		seq += wire_is_sequenced(type);
		at += load32(message);
	}
	return at;
}

size_t outbox_peek(struct outbox *box, uint64_t now_ns, const uint8_t **bytes)
{
	size_t end;

	if (box->bulk && box->start >= box->bulk_at) {
		end = stamp(box->bulk, box->bulk_start, box->bulk_head, box->bulk_size, box->next_seq,
			    now_ns);
		*bytes = box->bulk + box->bulk_head;
		return end - box->bulk_head;
	}
	end = stamp(box->data, box->start, box->head, box->bulk ? box->bulk_at : box->tail, box->next_seq,
		    now_ns);
	*bytes = box->data + box->head;
	return end - box->head;
}

/* Moves start over the messages that went whole. */
static void advance(struct outbox *box, const uint8_t *data, size_t *start, size_t head)
{
	while (*start < head) {
		size_t len = load32(data + *start);

		if (*start + len > head)
			break;
		box->next_seq += wire_is_sequenced(type_of(data + *start));
		*start += len;
	}
}

void outbox_sent(struct outbox *box, size_t n)
{
	box->sent_bytes += n;
	if (box->bulk && box->start >= box->bulk_at) {
		box->bulk_head += n;
		advance(box, box->bulk, &box->bulk_start, box->bulk_head);
		if (box->bulk_start == box->bulk_size) {
			free(box->bulk);
			box->bulk = NULL;
			box->bulk_size = box->bulk_start = box->bulk_head = 0;
		}
		return;
	}
	box->head += n;
	advance(box, box->data, &box->start, box->head);
	if (box->start == box->tail && !box->bulk)
		box->start = box->head = box->tail = box->barrier = box->bulk_at = 0;
}
