/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes JSON (RFC 8259) into a growing buffer: commas and quotes are its business. Zero-initialise; json_finish frees.
 * When memory runs out, what follows is dropped and json_error says so: one check at the end is enough.
 *
 *	json_object(&j, NULL);
 *	json_string(&j, "name", device_name);
 *	json_array(&j, "classes"); json_string(&j, NULL, "mouse"); json_end(&j);
 *	json_end(&j);
 */
#ifndef HUB_CTL_JSON_H
#define HUB_CTL_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define JSON_DEPTH_MAX 16

struct json {
	char *text; /* terminated; NULL before the first value */
	size_t len, size;
	unsigned depth;
	bool filled[JSON_DEPTH_MAX]; /* the container has a value already */
	bool is_array[JSON_DEPTH_MAX];
	bool failed;
};

/* key is NULL inside an array and at the top. Strings are UTF-8, as they are everywhere behind the border. */
void json_object(struct json *j, const char *key);
void json_array(struct json *j, const char *key);
void json_end(struct json *j);
void json_string(struct json *j, const char *key, const char *value);
void json_integer(struct json *j, const char *key, int64_t value);
void json_unsigned(struct json *j, const char *key, uint64_t value);
void json_bool(struct json *j, const char *key, bool value);
void json_null(struct json *j, const char *key);

/* A line end after a whole value: JSON lines. */
void json_newline(struct json *j);

/* Empties it, the memory kept. */
void json_reset(struct json *j);
void json_finish(struct json *j);

/* 0, or -ENOMEM when something was dropped. */
int json_error(const struct json *j);

#endif
