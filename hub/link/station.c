/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "link"
#include "hub/link/station.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <termios.h>
#include <unistd.h>
#include <utlist.h>

#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "hub/link/station_private.h"
#include "hub/link/tty.h"

/* ---- slow thread ---- */

int station_make_line(struct station_order *order, const char *path, struct link **out, char *why,
		      size_t size)
{
	struct pollfd p = { .fd = order->line };
	char peer[LINK_PEER_MAX];
	int fd;

	if (order->line >= 0 &&
	    (order->line_domain != order->domain.id || (poll(&p, 1, 0) > 0 && p.revents))) {
		close(order->line);
		order->line = -1;
	}
	if (order->line < 0)
		order->line = tty_open(path);
	if (order->line < 0) {
		int rc = order->line;

		order->line = -1;
		snprintf(why, size, "%s: %s", path, strerror(-rc));
		return rc;
	}
	order->line_domain = order->domain.id;
	/* What an earlier session has left there is garbage to this one; who calls calls again. */
	tcflush(order->line, TCIFLUSH);
	fd = dup(order->line);
	if (fd < 0)
		return -errno;
	if (order->domain.name[0])
		snprintf(peer, sizeof(peer), "domain '%.50s' (%u), %.40s", order->domain.name,
			 order->domain.id, path);
	else
		snprintf(peer, sizeof(peer), "%.120s", path);
	return tty_link_create(out, fd, false, peer);
}

static void on_made(void *data);

static void make(void *data)
{
	struct station *s = data;

	s->result = NULL;
	s->why[0] = '\0';
	if (s->is_vchan)
		s->rc = station_make_vchan(&s->order, &s->result, s->why, sizeof(s->why));
	else if (s->is_tty)
		s->rc = station_make_line(&s->order, s->endpoint + 4, &s->result, s->why, sizeof(s->why));
	else
		s->rc = station_make_channel(&s->order, &s->result, s->why, sizeof(s->why));
	if (worker_reply(s->worker, on_made, s) < 0)
		log_err("%s: a link could not be handed over; this endpoint is not served any more",
			s->endpoint);
}

/* False when the peer was waited for in vain. */
static bool close_now(struct station *s, uint32_t domid, struct link *link, bool wait)
{
	if (s->is_vchan)
		return station_close_vchan(s->endpoint, domid, link, wait);
	link->ops->close(link);
	return true;
}

static void on_closed(void *data)
{
	struct closing *c = data;

	c->station->unwilling |= !c->left;
	DL_DELETE(c->station->closing, c);
	free(c);
}

static void run_close(void *data)
{
	struct closing *c = data;

	c->left = close_now(c->station, c->domid, c->link, c->wait);
	c->done = true;
	worker_reply(c->station->worker, on_closed, c);
}

/* ---- main thread ---- */

static void rest(struct station *s)
{
	s->state = STATION_RESTING;
	loop_timer_at(s->timer, clock_now_ns() + s->rest_ns);
	s->rest_ns = s->rest_ns * 2 < STATION_REST_MAX_MS * NS_PER_MS ? s->rest_ns * 2
								      : STATION_REST_MAX_MS * NS_PER_MS;
}

/* The link has ended: how, decides what comes next. */
static void judge(struct station *s, bool in_order)
{
	uint64_t lasted_ns = s->met_ns ? clock_now_ns() - s->met_ns : 0;

	if (in_order && lasted_ns >= STATION_GOOD_MS * NS_PER_MS)
		s->rest_ns = STATION_REST_MS * NS_PER_MS;
	if (lasted_ns >= STATION_SOUND_MS * NS_PER_MS)
		s->strikes = 0;
	s->strikes += !in_order;
	rest(s);
	/* A line takes nothing from anybody. */
	if (s->strikes < STATION_STRIKES_MAX || !s->is_vchan)
		return;
	loop_timer_at(s->timer, clock_now_ns() + STATION_PENALTY_MS * NS_PER_MS);
	log_warn("%s: %u links in a row ended otherwise than in order: the next one is made in %d s",
		 s->endpoint, s->strikes, STATION_PENALTY_MS / 1000);
}

static void close_link(struct station *s, struct link *link)
{
	struct closing *c = s->ending ? NULL : calloc(1, sizeof(*c));

	link->release = NULL;
	if (c) {
		*c = (struct closing){
			.station = s, .link = link, .domid = s->order.domain.id, .wait = s->quiet
		};
		DL_APPEND(s->closing, c);
		if (worker_run(s->worker, run_close, c) == 0)
			return;
		DL_DELETE(s->closing, c);
		free(c);
	}
	close_now(s, s->order.domain.id, link, false);
}

void station_drop_waiting(struct station *s)
{
	if (s->source)
		loop_remove_fd(s->source);
	s->source = NULL;
	close_link(s, s->link);
	s->link = NULL;
}

/* The link comes back from whom it was handed to. */
static void on_release(void *data, struct link *link)
{
	struct station *s = data;
	bool in_order = link->in_order;

	close_link(s, link);
	s->link = NULL;
	if (s->state == STATION_TAKEN && !s->ending)
		judge(s, in_order);
}

static void on_waiting(void *data, int fd, uint32_t events)
{
	struct station *s = data;
	struct link *link = s->link;
	int rc = link->ops->meet(link);

	if (rc == -EAGAIN)
		return;
	if (rc < 0) {
		station_drop_waiting(s);
		judge(s, false);
		return;
	}
	loop_remove_fd(s->source);
	s->source = NULL;
	s->state = STATION_TAKEN;
	s->met_ns = clock_now_ns();
	link->release = on_release;
	link->release_data = s;
	snprintf(link->domain, sizeof(link->domain), "%s", s->domain_name ? s->domain_name : "");
	s->callbacks.met(s->callbacks.data, link);
}

static void complain(struct station *s)
{
	/* A channel is there some time after its domain. */
	if (s->rc == -EAGAIN || s->complained)
		return;
	if (s->why[0])
		log_warn("%s: no link: %s; it is tried again", s->endpoint, s->why);
	else
		log_warn_errno(-s->rc, "%s: no link; it is tried again", s->endpoint);
	s->complained = true;
}

void station_begin_unless_quiet(struct station *s)
{
	if (s->quiet)
		s->state = STATION_QUIET;
	else
		station_begin(s);
}

static void on_made(void *data)
{
	struct station *s = data;

	if (s->order_life != s->life || s->ending) {
		/* The domain went meanwhile. */
		if (s->result)
			close_link(s, s->result);
		s->state = STATION_AWAY;
		if (s->domain.id && !s->ending)
			station_begin_unless_quiet(s);
		return;
	}
	if (s->rc < 0) {
		complain(s);
		rest(s);
		return;
	}
	s->complained = false;
	s->made++;
	s->link = s->result;
	s->met_ns = 0;
	s->state = STATION_WAITING;
	s->source = loop_add_fd(s->loop, s->link->fd, EPOLLIN, on_waiting, s);
	if (!s->source) {
		station_drop_waiting(s);
		rest(s);
		return;
	}
	/* The peer may have been quicker. */
	on_waiting(s, s->link->fd, EPOLLIN);
}

void station_begin(struct station *s)
{
	s->state = STATION_MAKING;
	s->order.domain = s->domain;
	s->order.made = s->made;
	s->order.generation = ++s->generation;
	s->order_life = s->life;
	if (worker_run(s->worker, make, s) < 0)
		rest(s);
}

static void on_rested(void *data)
{
	struct station *s = data;

	if (!s->ending)
		station_begin(s);
}

static char *domain_of(const char *endpoint)
{
	const char *name = strchr(endpoint, ':') + 1;

	return strndup(name, strcspn(name, "/"));
}

int station_create(struct station **out, struct loop *loop, struct worker *worker, struct domains *domains,
		   const char *endpoint, const struct station_callbacks *callbacks)
{
	bool needs_domains = station_needs_domains(endpoint);
	struct station *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->loop = loop;
	s->worker = worker;
	s->callbacks = *callbacks;
	s->endpoint = strdup(endpoint);
	s->domain_name = needs_domains ? domain_of(endpoint) : NULL;
	s->is_vchan = !strncmp(endpoint, "vchan:", 6);
	s->is_tty = !strncmp(endpoint, "tty:", 4);
	s->rest_ns = STATION_REST_MS * NS_PER_MS;
	s->order.line = -1;
	s->order.endpoint = s->endpoint;
	/* Never what an earlier hub of this boot has used. */
	s->generation = (long)(clock_now_ns() / NS_PER_MS % (INT32_MAX / 2));
	s->timer = loop_add_timer(loop, on_rested, s);
	if (!s->endpoint || !s->timer || (needs_domains && !s->domain_name))
		goto err;
	if (needs_domains) {
		s->listener = domains_listen(domains, station_on_appeared, station_on_gone, s);
		if (!s->listener)
			goto err;
		if (!s->domain.id && *s->domain_name == '@')
			log_info("%s: waits until Dom0 publishes the route to this domain (xenhub/serve, "
				 "xenhub/route)",
				 endpoint);
		else if (!s->domain.id)
			log_info("%s: waits for domain '%s'", endpoint, s->domain_name);
	} else {
		station_begin(s);
	}
	*out = s;
	return 0;

err:
	if (s->timer)
		loop_remove_timer(s->timer);
	free(s->domain_name);
	free(s->endpoint);
	free(s);
	return -ENOMEM;
}

void station_end(struct station *s)
{
	s->ending = true;
}

void station_destroy(struct station *s)
{
	struct closing *c, *next;

	if (!s)
		return;
	domains_unlisten(s->listener);
	if (s->state == STATION_WAITING)
		station_drop_waiting(s);
	DL_FOREACH_SAFE(s->closing, c, next)
	{
		if (!c->done)
			close_now(s, c->domid, c->link, false);
		free(c);
	}
	loop_remove_timer(s->timer);
	if (s->order.line >= 0)
		close(s->order.line);
	free(s->domain_name);
	free(s->endpoint);
	free(s);
}
