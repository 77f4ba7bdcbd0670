/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables for people: columns as wide as their widest cell, two blanks between them; the title row first. On a terminal that is
 * too narrow, the columns that may wrap do so, at blanks and commas where there are any. Widths are counted in terminal
 * columns: UTF-8, combining marks 0, East Asian wide characters 2.
 */
#ifndef HUB_CTL_TABLE_H
#define HUB_CTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#define TABLE_COLUMNS_MAX 8
#define TABLE_WRAP_MIN    8 /* no column is squeezed below this */
#define TABLE_NOTE_INDENT 4

struct table_column {
	const char *title; /* static text; NULL in all columns: no title row */
	bool right;        /* numbers */
	bool wrap;         /* may be squeezed */
};

struct table;

/* columns must outlive the table. 0 or -ENOMEM. */
int table_create(struct table **out, const struct table_column *columns, unsigned n_columns);
void table_destroy(struct table *table);

/* Adds a row of n_columns cells, copied. 0 or -ENOMEM. */
int table_add(struct table *table, const char *const *cells);

/* Adds lines across all columns below the last row, indented, wrapped where the width asks for it. 0 or -ENOMEM. */
int table_add_note(struct table *table, const char *text);

/* The columns the widest line takes without any wrapping, notes left out. */
unsigned table_columns(const struct table *table);

/*
 * The whole table as text, lines without trailing blanks, no wider than `width` where wrapping allows it; width 0: no limit.
 * To be freed; NULL without memory.
 */
char *table_format(const struct table *table, unsigned width);

/* The columns that n bytes of s take on a terminal. */
unsigned text_columns(const char *s, size_t n);

/* The longest prefix of s, in bytes and whole characters, that takes at most `columns`. */
size_t text_fit(const char *s, unsigned columns);

#endif
