/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hub: devices and states through libxenhub, on a thread of its own, so that a finger's way to the server does not
 * lead through the window system.
 */
#ifndef XENHUB_DISPLAY_HUB_H
#define XENHUB_DISPLAY_HUB_H

#include <stdbool.h>
#include "display/geometry.h"
#include "display/input/input.h"

/* What the screen shows of the machine. -1: unknown. */
struct hub_states {
	bool up;           /* the link to the hub */
	int percent;       /* of the batteries */
	int on_ac;         /* 0 or 1 */
	bool battery_low;  /* the hub warns */
	int tablet_mode;   /* of the switch: 0 a laptop, 1 a tablet */
	int rotation_lock; /* of the switch, where there is one: 1 locked */
	bool lid_closed;
	int orientation; /* quarter turns that make the picture upright: "normal" 0, "right-up" 1, "bottom-up" 2, ... */
};

#define HUB_STATES_UNKNOWN                                                                                   \
	((struct hub_states){                                                                                \
		.percent = -1, .on_ac = -1, .tablet_mode = -1, .rotation_lock = -1, .orientation = -1 })

struct hub;

/*
 * `devices`: take input from it, too; otherwise states alone. eraser: the button that a pen's other end is, 0 none. `changed` is called on the hub's thread.
 * -EINVAL: no such link.
 */
int hub_create(struct hub **out, const char *link, bool devices, enum pointer_button eraser,
	       struct input *input, void (*changed)(void *user), void *user);
void hub_destroy(struct hub *hub);

void hub_get_states(struct hub *hub, struct hub_states *states);

/* The window's size: a touch panel covers all of it. */
void hub_set_window(struct hub *hub, int width, int height);

/* The lock keys as the server has them, on the hub's keyboards, now and as they come. */
void hub_set_leds(struct hub *hub, bool num, bool caps, bool scroll);

#endif
