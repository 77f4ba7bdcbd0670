/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Raw and CopyRect: what a server on the same machine sends. */
#include "display/rfb/internal.h"

#include <errno.h>

int raw_begin(struct rfb *rfb)
{
	raster_begin(&rfb->raster, rfb->rect);
	rfb->reader = &rfb->pixels.plain;
	rfb->raster_done = update_rect_painted;
	if (raster_left(&rfb->raster) == 0)
		return update_rect_done(rfb);
	pump_stream(&rfb->wire, (size_t)rfb->reader->bytes, raster_pixels);
	return 0;
}

static ssize_t copyrect(struct rfb *rfb, const uint8_t *data, size_t size)
{
	struct rect from = { get_u16(data), get_u16(data + 2), rfb->rect.w, rfb->rect.h };

	if (!frame_holds(rfb->frame, from))
		return rfb_fail(rfb, -EPROTO, "the server copies from outside its screen: %dx%d at %d,%d",
				from.w, from.h, from.x, from.y);
	if (!rect_is_empty(from))
		frame_copy(rfb->frame, from.x, from.y, rfb->rect);
	return update_rect_painted(rfb);
}

int copyrect_begin(struct rfb *rfb)
{
	pump_exact(&rfb->wire, 4, copyrect);
	return 0;
}
