/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vchan-attack - a hostile client of a hub's vchan, for as long as asked:
 *
 * usage: vchan-attack garbage|scribble|storm DOMID PATH SECONDS
 *
 *   garbage    random bytes at full rate, and a new link at once when the hub ends one
 *   scribble   random bytes all over the shared page and the rings, indices and flags included
 *   storm      events without end, and not one byte
 *
 * Prints `N links`.
 */
#include <libxenvchan.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <xenevtchn.h>

#define RETRY_US 20000

static uint64_t state = 0x9e3779b97f4a7c15ull;

static uint64_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static void fill(volatile uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(next_random() >> 32);
}

static void garbage(struct libxenvchan *channel)
{
	uint8_t bytes[4096];

	fill(bytes, sizeof(bytes));
	while (libxenvchan_write(channel, bytes, sizeof(bytes)) > 0)
		;
}

static void scribble(struct libxenvchan *channel)
{
	for (int i = 0; i < 20; i++) {
		fill(channel->write.buffer, (size_t)1 << channel->write.order);
		fill((volatile uint8_t *)channel->ring, sizeof(*channel->ring));
		xenevtchn_notify(channel->event, channel->event_port);
		usleep(1000);
	}
}

static void storm(struct libxenvchan *channel, time_t end)
{
	while (time(NULL) < end && libxenvchan_is_open(channel))
		for (int i = 0; i < 100; i++)
			xenevtchn_notify(channel->event, channel->event_port);
}

int main(int argc, char **argv)
{
	unsigned links = 0;
	time_t end;

	if (argc != 5) {
		fprintf(stderr, "usage: vchan-attack garbage|scribble|storm DOMID PATH SECONDS\n");
		return 2;
	}
	end = time(NULL) + atoi(argv[4]);
	while (time(NULL) < end) {
		struct libxenvchan *channel = libxenvchan_client_init(NULL, atoi(argv[2]), argv[3]);

		if (!channel) {
			usleep(RETRY_US);
			continue;
		}
		links++;
		channel->blocking = 1;
		if (!strcmp(argv[1], "garbage"))
			garbage(channel);
		else if (!strcmp(argv[1], "scribble"))
			scribble(channel);
		else
			storm(channel, end);
		libxenvchan_close(channel);
	}
	printf("%u links\n", links);
	return links ? 0 : 1;
}
