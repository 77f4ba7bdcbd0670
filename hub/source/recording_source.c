/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/source/recording_source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "recording"
#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "hub/core/text.h"

enum phase {
	PHASE_READY,
	PHASE_PLAYING,
	PHASE_ENDED,
};

struct recording_source {
	struct loop_timer *timer;
	struct hub *hub;
	struct recording_source_options options;
	struct recording recording;
	uint32_t handles[RECORDING_DEVICES_MAX]; /* 0: not in the hub */
	enum phase phase;
	size_t next;         /* the frame to play next */
	uint64_t started_ns; /* when the first frame's time was */
};

static void remove_devices(struct recording_source *s, uint64_t now_ns)
{
	for (unsigned i = 0; i < s->recording.n_devices; i++) {
		if (s->handles[i])
			hub_device_remove(s->hub, s->handles[i], REASON_END, now_ns);
		s->handles[i] = 0;
	}
}

static void end(struct recording_source *s, uint64_t now_ns)
{
	s->phase = PHASE_ENDED;
	if (s->options.remove_at_end)
		remove_devices(s, now_ns);
	/* A recording may be cut off with a finger down: nobody is left who could lift it. */
	for (unsigned i = 0; i < s->recording.n_devices; i++)
		if (s->handles[i])
			hub_device_release(s->hub, s->handles[i], REASON_END, now_ns);
	if (s->options.ended)
		s->options.ended(s->options.data, s);
}

static uint64_t deadline_of(const struct recording_source *s, size_t index)
{
	const struct recording_frame *frames = s->recording.frames;

	/* Times may go backwards inside a recording; its frames do not. */
	if (frames[index].time_us <= frames[0].time_us)
		return s->started_ns;
	return s->started_ns + (frames[index].time_us - frames[0].time_us) * NS_PER_US;
}

static void play_frame(struct recording_source *s, size_t index, uint64_t now_ns)
{
	struct recording_frame *f = &s->recording.frames[index];
	struct frame frame;

	/* Each frame is played once: the recording itself may lose the repeats. */
	f->count = (uint16_t)frame_drop_repeats(&s->recording.events[f->first], &s->recording.times[f->first],
						f->count);
	if (!f->count)
		return;
	recording_get_frame(&s->recording, index, &frame);
	hub_device_frame(s->hub, s->handles[f->device], &frame, now_ns);
}

/* As fast as can be is as fast as every consumer gets it whole: nothing of a recording is merged. */
static bool consumers_keep_up(const struct recording_source *s, uint64_t now_ns)
{
	return hub_backlog(s->hub) < RECORDING_BACKLOG_MAX && !hub_is_late(s->hub, now_ns);
}

/* Whether the next frame may go now. If not, *wake is when to look again; CLOCK_NEVER: when told to. */
static bool may_play(const struct recording_source *s, uint64_t now_ns, uint64_t *wake)
{
	if (s->options.fast) {
		*wake = CLOCK_NEVER;
		return consumers_keep_up(s, now_ns);
	}
	*wake = deadline_of(s, s->next);
	return *wake <= now_ns;
}

static void on_timer(void *data)
{
	struct recording_source *s = data;
	uint64_t now_ns = clock_now_ns();
	uint64_t wake = now_ns;

	for (unsigned n = 0; n < RECORDING_BATCH_MAX && s->next < s->recording.n_frames; n++) {
		if (!may_play(s, now_ns, &wake)) {
			loop_timer_at(s->timer, wake);
			return;
		}
		play_frame(s, s->next++, now_ns);
	}
	if (s->next < s->recording.n_frames)
		loop_timer_at(s->timer, now_ns);
	else
		end(s, now_ns);
}

void recording_source_start(struct recording_source *s)
{
	s->phase = PHASE_PLAYING;
	s->started_ns = clock_now_ns();
	loop_timer_at(s->timer, s->started_ns);
}

void recording_source_pump(struct recording_source *s)
{
	uint64_t now_ns = clock_now_ns();

	if (s->phase == PHASE_PLAYING && s->options.fast && consumers_keep_up(s, now_ns))
		loop_timer_at(s->timer, now_ns);
}

bool recording_source_has_ended(const struct recording_source *s)
{
	return s->phase == PHASE_ENDED;
}

static int add_device(struct recording_source *s, unsigned index, const char *origin)
{
	const struct recording_device *device = &s->recording.devices[index];
	char reason[CLASSIFY_REASON_MAX];
	struct device_state state;
	uint32_t classes;
	int rc;

	rc = state_init(&state, &device->descriptor);
	if (rc < 0)
		return rc;
	memcpy(state.leds, device->leds, sizeof(state.leds));
	memcpy(state.sws, device->sws, sizeof(state.sws));
	classes = classify(&device->descriptor, 0, reason);
	rc = hub_device_add(s->hub, &device->descriptor, &state, classes, reason, origin, 0, clock_now_ns(),
			    &s->handles[index]);
	state_finish(&state);
	return rc;
}

int recording_source_create(struct recording_source **out, struct loop *loop, struct hub *hub,
			    const char *path, const struct recording_source_options *options,
			    char err[RECORDING_ERROR_MAX])
{
	const char *slash = strrchr(path, '/');
	char name[WIRE_TEXT_MAX - sizeof("evemu:")], origin[WIRE_TEXT_MAX];
	struct recording_source *s;
	int rc;

	snprintf(err, RECORDING_ERROR_MAX, "%.*s: not enough memory", RECORDING_ERROR_MAX / 2, path);
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->hub = hub;
	s->options = *options;
	rc = -ENOMEM;
	s->timer = loop_add_timer(loop, on_timer, s);
	if (!s->timer)
		goto fail_source;
	rc = recording_load(&s->recording, path, err);
	if (rc < 0)
		goto fail_timer;

	text_copy(name, sizeof(name), slash ? slash + 1 : path, SIZE_MAX);
	snprintf(origin, sizeof(origin), "evemu:%s", name);
	for (unsigned i = 0; i < s->recording.n_devices; i++) {
		rc = add_device(s, i, origin);
		if (rc == -ENOSPC)
			snprintf(err, RECORDING_ERROR_MAX,
				 "%.*s: no room for its device %u: a hub has at most %d",
				 RECORDING_ERROR_MAX / 2, path, i + 1, HUB_DEVICES_MAX);
		else if (rc < 0)
			snprintf(err, RECORDING_ERROR_MAX, "%.*s: its device %u cannot be added: %s",
				 RECORDING_ERROR_MAX / 2, path, i + 1, strerror(-rc));
		if (rc < 0)
			goto fail_devices;
	}
	if (s->recording.trailing)
		log_warn("%s: %zu events behind the last SYN_REPORT are no frame and are left out", path,
			 s->recording.trailing);
	*out = s;
	return 0;

fail_devices:
	remove_devices(s, clock_now_ns());
	recording_finish(&s->recording);
fail_timer:
	loop_remove_timer(s->timer);
fail_source:
	free(s);
	return rc;
}

void recording_source_destroy(struct recording_source *s)
{
	if (!s)
		return;
	remove_devices(s, clock_now_ns());
	recording_finish(&s->recording);
	loop_remove_timer(s->timer);
	free(s);
}
