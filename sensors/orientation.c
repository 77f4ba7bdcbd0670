/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/orientation.h"

#include <stdbool.h>
#include <stddef.h>

#define TAN_35_DEGREES 0.70020753820970977946
#define GRAVITY        9.80665

/* Of the squares of an axis and of the two others. */
static bool is_tilted(double axis, double others)
{
	return axis > TAN_35_DEGREES * TAN_35_DEGREES * others;
}

enum orientation orientation_next(enum orientation before, const double accel[3])
{
	double x = accel[0];
	double y = accel[1];
	double z2 = accel[2] * accel[2];
	double magnitude = x * x + y * y + z2;
	bool upright = is_tilted(y * y, x * x + z2);
	bool sideways = is_tilted(x * x, y * y + z2);

	if (!(magnitude > GRAVITY * GRAVITY / 4 && magnitude < GRAVITY * GRAVITY * 4) || upright == sideways)
		return before;
	if (upright)
		return y < 0 ? ORIENTATION_NORMAL : ORIENTATION_BOTTOM_UP;
	return x > 0 ? ORIENTATION_LEFT_UP : ORIENTATION_RIGHT_UP;
}

const char *orientation_name(enum orientation orientation)
{
	static const char *const names[] = {
		[ORIENTATION_UNDEFINED] = "undefined", [ORIENTATION_NORMAL] = "normal",
		[ORIENTATION_BOTTOM_UP] = "bottom-up", [ORIENTATION_LEFT_UP] = "left-up",
		[ORIENTATION_RIGHT_UP] = "right-up",
	};

	return names[orientation];
}
