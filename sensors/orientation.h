/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which edge of the screen points up, from the acceleration in the device's frame. Pure.
 *
 * The signs are those under which the mount matrices of today's kernels and of 60-sensor.hwdb were
 * measured: held upright, y is negative; with the left edge up, x is positive.
 *
 *   angle of y over the x-z plane  angle of x over the y-z plane   result
 *   ≤ 35°                          ≤ 35°                           as before: the device lies flat
 *   > 35°                          > 35°                           as before: held on a corner
 *   > 35°                          ≤ 35°                           normal (y < 0) or bottom-up (y > 0)
 *   ≤ 35°                          > 35°                           left-up (x > 0) or right-up (x < 0)
 *
 * Between two upright orientations that leaves 20° in which nothing turns. While the device is thrown or
 * shaken (less than half or more than double gravity) nothing turns either.
 */
#ifndef SENSORS_ORIENTATION_H
#define SENSORS_ORIENTATION_H

enum orientation {
	ORIENTATION_UNDEFINED,
	ORIENTATION_NORMAL,
	ORIENTATION_BOTTOM_UP,
	ORIENTATION_LEFT_UP,
	ORIENTATION_RIGHT_UP,
};

/* x, y and z in m/s², in the frame of the device (after the mount matrix). */
enum orientation orientation_next(enum orientation before, const double accel[3]);

/* "undefined", "normal", "bottom-up", "left-up", "right-up". */
const char *orientation_name(enum orientation orientation);

#endif
