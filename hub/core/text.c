/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/core/text.h"

#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

/* The length of the valid UTF-8 sequence at s (at most n bytes), or 0. RFC 3629: no overlong forms, no surrogates. */
static size_t utf8_length(const unsigned char *s, size_t n)
{
	unsigned char c = s[0];
	size_t len;

	if (c < 0x80)
		return 1;
	if (c >= 0xc2 && c <= 0xdf)
		len = 2;
	else if (c >= 0xe0 && c <= 0xef)
		len = 3;
	else if (c >= 0xf0 && c <= 0xf4)
		len = 4;
	else
		return 0;
	if (n < len)
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((c == 0xe0 && s[1] < 0xa0) || (c == 0xed && s[1] > 0x9f) || (c == 0xf0 && s[1] < 0x90) ||
	    (c == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

static bool is_control(const unsigned char *s, size_t len)
{
	return (len == 1 && (s[0] < 0x20 || s[0] == 0x7f)) || (len == 2 && s[0] == 0xc2 && s[1] < 0xa0);
}

void text_clean(char *s)
{
	unsigned char *p = (unsigned char *)s;
	size_t left = strlen(s);

	while (left) {
		size_t len = utf8_length(p, left);

		if (!len || is_control(p, len)) {
			len = len ? len : 1;
			memset(p, '?', len);
		}
		p += len;
		left -= len;
	}
}

void text_copy(char *dst, size_t size, const char *src, size_t src_len)
{
	size_t whole = strnlen(src, src_len);
	size_t n = whole;

	if (!size)
		return;
	if (n >= size) {
		size_t start = size - 1;

		/* Do not cut a sequence: its start is at most three continuation bytes back. */
		n = start;
		while (start && n - start < 3 && ((unsigned char)src[start] & 0xc0) == 0x80)
			start--;
		if (start + utf8_length((const unsigned char *)src + start, whole - start) > n)
			n = start;
	}
	memcpy(dst, src, n);
	dst[n] = '\0';
	text_clean(dst);
}

void text_slug(char *dst, size_t size, const char *src)
{
	size_t n = 0;
	bool gap = false;

	if (!size)
		return;
	for (; *src && n + 1 < size; src++) {
		char c = *src;

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
			if (gap && n) {
				if (n + 2 >= size)
					break;
				dst[n++] = '-';
			}
			gap = false;
			dst[n++] = c;
		} else {
			gap = true;
		}
	}
	dst[n] = '\0';
	if (!n)
		snprintf(dst, size, "x");
}

uint64_t text_hash(uint64_t seed, const void *data, size_t len)
{
	const unsigned char *p = data;

	while (len--) {
		seed ^= *p++;
		seed *= 0x100000001b3ull;
	}
	return seed;
}

int text_to_long(const char *s, int base, long min, long max, long *value)
{
	char *end;
	long v;

	if (!*s || strchr(" \t\n\v\f\r", *s))
		return -EINVAL;
	errno = 0;
	v = strtol(s, &end, base);
	if (*end)
		return -EINVAL;
	if (errno == ERANGE || v < min || v > max)
		return -ERANGE;
	*value = v;
	return 0;
}

int text_json(char *dst, size_t size, const char *src)
{
	size_t start = strlen(dst);
	size_t n = start;

	if (n + 3 > size)
		return -ENOSPC;
	dst[n++] = '"';
	for (; *src; src++) {
		unsigned char c = (unsigned char)*src;

		/* Room for the longest escape, the closing quote and the terminator. */
		if (n + 6 + 2 > size) {
			dst[start] = '\0';
			return -ENOSPC;
		}
		if (c == '"' || c == '\\') {
			dst[n++] = '\\';
			dst[n++] = (char)c;
		} else if (c < 0x20) {
			n += (size_t)snprintf(dst + n, size - n, "\\u%04x", c);
		} else {
			dst[n++] = (char)c;
		}
	}
	dst[n++] = '"';
	dst[n] = '\0';
	return 0;
}

bool text_match(const char *pattern, const char *s)
{
	const char *star = NULL;
	const char *retry = NULL;

	/* The last '*' is the only one worth retrying, so this is linear in practice and quadratic at worst. */
	for (;;) {
		if (*pattern == '*') {
			star = ++pattern;
			retry = s;
			continue;
		}
		if (!*s && !*pattern)
			return true;
		if (*s && *pattern) {
			bool any = *pattern == '?';
			const char *literal = *pattern == '\\' && pattern[1] ? pattern + 1 : pattern;

			if (any || *literal == *s) {
				pattern = literal + 1;
				s++;
				continue;
			}
		}
		if (!star || !*retry)
			return false;
		pattern = star;
		s = ++retry;
	}
}
