/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/twin/leds.h"

static void put(uint32_t *set, uint32_t bits, bool on)
{
	if (on)
		*set |= bits;
	else
		*set &= ~bits;
}

void leds_set(struct leds *l, unsigned code, bool on)
{
	uint32_t bit = 1u << code;

	if (!!(l->here & bit) == on)
		return;
	put(&l->here, bit, on);
	l->want |= bit;
}

bool leds_heard(struct leds *l, unsigned code, bool on, bool claim)
{
	uint32_t bit = 1u << code;

	put(&l->there, bit, on);
	l->unsure &= ~bit;
	if (l->asked & bit) {
		bool answer = !!(l->wish & bit) == on;

		/* Until the answer comes, anything else was on its way before the hub read what we asked for. */
		put(&l->asked, bit, !answer);
		put(&l->heard, bit, !answer);
		return false;
	}
	/* A wish that waits for its turn is newer than what is heard now. */
	if (!!(l->here & bit) == on || (l->want & bit))
		return false;
	if (claim) {
		l->want |= bit;
		return false;
	}
	put(&l->here, bit, on);
	return true;
}

void leds_lost(struct leds *l)
{
	l->unsure |= l->asked;
	l->asked = 0;
	l->heard = 0;
}

void leds_claim(struct leds *l)
{
	leds_lost(l);
	l->want = (l->here ^ l->there) | l->unsure;
}

/* What was asked for and refused, while somebody else set it otherwise: the original is as it is. */
static uint32_t give_up(struct leds *l)
{
	uint32_t show = l->heard & ~l->want & (l->here ^ l->there);

	l->here ^= show;
	l->asked &= ~l->heard;
	leds_lost(l);
	return show;
}

uint32_t leds_due(struct leds *l, uint64_t now_ns, uint32_t *show)
{
	uint32_t due;

	*show = l->asked && now_ns >= l->give_up_at ? give_up(l) : 0;
	if (now_ns < l->rest_until)
		return 0;
	due = l->want & ~l->asked;
	l->want &= ~due;
	due &= (l->here ^ l->there) | l->unsure;
	if (!due)
		return 0;
	l->asked |= due;
	l->wish = (l->wish & ~due) | (l->here & due);
	l->rest_until = now_ns + LEDS_INTERVAL_NS;
	l->give_up_at = now_ns + LEDS_PATIENCE_NS;
	return due;
}

uint64_t leds_deadline(const struct leds *l)
{
	uint64_t deadline = CLOCK_NEVER;

	if (l->want & ~l->asked)
		deadline = l->rest_until;
	if (l->asked && l->give_up_at < deadline)
		deadline = l->give_up_at;
	return deadline;
}
