/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tests/t/world.h"

#define N(type, code)                                                                                        \
	{                                                                                                    \
		type, code, #code                                                                            \
	}

static const struct {
	unsigned type, code;
	const char *name;
} names[] = {
	N(EV_KEY, KEY_ESC),
	N(EV_KEY, KEY_1),
	N(EV_KEY, KEY_2),
	N(EV_KEY, KEY_9),
	N(EV_KEY, KEY_0),
	N(EV_KEY, KEY_Q),
	N(EV_KEY, KEY_A),
	N(EV_KEY, KEY_S),
	N(EV_KEY, KEY_D),
	N(EV_KEY, KEY_B),
	N(EV_KEY, KEY_C),
	N(EV_KEY, KEY_LEFTSHIFT),
	N(EV_KEY, KEY_LEFTCTRL),
	N(EV_KEY, KEY_CAPSLOCK),
	N(EV_KEY, KEY_POWER),
	N(EV_KEY, KEY_VOLUMEUP),
	N(EV_KEY, BTN_LEFT),
	N(EV_KEY, BTN_RIGHT),
	N(EV_KEY, BTN_TOUCH),
	N(EV_KEY, BTN_STYLUS),
	N(EV_KEY, BTN_TOOL_PEN),
	N(EV_REL, REL_X),
	N(EV_REL, REL_Y),
	N(EV_REL, REL_WHEEL),
	N(EV_REL, REL_HWHEEL),
	N(EV_ABS, ABS_X),
	N(EV_ABS, ABS_Y),
	N(EV_ABS, ABS_PRESSURE),
	N(EV_ABS, ABS_MT_SLOT),
	N(EV_ABS, ABS_MT_TRACKING_ID),
	N(EV_ABS, ABS_MT_POSITION_X),
	N(EV_ABS, ABS_MT_POSITION_Y),
	N(EV_SW, SW_LID),
	N(EV_SW, SW_TABLET_MODE),
	N(EV_LED, LED_NUML),
	N(EV_LED, LED_CAPSL),
	N(EV_MSC, MSC_SCAN),
};

const char *name_of(unsigned type, unsigned code, char buf[24])
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].type == type && names[i].code == code)
			return names[i].name;
	snprintf(buf, 24, "%u-%u", type, code);
	return buf;
}

bool name_parse(unsigned type, const char *name, uint16_t *code)
{
	char *end;
	unsigned long n;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *bare = strchr(names[i].name, '_') + 1;

		if (names[i].type == type && (!strcasecmp(name, names[i].name) || !strcasecmp(name, bare))) {
			*code = (uint16_t)names[i].code;
			return true;
		}
	}
	n = strtoul(name, &end, 0);
	*code = (uint16_t)n;
	return end != name && !*end && n < UINT16_MAX;
}
