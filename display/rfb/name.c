/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The desktop's name: in ServerInit and in updates. Its first bytes are kept, the rest is read past. */
#include "display/rfb/internal.h"

#include <errno.h>
#include <string.h>

static int name_done(struct rfb *rfb)
{
	struct rfb_event event = { .type = RFB_EVENT_NAME, .u.name = rfb->name };

	clean_line(rfb->name, sizeof(rfb->name), rfb->name_raw, rfb->name_have);
	if (rfb->phase != RFB_PHASE_RUNNING)
		return session_begin(rfb);
	rfb->config.event(rfb->config.user, &event);
	return update_rect_done(rfb);
}

static ssize_t name_bytes(struct rfb *rfb, const uint8_t *data, size_t size)
{
	size_t take = size < rfb->name_left ? size : rfb->name_left;
	size_t room = sizeof(rfb->name_raw) - rfb->name_have;
	size_t keep = take < room ? take : room;

	memcpy(rfb->name_raw + rfb->name_have, data, keep);
	rfb->name_have += keep;
	rfb->name_left -= take;
	if (rfb->name_left == 0) {
		int error = name_done(rfb);

		if (error)
			return error;
	}
	return (ssize_t)take;
}

ssize_t name_length(struct rfb *rfb, const uint8_t *data, size_t size)
{
	uint32_t length = get_u32(data);

	if (length > RFB_NAME_WIRE_MAX)
		return rfb_fail(rfb, -EFBIG, "the server's desktop name is %u bytes long", (unsigned)length);
	rfb->name_left = length;
	rfb->name_have = 0;
	if (length == 0)
		return name_done(rfb);
	pump_stream(&rfb->wire, 1, name_bytes);
	return 0;
}
