/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of sysfs attributes, parsed without trusting it. Pure; no allocation.
 *
 * A driver may say anything: nothing at all, "<not supported>", 2^63, "nan", half a line. A parser here
 * takes the whole text or refuses it; white space at either end (the kernel ends attributes with a newline)
 * is ignored.
 */
#ifndef SENSORS_ATTR_H
#define SENSORS_ATTR_H

#include <stdint.h>

/*
 * The longest attribute text taken, terminator included; sysfs allows a page, no attribute read here needs
 * this much.
 */
#define ATTR_MAX 256

/* Removes white space at both ends, in place. Returns s. */
char *attr_trim(char *s);

/* Decimal, with an optional sign. 0, -ENODATA (empty), -EINVAL (not a number) or -ERANGE (beyond 64 bits). */
int attr_parse_s64(const char *text, int64_t *value);

/* As attr_parse_s64, and -ERANGE outside [min, max]. */
int attr_parse_range(const char *text, int64_t min, int64_t max, int64_t *value);

/*
 * Decimal with an optional fraction and exponent; never nan, infinity or hexadecimal. The same errors. The
 * programs keep LC_NUMERIC at "C", as the kernel writes points.
 */
int attr_parse_double(const char *text, double *value);

/* Rounds to the nearest integer. 0, or -ERANGE when value is not finite or beyond [min, max]. */
int attr_round(double value, int64_t min, int64_t max, int64_t *out);

#endif
