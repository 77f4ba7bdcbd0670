/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Payloads between a socket and a link that is one: moved in the kernel, from pages to pages. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "hub/core/clock.h"
#include "hub/link/carrier_private.h"

#define PIPE_SIZE (256 * 1024)
#define FLAGS     (SPLICE_F_MOVE | SPLICE_F_NONBLOCK)

static int make_pipe(int fds[2])
{
	if (fds[0] >= 0)
		return 0;
	if (pipe2(fds, O_NONBLOCK | O_CLOEXEC) < 0)
		return -errno;
	/* Pages come half full: more of them than a frame needs. Where that is refused, frames are smaller. */
	fcntl(fds[1], F_SETPIPE_SZ, PIPE_SIZE);
	return 0;
}

static void close_pipe(int fds[2])
{
	if (fds[0] < 0)
		return;
	close(fds[0]);
	close(fds[1]);
	fds[0] = fds[1] = -1;
}

static ssize_t move(int from, int to, size_t n)
{
	ssize_t moved;

	do
		moved = splice(from, NULL, to, NULL, n, FLAGS);
	while (moved < 0 && errno == EINTR);
	return moved;
}

bool carrier_splice_may(struct carrier_peer *p)
{
	return make_pipe(p->pipe_out) == 0;
}

ssize_t carrier_splice_out(struct carrier_peer *p, struct carrier_stream *s, size_t room)
{
	ssize_t n = move(s->fd, p->pipe_out[1], room);

	if (n > 0) {
		mux_data_aside(p->mux, s->mux, (size_t)n);
		p->piped_out = (size_t)n;
	}
	return n;
}

ssize_t carrier_splice_flush(struct carrier_peer *p)
{
	ssize_t n = move(p->pipe_out[0], p->link->fd, p->piped_out);

	if (n <= 0)
		return n < 0 ? -errno : -EPIPE;
	p->piped_out -= (size_t)n;
	if (!p->piped_out)
		mux_aside_sent(p->mux);
	return n;
}

ssize_t carrier_splice_in(struct carrier_peer *p, bool *spliced)
{
	struct mux_stream *stream;
	size_t expected = mux_expects(p->mux, &stream);
	struct carrier_stream *s;
	ssize_t n;

	*spliced = false;
	if (expected < CARRIER_BULK)
		return 0;
	s = mux_user(stream);
	if (s->fd < 0 || s->blocked || s->kept_used || make_pipe(p->pipe_in) < 0)
		return 0;
	*spliced = true;
	n = move(p->link->fd, p->pipe_in[1], expected);
	if (n <= 0)
		return n < 0 ? -errno : 0;
	p->bulk_in = true;
	p->header_alone = false;
	mux_taken_aside(p->mux, (size_t)n, clock_now_ns());
	/* What has lost its stream is nobody's: the next one gets a pipe that is empty. */
	if (!carrier_stream_take_pipe(s, p->pipe_in[0], (size_t)n))
		close_pipe(p->pipe_in);
	return n;
}

size_t carrier_splice_room(struct carrier_peer *p, size_t room)
{
	struct mux_stream *stream;
	size_t expected = mux_expects(p->mux, &stream), want = expected ? expected : MUX_HEADER;

	/* Behind a header alone came a small frame: then there is nothing to be gained. */
	p->bulk_in = p->bulk_in && !p->header_alone;
	return p->bulk_in && want < room ? want : room;
}

void carrier_splice_read(struct carrier_peer *p, size_t room, size_t n)
{
	p->header_alone = p->bulk_in && room == MUX_HEADER;
	p->bulk_in = n == room;
}

void carrier_splice_close(struct carrier_peer *p)
{
	close_pipe(p->pipe_in);
	close_pipe(p->pipe_out);
}
