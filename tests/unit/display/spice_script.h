/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a SPICE server sends, written down byte by byte. Layouts are written here anew, from SPICE's own headers. */
#ifndef XENHUB_TESTS_SPICE_SCRIPT_H
#define XENHUB_TESTS_SPICE_SCRIPT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "display/spice/guard.h"

#define BYTES_MAX (64u << 20)

struct script {
	uint8_t bytes[1 << 16];
	size_t size;
};

extern struct script script;

/* A number of so many bytes, little-endian. */
void add(unsigned width, uint64_t value);
void add_zeros(size_t size);
void set32(size_t at, uint32_t value);
uint32_t get32_at(const uint8_t *p);

/* The server's greeting; the error in it, and the capabilities that all channels have. */
void add_reply(uint32_t error, uint32_t common_caps);
/* A script of a good greeting: mini headers, choice of authentication, tickets. */
void begin(void);
void add_message(unsigned type, uint32_t size);
/* 0 is the screen, and has 32 bits; so have the others. */
void add_surface(uint32_t id, uint32_t w, uint32_t h);

/* Plays it to a new guard, in pieces of that size. */
int play(struct guard *guard, enum guard_channel channel, size_t step);
/* The same in pieces of any size: this is what comes out, for ever if it is an error. */
void expect(enum guard_channel channel, int error);

#endif
