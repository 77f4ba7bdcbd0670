/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What comes for a stream is written to its socket, and what that does not take is kept. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "hub/link/carrier_private.h"

/* False: the stream is over, and gone. */
static bool failed_to_write(struct carrier_stream *s, int err)
{
	/* Who reads no more needs no more. */
	if (err == EPIPE)
		carrier_stream_reset(s, MUX_RESET_CLOSED, NULL);
	else
		carrier_stream_reset(s, MUX_RESET_BROKEN, strerror(err));
	return false;
}

static bool say_end(struct carrier_stream *s)
{
	if (!s->fin_heard || s->kept_used || s->shut || s->fd < 0)
		return true;
	shutdown(s->fd, SHUT_WR);
	s->shut = true;
	if (!carrier_stream_is_done(s))
		return true;
	carrier_stream_reset(s, MUX_RESET_CLOSED, NULL);
	return false;
}

bool carrier_stream_drain(struct carrier_stream *s)
{
	unsigned size = s->carrier->window;

	while (s->kept_used && !s->blocked) {
		unsigned run = size - s->kept_head < s->kept_used ? size - s->kept_head : s->kept_used;
		struct iovec iov[2] = { { s->kept + s->kept_head, run }, { s->kept, s->kept_used - run } };
		struct msghdr msg = { .msg_iov = iov, .msg_iovlen = iov[1].iov_len ? 2 : 1 };
		ssize_t n = sendmsg(s->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN)
			return failed_to_write(s, errno);
		if (n <= 0) {
			s->blocked = true;
			break;
		}
		s->kept_head = (s->kept_head + (unsigned)n) % size;
		s->kept_used -= (unsigned)n;
		s->carrier->keeping -= (unsigned)n;
		mux_consumed(s->peer->mux, s->mux, (size_t)n);
	}
	return say_end(s);
}

/* The multiplexer has seen to it that no more comes than the window has room for. False: no memory, and the stream is gone. */
static bool keep(struct carrier_stream *s, const uint8_t *bytes, size_t n)
{
	unsigned size = s->carrier->window, at, run;

	if (!s->kept)
		s->kept = malloc(size);
	if (!s->kept || n > size - s->kept_used) {
		carrier_stream_reset(s, MUX_RESET_LIMIT, "out of memory");
		return false;
	}
	at = (s->kept_head + s->kept_used) % size;
	run = size - at < n ? size - at : (unsigned)n;
	memcpy(s->kept + at, bytes, run);
	memcpy(s->kept, bytes + run, n - run);
	s->kept_used += (unsigned)n;
	s->carrier->keeping += n;
	return true;
}

void carrier_stream_data(struct carrier_stream *s, const uint8_t *bytes, size_t n)
{
	s->in += n;
	s->carrier->counters.in += n;
	while (n && s->fd >= 0 && !s->blocked && !s->kept_used) {
		ssize_t sent = send(s->fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno != EAGAIN) {
			failed_to_write(s, errno);
			return;
		}
		if (sent <= 0) {
			s->blocked = true;
			break;
		}
		mux_consumed(s->peer->mux, s->mux, (size_t)sent);
		bytes += sent;
		n -= (size_t)sent;
	}
	if (n)
		keep(s, bytes, n);
}

bool carrier_stream_take_pipe(struct carrier_stream *s, int pipe, size_t n)
{
	uint8_t rest[CARRIER_BULK];

	s->in += n;
	s->carrier->counters.in += n;
	while (n && !s->blocked) {
		ssize_t sent = splice(pipe, NULL, s->fd, NULL, n, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno != EAGAIN)
			return failed_to_write(s, errno);
		if (sent <= 0) {
			s->blocked = true;
			break;
		}
		mux_consumed(s->peer->mux, s->mux, (size_t)sent);
		n -= (size_t)sent;
	}
	while (n) {
		ssize_t got = read(pipe, rest, n < sizeof(rest) ? n : sizeof(rest));

		if (got <= 0)
			return failed_to_write(s, got < 0 ? errno : EPIPE);
		if (!keep(s, rest, (size_t)got))
			return false;
		n -= (size_t)got;
	}
	return true;
}

void carrier_stream_fin(struct carrier_stream *s)
{
	s->fin_heard = true;
	say_end(s);
}
