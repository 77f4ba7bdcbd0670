/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * FramebufferUpdate: header -> rectangle header -> a decoder or a pseudo-encoding -> update_rect_done -> the
 * next header, or the end by count or LastRect. A rectangle with pixels is checked against the frame here,
 * once, before its decoder sees it.
 */
#include "display/rfb/internal.h"

#include <errno.h>

#define RECT_HEADER_SIZE 12

static ssize_t rect_header(struct rfb *rfb, const uint8_t *data, size_t size);

static int update_end(struct rfb *rfb)
{
	message_next(rfb);
	rfb_raise(rfb, RFB_EVENT_UPDATE_END);
	return 0;
}

static int rect_next(struct rfb *rfb)
{
	if (rfb->rects_left == 0)
		return update_end(rfb);
	pump_exact(&rfb->wire, RECT_HEADER_SIZE, rect_header);
	return 0;
}

int update_rect_done(struct rfb *rfb)
{
	rfb->rects_left--;
	return rect_next(rfb);
}

int update_rect_painted(struct rfb *rfb)
{
	frame_damage(rfb->frame, rfb->rect);
	return update_rect_done(rfb);
}

/* The next request goes out as the update begins, so that the server prepares the next one while this one
 * travels. */
ssize_t update_header(struct rfb *rfb, const uint8_t *data, size_t size)
{
	rfb->rects_left = get_u16(data + 1);
	if (rfb->updates_on && !rfb->continuous_on)
		encode_request_next(rfb, false);
	rfb_raise(rfb, RFB_EVENT_UPDATE_BEGIN);
	return rect_next(rfb);
}

struct decoder {
	int32_t number;
	enum rfb_encoding encoding;
	int (*begin)(struct rfb *rfb);
};

static const struct decoder decoders[] = {
	{ ENCODING_RAW, RFB_RAW, raw_begin },
	{ ENCODING_COPYRECT, RFB_COPYRECT, copyrect_begin },
	{ ENCODING_HEXTILE, RFB_HEXTILE, hextile_begin },
	{ ENCODING_ZRLE, RFB_ZRLE, zrle_begin },
	{ ENCODING_TIGHT, RFB_TIGHT, tight_begin },
};

static int decode(struct rfb *rfb, int32_t number)
{
	for (size_t i = 0; i < sizeof(decoders) / sizeof(decoders[0]); i++) {
		const struct decoder *decoder = &decoders[i];

		if (decoder->number != number)
			continue;
		if (decoder->encoding != RFB_RAW && !(rfb->encodings_asked & 1u << decoder->encoding))
			break;
		if (!frame_holds(rfb->frame, rfb->rect))
			return rfb_fail(rfb, -EPROTO,
					"the server draws outside its screen: %dx%d at %d,%d of %dx%d",
					rfb->rect.w, rfb->rect.h, rfb->rect.x, rfb->rect.y,
					rfb->frame->surface.width, rfb->frame->surface.height);
		rfb->painted++;
		rfb->rects[decoder->encoding]++;
		return decoder->begin(rfb);
	}
	return rfb_fail(rfb, -EPROTO, "the server uses encoding %d, which we did not ask for", (int)number);
}

static int pointer_mode(struct rfb *rfb)
{
	struct rfb_event event = { .type = RFB_EVENT_POINTER_MODE, .u.absolute = rfb->rect.x != 0 };

	rfb->config.event(rfb->config.user, &event);
	return update_rect_done(rfb);
}

static ssize_t rect_header(struct rfb *rfb, const uint8_t *data, size_t size)
{
	int32_t number = (int32_t)get_u32(data + 8);

	rfb->rect = (struct rect){ get_u16(data), get_u16(data + 2), get_u16(data + 4), get_u16(data + 6) };
	switch (number) {
	case ENCODING_LAST_RECT:
		return update_end(rfb);
	case ENCODING_DESKTOP_SIZE:
		return desktop_size_begin(rfb);
	case ENCODING_EXTENDED_DESKTOP_SIZE:
		return desktop_size_extended_begin(rfb);
	case ENCODING_DESKTOP_NAME:
		pump_exact(&rfb->wire, 4, name_length);
		return 0;
	case ENCODING_CURSOR:
		return cursor_begin(rfb);
	case ENCODING_CURSOR_ALPHA:
		return cursor_alpha_begin(rfb);
	case ENCODING_QEMU_KEY:
		rfb->features.key_codes = true;
		return update_rect_done(rfb);
	case ENCODING_QEMU_POINTER_MODE:
		return pointer_mode(rfb);
	case ENCODING_QEMU_LED:
		return desktop_led_begin(rfb, false);
	case ENCODING_VMWARE_LED:
		return desktop_led_begin(rfb, true);
	default:
		return decode(rfb, number);
	}
}
