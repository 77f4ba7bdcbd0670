/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A mount matrix from four guided poses: for `xenhub sensors --calibrate`. Pure.
 *
 * The person holds the screen upright with its top, bottom, left and right edge up in turn; the samples are those of the
 * sensor, before any matrix (iiosensor_info.raw). Nobody holds a tablet exactly: opposite poses are averaged, and a result
 * within CALIBRATE_SNAP_DEGREES of the axes is one along the axes.
 */
#ifndef SENSORS_CALIBRATE_H
#define SENSORS_CALIBRATE_H

#include <stddef.h>

#include "sensors/matrix.h"

#define CALIBRATE_SNAP_DEGREES 20

enum calibrate_pose {
	CALIBRATE_NORMAL,
	CALIBRATE_BOTTOM_UP,
	CALIBRATE_LEFT_UP,
	CALIBRATE_RIGHT_UP,
	CALIBRATE_POSES,
};

/*
 * poses are in m/s². 0, or -EINVAL with the reason in why: a pose that was not held still or not upright (no 1 g), two that
 * are not opposite to each other, sides that are not across.
 */
int calibrate_solve(const double poses[CALIBRATE_POSES][3], struct matrix *matrix, char *why,
		    size_t why_size);

#endif
