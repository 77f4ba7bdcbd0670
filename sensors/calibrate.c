/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/calibrate.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#define GRAVITY    9.80665
#define STILL_PART 0.2
/* Opposite poses may be this far from opposite, and the two axes this far from square. */
#define COS_OPPOSED (-0.866)
#define COS_ACROSS  0.5

static const char *const names[CALIBRATE_POSES] = { "top", "bottom", "left", "right" };

static double dot(const double a[3], const double b[3])
{
	return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void normalize(double v[3])
{
	double length = sqrt(dot(v, v));

	for (int i = 0; i < 3; i++)
		v[i] /= length;
}

/* The direction from one pose to the opposite one. */
static int find_axis(const double poses[CALIBRATE_POSES][3], enum calibrate_pose from, enum calibrate_pose to,
		     double axis[3], char *why, size_t why_size)
{
	const double *a = poses[from];
	const double *b = poses[to];

	if (dot(a, b) > COS_OPPOSED * sqrt(dot(a, a) * dot(b, b))) {
		snprintf(why, why_size,
			 "the poses with the %s and the %s edge up are not opposite to each other",
			 names[from], names[to]);
		return -EINVAL;
	}
	for (int i = 0; i < 3; i++)
		axis[i] = b[i] - a[i];
	normalize(axis);
	return 0;
}

/* Right-handed, as gravity is seen from the device: x × y. */
static void complete(struct matrix *matrix)
{
	const double *x = matrix->row[0];
	const double *y = matrix->row[1];

	matrix->row[2][0] = x[1] * y[2] - x[2] * y[1];
	matrix->row[2][1] = x[2] * y[0] - x[0] * y[2];
	matrix->row[2][2] = x[0] * y[1] - x[1] * y[0];
}

static void snap(struct matrix *matrix)
{
	double closest = cos(CALIBRATE_SNAP_DEGREES * M_PI / 180);
	struct matrix snapped = { 0 };

	for (int i = 0; i < 3; i++) {
		bool found = false;

		for (int j = 0; j < 3; j++) {
			if (fabs(matrix->row[i][j]) < closest)
				continue;
			snapped.row[i][j] = matrix->row[i][j] > 0 ? 1 : -1;
			found = true;
		}
		if (!found)
			return;
	}
	*matrix = snapped;
}

int calibrate_solve(const double poses[CALIBRATE_POSES][3], struct matrix *matrix, char *why, size_t why_size)
{
	struct matrix m;
	double along;

	for (int i = 0; i < CALIBRATE_POSES; i++) {
		double g = sqrt(dot(poses[i], poses[i])) / GRAVITY;

		if (!(g > 1 - STILL_PART && g < 1 + STILL_PART)) {
			snprintf(why, why_size, "the pose with the %s edge up was not held still: %.2f g",
				 names[i], g);
			return -EINVAL;
		}
	}
	/* Upright y is negative, with the left edge up x is positive. */
	if (find_axis(poses, CALIBRATE_RIGHT_UP, CALIBRATE_LEFT_UP, m.row[0], why, why_size) < 0 ||
	    find_axis(poses, CALIBRATE_NORMAL, CALIBRATE_BOTTOM_UP, m.row[1], why, why_size) < 0)
		return -EINVAL;
	along = dot(m.row[0], m.row[1]);
	if (fabs(along) > COS_ACROSS) {
		snprintf(why, why_size, "the sideways poses are not across the upright ones");
		return -EINVAL;
	}
	for (int i = 0; i < 3; i++)
		m.row[0][i] -= along * m.row[1][i];
	normalize(m.row[0]);
	complete(&m);
	snap(&m);
	if (matrix_check(&m, why, why_size) < 0)
		return -EINVAL;
	*matrix = m;
	return 0;
}
