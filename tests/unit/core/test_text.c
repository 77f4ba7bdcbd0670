/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/core/text.h"

#include <errno.h>
#include <limits.h>

#include "hub/core/log.h"
#include "hub/core/clock.h"
#include "tests/unit/testing.h"

static void clean_replaces_what_is_not_text(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "", "" },
		{ "ELAN Touchscreen", "ELAN Touchscreen" },
		{ "Sony PLAYSTATION(R)3", "Sony PLAYSTATION(R)3" },
		{ "Microsoft\xc2\xae Nano", "Microsoft\xc2\xae Nano" },
		{ "a\nb\tc\x1b[31m\x7f", "a?b?c?[31m?" },
		{ "\xc2\x85", "??" },       /* C1: NEL */
		{ "\xc2\xa0", "\xc2\xa0" }, /* the first character behind C1 */
		{ "\xff\xfe", "??" },
		{ "\xc0\xaf", "??" },           /* overlong '/' */
		{ "\xe0\x80\xaf", "???" },      /* overlong, three bytes */
		{ "\xed\xa0\x80", "???" },      /* a surrogate */
		{ "\xf4\x90\x80\x80", "????" }, /* above U+10FFFF */
		{ "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf" },
		{ "x\xe2\x82", "x??" }, /* cut short */
		{ "\xe2\x82\xac\xe2", "\xe2\x82\xac?" },
		{ "\xe2(\xa1", "?(?" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char buf[64];

		strcpy(buf, cases[i].in);
		text_clean(buf);
		assert_string_equal(buf, cases[i].out);
	}
}

/* Whatever goes in: what comes out has the same length, no control character, and is left alone by a second pass. */
static void clean_is_idempotent(void **state)
{
	struct rng r = { 1 };

	for (int n = 0; n < 20000; n++) {
		char once[40], twice[40];
		size_t len = rng_below(&r, sizeof(once));

		for (size_t i = 0; i < len; i++)
			once[i] = (char)(1 + rng_below(&r, 255));
		once[len] = '\0';
		text_clean(once);
		strcpy(twice, once);
		text_clean(twice);
		assert_int_equal(strlen(once), len);
		assert_string_equal(twice, once);
		for (size_t i = 0; i < len; i++)
			assert_true((unsigned char)once[i] >= 0x20 && once[i] != 0x7f);
	}
}

static void copy_cuts_between_characters(void **state)
{
	static const struct {
		size_t size;
		const char *src;
		size_t src_len;
		const char *out;
	} cases[] = {
		{ 8, "abc", SIZE_MAX, "abc" },
		{ 8, "abcdefgh", 8, "abcdefg" },
		{ 8, "abc", 2, "ab" },
		{ 1, "abc", 3, "" },
		{ 3, "a\xc3\xa9", 3, "a" },
		{ 4, "a\xc3\xa9", 3, "a\xc3\xa9" },
		{ 5, "ab\xf0\x9f\x98\x80", 6, "ab" },
		{ 4, "\xa0\xa0\xa0\xa0\xa0\xa0", 6, "???" }, /* not a sequence: nothing to keep whole */
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char buf[16];

		memset(buf, 'X', sizeof(buf));
		text_copy(buf, cases[i].size, cases[i].src, cases[i].src_len);
		assert_string_equal(buf, cases[i].out);
		assert_int_equal(buf[cases[i].size], 'X');
	}
}

static void slug_makes_path_components(void **state)
{
	static const struct {
		size_t size;
		const char *in, *out;
	} cases[] = {
		{ 32, "ELAN Touchscreen", "elan-touchscreen" },
		{ 32, "  AT Translated Set 2  ", "at-translated-set-2" },
		{ 32, "../../etc", "etc" },
		{ 32, "usb-046d-c52b", "usb-046d-c52b" },
		{ 32, "\xc2\xae", "x" },
		{ 32, "", "x" },
		{ 4, "ab cd", "ab" },
		{ 5, "ab cd", "ab-c" },
		{ 3, "abcdef", "ab" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char buf[32];

		text_slug(buf, cases[i].size, cases[i].in);
		assert_string_equal(buf, cases[i].out);
	}
}

static void numbers_are_whole_strings(void **state)
{
	static const struct {
		const char *s;
		int base, rc;
		long value;
	} cases[] = {
		{ "0", 10, 0, 0 },
		{ "42", 10, 0, 42 },
		{ "-5", 10, 0, -5 },
		{ "0x2a", 0, 0, 42 },
		{ "", 10, -EINVAL, 0 },
		{ " 1", 10, -EINVAL, 0 },
		{ "1 ", 10, -EINVAL, 0 },
		{ "1k", 10, -EINVAL, 0 },
		{ "-", 10, -EINVAL, 0 },
		{ "\n", 10, -EINVAL, 0 },
		{ "1001", 10, -ERANGE, 0 },
		{ "-101", 10, -ERANGE, 0 },
		{ "99999999999999999999", 10, -ERANGE, 0 },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		long v = 0;

		assert_int_equal(text_to_long(cases[i].s, cases[i].base, -100, 1000, &v), cases[i].rc);
		if (!cases[i].rc)
			assert_int_equal(v, cases[i].value);
	}
}

static void json_escapes_or_leaves_alone(void **state)
{
	char buf[32] = "{";

	assert_int_equal(text_json(buf, sizeof(buf), "a\"b\\c\n"), 0);
	assert_string_equal(buf, "{\"a\\\"b\\\\c\\u000a\"");
	strcpy(buf, "[");
	assert_int_equal(text_json(buf, sizeof(buf), "Caf\xc3\xa9"), 0);
	assert_string_equal(buf, "[\"Caf\xc3\xa9\"");

	/* Every size: it fits and is complete, or nothing of it is there. */
	for (size_t size = 2; size <= sizeof(buf); size++) {
		strcpy(buf, "x");
		if (text_json(buf, size, "0123456789\n\"") == 0)
			assert_string_equal(buf, "x\"0123456789\\u000a\\\"\"");
		else
			assert_string_equal(buf, "x");
		assert_true(strlen(buf) < size);
	}
}

static void patterns_match_whole_strings(void **state)
{
	static const struct {
		const char *pattern, *s;
		bool match;
	} cases[] = {
		{ "", "", true },
		{ "", "a", false },
		{ "a", "", false },
		{ "*", "", true },
		{ "*", "anything", true },
		{ "a*c", "abc", true },
		{ "a*c", "ac", true },
		{ "a*c", "abcd", false },
		{ "?", "a", true },
		{ "?", "", false },
		{ "a?c", "abc", true },
		{ "*b*", "abc", true },
		{ "*aab", "aaaab", true },
		{ "*.conf", "x.conf", true },
		{ "\\*", "*", true },
		{ "\\*", "a", false },
		{ "\\?x", "?x", true },
		{ "\\?x", "ax", false },
		{ "a\\", "a\\", true },
		{ "**", "x", true },
		{ "*\\**", "a*b", true },
		{ "usb-046d-*", "usb-046d-c52b-1", true },
		{ "usb-046d-*", "usb-046e", false },
		{ "a*b*c*d", "aXbXcX", false },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(text_match(cases[i].pattern, cases[i].s), cases[i].match);
}

/* A hostile pattern must not take for ever: quadratic, not exponential. */
static void many_stars_end(void **state)
{
	char pattern[201], s[2001];

	for (int i = 0; i < 200; i += 2) {
		pattern[i] = '*';
		pattern[i + 1] = 'a';
	}
	pattern[199] = 'b';
	pattern[200] = '\0';
	memset(s, 'a', 2000);
	s[2000] = '\0';
	assert_false(text_match(pattern, s));
}

static void hash_is_fnv1a(void **state)
{
	assert_true(text_hash(TEXT_HASH_SEED, "", 0) == 0xcbf29ce484222325ull);
	assert_true(text_hash(TEXT_HASH_SEED, "a", 1) == 0xaf63dc4c8601ec8cull);
	assert_true(text_hash(TEXT_HASH_SEED, "foobar", 6) == 0x85944171f73967e8ull);
	assert_true(text_hash(text_hash(TEXT_HASH_SEED, "foo", 3), "bar", 3) == 0x85944171f73967e8ull);
}

static void log_limit_counts_what_it_drops(void **state)
{
	struct log_limit limit = { 0 };
	unsigned skipped = 99;

	assert_true(log_limit_allow(&limit, 2, NS_PER_S, &skipped));
	assert_int_equal(skipped, 0);
	assert_true(log_limit_allow(&limit, 2, NS_PER_S + 1, &skipped));
	for (int i = 0; i < 5; i++)
		assert_false(log_limit_allow(&limit, 2, NS_PER_S + 2, &skipped));
	assert_true(log_limit_allow(&limit, 2, 2 * NS_PER_S, &skipped));
	assert_int_equal(skipped, 5);
	assert_true(log_limit_allow(&limit, 2, 2 * NS_PER_S, &skipped));
	assert_int_equal(skipped, 0);
}

static void log_levels_have_names(void **state)
{
	enum log_level level = LOG_LEVEL_INFO;

	assert_int_equal(log_level_parse("warning", &level), 0);
	assert_int_equal(level, LOG_LEVEL_WARN);
	assert_int_equal(log_level_parse("loud", &level), -EINVAL);
	assert_int_equal(level, LOG_LEVEL_WARN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clean_replaces_what_is_not_text),
		cmocka_unit_test(clean_is_idempotent),
		cmocka_unit_test(copy_cuts_between_characters),
		cmocka_unit_test(slug_makes_path_components),
		cmocka_unit_test(numbers_are_whole_strings),
		cmocka_unit_test(json_escapes_or_leaves_alone),
		cmocka_unit_test(patterns_match_whole_strings),
		cmocka_unit_test(many_stars_end),
		cmocka_unit_test(hash_is_fnv1a),
		cmocka_unit_test(log_limit_counts_what_it_drops),
		cmocka_unit_test(log_levels_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
