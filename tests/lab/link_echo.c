/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * link_echo - an echo over any link of hub/link, for scenarios with links that are not the hub's.
 *
 * usage: link_echo serve ENDPOINT         says back what each peer says; "# peer" and "# gone" as they come and go
 *        link_echo ask ENDPOINT BYTES     connects, again and again; checks that so many bytes come back as they went, and then says
 *                                         "# echoed BYTES bytes in N ms"; "# lost WHY" when the link ends
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "hub/core/clock.h"
#include "hub/core/loop.h"
#include "hub/core/worker.h"
#include "hub/link/link.h"
#include "hub/link/station.h"
#include "hub/xen/domains.h"

#define RETRY_MS 100
#define CHUNK    65536

static int fail(const char *what, int rc)
{
	fprintf(stderr, "link_echo: %s: %s\n", what, strerror(-rc));
	return 1;
}

/* ---- serve ---- */

struct echo {
	struct loop *loop;
	struct link *link;
	struct loop_fd *source;
	struct loop_timer *more; /* the fd may not say again that there is more */
	size_t fill, done;
	char data[CHUNK];
};

static void end_peer(struct echo *e)
{
	struct link *link = e->link;

	printf("# gone %s\n", link->why);
	loop_timer_at(e->more, CLOCK_NEVER);
	loop_remove_fd(e->source);
	e->source = NULL;
	e->link = NULL;
	link_close(link);
}

static void pump(struct echo *e)
{
	for (unsigned i = 0; i < 64; i++) {
		ssize_t n;

		if (e->done == e->fill) {
			n = link_read(e->link, e->data, sizeof(e->data));
			if (n == -EAGAIN)
				return;
			if (n <= 0) {
				end_peer(e);
				return;
			}
			e->fill = (size_t)n;
			e->done = 0;
		}
		n = link_write(e->link, e->data + e->done, e->fill - e->done);
		if (n == -EAGAIN)
			return;
		if (n < 0) {
			end_peer(e);
			return;
		}
		e->done += (size_t)n;
	}
	loop_timer_at(e->more, clock_now_ns());
}

static void on_more(void *data)
{
	pump(data);
}

static void on_link(void *data, int fd, uint32_t events)
{
	pump(data);
}

static void on_met(void *data, struct link *link)
{
	struct echo *e = data;

	printf("# peer %s\n", link->peer);
	e->link = link;
	e->fill = e->done = 0;
	link->in_order = true;
	e->source = loop_add_fd(e->loop, link->fd, link_wait_events(link, false), on_link, e);
	pump(e);
}

static void on_lost(void *data, struct link *link, bool quiesce)
{
	end_peer(data);
}

static void on_signal(void *data, int signo)
{
	loop_quit(((struct echo *)data)->loop, 0);
}

static int serve(const char *endpoint)
{
	static struct echo e;
	struct station_callbacks callbacks = { .met = on_met, .lost = on_lost, .data = &e };
	struct domains *domains = NULL;
	struct worker *worker;
	struct station *station;
	char why[LINK_WHY_MAX];
	int rc = link_check_listen(endpoint, why, sizeof(why));

	if (rc < 0) {
		fprintf(stderr, "link_echo: %s\n", why);
		return 2;
	}
	if ((rc = loop_create(&e.loop)) < 0 || (rc = loop_add_signal(e.loop, SIGTERM, on_signal, &e)) < 0 ||
	    (rc = worker_create(&worker, e.loop)) < 0)
		return fail("cannot start", rc);
	e.more = loop_add_timer(e.loop, on_more, &e);
	if (station_needs_domains(endpoint) && (rc = domains_create(&domains, worker)) < 0)
		return fail("domains", rc);
	rc = station_create(&station, e.loop, worker, domains, endpoint, &callbacks);
	if (rc < 0)
		return fail(endpoint, rc);
	rc = loop_run(e.loop);
	station_end(station);
	worker_destroy(worker);
	if (e.link)
		end_peer(&e);
	station_destroy(station);
	domains_destroy(domains);
	loop_destroy(e.loop);
	return rc;
}

/* ---- ask ---- */

/* So that a byte that is lost or doubled shows. */
static char byte_at(size_t at)
{
	return (char)(at * 2654435761u >> 24);
}

struct question {
	struct link *link;
	size_t total, sent, back;
	bool told;
};

static ssize_t put(struct question *q)
{
	char data[CHUNK];
	size_t n = q->total - q->sent < sizeof(data) ? q->total - q->sent : sizeof(data);
	ssize_t rc;

	if (!n && !q->link->connecting)
		return -EAGAIN;
	for (size_t i = 0; i < n; i++)
		data[i] = byte_at(q->sent + i);
	rc = link_write(q->link, data, n);
	if (rc > 0)
		q->sent += (size_t)rc;
	return rc;
}

static ssize_t take(struct question *q)
{
	char data[CHUNK];
	ssize_t n = link_read(q->link, data, sizeof(data));

	for (ssize_t i = 0; i < n; i++)
		if (data[i] != byte_at(q->back + (size_t)i)) {
			printf("# byte %zu is wrong\n", q->back + (size_t)i);
			return -EBADMSG;
		}
	if (n > 0)
		q->back += (size_t)n;
	return n ? n : -EPIPE;
}

/* One link, until it ends. */
static void ask_once(struct question *q)
{
	uint64_t began_ns = 0;
	ssize_t out, in;

	for (;;) {
		struct pollfd p = { .fd = q->link->fd, .events = POLLIN };

		out = put(q);
		in = take(q);
		if (!began_ns && !q->link->connecting)
			began_ns = clock_now_ns();
		if (q->back == q->total && !q->told) {
			q->told = true;
			printf("# echoed %zu bytes in %llu ms\n", q->total,
			       (unsigned long long)((clock_now_ns() - began_ns) / NS_PER_MS));
		}
		if (in < 0 && in != -EAGAIN)
			break;
		if (out < 0 && out != -EAGAIN)
			break;
		/* The fd may tell once only: so only when there is nothing left to be done. */
		if (in == -EAGAIN && out == -EAGAIN) {
			if (link_wait_events(q->link, q->sent < q->total) & EPOLLOUT)
				p.events |= POLLOUT;
			poll(&p, 1, -1);
		}
	}
	if (q->back || in == -EBADMSG)
		printf("# lost %s\n", q->link->why);
}

static int ask(const char *endpoint, size_t bytes)
{
	for (;;) {
		struct question q = { .total = bytes };
		int rc = link_connect(&q.link, endpoint);

		if (rc < 0)
			return fail(endpoint, rc);
		ask_once(&q);
		link_close(q.link);
		usleep(RETRY_MS * 1000);
	}
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN);
	if (argc == 3 && !strcmp(argv[1], "serve"))
		return serve(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "ask"))
		return ask(argv[2], strtoul(argv[3], NULL, 10));
	fprintf(stderr, "usage: link_echo serve ENDPOINT | ask ENDPOINT BYTES\n");
	return 2;
}
