/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which keys are held, which one repeats, and which are meant for us. Pure: codes are the kernel's, times
 * CLOCK_MONOTONIC nanoseconds.
 *
 * A hot key is one of the keys below while Ctrl, Alt and Shift are held. It and its release stay here; the
 * modifiers have gone to the server before, and their releases do, too.
 */
#ifndef XENHUB_DISPLAY_KEYS_H
#define XENHUB_DISPLAY_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#define KEYS_HELD_MAX 32

enum action {
	ACTION_NONE,
	ACTION_ROTATE,     /* a quarter turn further */
	ACTION_LOCK,       /* rotation lock on or off */
	ACTION_NEXT,       /* the next connection */
	ACTION_CONNECTION, /* that one: argument 0.. */
	ACTION_RETRY,
	ACTION_FULLSCREEN,
	ACTION_STATS,
	ACTION_SHOT,
	ACTION_QUIT,
};

enum keys_verdict {
	KEYS_SEND,
	KEYS_IGNORE, /* ours, or a release of what is not held */
	KEYS_ACTION,
};

struct keys {
	uint32_t delay_ms, interval_ms; /* of repeats; delay 0: none */
	struct {
		uint16_t code;
		bool ours;
	} held[KEYS_HELD_MAX];
	unsigned held_count;
	unsigned repeating; /* a code, or 0 */
	uint64_t repeat_ns;
};

void keys_init(struct keys *keys, uint32_t delay_ms, uint32_t interval_ms);

/* A press that is not yet held, or a release. action and argument are set with KEYS_ACTION. */
enum keys_verdict keys_event(struct keys *keys, unsigned code, bool down, uint64_t now_ns,
			     enum action *action, unsigned *argument);

/* The code to press again, or 0; then the next repeat is scheduled. */
unsigned keys_tick(struct keys *keys, uint64_t now_ns);

/* When keys_tick has something to do, or CLOCK_NEVER. */
uint64_t keys_deadline(const struct keys *keys);

/* Nothing is held any more. Releases that follow are ignored. */
void keys_forget(struct keys *keys);

#endif
