/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of the status page. Pure: the time is handed in. */
#ifndef XENHUB_DISPLAY_WORDS_H
#define XENHUB_DISPLAY_WORDS_H

#include <stddef.h>
#include "display/remote/remote.h"

#define WORDS_LINES_MAX 6
#define WORDS_LINE_MAX  320

struct words {
	char lines[WORDS_LINES_MAX][WORDS_LINE_MAX];
	unsigned count; /* the first line is the title */
};

/* Which connection, what is wrong, since when, when it is tried again. since_text is the time of day then, "14:05:09". */
void words_status(struct words *words, const struct remote_config *config, const struct remote_status *status,
		  const char *since_text, uint64_t now_ns);

/* "7 s", "3 min", "2 h 5 min" */
void words_duration(char *text, size_t size, uint64_t ns);

#endif
