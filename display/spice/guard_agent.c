/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's agent: its messages lie in messages of the main channel, cut where the sender liked. */
#include "display/spice/guard_private.h"

#include <errno.h>
#include <string.h>

#define AGENT_HEAD       20 /* protocol, type, a word for its own use, size */
#define AGENT_MONITORS   2
#define AGENT_ABILITIES  6
#define ABILITIES_AT     4 /* behind the word that asks for ours */
#define ABILITY_SOUND    11
#define SEND_AGENT       107 /* a message of ours to it */
#define MONITORS_HEAD    8   /* number, flags */
#define MONITOR_SIZE     20
#define MILLIMETRES_SIZE 4
#define WITH_MILLIMETRES 2

static int begin_message(struct guard *guard)
{
	struct guard_agent *agent = &guard->agent;

	agent->have = agent->at = 0;
	agent->type = get32(agent->head + 4);
	agent->left = get32(agent->head + 16);
	if (agent->left > GUARD_TEXT_MAX)
		return guard_refuse(guard, -EFBIG, "the guest's clipboard has %zu MiB, above the limit of %u",
				    agent->left >> 20, GUARD_TEXT_MAX >> 20);
	return 0;
}

/* The library answers an agent with sound by looking for sound here, even where it was told to do without. */
static void silence(const struct guard_agent *agent, uint8_t *data, size_t size)
{
	size_t place = ABILITIES_AT + ABILITY_SOUND / 8;

	if (agent->type == AGENT_ABILITIES && agent->at <= place && place < agent->at + size)
		data[place - agent->at] &= (uint8_t) ~(1u << ABILITY_SOUND % 8);
}

int guard_check_agent(struct guard *guard, uint8_t *data, size_t size)
{
	struct guard_agent *agent = &guard->agent;

	while (size > 0) {
		size_t n;

		if (agent->left > 0) {
			n = size < agent->left ? size : agent->left;
			silence(agent, data, n);
			agent->left -= n;
			agent->at += n;
		} else {
			n = AGENT_HEAD - agent->have;
			n = size < n ? size : n;
			memcpy(agent->head + agent->have, data, n);
			agent->have += n;
			if (agent->have == AGENT_HEAD && begin_message(guard) < 0)
				return guard->error;
		}
		data += n;
		size -= n;
	}
	return 0;
}

/* How much of a message of ours has to be there to know what it is. */
static size_t head_size(const struct guard *guard)
{
	const struct guard_sending *sending = &guard->sending;
	size_t size;

	if (sending->have < GUARD_MESSAGE_HEADER)
		return GUARD_MESSAGE_HEADER;
	size = get32(sending->head + 2);
	if (guard->channel != GUARD_MAIN || get16(sending->head) != SEND_AGENT || sending->agent_left > 0)
		return GUARD_MESSAGE_HEADER;
	return size < sizeof(sending->head) - GUARD_MESSAGE_HEADER ? GUARD_MESSAGE_HEADER + size
								   : sizeof(sending->head);
}

/*
 * The sizes of screens, and behind them their millimetres, of which nothing is known here. Agents up to 0.22 take the
 * message for too long and do nothing.
 */
static void leave_out_millimetres(struct guard_sending *sending)
{
	uint8_t *agent = sending->head + GUARD_MESSAGE_HEADER, *monitors = agent + AGENT_HEAD;
	uint32_t size = get32(sending->head + 2), count = get32(monitors), flags = get32(monitors + 4);

	if (get32(agent + 4) != AGENT_MONITORS || !(flags & WITH_MILLIMETRES) || size > GUARD_TEXT_MAX ||
	    count > size || get32(agent + 16) != size - AGENT_HEAD ||
	    size != AGENT_HEAD + MONITORS_HEAD + count * (MONITOR_SIZE + MILLIMETRES_SIZE))
		return;
	sending->drop = count * (size_t)MILLIMETRES_SIZE;
	put32(sending->head + 2, size - (uint32_t)sending->drop);
	put32(agent + 16, size - AGENT_HEAD - (uint32_t)sending->drop);
	put32(monitors + 4, flags & ~(uint32_t)WITH_MILLIMETRES);
}

/* It is known what it is. */
static void begin_sending(struct guard *guard)
{
	struct guard_sending *sending = &guard->sending;
	size_t size = get32(sending->head + 2), rest = sending->have - GUARD_MESSAGE_HEADER;

	if (rest == sizeof(sending->head) - GUARD_MESSAGE_HEADER)
		leave_out_millimetres(sending);
	sending->pass = size - rest - sending->drop;
	if (guard->channel != GUARD_MAIN || get16(sending->head) != SEND_AGENT)
		return;
	if (sending->agent_left > 0)
		sending->agent_left = sending->agent_left > size ? sending->agent_left - size : 0;
	else if (rest >= AGENT_HEAD && get32(sending->head + GUARD_MESSAGE_HEADER + 16) + AGENT_HEAD > size &&
		 sending->drop == 0)
		sending->agent_left =
			(size_t)get32(sending->head + GUARD_MESSAGE_HEADER + 16) + AGENT_HEAD - size;
}

size_t guard_send_messages(struct guard *guard, const uint8_t *data, size_t size, uint8_t *out)
{
	struct guard_sending *sending = &guard->sending;
	size_t sent = 0, n;

	/* The ticket, encrypted, is no message yet. */
	if (guard->phase < GUARD_HEADER) {
		memcpy(out, data, size);
		return size;
	}
	while (size > 0) {
		if (sending->pass > 0) {
			n = size < sending->pass ? size : sending->pass;
			memcpy(out + sent, data, n);
			sending->pass -= n;
			sent += n;
		} else if (sending->drop > 0) {
			n = size < sending->drop ? size : sending->drop;
			sending->drop -= n;
		} else {
			n = head_size(guard) - sending->have;
			n = size < n ? size : n;
			memcpy(sending->head + sending->have, data, n);
			sending->have += n;
			if (sending->have == head_size(guard)) {
				begin_sending(guard);
				memcpy(out + sent, sending->head, sending->have);
				sent += sending->have;
				sending->have = 0;
			}
		}
		data += n;
		size -= n;
	}
	return sent;
}
