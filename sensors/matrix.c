/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/matrix.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sensors/attr.h"

/* Rotations have rows of length 1; what is far from that is a typing error, not a sensor. */
#define ELEMENT_MAX 8.0
#define ROW_MIN     0.05
#define VOLUME_MIN  0.05
#define PARALLEL    0.999

const struct matrix matrix_identity = { { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } } };

static double dot(const double a[3], const double b[3])
{
	return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

__attribute__((format(printf, 3, 4))) static int fail(char *why, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, size, format, args);
	va_end(args);
	return -EINVAL;
}

int matrix_check(const struct matrix *matrix, char *why, size_t why_size)
{
	struct matrix unit;
	double volume;

	for (int i = 0; i < 3; i++) {
		double length = sqrt(dot(matrix->row[i], matrix->row[i]));

		for (int j = 0; j < 3; j++)
			if (!(fabs(matrix->row[i][j]) <= ELEMENT_MAX))
				return fail(why, why_size, "row %d has an element that no rotation has",
					    i + 1);
		if (length < ROW_MIN)
			return fail(why, why_size, "row %d is zero", i + 1);
		for (int j = 0; j < 3; j++)
			unit.row[i][j] = matrix->row[i][j] / length;
	}
	for (int i = 0; i < 3; i++)
		for (int j = i + 1; j < 3; j++)
			if (fabs(dot(unit.row[i], unit.row[j])) > PARALLEL)
				return fail(why, why_size, "row %d repeats row %d", j + 1, i + 1);

	volume = unit.row[0][0] * (unit.row[1][1] * unit.row[2][2] - unit.row[1][2] * unit.row[2][1]) -
		 unit.row[0][1] * (unit.row[1][0] * unit.row[2][2] - unit.row[1][2] * unit.row[2][0]) +
		 unit.row[0][2] * (unit.row[1][0] * unit.row[2][1] - unit.row[1][1] * unit.row[2][0]);
	if (fabs(volume) < VOLUME_MIN)
		return fail(why, why_size, "the three rows lie in one plane");
	return 0;
}

/* Copies up to the separator and steps over it. NULL when the text ends without one. */
static const char *take(const char *text, char separator, char *out, size_t size)
{
	const char *end = separator ? strchr(text, separator) : text + strlen(text);

	if (!end || (size_t)(end - text) >= size)
		return NULL;
	memcpy(out, text, (size_t)(end - text));
	out[end - text] = '\0';
	return separator ? end + 1 : end;
}

int matrix_parse(const char *text, struct matrix *matrix, char *why, size_t why_size)
{
	static const char separators[3][3] = { { ',', ',', ';' }, { ',', ',', ';' }, { ',', ',', '\0' } };
	struct matrix parsed;

	for (int i = 0; i < 3; i++) {
		for (int j = 0; j < 3; j++) {
			char number[32];

			text = take(text, separators[i][j], number, sizeof(number));
			if (!text || attr_parse_double(number, &parsed.row[i][j]) < 0)
				return fail(why, why_size, "row %d, column %d is not a number", i + 1, j + 1);
		}
	}
	if (matrix_check(&parsed, why, why_size) < 0)
		return -EINVAL;
	*matrix = parsed;
	return 0;
}

void matrix_apply(const struct matrix *matrix, const double in[3], double out[3])
{
	double v[3] = { in[0], in[1], in[2] };

	for (int i = 0; i < 3; i++)
		out[i] = dot(matrix->row[i], v);
}

char *matrix_format(const struct matrix *matrix, char *text, size_t size)
{
	const double(*r)[3] = matrix->row;

	snprintf(text, size, "%g, %g, %g; %g, %g, %g; %g, %g, %g", r[0][0], r[0][1], r[0][2], r[1][0],
		 r[1][1], r[1][2], r[2][0], r[2][1], r[2][2]);
	return text;
}
