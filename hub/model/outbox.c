#include "hub/model/outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hub/model/merge.h"
#include "hub/wire/cursor.h"

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
	box->merge_from = box->merge_from > shift ? box->merge_from - shift : 0;
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

static size_t max(size_t a, size_t b)
{
	return a > b ? a : b;
}

/*
 * Where the last mergeable frame of this device lies, or SIZE_MAX. From the barrier on there are motion frames only, and above
 * the mark one for each device that moves (another, where one is full): the search is short.
 */
static size_t find_motion(const struct outbox *box, uint32_t handle)
{
	size_t from = box->start;
	size_t found = SIZE_MAX;

	/* The first message may be half sent. */
	if (box->head > box->start)
		from += load32(box->data + from);
	from = max(from, max(box->barrier, box->merge_from));
	for (size_t at = from; at < box->tail; at += load32(box->data + at))
		if (load32(box->data + at + 36) == handle)
			found = at;
	return found;
}

/* Moves the message at `at` behind all others, so that it can grow. */
static size_t move_to_tail(struct outbox *box, size_t at)
{
	uint8_t copy[WIRE_MESSAGE_MAX];
	size_t len = load32(box->data + at);

	if (at + len == box->tail)
		return at;
	memcpy(copy, box->data + at, len);
	memmove(box->data + at, box->data + at + len, box->tail - at - len);
	memcpy(box->data + box->tail - len, copy, len);
	return box->tail - len;
}

static bool merge_into_queue(struct outbox *box, uint32_t handle, const struct frame *frame)
{
	struct event events[FRAME_EVENTS_MAX];
	struct wire_error err;
	struct wire_frame old;
	int32_t times[FRAME_EVENTS_MAX];
	size_t at = find_motion(box, handle);
	int len;

	if (at == SIZE_MAX || wire_get_frame(box->data + at, load32(box->data + at), &old, events, times, &err) < 0)
		return false;
	/* Room for the larger frame first: compacting moves everything. */
	if (!room_for(box, (size_t)(frame->count + 1) * 2 * sizeof(struct event)))
		return false;
	at = find_motion(box, handle);
	if (!merge_motion(events, &old.frame.count, FRAME_EVENTS_MAX, frame->events, frame->count))
		return false;
	at = move_to_tail(box, at);
	old.frame.time_us = frame->time_us;
	old.frame.times = NULL;
	/* sent_ns and age_ns stay: the merged frame is as old as its oldest part. */
	len = wire_put_frame(box->data + at, OUTBOX_SIZE - at, &old);
	if (len < 0) {
		/* Cannot happen with the room made above; dropping one motion frame would still be right. */
		box->tail = at;
		return true;
	}
	box->tail = at + (size_t)len;
	box->merged++;
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
	if (outbox_used(box) <= OUTBOX_MARK)
		box->merge_from = box->tail;
	else if (motion && merge_into_queue(box, handle, frame))
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
				wire_patch_sent(message, now_ns, load64(message + 24) - load32(message + 32));
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
		end = stamp(box->bulk, box->bulk_start, box->bulk_head, box->bulk_size, box->next_seq, now_ns);
		*bytes = box->bulk + box->bulk_head;
		return end - box->bulk_head;
	}
	end = stamp(box->data, box->start, box->head, box->bulk ? box->bulk_at : box->tail, box->next_seq, now_ns);
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
		box->start = box->head = box->tail = box->barrier = box->merge_from = box->bulk_at = 0;
}
