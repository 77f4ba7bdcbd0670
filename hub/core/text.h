/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that comes from devices, files, peers and guests: cleaned where it enters, so that nothing behind the border
 * has to think of terminals, JSON, XenStore paths or log injection.
 */
#ifndef HUB_CORE_TEXT_H
#define HUB_CORE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Replaces, in place, every byte that is not part of valid UTF-8, and every control character (C0, DEL, C1), with '?'. */
void text_clean(char *s);

/*
 * Copies at most size - 1 bytes of src (which need not be terminated; src_len bytes, or up to its NUL) and cleans the
 * copy. A UTF-8 sequence that the end cuts is left out whole. dst is always terminated.
 */
void text_copy(char *dst, size_t size, const char *src, size_t src_len);

/*
 * Writes src as a path component: lower case, [a-z0-9-], runs of anything else become one hyphen, none at either end.
 * An empty result is "x".
 */
void text_slug(char *dst, size_t size, const char *src);

/* FNV-1a, 64 bits, continued from seed; TEXT_HASH_SEED to begin. */
#define TEXT_HASH_SEED 0xcbf29ce484222325ull
uint64_t text_hash(uint64_t seed, const void *data, size_t len);

/* Whole-string numbers: 0, or -EINVAL (not a number, trailing text, empty) or -ERANGE. base as for strtol. */
int text_to_long(const char *s, int base, long min, long max, long *value);

/* Appends src to dst as a JSON string with its quotes. Returns 0, or -ENOSPC with dst unchanged but terminated. */
int text_json(char *dst, size_t size, const char *src);

/* Shell-like pattern match, '*' and '?' only, '\' escapes the next character. The whole of s must match. */
bool text_match(const char *pattern, const char *s);

#endif
