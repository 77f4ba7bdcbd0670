/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/relay/pair.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hub/core/clock.h"

struct half {
	int from, to;
	int pipe[2];  /* -1 until there is use for it */
	size_t piped; /* bytes in it */
	char *aside;  /* of a small read: what to did not take; NULL when there is nothing */
	size_t aside_at, aside_end;
	bool bulk;         /* the last read filled its buffer */
	bool eof, shut;    /* from has said all; to has been told */
	bool blocked;      /* to takes nothing at present */
	bool from_hung_up; /* from is not waited for any more: it has closed, and what it said is all there */
	uint64_t bytes;
};

struct pair {
	struct loop *loop;
	struct half halves[2]; /* a to b, b to a */
	struct loop_fd *sources[2];
	uint32_t waits_for[2];
	unsigned silent;  /* looks for an answer that found none, in a row */
	unsigned skipped; /* messages without a look since the last one */
	uint64_t watch_ns;
	uint64_t stalls;
	pair_done_fn done;
	void *data;
};

#define FLAGS (SPLICE_F_MOVE | SPLICE_F_NONBLOCK)

static int make_pipe(struct half *h)
{
	if (h->pipe[0] >= 0)
		return 0;
	if (pipe2(h->pipe, O_NONBLOCK | O_CLOEXEC) < 0)
		return -errno;
	/* Where the user's pipes have had their share, the default has to do. */
	fcntl(h->pipe[1], F_SETPIPE_SZ, PAIR_PIPE);
	return 0;
}

/* The helpers below: 1 go on, 0 nothing more for now, -errno the connection is broken. */

static int empty_pipe(struct half *h)
{
	while (h->piped) {
		ssize_t n = splice(h->pipe[0], NULL, h->to, NULL, h->piped, FLAGS);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			h->blocked = true;
			return 0;
		}
		if (n <= 0)
			return n < 0 ? -errno : -EPIPE;
		h->piped -= (size_t)n;
	}
	return 1;
}

static int put_aside(struct half *h, const char *bytes, size_t n)
{
	h->aside = malloc(n);
	if (!h->aside)
		return -ENOMEM;
	memcpy(h->aside, bytes, n);
	h->aside_at = 0;
	h->aside_end = n;
	h->blocked = true;
	return 0;
}

static int empty_aside(struct half *h)
{
	while (h->aside) {
		ssize_t n = send(h->to, h->aside + h->aside_at, h->aside_end - h->aside_at, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			h->blocked = true;
			return 0;
		}
		if (n < 0)
			return -errno;
		h->aside_at += (size_t)n;
		if (h->aside_at < h->aside_end)
			continue;
		free(h->aside);
		h->aside = NULL;
	}
	return 1;
}

static int move_small(struct half *h, size_t *moved)
{
	char bytes[PAIR_SMALL];
	ssize_t n, sent;

	do
		n = recv(h->from, bytes, sizeof(bytes), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (n == 0) {
		h->eof = true;
		return 1;
	}
	*moved += (size_t)n;
	h->bulk = n == sizeof(bytes);
	do
		sent = send(h->to, bytes, (size_t)n, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0 && errno != EAGAIN)
		return -errno;
	if (sent < n) {
		sent = sent < 0 ? 0 : sent;
		return put_aside(h, bytes + sent, (size_t)(n - sent));
	}
	/* Who has less to say than was asked for has nothing more, or tells. */
	return h->bulk || h->from_hung_up;
}

static int move_bulk(struct half *h, size_t *moved)
{
	ssize_t n;

	/* Where files have run out, copying does as well. */
	if (make_pipe(h) < 0)
		return move_small(h, moved);
	do
		n = splice(h->from, NULL, h->pipe[1], NULL, PAIR_PIPE, FLAGS);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno != EAGAIN)
		return -errno;
	if (n < PAIR_SMALL)
		h->bulk = false;
	if (n < 0)
		return 0;
	if (n == 0) {
		h->eof = true;
		return 1;
	}
	*moved += (size_t)n;
	h->piped = (size_t)n;
	return 1;
}

/* All there is, for one turn. 0, or -errno. */
static int pump(struct half *h)
{
	size_t moved = 0, before;
	int rc;

	h->blocked = false;
	while (!h->shut) {
		rc = empty_aside(h);
		if (rc > 0)
			rc = empty_pipe(h);
		if (rc <= 0)
			return rc;
		if (h->eof) {
			shutdown(h->to, SHUT_WR);
			h->shut = true;
			break;
		}
		if (moved >= PAIR_TURN && !h->from_hung_up)
			break;
		before = moved;
		rc = h->bulk ? move_bulk(h, &moved) : move_small(h, &moved);
		h->bytes += moved - before;
		if (rc <= 0)
			return rc;
	}
	return 0;
}

/* Who is never answered at once, as a stream of keys is not, pays for a look every so often only. */
static bool look_for_answer(struct pair *p)
{
	if (p->silent < PAIR_SILENT || ++p->skipped >= PAIR_SKIP) {
		p->skipped = 0;
		return true;
	}
	return false;
}

/* Once, or until it has come or has taken too long. */
static int watch_for(struct half *answer, uint64_t watch_ns)
{
	uint64_t before = answer->bytes, end;
	int rc = pump(answer);

	if (rc || !watch_ns || answer->bytes != before)
		return rc;
	end = clock_now_ns() + watch_ns;
	do
		rc = pump(answer);
	while (!rc && answer->bytes == before && !answer->eof && clock_now_ns() < end);
	return rc;
}

/*
 * Whom a message wakes often runs at once, in our place or beside us, and has answered before we could fall asleep: then the answer is
 * taken without waiting for it. Two calls instead of three, and no sleep between them.
 */
static int converse(struct pair *p, struct half *said, struct half *answer)
{
	for (unsigned i = 0; i < PAIR_TALK; i++) {
		uint64_t before = answer->bytes;
		struct half *swap = said;
		int rc;

		if (said->bulk || said->eof || said->blocked || answer->blocked || answer->eof ||
		    !look_for_answer(p))
			return 0;
		rc = watch_for(answer, p->watch_ns);
		if (rc)
			return rc;
		if (answer->bytes == before) {
			p->silent += p->silent < PAIR_SILENT;
			return 0;
		}
		p->silent = 0;
		said = answer;
		answer = swap;
	}
	return 0;
}

static void finish(struct pair *p, int err)
{
	pair_done_fn done = p->done;
	void *data = p->data;

	done(data, err);
	pair_destroy(p);
}

static void wait_for(struct pair *p, unsigned i)
{
	const struct half *out = &p->halves[i], *in = &p->halves[!i];
	uint32_t events =
		(out->eof || out->blocked ? 0u : (uint32_t)EPOLLIN) | (in->blocked ? (uint32_t)EPOLLOUT : 0u);

	if (!p->sources[i] || events == p->waits_for[i])
		return;
	loop_fd_events(p->sources[i], events);
	p->waits_for[i] = events;
}

static void on_socket(struct pair *p, unsigned i, uint32_t events)
{
	struct half *out = &p->halves[i], *in = &p->halves[!i];
	bool was_blocked[2] = { out->blocked, in->blocked };
	uint64_t before = out->bytes;
	int rc = 0;

	/* A hang-up is told without end, whatever is waited for: what is left to be read is there. */
	if (events & (EPOLLHUP | EPOLLERR)) {
		out->from_hung_up = true;
		loop_remove_fd(p->sources[i]);
		p->sources[i] = NULL;
	}
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR) && !out->blocked)
		rc = pump(out);
	if (!rc && in->blocked && events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
		rc = pump(in);
	else if (!rc && out->bytes != before)
		rc = converse(p, out, in);
	/* Nobody reads there any more; what was to be said to it has lost its reader, in good order. */
	if (rc == -EPIPE)
		rc = -ECANCELED;
	if (rc < 0 || (out->shut && in->shut)) {
		finish(p, rc == -ECANCELED ? 0 : -rc);
		return;
	}
	p->stalls += (!was_blocked[0] && out->blocked) + (!was_blocked[1] && in->blocked);
	wait_for(p, 0);
	wait_for(p, 1);
}

static void on_a(void *data, int fd, uint32_t events)
{
	on_socket(data, 0, events);
}

static void on_b(void *data, int fd, uint32_t events)
{
	on_socket(data, 1, events);
}

int pair_create(struct pair **out, struct loop *loop, int a, int b, uint64_t watch_ns, pair_done_fn done,
		void *data)
{
	struct pair *p = calloc(1, sizeof(*p));
	int rc = -ENOMEM;

	if (!p)
		goto err;
	p->loop = loop;
	p->watch_ns = watch_ns;
	p->done = done;
	p->data = data;
	p->halves[0] = (struct half){ .from = a, .to = b, .pipe = { -1, -1 } };
	p->halves[1] = (struct half){ .from = b, .to = a, .pipe = { -1, -1 } };
	fcntl(a, F_SETFL, fcntl(a, F_GETFL) | O_NONBLOCK);
	fcntl(b, F_SETFL, fcntl(b, F_GETFL) | O_NONBLOCK);
	p->waits_for[0] = p->waits_for[1] = EPOLLIN;
	p->sources[0] = loop_add_fd(loop, a, EPOLLIN, on_a, p);
	p->sources[1] = p->sources[0] ? loop_add_fd(loop, b, EPOLLIN, on_b, p) : NULL;
	if (p->sources[1]) {
		*out = p;
		return 0;
	}
	rc = -errno;
	loop_remove_fd(p->sources[0]);
	free(p);

err:
	close(a);
	close(b);
	return rc;
}

void pair_destroy(struct pair *p)
{
	if (!p)
		return;
	for (unsigned i = 0; i < 2; i++) {
		struct half *h = &p->halves[i];

		loop_remove_fd(p->sources[i]);
		free(h->aside);
		if (h->pipe[0] >= 0) {
			close(h->pipe[0]);
			close(h->pipe[1]);
		}
	}
	close(p->halves[0].from);
	close(p->halves[1].from);
	free(p);
}

void pair_count(const struct pair *p, uint64_t *a_to_b, uint64_t *b_to_a, uint64_t *stalls)
{
	*a_to_b = p->halves[0].bytes;
	*b_to_a = p->halves[1].bytes;
	*stalls = p->stalls;
}
