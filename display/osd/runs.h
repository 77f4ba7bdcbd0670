/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text in pieces that a font can shape and a line can hold. Pure: widths come from who asks.
 *
 * Names of machines and what servers say come in any script. A run is what is written one way: letters that go from
 * right to left, with the blanks between them, or anything else. Runs follow each other from left to right; a sentence
 * of ours that begins with such a name reads right, and no more of Unicode's rules is needed for that.
 */
#ifndef XENHUB_DISPLAY_RUNS_H
#define XENHUB_DISPLAY_RUNS_H

#include <stddef.h>
#include <stdint.h>

enum run_script {
	RUN_LEFT_TO_RIGHT,
	RUN_ARABIC,
	RUN_HEBREW,
};

/* The character that text begins with and its bytes, 1 to 4; malformed: U+FFFD and 1. Text must not be empty. */
uint32_t run_character(const char *text, size_t *bytes);

/* How many bytes of text the first run has; 0 at the end. */
size_t run_next(const char *text, enum run_script *script);

/*
 * Copies to line what of text fits: to the last blank where there is one, else to the last slash, else as many
 * characters, at least one.
 * Returns where the next line begins. `width` measures a text.
 */
const char *run_wrap(char *line, size_t size, const char *text, int limit,
		     int (*width)(void *user, const char *text), void *user);

#endif
