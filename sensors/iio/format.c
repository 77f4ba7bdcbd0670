/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/iio/format.h"

#include <errno.h>
#include <stdlib.h>

/* Digits alone, and not many: strtoul would take signs and white space. */
static const char *take_number(const char *s, unsigned *value)
{
	unsigned v = 0;
	int digits = 0;

	for (; *s >= '0' && *s <= '9' && digits < 4; digits++)
		v = v * 10 + (unsigned)(*s++ - '0');
	*value = v;
	return digits ? s : NULL;
}

int scan_type_parse(const char *text, struct scan_type *type)
{
	struct scan_type t = { .repeat = 1 };

	if ((text[0] != 'l' && text[0] != 'b') || text[1] != 'e' || text[2] != ':' ||
	    (text[3] != 's' && text[3] != 'u'))
		return -EINVAL;
	t.big_endian = text[0] == 'b';
	t.is_signed = text[3] == 's';

	text = take_number(text + 4, &t.bits);
	if (!text || *text != '/')
		return -EINVAL;
	text = take_number(text + 1, &t.storage);
	if (!text)
		return -EINVAL;
	if (*text == 'X') {
		text = take_number(text + 1, &t.repeat);
		if (!text)
			return -EINVAL;
	}
	if (text[0] == '>' && text[1] == '>') {
		text = take_number(text + 2, &t.shift);
		if (!text)
			return -EINVAL;
	}
	if (*text == '\n')
		text++;
	if (*text)
		return -EINVAL;

	if (t.storage != 8 && t.storage != 16 && t.storage != 32 && t.storage != 64)
		return -EINVAL;
	if (!t.bits || t.bits + t.shift > t.storage || !t.repeat || t.repeat > SCAN_REPEAT_MAX)
		return -EINVAL;
	*type = t;
	return 0;
}

int64_t scan_type_decode(const struct scan_type *type, const uint8_t *data)
{
	unsigned bytes = type->storage / 8;
	uint64_t value = 0;

	for (unsigned i = 0; i < bytes; i++)
		value |= (uint64_t)data[i] << 8 * (type->big_endian ? bytes - 1 - i : i);
	value >>= type->shift;
	if (type->bits < 64) {
		value &= (1ull << type->bits) - 1;
		if (type->is_signed && value >> (type->bits - 1))
			value |= ~0ull << type->bits;
	}
	if (!type->is_signed && value > INT64_MAX)
		return INT64_MAX;
	return (int64_t)value;
}

size_t scan_layout(const struct scan_type *types, unsigned count, size_t *offsets)
{
	size_t at = 0;
	size_t widest = 1;

	for (unsigned i = 0; i < count; i++) {
		size_t size = (size_t)types[i].storage / 8 * types[i].repeat;

		at = (at + size - 1) / size * size;
		offsets[i] = at;
		at += size;
		if (size > widest)
			widest = size;
	}
	return (at + widest - 1) / widest * widest;
}
