/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The unix link's cost: from the source's release of a frame to the consumer's recv, against a bare loop of the same timer, a pipe
 * and a socket. Both run in turn in one run, so that the machine's mood falls on both. Prints times and their ratio, first on one
 * processor, where only work counts, then wherever the scheduler puts the processes.
 *
 *	bench_hop [ROUNDS]
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "hub/client/xenhub.h"
#include "hub/core/clock.h"
#include "tests/bench/bench.h"

#define FRAMES 250
#define HZ     1000

static void on_frame(void *data, struct xenhub_device *device, const struct xenhub_frame *frame)
{
	if (frame->read_ns)
		samples_add(data, frame->received_ns - frame->read_ns);
}

static void run_hub(struct samples *samples, const char *recording)
{
	struct xenhub_options options = { .name = "bench", .classes = XENHUB_ALL_CLASSES, .once = true };
	struct xenhub_listener listener = { .frame = on_frame };
	char source[512], endpoint[256];
	struct xenhub *hub;
	pid_t pid;
	int code;

	snprintf(source, sizeof(source), "evemu:%s", recording);
	snprintf(endpoint, sizeof(endpoint), "unix:%s/hub.sock", bench_folder());
	pid = bench_start_daemon(
		(const char *[]){ "--source", source, "--once", "--listen", endpoint, NULL });
	if (xenhub_open(&hub, endpoint, &options, &listener, samples) < 0)
		bench_die("cannot open %s", endpoint);
	do
		xenhub_wait(hub, -1);
	while (xenhub_dispatch(hub) == 0);
	xenhub_close(hub);
	code = bench_wait(pid);
	if (code)
		bench_die("xenhubd ended with %d", code);
}

/* What 1.4 events a frame weigh on the wire. */
struct message {
	uint64_t released_ns;
	uint8_t rest[64];
};

static void bare_server(int sock)
{
	struct itimerspec spec = { .it_value.tv_nsec = 1000000, .it_interval.tv_nsec = 1000000000 / HZ };
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	int epoll = epoll_create1(0);
	struct epoll_event ev = { .events = EPOLLIN };
	struct message m = { 0 };
	unsigned sent = 0;
	int pipes[2];

	if (pipe2(pipes, O_NONBLOCK) < 0)
		_exit(1);
	ev.data.fd = timer;
	epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &ev);
	ev.data.fd = pipes[0];
	epoll_ctl(epoll, EPOLL_CTL_ADD, pipes[0], &ev);
	timerfd_settime(timer, 0, &spec, NULL);
	while (sent < FRAMES) {
		struct epoll_event got;
		uint64_t count;

		if (epoll_wait(epoll, &got, 1, -1) != 1)
			continue;
		if (got.data.fd == timer && read(timer, &count, sizeof(count)) == sizeof(count)) {
			m.released_ns = clock_now_ns();
			if (write(pipes[1], &m, sizeof(m)) != sizeof(m))
				_exit(1);
		} else if (got.data.fd == pipes[0] && read(pipes[0], &m, sizeof(m)) == sizeof(m)) {
			if (send(sock, &m, sizeof(m), MSG_NOSIGNAL) != sizeof(m))
				_exit(1);
			sent++;
		}
	}
	_exit(0);
}

static void run_bare(struct samples *samples)
{
	struct message m;
	int socks[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, socks) < 0)
		bench_die("socketpair: %s", strerror(errno));
	pid = fork();
	if (pid < 0)
		bench_die("fork: %s", strerror(errno));
	if (!pid)
		bare_server(socks[1]);
	close(socks[1]);
	for (;;) {
		ssize_t n;

		poll(&(struct pollfd){ .fd = socks[0], .events = POLLIN }, 1, -1);
		n = recv(socks[0], &m, sizeof(m), MSG_WAITALL);
		if (n != sizeof(m))
			break;
		samples_add(samples, clock_now_ns() - m.released_ns);
	}
	close(socks[0]);
	bench_wait(pid);
}

/* All of it on one processor, or wherever the scheduler likes: on a few cores its choice is a good part of the time. */
static void place(const cpu_set_t *all, bool one)
{
	cpu_set_t set = *all;

	if (one) {
		int cpu = 0;

		while (!CPU_ISSET(cpu, all))
			cpu++;
		CPU_ZERO(&set);
		CPU_SET(cpu, &set);
	}
	sched_setaffinity(0, sizeof(set), &set);
}

static void compare(const char *title, unsigned rounds, const char *recording)
{
	struct samples hub, bare;

	samples_init(&hub, (size_t)rounds * FRAMES);
	samples_init(&bare, (size_t)rounds * FRAMES);
	for (unsigned i = 0; i < rounds; i++) {
		run_bare(&bare);
		run_hub(&hub, recording);
	}
	printf("%s\n", title);
	printf("  bare loop  %7.1f  %7.1f  %7.1f\n", samples_at(&bare, 500) / 1e3,
	       samples_at(&bare, 990) / 1e3, samples_at(&bare, 1000) / 1e3);
	printf("  unix link  %7.1f  %7.1f  %7.1f\n", samples_at(&hub, 500) / 1e3, samples_at(&hub, 990) / 1e3,
	       samples_at(&hub, 1000) / 1e3);
	printf("  ratio      %7.2f  %7.2f           (goal: 1.3, 2)\n",
	       (double)samples_at(&hub, 500) / (double)samples_at(&bare, 500),
	       (double)samples_at(&hub, 990) / (double)samples_at(&bare, 990));
	samples_finish(&hub);
	samples_finish(&bare);
}

int main(int argc, char **argv)
{
	unsigned rounds = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 20;
	char path[256];
	cpu_set_t all;

	if (!rounds || rounds > 1000)
		bench_die("usage: bench_hop [ROUNDS], 1 to 1000");
	snprintf(path, sizeof(path), "%s/mouse.evemu", bench_folder());
	bench_write_mouse(path, FRAMES, HZ, 0, 0);
	sched_getaffinity(0, sizeof(all), &all);
	printf("release to recv, %u frames each\n              p50 us   p99 us   max us\n", rounds * FRAMES);
	place(&all, true);
	compare("one processor", rounds, path);
	place(&all, false);
	compare("wherever the scheduler likes", rounds, path);
	bench_cleanup();
	return 0;
}
