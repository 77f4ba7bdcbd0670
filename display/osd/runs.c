/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/osd/runs.h"

#include <stdio.h>
#include <string.h>

#define REPLACEMENT 0xfffd

uint32_t run_character(const char *text, size_t *bytes)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t length = p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 : p[0] >> 3 == 30 ? 4 : 0;
	uint32_t character = length == 1 ? p[0] : p[0] & (0x7fu >> length);

	for (size_t i = 1; i < length; i++) {
		if (p[i] >> 6 != 2)
			length = 0;
		else
			character = character << 6 | (p[i] & 0x3f);
	}
	*bytes = length ? length : 1;
	return length ? character : REPLACEMENT;
}

static enum run_script script_of(uint32_t c)
{
	if ((c >= 0x0590 && c <= 0x05ff) || (c >= 0xfb1d && c <= 0xfb4f))
		return RUN_HEBREW;
	if ((c >= 0x0600 && c <= 0x07bf && !(c >= 0x0660 && c <= 0x0669)) || (c >= 0x08a0 && c <= 0x08ff) ||
	    (c >= 0xfb50 && c <= 0xfdff) || (c >= 0xfe70 && c <= 0xfefe))
		return RUN_ARABIC;
	return RUN_LEFT_TO_RIGHT;
}

size_t run_next(const char *text, enum run_script *script)
{
	size_t at = 0, end = 0, bytes;

	*script = RUN_LEFT_TO_RIGHT;
	while (text[at]) {
		uint32_t c = run_character(text + at, &bytes);
		enum run_script its = script_of(c);

		if (at == 0)
			*script = its;
		/* A blank belongs to a run only when the run goes on after it. */
		if (its != *script && !(c == ' ' && *script != RUN_LEFT_TO_RIGHT))
			break;
		at += bytes;
		if (its == *script)
			end = at;
	}
	return end;
}

/* How many bytes of a word that is too long fit: up to the last slash where it is a path. */
static size_t fit_characters(char *line, size_t size, const char *text, int limit,
			     int (*width)(void *user, const char *text), void *user)
{
	size_t fits = 0, slash = 0, bytes;

	while (text[fits] && text[fits] != ' ') {
		run_character(text + fits, &bytes);
		if (fits + bytes >= size)
			break;
		snprintf(line, size, "%.*s", (int)(fits + bytes), text);
		if (fits > 0 && width(user, line) > limit)
			break;
		fits += bytes;
		if (line[fits - 1] == '/' && fits > 1)
			slash = fits;
	}
	return slash && text[fits] && text[fits] != ' ' ? slash : fits;
}

const char *run_wrap(char *line, size_t size, const char *text, int limit,
		     int (*width)(void *user, const char *text), void *user)
{
	size_t fits = 0, length = strlen(text);

	for (size_t at = 1; at <= length && at < size; at++) {
		if (text[at] != ' ' && text[at] != '\0')
			continue;
		snprintf(line, size, "%.*s", (int)at, text);
		if (width(user, line) > limit)
			break;
		fits = at;
	}
	if (fits == 0)
		fits = fit_characters(line, size, text, limit, width, user);
	snprintf(line, size, "%.*s", (int)fits, text);
	text += fits;
	return text + strspn(text, " ");
}
