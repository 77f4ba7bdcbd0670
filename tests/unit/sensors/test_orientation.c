/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/testing.h"

#include <errno.h>
#include <math.h>

#include "sensors/calibrate.h"
#include "sensors/matrix.h"
#include "sensors/orientation.h"

#define G 9.80665

static void good_matrices(void **state)
{
	static const char *const texts[] = {
		"1, 0, 0; 0, 1, 0; 0, 0, 1",
		"0,1,0;-1,0,0;0,0,1\n",
		"-1.000000, 0.000000, 0.000000; 0.0, 1, 0; 0, 0, -1",
		"0.998, 0.054, 0; -0.054, 0.998, 0; 0, 0, 1",
		/* A mirror image, as hwdb has several. */
		"0, 1, 0; 1, 0, 0; 0, 0, 1",
	};

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		struct matrix matrix, again;
		char text[MATRIX_TEXT_MAX];
		char why[MATRIX_TEXT_MAX];

		assert_int_equal(matrix_parse(texts[i], &matrix, why, sizeof(why)), 0);
		matrix_format(&matrix, text, sizeof(text));
		assert_int_equal(matrix_parse(text, &again, why, sizeof(why)), 0);
		assert_memory_equal(&matrix, &again, sizeof(matrix));
	}
}

static void bad_matrices(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "", "row 1, column 1 is not a number" },
		{ "1, 0, 0; 0, 1, 0", "row 2, column 3 is not a number" },
		{ "1, 0, 0; 0, 1, 0; 0, 0", "row 3, column 2 is not a number" },
		{ "1, 0, 0; 0, 1, 0; 0, 0, 1; 0, 0, 0", "row 3, column 3 is not a number" },
		{ "1, 0, 0; 0, 0, 0; 0, 0, 1", "row 2 is zero" },
		{ "0, 0, 0; 0, 0, 0; 0, 0, 0", "row 1 is zero" },
		{ "1, 0, 0; 1, 0, 0; 0, 0, 1", "row 2 repeats row 1" },
		{ "1, 0, 0; 0, 1, 0; 0, -1, 0", "row 3 repeats row 2" },
		{ "0, 0, 1; 0, 1, 0; 0, 0, 2", "row 3 repeats row 1" },
		{ "1, 0, 0; 0, 1, 0; 0.707, 0.707, 0", "the three rows lie in one plane" },
		{ "nan, 0, 0; 0, 1, 0; 0, 0, 1", "row 1, column 1 is not a number" },
		{ "1e300, 0, 0; 0, 1, 0; 0, 0, 1", "row 1 has an element that no rotation has" },
		{ "1 0 0 0 1 0 0 0 1", "row 1, column 1 is not a number" },
		{ "1, , 0; 0, 1, 0; 0, 0, 1", "row 1, column 2 is not a number" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct matrix matrix = matrix_identity;
		char why[MATRIX_TEXT_MAX] = "";

		assert_int_equal(matrix_parse(cases[i].text, &matrix, why, sizeof(why)), -EINVAL);
		assert_string_equal(why, cases[i].why);
		assert_memory_equal(&matrix, &matrix_identity, sizeof(matrix));
	}
}

static void four_poses_and_back(void **state)
{
	static const struct {
		double accel[3];
		enum orientation expected;
	} poses[] = {
		{ { 0, -G, 0 }, ORIENTATION_NORMAL },
		{ { 0, G, 0 }, ORIENTATION_BOTTOM_UP },
		{ { G, 0, 0 }, ORIENTATION_LEFT_UP },
		{ { -G, 0, 0 }, ORIENTATION_RIGHT_UP },
	};

	for (size_t i = 0; i < COUNT_OF(poses); i++)
		for (int before = ORIENTATION_UNDEFINED; before <= ORIENTATION_RIGHT_UP; before++)
			assert_int_equal(orientation_next((enum orientation)before, poses[i].accel),
					 poses[i].expected);
}

static void flat_keeps_what_was(void **state)
{
	for (int before = ORIENTATION_UNDEFINED; before <= ORIENTATION_RIGHT_UP; before++)
		for (int tilt = -34; tilt <= 34; tilt += 2) {
			double a = tilt * M_PI / 180;
			double forward[3] = { 0, G * sin(a), G * cos(a) };
			double aside[3] = { G * sin(a), 0, -G * cos(a) };

			assert_int_equal(orientation_next((enum orientation)before, forward), before);
			assert_int_equal(orientation_next((enum orientation)before, aside), before);
		}
}

static void thresholds_are_35_degrees(void **state)
{
	double below[3] = { 0, -G * sin(34.9 * M_PI / 180), G * cos(34.9 * M_PI / 180) };
	double above[3] = { 0, -G * sin(35.1 * M_PI / 180), G * cos(35.1 * M_PI / 180) };

	assert_int_equal(orientation_next(ORIENTATION_LEFT_UP, below), ORIENTATION_LEFT_UP);
	assert_int_equal(orientation_next(ORIENTATION_LEFT_UP, above), ORIENTATION_NORMAL);
}

/* Turned slowly all the way round, upright: each of the four comes once, at 55° past the one before. */
static void a_full_turn_has_four_changes(void **state)
{
	enum orientation now = ORIENTATION_NORMAL;
	int changes = 0;

	for (int tenth = 0; tenth <= 3600; tenth++) {
		double a = tenth / 10.0 * M_PI / 180;
		double accel[3] = { G * sin(a), -G * cos(a), 0.5 };
		enum orientation next = orientation_next(now, accel);

		if (next != now) {
			assert_in_range(tenth % 900, 545, 555);
			changes++;
		}
		now = next;
	}
	assert_int_equal(changes, 4);
	assert_int_equal(now, ORIENTATION_NORMAL);
}

static void impossible_accelerations_keep_what_was(void **state)
{
	static const double bad[][3] = { { 0, 0, 0 },    { 0, -1, 0 },       { 0, 400, 0 },
					 { NAN, -G, 0 }, { INFINITY, 0, 0 }, { 0, -G, NAN } };

	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_int_equal(orientation_next(ORIENTATION_RIGHT_UP, bad[i]), ORIENTATION_RIGHT_UP);
}

/* Noise smaller than the gap between the thresholds never flips back and forth. */
static void noise_does_not_flip(void **state)
{
	struct rng rng = { 3 };

	for (int degrees = 0; degrees < 360; degrees++) {
		enum orientation now = ORIENTATION_UNDEFINED;
		int changes = 0;

		for (int i = 0; i < 300; i++) {
			double a = (degrees + rng_range(&rng, -80, 80) / 10.0) * M_PI / 180;
			double accel[3] = { G * sin(a), -G * cos(a), rng_range(&rng, -10, 10) / 10.0 };
			enum orientation next = orientation_next(now, accel);

			changes += next != now;
			now = next;
		}
		assert_in_range(changes, 0, 2);
	}
}

static void matrix_turns_the_sensor_into_the_device(void **state)
{
	struct matrix matrix;
	double sensor[3] = { -G, 0, 0 };
	double device[3];
	char why[MATRIX_TEXT_MAX];

	assert_int_equal(matrix_parse("0, 1, 0; 1, 0, 0; 0, 0, 1", &matrix, why, sizeof(why)), 0);
	matrix_apply(&matrix, sensor, device);
	assert_int_equal(orientation_next(ORIENTATION_UNDEFINED, device), ORIENTATION_NORMAL);
	/* In place. */
	matrix_apply(&matrix, sensor, sensor);
	assert_memory_equal(sensor, device, sizeof(device));
}

static const double held[CALIBRATE_POSES][3] = { { 0, -G, 0 }, { 0, G, 0 }, { G, 0, 0 }, { -G, 0, 0 } };

static const enum orientation pose_orientation[CALIBRATE_POSES] = {
	[CALIBRATE_NORMAL] = ORIENTATION_NORMAL,
	[CALIBRATE_BOTTOM_UP] = ORIENTATION_BOTTOM_UP,
	[CALIBRATE_LEFT_UP] = ORIENTATION_LEFT_UP,
	[CALIBRATE_RIGHT_UP] = ORIENTATION_RIGHT_UP,
};

/* However the sensor is soldered in, and however badly the poses are held, the matrix names each of them rightly. */
static void calibration_finds_every_mounting(void **state)
{
	static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
					  { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	struct rng rng = { 31 };

	for (int mounting = 0; mounting < 48; mounting++) {
		for (int round = 0; round < 50; round++) {
			double poses[CALIBRATE_POSES][3];
			struct matrix matrix;
			char why[MATRIX_TEXT_MAX] = "";

			for (int i = 0; i < CALIBRATE_POSES; i++)
				for (int j = 0; j < 3; j++) {
					double v = held[i][orders[mounting % 6][j]] +
						   rng_range(&rng, -120, 120) / 100.0;

					poses[i][j] = mounting / 6 >> j & 1 ? -v : v;
				}
			assert_int_equal(calibrate_solve(poses, &matrix, why, sizeof(why)), 0);
			for (int i = 0; i < CALIBRATE_POSES; i++) {
				double device[3];

				matrix_apply(&matrix, poses[i], device);
				assert_int_equal(orientation_next(ORIENTATION_UNDEFINED, device),
						 pose_orientation[i]);
			}
			for (int i = 0; i < 9; i++)
				assert_true(fabs(matrix.row[i / 3][i % 3]) == 0 ||
					    fabs(matrix.row[i / 3][i % 3]) == 1);
		}
	}
}

static void calibration_refuses_bad_poses(void **state)
{
	double poses[CALIBRATE_POSES][3];
	struct matrix matrix = matrix_identity;
	char why[MATRIX_TEXT_MAX];

	memcpy(poses, held, sizeof(poses));
	poses[CALIBRATE_LEFT_UP][0] = 30;
	assert_int_equal(calibrate_solve(poses, &matrix, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "the pose with the left edge up was not held still: 3.06 g");
	memcpy(poses, held, sizeof(poses));
	memcpy(poses[CALIBRATE_BOTTOM_UP], held[CALIBRATE_NORMAL], sizeof(poses[0]));
	assert_int_equal(calibrate_solve(poses, &matrix, why, sizeof(why)), -EINVAL);
	memcpy(poses[CALIBRATE_BOTTOM_UP], held[CALIBRATE_BOTTOM_UP], sizeof(poses[0]));
	memcpy(poses[CALIBRATE_LEFT_UP], held[CALIBRATE_NORMAL], sizeof(poses[0]));
	memcpy(poses[CALIBRATE_RIGHT_UP], held[CALIBRATE_BOTTOM_UP], sizeof(poses[0]));
	assert_int_equal(calibrate_solve(poses, &matrix, why, sizeof(why)), -EINVAL);
	assert_string_equal(why, "the sideways poses are not across the upright ones");
	poses[CALIBRATE_NORMAL][2] = NAN;
	assert_int_equal(calibrate_solve(poses, &matrix, why, sizeof(why)), -EINVAL);
	assert_memory_equal(&matrix, &matrix_identity, sizeof(matrix));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_matrices),
		cmocka_unit_test(bad_matrices),
		cmocka_unit_test(four_poses_and_back),
		cmocka_unit_test(flat_keeps_what_was),
		cmocka_unit_test(thresholds_are_35_degrees),
		cmocka_unit_test(a_full_turn_has_four_changes),
		cmocka_unit_test(impossible_accelerations_keep_what_was),
		cmocka_unit_test(noise_does_not_flip),
		cmocka_unit_test(calibration_finds_every_mounting),
		cmocka_unit_test(calibration_refuses_bad_poses),
		cmocka_unit_test(matrix_turns_the_sensor_into_the_device),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
