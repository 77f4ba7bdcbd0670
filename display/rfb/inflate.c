/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stretch of compressed wire, through zlib, into the inner pump. What comes out passes through one window
 * of fixed size and is consumed at once; the first byte past what the rectangle holds ends the link, so a
 * bomb costs no more than a full rectangle.
 */
#include "display/rfb/internal.h"

#include <errno.h>

static int inflater_start(struct rfb *rfb, struct inflater *inflater)
{
	int result;

	if (inflater->started)
		return 0;
	inflater->z = (z_stream){ 0 };
	result = inflateInit(&inflater->z);
	if (result != Z_OK)
		return rfb_fail(rfb, -ENOMEM, "out of memory for zlib");
	inflater->started = true;
	return 0;
}

void inflater_reset(struct inflater *inflater)
{
	if (inflater->started)
		inflateReset(&inflater->z);
}

void inflater_finish(struct inflater *inflater)
{
	if (inflater->started)
		inflateEnd(&inflater->z);
	inflater->started = false;
}

static int drain_window(struct rfb *rfb, size_t size)
{
	ssize_t used = pump_feed(&rfb->inner, rfb, rfb->window, size);

	if (used < 0)
		return (int)used;
	if ((size_t)used < size)
		return rfb_fail(rfb, -EPROTO, "the server sends more %s data than its rectangle holds",
				rfb->inflate_what);
	return 0;
}

static int inflate_some(struct rfb *rfb, const uint8_t *data, size_t size)
{
	z_stream *z = &rfb->inflater->z;

	z->next_in = (uint8_t *)(uintptr_t)data;
	z->avail_in = (uInt)size;
	do {
		int result, error;

		z->next_out = rfb->window;
		z->avail_out = sizeof(rfb->window);
		result = inflate(z, Z_SYNC_FLUSH);
		if (result != Z_OK && result != Z_BUF_ERROR && result != Z_STREAM_END)
			return rfb_fail(rfb, -EPROTO, "the server sends broken %s data: %s",
					rfb->inflate_what, z->msg ? z->msg : "not zlib");
		error = drain_window(rfb, sizeof(rfb->window) - z->avail_out);
		if (error)
			return error;
		if (result == Z_STREAM_END && z->avail_in > 0)
			return rfb_fail(rfb, -EPROTO, "the server's %s stream ends early", rfb->inflate_what);
	} while (z->avail_out == 0);
	return 0;
}

static int inflate_end(struct rfb *rfb)
{
	if (!pump_is_stopped(&rfb->inner))
		return rfb_fail(rfb, -EPROTO, "the server's %s data ends within a rectangle",
				rfb->inflate_what);
	return update_rect_painted(rfb);
}

static ssize_t compressed(struct rfb *rfb, const uint8_t *data, size_t size)
{
	size_t take = size < rfb->inflate_left ? size : rfb->inflate_left;
	int error = inflate_some(rfb, data, take);

	if (error)
		return error;
	rfb->inflate_left -= take;
	if (rfb->inflate_left == 0)
		error = inflate_end(rfb);
	return error ? error : (ssize_t)take;
}

int inflate_begin(struct rfb *rfb, struct inflater *inflater, size_t length, const char *what)
{
	int error = inflater_start(rfb, inflater);

	if (error)
		return error;
	rfb->inflater = inflater;
	rfb->inflate_left = length;
	rfb->inflate_what = what;
	if (length == 0)
		return inflate_end(rfb);
	pump_stream(&rfb->wire, 1, compressed);
	return 0;
}
