/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/ctl/json.h"

#include "tests/unit/testing.h"

static void commas_and_quotes_come_by_themselves(void **state)
{
	struct json j = { 0 };

	json_object(&j, NULL);
	json_string(&j, "name", "K400 \"Plus\"\\");
	json_array(&j, "classes");
	json_string(&j, NULL, "keyboard");
	json_string(&j, NULL, "mouse");
	json_end(&j);
	json_array(&j, "none");
	json_end(&j);
	json_object(&j, "ids");
	json_integer(&j, "min", INT64_MIN);
	json_unsigned(&j, "max", UINT64_MAX);
	json_bool(&j, "claimed", false);
	json_null(&j, "value");
	json_end(&j);
	json_end(&j);
	json_newline(&j);
	assert_int_equal(json_error(&j), 0);
	assert_string_equal(
		j.text,
		"{\"name\":\"K400 \\\"Plus\\\"\\\\\",\"classes\":[\"keyboard\",\"mouse\"],\"none\":[],"
		"\"ids\":{\"min\":-9223372036854775808,\"max\":18446744073709551615,"
		"\"claimed\":false,\"value\":null}}\n");
	assert_int_equal(j.len, strlen(j.text));
	json_finish(&j);
}

static void control_characters_are_escaped(void **state)
{
	struct json j = { 0 };

	json_string(&j, NULL, "a\nb\x1b\x01");
	assert_string_equal(j.text, "\"a\\u000ab\\u001b\\u0001\"");
	json_finish(&j);
}

/* Strings of any length, at any fill of the buffer, come out whole. */
static void it_grows(void **state)
{
	struct json j = { 0 };
	char text[600];
	size_t expected = 1;

	json_array(&j, NULL);
	for (size_t n = 0; n < sizeof(text); n++) {
		memset(text, '\x02', n);
		text[n] = '\0';
		json_string(&j, NULL, text);
		expected += 2 + 6 * n + (n > 0);
	}
	json_end(&j);
	assert_int_equal(json_error(&j), 0);
	assert_int_equal(j.len, expected + 1);
	assert_int_equal(strlen(j.text), j.len);
	json_finish(&j);
}

static void reset_begins_anew(void **state)
{
	struct json j = { 0 };

	json_object(&j, NULL);
	json_integer(&j, "a", 1);
	json_reset(&j);
	json_object(&j, NULL);
	json_integer(&j, "b", 2);
	json_end(&j);
	assert_string_equal(j.text, "{\"b\":2}");
	json_finish(&j);
}

static void too_deep_is_an_error_not_a_crash(void **state)
{
	struct json j = { 0 };

	for (unsigned i = 0; i <= JSON_DEPTH_MAX; i++)
		json_array(&j, NULL);
	assert_true(json_error(&j) < 0);
	json_finish(&j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commas_and_quotes_come_by_themselves),
		cmocka_unit_test(control_characters_are_escaped),
		cmocka_unit_test(it_grows),
		cmocka_unit_test(reset_begins_anew),
		cmocka_unit_test(too_deep_is_an_error_not_a_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
