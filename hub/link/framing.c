/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/link/framing.h"

#include <string.h>

#include "hub/core/clock.h"

#define MAGIC 0xb5e9u

enum frame_type {
	FRAME_CALL = 1,
	FRAME_ANSWER = 2,
	FRAME_DATA = 3,
	FRAME_PING = 4,
	FRAME_HANGUP = 5,
};

struct header {
	uint8_t type;
	uint16_t length;
	uint32_t from, to, sequence;
};

static uint32_t crc32_of(const uint8_t *p, size_t n)
{
	static const uint32_t nibble[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
		0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	uint32_t crc = ~0u;

	for (size_t i = 0; i < n; i++) {
		crc = nibble[(crc ^ p[i]) & 15] ^ crc >> 4;
		crc = nibble[(crc ^ p[i] >> 4) & 15] ^ crc >> 4;
	}
	return ~crc;
}

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, (uint16_t)v);
	put16(p + 2, (uint16_t)(v >> 16));
}

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t get32(const uint8_t *p)
{
	return get16(p) | (uint32_t)get16(p + 2) << 16;
}

static void end(struct framing *f, const char *reason)
{
	if (f->state == FRAMING_ENDED)
		return;
	f->state = FRAMING_ENDED;
	f->reason = reason;
}

/* ---- out ---- */

static size_t output_room(struct framing *f)
{
	if (f->out_head && f->out_tail == sizeof(f->out)) {
		memmove(f->out, f->out + f->out_head, f->out_tail - f->out_head);
		f->out_tail -= f->out_head;
		f->out_head = 0;
	}
	return sizeof(f->out) - f->out_tail;
}

static bool push(struct framing *f, enum frame_type type, uint32_t to, const uint8_t *payload, size_t n,
		 uint64_t now_ns)
{
	uint8_t *p;

	if (output_room(f) < FRAMING_OVERHEAD + n)
		return false;
	p = f->out + f->out_tail;
	put16(p, MAGIC);
	p[2] = (uint8_t)type;
	p[3] = 0;
	put16(p + 4, (uint16_t)n);
	put16(p + 6, (uint16_t)~n);
	put32(p + 8, f->ours);
	put32(p + 12, to);
	put32(p + 16, f->next_out);
	if (n)
		memcpy(p + FRAMING_HEADER, payload, n);
	put32(p + FRAMING_HEADER + n, crc32_of(p, FRAMING_HEADER + n));
	f->out_tail += FRAMING_OVERHEAD + n;
	f->said_ns = now_ns;
	return true;
}

static void call(struct framing *f, uint64_t now_ns)
{
	/* A line that takes nothing has the call still: one is enough. */
	if (f->out_head == f->out_tail)
		push(f, FRAME_CALL, 0, NULL, 0, now_ns);
	f->call_at_ns = now_ns + f->call_ns;
	f->call_ns = f->call_ns * 2 < FRAMING_CALL_MAX_MS * NS_PER_MS ? f->call_ns * 2
								      : FRAMING_CALL_MAX_MS * NS_PER_MS;
}

void framing_init(struct framing *f, bool caller, uint32_t session, uint64_t now_ns)
{
	memset(f, 0, sizeof(*f));
	f->caller = caller;
	f->ours = session;
	f->heard_ns = now_ns;
	f->call_ns = FRAMING_CALL_MS * NS_PER_MS;
	if (caller)
		call(f, now_ns);
	else
		push(f, FRAME_HANGUP, 0, NULL, 0, now_ns);
}

size_t framing_put(struct framing *f, const uint8_t *bytes, size_t n, uint64_t now_ns)
{
	size_t done = 0;

	if (f->state != FRAMING_OPEN)
		return 0;
	while (done < n) {
		size_t room = output_room(f);
		size_t part = n - done < FRAMING_PAYLOAD_MAX ? n - done : FRAMING_PAYLOAD_MAX;

		if (room <= FRAMING_OVERHEAD)
			break;
		if (part > room - FRAMING_OVERHEAD)
			part = room - FRAMING_OVERHEAD;
		push(f, FRAME_DATA, f->theirs, bytes + done, part, now_ns);
		f->next_out++;
		done += part;
	}
	return done;
}

size_t framing_output(const struct framing *f, const uint8_t **bytes)
{
	*bytes = f->out + f->out_head;
	return f->out_tail - f->out_head;
}

void framing_output_sent(struct framing *f, size_t n)
{
	f->out_head += n;
	if (f->out_head == f->out_tail)
		f->out_head = f->out_tail = 0;
}

void framing_hang_up(struct framing *f)
{
	if (f->state == FRAMING_OPEN)
		push(f, FRAME_HANGUP, f->theirs, NULL, 0, f->said_ns);
	end(f, "we hung up");
}

/* ---- in ---- */

static void open_session(struct framing *f, uint32_t theirs)
{
	f->state = FRAMING_OPEN;
	f->theirs = theirs;
	f->garbage = 0;
}

static void on_call(struct framing *f, const struct header *h, uint64_t now_ns)
{
	if (f->caller)
		return;
	if (f->state == FRAMING_OPEN && h->from != f->theirs) {
		end(f, "the peer has begun anew");
		return;
	}
	/* A repeated call: the answer may not have come through. */
	if (f->state == FRAMING_OPEN && f->next_in)
		return;
	open_session(f, h->from);
	push(f, FRAME_ANSWER, f->theirs, NULL, 0, now_ns);
}

static void on_answer(struct framing *f, const struct header *h)
{
	if (!f->caller || h->to != f->ours || f->state != FRAMING_MEETING)
		return;
	open_session(f, h->from);
}

static void on_hang_up(struct framing *f, const struct header *h, uint64_t now_ns)
{
	bool to_all = !h->to;

	if (f->state == FRAMING_OPEN && (to_all || (h->to == f->ours && h->from == f->theirs)))
		end(f, to_all ? "the peer has begun anew" : "the peer hung up");
	else if (f->state == FRAMING_MEETING && f->caller && to_all)
		f->call_at_ns = now_ns; /* an answerer has just begun */
}

/* Whether the frame is one of this session, and where it should be in it. */
static bool fits(struct framing *f, const struct header *h)
{
	if (f->state != FRAMING_OPEN || h->from != f->theirs || h->to != f->ours)
		return false;
	if (h->sequence == f->next_in)
		return true;
	end(f, "something was lost on the line");
	return false;
}

static void drop_front(struct framing *f, size_t n)
{
	memmove(f->in, f->in + n, f->in_used - n);
	f->in_used -= n;
}

static void pass_over(struct framing *f, size_t n)
{
	drop_front(f, n);
	f->garbage += (unsigned)n;
	if (f->garbage > (f->state == FRAMING_OPEN ? FRAMING_GARBAGE_MAX : FRAMING_STALE_MAX))
		end(f, "the line is full of garbage");
}

/* How many of the bytes in front cannot begin a frame. */
static size_t garbage_in_front(const struct framing *f)
{
	size_t n = 0;

	while (n < f->in_used &&
	       (f->in[n] != (MAGIC & 0xff) || (n + 1 < f->in_used && f->in[n + 1] != MAGIC >> 8)))
		n++;
	return n;
}

static bool header_is_sane(const uint8_t *p, struct header *h)
{
	h->type = p[2];
	h->length = get16(p + 4);
	h->from = get32(p + 8);
	h->to = get32(p + 12);
	h->sequence = get32(p + 16);
	return !p[3] && (h->length ^ get16(p + 6)) == 0xffff && h->length <= FRAMING_PAYLOAD_MAX &&
	       h->type >= FRAME_CALL && h->type <= FRAME_HANGUP && h->from &&
	       (h->type == FRAME_DATA) == (h->length > 0);
}

/* Looks at the front of the input. False when more bytes are needed, or a payload waits to be taken. */
static bool parse(struct framing *f, uint64_t now_ns)
{
	struct header h;
	size_t n;

	if (f->payload_left)
		return false;
	n = garbage_in_front(f);
	if (n)
		pass_over(f, n);
	if (f->in_used < FRAMING_HEADER)
		return false;
	if (!header_is_sane(f->in, &h)) {
		pass_over(f, 1);
		return true;
	}
	n = FRAMING_OVERHEAD + h.length;
	if (f->in_used < n)
		return false;
	if (get32(f->in + n - 4) != crc32_of(f->in, n - 4)) {
		pass_over(f, 1);
		return true;
	}
	f->heard_ns = now_ns;
	if (h.type == FRAME_CALL && !h.to)
		on_call(f, &h, now_ns);
	else if (h.type == FRAME_ANSWER)
		on_answer(f, &h);
	else if (h.type == FRAME_HANGUP)
		on_hang_up(f, &h, now_ns);
	else if (fits(f, &h) && h.type == FRAME_DATA) {
		f->next_in++;
		f->payload_at = FRAMING_HEADER;
		f->payload_left = h.length;
		f->frame_size = n;
		return false;
	}
	drop_front(f, n);
	return true;
}

static void parse_all(struct framing *f, uint64_t now_ns)
{
	while (f->state != FRAMING_ENDED && parse(f, now_ns))
		;
}

size_t framing_input(struct framing *f, uint8_t **where)
{
	*where = f->in + f->in_used;
	return f->state == FRAMING_ENDED ? 0 : sizeof(f->in) - f->in_used;
}

void framing_fed(struct framing *f, size_t n, uint64_t now_ns)
{
	f->in_used += n;
	parse_all(f, now_ns);
}

size_t framing_take(struct framing *f, uint8_t *buf, size_t size, uint64_t now_ns)
{
	size_t done = 0;

	while (done < size && f->payload_left) {
		size_t n = size - done < f->payload_left ? size - done : f->payload_left;

		memcpy(buf + done, f->in + f->payload_at, n);
		done += n;
		f->payload_at += n;
		f->payload_left -= n;
		if (!f->payload_left) {
			drop_front(f, f->frame_size);
			parse_all(f, now_ns);
		}
	}
	return done;
}

/* ---- time ---- */

void framing_tick(struct framing *f, uint64_t now_ns)
{
	if (f->state == FRAMING_MEETING && f->caller && now_ns >= f->call_at_ns)
		call(f, now_ns);
	if (f->state != FRAMING_OPEN)
		return;
	if (now_ns >= f->heard_ns + FRAMING_SILENCE_MS * NS_PER_MS)
		end(f, "nothing was heard on the line for 12 s");
	else if (now_ns >= f->said_ns + FRAMING_PING_MS * NS_PER_MS)
		push(f, FRAME_PING, f->theirs, NULL, 0, now_ns);
}

uint64_t framing_deadline(const struct framing *f)
{
	uint64_t silent_ns = f->heard_ns + FRAMING_SILENCE_MS * NS_PER_MS;
	uint64_t ping_ns = f->said_ns + FRAMING_PING_MS * NS_PER_MS;

	if (f->state == FRAMING_MEETING)
		return f->caller ? f->call_at_ns : CLOCK_NEVER;
	if (f->state == FRAMING_ENDED)
		return CLOCK_NEVER;
	/* Output that waits holds a ping, or as good as one. */
	if (f->out_head != f->out_tail || silent_ns < ping_ns)
		return silent_ns;
	return ping_ns;
}
