/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bit sets as the kernel's evdev interface lays them out: bit N is bit N % 8 of byte N / 8. */
#ifndef HUB_CORE_BITS_H
#define HUB_CORE_BITS_H

#include <stdbool.h>
#include <stdint.h>

#define BITS_BYTES(count) (((count) + 7) / 8)

static inline bool bit_test(const uint8_t *bits, unsigned n)
{
	return bits[n / 8] >> (n % 8) & 1;
}

static inline void bit_set(uint8_t *bits, unsigned n)
{
	bits[n / 8] |= (uint8_t)(1u << (n % 8));
}

static inline void bit_clear(uint8_t *bits, unsigned n)
{
	bits[n / 8] &= (uint8_t) ~(1u << (n % 8));
}

static inline void bit_put(uint8_t *bits, unsigned n, bool on)
{
	if (on)
		bit_set(bits, n);
	else
		bit_clear(bits, n);
}

static inline unsigned bits_count(const uint8_t *bits, unsigned bytes)
{
	unsigned n = 0;

	for (unsigned i = 0; i < bytes; i++)
		n += (unsigned)__builtin_popcount(bits[i]);
	return n;
}

#endif
