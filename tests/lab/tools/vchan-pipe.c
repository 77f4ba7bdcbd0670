/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vchan-pipe - moves bytes between domains over libxenvchan: how programs get into a guest in no time.
 *
 * usage: vchan-pipe send DOMID PATH < FILE        the server, for that domain; ends when all has been taken
 *        vchan-pipe receive DOMID PATH > FILE     the client of that domain
 */
#include <errno.h>
#include <libxenvchan.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RING          65536
#define CONNECT_TRIES 200 /* every 50 ms */

static char data[32768];

static int send_all(struct libxenvchan *channel)
{
	ssize_t n;

	while ((n = read(0, data, sizeof(data))) > 0)
		if (libxenvchan_send(channel, data, (size_t)n) != n)
			return 1;
	/* Closing takes the rings away: wait until the other side has read them empty and gone. */
	while (libxenvchan_is_open(channel) == 1 && libxenvchan_buffer_space(channel) < RING)
		usleep(1000);
	return n < 0;
}

static int receive_all(struct libxenvchan *channel)
{
	int n;

	while ((n = libxenvchan_read(channel, data, sizeof(data))) > 0)
		for (int done = 0; done < n;) {
			ssize_t written = write(1, data + done, (size_t)(n - done));

			if (written < 0)
				return 1;
			done += (int)written;
		}
	return 0;
}

int main(int argc, char **argv)
{
	int sends = argc == 4 && !strcmp(argv[1], "send"), status;
	struct libxenvchan *channel = NULL;

	if (argc != 4 || (!sends && strcmp(argv[1], "receive"))) {
		fprintf(stderr, "usage: vchan-pipe send|receive DOMID PATH\n");
		return 2;
	}
	if (sends)
		channel = libxenvchan_server_init(NULL, atoi(argv[2]), argv[3], 0, RING);
	for (int i = 0; !sends && !channel && i < CONNECT_TRIES; i++) {
		channel = libxenvchan_client_init(NULL, atoi(argv[2]), argv[3]);
		if (!channel)
			usleep(50 * 1000);
	}
	if (!channel) {
		fprintf(stderr, "vchan-pipe: %s: %s\n", argv[3], strerror(errno));
		return 1;
	}
	channel->blocking = 1;
	if (sends)
		while (libxenvchan_is_open(channel) == 2)
			libxenvchan_wait(channel);
	status = sends ? send_all(channel) : receive_all(channel);
	libxenvchan_close(channel);
	return status;
}
