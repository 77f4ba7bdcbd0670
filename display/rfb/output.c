/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/rfb/internal.h"

#include <errno.h>
#include <string.h>

size_t output_room(const struct rfb *rfb)
{
	return rfb->config.output_size - (rfb->out_end - rfb->out_start);
}

uint8_t *output_take(struct rfb *rfb, size_t size)
{
	uint8_t *out = rfb->config.output;

	if (size > output_room(rfb))
		return NULL;
	if (rfb->out_start == rfb->out_end) {
		rfb->out_start = rfb->out_end = 0;
	} else if (rfb->config.output_size - rfb->out_end < size) {
		memmove(out, out + rfb->out_start, rfb->out_end - rfb->out_start);
		rfb->out_end -= rfb->out_start;
		rfb->out_start = 0;
	}
	out += rfb->out_end;
	rfb->out_end += size;
	return out;
}

int output_answer(struct rfb *rfb, const uint8_t *data, size_t size)
{
	uint8_t *out = output_take(rfb, size);

	if (!out)
		return rfb_fail(rfb, -ENOBUFS, "the server asks for answers and does not read them");
	memcpy(out, data, size);
	return 0;
}

const uint8_t *rfb_output(const struct rfb *rfb, size_t *size)
{
	*size = rfb->out_end - rfb->out_start;
	return *size ? rfb->config.output + rfb->out_start : NULL;
}

void rfb_output_done(struct rfb *rfb, size_t size)
{
	size_t waiting = rfb->out_end - rfb->out_start;

	rfb->out_start += size < waiting ? size : waiting;
	if (rfb->request_waits && rfb->phase == RFB_PHASE_RUNNING) {
		rfb->request_waits = false;
		encode_request_next(rfb, rfb->request_whole);
	}
}
