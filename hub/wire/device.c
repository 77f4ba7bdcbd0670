/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices, their states, frames. */
#include <errno.h>
#include <stdio.h>

#include "hub/wire/message.h"

#define FRAME_TIMES    (1 << 3) /* in the header's flags: a time for each event follows the events */
#define FRAME_FLAGS    (FRAME_SYNTHETIC | FRAME_CANCEL | FRAME_RESYNC)
#define BITS_OF_PROPS  0xff     /* in place of an event type */
#define DEVICE_CLAIMED (1 << 0) /* in the header's flags of DEVICE_ADD */

_Static_assert(sizeof(struct event) == 8, "an event is 8 bytes on the wire and in memory");
_Static_assert(WIRE_FRAME_HEADER + FRAME_EVENTS_MAX * (8 + 4) <= WIRE_MESSAGE_MAX, "the largest frame fits");
_Static_assert(WIRE_MESSAGE_MAX - WIRE_FRAME_HEADER - FRAME_EVENTS_MAX * 12 < 12, "and no larger one would");

static void write_bits(struct writer *w, unsigned type, const uint8_t *bits, unsigned bytes)
{
	while (bytes && !bits[bytes - 1])
		bytes--;
	if (!bytes)
		return;
	write8(w, (uint8_t)type);
	write8(w, (uint8_t)bytes);
	write_bytes(w, bits, bytes);
}

static void write_absinfo(struct writer *w, unsigned code, const struct input_absinfo *a)
{
	write8(w, (uint8_t)code);
	write32(w, (uint32_t)a->value);
	write32(w, (uint32_t)a->minimum);
	write32(w, (uint32_t)a->maximum);
	write32(w, (uint32_t)a->fuzz);
	write32(w, (uint32_t)a->flat);
	write32(w, (uint32_t)a->resolution);
}

int wire_put_device_add(uint8_t *buf, size_t size, uint64_t seq, const struct wire_device *m)
{
	struct writer w = message_begin(buf, size, WIRE_DEVICE_ADD, m->claimed ? DEVICE_CLAIMED : 0);
	const struct descriptor *d = m->descriptor;

	write64(&w, seq);
	write32(&w, m->handle);
	write32(&w, m->classes);
	write16(&w, d->bustype);
	write16(&w, d->vendor);
	write16(&w, d->product);
	write16(&w, d->version);
	write_text(&w, m->id);
	write_text(&w, m->reason);
	write_text(&w, m->origin);
	write_text(&w, d->name);
	write_text(&w, d->phys);
	write_text(&w, d->uniq);

	write_bits(&w, BITS_OF_PROPS, d->props, sizeof(d->props));
	write_bits(&w, 0, d->types, sizeof(d->types));
	for (unsigned type = 1; type < EV_CNT; type++) {
		unsigned bytes;
		const uint8_t *bits = descriptor_bits_const(d, type, &bytes);

		if (bits)
			write_bits(&w, type, bits, bytes);
	}
	write16(&w, 0); /* a set of no bytes ends the sets */

	for (unsigned code = 0; code < ABS_CNT; code++)
		if (bit_test(d->abss, code))
			write_absinfo(&w, code, &d->absinfo[code]);
	return message_end(&w);
}

static int read_bits(struct reader *r, struct descriptor *d)
{
	for (;;) {
		unsigned type = read8(r);
		unsigned bytes = read8(r);
		const uint8_t *from;
		unsigned room;
		uint8_t *to;

		if (r->bad || !bytes)
			return 0;
		if (type == BITS_OF_PROPS) {
			to = d->props;
			room = sizeof(d->props);
		} else if (type == 0) {
			to = d->types;
			room = sizeof(d->types);
		} else {
			to = descriptor_bits(d, type, &room);
		}
		if (!to || bytes > room)
			return -EBADMSG;
		from = read_room(r, bytes);
		if (from)
			memcpy(to, from, bytes);
	}
}

int wire_get_device_add(const uint8_t *msg, size_t len, uint64_t *seq, struct wire_device *m,
			struct descriptor *d, struct wire_error *err)
{
	struct reader r = body_of(msg, len);
	uint8_t seen[sizeof(d->abss)] = { 0 };

	memset(d, 0, sizeof(*d));
	*seq = read64(&r);
	m->descriptor = d;
	m->claimed = load16(msg + 6) & DEVICE_CLAIMED;
	m->handle = read32(&r);
	m->classes = read32(&r);
	d->bustype = read16(&r);
	d->vendor = read16(&r);
	d->product = read16(&r);
	d->version = read16(&r);
	read_text(&r, m->id, sizeof(m->id));
	read_text(&r, m->reason, sizeof(m->reason));
	read_text(&r, m->origin, sizeof(m->origin));
	read_text(&r, d->name, sizeof(d->name));
	read_text(&r, d->phys, sizeof(d->phys));
	read_text(&r, d->uniq, sizeof(d->uniq));
	if (r.bad)
		return body_end(&r, WIRE_DEVICE_ADD, err);
	if (read_bits(&r, d) < 0)
		return body_bad(WIRE_DEVICE_ADD, "a bit set of unknown type or size", err);
	while (!r.bad && r.at < r.size) {
		unsigned code = read8(&r);
		struct input_absinfo *a;

		if (code >= ABS_CNT || !bit_test(d->abss, code))
			return body_bad(WIRE_DEVICE_ADD, "an axis that the bit set does not have", err);
		bit_set(seen, code);
		a = &d->absinfo[code];
		a->value = (int32_t)read32(&r);
		a->minimum = (int32_t)read32(&r);
		a->maximum = (int32_t)read32(&r);
		a->fuzz = (int32_t)read32(&r);
		a->flat = (int32_t)read32(&r);
		a->resolution = (int32_t)read32(&r);
	}
	if (!r.bad && memcmp(seen, d->abss, sizeof(seen)))
		return body_bad(WIRE_DEVICE_ADD, "an axis without its range", err);
	if (!r.bad && (!m->handle || !m->id[0]))
		return body_bad(WIRE_DEVICE_ADD, "no handle or no id", err);
	return body_end(&r, WIRE_DEVICE_ADD, err);
}

int wire_put_device_remove(uint8_t *buf, size_t size, uint64_t seq, uint32_t handle, unsigned reason)
{
	struct writer w = message_begin(buf, size, WIRE_DEVICE_REMOVE, 0);

	write64(&w, seq);
	write32(&w, handle);
	write32(&w, reason);
	return message_end(&w);
}

int wire_get_device_remove(const uint8_t *msg, size_t len, uint64_t *seq, uint32_t *handle, unsigned *reason,
			   struct wire_error *err)
{
	struct reader r = body_of(msg, len);

	*seq = read64(&r);
	*handle = read32(&r);
	*reason = read32(&r);
	return body_end(&r, WIRE_DEVICE_REMOVE, err);
}

int wire_put_snapshot_begin(uint8_t *buf, size_t size, const struct wire_snapshot *m)
{
	struct writer w = message_begin(buf, size, WIRE_SNAPSHOT_BEGIN, 0);

	write64(&w, m->seq);
	write32(&w, m->reason);
	write32(&w, m->devices);
	write32(&w, m->lost_kernel);
	write32(&w, m->lost_queue);
	return message_end(&w);
}

int wire_get_snapshot_begin(const uint8_t *msg, size_t len, struct wire_snapshot *m, struct wire_error *err)
{
	struct reader r = body_of(msg, len);

	m->seq = read64(&r);
	m->reason = (uint8_t)read32(&r);
	m->devices = read32(&r);
	m->lost_kernel = read32(&r);
	m->lost_queue = read32(&r);
	return body_end(&r, WIRE_SNAPSHOT_BEGIN, err);
}

int wire_put_snapshot_end(uint8_t *buf, size_t size, uint64_t seq)
{
	struct writer w = message_begin(buf, size, WIRE_SNAPSHOT_END, 0);

	write64(&w, seq);
	return message_end(&w);
}

int wire_get_snapshot_end(const uint8_t *msg, size_t len, uint64_t *seq, struct wire_error *err)
{
	struct reader r = body_of(msg, len);

	*seq = read64(&r);
	return body_end(&r, WIRE_SNAPSHOT_END, err);
}

static void write_codes(struct writer *w, const uint8_t *bits, unsigned count)
{
	for (unsigned code = 0; code < count; code++)
		if (bit_test(bits, code))
			write16(w, (uint16_t)code);
}

int wire_put_device_state(uint8_t *buf, size_t size, uint32_t handle, const struct device_state *s)
{
	struct writer w = message_begin(buf, size, WIRE_DEVICE_STATE, 0);
	unsigned axes = 0;

	for (unsigned code = 0; code < ABS_CNT; code++)
		axes += s->abs[code] != 0;
	write32(&w, handle);
	write32(&w, s->slot);
	write16(&w, (uint16_t)bits_count(s->keys, sizeof(s->keys)));
	write16(&w, (uint16_t)bits_count(s->sws, sizeof(s->sws)));
	write16(&w, (uint16_t)bits_count(s->leds, sizeof(s->leds)));
	write16(&w, (uint16_t)axes);
	write16(&w, (uint16_t)s->slots);
	write16(&w, MT_CODE_COUNT);
	write_codes(&w, s->keys, KEY_CNT);
	write_codes(&w, s->sws, SW_CNT);
	write_codes(&w, s->leds, LED_CNT);
	for (unsigned code = 0; code < ABS_CNT; code++) {
		if (s->abs[code]) {
			write16(&w, (uint16_t)code);
			write32(&w, (uint32_t)s->abs[code]);
		}
	}
	for (unsigned slot = 0; slot < s->slots; slot++)
		for (unsigned i = 0; i < MT_CODE_COUNT; i++)
			write32(&w, (uint32_t)s->mt[slot][i]);
	return message_end(&w);
}

int wire_get_device_state_handle(const uint8_t *msg, size_t len, uint32_t *handle, struct wire_error *err)
{
	struct reader r = body_of(msg, len);

	*handle = read32(&r);
	return r.bad ? body_end(&r, WIRE_DEVICE_STATE, err) : 0;
}

static bool read_codes(struct reader *r, uint8_t *bits, unsigned count, unsigned n)
{
	while (n--) {
		unsigned code = read16(r);

		if (code >= count)
			return false;
		bit_set(bits, code);
	}
	return true;
}

int wire_get_device_state(const uint8_t *msg, size_t len, struct device_state *s, struct wire_error *err)
{
	struct reader r = body_of(msg, len);
	int32_t(*mt)[MT_CODE_COUNT] = s->mt;
	unsigned own_slots = s->slots;
	unsigned keys, sws, leds, axes, slots, codes;

	memset(s, 0, sizeof(*s));
	s->mt = mt;
	s->slots = own_slots;

	read32(&r); /* the handle */
	s->slot = read32(&r);
	keys = read16(&r);
	sws = read16(&r);
	leds = read16(&r);
	axes = read16(&r);
	slots = read16(&r);
	codes = read16(&r);
	if (slots != own_slots || codes != MT_CODE_COUNT)
		return body_bad(WIRE_DEVICE_STATE, "other slots than the descriptor says", err);
	if (!read_codes(&r, s->keys, KEY_CNT, keys) || !read_codes(&r, s->sws, SW_CNT, sws) ||
	    !read_codes(&r, s->leds, LED_CNT, leds))
		return body_bad(WIRE_DEVICE_STATE, "a code out of range", err);
	while (axes--) {
		unsigned code = read16(&r);
		int32_t value = (int32_t)read32(&r);

		if (code >= ABS_CNT)
			return body_bad(WIRE_DEVICE_STATE, "an axis out of range", err);
		s->abs[code] = value;
	}
	s->held = bits_count(s->keys, sizeof(s->keys));
	for (unsigned slot = 0; slot < own_slots; slot++) {
		for (unsigned i = 0; i < MT_CODE_COUNT; i++)
			s->mt[slot][i] = (int32_t)read32(&r);
		if (s->mt[slot][MT_TRACKING_ID] < 0)
			s->mt[slot][MT_TRACKING_ID] = -1;
		else
			s->held++;
	}
	return body_end(&r, WIRE_DEVICE_STATE, err);
}

int wire_put_frame(uint8_t *buf, size_t size, const struct wire_frame *m)
{
	const struct frame *f = &m->frame;
	unsigned flags = f->flags | (f->times ? FRAME_TIMES : 0);
	struct writer w = message_begin(buf, size, WIRE_FRAME, flags);
	uint8_t *p;

	if (!f->count || f->count > FRAME_EVENTS_MAX)
		return -EINVAL;
	p = write_room(&w, WIRE_FRAME_HEADER - WIRE_HEADER_SIZE);
	if (!p)
		return -ENOSPC;
	store64(p, m->seq);
	store64(p + 8, f->time_us);
	store64(p + 16, m->sent_ns);
	store32(p + 24, m->age_ns);
	store32(p + 28, m->handle);
	store16(p + 32, (uint16_t)f->count);
	store16(p + 34, (uint16_t)f->reason);
	store32(p + 36, f->lost);

	p = write_room(&w, f->count * sizeof(struct event));
	if (!p)
		return -ENOSPC;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	memcpy(p, f->events, f->count * sizeof(struct event));
#else
	for (uint32_t i = 0; i < f->count; i++, p += 8) {
		store16(p, f->events[i].type);
		store16(p + 2, f->events[i].code);
		store32(p + 4, (uint32_t)f->events[i].value);
	}
#endif
	if (f->times)
		for (uint32_t i = 0; i < f->count; i++)
			write32(&w, (uint32_t)f->times[i]);
	return message_end(&w);
}

int wire_get_frame(const uint8_t *msg, size_t len, struct wire_frame *m, struct event *events, int32_t *times,
		   struct wire_error *err)
{
	struct reader r = body_of(msg, len);
	struct frame *f = &m->frame;
	unsigned flags = load16(msg + 6);
	const uint8_t *p = read_room(&r, WIRE_FRAME_HEADER - WIRE_HEADER_SIZE);

	if (!p)
		return body_end(&r, WIRE_FRAME, err);
	m->seq = load64(p);
	f->time_us = load64(p + 8);
	m->sent_ns = load64(p + 16);
	m->age_ns = load32(p + 24);
	m->handle = load32(p + 28);
	f->count = load16(p + 32);
	f->reason = load16(p + 34) < REASON_COUNT ? (enum reason)load16(p + 34) : REASON_NONE;
	f->lost = load32(p + 36);
	f->flags = flags & FRAME_FLAGS;
	f->events = events;
	f->times = NULL;
	if (!f->count || f->count > FRAME_EVENTS_MAX)
		return body_bad(WIRE_FRAME, "no events, or more than a frame holds", err);
	p = read_room(&r, f->count * sizeof(struct event));
	if (!p)
		return body_end(&r, WIRE_FRAME, err);
	for (uint32_t i = 0; i < f->count; i++, p += 8) {
		events[i] = (struct event){ load16(p), load16(p + 2), (int32_t)load32(p + 4) };
		if ((events[i].type == EV_SYN && events[i].code == SYN_REPORT) != (i + 1 == f->count))
			return body_bad(WIRE_FRAME, "SYN_REPORT is not the last event and the only one", err);
	}
	if (flags & FRAME_TIMES) {
		f->times = times;
		for (uint32_t i = 0; i < f->count; i++)
			times[i] = (int32_t)read32(&r);
	}
	return body_end(&r, WIRE_FRAME, err);
}
