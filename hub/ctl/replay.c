/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xenhub replay: a recording becomes a device of a running hub, for as long as it plays. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/client/internal.h"
#include "hub/core/clock.h"
#include "hub/ctl/session.h"
#include "hub/device/classify.h"
#include "hub/source/recording.h"
#include "hub/wire/wire.h"

/* The link's buffer is full: try again after so long. */
#define REPLAY_BUSY_NS (2 * NS_PER_MS)
/* With --fast, so many frames are on their way to the hub at most. */
#define REPLAY_WINDOW 128

struct replay_run {
	const char *file;
	bool fast;
	struct recording recording;
	size_t next;        /* frame */
	uint64_t base_ns;   /* when a frame of time 0 would be due */
	unsigned in_flight; /* since the last answer; see REPLAY_WINDOW */
	bool asked;
	bool done; /* everything is sent */
	uint64_t frames;
	struct event events[FRAME_EVENTS_MAX];
	int32_t times[FRAME_EVENTS_MAX];
	uint8_t message[WIRE_MESSAGE_MAX];
};

static void fail(struct session *s, const char *what, int rc)
{
	ctl_say("replay: %s: %s", what, strerror(-rc));
	session_stop(s, EXIT_FAILED);
}

static int add_device(struct session *s, unsigned index)
{
	struct replay_run *run = s->data;
	const struct descriptor *d = &run->recording.devices[index].descriptor;
	const char *base = strrchr(run->file, '/');
	struct wire_device m = { .handle = index + 1, .descriptor = d };
	char reason[CLASSIFY_REASON_MAX];
	int len;

	m.classes = classify(d, 0, reason);
	snprintf(m.reason, sizeof(m.reason), "%s", reason);
	snprintf(m.origin, sizeof(m.origin), "evemu:%.200s", base ? base + 1 : run->file);
	identity_make(d, m.id);
	len = wire_put_device_add(run->message, sizeof(run->message), 0, &m);
	return len < 0 ? len : xenhub_send_message(s->hub, run->message, (size_t)len);
}

static uint64_t frame_due(const struct replay_run *run)
{
	return run->fast ? 0 : run->base_ns + run->recording.frames[run->next].time_us * NS_PER_US;
}

/* Sends the next frame, without key repeats: consumers repeat by themselves. 0, or as xenhub_send_message. */
static int send_frame(struct session *s)
{
	struct replay_run *run = s->data;
	struct wire_frame m = { .handle = run->recording.frames[run->next].device + 1u };
	int len, rc;

	recording_get_frame(&run->recording, run->next, &m.frame);
	memcpy(run->events, m.frame.events, m.frame.count * sizeof(run->events[0]));
	if (m.frame.times)
		memcpy(run->times, m.frame.times, m.frame.count * sizeof(run->times[0]));
	m.frame.count = frame_drop_repeats(run->events, m.frame.times ? run->times : NULL, m.frame.count);
	m.frame.events = run->events;
	m.frame.times = m.frame.times ? run->times : NULL;
	if (!m.frame.count)
		return 0;
	len = wire_put_frame(run->message, sizeof(run->message), &m);
	rc = len < 0 ? len : xenhub_send_message(s->hub, run->message, (size_t)len);
	if (!rc) {
		run->frames++;
		run->in_flight++;
	}
	return rc;
}

static int remove_devices(struct session *s)
{
	struct replay_run *run = s->data;

	for (unsigned i = 0; i < run->recording.n_devices; i++) {
		int len = wire_put_device_remove(run->message, sizeof(run->message), 0, i + 1, REASON_END);
		int rc = len < 0 ? len : xenhub_send_message(s->hub, run->message, (size_t)len);

		if (rc < 0)
			return rc;
	}
	return 0;
}

/* An answer says that the hub has taken in everything before the question. */
static int ask(struct session *s)
{
	struct replay_run *run = s->data;
	int rc = xenhub_request(s->hub, "version");

	run->asked = run->asked || !rc;
	return rc;
}

static int play_due(struct session *s)
{
	struct replay_run *run = s->data;
	uint64_t now_ns = clock_now_ns();
	int rc;

	while (run->next < run->recording.n_frames) {
		uint64_t due = frame_due(run);

		if (run->in_flight >= REPLAY_WINDOW)
			return run->asked ? 0 : ask(s);
		if (due > now_ns) {
			session_timer_at(s, due);
			return 0;
		}
		rc = send_frame(s);
		if (rc < 0)
			return rc;
		run->next++;
	}
	/* The answer to a question that is still open would come before the devices are gone. */
	if (run->asked)
		return 0;
	rc = remove_devices(s);
	if (!rc)
		rc = ask(s);
	run->done = !rc;
	return rc;
}

static void play(struct session *s)
{
	int rc = play_due(s);

	if (rc == -ENOBUFS)
		session_timer_at(s, clock_now_ns() + REPLAY_BUSY_NS);
	else if (rc < 0)
		fail(s, "the link takes nothing", rc);
}

static void on_reply(void *data, unsigned code, const char *text)
{
	struct session *s = session_of(data);
	struct replay_run *run = s->data;

	run->asked = false;
	run->in_flight = 0;
	if (run->done)
		session_stop(s, EXIT_OK);
	else
		play(s);
}

static void on_up(struct session *s)
{
	struct replay_run *run = s->data;

	for (unsigned i = 0; i < run->recording.n_devices; i++) {
		int rc = add_device(s, i);

		if (rc < 0) {
			fail(s, run->recording.devices[i].descriptor.name, rc);
			return;
		}
	}
	if (run->recording.n_frames)
		run->base_ns = clock_now_ns() - run->recording.frames[0].time_us * NS_PER_US;
	play(s);
}

static int replay_main(struct ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = { { "fast", no_argument, NULL, 'f' }, CTL_OPTIONS };
	static struct replay_run run;
	struct session s = {
		.ctl = ctl,
		.options = { .name = "xenhub replay" },
		.listener = { .reply = on_reply },
		.data = &run,
		.live = true,
		.up = on_up,
		.timer = play,
	};
	char err[RECORDING_ERROR_MAX];
	int c, status;

	while ((c = ctl_getopt(ctl, argc, argv, options)) != -1) {
		if (c != 'f')
			return ctl->status;
		run.fast = true;
	}
	if (argc - optind != 1)
		return ctl_usage(ctl, "expected one FILE");
	run.file = argv[optind];
	if (recording_load(&run.recording, run.file, err) < 0) {
		ctl_say("%s", err);
		return EXIT_FAILED;
	}
	status = session_run(&s);
	if (status == EXIT_OK)
		ctl_say("%s: %" PRIu64 " of %zu frames played", run.file, run.frames, run.recording.n_frames);
	recording_finish(&run.recording);
	return status;
}

const struct subcommand replay_command = {
	.name = "replay",
	.summary = "play a recording into the running hub, as a device of its own",
	.help = "Usage: xenhub replay FILE [--fast]\n"
		"Adds the devices of a recording (evemu's format, or the YAML of `libinput\n"
		"record`) to the running hub, plays their frames at the recording's pace, and\n"
		"removes them. Consumers get them as they get any device's.\n"
		"\n"
		"  --fast    as fast as the hub takes them\n",
	.run = replay_main,
};
