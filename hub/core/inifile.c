/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/core/inifile.h"

#include <errno.h>
#include <ini.h>
#include <string.h>

#define STRING_OF(value) #value
#define STRING(value)    STRING_OF(value)

void inifile_complain(struct inifile *file, unsigned line, const char *section, const char *key,
		      const char *why)
{
	if (file->n_errors++ < INIFILE_ERRORS_MAX)
		fprintf(file->errors, "%s:%u: [%s]%s%s: %s\n", file->path, line, section, *key ? " " : "",
			key, why);
}

const char *inifile_section_name(const char *section, const char *kind)
{
	size_t n = strlen(kind);

	if (strncmp(section, kind, n) || (section[n] && section[n] != ' ' && section[n] != '\t'))
		return NULL;
	return section + n + strspn(section + n, " \t");
}

static void tell_section(struct inifile *file, char *line)
{
	char *end = strchr(line, ']');

	if (end)
		*end = '\0';
	if (end && end - line > INIFILE_SECTION_MAX)
		inifile_complain(
			file, file->line, line, "",
			"a section has at most " STRING(INIFILE_SECTION_MAX) " bytes between its brackets");
	if (file->callbacks->section)
		file->callbacks->section(file->data, end ? line : NULL);
	if (end)
		*end = ']';
}

/* inih tells its handler neither the line nor an empty section: both are seen here. */
static char *read_line(char *buf, int size, void *stream)
{
	struct inifile *file = stream;
	char *line = fgets(buf, size, file->in);

	if (!line)
		return NULL;
	file->line++;
	file->too_long = !strchr(line, '\n') && !feof(file->in);
	if (file->too_long) {
		int c;

		while ((c = fgetc(file->in)) != EOF && c != '\n')
			;
	}
	if (*line == '[')
		tell_section(file, line + 1);
	return line;
}

static int on_option(void *data, const char *section, const char *key, const char *value)
{
	struct inifile *file = data;

	if (file->too_long)
		inifile_complain(file, file->line, section, key, "the line is too long");
	else
		file->callbacks->option(file->data, section, key, value);
	return 1;
}

int inifile_read(struct inifile *file, const char *path, FILE *errors,
		 const struct inifile_callbacks *callbacks, void *data)
{
	int rc;

	*file = (struct inifile){ .path = path, .errors = errors, .callbacks = callbacks, .data = data };
	file->in = fopen(path, "re");
	if (!file->in)
		return -errno;
	rc = ini_parse_stream(read_line, file, on_option, file);
	if (ferror(file->in))
		rc = -EIO;
	fclose(file->in);
	file->in = NULL;
	if (rc <= 0)
		return rc == -2 ? -ENOMEM : rc;
	/* The first line that is neither; options that followed it have been told by themselves. */
	file->n_errors++;
	fprintf(errors, "%s:%d: expected [section] or key = value\n", path, rc);
	return 0;
}
