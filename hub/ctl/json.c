/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/ctl/json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/core/text.h"

/* Room for n more bytes and the terminator. */
static bool reserve(struct json *j, size_t n)
{
	size_t size = j->size ? j->size : 256;
	char *text;

	if (j->failed)
		return false;
	while (size < j->len + n + 1)
		size *= 2;
	if (size == j->size)
		return true;
	text = realloc(j->text, size);
	if (!text) {
		j->failed = true;
		return false;
	}
	text[j->len] = '\0';
	j->text = text;
	j->size = size;
	return true;
}

static void put(struct json *j, const char *s)
{
	size_t n = strlen(s);

	if (!reserve(j, n))
		return;
	memcpy(j->text + j->len, s, n + 1);
	j->len += n;
}

static void put_quoted(struct json *j, const char *s)
{
	/* At worst each byte becomes a six-byte escape; text_json itself asks for two more. */
	if (!reserve(j, strlen(s) * 6 + 16))
		return;
	if (text_json(j->text + j->len, j->size - j->len, s) < 0) {
		j->failed = true;
		return;
	}
	j->len += strlen(j->text + j->len);
}

static void begin_value(struct json *j, const char *key)
{
	if (j->depth) {
		if (j->filled[j->depth - 1])
			put(j, ",");
		j->filled[j->depth - 1] = true;
	}
	if (key) {
		put_quoted(j, key);
		put(j, ":");
	}
}

static void begin_container(struct json *j, const char *key, bool is_array)
{
	begin_value(j, key);
	if (j->depth == JSON_DEPTH_MAX) {
		j->failed = true;
		return;
	}
	put(j, is_array ? "[" : "{");
	j->filled[j->depth] = false;
	j->is_array[j->depth++] = is_array;
}

void json_object(struct json *j, const char *key)
{
	begin_container(j, key, false);
}

void json_array(struct json *j, const char *key)
{
	begin_container(j, key, true);
}

void json_end(struct json *j)
{
	if (j->depth)
		put(j, j->is_array[--j->depth] ? "]" : "}");
}

void json_string(struct json *j, const char *key, const char *value)
{
	begin_value(j, key);
	put_quoted(j, value);
}

void json_integer(struct json *j, const char *key, int64_t value)
{
	char number[24];

	snprintf(number, sizeof(number), "%" PRId64, value);
	begin_value(j, key);
	put(j, number);
}

void json_unsigned(struct json *j, const char *key, uint64_t value)
{
	char number[24];

	snprintf(number, sizeof(number), "%" PRIu64, value);
	begin_value(j, key);
	put(j, number);
}

void json_bool(struct json *j, const char *key, bool value)
{
	begin_value(j, key);
	put(j, value ? "true" : "false");
}

void json_null(struct json *j, const char *key)
{
	begin_value(j, key);
	put(j, "null");
}

void json_newline(struct json *j)
{
	put(j, "\n");
}

void json_reset(struct json *j)
{
	j->len = 0;
	j->depth = 0;
	j->failed = false;
	if (j->text)
		j->text[0] = '\0';
}

void json_finish(struct json *j)
{
	free(j->text);
	*j = (struct json){ 0 };
}

int json_error(const struct json *j)
{
	return j->failed ? -ENOMEM : 0;
}
