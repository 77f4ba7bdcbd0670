/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What both formats' fuzzers do: parse; whatever was accepted must be safe to use and survive being written and read again. */
#ifndef TESTS_FUZZ_RECORDING_FUZZ_H
#define TESTS_FUZZ_RECORDING_FUZZ_H

#include <stdlib.h>
#include <string.h>

#include "hub/device/state.h"
#include "hub/source/evemu_writer.h"
#include "hub/source/recording.h"

static inline void fuzz_same_frames(const struct recording *a, unsigned device, const struct recording *b)
{
	size_t next = 0;

	for (size_t i = 0; i < a->n_frames; i++) {
		struct frame f, g;

		if (a->frames[i].device != device)
			continue;
		if (next == b->n_frames)
			abort();
		recording_get_frame(a, i, &f);
		recording_get_frame(b, next++, &g);
		if (f.time_us != g.time_us || f.count != g.count || !f.times != !g.times ||
		    memcmp(f.events, g.events, f.count * sizeof(*f.events)) ||
		    (f.times && memcmp(f.times, g.times, f.count * sizeof(*f.times))))
			abort();
	}
	if (next != b->n_frames)
		abort();
}

static inline void fuzz_round_trip(const struct recording *r, unsigned device)
{
	size_t size = EVEMU_DESCRIPTION_MAX + r->n_events * EVEMU_EVENT_MAX;
	const struct recording_device *dev = &r->devices[device];
	char err[RECORDING_ERROR_MAX];
	struct recording again;
	char *text = malloc(size);
	size_t used = 0;
	int n;

	if (!text)
		return;
	n = evemu_write_description(text, size, &dev->descriptor, dev->leds, dev->sws);
	for (size_t i = 0; n >= 0 && i < r->n_frames; i++) {
		struct frame f;

		used += (size_t)n;
		n = 0;
		recording_get_frame(r, i, &f);
		if (r->frames[i].device == device)
			n = evemu_write_frame(text + used, size - used, &f);
	}
	if (n < 0)
		abort();
	used += (size_t)n;
	if (recording_parse(&again, "written", text, used, err) < 0)
		abort();
	fuzz_same_frames(r, device, &again);
	recording_finish(&again);
	free(text);
}

/* Plays a device into a state, as the hub would. */
static inline void fuzz_play(const struct recording *r, unsigned device)
{
	struct device_state s;

	if (state_init(&s, &r->devices[device].descriptor) < 0)
		return;
	for (size_t i = 0; i < r->n_frames; i++) {
		struct frame f;

		recording_get_frame(r, i, &f);
		if (r->frames[i].device == device)
			state_apply(&s, f.events, f.count);
	}
	state_finish(&s);
}

/* The text lies alone in memory of its own size, so that one byte too far is seen. */
static inline void fuzz_recording(const char *prefix, const uint8_t *data, size_t size)
{
	size_t head = strlen(prefix);
	char *text = malloc(head + size + !(head + size));
	char err[RECORDING_ERROR_MAX];
	struct recording r;
	int rc;

	if (!text)
		return;
	memcpy(text, prefix, head);
	if (size)
		memcpy(text + head, data, size);
	rc = recording_parse(&r, "file", text, head + size, err);
	free(text);
	if (rc < 0) {
		if (strncmp(err, "file:", 5))
			abort();
		return;
	}
	for (unsigned i = 0; i < r.n_devices && i < 4; i++) {
		if (!r.devices[i].described)
			recording_describe(&r, i, NULL, "fuzz");
		fuzz_play(&r, i);
		fuzz_round_trip(&r, i);
	}
	recording_finish(&r);
}

#endif
