/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/ctl/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define OUTPUT_FIRST_SIZE (16 * 1024)
#define COLUMNS_MIN       40

void output_init(struct output *out, int fd)
{
	char path[32];
	struct stat st;
	int again;

	*out = (struct output){ .fd = fd, .restore_flags = -1 };
	if (fstat(fd, &st) < 0 || S_ISREG(st.st_mode))
		return;
	out->pollable = true;
	if (S_ISSOCK(st.st_mode)) {
		out->socket = true;
		return;
	}
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (again >= 0) {
		out->fd = again;
		out->own = true;
		return;
	}
	/* No /proc, or a terminal that belongs to whom we were before sudo. */
	out->restore_flags = fcntl(fd, F_GETFL);
	if (out->restore_flags >= 0)
		fcntl(fd, F_SETFL, out->restore_flags | O_NONBLOCK);
}

static bool reserve(struct output *out, size_t n)
{
	size_t used = out->tail - out->head;
	size_t size = out->size ? out->size : OUTPUT_FIRST_SIZE;
	char *text;

	if (used + n > OUTPUT_MAX)
		return false;
	if (out->tail + n <= out->size)
		return true;
	if (out->head) {
		memmove(out->text, out->text + out->head, used);
		out->head = 0;
		out->tail = used;
	}
	while (size < used + n)
		size *= 2;
	if (size == out->size)
		return true;
	text = realloc(out->text, size);
	if (!text)
		return false;
	out->text = text;
	out->size = size;
	return true;
}

void output_write(struct output *out, const char *text, size_t n)
{
	if (out->closed || out->error || !n)
		return;
	if (!reserve(out, n)) {
		out->dropped++;
		return;
	}
	memcpy(out->text + out->tail, text, n);
	out->tail += n;
}

void output_print(struct output *out, const char *format, ...)
{
	char line[4096];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (n > 0)
		output_write(out, line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
}

bool output_pending(const struct output *out)
{
	return out->head != out->tail;
}

void output_flush(struct output *out)
{
	while (output_pending(out)) {
		const char *text = out->text + out->head;
		size_t left = out->tail - out->head;
		ssize_t n = out->socket ? send(out->fd, text, left, MSG_DONTWAIT | MSG_NOSIGNAL)
					: write(out->fd, text, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0) {
			out->closed = errno == EPIPE;
			out->error = out->closed ? 0 : errno;
			n = (ssize_t)left;
		}
		out->head += (size_t)n;
	}
	out->head = out->tail = 0;
}

int output_finish(struct output *out)
{
	for (output_flush(out); output_pending(out); output_flush(out))
		poll(&(struct pollfd){ .fd = out->fd, .events = POLLOUT }, 1, -1);
	if (out->restore_flags >= 0)
		fcntl(out->fd, F_SETFL, out->restore_flags);
	if (out->own)
		close(out->fd);
	free(out->text);
	out->text = NULL;
	out->size = 0;
	return -out->error;
}

unsigned terminal_columns(int fd)
{
	struct winsize size;

	if (!isatty(fd))
		return 0;
	if (ioctl(fd, TIOCGWINSZ, &size) < 0 || !size.ws_col)
		return 80;
	return size.ws_col < COLUMNS_MIN ? COLUMNS_MIN : size.ws_col;
}
