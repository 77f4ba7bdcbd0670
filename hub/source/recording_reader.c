/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/source/recording_reader.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/core/text.h"

#define FOUND_MAX  40  /* how much of an offending line an error shows */
#define REASON_MAX 240 /* of an error, without file and line */

static int fail(struct recording_reader *rd, const struct span *found, const char *format, va_list args)
{
	char text[REASON_MAX];
	char shown[FOUND_MAX + 1];
	int n;

	n = vsnprintf(text, sizeof(text), format, args);
	if (found && n >= 0 && (size_t)n < sizeof(text)) {
		size_t left = (size_t)(found->end - found->p);

		text_copy(shown, sizeof(shown), found->p, left);
		snprintf(text + n, sizeof(text) - (size_t)n, ", found \"%s%s\"", shown,
			 left > strlen(shown) ? "…" : "");
	}
	snprintf(rd->err, RECORDING_ERROR_MAX, "%.*s:%u: %s", RECORDING_ERROR_MAX / 2, rd->file, rd->line,
		 text);
	return -EINVAL;
}

int reader_fail(struct recording_reader *rd, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail(rd, NULL, format, args);
	va_end(args);
	return -EINVAL;
}

int reader_fail_at(struct recording_reader *rd, struct span found, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail(rd, &found, format, args);
	va_end(args);
	return -EINVAL;
}

static int fail_memory(struct recording_reader *rd)
{
	reader_fail(rd, "not enough memory");
	return -ENOMEM;
}

int reader_next_line(struct recording_reader *rd, struct span *line)
{
	size_t left = (size_t)(rd->rest.end - rd->rest.p);
	const char *newline;

	if (!left)
		return 0;
	rd->line++;
	newline = memchr(rd->rest.p, '\n', left);
	line->p = rd->rest.p;
	line->end = newline ? newline : rd->rest.end;
	rd->rest.p = newline ? newline + 1 : rd->rest.end;
	if (line->end - line->p > RECORDING_LINE_MAX)
		return reader_fail(rd, "a line of more than %d bytes is no recording", RECORDING_LINE_MAX);
	if (line->end > line->p && line->end[-1] == '\r')
		line->end--;
	return 1;
}

/* Room for one more element, doubling. Returns the array, moved perhaps, or NULL with the old one still valid. */
static void *grow(void *array, size_t count, size_t *capacity, size_t size)
{
	size_t wanted = *capacity ? *capacity * 2 : 256;
	void *bigger;

	if (count < *capacity)
		return array;
	bigger = realloc(array, wanted * size);
	if (bigger)
		*capacity = wanted;
	return bigger;
}

static void drop_open_frame(struct recording_reader *rd)
{
	rd->recording->n_events -= rd->open_count;
	rd->recording->trailing += rd->open_count;
	rd->open_count = 0;
}

int reader_add_device(struct recording_reader *rd)
{
	struct recording *r = rd->recording;
	struct recording_device *devices;

	drop_open_frame(rd);
	if (r->n_devices == RECORDING_DEVICES_MAX)
		return reader_fail(rd, "a recording holds at most %d devices", RECORDING_DEVICES_MAX);
	devices = realloc(r->devices, (r->n_devices + 1) * sizeof(*devices));
	if (!devices)
		return fail_memory(rd);
	r->devices = devices;
	memset(&devices[r->n_devices], 0, sizeof(*devices));
	bit_set(devices[r->n_devices].descriptor.types, EV_SYN);
	r->n_devices++;
	return 0;
}

static int close_frame(struct recording_reader *rd, uint64_t time_us)
{
	struct recording *r = rd->recording;
	size_t first = r->n_events - rd->open_count;
	struct recording_frame *frames = grow(r->frames, r->n_frames, &rd->frames_capacity, sizeof(*frames));
	bool timed = false;

	if (!frames)
		return fail_memory(rd);
	r->frames = frames;
	for (uint32_t i = 0; i < rd->open_count; i++) {
		int64_t relative = (int64_t)rd->open_times[i] - (int64_t)time_us;

		if (relative < INT32_MIN || relative > INT32_MAX)
			return reader_fail(rd, "SYN_REPORT comes more than %d s after an event of its frame",
					   INT32_MAX / 1000000);
		r->times[first + i] = (int32_t)relative;
		timed = timed || relative;
	}
	frames[r->n_frames++] = (struct recording_frame){
		.time_us = time_us,
		.first = (uint32_t)first,
		.count = (uint16_t)rd->open_count,
		.device = (uint8_t)(r->n_devices - 1),
		.timed = timed,
	};
	rd->open_count = 0;
	return 0;
}

unsigned event_code_count(int64_t type)
{
	switch (type) {
	case EV_SYN:
		return SYN_CNT;
	case EV_KEY:
		return KEY_CNT;
	case EV_REL:
		return REL_CNT;
	case EV_ABS:
		return ABS_CNT;
	case EV_MSC:
		return MSC_CNT;
	case EV_SW:
		return SW_CNT;
	case EV_LED:
		return LED_CNT;
	case EV_SND:
		return SND_CNT;
	case EV_REP:
		return REP_CNT;
	case EV_FF:
		return FF_CNT;
	case EV_FF_STATUS:
		return FF_STATUS_MAX + 1;
	default:
		return 0;
	}
}

static int check_code(struct recording_reader *rd, int64_t type, int64_t code)
{
	unsigned count = event_code_count(type);

	if (!count)
		return reader_fail(rd, "there is no event type 0x%02llx", (unsigned long long)type);
	if (code < 0)
		return reader_fail(rd, "code %lld is out of range: no code is negative", (long long)code);
	if (code >= count)
		return reader_fail(rd, "code 0x%03llx is out of range: the last of type 0x%02llx is 0x%03x",
				   (unsigned long long)code, (unsigned long long)type, count - 1);
	return 0;
}

int reader_add_event(struct recording_reader *rd, uint64_t time_us, int64_t type, int64_t code, int32_t value)
{
	struct recording *r = rd->recording;
	size_t capacity = rd->events_capacity;
	struct event *events;
	int32_t *times;

	if (check_code(rd, type, code) < 0)
		return -EINVAL;
	if (rd->open_count == FRAME_EVENTS_MAX)
		return reader_fail(rd, "a frame holds at most %d events: SYN_REPORT is missing",
				   FRAME_EVENTS_MAX);

	events = grow(r->events, r->n_events, &capacity, sizeof(*events));
	if (!events)
		return fail_memory(rd);
	r->events = events;
	times = grow(r->times, r->n_events, &rd->events_capacity, sizeof(*times));
	if (!times)
		return fail_memory(rd);
	r->times = times;

	rd->open_times[rd->open_count++] = time_us;
	events[r->n_events++] = (struct event){ (uint16_t)type, (uint16_t)code, value };
	return type == EV_SYN && code == SYN_REPORT ? close_frame(rd, time_us) : 0;
}

int reader_add_code(struct recording_reader *rd, int64_t type, int64_t code)
{
	if (check_code(rd, type, code) < 0)
		return -EINVAL;
	descriptor_add(&rd->recording->devices[rd->recording->n_devices - 1].descriptor, (unsigned)type,
		       (unsigned)code);
	return 0;
}

void span_skip_blanks(struct span *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t'))
		s->p++;
}

bool span_is_empty(const struct span *s)
{
	return s->p == s->end;
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

int span_number(struct span *s, unsigned base, int64_t min, int64_t max, int64_t *value)
{
	bool negative = false;
	bool any = false;
	bool huge = false;
	int64_t v = 0;

	if (s->p < s->end && (*s->p == '-' || *s->p == '+'))
		negative = *s->p++ == '-';
	if (!base) {
		base = 10;
		if (s->end - s->p > 2 && s->p[0] == '0' && s->p[1] == 'x') {
			base = 16;
			s->p += 2;
		}
	}
	for (; s->p < s->end && digit_value(*s->p) < (int)base; s->p++) {
		any = true;
		huge = huge || v > (INT64_MAX - 15) / 16;
		if (!huge)
			v = v * base + digit_value(*s->p);
	}
	if (!any)
		return -EINVAL;
	if (negative)
		v = -v;
	if (huge || v < min || v > max)
		return -ERANGE;
	*value = v;
	return 0;
}
