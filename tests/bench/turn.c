/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Says when it hears of a change, for the lab to subtract when that was: one line "VALUE NANOSECONDS" a change, CLOCK_MONOTONIC.
 *
 *	bench_turn hub ENDPOINT [PATH]	as a consumer of the hub, of the orientation or another state
 *	bench_turn bare DEVICE		with a loop that does nothing else: /dev/iio:deviceN, a socket, a reader behind it
 *	bench_turn thread DEVICE	the same by a program whose links must not wait for a sensor that hangs: one thread reads the
 *					device and wakes the other, which writes the socket
 *
 * Prints "ready" when a change would be heard.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hub/client/xenhub.h"
#include "hub/core/clock.h"
#include "tests/bench/bench.h"
#include "tests/bench/buffer.h"

static void say(const char *edge)
{
	printf("%s %llu\n", edge, (unsigned long long)clock_now_ns());
	fflush(stdout);
}

/* What was heard is told when it is quiet again: printing must not delay what else the change sets going. */
#define QUIET_MS  30
#define HEARD_MAX 64

struct listening {
	const char *path;
	bool ready;
	unsigned count;
	struct {
		char value[32];
		uint64_t ns;
	} heard[HEARD_MAX];
};

static void tell(struct listening *l)
{
	for (unsigned i = 0; i < l->count; i++)
		printf("%s %llu\n", l->heard[i].value, (unsigned long long)l->heard[i].ns);
	fflush(stdout);
	l->count = 0;
}

static void on_state(void *data, const struct xenhub_state *state)
{
	struct listening *l = data;
	uint64_t now_ns = clock_now_ns();

	if (strcmp(state->path, l->path) || state->stale || l->count == HEARD_MAX)
		return;
	if (!l->ready)
		puts("ready");
	l->ready = true;
	if (state->type == XENHUB_STATE_INTEGER)
		snprintf(l->heard[l->count].value, sizeof(l->heard[0].value), "%lld",
			 (long long)state->integer);
	else
		snprintf(l->heard[l->count].value, sizeof(l->heard[0].value), "%.31s", state->text);
	l->heard[l->count++].ns = now_ns;
}

static void run_hub(const char *endpoint, const char *path)
{
	struct listening listening = { .path = path };
	struct xenhub_options options = { .name = "bench", .states = true, .once = true };
	struct xenhub_listener listener = { .state = on_state };
	struct xenhub *hub;

	if (xenhub_open(&hub, endpoint, &options, &listener, &listening) < 0)
		bench_die("cannot open %s", endpoint);
	do
		if (!xenhub_wait(hub, listening.count ? QUIET_MS : -1) && listening.count)
			tell(&listening);
	while (xenhub_dispatch(hub) == 0);
	xenhub_close(hub);
}

static void read_socket(int sock)
{
	char edge[32];
	ssize_t n;

	while ((n = recv(sock, edge, sizeof(edge) - 1, 0)) > 0) {
		edge[n] = '\0';
		say(edge);
	}
	_exit(0);
}

/* The end of a socket that a reader in a process of its own listens to. */
static int start_reader(void)
{
	int socks[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, socks) < 0)
		bench_die("no socket");
	if (!fork()) {
		close(socks[1]);
		read_socket(socks[0]);
	}
	close(socks[0]);
	puts("ready");
	fflush(stdout);
	return socks[1];
}

static void run_bare(const char *device)
{
	int fd = buffer_open(device);
	int sock = start_reader();
	const char *last = "";
	const char *edge;

	while ((edge = buffer_next(fd))) {
		if (strcmp(edge, last) && send(sock, edge, strlen(edge), 0) < 0)
			break;
		last = edge;
	}
}

/* Between the thread that reads and the one that writes: the latest edge. */
struct slot {
	pthread_mutex_t lock;
	const char *edge;
	int device, wake;
};

static void *read_device(void *data)
{
	struct slot *slot = data;
	const char *last = "";
	const char *edge;

	while ((edge = buffer_next(slot->device))) {
		if (!strcmp(edge, last))
			continue;
		pthread_mutex_lock(&slot->lock);
		slot->edge = edge;
		pthread_mutex_unlock(&slot->lock);
		eventfd_write(slot->wake, 1);
		last = edge;
	}
	_exit(0);
}

static void run_thread(const char *device)
{
	struct slot slot = { .lock = PTHREAD_MUTEX_INITIALIZER, .device = buffer_open(device) };
	int sock = start_reader();
	pthread_t reader;
	eventfd_t count;

	slot.wake = eventfd(0, EFD_CLOEXEC);
	if (slot.wake < 0 || pthread_create(&reader, NULL, read_device, &slot))
		bench_die("no thread");
	while (!eventfd_read(slot.wake, &count)) {
		const char *edge;

		pthread_mutex_lock(&slot.lock);
		edge = slot.edge;
		pthread_mutex_unlock(&slot.lock);
		if (send(sock, edge, strlen(edge), 0) < 0)
			break;
	}
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (argc >= 3 && argc <= 4 && !strcmp(what, "hub"))
		run_hub(argv[2], argc > 3 ? argv[3] : "orientation");
	else if (argc == 3 && !strcmp(what, "bare"))
		run_bare(argv[2]);
	else if (argc == 3 && !strcmp(what, "thread"))
		run_thread(argv[2]);
	else
		bench_die("usage: bench_turn hub ENDPOINT [PATH] | bench_turn bare|thread DEVICE");
	return 0;
}
