/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/remote/health.h"

#include "hub/core/clock.h"

void health_init(struct health *health, uint64_t now_ns)
{
	*health = (struct health){ .started_ns = now_ns, .heard_ns = now_ns };
}

void health_running(struct health *health, uint64_t now_ns)
{
	health->running = true;
	health->heard_ns = now_ns;
}

void health_heard(struct health *health, uint64_t now_ns)
{
	health->heard_ns = now_ns;
	health->input_ns = 0;
	health->pinged_ns = 0;
	health->answered = health->asked_ns != 0;
}

void health_sent_input(struct health *health, uint64_t now_ns)
{
	if (health->input_ns == 0)
		health->input_ns = now_ns;
}

void health_pinged(struct health *health, uint64_t now_ns)
{
	health->pinged_ns = now_ns;
}

void health_pixels_due(struct health *health, uint64_t now_ns)
{
	if (health->due_ns == 0)
		health->due_ns = now_ns;
}

void health_pixels_came(struct health *health)
{
	health->due_ns = 0;
	health->asked_ns = 0;
	health->answered = false;
}

void health_asked(struct health *health, uint64_t now_ns)
{
	health->asked_ns = now_ns;
}

void health_output(struct health *health, uint64_t now_ns, bool waiting, bool progress)
{
	if (!waiting)
		health->blocked_ns = 0;
	else if (progress || health->blocked_ns == 0)
		health->blocked_ns = now_ns;
}

static uint64_t ping_due(const struct health *health)
{
	uint64_t due = health->heard_ns + HEALTH_IDLE_MS * NS_PER_MS;
	uint64_t by_input = health->input_ns + HEALTH_INPUT_MS * NS_PER_MS;

	return health->input_ns != 0 && by_input < due ? by_input : due;
}

/* When to ask for the pixels that are due, or to give them up. */
static uint64_t pixels_deadline(const struct health *health)
{
	if (health->due_ns == 0)
		return CLOCK_NEVER;
	if (health->asked_ns == 0)
		return health->due_ns + HEALTH_PIXELS_MS * NS_PER_MS;
	return health->answered ? health->asked_ns + HEALTH_STARVED_MS * NS_PER_MS : CLOCK_NEVER;
}

enum health_verdict health_check(const struct health *health, uint64_t now_ns)
{
	if (!health->running)
		return now_ns >= health->started_ns + HEALTH_GREETING_MS * NS_PER_MS ? HEALTH_DEAD
										     : HEALTH_WELL;
	if (health->blocked_ns != 0 && now_ns >= health->blocked_ns + HEALTH_DEAD_MS * NS_PER_MS)
		return HEALTH_DEAD;
	if (now_ns >= pixels_deadline(health))
		return health->asked_ns == 0 ? HEALTH_ASK : HEALTH_STARVED;
	if (health->pinged_ns == 0)
		return now_ns >= ping_due(health) ? HEALTH_PING : HEALTH_WELL;
	if (now_ns >= health->pinged_ns + HEALTH_DEAD_MS * NS_PER_MS)
		return HEALTH_DEAD;
	if (now_ns >= health->pinged_ns + HEALTH_STALL_MS * NS_PER_MS)
		return HEALTH_STALLED;
	return HEALTH_WELL;
}

uint64_t health_deadline(const struct health *health, uint64_t now_ns)
{
	uint64_t deadline;

	if (!health->running)
		return health->started_ns + HEALTH_GREETING_MS * NS_PER_MS;
	if (health->pinged_ns == 0) {
		deadline = ping_due(health);
	} else {
		deadline = health->pinged_ns + HEALTH_STALL_MS * NS_PER_MS;
		if (now_ns >= deadline)
			deadline = health->pinged_ns + HEALTH_DEAD_MS * NS_PER_MS;
	}
	if (health->blocked_ns != 0 && health->blocked_ns + HEALTH_DEAD_MS * NS_PER_MS < deadline)
		deadline = health->blocked_ns + HEALTH_DEAD_MS * NS_PER_MS;
	if (pixels_deadline(health) < deadline)
		deadline = pixels_deadline(health);
	return deadline;
}
