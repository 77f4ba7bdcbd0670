/*
 * Says when it hears of a change, for the lab to subtract when that was: one line "VALUE NANOSECONDS" a change, CLOCK_MONOTONIC.
 *
 *	bench_turn hub ENDPOINT [PATH]	as a consumer of the hub, of the orientation or another state
 *	bench_turn bare DEVICE		with a loop that does nothing else: /dev/iio:deviceN, a socket, a reader behind it
 *
 * Prints "ready" when a change would be heard.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
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

static void run_bare(const char *device)
{
	const char *last = "";
	const char *edge;
	int socks[2];
	int fd = buffer_open(device);

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, socks) < 0)
		bench_die("no socket");
	if (!fork()) {
		close(socks[1]);
		read_socket(socks[0]);
	}
	close(socks[0]);
	puts("ready");
	fflush(stdout);
	while ((edge = buffer_next(fd))) {
		if (strcmp(edge, last) && send(socks[1], edge, strlen(edge), 0) < 0)
			break;
		last = edge;
	}
}

int main(int argc, char **argv)
{
	if (argc < 3 || argc > 4)
		bench_die("usage: bench_turn hub ENDPOINT [PATH] | bench_turn bare DEVICE");
	if (!strcmp(argv[1], "hub"))
		run_hub(argv[2], argc > 3 ? argv[3] : "orientation");
	else
		run_bare(argv[2]);
	return 0;
}
