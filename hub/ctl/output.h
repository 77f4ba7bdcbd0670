/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Standard output that never blocks: what the reader does not take waits in memory, so that a slow terminal or a stopped pager
 * stalls nobody. Beyond OUTPUT_MAX whole pieces are dropped and counted.
 *
 * The descriptor of a terminal or pipe is opened anew where that is possible: O_NONBLOCK belongs to the open file, which others
 * (the shell, stderr) share.
 */
#ifndef HUB_CTL_OUTPUT_H
#define HUB_CTL_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OUTPUT_MAX (64u * 1024 * 1024)

struct output {
	int fd;        /* to poll for EPOLLOUT while output_pending */
	bool own;      /* fd was opened here */
	bool pollable; /* no regular file: those never block and epoll refuses them */
	bool socket;
	int restore_flags; /* of the shared open file; -1: untouched */
	char *text;
	size_t head, tail, size;
	uint64_t dropped; /* pieces */
	bool closed;      /* the reader is gone: everything is dropped silently */
	int error;        /* positive errno of a write that failed otherwise, such as ENOSPC */
};

/* Takes fd, which stays the caller's, over until output_finish. */
void output_init(struct output *out, int fd);

/* Queues n bytes as one piece: all of it or nothing. */
void output_write(struct output *out, const char *text, size_t n);
void output_print(struct output *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

bool output_pending(const struct output *out);

/* Writes what fits now. */
void output_flush(struct output *out);

/* Writes all that waits, however long the reader takes, and frees. 0 or the negative errno of a write that failed. */
int output_finish(struct output *out);

/* The columns of the terminal behind fd; 0 when it is none: then nothing is to be wrapped. */
unsigned terminal_columns(int fd);

#endif
