/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the parts of the guard share: guard.c (the stream), guard_link.c (the greetings, both ways), guard_body.c (what
 * messages hold). Numbers and layouts are those of spice-protocol's headers; all are little-endian on the wire.
 */
#ifndef XENHUB_DISPLAY_GUARD_PRIVATE_H
#define XENHUB_DISPLAY_GUARD_PRIVATE_H

#include "display/spice/guard.h"

#define GUARD_LINK_HEADER    16 /* of a greeting: magic, two versions, size */
#define GUARD_MESSAGE_HEADER 6

enum message {
	/* Any channel's, up to 100. */
	MIGRATE = 1,
	MIGRATE_DATA = 2,
	LIST = 8,
	BASE_LAST = 100,
	MAIN_MIGRATE_BEGIN = 101,
	MAIN_CHANNELS_LIST = 104,
	MAIN_AGENT_CONNECTED = 107,
	MAIN_AGENT_DISCONNECTED = 108,
	MAIN_AGENT_DATA = 109,
	MAIN_MIGRATE_SWITCH_HOST = 111,
	MAIN_AGENT_CONNECTED_TOKENS = 115,
	MAIN_MIGRATE_BEGIN_SEAMLESS = 116,
	DISPLAY_MODE = 101,
	DISPLAY_STREAM_FIRST = 122,
	DISPLAY_STREAM_LAST = 126,
	DISPLAY_DRAW_OPAQUE = 303,
	DISPLAY_DRAW_COPY = 304,
	DISPLAY_DRAW_BLEND = 305,
	DISPLAY_DRAW_ROP3 = 309,
	DISPLAY_DRAW_TRANSPARENT = 312,
	DISPLAY_DRAW_ALPHA_BLEND = 313,
	DISPLAY_SURFACE_CREATE = 314,
	DISPLAY_SURFACE_DESTROY = 315,
	DISPLAY_STREAM_DATA_SIZED = 316,
	DISPLAY_DRAW_COMPOSITE = 318,
	DISPLAY_STREAM_ACTIVATE_REPORT = 319,
	DISPLAY_GL_SCANOUT_UNIX = 320,
	DISPLAY_GL_DRAW = 321,
	CURSOR_INIT = 101,
	CURSOR_RESET = 102,
	CURSOR_SET = 103,
	CURSOR_INVAL_ONE = 107,
	CURSOR_INVAL_ALL = 108,
};

static inline uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) | (uint32_t)get16(p + 2) << 16;
}

static inline uint64_t get64(const uint8_t *p)
{
	return (uint64_t)get32(p) | (uint64_t)get32(p + 4) << 32;
}

static inline void put32(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

/* Sets error and reason; returns error. */
__attribute__((format(printf, 3, 4))) int guard_refuse(struct guard *guard, int error, const char *format,
						       ...);

/* The next `need` bytes are to be looked at; or so many of the body, `at` bytes from its beginning. */
void guard_collect(struct guard *guard, enum guard_phase phase, size_t need);
void guard_collect_in_body(struct guard *guard, size_t at, size_t need);

/* guard_link.c */
int guard_check_greeting_header(struct guard *guard);
int guard_check_greeting(struct guard *guard);
int guard_check_ticket(struct guard *guard);

/* guard_body.c: how much of a body is looked at first, 0: it passes unread; a part that was collected; the agent's stream. */
size_t guard_first_part(const struct guard *guard);
int guard_check_part(struct guard *guard);
int guard_check_agent(struct guard *guard, const uint8_t *data, size_t size);

#endif
