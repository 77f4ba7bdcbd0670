/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/core/inifile.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/unit/testing.h"

/* Everything that was told, in a line each: "LINE[section]" or "LINE section.key=value". */
struct told {
	struct inifile file;
	char text[4096];
};

static void tell(struct told *t, const char *format, ...)
{
	size_t n = strlen(t->text);
	va_list args;

	va_start(args, format);
	vsnprintf(t->text + n, sizeof(t->text) - n, format, args);
	va_end(args);
}

static void on_section(void *data, const char *name)
{
	struct told *t = data;

	tell(t, "%u[%s]\n", t->file.line, name ? name : "?");
}

static void on_option(void *data, const char *section, const char *key, const char *value)
{
	struct told *t = data;

	tell(t, "%u %s.%s=%s\n", t->file.line, section, key, value);
}

static int load(struct told *t, const char *text, char *errors, size_t size)
{
	static const struct inifile_callbacks callbacks = { .section = on_section, .option = on_option };
	char path[] = "/tmp/test_inifile.XXXXXX";
	int fd = mkstemp(path), rc;
	FILE *out = fmemopen(errors, size, "w");

	assert_true(fd >= 0 && out);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	memset(t, 0, sizeof(*t));
	rc = inifile_read(&t->file, path, out, &callbacks, t);
	fclose(out);
	unlink(path);
	return rc;
}

static void tells_each_line_with_its_number(void **state)
{
	struct told t;
	char errors[1024] = "";

	assert_int_equal(
		load(&t, "a = 1\n\n[one]\n# no\n b = 2 \n[two]\n[three x]\nc=3", errors, sizeof(errors)), 0);
	assert_string_equal(t.text, "1 .a=1\n3[one]\n5 one.b=2\n6[two]\n7[three x]\n8 three x.c=3\n");
	assert_int_equal(t.file.n_errors, 0);
	assert_string_equal(errors, "");
}

/* A comment that is too long is nobody's fault, an option is named, and what follows either is read. */
static void names_the_line_that_is_too_long(void **state)
{
	struct told t;
	char text[2600] = "[s]\n#", errors[1024] = "";

	memset(text + 5, 'x', 1000);
	strcpy(text + 1005, "\na=1\nlong = ");
	memset(text + strlen(text), 'y', 1000);
	strcpy(text + strlen(text), "\nb=2\n");
	assert_int_equal(load(&t, text, errors, sizeof(errors)), 0);
	assert_string_equal(t.text, "1[s]\n3 s.a=1\n5 s.b=2\n");
	assert_int_equal(t.file.n_errors, 1);
	assert_non_null(strstr(errors, ":4: [s] long: the line is too long\n"));
}

/* Two that differ only where inih cuts would be one. */
static void refuses_names_that_would_be_cut(void **state)
{
	struct told t;
	char errors[1024] = "";

	assert_int_equal(load(&t,
			      "[connection 234567890123456789012345678901234567890]\n"
			      "[connection 23456789012345678901234567890123456789]\n",
			      errors, sizeof(errors)),
			 0);
	assert_int_equal(t.file.n_errors, 1);
	assert_non_null(strstr(
		errors,
		":1: [connection 234567890123456789012345678901234567890]: a section has at most 49 bytes"));
}

static void refuses_what_is_neither(void **state)
{
	struct told t;
	char errors[1024] = "";

	assert_int_equal(load(&t, "[s]\nnonsense\na=1\n[open\n", errors, sizeof(errors)), 0);
	assert_string_equal(t.text, "1[s]\n3 s.a=1\n4[?]\n");
	assert_int_equal(t.file.n_errors, 1);
	assert_non_null(strstr(errors, ":2: expected [section] or key = value\n"));
}

static void errors_are_counted_and_bounded(void **state)
{
	struct inifile file = { .path = "F" };
	char errors[4096] = "";
	unsigned lines = 0;

	file.errors = fmemopen(errors, sizeof(errors), "w");
	assert_non_null(file.errors);
	for (unsigned i = 0; i < 100; i++)
		inifile_complain(&file, i, "s", i ? "k" : "", "why");
	fclose(file.errors);
	assert_int_equal(file.n_errors, 100);
	for (const char *p = errors; (p = strchr(p, '\n')); p++)
		lines++;
	assert_int_equal(lines, INIFILE_ERRORS_MAX);
	assert_memory_equal(errors, "F:0: [s]: why\nF:1: [s] k: why\n", 29);
}

static void finds_the_name_of_a_section(void **state)
{
	assert_string_equal(inifile_section_name("guest gui", "guest"), "gui");
	assert_string_equal(inifile_section_name("guest \t gui x", "guest"), "gui x");
	assert_string_equal(inifile_section_name("guest", "guest"), "");
	assert_null(inifile_section_name("guests gui", "guest"));
	assert_null(inifile_section_name("gue", "guest"));
}

static void says_why_it_cannot_be_read(void **state)
{
	static const struct inifile_callbacks callbacks = { .option = on_option };
	struct inifile file;

	assert_int_equal(inifile_read(&file, "/nonexistent/file", stderr, &callbacks, NULL), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_each_line_with_its_number),
		cmocka_unit_test(names_the_line_that_is_too_long),
		cmocka_unit_test(refuses_names_that_would_be_cut),
		cmocka_unit_test(refuses_what_is_neither),
		cmocka_unit_test(errors_are_counted_and_bounded),
		cmocka_unit_test(finds_the_name_of_a_section),
		cmocka_unit_test(says_why_it_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
