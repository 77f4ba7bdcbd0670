/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/input/from_sdl.h"

#include "display/input/codes.h"
#include "hub/core/clock.h"

static int to_fine(int points, int from, int to)
{
	/* A pixel's position is its centre. */
	return from > 0 ? (int)(((int64_t)points * 2 + 1) * to * VIEW_FINE / (2 * (int64_t)from)) : 0;
}

static enum pointer_button button_of(Uint8 button)
{
	switch (button) {
	case SDL_BUTTON_LEFT:
		return POINTER_LEFT;
	case SDL_BUTTON_MIDDLE:
		return POINTER_MIDDLE;
	case SDL_BUTTON_RIGHT:
		return POINTER_RIGHT;
	default:
		return 0; /* back and forward have no place in RFB's eight bits */
	}
}

static void take_key(struct input *input, const SDL_KeyboardEvent *event)
{
	unsigned code = code_from_usage((unsigned)event->keysym.scancode);

	/* Repeats are ours. */
	if (event->repeat || code == 0)
		return;
	if (event->state == SDL_PRESSED && event->keysym.scancode != SDL_SCANCODE_CAPSLOCK &&
	    event->keysym.scancode != SDL_SCANCODE_NUMLOCKCLEAR)
		input_set_locks(input, event->keysym.mod & KMOD_CAPS, event->keysym.mod & KMOD_NUM);
	input_key(input, code, event->state == SDL_PRESSED, clock_now_ns());
}

static void take_button(struct input *input, const SDL_MouseButtonEvent *event, const struct sdl_scale *scale)
{
	enum pointer_button button = button_of(event->button);

	input_move_to(input, to_fine(event->x, scale->points_w, scale->pixels_w),
		      to_fine(event->y, scale->points_h, scale->pixels_h));
	if (button)
		input_button(input, button, event->state == SDL_PRESSED);
}

static void take_wheel(struct input *input, const SDL_MouseWheelEvent *event)
{
	int sign = event->direction == SDL_MOUSEWHEEL_FLIPPED ? -1 : 1;

	input_wheel(input, -event->y * sign, event->x * sign);
}

static int finger_to_fine(float at, int points_of_one, int points, int pixels)
{
	return points > 0 ? (int)(at * (float)points_of_one * (float)pixels * VIEW_FINE / (float)points) : 0;
}

static void take_finger(struct input *input, const SDL_TouchFingerEvent *event, const struct sdl_scale *scale,
			struct sdl_echo *echo)
{
	int id = (int)(event->fingerId & 0x7fffffff);
	int x = finger_to_fine(event->x, scale->finger_w, scale->points_w, scale->pixels_w);
	int y = finger_to_fine(event->y, scale->finger_h, scale->points_h, scale->pixels_h);

	echo->heard = true;
	echo->at_ms = event->timestamp;
	if (event->type == SDL_FINGERDOWN) {
		echo->fingers++;
		input_finger_down(input, id, x, y, clock_now_ns());
	} else if (event->type == SDL_FINGERMOTION) {
		input_finger_move(input, id, x, y);
	} else {
		echo->fingers -= echo->fingers > 0;
		input_finger_up(input, id, false);
	}
}

static bool is_echo(const struct sdl_echo *echo, Uint32 which, Uint32 at_ms)
{
	return which == SDL_TOUCH_MOUSEID || echo->fingers > 0 ||
	       (echo->heard && at_ms - echo->at_ms < SDL_ECHO_MS);
}

/* What an echo pressed is let go of by it, however late. */
static bool button_is_echo(struct sdl_echo *echo, const SDL_MouseButtonEvent *event)
{
	enum pointer_button button = button_of(event->button);

	if (event->state == SDL_PRESSED && is_echo(echo, event->which, event->timestamp)) {
		echo->buttons |= button;
		return true;
	}
	if (event->state == SDL_PRESSED || !(echo->buttons & button))
		return false;
	echo->buttons &= ~(unsigned)button;
	return true;
}

bool input_take_sdl(struct input *input, const SDL_Event *event, const struct sdl_scale *scale,
		    struct sdl_echo *echo)
{
	switch (event->type) {
	case SDL_KEYDOWN:
	case SDL_KEYUP:
		take_key(input, &event->key);
		return true;
	case SDL_MOUSEMOTION:
		if (!is_echo(echo, event->motion.which, event->motion.timestamp))
			input_move_to(input, to_fine(event->motion.x, scale->points_w, scale->pixels_w),
				      to_fine(event->motion.y, scale->points_h, scale->pixels_h));
		return true;
	case SDL_MOUSEBUTTONDOWN:
	case SDL_MOUSEBUTTONUP:
		if (!button_is_echo(echo, &event->button))
			take_button(input, &event->button, scale);
		return true;
	case SDL_MOUSEWHEEL:
		if (event->wheel.which != SDL_TOUCH_MOUSEID)
			take_wheel(input, &event->wheel);
		return true;
	case SDL_FINGERDOWN:
	case SDL_FINGERMOTION:
	case SDL_FINGERUP:
		take_finger(input, &event->tfinger, scale, echo);
		return true;
	default:
		return false;
	}
}
