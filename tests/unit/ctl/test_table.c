/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/ctl/table.h"

#include "tests/unit/testing.h"

static const struct table_column columns[] = {
	{ "ID", false, false },
	{ "COUNT", true, false },
	{ "NAME", false, true },
};

static struct table *make(const char *const (*rows)[3], size_t n)
{
	struct table *table;

	assert_int_equal(table_create(&table, columns, COUNT_OF(columns)), 0);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(table_add(table, rows[i]), 0);
	return table;
}

static void check(const struct table *table, unsigned width, const char *expected)
{
	char *text = table_format(table, width);

	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
}

static void columns_are_as_wide_as_their_widest_cell(void **state)
{
	static const char *const rows[][3] = { { "a", "7", "mouse" },
					       { "usb-1", "1234567", "" },
					       { "", "", "x" } };
	struct table *table = make(rows, COUNT_OF(rows));

	check(table, 0,
	      "ID       COUNT  NAME\n"
	      "a            7  mouse\n"
	      "usb-1  1234567\n"
	      "                x\n");
	assert_int_equal(table_columns(table), 5 + 2 + 7 + 2 + 5);
	table_destroy(table);
}

/* "Größe" is 7 bytes and 5 columns, a CJK character 3 bytes and 2, a combining mark 2 and none. */
static void widths_are_columns_not_bytes(void **state)
{
	static const char *const rows[][3] = {
		{ "Gr\xc3\xb6\xc3\x9f"
		  "e",
		  "1", "a" },
		{ "\xe8\xa7\xa6\xe6\x91\xb8", "2", "b" },
		{ "e\xcc\x81", "3", "c" },
	};
	struct table *table = make(rows, COUNT_OF(rows));

	check(table, 0,
	      "ID     COUNT  NAME\n"
	      "Gr\xc3\xb6\xc3\x9f"
	      "e      1  a\n"
	      "\xe8\xa7\xa6\xe6\x91\xb8       2  b\n"
	      "e\xcc\x81          3  c\n");
	table_destroy(table);
}

static void only_wrapping_columns_give_way(void **state)
{
	static const char *const rows[][3] = { { "usb-046d", "1", "Logitech K400 Plus keyboard" },
					       { "b", "2", "x" } };
	struct table *table = make(rows, COUNT_OF(rows));

	check(table, 31,
	      "ID        COUNT  NAME\n"
	      "usb-046d      1  Logitech K400\n"
	      "                 Plus keyboard\n"
	      "b             2  x\n");
	/* Narrower than what may not wrap: the line stays too wide, the column does not vanish. */
	check(table, 10,
	      "ID        COUNT  NAME\n"
	      "usb-046d      1  Logitech\n"
	      "                 K400\n"
	      "                 Plus\n"
	      "                 keyboard\n"
	      "b             2  x\n");
	table_destroy(table);
}

static void a_word_that_is_too_long_is_cut_between_characters(void **state)
{
	static const char *const rows[][3] = {
		{ "a", "1", "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xb6,rest" }
	};
	struct table *table = make(rows, COUNT_OF(rows));

	check(table, 18,
	      "ID  COUNT  NAME\n"
	      "a       1  \xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\n"
	      "           \xc3\xb6,rest\n");
	table_destroy(table);
}

static void notes_go_below_and_wrap(void **state)
{
	static const char *const rows[][3] = { { "a", "1", "x" } };
	struct table *table = make(rows, COUNT_OF(rows));

	assert_int_equal(table_add_note(table, "mouse: REL_X/Y, BTN_LEFT"), 0);
	check(table, 0, "ID  COUNT  NAME\na       1  x\n    mouse: REL_X/Y, BTN_LEFT\n");
	check(table, 22, "ID  COUNT  NAME\na       1  x\n    mouse: REL_X/Y,\n    BTN_LEFT\n");
	table_destroy(table);
}

/* Whatever the text and the width: nothing is lost but blanks, no line ends with one, and it comes to an end. */
static void wrapping_keeps_every_character(void **state)
{
	static const char *const pieces[] = { "a", "bc", " ", ",", "\xc3\xa9", "\xe6\x91\xb8", "long-word" };
	struct rng rng = { 11 };

	for (unsigned round = 0; round < 2000; round++) {
		char cell[256] = "";
		const char *row[3] = { "i", "1", cell };
		struct table *table;
		char *text;
		const char *rest = cell;

		for (unsigned i = rng_below(&rng, 20); i; i--)
			strcat(cell, pieces[rng_below(&rng, COUNT_OF(pieces))]);
		table = make((const char *const(*)[3]) & row, 1);
		text = table_format(table, 1 + rng_below(&rng, 40));
		assert_non_null(text);
		assert_null(strstr(text, " \n"));
		/* Behind the title row and the two first cells. */
		for (const char *p = strchr(strchr(text, '\n'), '1') + 1; *p; p++) {
			if (*p == ' ' || *p == '\n')
				continue;
			while (*rest == ' ')
				rest++;
			assert_int_equal(*p, *rest);
			rest++;
		}
		assert_int_equal(rest[strspn(rest, " ")], '\0');
		free(text);
		table_destroy(table);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
		cmocka_unit_test(widths_are_columns_not_bytes),
		cmocka_unit_test(only_wrapping_columns_give_way),
		cmocka_unit_test(a_word_that_is_too_long_is_cut_between_characters),
		cmocka_unit_test(notes_go_below_and_wrap),
		cmocka_unit_test(wrapping_keeps_every_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
