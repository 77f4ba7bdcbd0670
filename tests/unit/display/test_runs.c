/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text of any script in runs and in lines. */
#include "tests/unit/testing.h"

#include <stdio.h>

#include "display/osd/runs.h"

static void check_runs(const char *text, const char *expected)
{
	char found[256] = "";
	size_t at = 0, bytes, used = 0;
	enum run_script script;

	while ((bytes = run_next(text + at, &script)) > 0) {
		used += (size_t)snprintf(found + used, sizeof(found) - used, "%c[%.*s]", "LAH"[script],
					 (int)bytes, text + at);
		at += bytes;
	}
	assert_int_equal(text[at], '\0');
	assert_string_equal(found, expected);
}

static void test_runs(void **state)
{
	check_runs("", "");
	check_runs("office: not connected", "L[office: not connected]");
	check_runs("会計部門: lost", "L[会計部門: lost]");
	/* Words of one script stay together; the blank before another one is nobody's. */
	check_runs("قسم المحاسبة: lost", "A[قسم المحاسبة]L[: lost]");
	check_runs("4  חשבונות", "L[4  ]H[חשבונות]");
	check_runs("שלום عالم", "H[שלום]L[ ]A[عالم]");
	/* Malformed bytes are characters that nobody knows. */
	check_runs("a\xff\xe4", "L[a\xff\xe4]");
}

/* Each character is one wide, those of three bytes two. */
static int width(void *user, const char *text)
{
	int sum = 0;
	size_t bytes;

	for (; *text; text += bytes) {
		run_character(text, &bytes);
		sum += bytes == 3 ? 2 : 1;
	}
	return sum;
}

static void check_lines(const char *text, int limit, const char *expected)
{
	char line[32], found[256] = "";

	do {
		text = run_wrap(line, sizeof(line), text, limit, width, NULL);
		snprintf(found + strlen(found), sizeof(found) - strlen(found), "%s|", line);
	} while (*text);
	assert_string_equal(found, expected);
}

static void test_lines(void **state)
{
	check_lines("", 10, "|");
	check_lines("the server refused", 10, "the server|refused|");
	check_lines("the server refused", 9, "the|server|refused|");
	check_lines("/run/guests/vnc.sock: gone", 14, "/run/guests/|vnc.sock: gone|");
	check_lines("/absolute", 4, "/abs|olut|e|");
	/* Never within a character; at least one, however narrow it is. */
	check_lines("会計部門", 5, "会計|部門|");
	check_lines("会計", 1, "会|計|");
	check_lines("ab", -3, "a|b|");
	/* What a line's buffer cannot hold goes into the next one. */
	check_lines("0123456789012345678901234567890123456789", 100,
		    "0123456789012345678901234567890|123456789|");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
