/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vchan-echo - a bare libxenvchan echo: shows that vchan works here, and is the rival our links are measured against.
 *
 * usage: vchan-echo server DOMID PATH
 *        vchan-echo client DOMID PATH [ROUNDS [KILOBYTES]]
 *        vchan-echo turns DOMID PATH [ROUNDS [KILOBYTES]]
 *
 * The server serves one client and ends with it. The client prints one line:
 *   round trip p50 N p99 N max N us, N MB/s to the server, N MB/s from it
 * With turns it says `ready` first, and prints one such line for each line of its standard input.
 */
#include <errno.h>
#include <libxenvchan.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RING          16384
#define MESSAGE       64
#define CONNECT_TRIES 200 /* every 50 ms */

enum { ECHO = 'E', SINK = 'S', SOURCE = 'P', QUIT = 'Q' };

struct request {
	uint32_t what;
	uint32_t size;
};

static char payload[8192];

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static int take_in(struct libxenvchan *channel, const struct request *request)
{
	for (uint32_t left = request->size; left;) {
		int n = libxenvchan_read(channel, payload, left < sizeof(payload) ? left : sizeof(payload));

		if (n <= 0)
			return 1;
		left -= (uint32_t)n;
		if (request->what == ECHO)
			libxenvchan_send(channel, payload, (size_t)n);
	}
	if (request->what == SINK)
		libxenvchan_send(channel, "done", 4);
	return 0;
}

static int pour_out(struct libxenvchan *channel, uint32_t size)
{
	for (uint32_t left = size; left;) {
		int n = libxenvchan_write(channel, payload, left < sizeof(payload) ? left : sizeof(payload));

		if (n <= 0)
			return 1;
		left -= (uint32_t)n;
	}
	return 0;
}

static int serve(struct libxenvchan *channel)
{
	struct request request;
	int failed = 0;

	while (!failed && libxenvchan_recv(channel, &request, sizeof(request)) == sizeof(request) &&
	       request.what != QUIT)
		failed =
			request.what == SOURCE ? pour_out(channel, request.size) : take_in(channel, &request);
	return failed;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/* Microseconds, or -1. */
static int64_t send_much(struct libxenvchan *channel, uint32_t size)
{
	struct request request = { SINK, size };
	int64_t start = now_us();

	libxenvchan_send(channel, &request, sizeof(request));
	if (pour_out(channel, size) || libxenvchan_recv(channel, payload, 4) != 4)
		return -1;
	return now_us() - start;
}

static int64_t fetch_much(struct libxenvchan *channel, uint32_t size)
{
	struct request request = { SOURCE, size };
	int64_t start = now_us();

	libxenvchan_send(channel, &request, sizeof(request));
	request.what = 0;
	if (take_in(channel, &request))
		return -1;
	return now_us() - start;
}

static int measure(struct libxenvchan *channel, int rounds, uint32_t size)
{
	struct request request = { ECHO, MESSAGE };
	int64_t *took = calloc((size_t)rounds, sizeof(*took)), start, there, back;

	for (int i = 0; i < rounds; i++) {
		char message[sizeof(request) + MESSAGE] = { 0 };

		memcpy(message, &request, sizeof(request));
		start = now_us();
		if (libxenvchan_send(channel, message, sizeof(message)) < 0 ||
		    libxenvchan_recv(channel, message, MESSAGE) != MESSAGE)
			return 1;
		took[i] = now_us() - start;
	}
	qsort(took, (size_t)rounds, sizeof(*took), compare);
	there = send_much(channel, size);
	back = fetch_much(channel, size);
	if (there < 0 || back < 0)
		return 1;
	printf("round trip p50 %lld p99 %lld max %lld us, %.1f MB/s to the server, %.1f MB/s from it\n",
	       (long long)took[rounds / 2], (long long)took[rounds * 99 / 100], (long long)took[rounds - 1],
	       (double)size / (double)there, (double)size / (double)back);
	fflush(stdout);
	free(took);
	return 0;
}

static int ask(struct libxenvchan *channel, int rounds, uint32_t size, int turns)
{
	struct request quit = { QUIT, 0 };
	int failed = 0;
	char line[16];

	if (turns) {
		printf("ready\n");
		fflush(stdout);
		while (!failed && fgets(line, sizeof(line), stdin))
			failed = measure(channel, rounds, size);
	} else {
		failed = measure(channel, rounds, size);
	}
	libxenvchan_send(channel, &quit, sizeof(quit));
	return failed;
}

int main(int argc, char **argv)
{
	int server = argc > 1 && !strcmp(argv[1], "server"), turns = argc > 1 && !strcmp(argv[1], "turns");
	int domain, status;
	struct libxenvchan *channel = NULL;

	if (argc < 4 || (!server && !turns && strcmp(argv[1], "client"))) {
		fprintf(stderr, "usage: vchan-echo server|client|turns DOMID PATH [ROUNDS [KILOBYTES]]\n");
		return 2;
	}
	domain = atoi(argv[2]);
	if (server)
		channel = libxenvchan_server_init(NULL, domain, argv[3], RING, RING);
	for (int i = 0; !server && !channel && i < CONNECT_TRIES; i++) {
		channel = libxenvchan_client_init(NULL, domain, argv[3]);
		if (!channel)
			usleep(50 * 1000);
	}
	if (!channel) {
		fprintf(stderr, "vchan-echo: %s: %s\n", argv[3], strerror(errno));
		return 1;
	}
	channel->blocking = 1;
	if (server) {
		printf("listening\n");
		fflush(stdout);
		status = serve(channel);
	} else {
		status = ask(channel, argc > 4 ? atoi(argv[4]) : 200,
			     (argc > 5 ? (uint32_t)atoi(argv[5]) : 2048) * 1024, turns);
	}
	libxenvchan_close(channel);
	return status;
}
