#include "sensors/orientation.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#define TAN_35_DEGREES 0.70020753820970977946
#define GRAVITY        9.80665

static bool is_tilted(double axis, double other, double third)
{
	return fabs(axis) > TAN_35_DEGREES * hypot(other, third);
}

enum orientation orientation_next(enum orientation before, const double accel[3])
{
	double x = accel[0];
	double y = accel[1];
	double z = accel[2];
	double magnitude = sqrt(x * x + y * y + z * z);
	bool upright = is_tilted(y, x, z);
	bool sideways = is_tilted(x, y, z);

	if (!(magnitude > GRAVITY / 2 && magnitude < GRAVITY * 2) || upright == sideways)
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
