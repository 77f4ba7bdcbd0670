/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What tests/bench/relay puts at both ends of a relay.
 *
 *	relay_load sink PATH			takes connections, reads each to its end
 *	relay_load echo PATH			… says back what it hears
 *	relay_load send PATH BYTES		connects, says so much, waits for the end: prints seconds
 *	relay_load ask PATH BYTES		says so much to an echo, and checks that it comes back as it went: prints seconds
 *	relay_load pour BYTES | … | relay_load drain	so much through a road of pipes: prints seconds, from the first byte on
 *	relay_load carry PATH TO HOW		what a relay cannot do without: one connection, and a loop that waits, reads and writes:
 *						HOW is epoll or poll, or turns, for who knows which end will speak next
 *	relay_load ping PATH SECONDS EVERY_US	64 bytes there and back, again and again (every so often): prints p50 and p99 in µs
 */
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hub/core/clock.h"

#define BLOCK     (256 * 1024)
#define MESSAGE   64
#define PINGS_MAX 1000000

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	return sun;
}

static int fail(const char *what)
{
	perror(what);
	return 1;
}

static void *drain(void *data)
{
	int fd = (int)(intptr_t)data;
	char *block = malloc(BLOCK);

	while (block && read(fd, block, BLOCK) > 0)
		;
	free(block);
	close(fd);
	return NULL;
}

static void *say_back(void *data)
{
	int fd = (int)(intptr_t)data;
	char *block = malloc(BLOCK);
	ssize_t n;

	while (block && (n = read(fd, block, BLOCK)) > 0)
		if (write(fd, block, (size_t)n) != n)
			break;
	free(block);
	close(fd);
	return NULL;
}

static int serve(const char *path, void *(*with)(void *))
{
	struct sockaddr_un sun = address_of(path);
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);

	if (bind(listener, (struct sockaddr *)&sun, sizeof(sun)) < 0 || listen(listener, 64) < 0)
		return fail(path);
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		pthread_t thread;

		if (fd < 0 || pthread_create(&thread, NULL, with, (void *)(intptr_t)fd))
			return fail(path);
		pthread_detach(thread);
	}
}

/* Who was started a moment ago may not listen yet. */
static int dial(const char *path)
{
	struct sockaddr_un sun = address_of(path);

	for (unsigned i = 0; i < 500; i++) {
		int fd = socket(AF_UNIX, SOCK_STREAM, 0);

		if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0)
			return fd;
		close(fd);
		usleep(10000);
	}
	return -1;
}

static bool pass_on(const int ends[2], unsigned from)
{
	char block[16384];
	ssize_t n = recv(ends[from], block, sizeof(block), 0);

	return n > 0 && send(ends[!from], block, (size_t)n, MSG_NOSIGNAL) == n;
}

static int carry_by_epoll(const int ends[2])
{
	struct epoll_event ev = { .events = EPOLLIN };
	int epoll = epoll_create1(0);

	for (unsigned i = 0; i < 2; i++) {
		ev.data.u32 = i;
		if (epoll_ctl(epoll, EPOLL_CTL_ADD, ends[i], &ev) < 0)
			return fail("epoll_ctl");
	}
	while (epoll_wait(epoll, &ev, 1, -1) == 1 && pass_on(ends, ev.data.u32))
		;
	return 0;
}

static int carry_by_poll(const int ends[2])
{
	struct pollfd p[2] = { { .fd = ends[0], .events = POLLIN }, { .fd = ends[1], .events = POLLIN } };

	while (poll(p, 2, -1) > 0)
		for (unsigned i = 0; i < 2; i++)
			if (p[i].revents && !pass_on(ends, i))
				return 0;
	return 0;
}

/* Without asking who speaks: two calls a message, and nobody does with less. No relay can, since it does not know. */
static int carry_in_turns(const int ends[2])
{
	while (pass_on(ends, 0) && pass_on(ends, 1))
		;
	return 0;
}

/* No queue, no count, no limit, and whatever goes wrong ends it: the least that a message between two sockets costs. */
static int carry(const char *path, const char *to, const char *how)
{
	struct sockaddr_un sun = address_of(path);
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), ends[2];

	if (bind(listener, (struct sockaddr *)&sun, sizeof(sun)) < 0 || listen(listener, 1) < 0)
		return fail(path);
	ends[0] = accept(listener, NULL, NULL);
	ends[1] = dial(to);
	if (ends[0] < 0 || ends[1] < 0)
		return fail(ends[0] < 0 ? path : to);
	if (!strcmp(how, "turns"))
		return carry_in_turns(ends);
	return strcmp(how, "poll") ? carry_by_epoll(ends) : carry_by_poll(ends);
}

static int pour(int fd, uint64_t bytes)
{
	char *block = calloc(1, BLOCK);

	while (block && bytes) {
		ssize_t n = write(fd, block, bytes < BLOCK ? bytes : BLOCK);

		if (n <= 0)
			break;
		bytes -= (uint64_t)n;
	}
	free(block);
	return bytes ? fail("pour") : 0;
}

/* Bytes that repeat after 2^32 of them, and look like nothing. */
static uint8_t pattern(uint64_t at)
{
	return (uint8_t)((at * 0x9e3779b97f4a7c15ull) >> 56 ^ at >> 16);
}

struct saying {
	int fd;
	uint64_t bytes;
};

static void *say_pattern(void *data)
{
	const struct saying *s = data;
	uint8_t block[16384];

	for (uint64_t at = 0; at < s->bytes;) {
		size_t n = s->bytes - at < sizeof(block) ? s->bytes - at : sizeof(block);

		for (size_t i = 0; i < n; i++)
			block[i] = pattern(at + i);
		for (size_t done = 0; done < n;) {
			ssize_t sent = send(s->fd, block + done, n - done, MSG_NOSIGNAL);

			if (sent <= 0)
				return NULL;
			done += (size_t)sent;
		}
		at += n;
	}
	shutdown(s->fd, SHUT_WR);
	return NULL;
}

static int ask(const char *path, uint64_t bytes)
{
	struct saying saying = { .fd = dial(path), .bytes = bytes };
	uint64_t begun_ns = clock_now_ns(), at = 0;
	uint8_t block[16384];
	pthread_t thread;
	ssize_t n;

	if (saying.fd < 0 || pthread_create(&thread, NULL, say_pattern, &saying))
		return fail(path);
	while ((n = read(saying.fd, block, sizeof(block))) > 0) {
		for (ssize_t i = 0; i < n; i++, at++) {
			if (block[i] != pattern(at)) {
				printf("byte %llu is wrong\n", (unsigned long long)at);
				return 1;
			}
		}
	}
	shutdown(saying.fd, SHUT_RDWR);
	pthread_join(thread, NULL);
	if (at == bytes)
		printf("%.6f\n", (double)(clock_now_ns() - begun_ns) / 1e9);
	else
		printf("%llu of %llu bytes came back\n", (unsigned long long)at, (unsigned long long)bytes);
	return at != bytes;
}

static int drain_pipe(void)
{
	char *block = malloc(BLOCK);
	uint64_t begun_ns = 0;

	while (block && read(0, block, BLOCK) > 0)
		begun_ns = begun_ns ? begun_ns : clock_now_ns();
	free(block);
	printf("%.6f\n", (double)(clock_now_ns() - begun_ns) / 1e9);
	return !begun_ns;
}

static int send_bytes(const char *path, uint64_t bytes)
{
	int fd = dial(path);
	uint64_t begun_ns = clock_now_ns();
	char end;

	if (fd < 0 || pour(fd, bytes))
		return fail(path);
	shutdown(fd, SHUT_WR);
	while (read(fd, &end, 1) > 0)
		;
	printf("%.6f\n", (double)(clock_now_ns() - begun_ns) / 1e9);
	return 0;
}

static int by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static int ping(const char *path, double seconds, unsigned every_us)
{
	uint32_t *took_ns = malloc(PINGS_MAX * sizeof(*took_ns));
	uint64_t by_ns = clock_now_ns() + (uint64_t)(seconds * 1e9);
	char message[MESSAGE] = { 0 };
	int fd = dial(path);
	unsigned n = 0;

	if (fd < 0 || !took_ns)
		return fail(path);
	while (n < PINGS_MAX && clock_now_ns() < by_ns) {
		uint64_t begun_ns = clock_now_ns();
		size_t got = 0;

		if (write(fd, message, MESSAGE) != MESSAGE)
			return fail(path);
		while (got < MESSAGE) {
			ssize_t more = read(fd, message + got, MESSAGE - got);

			if (more <= 0)
				return fail(path);
			got += (size_t)more;
		}
		took_ns[n++] = (uint32_t)(clock_now_ns() - begun_ns);
		if (every_us)
			usleep(every_us);
	}
	qsort(took_ns, n, sizeof(*took_ns), by_size);
	if (n)
		printf("%.1f %.1f %u\n", took_ns[n / 2] / 1e3, took_ns[(uint64_t)n * 99 / 100] / 1e3, n);
	free(took_ns);
	return !n;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "sink"))
		return serve(argv[2], drain);
	if (argc == 3 && !strcmp(argv[1], "echo"))
		return serve(argv[2], say_back);
	if (argc == 4 && !strcmp(argv[1], "send"))
		return send_bytes(argv[2], strtoull(argv[3], NULL, 10));
	if (argc == 4 && !strcmp(argv[1], "ask"))
		return ask(argv[2], strtoull(argv[3], NULL, 10));
	if (argc == 3 && !strcmp(argv[1], "pour"))
		return pour(1, strtoull(argv[2], NULL, 10));
	if (argc == 2 && !strcmp(argv[1], "drain"))
		return drain_pipe();
	if (argc == 5 && !strcmp(argv[1], "carry"))
		return carry(argv[2], argv[3], argv[4]);
	if (argc == 5 && !strcmp(argv[1], "ping"))
		return ping(argv[2], strtod(argv[3], NULL), (unsigned)atoi(argv[4]));
	fprintf(stderr, "relay_load: sink PATH, echo PATH, send PATH BYTES, ask PATH BYTES, pour BYTES, "
			"drain, carry PATH TO HOW, ping PATH SECONDS EVERY_US\n");
	return 2;
}
