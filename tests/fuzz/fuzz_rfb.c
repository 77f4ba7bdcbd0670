/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hostile server. The first byte chooses how we are configured, the second the size of the pieces, the rest
 * is what the server sends; TLS is taken as established at once. Limits are small, so that what breaks them
 * is found, and so that a case is fast.
 */
#include <stdlib.h>
#include <string.h>
#include "display/rfb/rfb.h"

#define FRAME_BYTES (256u << 10)
#define TEXT_MAX    4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rfb *current;
static unsigned turn;

static void touch(const void *data, size_t size)
{
	volatile uint8_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + ((const uint8_t *)data)[i]);
}

/* What a person and a driver do in between, one thing a bell. */
static void act(unsigned what)
{
	switch (what % 8) {
	case 0:
		rfb_set_updates(current, false);
		break;
	case 1:
		rfb_set_updates(current, true);
		break;
	case 2:
		rfb_set_wishes(current, &rfb_wishes_local);
		break;
	case 3:
		rfb_set_wishes(current, &rfb_wishes_slow);
		break;
	case 4:
		rfb_ping(current);
		break;
	case 5:
		rfb_send_text(current, "\xc3\xa9\n", 3);
		break;
	case 6:
		rfb_offer_text(current);
		break;
	default:
		rfb_send_motion(current, -3, 70000, 0xff);
		break;
	}
}

/* Reads all that an event carries, so that the sanitizer sees what is not there, and answers as a driver
 * would. */
static void on_event(void *user, const struct rfb_event *event)
{
	switch (event->type) {
	case RFB_EVENT_BELL:
		act(turn++);
		break;
	case RFB_EVENT_START_TLS:
		rfb_tls_ready(current);
		break;
	case RFB_EVENT_CURSOR:
		touch(event->u.cursor.pixels, (size_t)event->u.cursor.w * (size_t)event->u.cursor.h * 4);
		break;
	case RFB_EVENT_NAME:
		touch(event->u.name, strlen(event->u.name));
		break;
	case RFB_EVENT_TEXT:
		touch(event->u.text.utf8, event->u.text.size);
		break;
	case RFB_EVENT_TEXT_WANTED:
		rfb_send_text(current, "a\nb", 3);
		break;
	case RFB_EVENT_FENCE:
		touch(event->u.fence.payload, event->u.fence.size);
		break;
	case RFB_EVENT_RESIZE:
		rfb_send_pointer(current, 1 << 20, -5, 1);
		rfb_send_desktop_size(current, 40, 30);
		break;
	case RFB_EVENT_UPDATE_END:
		rfb_send_key(current, 0x61, 0x1e, true);
		break;
	default:
		break;
	}
}

static void drain(struct rfb *rfb)
{
	size_t size;

	while (rfb_output(rfb, &size))
		rfb_output_done(rfb, size);
}

static void feed(struct rfb *rfb, const uint8_t *data, size_t size, size_t piece, bool reads)
{
	for (size_t i = 0; i < size;) {
		size_t give = size - i < piece ? size - i : piece;
		ssize_t used = rfb_feed(rfb, data + i, give);

		if (used < 0 || (size_t)used > give)
			break;
		if (used == 0 && give > 0)
			abort();
		i += (size_t)used;
		if (reads)
			drain(rfb);
	}
	if (rfb_phase(rfb) == RFB_PHASE_FAILED && !rfb_reason(rfb)[0])
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t output[RFB_OUTPUT_MIN];
	struct frame frame;
	struct rfb_config config = {
		.frame = &frame,
		.output = output,
		.output_size = sizeof(output),
		.event = on_event,
		.security = RFB_ALLOW_ANY,
		.wishes = rfb_wishes_slow,
		.text_max = TEXT_MAX,
	};
	size_t piece;

	if (size < 2)
		return 0;
	config.pixels = (enum rfb_pixels)(data[0] & 3);
	config.password = data[0] & 4 ? NULL : "secret12";
	config.wishes.continuous = !(data[0] & 8);
	piece = data[1] ? data[1] : SIZE_MAX;
	turn = 0;
	frame_init(&frame, FRAME_BYTES);
	if (rfb_create(&current, &config) == 0)
		feed(current, data + 2, size - 2, piece, !(data[0] & 16));
	rfb_destroy(current);
	frame_finish(&frame);
	return 0;
}
