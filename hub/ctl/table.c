/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/ctl/table.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GAP 2

struct row {
	struct row *next;
	char *cells[TABLE_COLUMNS_MAX];
	char *note; /* then there are no cells */
};

struct table {
	const struct table_column *columns;
	unsigned n_columns;
	struct row *first, **end;
};

/* Decodes one character; a byte that is none counts as one, since names were cleaned where they entered. */
static size_t next_char(const char *s, uint32_t *ch)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t len = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc0 ? 2 : 1;

	*ch = len == 1 ? p[0] : p[0] & (0xffu >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 1;
		*ch = *ch << 6 | (p[i] & 0x3f);
	}
	return len;
}

static unsigned char_columns(uint32_t ch)
{
	static const struct {
		uint32_t first, last;
	} wide[] = {
		{ 0x1100, 0x115f },   { 0x2e80, 0x303e },   { 0x3041, 0xa4cf }, { 0xac00, 0xd7a3 },
		{ 0xf900, 0xfaff },   { 0xfe30, 0xfe6f },   { 0xff00, 0xff60 }, { 0xffe0, 0xffe6 },
		{ 0x1f300, 0x1faff }, { 0x20000, 0x3fffd },
	};

	if ((ch >= 0x300 && ch <= 0x36f) || (ch >= 0x200b && ch <= 0x200f) || (ch >= 0xfe00 && ch <= 0xfe0f))
		return 0;
	for (unsigned i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (ch >= wide[i].first && ch <= wide[i].last)
			return 2;
	return 1;
}

unsigned text_columns(const char *s, size_t n)
{
	const char *end = s + strnlen(s, n);
	unsigned columns = 0;
	uint32_t ch;

	while (s < end) {
		s += next_char(s, &ch);
		columns += char_columns(ch);
	}
	return columns;
}

size_t text_fit(const char *s, unsigned columns)
{
	size_t n = 0;
	unsigned used = 0;
	uint32_t ch;

	while (s[n]) {
		size_t len = next_char(s + n, &ch);

		used += char_columns(ch);
		if (used > columns)
			break;
		n += len;
	}
	return n;
}

int table_create(struct table **out, const struct table_column *columns, unsigned n_columns)
{
	struct table *table = calloc(1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	table->columns = columns;
	table->n_columns = n_columns;
	table->end = &table->first;
	*out = table;
	return 0;
}

static void row_destroy(struct row *row, unsigned n_columns)
{
	for (unsigned i = 0; i < n_columns; i++)
		free(row->cells[i]);
	free(row->note);
	free(row);
}

void table_destroy(struct table *table)
{
	if (!table)
		return;
	while (table->first) {
		struct row *row = table->first;

		table->first = row->next;
		row_destroy(row, table->n_columns);
	}
	free(table);
}

int table_add(struct table *table, const char *const *cells)
{
	struct row *row = calloc(1, sizeof(*row));

	if (!row)
		return -ENOMEM;
	for (unsigned i = 0; i < table->n_columns; i++) {
		row->cells[i] = strdup(cells[i]);
		if (!row->cells[i]) {
			row_destroy(row, table->n_columns);
			return -ENOMEM;
		}
	}
	*table->end = row;
	table->end = &row->next;
	return 0;
}

int table_add_note(struct table *table, const char *text)
{
	struct row *row = calloc(1, sizeof(*row));

	if (!row)
		return -ENOMEM;
	row->note = strdup(text);
	if (!row->note) {
		free(row);
		return -ENOMEM;
	}
	*table->end = row;
	table->end = &row->next;
	return 0;
}

static void widen(unsigned *width, const char *cell)
{
	unsigned n = text_columns(cell, SIZE_MAX);

	if (n > *width)
		*width = n;
}

/* Takes from the widest column that may wrap, until the line fits or none can give more. */
static void squeeze(const struct table *table, unsigned *widths, unsigned limit)
{
	for (;;) {
		unsigned total = GAP * (table->n_columns - 1);
		unsigned widest = TABLE_COLUMNS_MAX;

		for (unsigned i = 0; i < table->n_columns; i++) {
			total += widths[i];
			if (table->columns[i].wrap && widths[i] > TABLE_WRAP_MIN &&
			    (widest == TABLE_COLUMNS_MAX || widths[i] > widths[widest]))
				widest = i;
		}
		if (total <= limit || widest == TABLE_COLUMNS_MAX)
			return;
		widths[widest]--;
	}
}

static size_t without_blanks(const char *s, size_t n)
{
	while (n && s[n - 1] == ' ')
		n--;
	return n;
}

/* How much of s goes on a line of so many columns: to the last blank or comma, or hard, and what follows it. */
static size_t cut(const char *s, unsigned columns, const char **rest)
{
	size_t n = text_fit(s, columns);
	size_t at = n;
	uint32_t ch;

	if (s[n] && !n) {
		/* A wide character in a column of one: it goes all the same, or there would be no end. */
		n = next_char(s, &ch);
	} else if (s[n] && s[n] != ' ') {
		while (at && s[at - 1] != ' ' && s[at - 1] != ',')
			at--;
		n = at ? at : n;
	}
	*rest = s + n + strspn(s + n, " ");
	return without_blanks(s, n);
}

/* Blanks are kept back in *pending until text follows them, so that none end a line. */
static void print_cell(FILE *f, const struct table_column *column, unsigned width, const char *s, size_t n,
		       unsigned *pending)
{
	unsigned used = text_columns(s, n);
	unsigned pad = used < width ? width - used : 0;

	if (column->right)
		*pending += pad;
	if (n) {
		fprintf(f, "%*s%.*s", (int)*pending, "", (int)n, s);
		*pending = 0;
	}
	if (!column->right)
		*pending += pad;
	*pending += GAP;
}

static void print_row(FILE *f, const struct table *table, const unsigned *widths, const char *const *cells)
{
	const char *rest[TABLE_COLUMNS_MAX];
	bool more = true;

	for (unsigned i = 0; i < table->n_columns; i++)
		rest[i] = cells[i];
	while (more) {
		unsigned pending = 0;

		more = false;
		for (unsigned i = 0; i < table->n_columns; i++) {
			const char *s = rest[i];
			size_t n = cut(s, widths[i], &rest[i]);

			print_cell(f, &table->columns[i], widths[i], s, n, &pending);
			more = more || *rest[i];
		}
		fputc('\n', f);
	}
}

static void print_note(FILE *f, const char *text, unsigned width)
{
	unsigned columns =
		width > TABLE_NOTE_INDENT + TABLE_WRAP_MIN ? width - TABLE_NOTE_INDENT : UINT16_MAX;

	while (*text) {
		const char *line = text;
		size_t n = cut(line, columns, &text);

		fprintf(f, "%*s%.*s\n", TABLE_NOTE_INDENT, "", (int)n, line);
	}
}

static void measure(const struct table *table, unsigned widths[TABLE_COLUMNS_MAX])
{
	for (unsigned i = 0; i < table->n_columns; i++) {
		widths[i] = 0;
		if (table->columns[i].title)
			widen(&widths[i], table->columns[i].title);
		for (const struct row *row = table->first; row; row = row->next)
			if (!row->note)
				widen(&widths[i], row->cells[i]);
	}
}

unsigned table_columns(const struct table *table)
{
	unsigned widths[TABLE_COLUMNS_MAX];
	unsigned total = GAP * (table->n_columns - 1);

	measure(table, widths);
	for (unsigned i = 0; i < table->n_columns; i++)
		total += widths[i];
	return total;
}

char *table_format(const struct table *table, unsigned width)
{
	unsigned widths[TABLE_COLUMNS_MAX];
	const char *titles[TABLE_COLUMNS_MAX];
	char *text = NULL;
	size_t size;
	FILE *f;

	measure(table, widths);
	if (width)
		squeeze(table, widths, width);
	f = open_memstream(&text, &size);
	if (!f)
		return NULL;
	for (unsigned i = 0; i < table->n_columns; i++)
		titles[i] = table->columns[i].title;
	if (titles[0])
		print_row(f, table, widths, titles);
	for (const struct row *row = table->first; row; row = row->next) {
		if (row->note)
			print_note(f, row->note, width);
		else
			print_row(f, table, widths, (const char *const *)row->cells);
	}
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	return text;
}
