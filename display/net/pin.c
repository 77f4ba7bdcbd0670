/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/net/pin.h"

#include <errno.h>

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 'a' - 'A';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -EINVAL;
}

int pin_parse(uint8_t pin[PIN_BYTES], const char *text)
{
	unsigned digits = 0;

	for (; *text; text++) {
		int value;

		if (*text == ':')
			continue;
		value = digit_value(*text);
		if (value < 0 || digits == 2 * PIN_BYTES)
			return -EINVAL;
		pin[digits / 2] = (uint8_t)(digits % 2 ? pin[digits / 2] | value : value << 4);
		digits++;
	}
	return digits == 2 * PIN_BYTES ? 0 : -EINVAL;
}
