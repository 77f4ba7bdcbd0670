/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text from the other side, made harmless before anybody shows or pastes it. Pure; not of RFB alone. */
#ifndef XENHUB_DISPLAY_CLEAN_H
#define XENHUB_DISPLAY_CLEAN_H

#include <stddef.h>
#include <stdint.h>

/* Copies text up to size bytes without control characters or broken UTF-8, terminated. */
void clean_line(char *dst, size_t dst_size, const char *src, size_t size);
/* The same in place for clipboards: keeps \n and \t, drops \r. Returns the new size. */
size_t clean_text(char *text, size_t size);
/* dst holds 2 * size bytes. Returns the size written. */
size_t latin1_to_utf8(char *dst, const uint8_t *src, size_t size);
/* Characters past U+00FF become '?'. dst holds size bytes. */
size_t utf8_to_latin1(uint8_t *dst, const char *src, size_t size);

#endif
