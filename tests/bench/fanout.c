/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * 24,000 events a second to four consumers at once, one of which is stopped for a while (SIGSTOP) in mid-press. The other three must
 * lose nothing; what the stopped one holds must be right afterwards, and what it missed must be counted. Prints one line each and
 * ends with 1 when any of that is not so. Also prints the daemon's memory and its wake-ups when idle.
 *
 *	bench_fanout [SECONDS]
 */
#include <errno.h>
#include <linux/input.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "hub/client/xenhub.h"
#include "hub/core/clock.h"
#include "tests/bench/bench.h"

#define CONSUMERS   4
#define STALLED     3
#define HZ          8000 /* frames; three events each */
#define PRESS_EVERY 100
#define STALL_MS    1500

/* What a consumer saw, shared with the parent. */
struct result {
	volatile uint64_t frames, events, edges;
	volatile int64_t x, y;
	volatile uint64_t links, lost_queue;
	volatile int button; /* held at the end */
	volatile int up;
	volatile int done;
	volatile uint64_t worst_ns; /* from the hub's read to our receipt */
};

static void on_frame(void *data, struct xenhub_device *device, const struct xenhub_frame *frame)
{
	struct result *r = data;

	if (frame->reason == XENHUB_REASON_END || frame->reason == XENHUB_REASON_LINK)
		return;
	r->frames = r->frames + 1;
	r->events = r->events + frame->count;
	for (uint32_t i = 0; i < frame->count; i++) {
		const struct xenhub_event *e = &frame->events[i];

		if (e->type == EV_REL && e->code == REL_X)
			r->x = r->x + e->value;
		else if (e->type == EV_REL && e->code == REL_Y)
			r->y = r->y + e->value;
		else if (e->type == EV_KEY)
			r->edges = r->edges + 1;
	}
	if (frame->read_ns && frame->received_ns - frame->read_ns > r->worst_ns)
		r->worst_ns = frame->received_ns - frame->read_ns;
	r->button = xenhub_device_key(device, BTN_LEFT);
}

static void on_link(void *data, enum xenhub_link status, const char *text)
{
	struct result *r = data;

	r->up = status == XENHUB_LINK_UP;
	if (status == XENHUB_LINK_ENDED)
		r->done = 1;
}

static void consume(struct result *r, const char *endpoint)
{
	struct xenhub_options options = { .classes = XENHUB_ALL_CLASSES };
	struct xenhub_listener listener = { .frame = on_frame, .link = on_link };
	struct xenhub_counters counters;
	struct xenhub *hub;

	if (xenhub_open(&hub, endpoint, &options, &listener, r) < 0)
		_exit(1);
	while (!r->done) {
		xenhub_wait(hub, -1);
		xenhub_dispatch(hub);
		xenhub_get_counters(hub, &counters);
		r->links = counters.links;
		r->lost_queue = counters.lost_queue;
	}
	_exit(0);
}

static void sleep_ms(unsigned ms)
{
	struct timespec ts = { (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 };

	while (nanosleep(&ts, &ts) < 0 && errno == EINTR)
		;
}

int main(int argc, char **argv)
{
	unsigned seconds = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 4;
	struct result *results = mmap(NULL, sizeof(*results) * CONSUMERS, PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char path[256], source[512], endpoint[256];
	unsigned frames, presses, bad = 0;
	pid_t hub, pids[CONSUMERS];
	long rss, switches;

	if (seconds < 4 || seconds > 600 || results == MAP_FAILED)
		bench_die("usage: bench_fanout [SECONDS], 4 to 600");
	frames = seconds * HZ;
	presses = frames / PRESS_EVERY;
	snprintf(path, sizeof(path), "%s/mouse.evemu", bench_folder());
	snprintf(source, sizeof(source), "evemu:%s", path);
	snprintf(endpoint, sizeof(endpoint), "unix:%s/hub.sock", bench_folder());
	bench_write_mouse(path, frames, HZ, PRESS_EVERY, 500);

	/* The clients come first: a player waits for one, and all four must see the beginning. */
	for (unsigned i = 0; i < CONSUMERS; i++) {
		pids[i] = fork();
		if (!pids[i])
			consume(&results[i], endpoint);
	}
	sleep_ms(300);
	for (unsigned i = 1; i < CONSUMERS; i++)
		kill(pids[i], SIGSTOP);
	hub = bench_start_daemon(
		(const char *[]){ "--source", source, "--once", "--listen", endpoint, NULL });
	for (unsigned i = 1; i < CONSUMERS; i++)
		kill(pids[i], SIGCONT);
	for (unsigned i = 0; i < 3000 && !(results[0].up && results[1].up && results[2].up && results[3].up);
	     i++)
		sleep_ms(1);
	sleep_ms(1000);
	kill(pids[STALLED], SIGSTOP);
	sleep_ms(STALL_MS);
	rss = bench_rss_kb(hub);
	switches = bench_switches(hub);
	kill(pids[STALLED], SIGCONT);
	if (bench_wait(hub))
		bench_die("xenhubd failed");
	for (unsigned i = 0; i < CONSUMERS; i++)
		bench_wait(pids[i]);

	printf("%u frames, %u presses and releases, %u events/s, consumer %u stopped for %u ms\n", frames,
	       presses, HZ * 3, STALLED + 1, STALL_MS);
	printf("consumer  frames  events   edges     sum x  links  missed edges  button  worst us\n");
	for (unsigned i = 0; i < CONSUMERS; i++) {
		const struct result *r = &results[i];

		printf("%8u  %6llu  %6llu  %6llu  %8lld  %5llu  %12llu  %6s  %8.0f\n", i + 1,
		       (unsigned long long)r->frames, (unsigned long long)r->events,
		       (unsigned long long)r->edges, (long long)r->x, (unsigned long long)r->links,
		       (unsigned long long)r->lost_queue, r->button ? "down" : "up",
		       (double)r->worst_ns / 1e3);
		if (i == STALLED) {
			bad += (unsigned)r->button != (presses & 1);
			bad += r->edges + r->lost_queue < presses;
		} else if (results[i].links == 1) {
			bad += r->edges != presses || r->x != (int64_t)(frames - presses) || r->lost_queue;
		}
	}
	printf("daemon: RSS %ld kB (goal: 6144), %ld context switches in the run\n", rss, switches);
	printf("%s\n", bad || rss > 6144
			       ? "FAILED"
			       : "ok: nothing lost where nobody stalled, held state right where one did");
	bench_cleanup();
	return bad || rss > 6144;
}
