/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/spice/guard_private.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
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

int guard_want_part(struct guard *guard, struct guard_part part)
{
	struct guard_part *parts = guard->parts;
	unsigned i = guard->part_count;

	if (part.at > guard->size || guard->size - part.at < part.need)
		return guard_refuse(guard, -EPROTO, "message %u of the server is too short", guard->type);
	if (part.at < guard->looked || part.need == 0 || part.need > sizeof(guard->part))
		return guard_refuse(guard, -EPROTO, "message %u of the server is in disorder", guard->type);
	if (i == GUARD_PARTS_MAX)
		return guard_refuse(guard, -EPROTO, "message %u of the server has too many parts",
				    guard->type);
	for (; i > 0 && parts[i - 1].at > part.at; i--)
		parts[i] = parts[i - 1];
	parts[i] = part;
	guard->part_count++;
	return 0;
}

void guard_init(struct guard *guard, enum guard_channel channel, size_t bytes_max)
{
	memset(guard, 0, sizeof(*guard));
	guard->channel = channel;
	guard->bytes_max = bytes_max;
	guard->greeting_need = GUARD_LINK_HEADER;
	guard_collect(guard, GUARD_GREETING_HEADER, GUARD_LINK_HEADER);
}

void guard_finish(struct guard *guard)
{
	kept_clear(&guard->images);
	free(guard->glz.sizes);
	guard->glz.sizes = NULL;
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
	size_t most = GUARD_MESSAGE_MAX;

	guard->type = get16(guard->part);
	guard->size = get32(guard->part + 2);
	if (guard->channel == GUARD_DISPLAY && guard_draws(guard->type))
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
	guard->phase = GUARD_BODY;
	guard->at = guard->looked = guard->have = 0;
	guard->part_count = 0;
	return guard_begin_body(guard);
}

/* The first of the parts that wait is there. */
static int take_part(struct guard *guard)
{
	struct guard_part part = guard->parts[0];

	guard->part_count--;
	memmove(guard->parts, guard->parts + 1, guard->part_count * sizeof(part));
	guard->have = 0;
	guard->looked = part.at + part.need;
	/* Two that lie on one another: whose is what they hold? */
	if (guard->part_count > 0 && guard->parts[0].at < guard->looked)
		return guard_refuse(guard, -EPROTO, "message %u of the server is in disorder", guard->type);
	return guard_check_part(guard, &part);
}

static int pass_body(struct guard *guard, uint8_t *data, size_t size)
{
	size_t begin = guard->at, end = begin + size;
	int rc = 0;

	if (guard->channel == GUARD_MAIN && guard->type == MAIN_AGENT_DATA)
		rc = guard_check_agent(guard, data, size);
	/* As many parts as lie in this piece. */
	while (rc == 0 && guard->part_count > 0) {
		const struct guard_part *part = &guard->parts[0];
		size_t from = part->at + guard->have, n = part->need - guard->have;

		if (from >= end)
			break;
		if (end - from < n)
			n = end - from;
		memcpy(guard->part + guard->have, data + (from - begin), n);
		guard->have += n;
		if (guard->have < part->need)
			break;
		rc = take_part(guard);
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

int guard_receive(struct guard *guard, uint8_t *data, size_t size)
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
