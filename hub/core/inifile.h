/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configuration files, with what inih leaves out: the line of each option, sections without options, lines that are too long, and
 * errors as FILE:LINE: [section] key: why. What the options are is the caller's.
 */
#ifndef HUB_CORE_INIFILE_H
#define HUB_CORE_INIFILE_H

#include <stdbool.h>
#include <stdio.h>

/* inih cuts longer names of sections, and would take two that begin alike for one. */
#define INIFILE_SECTION_MAX 49
#define INIFILE_ERRORS_MAX  20 /* told; further ones are counted */

struct inifile {
	const char *path;
	FILE *errors;
	unsigned line; /* being read, from 1 */
	unsigned n_errors;
	/* Private: */
	FILE *in;
	const struct inifile_callbacks *callbacks;
	void *data;
	bool too_long; /* this line */
};

struct inifile_callbacks {
	/* A line that begins with "[": what is between the brackets, NULL when none closes it. May be NULL. */
	void (*section)(void *data, const char *name);
	/* Blanks and comments are gone. section is "" before the first one. */
	void (*option)(void *data, const char *section, const char *key, const char *value);
};

/*
 * Reads the whole file; errors are counted in file->n_errors, and the caller may add his own after it. file may be inspected from
 * within the callbacks. 0, or -errno when the file cannot be read.
 */
int inifile_read(struct inifile *file, const char *path, FILE *errors,
		 const struct inifile_callbacks *callbacks, void *data);

/* One error, of any line. key may be "". */
void inifile_complain(struct inifile *file, unsigned line, const char *section, const char *key,
		      const char *why);

/* "section NAME": where NAME begins, or NULL when it is another section. NAME may be "". */
const char *inifile_section_name(const char *section, const char *kind);

#endif
