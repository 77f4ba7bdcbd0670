/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What we say about the picture: pixel format, encodings, requests, continuous updates, size, fences. Input
 * is in encode_input.c. */
#include "display/rfb/internal.h"

#include <errno.h>
#include <string.h>

#define ENCODINGS_MAX 32

static int32_t encoding_number(enum rfb_encoding encoding)
{
	static const int32_t numbers[] = {
		[RFB_RAW] = ENCODING_RAW,         [RFB_COPYRECT] = ENCODING_COPYRECT,
		[RFB_HEXTILE] = ENCODING_HEXTILE, [RFB_ZRLE] = ENCODING_ZRLE,
		[RFB_TIGHT] = ENCODING_TIGHT,
	};

	return numbers[encoding];
}

int encode_set_pixel_format(struct rfb *rfb)
{
	uint8_t *out = output_take(rfb, 4 + PIXELS_FORMAT_BYTES);

	if (!out)
		return -ENOBUFS;
	put_u32(out, (uint32_t)CLIENT_SET_PIXEL_FORMAT << 24);
	pixels_format_encode(&rfb->pixels.format, out + 4);
	return 0;
}

static unsigned list_encodings(struct rfb *rfb, const struct rfb_wishes *wishes, int32_t list[ENCODINGS_MAX])
{
	/* Alpha comes first: a server that knows both sends what it finds first. */
	static const int32_t cursors[] = { ENCODING_CURSOR_ALPHA, ENCODING_CURSOR };
	static const int32_t always[] = {
		ENCODING_DESKTOP_SIZE,
		ENCODING_EXTENDED_DESKTOP_SIZE,
		ENCODING_LAST_RECT,
		ENCODING_DESKTOP_NAME,
		ENCODING_FENCE,
		ENCODING_QEMU_KEY,
		ENCODING_QEMU_LED,
		ENCODING_VMWARE_LED,
		ENCODING_QEMU_POINTER_MODE,
		ENCODING_EXTENDED_CLIPBOARD,
	};
	unsigned count = 0;

	for (unsigned i = 0; i < wishes->count; i++) {
		list[count++] = encoding_number(wishes->encodings[i]);
		rfb->encodings_asked |= 1u << wishes->encodings[i];
	}
	for (size_t i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		list[count++] = always[i];
	if (wishes->continuous)
		list[count++] = ENCODING_CONTINUOUS;
	for (size_t i = 0; i < 2 && !wishes->server_cursor; i++)
		list[count++] = cursors[i];
	if (wishes->jpeg_quality >= 0 && jpeg_is_built()) {
		list[count++] = ENCODING_QUALITY_0 + wishes->jpeg_quality;
		rfb->jpeg_asked = true;
	}
	if (wishes->compression >= 0)
		list[count++] = ENCODING_COMPRESSION_0 + wishes->compression;
	return count;
}

int encode_set_encodings(struct rfb *rfb, const struct rfb_wishes *wishes)
{
	int32_t list[ENCODINGS_MAX];
	unsigned count = list_encodings(rfb, wishes, list);
	uint8_t *out = output_take(rfb, 4 + 4 * (size_t)count);

	if (!out)
		return -ENOBUFS;
	out = put_u16(put_u8(put_u8(out, CLIENT_SET_ENCODINGS), 0), count);
	for (unsigned i = 0; i < count; i++)
		out = put_u32(out, (uint32_t)list[i]);
	return 0;
}

static uint8_t *put_area(uint8_t *out, int width, int height)
{
	return put_u16(put_u16(put_u32(out, 0), (unsigned)width), (unsigned)height);
}

static int request_area(struct rfb *rfb, bool whole, int width, int height)
{
	uint8_t *out = output_take(rfb, 10);

	if (!out)
		return -ENOBUFS;
	put_area(put_u8(put_u8(out, CLIENT_UPDATE_REQUEST), !whole), width, height);
	return 0;
}

int encode_request(struct rfb *rfb, bool whole)
{
	return request_area(rfb, whole, rfb->frame->surface.width, rfb->frame->surface.height);
}

void encode_request_next(struct rfb *rfb, bool whole)
{
	if (encode_request(rfb, whole) == 0)
		return;
	rfb->request_whole = whole || (rfb->request_waits && rfb->request_whole);
	rfb->request_waits = true;
}

int encode_continuous(struct rfb *rfb, bool on)
{
	uint8_t *out = output_take(rfb, 10);

	if (!out)
		return -ENOBUFS;
	put_area(put_u8(put_u8(out, CLIENT_CONTINUOUS), on), rfb->frame->surface.width,
		 rfb->frame->surface.height);
	rfb->continuous_on = on;
	return 0;
}

int rfb_set_updates(struct rfb *rfb, bool on)
{
	int error = 0;

	if (rfb->phase != RFB_PHASE_RUNNING)
		return -ENOTCONN;
	if (on == rfb->updates_on)
		return 0;
	if (rfb->features.continuous && rfb->wishes.continuous)
		error = encode_continuous(rfb, on);
	else if (on)
		error = encode_request(rfb, false);
	if (!error)
		rfb->updates_on = on;
	return error;
}

int rfb_request(struct rfb *rfb, bool whole)
{
	return rfb->phase == RFB_PHASE_RUNNING ? encode_request(rfb, whole) : -ENOTCONN;
}

int rfb_send_desktop_size(struct rfb *rfb, int width, int height)
{
	struct rfb_screen only = { 0 };
	uint8_t *out;

	if (rfb->phase != RFB_PHASE_RUNNING)
		return -ENOTCONN;
	if (!rfb->features.desktop_size)
		return -ENOTSUP;
	if (width < 1 || height < 1 || width > FRAME_SIDE_MAX || height > FRAME_SIDE_MAX)
		return -EINVAL;
	/* Its first screen keeps its identity, so that the server moves it rather than making a new one. */
	if (rfb->screen_count > 0)
		only = rfb->screens[0];
	out = output_take(rfb, 24);
	if (!out)
		return -ENOBUFS;
	out = put_u16(put_u16(put_u8(put_u8(out, CLIENT_SET_DESKTOP_SIZE), 0), (unsigned)width),
		      (unsigned)height);
	out = put_u32(put_u8(put_u8(out, 1), 0), only.id);
	put_u32(put_area(out, width, height), only.flags);
	return 0;
}

int rfb_send_fence(struct rfb *rfb, const uint8_t *payload, size_t size)
{
	uint8_t *out;

	if (rfb->phase != RFB_PHASE_RUNNING)
		return -ENOTCONN;
	if (!rfb->features.fence)
		return -ENOTSUP;
	if (size > RFB_FENCE_MAX)
		return -EINVAL;
	out = output_take(rfb, 9 + size);
	if (!out)
		return -ENOBUFS;
	out = put_u32(out, (uint32_t)CLIENT_FENCE << 24);
	out = put_u8(put_u32(out, FENCE_REQUEST | FENCE_BLOCK_BEFORE), (unsigned)size);
	if (size)
		memcpy(out, payload, size);
	return 0;
}

int rfb_ping(struct rfb *rfb)
{
	if (rfb->phase != RFB_PHASE_RUNNING)
		return -ENOTCONN;
	if (rfb->features.fence)
		return rfb_send_fence(rfb, NULL, 0);
	return request_area(rfb, true, 1, 1);
}
