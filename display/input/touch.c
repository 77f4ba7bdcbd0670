/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/input/touch.h"

#include <stddef.h>
#include <stdlib.h>
#include "hub/core/clock.h"

void touch_init(struct touch *touch, const struct touch_config *config)
{
	*touch = (struct touch){ .config = *config, .press_ns = CLOCK_NEVER };
	for (unsigned i = 0; i < TOUCH_FINGERS_MAX; i++)
		touch->fingers[i].id = -1;
}

static struct touch_finger *find(struct touch *touch, int id)
{
	for (unsigned i = 0; i < TOUCH_FINGERS_MAX; i++)
		if (touch->fingers[i].id == id)
			return &touch->fingers[i];
	return NULL;
}

static void put(struct touch_out *out, int x, int y, unsigned buttons)
{
	if (out->count == TOUCH_OUT_MAX)
		return;
	out->events[out->count].x = x;
	out->events[out->count].y = y;
	out->events[out->count++].buttons = buttons;
}

static void middle(const struct touch *touch, int *x, int *y)
{
	int64_t sum_x = 0, sum_y = 0;

	for (unsigned i = 0; i < TOUCH_FINGERS_MAX; i++) {
		if (touch->fingers[i].id < 0)
			continue;
		sum_x += touch->fingers[i].x;
		sum_y += touch->fingers[i].y;
	}
	*x = (int)(sum_x / (int)touch->down);
	*y = (int)(sum_y / (int)touch->down);
}

static void begin_touch(struct touch *touch, const struct touch_finger *finger, uint64_t now_ns,
			struct touch_out *out)
{
	touch->state = TOUCH_TOUCH;
	touch->primary = finger->id;
	touch->start_x = finger->x;
	touch->start_y = finger->y;
	touch->press_ns =
		touch->config.long_press_ms ? now_ns + touch->config.long_press_ms * NS_PER_MS : CLOCK_NEVER;
	put(out, finger->x, finger->y, 0);
}

static void begin_scroll(struct touch *touch)
{
	touch->state = TOUCH_SCROLL;
	touch->press_ns = CLOCK_NEVER;
	middle(touch, &touch->scroll_x, &touch->scroll_y);
	touch->start_x = touch->scroll_x;
	touch->start_y = touch->scroll_y;
}

void touch_down(struct touch *touch, int id, int x, int y, uint64_t now_ns, struct touch_out *out)
{
	struct touch_finger *finger = find(touch, id);

	out->count = 0;
	if (finger || id < 0)
		return;
	finger = find(touch, -1);
	if (!finger)
		return;
	*finger = (struct touch_finger){ id, x, y };
	touch->down++;
	if (touch->state == TOUCH_IDLE)
		begin_touch(touch, finger, now_ns, out);
	else if (touch->state == TOUCH_TOUCH)
		begin_scroll(touch);
	else if (touch->state == TOUCH_SCROLL)
		touch->state = TOUCH_SPENT;
	else if (touch->state == TOUCH_SPENT && touch->down == 2)
		begin_scroll(touch);
}

/* One wheel step for each scroll_step that the fingers' middle went; `less` and `more` are for the axis' two ways. */
static void scroll_axis(const struct touch *touch, int *done, int now, unsigned less, unsigned more,
			struct touch_out *out)
{
	int step = touch->config.scroll_step;

	while (abs(now - *done) >= step && out->count + 2 <= TOUCH_OUT_MAX) {
		bool towards_less = (now < *done) != touch->config.natural_scroll;

		*done += now < *done ? -step : step;
		put(out, touch->start_x, touch->start_y, towards_less ? less : more);
		put(out, touch->start_x, touch->start_y, 0);
	}
}

void touch_move(struct touch *touch, int id, int x, int y, struct touch_out *out)
{
	struct touch_finger *finger = find(touch, id);
	int at_x, at_y;

	out->count = 0;
	if (!finger || id < 0)
		return;
	finger->x = x;
	finger->y = y;
	switch (touch->state) {
	case TOUCH_TOUCH:
		if (abs(x - touch->start_x) <= touch->config.slop &&
		    abs(y - touch->start_y) <= touch->config.slop)
			break;
		touch->state = TOUCH_DRAG;
		touch->press_ns = CLOCK_NEVER;
		put(out, touch->start_x, touch->start_y, POINTER_LEFT);
		put(out, x, y, POINTER_LEFT);
		break;
	case TOUCH_DRAG:
	case TOUCH_HELD:
		if (id == touch->primary)
			put(out, x, y, touch->state == TOUCH_DRAG ? POINTER_LEFT : POINTER_RIGHT);
		break;
	case TOUCH_SCROLL:
		middle(touch, &at_x, &at_y);
		scroll_axis(touch, &touch->scroll_y, at_y, POINTER_WHEEL_UP, POINTER_WHEEL_DOWN, out);
		scroll_axis(touch, &touch->scroll_x, at_x, POINTER_WHEEL_LEFT, POINTER_WHEEL_RIGHT, out);
		break;
	case TOUCH_IDLE:
	case TOUCH_SPENT:
		break;
	}
}

static void end_primary(struct touch *touch, const struct touch_finger *finger, bool cancelled,
			struct touch_out *out)
{
	if (touch->state == TOUCH_TOUCH && !cancelled) {
		put(out, touch->start_x, touch->start_y, POINTER_LEFT);
		put(out, touch->start_x, touch->start_y, 0);
	} else if (touch->state == TOUCH_DRAG || touch->state == TOUCH_HELD) {
		put(out, finger->x, finger->y, 0);
	}
	touch->state = TOUCH_SPENT;
	touch->press_ns = CLOCK_NEVER;
}

void touch_up(struct touch *touch, int id, bool cancelled, struct touch_out *out)
{
	struct touch_finger *finger = find(touch, id);

	out->count = 0;
	if (!finger || id < 0)
		return;
	if (touch->state == TOUCH_SCROLL)
		touch->state = TOUCH_SPENT;
	else if (touch->state != TOUCH_SPENT && id == touch->primary)
		end_primary(touch, finger, cancelled, out);
	finger->id = -1;
	touch->down--;
	if (touch->down == 0)
		touch->state = TOUCH_IDLE;
}

void touch_cancel(struct touch *touch, struct touch_out *out)
{
	struct touch_finger *primary = find(touch, touch->primary);

	out->count = 0;
	if (primary && touch->state != TOUCH_IDLE && touch->state != TOUCH_SCROLL &&
	    touch->state != TOUCH_SPENT)
		end_primary(touch, primary, true, out);
	for (unsigned i = 0; i < TOUCH_FINGERS_MAX; i++)
		touch->fingers[i].id = -1;
	touch->down = 0;
	touch->state = TOUCH_IDLE;
	touch->press_ns = CLOCK_NEVER;
}

void touch_tick(struct touch *touch, uint64_t now_ns, struct touch_out *out)
{
	out->count = 0;
	if (touch->state != TOUCH_TOUCH || now_ns < touch->press_ns)
		return;
	touch->state = TOUCH_HELD;
	touch->press_ns = CLOCK_NEVER;
	put(out, touch->start_x, touch->start_y, POINTER_RIGHT);
}

uint64_t touch_deadline(const struct touch *touch)
{
	return touch->press_ns;
}
