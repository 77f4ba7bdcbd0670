/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fingers on a screen whose other end knows only a pointer. Pure: positions and times in, pointer events out.
 *
 *      state     finger down         moves beyond slop    rests               lifts              cancelled
 *      IDLE      point there, TOUCH  -                    -                   -                  -
 *      TOUCH     second: SCROLL      press there, DRAG    right press, HELD   click there, IDLE  IDLE
 *      DRAG      ignored             moves                -                   release, IDLE      release, IDLE
 *      HELD      ignored             moves                -                   release, IDLE      release, IDLE
 *      SCROLL    third: SPENT        wheel steps          -                   SPENT              SPENT
 *      SPENT     second: SCROLL      ignored              -                   last one: IDLE     last one: IDLE
 *
 * A lost contact is cancelled, never tapped. Positions are fine coordinates (display/view/view.h) of the upright
 * window, in which a person sees "up".
 */
#ifndef XENHUB_DISPLAY_TOUCH_H
#define XENHUB_DISPLAY_TOUCH_H

#include <stdbool.h>
#include <stdint.h>

#define TOUCH_FINGERS_MAX 16
#define TOUCH_OUT_MAX     34

/* RFB's bits. */
enum pointer_button {
	POINTER_LEFT = 1 << 0,
	POINTER_MIDDLE = 1 << 1,
	POINTER_RIGHT = 1 << 2,
	POINTER_WHEEL_UP = 1 << 3,
	POINTER_WHEEL_DOWN = 1 << 4,
	POINTER_WHEEL_LEFT = 1 << 5,
	POINTER_WHEEL_RIGHT = 1 << 6,
};

struct touch_config {
	uint32_t long_press_ms; /* 0: no right click */
	int slop, scroll_step;  /* fine units */
	bool natural_scroll;    /* the picture follows the fingers */
};

enum touch_state {
	TOUCH_IDLE,
	TOUCH_TOUCH,
	TOUCH_DRAG,
	TOUCH_HELD,
	TOUCH_SCROLL,
	TOUCH_SPENT,
};

struct touch_finger {
	int id; /* -1: none */
	int x, y;
};

struct touch {
	struct touch_config config;
	enum touch_state state;
	struct touch_finger fingers[TOUCH_FINGERS_MAX];
	unsigned down;          /* fingers on the screen */
	int primary;            /* the id that points */
	int start_x, start_y;   /* where it came down; while scrolling, where the wheel turns */
	int scroll_x, scroll_y; /* the fingers' middle up to which steps were sent */
	uint64_t press_ns;      /* when resting becomes a long press; CLOCK_NEVER: never */
};

/* Pointer events, in order. */
struct touch_out {
	struct {
		int x, y;
		unsigned buttons;
	} events[TOUCH_OUT_MAX];
	unsigned count;
};

void touch_init(struct touch *touch, const struct touch_config *config);

/* Each sets *out. The id names a finger as long as it is down; finger TOUCH_FINGERS_MAX + 1 is not seen. */
void touch_down(struct touch *touch, int id, int x, int y, uint64_t now_ns, struct touch_out *out);
void touch_move(struct touch *touch, int id, int x, int y, struct touch_out *out);
void touch_up(struct touch *touch, int id, bool cancelled, struct touch_out *out);

/* All fingers are lost. */
void touch_cancel(struct touch *touch, struct touch_out *out);

void touch_tick(struct touch *touch, uint64_t now_ns, struct touch_out *out);
uint64_t touch_deadline(const struct touch *touch);

#endif
