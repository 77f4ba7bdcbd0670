/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of cmocka that this project's tests use, for builds without it (musl). A failed assertion ends the program with a
 * line that names the place: enough for a second C library, where the same tests have passed with the real one before.
 */
#ifndef TESTS_UNIT_SHIM_CMOCKA_H
#define TESTS_UNIT_SHIM_CMOCKA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct CMUnitTest {
	const char *name;
	void (*test)(void **state);
	int (*setup)(void **state);
	int (*teardown)(void **state);
};

#define cmocka_unit_test(f)                                                                                  \
	{                                                                                                    \
#f, f, NULL, NULL                                                                            \
	}
#define cmocka_unit_test_setup(f, setup) cmocka_unit_test_setup_teardown(f, setup, NULL)
#define cmocka_unit_test_setup_teardown(f, setup, teardown)                                                  \
	{                                                                                                    \
#f, f, setup, teardown                                                                       \
	}

__attribute__((noreturn, format(printf, 3, 4))) static inline void shim_fail(const char *file, int line,
									     const char *format, ...)
{
	__builtin_va_list args;

	fprintf(stderr, "%s:%d: ", file, line);
	__builtin_va_start(args, format);
	vfprintf(stderr, format, args);
	__builtin_va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static inline void shim_check(bool ok, const char *what, const char *file, int line)
{
	if (!ok)
		shim_fail(file, line, "%s", what);
}

static inline void shim_equal(uintmax_t a, uintmax_t b, bool want, const char *what, const char *file,
			      int line)
{
	if ((a == b) != want)
		shim_fail(file, line, "%s: %jd (%#jx), %jd (%#jx)", what, (intmax_t)a, a, (intmax_t)b, b);
}

static inline void shim_string(const char *a, const char *b, const char *file, int line)
{
	if (strcmp(a, b) != 0)
		shim_fail(file, line, "\"%s\" is not \"%s\"", a, b);
}

#define fail()             shim_fail(__FILE__, __LINE__, "fail()")
#define fail_msg(...)      shim_fail(__FILE__, __LINE__, __VA_ARGS__)
#define skip()             return
#define print_message(...) printf(__VA_ARGS__)
#define assert_true(c)     shim_check(!!(c), #c " is false", __FILE__, __LINE__)
#define assert_false(c)    shim_check(!(c), #c " is true", __FILE__, __LINE__)
#define assert_null(c)     shim_check(!(c), #c " is not NULL", __FILE__, __LINE__)
#define assert_non_null(c) shim_check(!!(c), #c " is NULL", __FILE__, __LINE__)
#define assert_int_equal(a, b)                                                                               \
	shim_equal((uintmax_t)(a), (uintmax_t)(b), true, #a " != " #b, __FILE__, __LINE__)
#define assert_int_not_equal(a, b)                                                                           \
	shim_equal((uintmax_t)(a), (uintmax_t)(b), false, #a " == " #b, __FILE__, __LINE__)
#define assert_ptr_equal(a, b)                                                                               \
	shim_check((const void *)(a) == (const void *)(b), #a " != " #b, __FILE__, __LINE__)
#define assert_string_equal(a, b)     shim_string((a), (b), __FILE__, __LINE__)
#define assert_string_not_equal(a, b) shim_check(strcmp((a), (b)) != 0, #a " is " #b, __FILE__, __LINE__)
#define assert_memory_equal(a, b, n)                                                                         \
	shim_check(!memcmp((a), (b), (n)), #a " differs from " #b, __FILE__, __LINE__)
#define assert_in_range(v, min, max)                                                                         \
	shim_check((uintmax_t)(v) >= (uintmax_t)(min) && (uintmax_t)(v) <= (uintmax_t)(max),                 \
		   #v " is out of range", __FILE__, __LINE__)

#define cmocka_run_group_tests(tests, setup, teardown)                                                       \
	shim_run((tests), sizeof(tests) / sizeof((tests)[0]), (setup), (teardown))

static inline int shim_run(const struct CMUnitTest *tests, size_t n, int (*setup)(void **),
			   int (*teardown)(void **))
{
	void *group = NULL;

	if (setup && setup(&group))
		return 1;
	for (size_t i = 0; i < n; i++) {
		void *state = group;

		if (tests[i].setup && tests[i].setup(&state))
			return 1;
		tests[i].test(&state);
		if (tests[i].teardown && tests[i].teardown(&state))
			return 1;
		printf("ok %s\n", tests[i].name);
	}
	return teardown && teardown(&group);
}

#endif
