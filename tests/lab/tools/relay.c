/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * relay - joins its standard input and output to a terminal, raw: how Dom0 passes a guest's console on to the host.
 *
 * usage: relay TTY
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

/* Moves what is there to be read; false at the end. */
static bool move(int from, int to)
{
	char data[4096];
	ssize_t size = read(from, data, sizeof(data));

	for (ssize_t done = 0; done < size;) {
		ssize_t n = write(to, data + done, (size_t)(size - done));

		if (n < 0 && errno != EINTR)
			return false;
		done += n > 0 ? n : 0;
	}
	return size > 0;
}

int main(int argc, char **argv)
{
	int tty = argc == 2 ? open(argv[1], O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
	struct pollfd fds[] = { { 0, POLLIN, 0 }, { tty, POLLIN, 0 } };
	struct termios raw;

	if (tty < 0 || tcgetattr(tty, &raw)) {
		fprintf(stderr, "usage: relay TTY\n");
		return 2;
	}
	cfmakeraw(&raw);
	tcsetattr(tty, TCSANOW, &raw);
	while (poll(fds, 2, -1) > 0) {
		if (fds[0].revents && !move(0, tty))
			return 0;
		if (fds[1].revents && !move(tty, 1))
			return 0;
	}
	return 1;
}
