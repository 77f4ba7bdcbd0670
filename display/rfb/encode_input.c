/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a person does, on its way to the server: keys, pointer, clipboard. */
#include "display/rfb/internal.h"

#include <errno.h>
#include <string.h>

#define MOTION_ORIGIN 0x7fff
#define FLUSH_BYTES   16 /* more than zlib needs for a flush */

int rfb_send_key(struct rfb *rfb, uint32_t keysym, uint32_t scancode, bool down)
{
	bool extended = rfb->features.key_codes && scancode != 0;
	uint8_t *out;

	if (rfb->phase != RFB_PHASE_RUNNING)
		return -ENOTCONN;
	out = output_take(rfb, extended ? 12 : 8);
	if (!out)
		return -ENOBUFS;
	if (extended) {
		out = put_u16(put_u8(put_u8(out, CLIENT_QEMU), 0), down);
		put_u32(put_u32(out, keysym), scancode);
	} else {
		put_u32(put_u16(put_u8(put_u8(out, CLIENT_KEY), down), 0), keysym);
	}
	return 0;
}

static int send_pointer(struct rfb *rfb, unsigned x, unsigned y, unsigned buttons)
{
	uint8_t *out;

	if (rfb->phase != RFB_PHASE_RUNNING)
		return -ENOTCONN;
	out = output_take(rfb, 6);
	if (!out)
		return -ENOBUFS;
	put_u16(put_u16(put_u8(put_u8(out, CLIENT_POINTER), buttons & 0xff), x), y);
	return 0;
}

static int clamp(int value, int low, int high)
{
	return value < low ? low : value > high ? high : value;
}

int rfb_send_pointer(struct rfb *rfb, int x, int y, unsigned buttons)
{
	x = clamp(x, 0, rfb->frame->surface.width - 1);
	y = clamp(y, 0, rfb->frame->surface.height - 1);
	return send_pointer(rfb, (unsigned)x, (unsigned)y, buttons);
}

/* QEMU's relative mode counts from the middle of the 16-bit range. */
int rfb_send_motion(struct rfb *rfb, int dx, int dy, unsigned buttons)
{
	dx = clamp(dx, -MOTION_ORIGIN, MOTION_ORIGIN) + MOTION_ORIGIN;
	dy = clamp(dy, -MOTION_ORIGIN, MOTION_ORIGIN) + MOTION_ORIGIN;
	return send_pointer(rfb, (unsigned)dx, (unsigned)dy, buttons);
}

static int send_latin1(struct rfb *rfb, const char *utf8, size_t size)
{
	int error = blob_reserve(&rfb->text, size + 1);
	size_t length;
	uint8_t *out;

	if (error)
		return error;
	length = utf8_to_latin1(rfb->text.data, utf8, size);
	if (8 + length > rfb->config.output_size)
		return -EMSGSIZE;
	out = output_take(rfb, 8 + length);
	if (!out)
		return -ENOBUFS;
	out = put_u32(put_u32(out, (uint32_t)CLIENT_CUT_TEXT << 24), (uint32_t)length);
	memcpy(out, rfb->text.data, length);
	return 0;
}

/* The extended form: size, then text with lines ending in \r\n and a zero at the end. Returns the bytes, dst
 * holds 5 + 2 * size. */
static size_t wrap_text(uint8_t *dst, const char *utf8, size_t size)
{
	uint8_t *out = dst + 4;

	for (size_t i = 0; i < size; i++) {
		if (utf8[i] == '\n')
			*out++ = '\r';
		*out++ = (uint8_t)utf8[i];
	}
	*out++ = 0;
	put_u32(dst, (uint32_t)(out - dst - 4));
	return (size_t)(out - dst);
}

/*
 * Flushed and not finished, as TigerVNC does it: libvncserver (0.9.14) takes the end of a stream for an error, and
 * ends the connection. dst holds compressBound(size) + FLUSH_BYTES. Returns the bytes, 0 without memory.
 */
static size_t pack_text(uint8_t *dst, size_t dst_size, uint8_t *plain, size_t size)
{
	z_stream stream = {
		.next_in = plain, .avail_in = (uInt)size, .next_out = dst, .avail_out = (uInt)dst_size
	};
	size_t packed = 0;

	if (deflateInit(&stream, Z_DEFAULT_COMPRESSION) != Z_OK)
		return 0;
	if (deflate(&stream, Z_SYNC_FLUSH) == Z_OK && stream.avail_in == 0)
		packed = dst_size - stream.avail_out;
	deflateEnd(&stream);
	return packed;
}

static int send_utf8(struct rfb *rfb, const char *utf8, size_t size)
{
	size_t plain_max = 5 + 2 * size;
	size_t packed_max = compressBound((uLong)plain_max) + FLUSH_BYTES;
	size_t plain, packed;
	uint8_t *out;
	int error = blob_reserve(&rfb->text, plain_max + packed_max);

	if (error)
		return error;
	plain = wrap_text(rfb->text.data, utf8, size);
	packed = pack_text(rfb->text.data + plain_max, packed_max, rfb->text.data, plain);
	if (packed == 0)
		return -ENOMEM;
	if (12 + packed > rfb->config.output_size)
		return -EMSGSIZE;
	out = output_take(rfb, 12 + packed);
	if (!out)
		return -ENOBUFS;
	out = put_u32(put_u32(out, (uint32_t)CLIENT_CUT_TEXT << 24), 0u - (uint32_t)(4 + packed));
	out = put_u32(out, CLIPBOARD_PROVIDE | CLIPBOARD_TEXT);
	memcpy(out, rfb->text.data + plain_max, packed);
	return 0;
}

int rfb_send_text(struct rfb *rfb, const char *utf8, size_t size)
{
	int error;

	if (rfb->phase != RFB_PHASE_RUNNING)
		return -ENOTCONN;
	if (size > rfb->config.text_max)
		return -EINVAL;
	/*
	 * A server without notifications is one of libvncserver's, which says that it takes UTF-8 whether the program
	 * around it does (x11vnc does not): Latin-1 comes first, and is replaced where the other is understood.
	 */
	error = 0;
	if (!rfb->features.clipboard_utf8 || !(rfb->clipboard_caps & CLIPBOARD_NOTIFY))
		error = send_latin1(rfb, utf8, size);
	if (!error && rfb->features.clipboard_utf8)
		error = send_utf8(rfb, utf8, size);
	if (!error)
		rfb->text_offered = true;
	return error;
}

int rfb_offer_text(struct rfb *rfb)
{
	uint8_t *out;

	if (rfb->phase != RFB_PHASE_RUNNING)
		return -ENOTCONN;
	if (!rfb->features.clipboard_utf8 || !(rfb->clipboard_caps & CLIPBOARD_NOTIFY))
		return -ENOTSUP;
	out = output_take(rfb, 12);
	if (!out)
		return -ENOBUFS;
	out = put_u32(put_u32(out, (uint32_t)CLIENT_CUT_TEXT << 24), (uint32_t)-4);
	put_u32(out, CLIPBOARD_NOTIFY | CLIPBOARD_TEXT);
	rfb->text_offered = true;
	return 0;
}
