/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * relay - joins its standard input and output to a terminal, raw, or to a unix socket: how Dom0 passes a guest's
 * console on to the host, and how scenarios hold either end of a PV channel.
 *
 * usage: relay TTY|SOCKET
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
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

static int socket_open(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		return -1;
	}
	return fd;
}

static int tty_open(const char *path)
{
	int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	struct termios raw;

	if (fd < 0 || tcgetattr(fd, &raw)) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	cfmakeraw(&raw);
	tcsetattr(fd, TCSANOW, &raw);
	return fd;
}

int main(int argc, char **argv)
{
	struct stat info;
	int peer;

	if (argc != 2) {
		fprintf(stderr, "usage: relay TTY|SOCKET\n");
		return 2;
	}
	if (stat(argv[1], &info))
		peer = -1;
	else
		peer = S_ISSOCK(info.st_mode) ? socket_open(argv[1]) : tty_open(argv[1]);
	if (peer < 0) {
		fprintf(stderr, "relay: %s: %s\n", argv[1], strerror(errno));
		return 1;
	}
	for (;;) {
		struct pollfd fds[] = { { 0, POLLIN, 0 }, { peer, POLLIN, 0 } };

		if (poll(fds, 2, -1) < 0)
			return 1;
		if (fds[0].revents && !move(0, peer))
			return 0;
		if (fds[1].revents && !move(peer, 1))
			return 0;
	}
}
