/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/spice/guard_private.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int guard_refuse(struct guard *guard, int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(guard->reason, sizeof(guard->reason), format, args);
	va_end(args);
	guard->error = error;
	return error;
}

void guard_collect(struct guard *guard, enum guard_phase phase, size_t need)
{
	guard->phase = phase;
	guard->have = 0;
	guard->need = need;
}

/* The next part of the body to look at; it lies `at` bytes from the body's beginning. */
void guard_collect_in_body(struct guard *guard, size_t at, size_t need)
{
	guard->part_at = at;
	guard->have = 0;
	guard->need = need;
	guard->step++;
}

void guard_init(struct guard *guard, enum guard_channel channel, size_t bytes_max)
{
	memset(guard, 0, sizeof(*guard));
	guard->channel = channel;
	guard->bytes_max = bytes_max;
	guard->greeting_need = GUARD_LINK_HEADER;
	guard_collect(guard, GUARD_GREETING_HEADER, GUARD_LINK_HEADER);
}

static bool is_refused(const struct guard *guard)
{
	unsigned type = guard->type;

	if (type == MIGRATE || type == MIGRATE_DATA || type == LIST)
		return true;
	if (guard->channel == GUARD_MAIN)
		return type == MAIN_MIGRATE_BEGIN || type == MAIN_MIGRATE_SWITCH_HOST ||
		       type == MAIN_MIGRATE_BEGIN_SEAMLESS;
	if (guard->channel == GUARD_DISPLAY)
		return (type >= DISPLAY_STREAM_FIRST && type <= DISPLAY_STREAM_LAST) ||
		       type == DISPLAY_STREAM_DATA_SIZED || type == DISPLAY_STREAM_ACTIVATE_REPORT ||
		       type == DISPLAY_GL_SCANOUT_UNIX || type == DISPLAY_GL_DRAW;
	return false;
}

static int check_header(struct guard *guard)
{
	size_t most = GUARD_MESSAGE_MAX, part;

	guard->type = get16(guard->part);
	guard->size = get32(guard->part + 2);
	if (guard->channel == GUARD_DISPLAY && guard->type > BASE_LAST)
		most += guard->bytes_max;
	if (is_refused(guard)) {
		if (guard->type <= BASE_LAST || guard->channel == GUARD_MAIN)
			return guard_refuse(
				guard, -ENOTSUP,
				"the guest is moving to another machine: the connection starts anew");
		return guard_refuse(guard, -EPROTO,
				    "the server sends what was not agreed on (video or GL, message %u)",
				    guard->type);
	}
	if (guard->size > most)
		return guard_refuse(guard, -EFBIG,
				    "the server sends a message of %zu MiB, above the limit of %zu",
				    guard->size >> 20, most >> 20);
	if (guard->channel == GUARD_CURSOR &&
	    (guard->type == CURSOR_INVAL_ALL || guard->type == CURSOR_RESET || guard->type == CURSOR_INIT))
		guard->cursor_bytes = guard->cursor_count = 0;
	if (guard->channel == GUARD_MAIN &&
	    (guard->type == MAIN_AGENT_CONNECTED || guard->type == MAIN_AGENT_CONNECTED_TOKENS ||
	     guard->type == MAIN_AGENT_DISCONNECTED))
		guard->agent_left = guard->agent_have = 0;
	part = guard_first_part(guard);
	if (part > guard->size)
		return guard_refuse(guard, -EPROTO, "message %u of the server is too short", guard->type);
	guard->phase = GUARD_BODY;
	guard->at = 0;
	guard->step = 0;
	guard->need = 0;
	if (part > 0)
		guard_collect_in_body(guard, 0, part);
	return 0;
}

static int pass_body(struct guard *guard, const uint8_t *data, size_t size)
{
	size_t begin = guard->at, end = begin + size, from, n;
	int rc = 0;

	if (guard->channel == GUARD_MAIN && guard->type == MAIN_AGENT_DATA)
		rc = guard_check_agent(guard, data, size);
	/* As many parts as lie in this piece. */
	while (rc == 0 && guard->need > 0) {
		from = guard->part_at + guard->have;
		if (from >= end)
			break;
		n = end - from < guard->need - guard->have ? end - from : guard->need - guard->have;
		memcpy(guard->part + guard->have, data + (from - begin), n);
		guard->have += n;
		if (guard->have < guard->need)
			break;
		n = guard->need;
		rc = guard_check_part(guard);
		/* No further part was asked for. */
		if (guard->have == n)
			guard->need = 0;
	}
	guard->at = end;
	return rc;
}

static int check_collected(struct guard *guard)
{
	switch (guard->phase) {
	case GUARD_GREETING_HEADER:
		return guard_check_greeting_header(guard);
	case GUARD_GREETING:
		return guard_check_greeting(guard);
	case GUARD_TICKET:
		return guard_check_ticket(guard);
	case GUARD_HEADER:
		return check_header(guard);
	case GUARD_BODY:
		break;
	}
	return 0;
}

int guard_receive(struct guard *guard, const uint8_t *data, size_t size)
{
	int rc = guard->error;

	while (rc == 0 && size > 0) {
		size_t n;

		if (guard->phase == GUARD_BODY) {
			n = guard->size - guard->at < size ? guard->size - guard->at : size;
			rc = pass_body(guard, data, n);
		} else {
			n = guard->need - guard->have < size ? guard->need - guard->have : size;
			memcpy(guard->part + guard->have, data, n);
			guard->have += n;
			if (guard->have == guard->need)
				rc = check_collected(guard);
		}
		if (guard->phase == GUARD_BODY && guard->at == guard->size)
			guard_collect(guard, GUARD_HEADER, GUARD_MESSAGE_HEADER);
		data += n;
		size -= n;
	}
	return rc;
}

bool guard_is_between(const struct guard *guard)
{
	return guard->phase == GUARD_HEADER && guard->have == 0;
}
