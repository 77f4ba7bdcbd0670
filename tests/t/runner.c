/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs one scenario: a text file of what devices, people and links do, and what consumers must then have been
 * told. tests/t/README.md has the language.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/t/world.h"

#define WORDS_MAX      80
#define LINES_MAX      2000
#define LINE_MAX_BYTES 1024

struct script {
	const char *path;
	char *lines[LINES_MAX];
	unsigned n_lines;
	unsigned line; /* the present one */
	bool missed;   /* the hub does not see what the device does */
	struct world world;
};

struct words {
	char *w[WORDS_MAX];
	unsigned n;
};

__attribute__((noreturn, format(printf, 2, 3))) static void die(const struct script *s, const char *format,
								...)
{
	va_list args;

	fprintf(stderr, "%s:%u: ", s->path, s->line + 1);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static int64_t number(const struct script *s, const char *text)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(text, &end, 0);
	if (errno || end == text || *end)
		die(s, "\"%s\" is no number", text);
	return n;
}

static void want_words(const struct script *s, const struct words *w, unsigned min, unsigned max)
{
	if (w->n < min || w->n > max)
		die(s, "%s: %u to %u words are possible, these are %u", w->w[0], min - 1, max - 1, w->n - 1);
}

static struct world_device *device(struct script *s, const char *name)
{
	struct world_device *d = world_find_device(&s->world, name);

	if (!d)
		die(s, "no device is called \"%s\"", name);
	return d;
}

static struct world_consumer *consumer(struct script *s, const char *name)
{
	struct world_consumer *c = world_find_consumer(&s->world, name);

	if (!c)
		die(s, "no consumer is called \"%s\"", name);
	return c;
}

static uint16_t code_of(const struct script *s, unsigned type, const char *name)
{
	uint16_t code;

	if (!name_parse(type, name, &code))
		die(s, "\"%s\" is no code", name);
	return code;
}

static unsigned reason_of(const struct script *s, const char *name)
{
	for (unsigned i = 0; i < REASON_COUNT; i++)
		if (!strcmp(reason_name(i), name))
			return i;
	die(s, "\"%s\" is no reason", name);
}

/* "150ms", "2s"; 0 when text is no time. */
static uint64_t time_of(const char *text)
{
	char *end;
	unsigned long long n = strtoull(text, &end, 10);

	if (end == text)
		return 0;
	return !strcmp(end, "us")   ? n * NS_PER_US
	       : !strcmp(end, "ms") ? n * NS_PER_MS
	       : !strcmp(end, "s")  ? n * NS_PER_S
				    : 0;
}

/* ---- devices ---- */

static void send(struct script *s, const char *name, struct event *events, unsigned n)
{
	world_send(&s->world, device(s, name), events, n, s->missed);
}

static void do_device(struct script *s, const struct words *w)
{
	struct world_device *d;

	want_words(s, w, 3, 4);
	d = world_add_device(&s->world, w->w[1], w->w[2]);
	if (!d)
		die(s, "\"%s\" is no kind of device, or there are too many", w->w[2]);
	if (w->n == 4) {
		if (strcmp(w->w[3], "claimed") && strcmp(w->w[3], "pending"))
			die(s, "a device is claimed or pending, not \"%s\"", w->w[3]);
		world_unplug(&s->world, d);
		d->flags |= HUB_DEVICE_CLAIMED | (*w->w[3] == 'p' ? HUB_DEVICE_PENDING : 0);
		world_plug(&s->world, d);
	}
}

static void do_consent(struct script *s, const struct words *w)
{
	want_words(s, w, 2, 2);
	hub_device_consent(s->world.hub, device(s, w->w[1])->handle, s->world.now);
}

static void do_plug(struct script *s, const struct words *w)
{
	want_words(s, w, 2, 2);
	world_plug(&s->world, device(s, w->w[1]));
}

static void do_unplug(struct script *s, const struct words *w)
{
	want_words(s, w, 2, 2);
	world_unplug(&s->world, device(s, w->w[1]));
}

static void do_key(struct script *s, const struct words *w)
{
	struct event events[2] = { { EV_KEY, 0, 0 } };

	want_words(s, w, 4, 4);
	events[0].code = code_of(s, EV_KEY, w->w[2]);
	events[0].value = !strcmp(w->w[3], "down") ? 1
			  : !strcmp(w->w[3], "up") ? 0
						   : (int32_t)number(s, w->w[3]);
	send(s, w->w[1], events, 1);
}

static void do_move(struct script *s, const struct words *w)
{
	struct event events[3];
	unsigned n = 0;

	want_words(s, w, 4, 4);
	if (number(s, w->w[2]))
		events[n++] = (struct event){ EV_REL, REL_X, (int32_t)number(s, w->w[2]) };
	if (number(s, w->w[3]))
		events[n++] = (struct event){ EV_REL, REL_Y, (int32_t)number(s, w->w[3]) };
	send(s, w->w[1], events, n);
}

static void do_touch(struct script *s, const struct words *w)
{
	struct event events[6];
	struct world_device *d;
	unsigned n = 0;
	int32_t slot;

	want_words(s, w, 4, 6);
	d = device(s, w->w[1]);
	slot = (int32_t)number(s, w->w[2]);
	/* As the kernel does it: a slot that is selected already is not named again. */
	if (d->actual.slot != (unsigned)slot)
		events[n++] = (struct event){ EV_ABS, ABS_MT_SLOT, slot };
	if (!strcmp(w->w[3], "up")) {
		events[n++] = (struct event){ EV_ABS, ABS_MT_TRACKING_ID, -1 };
	} else {
		want_words(s, w, 6, 6);
		if (!strcmp(w->w[3], "down"))
			events[n++] = (struct event){ EV_ABS, ABS_MT_TRACKING_ID, d->next_contact++ };
		events[n++] = (struct event){ EV_ABS, ABS_MT_POSITION_X, (int32_t)number(s, w->w[4]) };
		events[n++] = (struct event){ EV_ABS, ABS_MT_POSITION_Y, (int32_t)number(s, w->w[5]) };
	}
	send(s, w->w[1], events, n);
}

static void do_switch(struct script *s, const struct words *w)
{
	struct event events[2] = { { EV_SW, SW_LID, 0 } };

	want_words(s, w, 3, 3);
	events[0].value = !strcmp(w->w[2], "on");
	send(s, w->w[1], events, 1);
}

/* frame DEVICE [TYPE CODE VALUE]...: anything at all, in numbers. */
static void do_frame(struct script *s, const struct words *w)
{
	struct event events[WORLD_EVENTS_MAX];
	unsigned n = 0;

	for (unsigned i = 2; i + 2 < w->n && n + 1 < WORLD_EVENTS_MAX; i += 3)
		events[n++] = (struct event){ (uint16_t)number(s, w->w[i]), (uint16_t)number(s, w->w[i + 1]),
					      (int32_t)number(s, w->w[i + 2]) };
	send(s, w->w[1], events, n);
}

/* A frame that was on its way when its device went: of the handle before. */
static void do_ghost(struct script *s, const struct words *w)
{
	struct event events[2] = { { EV_KEY, KEY_A, 1 }, { EV_SYN, SYN_REPORT, 0 } };
	struct frame frame = { .count = 2, .events = events };

	want_words(s, w, 2, 2);
	hub_device_frame(s->world.hub, (uint32_t)number(s, w->w[1]), &frame, s->world.now);
}

static void do_dropped(struct script *s, const struct words *w)
{
	want_words(s, w, 2, 2);
	world_dropped(&s->world, device(s, w->w[1]));
}

static void do_suspend(struct script *s, const struct words *w)
{
	for (unsigned i = 0; i < s->world.n_devices; i++)
		hub_device_release(s->world.hub, s->world.devices[i].handle, REASON_SUSPEND, s->world.now);
}

static void do_resume(struct script *s, const struct words *w)
{
	for (unsigned i = 0; i < s->world.n_devices; i++)
		hub_device_resync(s->world.hub, s->world.devices[i].handle, &s->world.devices[i].actual,
				  REASON_SUSPEND, s->world.now);
}

/* ---- consumers and links ---- */

static void read_wishes(struct script *s, const struct words *w, struct wire_hello *hello)
{
	for (unsigned i = 2; i < w->n; i++) {
		char *value = strchr(w->w[i], '=');

		if (value)
			*value++ = '\0';
		if (!strcmp(w->w[i], "control"))
			hello->role = WIRE_ROLE_CONTROL;
		else if (!strcmp(w->w[i], "states"))
			hello->wishes.states = 1;
		else if (value && !strcmp(w->w[i], "touchpad"))
			hello->wishes.touchpad =
				!strcmp(value, "pointer") ? WIRE_TOUCHPAD_POINTER : WIRE_TOUCHPAD_RAW;
		else if (value && !strcmp(w->w[i], "every"))
			hello->wishes.state_interval_ms = (uint32_t)(time_of(value) / NS_PER_MS);
		else if (!value || strcmp(w->w[i], "classes") ||
			 class_parse(value, &hello->wishes.classes) < 0)
			die(s, "\"%s\" is no wish", w->w[i]);
	}
}

static void do_consumer(struct script *s, const struct words *w)
{
	struct wire_hello hello = { .version_min = WIRE_VERSION,
				    .version_max = WIRE_VERSION,
				    .role = WIRE_ROLE_CONSUMER,
				    .clock = 1,
				    .wishes.classes = CLASS_ALL };

	read_wishes(s, w, &hello);
	if (!world_add_consumer(&s->world, w->w[1], &hello))
		die(s, "more than %d consumers", WORLD_CONSUMERS_MAX);
}

static void do_subscribe(struct script *s, const struct words *w)
{
	struct world_consumer *c = consumer(s, w->w[1]);

	read_wishes(s, w, &c->hello);
	mirror_subscribe(c->mirror, &c->hello.wishes);
}

static void do_stall(struct script *s, const struct words *w)
{
	want_words(s, w, 2, 2);
	consumer(s, w->w[1])->stalled = true;
}

static void do_flow(struct script *s, const struct words *w)
{
	want_words(s, w, 2, 2);
	consumer(s, w->w[1])->stalled = false;
}

static void do_rate(struct script *s, const struct words *w)
{
	want_words(s, w, 3, 3);
	consumer(s, w->w[1])->rate = !strcmp(w->w[2], "all") ? WORLD_RATE_ALL : (uint64_t)number(s, w->w[2]);
}

static void do_cut(struct script *s, const struct words *w)
{
	want_words(s, w, 2, 2);
	world_cut(consumer(s, w->w[1]), "cut");
}

static void do_connect(struct script *s, const struct words *w)
{
	want_words(s, w, 2, 2);
	world_connect(consumer(s, w->w[1]));
}

static void do_lose(struct script *s, const struct words *w)
{
	want_words(s, w, 2, 2);
	consumer(s, w->w[1])->lose++;
}

static void do_silence(struct script *s, const struct words *w)
{
	s->world.silent = true;
}

static void do_speak(struct script *s, const struct words *w)
{
	s->world.silent = false;
}

static void do_focus(struct script *s, const struct words *w)
{
	want_words(s, w, 2, 2);
	if (!strcmp(w->w[1], "next")) {
		hub_focus_next(s->world.hub, s->world.now);
		return;
	}
	hub_focus_set(s->world.hub,
		      !strcmp(w->w[1], "everyone") ? NULL
		      : !strcmp(w->w[1], "nobody") ? ""
						   : w->w[1],
		      s->world.now);
}

/* The policy: from the first guest on, nobody else may be a consumer. */
static void do_guest(struct script *s, const struct words *w)
{
	static char *patterns[POLICY_GUESTS_MAX];
	struct policy *policy = &s->world.policy;
	struct policy_guest guest = { .link = POLICY_LINK_UNIX };
	char why[200];

	snprintf(guest.name, sizeof(guest.name), "%s", w->w[1]);
	guest.devices = &patterns[policy->count];
	for (unsigned i = 2; i < w->n; i++) {
		char *value = strchr(w->w[i], '=');

		if (value)
			*value++ = '\0';
		if (!strcmp(w->w[i], "leds"))
			guest.leds = true;
		else if (!strcmp(w->w[i], "motion"))
			guest.motion = true;
		else if (!strcmp(w->w[i], "power"))
			guest.power = true;
		else if (!strcmp(w->w[i], "lid"))
			guest.lid = true;
		else if (value && !strcmp(w->w[i], "sensors") &&
			 policy_parse_sensor(&guest.sensors, value, why, sizeof(why)) == 0)
			continue;
		else if (value && !strcmp(w->w[i], "device") &&
			 policy_check_pattern(value, why, sizeof(why)) == 0 && !guest.n_devices)
			guest.devices[guest.n_devices++] = strdup(value);
		else if (!value || strcmp(w->w[i], "classes") || class_parse(value, &guest.classes) < 0)
			die(s, "\"%s\" is nothing that a guest is given", w->w[i]);
	}
	if (policy_add(policy, &guest) < 0)
		die(s, "%s is a guest already, or there are too many", guest.name);
	if (policy->count == 1)
		hub_set_policy(s->world.hub, policy);
}

static void do_led(struct script *s, const struct words *w)
{
	struct world_consumer *c;

	want_words(s, w, 5, 5);
	c = consumer(s, w->w[1]);
	s->world.led[0] = '\0';
	for (unsigned i = 0; i < c->n_devices; i++)
		if (!strcmp(xenhub_device_origin(c->devices[i]), w->w[2]))
			mirror_set_led(c->mirror, c->devices[i], code_of(s, EV_LED, w->w[3]),
				       !strcmp(w->w[4], "on"));
}

static void do_state(struct script *s, const struct words *w)
{
	want_words(s, w, 3, 3);
	states_set_integer(hub_states(s->world.hub), s->world.now, number(s, w->w[2]), "", "%s", w->w[1]);
}

static void do_ignore(struct script *s, const struct words *w)
{
	struct world_consumer *c;

	want_words(s, w, 2, 2);
	world_settle(&s->world);
	c = consumer(s, w->w[1]);
	c->n_lines = c->next_line = 0;
}

static void do_quiet(struct script *s, const struct words *w)
{
	want_words(s, w, 3, 3);
	world_settle(&s->world);
	consumer(s, w->w[1])->quiet = !strcmp(w->w[2], "on");
}

/* Nothing may happen: neither the hub nor a consumer wants to be woken. */
static void do_idle(struct script *s, const struct words *w)
{
	world_settle(&s->world);
	if (world_deadline(&s->world) != CLOCK_NEVER)
		die(s, "someone wants to be woken in %llu us",
		    (unsigned long long)((world_deadline(&s->world) - s->world.now) / NS_PER_US));
}

/* ---- expectations ---- */

static void show_rest(const struct world_consumer *c)
{
	for (size_t i = c->next_line; i < c->n_lines && i < c->next_line + 8; i++) {
		const struct world_line *line = &c->lines[i];

		fprintf(stderr, "    %s%s%s%s%s\n", line->text, line->reason ? " reason " : "",
			line->reason ? reason_name(line->reason) : "", line->device[0] ? " from " : "",
			line->device);
	}
}

static void expect_line(struct script *s, struct world_consumer *c, const struct words *w)
{
	struct world_line want = { .text = "" };
	const struct world_line *got;
	const char *from = NULL;

	for (unsigned i = 2; i < w->n; i++) {
		size_t n = strlen(want.text);

		if (!strcmp(w->w[i], "reason") && i + 1 < w->n)
			want.reason = reason_of(s, w->w[++i]);
		else if (!strcmp(w->w[i], "from") && i + 1 < w->n)
			from = w->w[++i];
		else
			snprintf(want.text + n, sizeof(want.text) - n, "%s%s", n ? " " : "", w->w[i]);
	}
	if (c->next_line == c->n_lines)
		die(s, "%s was told nothing (more)", c->name);
	got = &c->lines[c->next_line];
	if (strcmp(got->text, want.text) || got->reason != want.reason ||
	    (from && strcmp(from, got->device))) {
		fprintf(stderr, "%s was told:\n", c->name);
		show_rest(c);
		die(s, "which is not what was expected");
	}
	c->next_line++;
}

static bool compare(const struct script *s, int64_t have, const char *op, int64_t want)
{
	if (!strcmp(op, "="))
		return have == want;
	if (!strcmp(op, ">"))
		return have > want;
	if (!strcmp(op, "<"))
		return have < want;
	die(s, "\"%s\" is none of = < >", op);
}

/* A count by its name, or false. */
static bool count_of(struct script *s, struct world_consumer *c, const char *name, int64_t *n)
{
	struct xenhub_counters counters;
	struct hub_consumer_info info = { 0 };
	uint16_t code;
	unsigned held = 0;

	mirror_counters(c->mirror, &counters);
	if (c->peer)
		hub_consumer_info(c->peer, &info);
	for (unsigned i = 0; i < c->n_devices; i++)
		held += xenhub_device_held(c->devices[i]);
	if (!strcmp(name, "held"))
		*n = held;
	else if (!strcmp(name, "devices"))
		*n = c->n_devices;
	else if (!strcmp(name, "frames"))
		*n = (int64_t)counters.frames;
	else if (!strcmp(name, "links"))
		*n = (int64_t)counters.links;
	else if (!strcmp(name, "leases"))
		*n = (int64_t)counters.leases_lost;
	else if (!strcmp(name, "mismatches"))
		*n = (int64_t)counters.mismatches;
	else if (!strcmp(name, "lost"))
		*n = (int64_t)counters.lost_queue;
	else if (!strcmp(name, "lost-kernel"))
		*n = (int64_t)counters.lost_kernel;
	else if (!strcmp(name, "merged"))
		*n = (int64_t)info.merged;
	else if (!strcmp(name, "swallowed"))
		*n = (int64_t)info.swallowed;
	else if (!strcmp(name, "snapshots"))
		*n = (int64_t)info.snapshots;
	else if (!strcmp(name, "queued"))
		*n = (int64_t)info.queued;
	else if (!strcmp(name, "oldest-ms"))
		*n = (int64_t)(c->oldest_ns / NS_PER_MS);
	else if (!strncmp(name, "REL_", 4) && name_parse(EV_REL, name, &code))
		*n = c->rels[code];
	else
		return false;
	return true;
}

/* expect id DEVICE = DEVICE, or DEVICE = DEVICE -2 */
static void expect_id(struct script *s, const struct words *w)
{
	char want[2 * IDENTITY_MAX];

	want_words(s, w, 5, 6);
	snprintf(want, sizeof(want), "%s%s", device(s, w->w[4])->id, w->n == 6 ? w->w[5] : "");
	if (strcmp(device(s, w->w[2])->id, want))
		die(s, "its id is %s, not %s", device(s, w->w[2])->id, want);
}

static void do_expect(struct script *s, const struct words *w)
{
	struct world_consumer *c;
	char why[128];
	int64_t n;

	want_words(s, w, 3, WORDS_MAX);
	world_settle(&s->world);
	if (!strcmp(w->w[1], "id")) {
		expect_id(s, w);
		return;
	}
	if (!strcmp(w->w[1], "led")) {
		char want[128];

		want_words(s, w, 5, 5);
		snprintf(want, sizeof(want), "%s %s %d", w->w[2], w->w[3], !strcmp(w->w[4], "on"));
		if (strcmp(want, s->world.led))
			die(s, "the last LED asked for is \"%s\"", s->world.led);
		return;
	}
	c = consumer(s, w->w[1]);
	if (!strcmp(w->w[2], "nothing")) {
		if (c->next_line < c->n_lines) {
			fprintf(stderr, "%s was told:\n", c->name);
			show_rest(c);
			die(s, "where nothing was expected");
		}
	} else if (!strcmp(w->w[2], "in-step")) {
		if (!world_in_step(c, why, sizeof(why)))
			die(s, "%s is not in step: %s", c->name, why);
	} else if (!strcmp(w->w[2], "live") || !strcmp(w->w[2], "down")) {
		if (mirror_live(c->mirror) != !strcmp(w->w[2], "live"))
			die(s, "%s's link is %s", c->name, mirror_live(c->mirror) ? "live" : "down");
	} else if (w->n == 5 && count_of(s, c, w->w[2], &n)) {
		if (!compare(s, n, w->w[3], number(s, w->w[4])))
			die(s, "%s's %s is %" PRId64, c->name, w->w[2], n);
	} else {
		expect_line(s, c, w);
	}
}

/* ---- the language ---- */

static const struct {
	const char *name;
	void (*fn)(struct script *s, const struct words *w);
} commands[] = {
	{ "device", do_device },     { "plug", do_plug },           { "unplug", do_unplug },
	{ "key", do_key },           { "move", do_move },           { "touch", do_touch },
	{ "switch", do_switch },     { "frame", do_frame },         { "ghost", do_ghost },
	{ "dropped", do_dropped },   { "suspend", do_suspend },     { "resume", do_resume },
	{ "consumer", do_consumer }, { "subscribe", do_subscribe }, { "stall", do_stall },
	{ "flow", do_flow },         { "rate", do_rate },           { "cut", do_cut },
	{ "connect", do_connect },   { "lose", do_lose },           { "silence", do_silence },
	{ "speak", do_speak },       { "focus", do_focus },         { "led", do_led },
	{ "state", do_state },       { "ignore", do_ignore },       { "quiet", do_quiet },
	{ "idle", do_idle },         { "expect", do_expect },       { "guest", do_guest },
	{ "consent", do_consent },
};

static void split(char *line, struct words *w)
{
	w->n = 0;
	for (char *p = strtok(line, " \t\n"); p && w->n < WORDS_MAX; p = strtok(NULL, " \t\n")) {
		if (*p == '#')
			break;
		w->w[w->n++] = p;
	}
}

static void run_line(struct script *s, struct words *w)
{
	if (!strcmp(w->w[0], "missed") && w->n > 1) {
		s->missed = true;
		memmove(w->w, w->w + 1, --w->n * sizeof(w->w[0]));
	}
	if (time_of(w->w[0])) {
		world_pass(&s->world, time_of(w->w[0]));
		return;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!strcmp(commands[i].name, w->w[0])) {
			if (w->n < 2 && strcmp(w->w[0], "suspend") && strcmp(w->w[0], "resume") &&
			    strcmp(w->w[0], "silence") && strcmp(w->w[0], "speak") && strcmp(w->w[0], "idle"))
				die(s, "%s: of what?", w->w[0]);
			commands[i].fn(s, w);
			s->missed = false;
			return;
		}
	}
	die(s, "\"%s\" is no command", w->w[0]);
}

/* Runs the lines from..to; returns where it ended: at to, or at the `end` of the block it began in. */
static unsigned run(struct script *s, unsigned from, unsigned to, bool in_block)
{
	for (s->line = from; s->line < to; s->line++) {
		char copy[LINE_MAX_BYTES];
		struct words w;

		snprintf(copy, sizeof(copy), "%s", s->lines[s->line]);
		split(copy, &w);
		if (!w.n)
			continue;
		if (!strcmp(w.w[0], "end") && in_block)
			return s->line;
		if (!strcmp(w.w[0], "repeat") && w.n == 2) {
			unsigned begin = s->line + 1, end = begin;

			for (int64_t n = number(s, w.w[1]); n > 0; n--)
				end = run(s, begin, to, true);
			s->line = end;
			continue;
		}
		run_line(s, &w);
	}
	if (in_block)
		die(s, "repeat without end");
	return to;
}

int main(int argc, char **argv)
{
	static struct script s;
	char line[LINE_MAX_BYTES];
	FILE *f;

	if (argc != 2 || !(f = fopen(argv[1], "r"))) {
		fprintf(stderr, "usage: %s FILE.t\n", argv[0]);
		return 2;
	}
	s.path = argv[1];
	while (fgets(line, sizeof(line), f) && s.n_lines < LINES_MAX)
		s.lines[s.n_lines++] = strdup(line);
	fclose(f);
	world_init(&s.world);
	run(&s, 0, s.n_lines, false);
	world_finish(&s.world);
	for (unsigned i = 0; i < s.n_lines; i++)
		free(s.lines[i]);
	return 0;
}
