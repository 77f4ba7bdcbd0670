/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/input/input.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include "display/input/codes.h"
#include "display/input/keymap.h"
#include "hub/core/clock.h"

struct input {
	pthread_mutex_t lock;
	struct input_listener listener;
	void *user;
	struct view view;
	struct keymap *keymap;
	struct keys keys;
	struct touch touch;
	int x, y; /* of the pointer, in remote pixels */
	unsigned buttons;
	bool relative, waiting, pointer_shown, covered;
};

int input_create(struct input **out, const struct input_config *config, const struct input_listener *listener,
		 void *user)
{
	struct input *input = calloc(1, sizeof(*input));
	int rc;

	if (!input)
		return -ENOMEM;
	rc = keymap_create(&input->keymap, config->layout, config->variant, config->options);
	if (rc < 0) {
		free(input);
		return rc;
	}
	pthread_mutex_init(&input->lock, NULL);
	input->listener = *listener;
	input->user = user;
	keys_init(&input->keys, config->repeat_delay_ms, config->repeat_interval_ms);
	touch_init(&input->touch, &config->touch);
	view_init(&input->view, 1, 1, 1, 1, ROTATION_0, VIEW_FIT);
	*out = input;
	return 0;
}

void input_destroy(struct input *input)
{
	if (!input)
		return;
	keymap_destroy(input->keymap);
	pthread_mutex_destroy(&input->lock);
	free(input);
}

static void send_pointer(struct input *input, int x, int y, unsigned buttons)
{
	struct outbox_event event = { .type = OUTBOX_POINTER, .x = x, .y = y, .buttons = buttons };

	if (input->relative) {
		event.type = OUTBOX_MOTION;
		event.x = x - input->x;
		event.y = y - input->y;
	}
	input->x = x;
	input->y = y;
	input->listener.send(input->user, &event);
}

static void show_pointer(struct input *input, bool shown)
{
	input->pointer_shown = shown;
	input->listener.pointer(input->user);
}

/* Window to upright window: what view.c does between window and remote, without the scale. */
static void to_upright(const struct view *view, int *x, int *y)
{
	int last_x = view->window_w * VIEW_FINE - 1, last_y = view->window_h * VIEW_FINE - 1;
	int wx = *x, wy = *y;

	switch (view->rotation) {
	case ROTATION_0:
		break;
	case ROTATION_90:
		*x = wy;
		*y = last_x - wx;
		break;
	case ROTATION_180:
		*x = last_x - wx;
		*y = last_y - wy;
		break;
	case ROTATION_270:
		*x = last_y - wy;
		*y = wx;
		break;
	}
}

static void from_upright(const struct view *view, int *x, int *y)
{
	int last_x = view->window_w * VIEW_FINE - 1, last_y = view->window_h * VIEW_FINE - 1;
	int ux = *x, uy = *y;

	switch (view->rotation) {
	case ROTATION_0:
		break;
	case ROTATION_90:
		*x = last_x - uy;
		*y = ux;
		break;
	case ROTATION_180:
		*x = last_x - ux;
		*y = last_y - uy;
		break;
	case ROTATION_270:
		*x = uy;
		*y = last_y - ux;
		break;
	}
}

static void point_at(struct input *input, int fine_x, int fine_y, unsigned buttons)
{
	int x, y;

	view_to_remote_fine(&input->view, fine_x, fine_y, &x, &y);
	send_pointer(input, x / VIEW_FINE, y / VIEW_FINE, buttons);
}

static void send_touches(struct input *input, const struct touch_out *out)
{
	for (unsigned i = 0; i < out->count; i++) {
		int x = out->events[i].x, y = out->events[i].y;

		from_upright(&input->view, &x, &y);
		point_at(input, x, y, out->events[i].buttons);
	}
}

static void release_all(struct input *input)
{
	struct touch_out out;

	touch_cancel(&input->touch, &out);
	send_touches(input, &out);
	keys_forget(&input->keys);
	keymap_forget(input->keymap);
	input->buttons = 0;
	input->listener.send(input->user, &(struct outbox_event){ .type = OUTBOX_RELEASE });
}

void input_set_view(struct input *input, const struct view *view)
{
	const struct view *old = &input->view;

	pthread_mutex_lock(&input->lock);
	if (old->rotation != view->rotation || old->remote_w != view->remote_w ||
	    old->remote_h != view->remote_h)
		release_all(input);
	input->view = *view;
	pthread_mutex_unlock(&input->lock);
}

void input_set_relative(struct input *input, bool relative)
{
	pthread_mutex_lock(&input->lock);
	input->relative = relative;
	pthread_mutex_unlock(&input->lock);
}

void input_set_waiting(struct input *input, bool waiting)
{
	pthread_mutex_lock(&input->lock);
	input->waiting = waiting;
	pthread_mutex_unlock(&input->lock);
}

static void ask_for_retry(struct input *input)
{
	if (input->waiting)
		input->listener.action(input->user, ACTION_RETRY, 0);
}

void input_release(struct input *input)
{
	pthread_mutex_lock(&input->lock);
	release_all(input);
	pthread_mutex_unlock(&input->lock);
}

static void send_key(struct input *input, unsigned code, uint32_t symbol, bool down)
{
	struct outbox_event event = {
		.type = OUTBOX_KEY, .keysym = symbol, .scancode = code_to_xt(code), .down = down
	};

	if (event.keysym != 0 || event.scancode != 0)
		input->listener.send(input->user, &event);
}

void input_key(struct input *input, unsigned code, bool down, uint64_t now_ns)
{
	enum keys_verdict verdict;
	enum action action;
	unsigned argument;
	uint32_t symbol;

	pthread_mutex_lock(&input->lock);
	verdict = keys_event(&input->keys, code, down, now_ns, &action, &argument);
	if (verdict == KEYS_SEND) {
		symbol = keymap_key(input->keymap, code, down);
		send_key(input, code, symbol, down);
	} else if (verdict == KEYS_ACTION) {
		input->listener.action(input->user, action, argument);
	}
	pthread_mutex_unlock(&input->lock);
}

void input_set_locks(struct input *input, bool caps, bool num)
{
	pthread_mutex_lock(&input->lock);
	keymap_set_locks(input->keymap, caps, num);
	pthread_mutex_unlock(&input->lock);
}

bool input_caps(struct input *input)
{
	bool caps;

	pthread_mutex_lock(&input->lock);
	caps = keymap_caps(input->keymap);
	pthread_mutex_unlock(&input->lock);
	return caps;
}

void input_move_to(struct input *input, int fine_x, int fine_y)
{
	pthread_mutex_lock(&input->lock);
	point_at(input, fine_x, fine_y, input->buttons);
	show_pointer(input, true);
	pthread_mutex_unlock(&input->lock);
}

static int clamp(int value, int low, int high)
{
	return value < low ? low : value > high ? high : value;
}

void input_move_by(struct input *input, int dx, int dy)
{
	pthread_mutex_lock(&input->lock);
	if (input->relative) {
		input->listener.send(input->user, &(struct outbox_event){ .type = OUTBOX_MOTION,
									  .x = dx,
									  .y = dy,
									  .buttons = input->buttons });
	} else {
		send_pointer(input, clamp(input->x + dx, 0, input->view.remote_w - 1),
			     clamp(input->y + dy, 0, input->view.remote_h - 1), input->buttons);
	}
	show_pointer(input, true);
	pthread_mutex_unlock(&input->lock);
}

void input_button(struct input *input, enum pointer_button button, bool down)
{
	unsigned buttons;

	pthread_mutex_lock(&input->lock);
	buttons = down ? input->buttons | button : input->buttons & ~(unsigned)button;
	if (buttons != input->buttons) {
		if (down)
			ask_for_retry(input);
		input->buttons = buttons;
		send_pointer(input, input->x, input->y, buttons);
	}
	pthread_mutex_unlock(&input->lock);
}

static void wheel_steps(struct input *input, int steps, enum pointer_button less, enum pointer_button more)
{
	enum pointer_button button = steps < 0 ? less : more;

	/* A device that claims thousands of steps is not believed. */
	for (int i = 0; i < clamp(abs(steps), 0, 32); i++) {
		send_pointer(input, input->x, input->y, input->buttons | button);
		send_pointer(input, input->x, input->y, input->buttons);
	}
}

void input_wheel(struct input *input, int down, int right)
{
	pthread_mutex_lock(&input->lock);
	wheel_steps(input, down, POINTER_WHEEL_UP, POINTER_WHEEL_DOWN);
	wheel_steps(input, right, POINTER_WHEEL_LEFT, POINTER_WHEEL_RIGHT);
	pthread_mutex_unlock(&input->lock);
}

void input_finger_down(struct input *input, int id, int fine_x, int fine_y, uint64_t now_ns)
{
	struct touch_out out;

	pthread_mutex_lock(&input->lock);
	if (!input->covered) {
		ask_for_retry(input);
		to_upright(&input->view, &fine_x, &fine_y);
		touch_down(&input->touch, id, fine_x, fine_y, now_ns, &out);
		send_touches(input, &out);
		show_pointer(input, false);
	}
	pthread_mutex_unlock(&input->lock);
}

void input_finger_move(struct input *input, int id, int fine_x, int fine_y)
{
	struct touch_out out;

	pthread_mutex_lock(&input->lock);
	to_upright(&input->view, &fine_x, &fine_y);
	touch_move(&input->touch, id, fine_x, fine_y, &out);
	send_touches(input, &out);
	pthread_mutex_unlock(&input->lock);
}

void input_finger_up(struct input *input, int id, bool cancelled)
{
	struct touch_out out;

	pthread_mutex_lock(&input->lock);
	touch_up(&input->touch, id, cancelled, &out);
	send_touches(input, &out);
	pthread_mutex_unlock(&input->lock);
}

void input_set_covered(struct input *input, bool covered)
{
	struct touch_out out;

	pthread_mutex_lock(&input->lock);
	input->covered = covered;
	touch_cancel(&input->touch, &out);
	send_touches(input, &out);
	pthread_mutex_unlock(&input->lock);
}

void input_fingers_cancel(struct input *input)
{
	struct touch_out out;

	pthread_mutex_lock(&input->lock);
	touch_cancel(&input->touch, &out);
	send_touches(input, &out);
	pthread_mutex_unlock(&input->lock);
}

void input_tick(struct input *input, uint64_t now_ns)
{
	struct touch_out out;
	unsigned code;

	pthread_mutex_lock(&input->lock);
	touch_tick(&input->touch, now_ns, &out);
	send_touches(input, &out);
	code = keys_tick(&input->keys, now_ns);
	if (code != 0)
		send_key(input, code, keymap_symbol(input->keymap, code), true);
	pthread_mutex_unlock(&input->lock);
}

uint64_t input_deadline(struct input *input)
{
	uint64_t keys, touch;

	pthread_mutex_lock(&input->lock);
	keys = keys_deadline(&input->keys);
	touch = touch_deadline(&input->touch);
	pthread_mutex_unlock(&input->lock);
	return keys < touch ? keys : touch;
}

bool input_pointer(struct input *input, int *x, int *y)
{
	bool shown;

	pthread_mutex_lock(&input->lock);
	*x = input->x;
	*y = input->y;
	shown = input->pointer_shown;
	pthread_mutex_unlock(&input->lock);
	return shown;
}
