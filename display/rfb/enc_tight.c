/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tight: control byte -> fill: a pixel
 *                     -> JPEG: length, data
 *                     -> basic: [filter [palette]] -> data below 12 bytes as it is, or length and zlib data
 */
#include "display/rfb/internal.h"

#include <errno.h>
#include <string.h>

/* rfbproto, Tight: shorter data is not worth compressing and comes without a length. */
#define UNCOMPRESSED_MAX 12

enum {
	CONTROL_FILL = 8,
	CONTROL_JPEG = 9,
	CONTROL_FILTER = 4, /* a bit of the basic kinds; below it the stream's number */
};

static ssize_t length_byte(struct rfb *rfb, const uint8_t *data, size_t size)
{
	struct tight *tight = &rfb->tight;
	unsigned n = tight->length_bytes++;

	/* Seven bits, seven bits, eight bits. */
	tight->length |= (size_t)(n < 2 ? data[0] & 0x7f : data[0]) << (7 * n);
	if (n < 2 && data[0] & 0x80)
		return 0;
	return tight->length_known(rfb);
}

static void length_next(struct rfb *rfb, int (*known)(struct rfb *rfb))
{
	rfb->tight.length = 0;
	rfb->tight.length_bytes = 0;
	rfb->tight.length_known = known;
	pump_exact(&rfb->wire, 1, length_byte);
}

static int zlib_known(struct rfb *rfb)
{
	return inflate_begin(rfb, &rfb->tight_streams[rfb->tight.stream], rfb->tight.length, "Tight");
}

static ssize_t uncompressed(struct rfb *rfb, const uint8_t *data, size_t size)
{
	ssize_t used = pump_feed(&rfb->inner, rfb, data, size);

	return used < 0 ? used : update_rect_painted(rfb);
}

static int basic_data(struct rfb *rfb, enum tight_filter filter)
{
	size_t size = tight_filter_begin(rfb, filter);

	if (size < UNCOMPRESSED_MAX)
		pump_exact(&rfb->wire, size, uncompressed);
	else
		length_next(rfb, zlib_known);
	return 0;
}

static ssize_t palette(struct rfb *rfb, const uint8_t *data, size_t size)
{
	rfb->pixels.tight.run(&rfb->pixels, rfb->tight.palette, data, rfb->tight.palette_size);
	return basic_data(rfb, TIGHT_PALETTE);
}

static ssize_t palette_size(struct rfb *rfb, const uint8_t *data, size_t size)
{
	rfb->tight.palette_size = data[0] + 1u;
	pump_exact(&rfb->wire, rfb->tight.palette_size * (size_t)rfb->pixels.tight.bytes, palette);
	return 0;
}

static ssize_t filter(struct rfb *rfb, const uint8_t *data, size_t size)
{
	switch (data[0]) {
	case TIGHT_COPY:
		return basic_data(rfb, TIGHT_COPY);
	case TIGHT_PALETTE:
		pump_exact(&rfb->wire, 1, palette_size);
		return 0;
	case TIGHT_GRADIENT:
		if (!rfb->pixels.format.true_colour || rfb->pixels.tight.bytes == 1)
			return rfb_fail(rfb, -EPROTO, "the server uses Tight's gradient with %d bits a pixel",
					rfb->pixels.format.bits);
		return basic_data(rfb, TIGHT_GRADIENT);
	default:
		return rfb_fail(rfb, -EPROTO, "the server uses the unknown Tight filter %d", data[0]);
	}
}

static ssize_t fill(struct rfb *rfb, const uint8_t *data, size_t size)
{
	frame_fill(rfb->frame, rfb->rect, pixels_read(&rfb->pixels, &rfb->pixels.tight, data));
	return update_rect_painted(rfb);
}

static ssize_t jpeg(struct rfb *rfb, const uint8_t *data, size_t size)
{
	int error;

	/* What lay whole in the driver's buffer has no room behind it. */
	if (data != rfb->blob.data)
		memcpy(rfb->blob.data, data, size);
	error = jpeg_decode(rfb, rfb->blob.data, size);
	return error ? error : update_rect_painted(rfb);
}

static int jpeg_known(struct rfb *rfb)
{
	size_t length = rfb->tight.length;

	if (length > RFB_BLOB_MAX - JPEG_TAIL)
		return rfb_fail(rfb, -EFBIG, "the server sends a JPEG of %zu bytes", length);
	if (blob_reserve(&rfb->blob, length + JPEG_TAIL) < 0)
		return rfb_fail(rfb, -ENOMEM, "out of memory for a JPEG of %zu bytes", length);
	pump_exact_in(&rfb->wire, rfb->blob.data, length, jpeg);
	return 0;
}

static ssize_t control(struct rfb *rfb, const uint8_t *data, size_t size)
{
	unsigned kind = data[0] >> 4;

	for (int i = 0; i < TIGHT_STREAMS; i++)
		if (data[0] & 1u << i)
			inflater_reset(&rfb->tight_streams[i]);
	if (kind == CONTROL_FILL) {
		pump_exact(&rfb->wire, (size_t)rfb->pixels.tight.bytes, fill);
		return 0;
	}
	if (kind == CONTROL_JPEG) {
		if (!rfb->jpeg_asked)
			return rfb_fail(rfb, -EPROTO, "the server sends JPEG, which we did not ask for");
		length_next(rfb, jpeg_known);
		return 0;
	}
	if (kind > CONTROL_JPEG)
		return rfb_fail(rfb, -EPROTO, "the server uses the unknown Tight kind %u", kind);
	rfb->tight.stream = kind & 3;
	if (!(kind & CONTROL_FILTER))
		return basic_data(rfb, TIGHT_COPY);
	pump_exact(&rfb->wire, 1, filter);
	return 0;
}

int tight_begin(struct rfb *rfb)
{
	pump_exact(&rfb->wire, 1, control);
	return 0;
}
