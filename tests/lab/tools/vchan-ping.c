/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vchan-ping - a consumer of a hub that wants nothing but answers to its pings, for comparison with a bare vchan-echo.
 *
 * usage: vchan-ping DOMID PATH [ROUNDS]
 *
 * Says `ready`, and for each line of its standard input `round trip p50 N p99 N max N us`. Speaks docs/protocol.md by itself: HELLO, ACK of the first snapshot, PING.
 */
#include <errno.h>
#include <libxenvchan.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CONNECT_TRIES 200 /* every 50 ms */

enum { HELLO = 1, BYE = 2, PING = 3, PONG = 4, SNAPSHOT_END = 20, ACK = 65 };

struct __attribute__((packed)) message {
	uint32_t length;
	uint16_t type, flags;
	uint64_t number; /* a ping's token, or a sequence number */
	uint8_t rest[16384 - 16];
};

struct __attribute__((packed)) hello {
	uint32_t length;
	uint16_t type, flags;
	uint32_t magic;
	uint16_t version_min, version_max;
	uint8_t role, clock;
	uint16_t zero;
	uint32_t features;
	uint8_t boot_id[16];
	uint64_t generation;
	uint8_t wishes[12];
	uint16_t name_length;
	char name[4];
};

static struct message message;

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static int receive(struct libxenvchan *channel)
{
	if (libxenvchan_recv(channel, &message, 8) != 8)
		return -1;
	if (message.length > 8 && libxenvchan_recv(channel, &message.number, message.length - 8) < 0)
		return -1;
	return message.type == BYE ? -1 : message.type;
}

static int until(struct libxenvchan *channel, int type)
{
	int got;

	while ((got = receive(channel)) != type)
		if (got < 0)
			return -1;
	return 0;
}

static int send_number(struct libxenvchan *channel, uint16_t type, uint64_t number)
{
	struct message m = { .length = 16, .type = type, .number = number };

	return libxenvchan_send(channel, &m, 16) == 16 ? 0 : -1;
}

static int greet(struct libxenvchan *channel)
{
	struct hello hello = {
		.length = sizeof(hello),
		.type = HELLO,
		.magic = 0x42554858,
		.version_min = 1,
		.version_max = 1,
		.role = 2,
		.clock = 1,
		.name_length = 4,
		.name = { 'p', 'i', 'n', 'g' },
	};

	if (libxenvchan_send(channel, &hello, sizeof(hello)) != sizeof(hello) || until(channel, SNAPSHOT_END))
		return -1;
	return send_number(channel, ACK, message.number);
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int measure(struct libxenvchan *channel, int rounds, int64_t *took)
{
	for (int i = 0; i < rounds; i++) {
		int64_t start = now_us();

		if (send_number(channel, PING, (uint64_t)i) || until(channel, PONG) ||
		    message.number != (uint64_t)i) {
			fprintf(stderr, "vchan-ping: no answer\n");
			return 1;
		}
		took[i] = now_us() - start;
	}
	qsort(took, (size_t)rounds, sizeof(*took), compare);
	printf("round trip p50 %lld p99 %lld max %lld us\n", (long long)took[rounds / 2],
	       (long long)took[rounds * 99 / 100], (long long)took[rounds - 1]);
	fflush(stdout);
	return 0;
}

int main(int argc, char **argv)
{
	int rounds = argc > 3 ? atoi(argv[3]) : 200, failed = 0;
	struct libxenvchan *channel = NULL;
	int64_t *took;
	char line[16];

	if (argc < 3 || rounds < 1) {
		fprintf(stderr, "usage: vchan-ping DOMID PATH [ROUNDS]\n");
		return 2;
	}
	for (int i = 0; !channel && i < CONNECT_TRIES; i++) {
		channel = libxenvchan_client_init(NULL, atoi(argv[1]), argv[2]);
		if (!channel)
			usleep(50 * 1000);
	}
	took = calloc((size_t)rounds, sizeof(*took));
	if (!channel || !took) {
		fprintf(stderr, "vchan-ping: %s: %s\n", argv[2], strerror(errno));
		return 1;
	}
	channel->blocking = 1;
	if (greet(channel)) {
		fprintf(stderr, "vchan-ping: the hub does not want us\n");
		return 1;
	}
	printf("ready\n");
	fflush(stdout);
	while (!failed && fgets(line, sizeof(line), stdin))
		failed = measure(channel, rounds, took);
	libxenvchan_close(channel);
	return failed;
}
