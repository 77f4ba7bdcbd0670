/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bounded little-endian reading and writing. An overrun sets `bad` and makes every later call harmless, so that a codec
 * checks once, at its end.
 */
#ifndef HUB_WIRE_CURSOR_H
#define HUB_WIRE_CURSOR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct writer {
	uint8_t *data;
	size_t size;
	size_t at;
	bool bad;
};

struct reader {
	const uint8_t *data;
	size_t size;
	size_t at;
	bool bad;
};

static inline uint8_t *write_room(struct writer *w, size_t n)
{
	uint8_t *p = w->data + w->at;

	if (w->bad || w->size - w->at < n) {
		w->bad = true;
		return NULL;
	}
	w->at += n;
	return p;
}

static inline const uint8_t *read_room(struct reader *r, size_t n)
{
	const uint8_t *p = r->data + r->at;

	if (r->bad || r->size - r->at < n) {
		r->bad = true;
		return NULL;
	}
	r->at += n;
	return p;
}

/* Byte by byte on purpose: compilers make one move of it on little-endian machines, and it is right on all. */
static inline void store16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void store32(uint8_t *p, uint32_t v)
{
	store16(p, (uint16_t)v);
	store16(p + 2, (uint16_t)(v >> 16));
}

static inline void store64(uint8_t *p, uint64_t v)
{
	store32(p, (uint32_t)v);
	store32(p + 4, (uint32_t)(v >> 32));
}

static inline uint16_t load16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t load32(const uint8_t *p)
{
	return load16(p) | (uint32_t)load16(p + 2) << 16;
}

static inline uint64_t load64(const uint8_t *p)
{
	return load32(p) | (uint64_t)load32(p + 4) << 32;
}

static inline void write8(struct writer *w, uint8_t v)
{
	uint8_t *p = write_room(w, 1);

	if (p)
		*p = v;
}

static inline void write16(struct writer *w, uint16_t v)
{
	uint8_t *p = write_room(w, 2);

	if (p)
		store16(p, v);
}

static inline void write32(struct writer *w, uint32_t v)
{
	uint8_t *p = write_room(w, 4);

	if (p)
		store32(p, v);
}

static inline void write64(struct writer *w, uint64_t v)
{
	uint8_t *p = write_room(w, 8);

	if (p)
		store64(p, v);
}

static inline void write_bytes(struct writer *w, const void *data, size_t n)
{
	uint8_t *p = write_room(w, n);

	if (p)
		memcpy(p, data, n);
}

static inline uint8_t read8(struct reader *r)
{
	const uint8_t *p = read_room(r, 1);

	return p ? *p : 0;
}

static inline uint16_t read16(struct reader *r)
{
	const uint8_t *p = read_room(r, 2);

	return p ? load16(p) : 0;
}

static inline uint32_t read32(struct reader *r)
{
	const uint8_t *p = read_room(r, 4);

	return p ? load32(p) : 0;
}

static inline uint64_t read64(struct reader *r)
{
	const uint8_t *p = read_room(r, 8);

	return p ? load64(p) : 0;
}

static inline void read_bytes(struct reader *r, void *data, size_t n)
{
	const uint8_t *p = read_room(r, n);

	if (p)
		memcpy(data, p, n);
	else
		memset(data, 0, n);
}

#endif
