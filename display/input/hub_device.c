/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/input/hub_device.h"

#include <linux/input.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS_MAX   32
#define WHEEL_NOTCH 120 /* of REL_WHEEL_HI_RES */

struct contact {
	int32_t tracking; /* -1: none */
	int32_t x, y;
	bool down, moved; /* down: input knows of it */
};

struct hub_device {
	struct xenhub_device *device;
	unsigned number;
	bool touch, slots, absolute, pen;
	enum pointer_button eraser, tip; /* tip: what the pen's end on the panel is held as; 0: nothing */
	bool rubber;                     /* the pen's other end is near */
	struct input_absinfo x, y;
	struct contact contacts[SLOTS_MAX];
	int slot;
	bool at_moved, near, writes;
	int32_t at_x, at_y;
	int rel_x, rel_y, wheel_y, wheel_x;
	bool hi_res;
};

struct hub_device *hub_device_create(struct xenhub_device *device, unsigned number,
				     enum pointer_button eraser)
{
	uint32_t classes = xenhub_device_classes(device);
	struct hub_device *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->device = device;
	d->number = number;
	d->eraser = eraser;
	d->pen = classes & XENHUB_PEN;
	d->touch = classes & XENHUB_TOUCHSCREEN && !d->pen;
	d->slots = d->touch && xenhub_device_absinfo(device, ABS_MT_POSITION_X, &d->x) &&
		   xenhub_device_absinfo(device, ABS_MT_POSITION_Y, &d->y);
	d->absolute = !d->slots && xenhub_device_absinfo(device, ABS_X, &d->x) &&
		      xenhub_device_absinfo(device, ABS_Y, &d->y) &&
		      (d->touch || d->pen || classes & XENHUB_MOUSE);
	d->near = !d->pen;
	d->hi_res = xenhub_device_has(device, EV_REL, REL_WHEEL_HI_RES);
	for (unsigned i = 0; i < SLOTS_MAX; i++)
		d->contacts[i].tracking = -1;
	return d;
}

void hub_device_destroy(struct hub_device *d)
{
	free(d);
}

static int finger_id(const struct hub_device *d, unsigned slot)
{
	return (int)(d->number % 1024 * SLOTS_MAX + slot);
}

static bool button_of(unsigned code, bool pen, enum pointer_button *button)
{
	switch (code) {
	case BTN_LEFT:
		*button = POINTER_LEFT;
		return true;
	case BTN_RIGHT:
		*button = POINTER_RIGHT;
		return true;
	case BTN_MIDDLE:
		*button = POINTER_MIDDLE;
		return true;
	case BTN_STYLUS:
		*button = POINTER_RIGHT;
		return pen;
	case BTN_STYLUS2:
		*button = POINTER_MIDDLE;
		return pen;
	default:
		return false;
	}
}

static void take_abs(struct hub_device *d, unsigned code, int32_t value)
{
	struct contact *contact = &d->contacts[d->slot];

	if (d->slots && code == ABS_MT_SLOT) {
		if (value >= 0 && value < SLOTS_MAX)
			d->slot = value;
	} else if (d->slots && code == ABS_MT_TRACKING_ID) {
		contact->tracking = value;
	} else if (d->slots && code == ABS_MT_POSITION_X) {
		contact->x = value;
		contact->moved = true;
	} else if (d->slots && code == ABS_MT_POSITION_Y) {
		contact->y = value;
		contact->moved = true;
	} else if (d->absolute && code == ABS_X) {
		d->at_x = value;
		d->at_moved = true;
	} else if (d->absolute && code == ABS_Y) {
		d->at_y = value;
		d->at_moved = true;
	}
}

static void take_rel(struct hub_device *d, unsigned code, int32_t value)
{
	switch (code) {
	case REL_X:
		d->rel_x += value;
		break;
	case REL_Y:
		d->rel_y += value;
		break;
	case REL_WHEEL:
		d->wheel_y += d->hi_res ? 0 : value * WHEEL_NOTCH;
		break;
	case REL_HWHEEL:
		d->wheel_x += d->hi_res ? 0 : value * WHEEL_NOTCH;
		break;
	case REL_WHEEL_HI_RES:
		d->wheel_y += value;
		break;
	case REL_HWHEEL_HI_RES:
		d->wheel_x += value;
		break;
	}
}

/* Positions come before presses: a click belongs where the frame ends, not where the last one did. */
static void flush_motion(struct hub_device *d, struct input *input, int window_w, int window_h)
{
	if (d->rel_x || d->rel_y)
		input_move_by(input, d->rel_x, d->rel_y);
	if (d->absolute && !d->touch && d->at_moved && d->near)
		input_move_to(input, view_axis(d->at_x, d->x.minimum, d->x.maximum, window_w),
			      view_axis(d->at_y, d->y.minimum, d->y.maximum, window_h));
	d->rel_x = d->rel_y = 0;
	if (!d->touch)
		d->at_moved = false;
}

static void flush_contacts(struct hub_device *d, struct input *input, bool cancelled, int window_w,
			   int window_h, uint64_t now_ns)
{
	for (unsigned i = 0; i < SLOTS_MAX; i++) {
		struct contact *contact = &d->contacts[i];
		int x = view_axis(contact->x, d->x.minimum, d->x.maximum, window_w);
		int y = view_axis(contact->y, d->y.minimum, d->y.maximum, window_h);

		if (contact->tracking >= 0 && !contact->down)
			input_finger_down(input, finger_id(d, i), x, y, now_ns);
		else if (contact->tracking >= 0 && contact->moved)
			input_finger_move(input, finger_id(d, i), x, y);
		else if (contact->tracking < 0 && contact->down)
			input_finger_up(input, finger_id(d, i), cancelled);
		contact->down = contact->tracking >= 0;
		contact->moved = false;
	}
}

static void flush_wheel(struct hub_device *d, struct input *input)
{
	int down = -d->wheel_y / WHEEL_NOTCH, right = d->wheel_x / WHEEL_NOTCH;

	if (down || right)
		input_wheel(input, down, right);
	d->wheel_y %= WHEEL_NOTCH;
	d->wheel_x %= WHEEL_NOTCH;
}

/* Which end came down counts until it is lifted. */
static void take_tip(struct hub_device *d, struct input *input, bool down)
{
	if (down)
		d->tip = d->rubber ? d->eraser : POINTER_LEFT;
	if (d->tip)
		input_button(input, d->tip, down);
	if (!down)
		d->tip = 0;
}

static void take_key(struct hub_device *d, struct input *input, unsigned code, bool down, uint64_t now_ns)
{
	enum pointer_button button;

	if (button_of(code, d->pen, &button)) {
		input_button(input, button, down);
	} else if (d->pen && code == BTN_TOUCH) {
		take_tip(d, input, down);
	} else if (d->touch && !d->slots && code == BTN_TOUCH) {
		/* A panel of one finger and no slots. */
		d->contacts[0].tracking = down ? 0 : -1;
	} else if (code < BTN_MISC || code >= KEY_OK) {
		input_key(input, code, down, now_ns);
	}
}

static void take_tool(struct hub_device *d, unsigned code, bool near)
{
	if (code == BTN_TOOL_PEN)
		d->writes = near;
	else if (code == BTN_TOOL_RUBBER)
		d->rubber = near;
	else
		return;
	d->near = d->writes || d->rubber;
}

void hub_device_frame(struct hub_device *d, struct input *input, const struct xenhub_frame *frame,
		      int window_w, int window_h, uint64_t now_ns)
{
	for (uint32_t i = 0; i < frame->count; i++) {
		const struct xenhub_event *event = &frame->events[i];

		if (event->type == EV_ABS)
			take_abs(d, event->code, event->value);
		else if (event->type == EV_REL)
			take_rel(d, event->code, event->value);
		else if (event->type == EV_KEY)
			take_tool(d, event->code, event->value);
	}
	flush_motion(d, input, window_w, window_h);
	for (uint32_t i = 0; i < frame->count; i++)
		if (frame->events[i].type == EV_KEY && frame->events[i].value != 2)
			take_key(d, input, frame->events[i].code, frame->events[i].value, now_ns);
	if (d->touch && !d->slots) {
		d->contacts[0].x = d->at_x;
		d->contacts[0].y = d->at_y;
		d->contacts[0].moved = d->at_moved;
		d->at_moved = false;
	}
	if (d->touch)
		flush_contacts(d, input, frame->flags & XENHUB_CANCEL, window_w, window_h, now_ns);
	flush_wheel(d, input);
}

void hub_device_release(struct hub_device *d, struct input *input)
{
	for (unsigned i = 0; i < SLOTS_MAX; i++) {
		if (d->contacts[i].down)
			input_finger_up(input, finger_id(d, i), true);
		d->contacts[i].down = false;
		d->contacts[i].tracking = -1;
	}
}
