/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/input/keys.h"

#include <linux/input-event-codes.h>
#include <stddef.h>
#include <string.h>
#include "hub/core/clock.h"

static const struct {
	unsigned code;
	enum action action;
} hot_keys[] = {
	{ KEY_R, ACTION_ROTATE }, { KEY_L, ACTION_LOCK },       { KEY_N, ACTION_NEXT },
	{ KEY_T, ACTION_RETRY },  { KEY_F, ACTION_FULLSCREEN }, { KEY_S, ACTION_STATS },
	{ KEY_P, ACTION_SHOT },   { KEY_Q, ACTION_QUIT },
};

void keys_init(struct keys *keys, uint32_t delay_ms, uint32_t interval_ms)
{
	*keys = (struct keys){ .delay_ms = delay_ms, .interval_ms = interval_ms };
}

static int find_held(const struct keys *keys, unsigned code)
{
	for (unsigned i = 0; i < keys->held_count; i++)
		if (keys->held[i].code == code)
			return (int)i;
	return -1;
}

static bool either_held(const struct keys *keys, unsigned left, unsigned right)
{
	return find_held(keys, left) >= 0 || find_held(keys, right) >= 0;
}

static enum action find_action(const struct keys *keys, unsigned code, unsigned *argument)
{
	/* A key of its own on many tablets. */
	if (code == KEY_ROTATE_LOCK_TOGGLE)
		return ACTION_LOCK;
	if (!either_held(keys, KEY_LEFTCTRL, KEY_RIGHTCTRL) ||
	    !either_held(keys, KEY_LEFTALT, KEY_RIGHTALT) ||
	    !either_held(keys, KEY_LEFTSHIFT, KEY_RIGHTSHIFT))
		return ACTION_NONE;
	if (code >= KEY_1 && code <= KEY_9) {
		*argument = code - KEY_1;
		return ACTION_CONNECTION;
	}
	for (size_t i = 0; i < sizeof(hot_keys) / sizeof(hot_keys[0]); i++)
		if (hot_keys[i].code == code)
			return hot_keys[i].action;
	return ACTION_NONE;
}

static bool code_repeats(unsigned code)
{
	switch (code) {
	case KEY_LEFTCTRL:
	case KEY_RIGHTCTRL:
	case KEY_LEFTSHIFT:
	case KEY_RIGHTSHIFT:
	case KEY_LEFTALT:
	case KEY_RIGHTALT:
	case KEY_LEFTMETA:
	case KEY_RIGHTMETA:
	case KEY_CAPSLOCK:
	case KEY_NUMLOCK:
	case KEY_SCROLLLOCK:
	case KEY_POWER:
	case KEY_PAUSE:
	case KEY_SYSRQ:
		return false;
	default:
		return true;
	}
}

static enum keys_verdict keys_press(struct keys *keys, unsigned code, uint64_t now_ns, enum action *action,
				    unsigned *argument)
{
	if (find_held(keys, code) >= 0 || keys->held_count == KEYS_HELD_MAX)
		return KEYS_IGNORE;
	*action = find_action(keys, code, argument);
	keys->held[keys->held_count].code = (uint16_t)code;
	keys->held[keys->held_count++].ours = *action != ACTION_NONE;
	if (*action != ACTION_NONE)
		return KEYS_ACTION;
	if (keys->delay_ms > 0 && code_repeats(code)) {
		keys->repeating = code;
		keys->repeat_ns = now_ns + keys->delay_ms * NS_PER_MS;
	}
	return KEYS_SEND;
}

static enum keys_verdict keys_release(struct keys *keys, unsigned code)
{
	int index = find_held(keys, code);
	bool ours;

	if (index < 0)
		return KEYS_IGNORE;
	ours = keys->held[index].ours;
	keys->held[index] = keys->held[--keys->held_count];
	if (keys->repeating == code)
		keys->repeating = 0;
	return ours ? KEYS_IGNORE : KEYS_SEND;
}

enum keys_verdict keys_event(struct keys *keys, unsigned code, bool down, uint64_t now_ns,
			     enum action *action, unsigned *argument)
{
	*action = ACTION_NONE;
	*argument = 0;
	return down ? keys_press(keys, code, now_ns, action, argument) : keys_release(keys, code);
}

unsigned keys_tick(struct keys *keys, uint64_t now_ns)
{
	if (keys->repeating == 0 || now_ns < keys->repeat_ns)
		return 0;
	/* From now, not from when it was due: a machine that slept does not make up for it. */
	keys->repeat_ns = now_ns + keys->interval_ms * NS_PER_MS;
	return keys->repeating;
}

uint64_t keys_deadline(const struct keys *keys)
{
	return keys->repeating ? keys->repeat_ns : CLOCK_NEVER;
}

void keys_forget(struct keys *keys)
{
	keys->held_count = 0;
	keys->repeating = 0;
}
