/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/ctl/confedit.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/testing.h"

static void becomes(const char *before, const char *after)
{
	char *text = conf_set(before, "sensors", "mount-matrix", "M");

	assert_non_null(text);
	assert_string_equal(text, after);
	free(text);
	/* Doing it twice changes nothing more. */
	text = conf_set(after, "sensors", "mount-matrix", "M");
	assert_non_null(text);
	assert_string_equal(text, after);
	free(text);
}

static void an_option_that_is_there_is_replaced(void **state)
{
	becomes("[sensors]\nmount-matrix = old\naction = x\n", "[sensors]\nmount-matrix = M\naction = x\n");
	becomes("[sensors]\n  mount-matrix:old", "[sensors]\nmount-matrix = M\n");
	becomes("[sensors]\n#mount-matrix =\nmount-matrix=old\n",
		"[sensors]\n#mount-matrix =\nmount-matrix = M\n");
}

static void a_commented_one_shows_the_place(void **state)
{
	becomes("[sensors]\n# How it sits.\n#mount-matrix =\n\n# Then.\n#action =\n[x]\n",
		"[sensors]\n# How it sits.\n#mount-matrix =\nmount-matrix = M\n\n# Then.\n#action =\n[x]\n");
}

static void otherwise_the_sections_end_is_the_place(void **state)
{
	becomes("[sensors]\naction = x\n\n[screen]\nwidth = 1\n",
		"[sensors]\naction = x\nmount-matrix = M\n\n[screen]\nwidth = 1\n");
	becomes("[sensors]\naction = x", "[sensors]\naction = x\nmount-matrix = M\n");
	becomes("[sensors]", "[sensors]\nmount-matrix = M\n");
}

static void a_missing_section_is_added(void **state)
{
	becomes("", "[sensors]\nmount-matrix = M\n");
	becomes("[screen]\nmount-matrix = no\n",
		"[screen]\nmount-matrix = no\n\n[sensors]\nmount-matrix = M\n");
	becomes("# only this", "# only this\n\n[sensors]\nmount-matrix = M\n");
}

static void names_that_only_begin_alike_are_others(void **state)
{
	becomes("[sensors2]\nmount-matrix = no\n[sensors]\nmount-matrix-2 = no\n",
		"[sensors2]\nmount-matrix = no\n[sensors]\nmount-matrix-2 = no\nmount-matrix = M\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_option_that_is_there_is_replaced),
		cmocka_unit_test(a_commented_one_shows_the_place),
		cmocka_unit_test(otherwise_the_sections_end_is_the_place),
		cmocka_unit_test(a_missing_section_is_added),
		cmocka_unit_test(names_that_only_begin_alike_are_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
