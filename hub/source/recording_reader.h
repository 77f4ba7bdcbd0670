/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the two parsers share: a cursor over text, errors with a line, and the growing recording. Private to recording*.c.
 */
#ifndef HUB_SOURCE_RECORDING_READER_H
#define HUB_SOURCE_RECORDING_READER_H

#include "hub/source/recording.h"

/* A stretch of text, eaten from its beginning. */
struct span {
	const char *p;
	const char *end;
};

struct recording_reader {
	struct recording *recording;
	const char *file;
	char *err;
	unsigned line; /* the one being read, from 1 */
	struct span rest;
	size_t events_capacity, frames_capacity;
	uint32_t open_count; /* events since the last SYN_REPORT, at the end of recording->events */
	uint64_t open_times[FRAME_EVENTS_MAX]; /* their times */
};

/* Writes "FILE:LINE: " and the text. Always -EINVAL. */
int reader_fail(struct recording_reader *rd, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same, followed by `, found "…"` with the beginning of what stands there. */
int reader_fail_at(struct recording_reader *rd, struct span found, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The next line without its end. 1; 0 behind the last; or -EINVAL for one that is too long. */
int reader_next_line(struct recording_reader *rd, struct span *line);

/* Begins a device: recording->devices[recording->n_devices - 1] from now on. What the one before left open is counted. */
int reader_add_device(struct recording_reader *rd);

/* Checks and takes one event of the last device; a SYN_REPORT closes the frame. 0, -EINVAL or -ENOMEM. */
int reader_add_event(struct recording_reader *rd, uint64_t time_us, int64_t type, int64_t code,
		     int32_t value);

/* Declares that the last device has this code (of type EV_SYN: just that). 0, or -EINVAL when it is out of range. */
int reader_add_code(struct recording_reader *rd, int64_t type, int64_t code);

/* How many codes an event type has; 0 for a type that does not exist. */
unsigned event_code_count(int64_t type);

void span_skip_blanks(struct span *s);
bool span_is_empty(const struct span *s);

/*
 * Eats a number, which a sign may precede. Base 0 is decimal, or hexadecimal after 0x. 0, -EINVAL when there is none, or
 * -ERANGE outside min .. max.
 */
int span_number(struct span *s, unsigned base, int64_t min, int64_t max, int64_t *value);

int recording_parse_evemu(struct recording_reader *rd);
int recording_parse_yaml(struct recording_reader *rd);

#endif
