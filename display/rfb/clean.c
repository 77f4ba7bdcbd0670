/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text from the other side: made harmless before anybody shows or pastes it. */
#include "display/rfb/internal.h"

#include <string.h>

/* The length of the valid UTF-8 sequence at p and its character; 0 if there is none (overlong forms and
 * surrogates included). */
static size_t utf8_decode(const unsigned char *p, size_t size, uint32_t *character)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t length = p[0] < 0x80                   ? 1
			: p[0] >= 0xc2 && p[0] < 0xe0 ? 2
			: (p[0] & 0xf0) == 0xe0       ? 3
			: p[0] >= 0xf0 && p[0] < 0xf5 ? 4
						      : 0;
	uint32_t c;

	if (length == 0 || length > size)
		return 0;
	c = length == 1 ? p[0] : p[0] & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < smallest[length] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*character = c;
	return length;
}

/* C0, delete, C1, and the characters that reorder or hide what a person reads (bidi overrides, zero width,
 * byte order mark). */
static bool is_harmful(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069) || c == 0xfeff;
}

void clean_line(char *dst, size_t dst_size, const char *src, size_t size)
{
	const unsigned char *p = (const unsigned char *)src;
	size_t used = 0;

	while (size > 0) {
		uint32_t c = 0;
		size_t length = utf8_decode(p, size, &c);
		size_t step = length ? length : 1;
		bool bad = length == 0 || is_harmful(c);
		size_t out = bad ? 1 : length;

		if (used + out + 1 > dst_size)
			break;
		if (bad)
			dst[used] = length == 0 ? '?' : ' ';
		else
			memcpy(dst + used, p, length);
		used += out;
		p += step;
		size -= step;
	}
	while (used > 0 && dst[used - 1] == ' ')
		used--;
	dst[used] = '\0';
}

size_t clean_text(char *text, size_t size)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t used = 0;

	while (size > 0) {
		uint32_t c = 0;
		size_t length = utf8_decode(p, size, &c);
		size_t step = length ? length : 1;

		if (length == 0) {
			text[used++] = '?';
		} else if (c == '\n' || c == '\t' || (c >= 0x20 && c != 0x7f && (c < 0x80 || c >= 0xa0))) {
			memmove(text + used, p, length);
			used += length;
		}
		p += step;
		size -= step;
	}
	return used;
}

size_t latin1_to_utf8(char *dst, const uint8_t *src, size_t size)
{
	char *out = dst;

	for (size_t i = 0; i < size; i++) {
		if (src[i] < 0x80) {
			*out++ = (char)src[i];
		} else {
			*out++ = (char)(0xc0 | src[i] >> 6);
			*out++ = (char)(0x80 | (src[i] & 0x3f));
		}
	}
	return (size_t)(out - dst);
}

size_t utf8_to_latin1(uint8_t *dst, const char *src, size_t size)
{
	const unsigned char *p = (const unsigned char *)src;
	size_t used = 0;

	while (size > 0) {
		uint32_t c = 0;
		size_t length = utf8_decode(p, size, &c);
		size_t step = length ? length : 1;

		dst[used++] = length && c < 0x100 ? (uint8_t)c : '?';
		p += step;
		size -= step;
	}
	return used;
}
