/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/twin/policy.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hub/core/text.h"
#include "hub/device/twin.h"

_Static_assert(DESCRIPTOR_SLOTS_MAX <= 32, "sets of slots are uint32_t here");

struct notes {
	char *text;
	size_t size, used;
};

/* Texts are joined by semicolons and cut where the room ends. */
__attribute__((format(printf, 2, 3))) static void note(struct notes *n, const char *format, ...)
{
	va_list args;

	n->used += (size_t)snprintf(n->text + n->used, n->size - n->used, "%s", n->used ? "; " : "");
	if (n->used < n->size) {
		va_start(args, format);
		n->used += (size_t)vsnprintf(n->text + n->used, n->size - n->used, format, args);
		va_end(args);
	}
	if (n->used >= n->size)
		n->used = n->size - 1;
}

/* uinput refuses an axis whose flat centre is wider than the axis; some recordings and drivers have such. */
static void narrow_flats(struct descriptor *d, struct notes *n)
{
	for (unsigned code = 0; code < ABS_CNT; code++) {
		struct input_absinfo *a = &d->absinfo[code];
		int64_t range = (int64_t)a->maximum - a->minimum;

		if (!descriptor_has(d, EV_ABS, code) || a->flat <= range)
			continue;
		note(n, "axis 0x%02x: flat is %d, not %d, since its range is no wider", code, (int)range,
		     a->flat);
		a->flat = (int32_t)range;
	}
}

/*
 * Axes that are called ABS_MT_* and are none (descriptor_mt_is_fake): uinput makes slots of them all the same, and refuses
 * more than 100. Without the others ABS_MT_SLOT would look like protocol A, so all of them go.
 */
static void drop_fake_slots(struct descriptor *d, struct notes *n)
{
	int32_t last = d->absinfo[ABS_MT_SLOT].maximum;

	if (!descriptor_mt_is_fake(d) || (last >= 0 && last < UINPUT_SLOTS_MAX))
		return;
	for (unsigned code = ABS_MT_SLOT; code <= MT_CODE_LAST; code++)
		bit_clear(d->abss, code);
	note(n, "its axes from ABS_MT_SLOT on are left out: they are no slots, and uinput would take them "
		"for some");
}

/* Effects would have to be played on the original, and nothing on the link carries them. */
static void drop_force_feedback(struct descriptor *d, struct notes *n)
{
	if (bit_test(d->types, EV_FF))
		note(n, "its force feedback is left out");
	bit_clear(d->types, EV_FF);
	bit_clear(d->types, EV_FF_STATUS);
	memset(d->ffs, 0, sizeof(d->ffs));
}

int policy_describe(const struct descriptor *original, const char *id, struct descriptor *twin, char *notes,
		    size_t size)
{
	struct notes n = { notes, size, 0 };

	notes[0] = '\0';
	if (descriptor_check(original, notes, size) < 0)
		return -EINVAL;
	*twin = *original;
	text_copy(twin->name, POLICY_NAME_MAX, original->name, sizeof(original->name));
	if (!twin->name[0]) {
		text_copy(twin->name, POLICY_NAME_MAX, id, strlen(id));
		note(&n, "its name is its id, since uinput takes no empty one");
	} else if (strcmp(twin->name, original->name) != 0) {
		note(&n, "its name is cut to %d bytes", POLICY_NAME_MAX - 1);
	}
	snprintf(twin->phys, sizeof(twin->phys), "%s%s", TWIN_PHYS_PREFIX, id);
	drop_force_feedback(twin, &n);
	drop_fake_slots(twin, &n);
	narrow_flats(twin, &n);
	return 0;
}

/* ---- frames ---- */

/* Goes along with the slot that events select, and with which slots hold a contact. */
struct slots {
	unsigned count;
	unsigned current; /* >= count: events for it mean nothing */
	uint32_t active;
};

static struct slots slots_of(const struct device_state *held)
{
	struct slots s = { held->slots, held->slot, 0 };

	for (unsigned i = 0; i < held->slots; i++)
		if (held->mt[i][MT_TRACKING_ID] >= 0)
			s.active |= 1u << i;
	return s;
}

/* True for an event that ends a contact. */
static bool slots_follow(struct slots *s, const struct event *e)
{
	uint32_t bit;
	bool ends;

	if (e->type != EV_ABS || !s->count)
		return false;
	if (e->code == ABS_MT_SLOT) {
		s->current = e->value < 0 ? UINT32_MAX : (unsigned)e->value;
		return false;
	}
	if (e->code != ABS_MT_TRACKING_ID || s->current >= s->count)
		return false;
	bit = 1u << s->current;
	ends = e->value < 0 && (s->active & bit);
	if (e->value < 0)
		s->active &= ~bit;
	else
		s->active |= bit;
	return ends;
}

static struct event event_of(const struct xenhub_event *e)
{
	return (struct event){ e->type, e->code, e->value };
}

/* A pen's tip is no touch: it is lifted, and whoever follows the pen sees its proximity end. */
static bool is_single_touch(const struct descriptor *d, const struct device_state *held)
{
	return !held->slots && !descriptor_has(d, EV_KEY, BTN_TOOL_PEN) &&
	       !descriptor_has(d, EV_KEY, BTN_STYLUS);
}

enum policy_cancel policy_cancel(const struct descriptor *d, const struct device_state *held,
				 const struct xenhub_frame *frame)
{
	struct slots slots = slots_of(held);
	bool lost = false;

	if (!(frame->flags & XENHUB_CANCEL))
		return POLICY_LIFT;
	for (uint32_t i = 0; i < frame->count; i++) {
		struct event e = event_of(&frame->events[i]);

		lost |= slots_follow(&slots, &e);
		lost |= e.type == EV_KEY && e.code == BTN_TOUCH && !e.value &&
			bit_test(held->keys, BTN_TOUCH) && is_single_touch(d, held);
	}
	if (!lost)
		return POLICY_LIFT;
	return held->slots && descriptor_has(d, EV_ABS, ABS_MT_TOOL_TYPE) ? POLICY_PALM : POLICY_RECREATE;
}

bool policy_is_farewell(const struct xenhub_frame *frame)
{
	return frame->reason == XENHUB_REASON_UNPLUG || frame->reason == XENHUB_REASON_END;
}

static bool is_mt(unsigned code)
{
	return code == ABS_MT_SLOT || (code >= MT_CODE_FIRST && code <= MT_CODE_LAST);
}

static bool passes(const struct descriptor *d, const struct slots *slots, const struct event *e)
{
	switch (e->type) {
	case EV_SYN:
		/* Frames end by their SYN_REPORT; protocol A parts contacts by SYN_MT_REPORT; the kernel makes the others. */
		return e->code == SYN_REPORT || (e->code == SYN_MT_REPORT && !slots->count);
	case EV_KEY:
		/* The kernel repeats by itself, and knows when to stop. */
		return e->value != 2 && descriptor_has(d, EV_KEY, e->code);
	case EV_ABS:
		/* The kernel ignores a slot that is not there, and would take what follows for the slot before. */
		if (is_mt(e->code) && slots->count && slots->current >= slots->count)
			return false;
		return descriptor_has(d, EV_ABS, e->code);
	case EV_REL:
	case EV_MSC:
	case EV_SW:
		return descriptor_has(d, e->type, e->code);
	default:
		/* LEDs have a way of their own; sounds, repeat rates and effects go to devices and do not come from them. */
		return false;
	}
}

unsigned policy_translate(const struct descriptor *d, const struct device_state *held,
			  const struct xenhub_frame *frame, bool palm, struct event *out)
{
	struct slots slots = slots_of(held);
	uint32_t palms = 0;
	unsigned n = 0;

	for (uint32_t i = 0; i < frame->count && i < FRAME_EVENTS_MAX; i++) {
		struct event e = event_of(&frame->events[i]);
		bool ends = slots_follow(&slots, &e);

		if (!passes(d, &slots, &e))
			continue;
		if (ends && palm && !(palms >> slots.current & 1)) {
			palms |= 1u << slots.current;
			out[n++] = (struct event){ EV_ABS, ABS_MT_TOOL_TYPE, MT_TOOL_PALM };
		}
		out[n++] = e;
	}
	return n == 1 && out[0].type == EV_SYN ? 0 : n;
}

bool policy_has_echo(const struct event *events, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (events[i].type == EV_MSC || events[i].type == EV_LED)
			return true;
	return false;
}
