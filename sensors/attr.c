/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/attr.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *s)
{
	while (is_digit(*s))
		s++;
	return s;
}

static const char *skip_space(const char *s)
{
	while (is_space(*s))
		s++;
	return s;
}

char *attr_trim(char *s)
{
	const char *start = skip_space(s);
	size_t len = strlen(start);

	while (len && is_space(start[len - 1]))
		len--;
	memmove(s, start, len);
	s[len] = '\0';
	return s;
}

int attr_parse_s64(const char *text, int64_t *value)
{
	const char *digits;
	long long v;

	text = skip_space(text);
	if (!*text)
		return -ENODATA;
	digits = *text == '-' || *text == '+' ? text + 1 : text;
	if (!is_digit(*digits) || *skip_space(skip_digits(digits)))
		return -EINVAL;
	errno = 0;
	v = strtoll(text, NULL, 10);
	if (errno == ERANGE)
		return -ERANGE;
	*value = v;
	return 0;
}

int attr_parse_range(const char *text, int64_t min, int64_t max, int64_t *value)
{
	int64_t v;
	int rc = attr_parse_s64(text, &v);

	if (rc < 0)
		return rc;
	if (v < min || v > max)
		return -ERANGE;
	*value = v;
	return 0;
}

/* The end of a number in the one spelling accepted, or NULL. */
static const char *scan_decimal(const char *s)
{
	const char *whole, *end;

	if (*s == '-' || *s == '+')
		s++;
	whole = s;
	end = skip_digits(s);
	if (*end == '.') {
		const char *fraction = end + 1;

		end = skip_digits(fraction);
		if (whole + 1 == fraction && end == fraction)
			return NULL;
	} else if (end == whole) {
		return NULL;
	}
	if (*end == 'e' || *end == 'E') {
		const char *exponent = end + 1;

		if (*exponent == '-' || *exponent == '+')
			exponent++;
		end = skip_digits(exponent);
		if (end == exponent)
			return NULL;
	}
	return end;
}

int attr_parse_double(const char *text, double *value)
{
	const char *end;
	double v;

	text = skip_space(text);
	if (!*text)
		return -ENODATA;
	end = scan_decimal(text);
	if (!end || *skip_space(end))
		return -EINVAL;
	v = strtod(text, NULL);
	if (!isfinite(v))
		return -ERANGE;
	*value = v;
	return 0;
}

int attr_round(double value, int64_t min, int64_t max, int64_t *out)
{
	if (!isfinite(value) || value < (double)min || value > (double)max)
		return -ERANGE;
	*out = (int64_t)llround(value);
	if (*out < min || *out > max)
		return -ERANGE;
	return 0;
}
