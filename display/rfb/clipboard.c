/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ServerCutText, both kinds: Latin-1 with its length, and the extended one (a negative length): flags, then
 * what the action in them needs.
 *
 *      header -> latin1 | flags -> caps | notify, request, peek | provide -> inflated text
 *      header -> skip, for what is longer than we pass on
 */
#include "display/rfb/internal.h"

#include <errno.h>
#include <string.h>

static int text_raise(struct rfb *rfb, char *text, size_t size)
{
	struct rfb_event event = { .type = RFB_EVENT_TEXT };

	event.u.text.utf8 = text;
	event.u.text.size = clean_text(text, size);
	rfb->config.event(rfb->config.user, &event);
	return 0;
}

static ssize_t skip(struct rfb *rfb, const uint8_t *data, size_t size)
{
	size_t take = size < rfb->skip_left ? size : rfb->skip_left;

	rfb->skip_left -= take;
	if (rfb->skip_left == 0)
		message_next(rfb);
	return (ssize_t)take;
}

static ssize_t latin1(struct rfb *rfb, const uint8_t *data, size_t size)
{
	int error = blob_reserve(&rfb->text, 2 * size + 1);

	if (error)
		return rfb_fail(rfb, error, "out of memory for the clipboard");
	message_next(rfb);
	return text_raise(rfb, (char *)rfb->text.data, latin1_to_utf8((char *)rfb->text.data, data, size));
}

/* Inflates at most text_max and the size in front of it: the size field is the server's word, and so is the
 * stream. */
static int inflate_text(struct rfb *rfb, const uint8_t *data, size_t size, size_t *have)
{
	z_stream z = { 0 };
	int result;

	if (inflateInit(&z) != Z_OK)
		return rfb_fail(rfb, -ENOMEM, "out of memory for zlib");
	z.next_in = (uint8_t *)(uintptr_t)data;
	z.avail_in = (uInt)size;
	z.next_out = rfb->text.data;
	z.avail_out = (uInt)(rfb->config.text_max + 4);
	result = inflate(&z, Z_SYNC_FLUSH);
	*have = rfb->config.text_max + 4 - z.avail_out;
	inflateEnd(&z);
	if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
		return rfb_fail(rfb, -EPROTO, "the server sends a broken clipboard");
	return 0;
}

static int provide(struct rfb *rfb, uint32_t flags, const uint8_t *data, size_t size)
{
	size_t have = 0, length;
	int error;

	if (!(flags & CLIPBOARD_TEXT))
		return 0;
	error = blob_reserve(&rfb->text, rfb->config.text_max + 4);
	if (error)
		return rfb_fail(rfb, error, "out of memory for the clipboard");
	error = inflate_text(rfb, data, size, &have);
	if (error)
		return error;
	if (have < 4)
		return rfb_fail(rfb, -EPROTO, "the server sends a broken clipboard");
	length = get_u32(rfb->text.data);
	if (length > rfb->config.text_max)
		return 0;
	if (length > have - 4)
		return rfb_fail(rfb, -EPROTO, "the server's clipboard ends early");
	return text_raise(rfb, (char *)rfb->text.data + 4, length);
}

static int answer(struct rfb *rfb, uint32_t flags)
{
	uint8_t message[12] = { CLIENT_CUT_TEXT };

	put_u32(put_u32(message + 4, (uint32_t)-4), flags);
	return output_answer(rfb, message, sizeof(message));
}

int clipboard_answer_caps(struct rfb *rfb)
{
	uint8_t message[16] = { CLIENT_CUT_TEXT };
	uint8_t *p = put_u32(message + 4, (uint32_t)-8);

	p = put_u32(p, CLIPBOARD_CAPS | CLIPBOARD_REQUEST | CLIPBOARD_PEEK | CLIPBOARD_NOTIFY |
			       CLIPBOARD_PROVIDE | CLIPBOARD_TEXT);
	/* Text up to this size may come without our asking: none, so that an idle connection stays idle. */
	put_u32(p, 0);
	return output_answer(rfb, message, sizeof(message));
}

static int peeked(struct rfb *rfb)
{
	return answer(rfb, CLIPBOARD_NOTIFY | (rfb->text_offered ? CLIPBOARD_TEXT : 0));
}

static int dispatch(struct rfb *rfb, uint32_t flags, const uint8_t *data, size_t size)
{
	if (flags & CLIPBOARD_CAPS) {
		rfb->clipboard_caps = flags;
		rfb->features.clipboard_utf8 = flags & CLIPBOARD_TEXT && flags & CLIPBOARD_PROVIDE;
		return clipboard_answer_caps(rfb);
	}
	if (flags & CLIPBOARD_NOTIFY && flags & CLIPBOARD_TEXT)
		return answer(rfb, CLIPBOARD_REQUEST | CLIPBOARD_TEXT);
	if (flags & CLIPBOARD_REQUEST && flags & CLIPBOARD_TEXT) {
		rfb_raise(rfb, RFB_EVENT_TEXT_WANTED);
		return 0;
	}
	if (flags & CLIPBOARD_PEEK)
		return peeked(rfb);
	if (flags & CLIPBOARD_PROVIDE)
		return provide(rfb, flags, data, size);
	return 0;
}

static ssize_t extended(struct rfb *rfb, const uint8_t *data, size_t size)
{
	message_next(rfb);
	return dispatch(rfb, get_u32(data), data + 4, size - 4);
}

ssize_t clipboard_header(struct rfb *rfb, const uint8_t *data, size_t size)
{
	int32_t length = (int32_t)get_u32(data + 3);
	uint32_t wire = length < 0 ? 0u - (uint32_t)length : (uint32_t)length;
	int error;

	if (wire > RFB_TEXT_WIRE_MAX)
		return rfb_fail(rfb, -EFBIG, "the server sends a cut text of %u bytes, %u are allowed",
				(unsigned)wire, RFB_TEXT_WIRE_MAX);
	if (length < 0 && wire < 4)
		return rfb_fail(rfb, -EPROTO, "the server sends a broken clipboard");
	if (wire == 0) {
		message_next(rfb);
		return text_raise(rfb, (char[1]){ 0 }, 0);
	}
	if (wire > rfb->config.text_max) {
		rfb->skip_left = wire;
		pump_stream(&rfb->wire, 1, skip);
		return 0;
	}
	error = blob_reserve(&rfb->blob, wire);
	if (error)
		return rfb_fail(rfb, error, "out of memory for the clipboard");
	pump_exact_in(&rfb->wire, rfb->blob.data, wire, length < 0 ? extended : latin1);
	return 0;
}
