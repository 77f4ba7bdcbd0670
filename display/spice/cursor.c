/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/spice/spice.h"

/* The library gives bytes in the order red, green, blue, alpha. */
static void on_set(SpiceChannel *channel, int w, int h, int hot_x, int hot_y, gpointer rgba,
		   struct spice *spice)
{
	const uint8_t *bytes = rgba;
	uint32_t *pixels;

	if (!rgba || w < 1 || h < 1 || w > REMOTE_CURSOR_SIDE_MAX || h > REMOTE_CURSOR_SIDE_MAX)
		return;
	pixels = g_new(uint32_t, (size_t)w * (size_t)h);
	for (size_t i = 0; i < (size_t)w * (size_t)h; i++)
		pixels[i] = (uint32_t)bytes[4 * i + 3] << 24 | (uint32_t)bytes[4 * i] << 16 |
			    (uint32_t)bytes[4 * i + 1] << 8 | bytes[4 * i + 2];
	remote_put_cursor(spice->remote, w, h, CLAMP(hot_x, 0, w - 1), CLAMP(hot_y, 0, h - 1), pixels);
	g_free(pixels);
}

static void on_hide(SpiceChannel *channel, struct spice *spice)
{
	remote_put_cursor(spice->remote, 0, 0, 0, 0, NULL);
}

void cursor_connect(struct spice *spice)
{
	g_signal_connect(spice->cursor, "cursor-set", G_CALLBACK(on_set), spice);
	g_signal_connect(spice->cursor, "cursor-hide", G_CALLBACK(on_hide), spice);
	g_signal_connect(spice->cursor, "cursor-reset", G_CALLBACK(on_hide), spice);
}
