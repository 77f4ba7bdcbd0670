/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of recordings share: parse text or expect the error. */
#ifndef TESTS_UNIT_RECORDING_RECORDING_TESTING_H
#define TESTS_UNIT_RECORDING_RECORDING_TESTING_H

#include <errno.h>
#include <stdio.h>

#include "hub/source/recording.h"
#include "tests/unit/testing.h"

static inline struct recording parse(const char *text)
{
	char err[RECORDING_ERROR_MAX];
	struct recording r;
	int rc = recording_parse(&r, "file", text, strlen(text), err);

	if (rc < 0)
		fail_msg("%s", err);
	return r;
}

/* The text must be refused with exactly these words. */
static inline void expect_error(const char *text, size_t len, const char *wanted)
{
	char err[RECORDING_ERROR_MAX];
	struct recording r;

	assert_int_equal(recording_parse(&r, "file", text, len, err), -EINVAL);
	assert_string_equal(err, wanted);
	assert_null(r.devices);
	assert_null(r.frames);
	assert_null(r.events);
}

static inline void expect_event(const struct recording *r, size_t frame, unsigned index, unsigned type,
				unsigned code, int32_t value)
{
	const struct event *e = &r->events[r->frames[frame].first + index];

	assert_true(index < r->frames[frame].count);
	assert_int_equal(e->type, type);
	assert_int_equal(e->code, code);
	assert_int_equal(e->value, value);
}

#endif
