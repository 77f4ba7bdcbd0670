/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The server's messages: which one, and the small ones whole. Updates are in update.c, cut text in
 * clipboard.c. */
#include "display/rfb/internal.h"

#include <errno.h>
#include <string.h>

#define COLOUR_SIZE 6

static ssize_t message_type(struct rfb *rfb, const uint8_t *data, size_t size);

void message_next(struct rfb *rfb)
{
	pump_exact(&rfb->wire, 1, message_type);
}

int session_begin(struct rfb *rfb)
{
	int error = rfb->config.pixels == RFB_PIXELS_SERVER ? 0 : encode_set_pixel_format(rfb);

	if (!error)
		error = encode_set_encodings(rfb, &rfb->wishes);
	if (error)
		return rfb_fail(rfb, error, "the server does not read what we ask for");
	rfb->phase = RFB_PHASE_RUNNING;
	encode_request_next(rfb, true);
	message_next(rfb);
	rfb_raise(rfb, RFB_EVENT_READY);
	return 0;
}

static ssize_t colours(struct rfb *rfb, const uint8_t *data, size_t size)
{
	size_t used = 0;

	while (size - used >= COLOUR_SIZE && rfb->map_left > 0) {
		pixels_set_map(&rfb->pixels, rfb->map_index++, get_u16(data + used), get_u16(data + used + 2),
			       get_u16(data + used + 4));
		used += COLOUR_SIZE;
		rfb->map_left--;
	}
	if (rfb->map_left == 0)
		message_next(rfb);
	return (ssize_t)used;
}

static ssize_t colour_map(struct rfb *rfb, const uint8_t *data, size_t size)
{
	rfb->map_index = get_u16(data + 1);
	rfb->map_left = get_u16(data + 3);
	if (rfb->map_left == 0)
		message_next(rfb);
	else
		pump_stream(&rfb->wire, COLOUR_SIZE, colours);
	return 0;
}

static void fence_answered(struct rfb *rfb, const uint8_t *payload, size_t size)
{
	struct rfb_event event = { .type = RFB_EVENT_FENCE };

	event.u.fence.payload = payload;
	event.u.fence.size = size;
	rfb->config.event(rfb->config.user, &event);
}

/* The parser works in order and at once, so every kind of blocking is fulfilled already. */
static ssize_t fence_payload(struct rfb *rfb, const uint8_t *data, size_t size)
{
	uint8_t answer[9 + RFB_FENCE_MAX] = { CLIENT_FENCE };

	message_next(rfb);
	if (!(rfb->fence_flags & FENCE_REQUEST)) {
		fence_answered(rfb, data, size);
		return 0;
	}
	put_u32(answer + 4, rfb->fence_flags & (FENCE_BLOCK_BEFORE | FENCE_BLOCK_AFTER));
	answer[8] = (uint8_t)size;
	memcpy(answer + 9, data, size);
	return output_answer(rfb, answer, 9 + size);
}

static ssize_t fence_header(struct rfb *rfb, const uint8_t *data, size_t size)
{
	uint8_t length = data[7];

	if (length > RFB_FENCE_MAX)
		return rfb_fail(rfb, -EPROTO, "the server sends a fence of %d bytes, %d are allowed", length,
				RFB_FENCE_MAX);
	rfb->features.fence = true;
	rfb->fence_flags = get_u32(data + 3);
	pump_exact(&rfb->wire, length, fence_payload);
	return 0;
}

/* The first tells that the server knows the message; a later one that updates come on request again. */
static int continuous_ended(struct rfb *rfb)
{
	bool first = !rfb->features.continuous;

	rfb->features.continuous = true;
	message_next(rfb);
	rfb->continuous_on = false;
	if (!rfb->updates_on)
		return 0;
	/* Without room for the message, plain requests do. */
	if (!first || !rfb->wishes.continuous || encode_continuous(rfb, true) < 0)
		encode_request_next(rfb, false);
	return 0;
}

static ssize_t message_type(struct rfb *rfb, const uint8_t *data, size_t size)
{
	switch (data[0]) {
	case SERVER_UPDATE:
		pump_exact(&rfb->wire, 3, update_header);
		return 0;
	case SERVER_COLOUR_MAP:
		pump_exact(&rfb->wire, 5, colour_map);
		return 0;
	case SERVER_BELL:
		message_next(rfb);
		rfb_raise(rfb, RFB_EVENT_BELL);
		return 0;
	case SERVER_CUT_TEXT:
		pump_exact(&rfb->wire, 7, clipboard_header);
		return 0;
	case SERVER_END_OF_CONTINUOUS:
		return continuous_ended(rfb);
	case SERVER_FENCE:
		pump_exact(&rfb->wire, 8, fence_header);
		return 0;
	default:
		return rfb_fail(rfb, -EPROTO, "the server sends messages of the unknown type %d", data[0]);
	}
}
