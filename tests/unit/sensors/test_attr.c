/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit/testing.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "sensors/attr.h"
#include "sensors/iio/format.h"

static void integers(void **state)
{
	static const struct {
		const char *text;
		int rc;
		int64_t value;
	} cases[] = {
		{ "0\n", 0, 0 },
		{ "  42 \n", 0, 42 },
		{ "-7", 0, -7 },
		{ "+7", 0, 7 },
		{ "9223372036854775807", 0, INT64_MAX },
		{ "9223372036854775808", -ERANGE, 0 },
		{ "-9223372036854775808", 0, INT64_MIN },
		{ "18446744073709551615", -ERANGE, 0 },
		{ "", -ENODATA, 0 },
		{ " \n", -ENODATA, 0 },
		{ "-", -EINVAL, 0 },
		{ "- 7", -EINVAL, 0 },
		{ "0x10", -EINVAL, 0 },
		{ "12 mV", -EINVAL, 0 },
		{ "1.5", -EINVAL, 0 },
		{ "<not supported>", -EINVAL, 0 },
		{ "1\n2", -EINVAL, 0 },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t value = 99;

		assert_int_equal(attr_parse_s64(cases[i].text, &value), cases[i].rc);
		assert_int_equal(value, cases[i].rc ? 99 : cases[i].value);
	}
}

static void decimals(void **state)
{
	static const struct {
		const char *text;
		int rc;
		double value;
	} cases[] = {
		{ "0.000001\n", 0, 1e-6 },
		{ "9.58e-6", 0, 9.58e-6 },
		{ "-12", 0, -12 },
		{ ".5", 0, 0.5 },
		{ "5.", 0, 5 },
		{ "nan", -EINVAL, 0 },
		{ "NaN\n", -EINVAL, 0 },
		{ "inf", -EINVAL, 0 },
		{ "-infinity", -EINVAL, 0 },
		{ "0x1p3", -EINVAL, 0 },
		{ "1e", -EINVAL, 0 },
		{ "1e+", -EINVAL, 0 },
		{ ".", -EINVAL, 0 },
		{ "-", -EINVAL, 0 },
		{ "1e999", -ERANGE, 0 },
		{ "", -ENODATA, 0 },
		{ "1,5", -EINVAL, 0 },
		{ "0.5 g", -EINVAL, 0 },
		{ "--1", -EINVAL, 0 },
		{ "9223372036854775808", 0, 9223372036854775808.0 },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		double value = 99;

		assert_int_equal(attr_parse_double(cases[i].text, &value), cases[i].rc);
		assert_true(value == (cases[i].rc ? 99 : cases[i].value));
	}
}

static void rounding(void **state)
{
	int64_t v = 0;

	assert_int_equal(attr_round(1.5, 0, 10, &v), 0);
	assert_int_equal(v, 2);
	assert_int_equal(attr_round(NAN, 0, 10, &v), -ERANGE);
	assert_int_equal(attr_round(INFINITY, 0, 10, &v), -ERANGE);
	assert_int_equal(attr_round(11, 0, 10, &v), -ERANGE);
	assert_int_equal(attr_round(-0.1, 0, 10, &v), -ERANGE);
}

static void every_integer_comes_back(void **state)
{
	struct rng rng = { 1 };

	for (int i = 0; i < 20000; i++) {
		int64_t value = (int64_t)rng_next(&rng) >> rng_below(&rng, 64);
		int64_t parsed;
		char text[32];

		snprintf(text, sizeof(text), "%lld\n", (long long)value);
		assert_int_equal(attr_parse_s64(text, &parsed), 0);
		assert_int_equal(parsed, value);
	}
}

static void scan_types(void **state)
{
	static const struct {
		const char *text;
		bool ok;
		uint8_t bytes[8];
		int64_t value;
	} cases[] = {
		{ "le:s32/32>>0", true, { 0xff, 0xff, 0xff, 0xff }, -1 },
		{ "be:u12/16>>4\n", true, { 0x12, 0x34 }, 0x123 },
		{ "le:s12/16>>4", true, { 0xf0, 0x80 }, -0x7f1 },
		{ "le:u8/8>>0", true, { 0x80 }, 0x80 },
		{ "le:s8/8", true, { 0x80 }, -128 },
		{ "le:s64/64>>0", true, { 0, 0, 0, 0, 0, 0, 0, 0x80 }, INT64_MIN },
		{ "le:u64/64>>0", true, { 0, 0, 0, 0, 0, 0, 0, 0x80 }, INT64_MAX },
		{ "le:s16/16X2>>0", true, { 0xfe, 0xff }, -2 },
		{ "le:s0/16>>0", false, { 0 }, 0 },
		{ "le:s16/24>>0", false, { 0 }, 0 },
		{ "le:s17/16>>0", false, { 0 }, 0 },
		{ "le:s16/16>>1", false, { 0 }, 0 },
		{ "le:s16/16X0>>0", false, { 0 }, 0 },
		{ "le:s16/16X99>>0", false, { 0 }, 0 },
		{ "le:x16/16>>0", false, { 0 }, 0 },
		{ "me:s16/16>>0", false, { 0 }, 0 },
		{ "le:s16", false, { 0 }, 0 },
		{ "le:s99999999999/16>>0", false, { 0 }, 0 },
		{ "", false, { 0 }, 0 },
		{ "l", false, { 0 }, 0 },
		{ "le:s16/16>>0 ", false, { 0 }, 0 },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct scan_type type;

		assert_int_equal(scan_type_parse(cases[i].text, &type), cases[i].ok ? 0 : -EINVAL);
		if (cases[i].ok)
			assert_int_equal(scan_type_decode(&type, cases[i].bytes), cases[i].value);
	}
}

static void scans_are_aligned(void **state)
{
	struct scan_type types[4];
	size_t offsets[4];

	assert_int_equal(scan_type_parse("le:s16/16>>0", &types[0]), 0);
	assert_int_equal(scan_type_parse("le:s32/32>>0", &types[1]), 0);
	assert_int_equal(scan_type_parse("le:u8/8>>0", &types[2]), 0);
	assert_int_equal(scan_type_parse("le:s64/64>>0", &types[3]), 0);
	assert_int_equal(scan_layout(types, 4, offsets), 24);
	assert_int_equal(offsets[0], 0);
	assert_int_equal(offsets[1], 4);
	assert_int_equal(offsets[2], 8);
	assert_int_equal(offsets[3], 16);
	/* Three axes of 16 bits and nothing else: six bytes, as the kernel has it. */
	types[1] = types[2] = types[0];
	assert_int_equal(scan_layout(types, 3, offsets), 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers),   cmocka_unit_test(decimals),
		cmocka_unit_test(rounding),   cmocka_unit_test(every_integer_comes_back),
		cmocka_unit_test(scan_types), cmocka_unit_test(scans_are_aligned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
