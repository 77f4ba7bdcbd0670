/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of YAML that stands in brackets: lists of numbers, and whatever nobody wants. */
#include "hub/source/recording_yaml.h"

#include <errno.h>

/* A comment begins with # at the beginning or behind a blank. */
bool yaml_at_end(struct span *s)
{
	span_skip_blanks(s);
	return span_is_empty(s) || *s->p == '#';
}

/* Blanks, comments, and line ends inside brackets: the list goes on in the next line. */
static int skip_in_list(struct recording_reader *rd, struct span *s)
{
	while (yaml_at_end(s)) {
		int rc = reader_next_line(rd, s);

		if (rc <= 0)
			return rc < 0 ? rc : reader_fail(rd, "the file ends inside a list");
	}
	return 0;
}

/* s stands on '['. Reads whole numbers up to ']', behind which nothing may stand. */
int yaml_read_list(struct recording_reader *rd, struct span *s, const char *what, int64_t *values,
		   unsigned min, unsigned max, unsigned *count)
{
	struct span line = *s;

	if (span_is_empty(s) || *s->p != '[')
		return reader_fail_at(rd, line, "expected %s", what);
	s->p++;
	*count = 0;
	for (;;) {
		int rc = skip_in_list(rd, s);

		if (rc < 0)
			return rc;
		if (*s->p == ']')
			break;
		if (*count == max || span_number(s, 0, INT64_MIN, INT64_MAX, &values[*count]) < 0)
			return reader_fail_at(rd, line, "expected %s", what);
		(*count)++;
		rc = skip_in_list(rd, s);
		if (rc < 0)
			return rc;
		if (*s->p != ',' && *s->p != ']')
			return reader_fail_at(rd, line, "expected %s", what);
		if (*s->p == ',')
			s->p++;
	}
	s->p++;
	if (*count < min || !yaml_at_end(s))
		return reader_fail_at(rd, line, "expected %s", what);
	return 0;
}

/* Passes over a value in brackets or braces that nobody wants, to the line in which it ends. */
int yaml_skip_flow(struct recording_reader *rd, struct span *s)
{
	unsigned depth = 0;
	char quote = '\0';

	do {
		/* A comment follows a blank, and has been skipped with it: a # that stands here is text. */
		bool text = quote || (!span_is_empty(s) && *s->p == '#');
		int rc = text ? 0 : skip_in_list(rd, s);
		char c;

		if (rc < 0)
			return rc;
		if (span_is_empty(s))
			return reader_fail(rd, "a quote is not closed");
		c = *s->p++;
		if (quote)
			quote = c == quote ? '\0' : quote;
		else if (c == '"' || c == '\'')
			quote = c;
		else if (c == '[' || c == '{')
			depth++;
		else if (c == ']' || c == '}')
			depth--;
	} while (depth);
	return 0;
}
