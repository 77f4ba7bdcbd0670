/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/remote/outbox.h"

#include <string.h>

void outbox_init(struct outbox *outbox)
{
	memset(outbox, 0, sizeof(*outbox));
}

void outbox_reset(struct outbox *outbox)
{
	outbox->count = 0;
	outbox->held_count = 0;
	outbox->buttons = 0;
}

static struct outbox_event *outbox_at(struct outbox *outbox, unsigned index)
{
	return &outbox->events[(outbox->first + index) % OUTBOX_EVENTS_MAX];
}

static bool outbox_is_pointer(const struct outbox_event *event)
{
	return event->type == OUTBOX_POINTER || event->type == OUTBOX_MOTION;
}

/* The newest event waiting, if it and `event` are mere motion, and nothing was pressed or let go of by either. */
static struct outbox_event *outbox_mergeable(struct outbox *outbox, const struct outbox_event *event)
{
	struct outbox_event *last = outbox->count ? outbox_at(outbox, outbox->count - 1) : NULL;
	unsigned before = outbox->buttons;

	if (!last || !outbox_is_pointer(event) || last->type != event->type ||
	    last->buttons != event->buttons)
		return NULL;
	for (unsigned i = outbox->count - 1; i-- > 0;) {
		const struct outbox_event *earlier = outbox_at(outbox, i);

		if (earlier->type == OUTBOX_KEY)
			continue;
		before = earlier->type == OUTBOX_RELEASE ? 0 : earlier->buttons;
		break;
	}
	return before == last->buttons ? last : NULL;
}

static void outbox_append(struct outbox *outbox, const struct outbox_event *event)
{
	*outbox_at(outbox, outbox->count++) = *event;
}

void outbox_put(struct outbox *outbox, const struct outbox_event *event)
{
	struct outbox_event *last = outbox_mergeable(outbox, event);

	if (last) {
		last->x = event->type == OUTBOX_MOTION ? last->x + event->x : event->x;
		last->y = event->type == OUTBOX_MOTION ? last->y + event->y : event->y;
		outbox->merged++;
		return;
	}
	if (outbox->count == OUTBOX_EVENTS_MAX) {
		outbox->dropped += outbox->count;
		outbox->count = 0;
		outbox_append(outbox, &(struct outbox_event){ .type = OUTBOX_RELEASE });
	}
	outbox_append(outbox, event);
}

void outbox_release(struct outbox *outbox)
{
	outbox_put(outbox, &(struct outbox_event){ .type = OUTBOX_RELEASE });
}

static int outbox_find_held(const struct outbox *outbox, const struct outbox_event *event)
{
	for (unsigned i = 0; i < outbox->held_count; i++)
		if (outbox->held[i].scancode == event->scancode &&
		    (event->scancode != 0 || outbox->held[i].keysym == event->keysym))
			return (int)i;
	return -1;
}

static void outbox_drop_first(struct outbox *outbox)
{
	outbox->first = (outbox->first + 1) % OUTBOX_EVENTS_MAX;
	outbox->count--;
}

static bool outbox_next_release(const struct outbox *outbox, struct outbox_event *event)
{
	if (outbox->held_count > 0) {
		*event = outbox->held[outbox->held_count - 1];
		event->down = false;
		return true;
	}
	*event = (struct outbox_event){ .type = OUTBOX_POINTER, .x = outbox->x, .y = outbox->y };
	return outbox->buttons != 0;
}

bool outbox_next(struct outbox *outbox, struct outbox_event *event)
{
	for (; outbox->count > 0; outbox_drop_first(outbox)) {
		const struct outbox_event *first = outbox_at(outbox, 0);
		int held = first->type == OUTBOX_KEY ? outbox_find_held(outbox, first) : -1;

		if (first->type == OUTBOX_RELEASE) {
			if (outbox_next_release(outbox, event))
				return true;
			continue;
		}
		*event = *first;
		if (first->type != OUTBOX_KEY)
			return true;
		if (first->down ? held >= 0 || outbox->held_count < OUTBOX_KEYS_MAX : held >= 0) {
			/* What goes up is what went down, whatever Shift made of the symbol meanwhile. */
			if (held >= 0)
				event->keysym = outbox->held[held].keysym;
			return true;
		}
	}
	return false;
}

static void outbox_key_taken(struct outbox *outbox, const struct outbox_event *event)
{
	int held = outbox_find_held(outbox, event);

	if (event->down && held < 0)
		outbox->held[outbox->held_count++] = *event;
	else if (!event->down && held >= 0)
		outbox->held[held] = outbox->held[--outbox->held_count];
}

void outbox_taken(struct outbox *outbox, const struct outbox_event *event)
{
	if (event->type == OUTBOX_KEY) {
		outbox_key_taken(outbox, event);
	} else {
		outbox->buttons = event->buttons;
		if (event->type == OUTBOX_POINTER) {
			outbox->x = event->x;
			outbox->y = event->y;
		}
	}
	/* A release stays in front until all is let go of. */
	if (outbox_at(outbox, 0)->type != OUTBOX_RELEASE)
		outbox_drop_first(outbox);
}
