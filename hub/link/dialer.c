/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/link/dialer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "hub/core/clock.h"
#include "hub/core/loop.h"
#include "hub/core/mailbox.h"
#include "hub/link/carrier.h"

#define ORDERS_MAX 64

/* From a caller to the thread. */
struct order {
	struct line *line;
	uint64_t ticket;
	int fd;
	char service[MUX_SERVICE_MAX];
};

/* An endpoint with its carrier, which is there while it has streams, and for a while after. */
struct line {
	struct dialer *dialer;
	char endpoint[CARRIER_ENDPOINT_MAX];
	/* under the lock: */
	unsigned users;          /* dials whose stream has not ended */
	struct carrier *carrier; /* the thread's own to use */
	struct loop_timer *idle;
};

struct ending {
	uint64_t ticket;
	char text[MUX_TEXT_MAX];
};

struct stream {
	struct line *line;
	uint64_t ticket;
};

struct dialer {
	pthread_t thread;
	struct loop *loop;
	struct mailbox *orders;

	pthread_mutex_t lock;
	struct line lines[DIALER_ENDPOINTS_MAX];
	uint64_t tickets;
	struct ending endings[DIALER_TEXTS]; /* the ticket's, modulo; a running stream has the text "" */
};

/* ---- any thread ---- */

static void remember(struct dialer *d, uint64_t ticket, const char *text)
{
	struct ending *e = &d->endings[ticket % DIALER_TEXTS];

	pthread_mutex_lock(&d->lock);
	if (e->ticket <= ticket) {
		e->ticket = ticket;
		snprintf(e->text, sizeof(e->text), "%s", text);
	}
	pthread_mutex_unlock(&d->lock);
}

void dialer_why(struct dialer *d, uint64_t ticket, char *why, size_t size)
{
	const struct ending *e = &d->endings[ticket % DIALER_TEXTS];

	pthread_mutex_lock(&d->lock);
	snprintf(why, size, "%s", e->ticket == ticket ? e->text : "");
	pthread_mutex_unlock(&d->lock);
}

/* The endpoint's line, or a free one. Under the lock. */
static struct line *find_line(struct dialer *d, const char *endpoint)
{
	struct line *unused = NULL;

	for (unsigned i = 0; i < DIALER_ENDPOINTS_MAX; i++) {
		struct line *line = &d->lines[i];

		if (!strcmp(line->endpoint, endpoint))
			return line;
		if (!*line->endpoint)
			unused = line;
	}
	if (unused)
		snprintf(unused->endpoint, sizeof(unused->endpoint), "%s", endpoint);
	return unused;
}

/* Under the lock. Without a carrier it is free at once; on_idle sees to the others. */
static void free_unused(struct line *line)
{
	if (!line->users && !line->carrier)
		line->endpoint[0] = '\0';
}

static void leave_line(struct line *line)
{
	pthread_mutex_lock(&line->dialer->lock);
	line->users--;
	free_unused(line);
	pthread_mutex_unlock(&line->dialer->lock);
}

/* The order is the thread's from then on, which cannot look at its line before the lock is free. */
static int hand_over(struct dialer *d, struct order *order, const char *endpoint, uint64_t *ticket, char *why,
		     size_t size)
{
	struct line *line;
	int rc = -ENOSPC;

	pthread_mutex_lock(&d->lock);
	order->line = line = find_line(d, endpoint);
	if (!line) {
		snprintf(why, size, "more than %d endpoints at a time", DIALER_ENDPOINTS_MAX);
		goto out;
	}
	order->ticket = *ticket = d->tickets + 1;
	rc = mailbox_post(d->orders, order);
	if (rc < 0) {
		snprintf(why, size, "more than %d dials at once", ORDERS_MAX);
		free_unused(line);
		goto out;
	}
	line->users++;
	d->tickets++;
	d->endings[*ticket % DIALER_TEXTS] = (struct ending){ .ticket = *ticket };
out:
	pthread_mutex_unlock(&d->lock);
	return rc;
}

int dialer_dial(struct dialer *d, const char *endpoint, const char *service, int *fd, uint64_t *ticket,
		char *why, size_t size)
{
	struct order *order;
	uint64_t sent;
	int pair[2], rc;

	if (strlen(service) >= MUX_SERVICE_MAX || !carrier_is_for(endpoint)) {
		snprintf(why, size,
			 "%s: expected vchan:@ROUTE, channel:NAME, tty:PATH, mux+unix:PATH or "
			 "mux+tcp:ADDRESS:PORT",
			 endpoint);
		return -EINVAL;
	}
	rc = carrier_check(endpoint, false, why, size);
	if (rc < 0)
		return rc;
	order = calloc(1, sizeof(*order));
	if (!order)
		return -ENOMEM;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0) {
		rc = -errno;
		goto err_order;
	}
	snprintf(order->service, sizeof(order->service), "%s", service);
	order->fd = pair[1];
	rc = hand_over(d, order, endpoint, &sent, why, size);
	if (rc < 0)
		goto err_pair;
	*fd = pair[0];
	if (ticket)
		*ticket = sent;
	return 0;

err_pair:
	close(pair[0]);
	close(pair[1]);
err_order:
	free(order);
	return rc;
}

/* ---- the thread ---- */

static void left(struct stream *s, const char *text)
{
	struct line *line = s->line;

	remember(line->dialer, s->ticket, text);
	leave_line(line);
	loop_timer_at(line->idle, clock_now_ns() + DIALER_IDLE_MS * NS_PER_MS);
	free(s);
}

static void on_closed(void *data, struct carrier_stream *stream, enum mux_reset why, const char *text)
{
	left(carrier_stream_user(stream), text);
}

/* We only ask. */
static void on_opened(void *data, struct carrier_stream *stream, const char *service)
{
	carrier_reset(stream, MUX_RESET_SERVICE, NULL);
}

static void on_idle(void *data)
{
	struct line *line = data;
	struct carrier *carrier = NULL;

	pthread_mutex_lock(&line->dialer->lock);
	if (!line->users) {
		carrier = line->carrier;
		line->carrier = NULL;
		line->endpoint[0] = '\0';
	}
	pthread_mutex_unlock(&line->dialer->lock);
	carrier_destroy(carrier);
}

static int begin_line(struct line *line)
{
	struct carrier_config config = {
		.loop = line->dialer->loop,
		.endpoint = line->endpoint,
		.gid = (gid_t)-1,
		.callbacks = { .opened = on_opened, .closed = on_closed, .data = line },
	};
	struct carrier *carrier;
	pid_t pid;
	int rc;

	if (line->carrier)
		return 0;
	if (!line->idle && !(line->idle = loop_add_timer(line->dialer->loop, on_idle, line)))
		return -ENOMEM;
	rc = carrier_create(&carrier, &config, &pid);
	if (rc < 0)
		return rc;
	pthread_mutex_lock(&line->dialer->lock);
	line->carrier = carrier;
	pthread_mutex_unlock(&line->dialer->lock);
	return 0;
}

static void run_order(struct dialer *d, struct order *order)
{
	struct stream *s = calloc(1, sizeof(*s));
	struct carrier_stream *stream;
	int rc = s ? begin_line(order->line) : -ENOMEM;

	if (rc < 0) {
		/* Whoever sees the socket end finds the reason told already. */
		remember(d, order->ticket, strerror(-rc));
		leave_line(order->line);
		close(order->fd);
		free(s);
		return;
	}
	*s = (struct stream){ .line = order->line, .ticket = order->ticket };
	loop_timer_at(s->line->idle, CLOCK_NEVER);
	rc = carrier_open(s->line->carrier, &stream, order->service, order->fd, s);
	if (rc < 0)
		left(s, rc == -EMFILE ? "the other end allows no more streams" : strerror(-rc));
}

static void on_orders(void *data, int fd, uint32_t events)
{
	struct dialer *d = data;
	struct order *order;

	while ((order = mailbox_take(d->orders))) {
		run_order(d, order);
		free(order);
	}
}

static void *thread_main(void *data)
{
	loop_run(((struct dialer *)data)->loop);
	return NULL;
}

static int start_thread(struct dialer *d)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = -pthread_create(&d->thread, NULL, thread_main, d);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

static void free_order(void *message)
{
	struct order *order = message;

	close(order->fd);
	free(order);
}

int dialer_create(struct dialer **out)
{
	struct dialer *d = calloc(1, sizeof(*d));
	int rc;

	if (!d)
		return -ENOMEM;
	pthread_mutex_init(&d->lock, NULL);
	for (unsigned i = 0; i < DIALER_ENDPOINTS_MAX; i++)
		d->lines[i].dialer = d;
	rc = loop_create(&d->loop);
	if (rc < 0)
		goto err_free;
	rc = mailbox_create(&d->orders, ORDERS_MAX);
	if (rc < 0)
		goto err_loop;
	if (!loop_add_fd(d->loop, mailbox_fd(d->orders), EPOLLIN, on_orders, d)) {
		rc = -errno;
		goto err_orders;
	}
	rc = start_thread(d);
	if (rc < 0)
		goto err_orders;
	*out = d;
	return 0;

err_orders:
	mailbox_destroy(d->orders, free_order);
err_loop:
	loop_destroy(d->loop);
err_free:
	pthread_mutex_destroy(&d->lock);
	free(d);
	return rc;
}

void dialer_destroy(struct dialer *d)
{
	if (!d)
		return;
	loop_quit(d->loop, 0);
	pthread_join(d->thread, NULL);
	for (unsigned i = 0; i < DIALER_ENDPOINTS_MAX; i++)
		carrier_destroy(d->lines[i].carrier);
	mailbox_destroy(d->orders, free_order);
	loop_destroy(d->loop);
	pthread_mutex_destroy(&d->lock);
	free(d);
}
