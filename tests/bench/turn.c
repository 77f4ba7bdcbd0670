/*
 * Says when it hears that the device was turned, for the lab to subtract when it was: one line "EDGE NANOSECONDS" a change,
 * CLOCK_MONOTONIC.
 *
 *	bench_turn hub ENDPOINT		as a consumer of the hub
 *	bench_turn bare DEVICE		with a loop that does nothing else: /dev/iio:deviceN, a socket, a reader behind it
 *
 * Prints "ready" when a change would be heard.
 */
#include <endian.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hub/client/xenhub.h"
#include "hub/core/clock.h"
#include "tests/bench/bench.h"

/* x, y and z as hid-sensor-accel-3d stores them. */
struct sample {
	int32_t axis[3];
};

static void say(const char *edge)
{
	printf("%s %llu\n", edge, (unsigned long long)clock_now_ns());
	fflush(stdout);
}

static void on_state(void *data, const struct xenhub_state *state)
{
	bool *ready = data;

	if (strcmp(state->path, "orientation"))
		return;
	if (!*ready && !state->stale)
		puts("ready");
	*ready = *ready || !state->stale;
	if (!state->stale)
		say(state->text);
}

static void run_hub(const char *endpoint)
{
	struct xenhub_options options = { .name = "bench", .states = true, .once = true };
	struct xenhub_listener listener = { .state = on_state };
	struct xenhub *hub;
	bool ready = false;

	if (xenhub_open(&hub, endpoint, &options, &listener, &ready) < 0)
		bench_die("cannot open %s", endpoint);
	do
		xenhub_wait(hub, -1);
	while (xenhub_dispatch(hub) == 0);
	xenhub_close(hub);
}

static void put(const char *device, const char *attribute, const char *value)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/bus/iio/devices/%s/%s", strrchr(device, '/') + 1, attribute);
	f = fopen(path, "w");
	if (!f || fputs(value, f) < 0 || fclose(f))
		bench_die("cannot write %s to %s", value, path);
}

static const char *edge_of(const struct sample *s)
{
	/* 16 bits count; the driver leaves the rest as it was. */
	int16_t x = (int16_t)s->axis[0], y = (int16_t)s->axis[1];

	return abs(x) > abs(y) ? (x > 0 ? "left-up" : "right-up") : (y > 0 ? "bottom-up" : "normal");
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
	struct sample sample;
	int socks[2];
	int fd;

	put(device, "buffer/enable", "0");
	put(device, "scan_elements/in_accel_x_en", "1");
	put(device, "scan_elements/in_accel_y_en", "1");
	put(device, "scan_elements/in_accel_z_en", "1");
	put(device, "scan_elements/in_timestamp_en", "0");
	put(device, "buffer/length", "16");
	put(device, "buffer/enable", "1");
	fd = open(device, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, socks) < 0)
		bench_die("cannot open %s", device);
	if (!fork()) {
		close(socks[1]);
		read_socket(socks[0]);
	}
	close(socks[0]);
	puts("ready");
	fflush(stdout);
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		const char *edge;

		if (poll(&p, 1, -1) < 0 || read(fd, &sample, sizeof(sample)) != sizeof(sample))
			continue;
		edge = edge_of(&sample);
		if (strcmp(edge, last) && send(socks[1], edge, strlen(edge), 0) < 0)
			break;
		last = edge;
	}
}

int main(int argc, char **argv)
{
	if (argc != 3)
		bench_die("usage: bench_turn hub ENDPOINT | bench_turn bare DEVICE");
	if (!strcmp(argv[1], "hub"))
		run_hub(argv[2]);
	else
		run_bare(argv[2]);
	return 0;
}
