/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "twin"
#include "hub/twin/twin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "hub/device/state.h"
#include "hub/twin/leds.h"
#include "hub/twin/policy.h"

enum presence {
	ABSENT,
	PRESENT,
	FAILED,
};

struct twin {
	struct descriptor descriptor;
	enum presence presence;
	bool linked;
	struct device_state held;    /* what the original holds, as far as the twin was told */
	struct device_state written; /* scratch: what the twin was made to hold where that differs */
	struct leds leds;
	const struct twin_backend *backend;
	void *data;
};

static int fail(struct twin *t, int rc)
{
	if (t->presence == PRESENT)
		t->backend->destroy(t->data);
	t->presence = FAILED;
	return rc;
}

static int write_events(struct twin *t, const struct event *events, unsigned count)
{
	int rc = t->backend->write(t->data, events, count);

	return rc < 0 ? fail(t, rc) : 0;
}

/* Brings what the twin holds from `written` to `held`. */
static int write_difference(struct twin *t)
{
	struct event events[2][STATE_EVENTS_MAX + 1];
	unsigned n[2];
	int rc = 0;

	state_diff(&t->written, &t->held, events[0], &n[0], events[1], &n[1]);
	for (unsigned i = 0; i < 2 && !rc; i++) {
		if (!n[i])
			continue;
		events[i][n[i]++] = (struct event){ EV_SYN, SYN_REPORT, 0 };
		rc = write_events(t, events[i], n[i]);
	}
	return rc;
}

/* `written` becomes what a device holds that the kernel has just made. */
static int write_neutral(struct twin *t)
{
	int rc;

	state_finish(&t->written);
	rc = state_init(&t->written, &t->descriptor);
	if (rc < 0)
		return rc;
	/* The kernel starts in slot 0, whatever the axis says. */
	t->written.slot = 0;
	/* Protocol A has no state to restore: a contact is there only in frames that name it. */
	memcpy(&t->written.abs[MT_CODE_FIRST], &t->held.abs[MT_CODE_FIRST], MT_CODE_COUNT * sizeof(int32_t));
	return 0;
}

/* The device appears and holds what `held` says. */
static int appear(struct twin *t)
{
	int rc = t->backend->create(t->data, &t->descriptor);

	if (rc < 0)
		return fail(t, rc);
	t->presence = PRESENT;
	rc = write_neutral(t);
	if (rc < 0)
		return fail(t, rc);
	for (unsigned code = 0; code < LED_CNT; code++)
		bit_put(t->held.leds, code, t->leds.here >> code & 1);
	return write_difference(t);
}

static void disappear(struct twin *t)
{
	t->backend->destroy(t->data);
	t->presence = ABSENT;
}

int twin_create(struct twin **out, const struct descriptor *original, const char *id,
		const struct twin_backend *backend, void *data)
{
	struct twin *t = calloc(1, sizeof(*t));
	char notes[256];
	int rc;

	if (!t)
		return -ENOMEM;
	t->backend = backend;
	t->data = data;
	rc = policy_describe(original, id, &t->descriptor, notes, sizeof(notes));
	if (rc < 0) {
		log_err("'%s' (%s) cannot have a twin: %s", original->name, id, notes);
		goto err_free;
	}
	if (notes[0])
		log_info("'%s' (%s): its twin differs: %s", original->name, id, notes);
	rc = state_init(&t->held, &t->descriptor);
	if (rc < 0)
		goto err_free;
	rc = appear(t);
	if (rc < 0)
		goto err_states;
	*out = t;
	return 0;

err_states:
	state_finish(&t->written);
	state_finish(&t->held);
err_free:
	free(t);
	return rc;
}

void twin_destroy(struct twin *t)
{
	if (!t)
		return;
	if (t->presence == PRESENT)
		disappear(t);
	state_finish(&t->written);
	state_finish(&t->held);
	free(t);
}

/* ---- frames ---- */

static int write_leds(struct twin *t, uint32_t which)
{
	struct event events[LED_CNT + 1];
	unsigned n = 0;

	if (!which || t->presence != PRESENT)
		return 0;
	for (unsigned code = 0; code < LED_CNT; code++)
		if (which >> code & 1)
			events[n++] = (struct event){ EV_LED, (uint16_t)code, t->leds.here >> code & 1 };
	events[n++] = (struct event){ EV_SYN, SYN_REPORT, 0 };
	return write_events(t, events, n);
}

/* A snapshot at connect or focus says how the original was while others, or nobody, set its LEDs. */
static bool is_stocktaking(const struct xenhub_frame *frame)
{
	return frame->reason == XENHUB_REASON_CONNECT || frame->reason == XENHUB_REASON_FOCUS;
}

static uint32_t leds_to_show(struct twin *t, const struct xenhub_frame *frame)
{
	uint32_t show = 0;

	for (uint32_t i = 0; i < frame->count; i++) {
		const struct xenhub_event *e = &frame->events[i];

		if (e->type == EV_LED && descriptor_has(&t->descriptor, EV_LED, e->code) &&
		    leds_heard(&t->leds, e->code, e->value != 0, is_stocktaking(frame)))
			show |= 1u << e->code;
	}
	return show;
}

/* The same frame with its lost contacts told to be palms, and then the tool types that the original still has. */
static int write_as_palms(struct twin *t, const struct xenhub_frame *frame)
{
	struct event events[POLICY_EVENTS_MAX];
	unsigned n = policy_translate(&t->descriptor, &t->written, frame, true, events);
	int rc = write_events(t, events, n);

	state_apply(&t->written, events, n);
	return rc < 0 ? rc : write_difference(t);
}

int twin_frame(struct twin *t, const struct xenhub_frame *frame)
{
	struct event events[POLICY_EVENTS_MAX];
	enum policy_cancel cancel;
	uint32_t show;
	unsigned n;
	int rc = 0;

	if (t->presence == FAILED)
		return 0;
	cancel = policy_cancel(&t->descriptor, &t->held, frame);
	n = policy_translate(&t->descriptor, &t->held, frame, false, events);
	show = leds_to_show(t, frame);
	if (cancel != POLICY_LIFT)
		state_copy(&t->written, &t->held);
	state_apply(&t->held, events, n);

	if (t->presence == ABSENT) {
		rc = policy_is_farewell(frame) ? 0 : appear(t);
	} else if (cancel == POLICY_RECREATE) {
		disappear(t);
		if (!policy_is_farewell(frame))
			rc = appear(t);
	} else if (cancel == POLICY_PALM) {
		rc = write_as_palms(t, frame);
	} else if (n) {
		rc = write_events(t, events, n);
	}
	return rc < 0 ? rc : write_leds(t, show);
}

/* ---- LEDs ---- */

void twin_kernel_event(struct twin *t, const struct event *e)
{
	if (e->type == EV_LED && descriptor_has(&t->descriptor, EV_LED, e->code))
		leds_set(&t->leds, e->code, e->value != 0);
}

void twin_link_up(struct twin *t)
{
	t->linked = true;
	leds_claim(&t->leds);
}

void twin_link_down(struct twin *t)
{
	t->linked = false;
	leds_lost(&t->leds);
}

int twin_tick(struct twin *t, uint64_t now_ns)
{
	uint32_t due, show;

	if (!t->linked || t->presence == FAILED)
		return 0;
	due = leds_due(&t->leds, now_ns, &show);
	for (unsigned code = 0; code < LED_CNT; code++)
		if (due >> code & 1)
			t->backend->ask_led(t->data, code, t->leds.here >> code & 1);
	return write_leds(t, show);
}

uint64_t twin_deadline(const struct twin *t)
{
	return t->linked && t->presence != FAILED ? leds_deadline(&t->leds) : CLOCK_NEVER;
}

const struct descriptor *twin_descriptor(const struct twin *t)
{
	return &t->descriptor;
}
