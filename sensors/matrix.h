/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Mount matrices: how a sensor sits in the device. Pure.
 *
 * The text is the kernel's and udev's, row by row: "0, 1, 0; -1, 0, 0; 0, 0, 1"
 * (Documentation/ABI/testing/sysfs-bus-iio, in_mount_matrix; systemd's 60-sensor.hwdb, ACCEL_MOUNT_MATRIX).
 * device = matrix × sensor.
 */
#ifndef SENSORS_MATRIX_H
#define SENSORS_MATRIX_H

#include <stddef.h>

/* Room for the text of any matrix that matrix_format writes, and for any reason. */
#define MATRIX_TEXT_MAX 160

struct matrix {
	double row[3][3];
};

extern const struct matrix matrix_identity;

/*
 * 0, or -EINVAL with the reason, for people, in why: not nine numbers, a zero row, a repeated row (in
 * either direction), rows that lie in one plane. Mirror images are taken: hwdb has many, since orientation
 * needs two axes only.
 */
int matrix_parse(const char *text, struct matrix *matrix, char *why, size_t why_size);

/* The same judgement on numbers. */
int matrix_check(const struct matrix *matrix, char *why, size_t why_size);

void matrix_apply(const struct matrix *matrix, const double in[3], double out[3]);

/* Writes the text form, at most MATRIX_TEXT_MAX bytes. Returns text. */
char *matrix_format(const struct matrix *matrix, char *text, size_t size);

#endif
