/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/source/recording.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hub/core/text.h"
#include "hub/source/recording_reader.h"

void recording_finish(struct recording *r)
{
	free(r->devices);
	free(r->frames);
	free(r->events);
	free(r->times);
	memset(r, 0, sizeof(*r));
}

static bool begins_with(const struct span *line, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(line->end - line->p) >= n && !memcmp(line->p, word, n);
}

/* `libinput record` writes one of these keys before anything else; no line of evemu's begins with one. */
static bool is_yaml(const char *text, size_t len)
{
	static const char *const starts[] = { "---",       "version:", "ndevices:",
					      "libinput:", "system:",  "devices:" };
	struct span line, rest = { text, text + len };

	while (rest.p < rest.end) {
		const char *newline = memchr(rest.p, '\n', (size_t)(rest.end - rest.p));

		line = (struct span){ rest.p, newline ? newline : rest.end };
		rest.p = newline ? newline + 1 : rest.end;
		span_skip_blanks(&line);
		if (span_is_empty(&line) || *line.p == '#' || *line.p == '\r')
			continue;
		for (unsigned i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
			if (begins_with(&line, starts[i]))
				return true;
		return false;
	}
	return false;
}

/* Files hold one device behind the other: brings their frames into one order, without ever swapping two of one device. */
static int merge_devices(struct recording *r)
{
	size_t next[RECORDING_DEVICES_MAX], end[RECORDING_DEVICES_MAX];
	struct recording_frame *merged;

	if (r->n_devices < 2 || !r->n_frames)
		return 0;
	merged = malloc(r->n_frames * sizeof(*merged));
	if (!merged)
		return -ENOMEM;
	for (size_t i = 0, d = 0; d < r->n_devices; d++) {
		next[d] = i;
		while (i < r->n_frames && r->frames[i].device == d)
			i++;
		end[d] = i;
	}
	for (size_t n = 0; n < r->n_frames; n++) {
		unsigned first = RECORDING_DEVICES_MAX;

		for (unsigned d = 0; d < r->n_devices; d++)
			if (next[d] < end[d] && (first == RECORDING_DEVICES_MAX ||
						 r->frames[next[d]].time_us < r->frames[next[first]].time_us))
				first = d;
		merged[n] = r->frames[next[first]++];
	}
	free(r->frames);
	r->frames = merged;
	return 0;
}

int recording_parse(struct recording *r, const char *file, const char *text, size_t len,
		    char err[RECORDING_ERROR_MAX])
{
	struct recording_reader rd = {
		.recording = r,
		.file = file,
		.err = err,
		.rest = { text, text + len },
	};
	int rc;

	memset(r, 0, sizeof(*r));
	err[0] = '\0';
	if (len > RECORDING_FILE_MAX) {
		rd.line = 1;
		return reader_fail(&rd, "a recording has at most %u MiB", RECORDING_FILE_MAX >> 20);
	}
	rc = is_yaml(text, len) ? recording_parse_yaml(&rd) : recording_parse_evemu(&rd);
	if (rc == 0) {
		r->trailing += rd.open_count;
		r->n_events -= rd.open_count;
		rc = merge_devices(r);
		if (rc < 0)
			reader_fail(&rd, "not enough memory");
	}
	if (rc < 0)
		recording_finish(r);
	return rc;
}

void recording_get_frame(const struct recording *r, size_t index, struct frame *frame)
{
	const struct recording_frame *f = &r->frames[index];

	*frame = (struct frame){
		.time_us = f->time_us,
		.count = f->count,
		.events = &r->events[f->first],
		.times = f->timed ? &r->times[f->first] : NULL,
	};
}

/* An axis that the description lacks gets the range that the events show. */
static void widen_axis(struct input_absinfo *a, int32_t value, bool first)
{
	if (first || value < a->minimum)
		a->minimum = value < 0 ? value : 0;
	if (first || value > a->maximum)
		a->maximum = value > 0 ? value : 1;
}

static void describe_event(struct descriptor *d, uint8_t added[BITS_BYTES(ABS_CNT)], const struct event *e)
{
	if (e->type == EV_SYN)
		return;
	if (e->type == EV_ABS && !bit_test(added, e->code) && !descriptor_has(d, EV_ABS, e->code)) {
		bit_set(added, e->code);
		widen_axis(&d->absinfo[e->code], e->value, true);
		if (e->code == ABS_MT_TRACKING_ID)
			d->absinfo[e->code].maximum = UINT16_MAX;
	}
	if (e->type == EV_ABS && bit_test(added, e->code) && e->code != ABS_MT_TRACKING_ID)
		widen_axis(&d->absinfo[e->code], e->value, false);
	descriptor_add(d, e->type, e->code);
}

void recording_describe(struct recording *r, unsigned device, const struct recording_device *from,
			const char *name)
{
	struct recording_device *dev = &r->devices[device];
	uint8_t added[BITS_BYTES(ABS_CNT)] = { 0 };

	if (from) {
		*dev = *from;
	} else {
		text_copy(dev->descriptor.name, sizeof(dev->descriptor.name), name, strlen(name));
		dev->descriptor.bustype = BUS_VIRTUAL;
	}
	dev->described = true;
	for (size_t i = 0; i < r->n_frames; i++) {
		const struct recording_frame *f = &r->frames[i];

		if (f->device != device)
			continue;
		for (unsigned k = 0; k < f->count; k++)
			describe_event(&dev->descriptor, added, &r->events[f->first + k]);
	}
}
