/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/model/merge.h"

#include "hub/device/descriptor.h"

#define SLOT_INHERITED                                                                                       \
	(-1) /* the slot that was current before the frame: unknown here, and the same for both frames */

static int32_t add_saturating(int32_t a, int32_t b)
{
	int64_t sum = (int64_t)a + b;

	return sum > INT32_MAX ? INT32_MAX : sum < INT32_MIN ? INT32_MIN : (int32_t)sum;
}

static bool is_slot_value(const struct event *e)
{
	return e->type == EV_ABS && e->code >= MT_CODE_FIRST && e->code <= MT_CODE_LAST;
}

static bool is_slot_select(const struct event *e)
{
	return e->type == EV_ABS && e->code == ABS_MT_SLOT;
}

/* The event that sets (slot,) type and code, or NULL; *last_slot becomes the slot selected at the end. */
static struct event *find(struct event *events, uint32_t n, const struct event *what, int64_t slot,
			  int64_t *last_slot)
{
	struct event *found = NULL;
	int64_t current = SLOT_INHERITED;

	for (uint32_t i = 0; i < n; i++) {
		struct event *e = &events[i];

		if (is_slot_select(e))
			current = e->value;
		else if (e->type == what->type && e->code == what->code &&
			 (!is_slot_value(e) || current == slot))
			found = e;
	}
	*last_slot = current;
	return found;
}

bool merge_motion(struct event *events, uint32_t *count, uint32_t room, const struct event *more,
		  uint32_t n_more)
{
	uint32_t n = *count - 1; /* without SYN_REPORT */
	int64_t last_slot = SLOT_INHERITED;
	int64_t slot;

	/* Each event may need a slot selection before it, and one selection closes the frame. */
	if (n + 2 * n_more + 2 > room)
		return false;

	for (uint32_t i = 0; i < n; i++)
		if (is_slot_select(&events[i]))
			last_slot = events[i].value;
	slot = last_slot;
	/* A selection that closes the frame is made anew below: otherwise one would be left behind by each merge. */
	while (n && is_slot_select(&events[n - 1]))
		n--;

	for (uint32_t i = 0; i + 1 < n_more; i++) {
		const struct event *e = &more[i];
		struct event *same;

		if (is_slot_select(e)) {
			slot = e->value;
			continue;
		}
		same = find(events, n, e, slot, &last_slot);
		if (same) {
			same->value = e->type == EV_REL ? add_saturating(same->value, e->value) : e->value;
			continue;
		}
		if (is_slot_value(e) && last_slot != slot)
			events[n++] = (struct event){ EV_ABS, ABS_MT_SLOT, (int32_t)slot };
		events[n++] = *e;
	}
	/* The device goes on in its last slot without naming it again. */
	last_slot = SLOT_INHERITED;
	for (uint32_t i = 0; i < n; i++)
		if (is_slot_select(&events[i]))
			last_slot = events[i].value;
	if (last_slot != slot)
		events[n++] = (struct event){ EV_ABS, ABS_MT_SLOT, (int32_t)slot };

	events[n++] = more[n_more - 1];
	*count = n;
	return true;
}
