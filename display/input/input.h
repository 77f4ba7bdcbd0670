/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From what hands do to what the server is told. Devices come from SDL or from the hub, each on a thread of its own;
 * everything goes through here, under one lock, and so through one transform.
 *
 * Window positions are physical pixels, fine ones in 1/VIEW_FINE (display/view/view.h); codes are the kernel's; times
 * CLOCK_MONOTONIC nanoseconds. All functions may be called from any thread; the listener is called on the caller's,
 * with the lock held, and must not call back.
 */
#ifndef XENHUB_DISPLAY_INPUT_H
#define XENHUB_DISPLAY_INPUT_H

#include <stdbool.h>
#include <stdint.h>
#include "display/input/keys.h"
#include "display/input/touch.h"
#include "display/remote/outbox.h"
#include "display/view/view.h"

struct input_config {
	struct touch_config touch;
	uint32_t repeat_delay_ms, repeat_interval_ms;
	const char *layout, *variant, *options; /* XKB's; "" for the defaults */
};

struct input_listener {
	void (*send)(void *user, const struct outbox_event *event);
	void (*action)(void *user, enum action action, unsigned argument);
	void (*pointer)(void *user); /* it moved, came or went: input_pointer tells */
};

struct input;

/* -EINVAL: no such keyboard layout, or no XKB data at all. */
int input_create(struct input **out, const struct input_config *config, const struct input_listener *listener,
		 void *user);
void input_destroy(struct input *input);

/* A new transform. What was held is let go of first when the picture turned or changed its size under the finger. */
void input_set_view(struct input *input, const struct view *view);

/* The server wants distances instead of positions (QEMU with a PS/2 mouse). */
void input_set_relative(struct input *input, bool relative);

/* There is nobody to send to: a finger or a button that goes down is ACTION_RETRY. */
void input_set_waiting(struct input *input, bool waiting);

/* Lets go of everything: focus lost, connection lost or changed, lease over. */
void input_release(struct input *input);

void input_key(struct input *input, unsigned code, bool down, uint64_t now_ns);
void input_set_locks(struct input *input, bool caps, bool num);
bool input_caps(struct input *input);

void input_move_to(struct input *input, int fine_x, int fine_y);
void input_move_by(struct input *input, int dx, int dy); /* remote pixels, as the person sees them */
void input_button(struct input *input, enum pointer_button button, bool down);
void input_wheel(struct input *input, int down, int right); /* steps; negative up and left */

void input_finger_down(struct input *input, int id, int fine_x, int fine_y, uint64_t now_ns);
void input_finger_move(struct input *input, int id, int fine_x, int fine_y);
void input_finger_up(struct input *input, int id, bool cancelled);
/* Fingers are lost and none counts any more, until it is said that the panel is free again. */
void input_set_covered(struct input *input, bool covered);
void input_fingers_cancel(struct input *input);

/* Long presses and repeats. */
void input_tick(struct input *input, uint64_t now_ns);
uint64_t input_deadline(struct input *input);

/* Where the pointer is, in remote pixels; false while a finger had the last word, and nobody wants to see it. */
bool input_pointer(struct input *input, int *x, int *y);

#endif
