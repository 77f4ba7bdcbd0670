/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/ctl/blur.h"

#include <linux/input-event-codes.h>

_Static_assert(BLUR_CODE == KEY_UNKNOWN, "the placeholder is the kernel's own");

struct range {
	uint16_t first, last;
};

static bool in_ranges(const struct range *ranges, unsigned n, unsigned code)
{
	for (unsigned i = 0; i < n; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

bool blur_hides(unsigned code)
{
	/* Below BTN_MISC most keys type, and which ones depends on the layout: only these are shown. */
	static const struct range shown[] = {
		{ KEY_RESERVED, KEY_ESC },
		{ KEY_LEFTCTRL, KEY_LEFTCTRL },
		{ KEY_LEFTSHIFT, KEY_LEFTSHIFT },
		{ KEY_RIGHTSHIFT, KEY_RIGHTSHIFT },
		{ KEY_LEFTALT, KEY_LEFTALT },
		{ KEY_CAPSLOCK, KEY_SCROLLLOCK }, /* with F1 .. F10 between them */
		{ KEY_F11, KEY_F12 },
		{ KEY_RIGHTCTRL, KEY_RIGHTCTRL },
		{ KEY_SYSRQ, KEY_RIGHTALT },
		{ KEY_HOME, KEY_POWER }, /* cursor keys, Insert, Delete, volume */
		{ KEY_PAUSE, KEY_SCALE },
		{ KEY_LEFTMETA, KEY_KPLEFTPAREN - 1 },      /* menus, mail, media, sleep … */
		{ KEY_KPRIGHTPAREN + 1, KEY_QUESTION - 1 }, /* New, F13 .. F24, play, print … */
		{ KEY_QUESTION + 1, KEY_MICMUTE },          /* mail, search, brightness, battery … */
	};
	/* Above it are buttons and the keys of remotes: these few type. */
	static const struct range hidden[] = {
		{ KEY_DOLLAR, KEY_EURO },
		{ KEY_BRL_DOT1, KEY_BRL_DOT10 },
		{ KEY_NUMERIC_0, KEY_NUMERIC_D },
		{ KEY_MACRO1, KEY_MACRO30 },
	};

	if (code < BTN_MISC)
		return !in_ranges(shown, sizeof(shown) / sizeof(shown[0]), code);
	return in_ranges(hidden, sizeof(hidden) / sizeof(hidden[0]), code);
}

uint32_t blur_events(const struct xenhub_event *events, const int32_t *times, uint32_t count,
		     struct xenhub_event *out, int32_t *out_times)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (events[i].type == EV_MSC && events[i].code == MSC_SCAN)
			continue;
		out[n] = events[i];
		if (events[i].type == EV_KEY && blur_hides(events[i].code))
			out[n].code = BLUR_CODE;
		if (times)
			out_times[n] = times[i];
		n++;
	}
	return n == 1 && count > 1 ? 0 : n;
}
