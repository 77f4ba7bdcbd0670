/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an update tells about the desktop besides its pixels: size, screens, lock keys. */
#include "display/rfb/internal.h"

#include <errno.h>
#include <string.h>

#define SCREEN_SIZE 16

enum {
	REASON_OURS = 1, /* the answer to our own SetDesktopSize */
};

/*
 * Servers know the whole new screen as changed, so the usual incremental request brings it; a full one could
 * go on for ever. Xvnc tells the same layout several times over: only a change is an event.
 */
static int desktop_resize(struct rfb *rfb, int width, int height, bool layout_changed)
{
	bool same = width == rfb->frame->surface.width && height == rfb->frame->surface.height;
	int error = frame_resize(rfb->frame, width, height);

	if (error == -ENOMEM)
		return rfb_fail(rfb, error, "out of memory for a screen of %dx%d", width, height);
	if (error)
		return rfb_fail(rfb, -EFBIG, "the server's new screen of %dx%d is outside our limits", width,
				height);
	if (!same) {
		/* What is outstanding covers the old area only. Without room to say so, requests take over.
		 */
		if (rfb->continuous_on && encode_continuous(rfb, true) < 0)
			rfb->continuous_on = false;
		if (rfb->updates_on && !rfb->continuous_on)
			encode_request_next(rfb, false);
	}
	if (!same || layout_changed)
		rfb_raise(rfb, RFB_EVENT_RESIZE);
	return 0;
}

int desktop_size_begin(struct rfb *rfb)
{
	int error;

	rfb->screen_count = 0;
	error = desktop_resize(rfb, rfb->rect.w, rfb->rect.h, false);
	return error ? error : update_rect_done(rfb);
}

static int layout_done(struct rfb *rfb)
{
	struct rfb_event refused = { .type = RFB_EVENT_RESIZE_REFUSED, .u.status = rfb->rect.y };
	bool changed;
	int error;

	changed =
		!rfb->features.desktop_size || rfb->screens_changed || rfb->screen_count != rfb->screens_seen;
	rfb->features.desktop_size = true;
	/* Of a refusal everything but the reason is undefined. */
	if (rfb->rect.x == REASON_OURS && rfb->rect.y != 0) {
		rfb->config.event(rfb->config.user, &refused);
		return update_rect_done(rfb);
	}
	rfb->screen_count = rfb->screens_seen;
	error = desktop_resize(rfb, rfb->rect.w, rfb->rect.h, changed);
	return error ? error : update_rect_done(rfb);
}

static void screen_keep(struct rfb *rfb, const struct rfb_screen *screen)
{
	struct rfb_screen *kept = &rfb->screens[rfb->screens_seen];

	if (rfb->screens_seen == RFB_SCREENS_MAX)
		return;
	rfb->screens_changed |= memcmp(kept, screen, sizeof(*kept)) != 0;
	*kept = *screen;
	rfb->screens_seen++;
}

static ssize_t layout_screen(struct rfb *rfb, const uint8_t *data, size_t size)
{
	bool refused = rfb->rect.x == REASON_OURS && rfb->rect.y != 0;
	struct rfb_screen screen = {
		.id = get_u32(data),
		.x = get_u16(data + 4),
		.y = get_u16(data + 6),
		.w = get_u16(data + 8),
		.h = get_u16(data + 10),
		.flags = get_u32(data + 12),
	};

	if (!refused)
		screen_keep(rfb, &screen);
	return --rfb->screens_left > 0 ? 0 : layout_done(rfb);
}

static ssize_t layout_header(struct rfb *rfb, const uint8_t *data, size_t size)
{
	rfb->screens_left = data[0];
	rfb->screens_seen = 0;
	rfb->screens_changed = false;
	if (rfb->screens_left == 0)
		return layout_done(rfb);
	pump_exact(&rfb->wire, SCREEN_SIZE, layout_screen);
	return 0;
}

int desktop_size_extended_begin(struct rfb *rfb)
{
	pump_exact(&rfb->wire, 4, layout_header);
	return 0;
}

static int leds_raise(struct rfb *rfb, unsigned leds)
{
	struct rfb_event event = { .type = RFB_EVENT_LEDS,
				   .u.leds = leds & (RFB_LED_SCROLL | RFB_LED_NUM | RFB_LED_CAPS) };

	rfb->config.event(rfb->config.user, &event);
	return update_rect_done(rfb);
}

static ssize_t leds_qemu(struct rfb *rfb, const uint8_t *data, size_t size)
{
	return leds_raise(rfb, data[0]);
}

static ssize_t leds_vmware(struct rfb *rfb, const uint8_t *data, size_t size)
{
	return leds_raise(rfb, get_u32(data));
}

int desktop_led_begin(struct rfb *rfb, bool vmware)
{
	pump_exact(&rfb->wire, vmware ? 4 : 1, vmware ? leds_vmware : leds_qemu);
	return 0;
}
