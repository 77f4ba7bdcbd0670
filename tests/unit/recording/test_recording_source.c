/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <unistd.h>

#include "hub/core/clock.h"
#include "hub/source/recording_source.h"
#include "tests/unit/recording/recording_testing.h"

#define FILE_NAME "recording-source-test.evemu"

/* A hub, one consumer that takes all frames of it, and a loop whose hook flushes as the daemon's does. */
struct world {
	struct loop *loop;
	struct loop_hook *hook;
	struct loop_timer *deadline;
	struct hub *hub;
	struct hub_consumer *consumer;
	struct recording_source *source;
	size_t per_turn; /* how many bytes the consumer takes in one turn of the loop */
	size_t most;     /* the fullest the outbox was when the loop went to sleep */
	char log[4096];  /* what the consumer got, as text */
	uint64_t frames, events;
	unsigned added, removed, turns;
	bool synthetic, destroy_at_end;
	uint64_t ended_ns;
	uint8_t message[WIRE_MESSAGE_MAX];
	size_t have;
};

static void on_led(void *data, uint32_t handle, unsigned code, bool on)
{
}

static void on_wishes(void *data)
{
}

static void note_frame(struct world *w, const struct wire_frame *m)
{
	size_t used = strlen(w->log);

	w->frames++;
	w->events += m->frame.count;
	if (used + 64 > sizeof(w->log))
		return;
	used += (size_t)sprintf(w->log + used, "%s%llu:", m->frame.flags & FRAME_SYNTHETIC ? "!" : "",
				(unsigned long long)m->frame.time_us);
	for (uint32_t i = 0; i < m->frame.count && used + 64 < sizeof(w->log); i++)
		used += (size_t)sprintf(w->log + used, " %x/%x=%d@%d", m->frame.events[i].type,
					m->frame.events[i].code, m->frame.events[i].value,
					m->frame.times ? m->frame.times[i] : 0);
	strcpy(w->log + used, "\n");
}

static void take_message(struct world *w, const uint8_t *message, size_t len)
{
	static struct event events[FRAME_EVENTS_MAX];
	static int32_t times[FRAME_EVENTS_MAX];
	struct wire_error err;
	struct wire_header h;
	struct wire_frame m;

	assert_int_equal(wire_get_header(message, &h, &err), 0);
	switch (h.type) {
	case WIRE_FRAME:
		assert_int_equal(wire_get_frame(message, len, &m, events, times, &err), 0);
		if (m.frame.flags & FRAME_SYNTHETIC) {
			assert_int_equal(m.frame.reason, REASON_END);
			w->synthetic = true;
		}
		note_frame(w, &m);
		break;
	case WIRE_DEVICE_ADD:
		w->added++;
		break;
	case WIRE_DEVICE_REMOVE:
		w->removed++;
		break;
	}
}

static void take_bytes(struct world *w, const uint8_t *bytes, size_t n)
{
	struct wire_error err;
	struct wire_header h;

	while (n) {
		size_t want = WIRE_HEADER_SIZE;

		if (w->have >= WIRE_HEADER_SIZE) {
			assert_int_equal(wire_get_header(w->message, &h, &err), 0);
			want = h.length;
		}
		want = want - w->have < n ? want - w->have : n;
		memcpy(w->message + w->have, bytes, want);
		w->have += want;
		bytes += want;
		n -= want;
		if (w->have < WIRE_HEADER_SIZE)
			continue;
		assert_int_equal(wire_get_header(w->message, &h, &err), 0);
		if (w->have == h.length) {
			take_message(w, w->message, w->have);
			w->have = 0;
		}
	}
}

static void flush(struct world *w, size_t limit)
{
	const uint8_t *bytes;
	size_t n;

	while (limit && (n = hub_consumer_peek(w->consumer, clock_now_ns(), &bytes))) {
		n = n < limit ? n : limit;
		take_bytes(w, bytes, n);
		hub_consumer_sent(w->consumer, n, clock_now_ns());
		limit -= n;
	}
}

static void on_hook(void *data)
{
	struct world *w = data;
	size_t backlog = hub_backlog(w->hub);

	w->turns++;
	w->most = backlog > w->most ? backlog : w->most;
	flush(w, w->per_turn);
	if (w->source)
		recording_source_pump(w->source);
}

static void on_ended(void *data, struct recording_source *source)
{
	struct world *w = data;

	assert_ptr_equal(source, w->source);
	assert_true(recording_source_has_ended(source));
	w->ended_ns = clock_now_ns();
	if (w->destroy_at_end) {
		recording_source_destroy(source);
		w->source = NULL;
	}
	loop_quit(w->loop, 0);
}

static void on_deadline(void *data)
{
	loop_quit(((struct world *)data)->loop, -ETIMEDOUT);
}

static int setup(void **state)
{
	static const struct hub_callbacks callbacks = { .led = on_led, .wishes_changed = on_wishes };
	static const uint8_t boot_id[16];
	struct wire_hello hello = {
		.version_min = WIRE_VERSION,
		.version_max = WIRE_VERSION,
		.role = WIRE_ROLE_CONSUMER,
		.wishes = { .classes = CLASS_ALL },
		.name = "test",
	};
	struct world *w = calloc(1, sizeof(*w));

	*state = w;
	w->per_turn = SIZE_MAX;
	if (loop_create(&w->loop) < 0 || hub_create(&w->hub, &callbacks, boot_id, 1) < 0 ||
	    hub_consumer_add(w->hub, &hello, "peer", clock_now_ns(), &w->consumer) < 0)
		return -1;
	w->hook = loop_add_hook(w->loop, on_hook, w);
	w->deadline = loop_add_timer(w->loop, on_deadline, w);
	return w->hook && w->deadline ? 0 : -1;
}

static int teardown(void **state)
{
	struct world *w = *state;

	recording_source_destroy(w->source);
	hub_destroy(w->hub);
	loop_destroy(w->loop);
	free(w);
	unlink(FILE_NAME);
	return 0;
}

static void put_file(const char *text)
{
	FILE *f = fopen(FILE_NAME, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void open_source(struct world *w, bool fast, bool remove_at_end)
{
	struct recording_source_options options = {
		.fast = fast,
		.remove_at_end = remove_at_end,
		.ended = on_ended,
		.data = w,
	};
	char err[RECORDING_ERROR_MAX];

	if (recording_source_create(&w->source, w->loop, w->hub, FILE_NAME, &options, err) < 0)
		fail_msg("%s", err);
}

/* Plays to the end and takes what is left over. */
static void play(struct world *w)
{
	recording_source_start(w->source);
	loop_timer_at(w->deadline, clock_now_ns() + 20 * NS_PER_S);
	assert_int_equal(loop_run(w->loop), 0);
	flush(w, SIZE_MAX);
}

#define KEYBOARD "N: keys\nI: 3 1 2 3\nB: 01 ff ff ff ff ff ff ff ff\nB: 04 10\n"

static void frames_keep_their_times_and_lose_their_repeats(void **state)
{
	struct world *w = *state;
	struct hub_device_info info;

	put_file(KEYBOARD "E: 1000.000001 0004 0004 30\n"
			  "E: 1000.000003 0001 001e 1\n"
			  "E: 1000.000007 0000 0000 0\n"
			  "E: 1000.010000 0001 001e 2\n"
			  "E: 1000.010000 0000 0000 1\n"
			  "E: 1000.020000 0004 0004 30\n"
			  "E: 1000.020001 0001 001e 2\n"
			  "E: 1000.020001 0000 0000 1\n"
			  "E: 1000.030000 0001 001e 0\n"
			  "E: 1000.030000 0000 0000 0\n"
			  "E: 1000.040000 0000 0000 5\n");
	open_source(w, true, false);
	assert_true(hub_device_info(w->hub, 0, &info));
	assert_int_equal(info.classes, CLASS_KEYBOARD);
	assert_string_equal(info.origin, "evemu:" FILE_NAME);
	assert_int_equal(info.flags, 0);
	play(w);
	assert_string_equal(w->log, "1000000007: 4/4=30@-6 1/1e=1@-4 0/0=0@0\n"
				    "1000020001: 4/4=30@-1 0/0=1@0\n"
				    "1000030000: 1/1e=0@0 0/0=0@0\n"
				    "1000040000: 0/0=5@0\n");
	assert_int_equal(w->removed, 0);
}

static void own_pace_takes_the_recordings_time(void **state)
{
	struct world *w = *state;
	uint64_t begin = clock_now_ns();

	put_file(KEYBOARD "E: 77.000000 0001 001e 1\nE: 77.000000 0000 0000 0\n"
			  "E: 77.150000 0001 001e 0\nE: 77.150000 0000 0000 0\n"
			  "E: 77.100000 0001 001f 1\nE: 77.100000 0000 0000 0\n"
			  "E: 77.200000 0001 001f 0\nE: 77.200000 0000 0000 0\n");
	open_source(w, false, true);
	play(w);
	assert_true(w->ended_ns - begin >= 200 * NS_PER_MS);
	assert_int_equal(w->frames, 4);
	assert_true(w->turns < 40); /* it sleeps in between */
	assert_int_equal(w->removed, 1);
	assert_false(w->synthetic);
}

/* A recording that was put together from two has its second half at once, not in a century. */
static void times_before_the_first_are_due(void **state)
{
	struct world *w = *state;

	put_file(KEYBOARD "E: 9999999999.000000 0001 001e 1\nE: 9999999999.000000 0000 0000 0\n"
			  "E: 1.000000 0001 001e 0\nE: 1.000000 0000 0000 0\n");
	open_source(w, false, true);
	play(w);
	assert_int_equal(w->frames, 2);
}

static void fast_does_not_wait_for_the_recordings_time(void **state)
{
	struct world *w = *state;

	put_file(KEYBOARD "E: 0.000000 0001 001e 1\nE: 0.000000 0000 0000 0\n"
			  "E: 9999999999.000000 0001 001e 0\nE: 9999999999.000000 0000 0000 0\n");
	open_source(w, true, true);
	play(w);
	assert_int_equal(w->frames, 2);
}

/* 3000 frames of motion, which an outbox over its mark would merge, to a consumer that takes little at a time. */
static void fast_waits_for_a_slow_consumer(void **state)
{
	enum { FRAMES = 3000 };
	struct world *w = *state;
	struct hub_consumer_info info;
	char *text = malloc(FRAMES * 64 + 128), *p = text;

	assert_non_null(text);
	p += sprintf(p, "N: mouse\nI: 3 1 2 3\nB: 01 00 00 00 00 00 00 00 00\nB: 02 03\n");
	for (unsigned i = 0; i < FRAMES; i++)
		p += sprintf(p, "E: 5.%06u 0002 0000 1\nE: 5.%06u 0000 0000 0\n", i, i);
	put_file(text);
	free(text);
	w->per_turn = 1500;
	open_source(w, true, true);
	play(w);
	hub_consumer_info(w->consumer, &info);
	assert_int_equal(info.merged, 0);
	assert_int_equal(info.swallowed, 0);
	assert_int_equal(w->frames, FRAMES);
	assert_int_equal(w->events, 2 * FRAMES);
	assert_true(w->most >= RECORDING_BACKLOG_MAX);
	assert_true(w->most < RECORDING_BACKLOG_MAX + WIRE_MESSAGE_MAX);
}

static void what_is_held_at_the_end_is_released(void **state)
{
	struct world *w = *state;
	struct hub_device_info info;

	put_file(KEYBOARD "E: 1.000000 0001 001e 1\nE: 1.000000 0000 0000 0\nE: 1.100000 0001 001f 1\n");
	open_source(w, true, false);
	play(w);
	assert_int_equal(w->frames, 2);
	assert_true(w->synthetic);
	assert_int_equal(w->removed, 0);
	assert_true(hub_device_info(w->hub, 0, &info));
	assert_int_equal(info.held, 0);
}

static void initial_switches_and_leds_are_told(void **state)
{
	struct world *w = *state;
	struct hub_device_info info;

	put_file("N: lid\nI: 19 0 5 0\nB: 05 03\nB: 11 02\nL: 01 1\nS: 00 0\nS: 01 1\n");
	open_source(w, false, false);
	assert_true(hub_device_info(w->hub, 0, &info));
	assert_false(bit_test(info.state->sws, SW_LID));
	assert_true(bit_test(info.state->sws, SW_TABLET_MODE));
	assert_true(bit_test(info.state->leds, LED_CAPSL));
	play(w); /* a description alone ends at once */
	assert_int_equal(w->frames, 0);
}

static void source_may_be_destroyed_at_its_end(void **state)
{
	struct world *w = *state;

	put_file(KEYBOARD "E: 1.000000 0001 001e 1\nE: 1.000000 0000 0000 0\n");
	w->destroy_at_end = true;
	open_source(w, false, false);
	play(w);
	assert_null(w->source);
	assert_int_equal(w->removed, 1);
	assert_true(w->synthetic);
}

static void source_may_be_destroyed_half_way(void **state)
{
	struct world *w = *state;

	put_file(KEYBOARD "E: 1.000000 0001 001e 1\nE: 1.000000 0000 0000 0\nE: 900.000000 0000 0000 0\n");
	open_source(w, false, false);
	recording_source_start(w->source);
	loop_timer_at(w->deadline, clock_now_ns() + 50 * NS_PER_MS);
	assert_int_equal(loop_run(w->loop), -ETIMEDOUT);
	assert_int_equal(w->frames, 1);
	recording_source_destroy(w->source);
	w->source = NULL;
	flush(w, SIZE_MAX);
	assert_int_equal(w->removed, 1);
	assert_int_equal(hub_held(w->hub), 0);
}

/* The second device finds no room: the first must not stay behind. */
static void a_full_hub_is_named(void **state)
{
	static const char two[] = "devices:\n- evdev:\n    name: a\n    id: [3, 0, 0, 0]\n"
				  "- evdev:\n    name: b\n    id: [3, 0, 0, 0]\n";
	struct world *w = *state;
	struct recording_source_options options = { 0 };
	struct descriptor d = { 0 };
	char err[RECORDING_ERROR_MAX];
	struct hub_device_info info;
	uint32_t handle;

	for (unsigned i = 0; i < HUB_DEVICES_MAX - 1; i++)
		assert_int_equal(hub_device_add(w->hub, &d, NULL, CLASS_OTHER, "", "", 0, 0, &handle), 0);
	put_file(two);
	assert_int_equal(recording_source_create(&w->source, w->loop, w->hub, FILE_NAME, &options, err),
			 -ENOSPC);
	assert_string_equal(err, FILE_NAME ": no room for its device 2: a hub has at most 64");
	assert_null(w->source);
	assert_false(hub_device_info(w->hub, HUB_DEVICES_MAX - 1, &info));
	assert_int_equal(recording_source_create(&w->source, w->loop, w->hub, "missing/file", &options, err),
			 -ENOENT);
	assert_string_equal(err, "missing/file: cannot be read: No such file or directory");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(frames_keep_their_times_and_lose_their_repeats, setup,
						teardown),
		cmocka_unit_test_setup_teardown(own_pace_takes_the_recordings_time, setup, teardown),
		cmocka_unit_test_setup_teardown(times_before_the_first_are_due, setup, teardown),
		cmocka_unit_test_setup_teardown(fast_does_not_wait_for_the_recordings_time, setup, teardown),
		cmocka_unit_test_setup_teardown(fast_waits_for_a_slow_consumer, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_held_at_the_end_is_released, setup, teardown),
		cmocka_unit_test_setup_teardown(initial_switches_and_leds_are_told, setup, teardown),
		cmocka_unit_test_setup_teardown(source_may_be_destroyed_at_its_end, setup, teardown),
		cmocka_unit_test_setup_teardown(source_may_be_destroyed_half_way, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_hub_is_named, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
