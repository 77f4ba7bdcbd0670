/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "carrier"
#include "hub/link/carrier.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <utlist.h>

#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "hub/link/acceptor.h"
#include "hub/link/carrier_private.h"
#include "hub/link/station.h"

#define LINES_PER_S 6

static bool begins(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static bool is_socket(const char *endpoint)
{
	return begins(endpoint, "mux+unix:") || begins(endpoint, "mux+tcp:");
}

static const char *bare(const char *endpoint)
{
	return is_socket(endpoint) ? endpoint + 4 : endpoint;
}

bool carrier_is_for(const char *endpoint)
{
	return is_socket(endpoint) || link_is_station(endpoint) || !strcmp(endpoint, "auto");
}

int carrier_check(const char *endpoint, bool serve, char *why, size_t size)
{
	if (strlen(endpoint) >= CARRIER_ENDPOINT_MAX) {
		snprintf(why, size, "longer than %d bytes", CARRIER_ENDPOINT_MAX - 1);
		return -EINVAL;
	}
	return serve ? link_check_listen(bare(endpoint), why, size)
		     : link_check_endpoint(bare(endpoint), why, size);
}

/* ---- the next link ---- */

void carrier_arm(struct carrier *c)
{
	uint64_t at_ns = c->try_at_ns < c->wait_until_ns ? c->try_at_ns : c->wait_until_ns;

	loop_timer_at(c->timer, c->ending ? CLOCK_NEVER : at_ns);
}

static void rest(struct carrier *c)
{
	c->try_at_ns = clock_now_ns() + c->rest_ns;
	c->rest_ns = c->rest_ns * 2 < CARRIER_RETRY_MAX_MS * NS_PER_MS ? c->rest_ns * 2
								       : CARRIER_RETRY_MAX_MS * NS_PER_MS;
	carrier_arm(c);
}

/* Whoever can connect can make it come up, and go, as often as he likes. */
static bool may_say(struct carrier *c)
{
	unsigned skipped;

	if (!log_limit_allow(&c->limit, LINES_PER_S, clock_now_ns(), &skipped))
		return false;
	if (skipped)
		log_warn("%s: %u lines before this one were left out", c->config.endpoint, skipped);
	return true;
}

/* The same reason again and again is said once. */
static void say_why(struct carrier *c, bool was_up, const char *why)
{
	bool again = !strcmp(c->why, why);

	if (!was_up)
		c->counters.failures++;
	snprintf(c->why, sizeof(c->why), "%s", why);
	if (c->ending || (again && !was_up) || !may_say(c))
		return;
	if (was_up)
		log_warn("%s: the link has ended: %s", c->config.endpoint, why);
	else
		log_warn("%s: no link: %s; it is tried again", c->config.endpoint, why);
}

void carrier_peer_gone(struct carrier *c, bool was_up, uint64_t up_ns, const char *why)
{
	say_why(c, was_up, why);
	if (c->config.serve || c->ending)
		return; /* the station, or who listens, sees to the next one */
	if (was_up && clock_now_ns() - up_ns >= CARRIER_GOOD_MS * NS_PER_MS)
		c->rest_ns = CARRIER_RETRY_MS * NS_PER_MS;
	rest(c);
}

static void join(struct carrier *c)
{
	struct link *link;
	int rc = link_connect(&link, c->endpoint);

	c->try_at_ns = CLOCK_NEVER;
	if (!rc)
		rc = carrier_peer_create(c, link);
	if (rc < 0)
		carrier_peer_gone(c, false, 0, strerror(-rc));
}

void carrier_peer_met(struct carrier_peer *p)
{
	struct carrier *c = p->carrier;
	struct carrier_stream *s, *next;

	c->counters.links++;
	c->why[0] = '\0';
	snprintf(c->peer, sizeof(c->peer), "%s", p->link->peer);
	if (may_say(c))
		log_info("%s: up, with %s", c->config.endpoint, p->link->peer);
	c->wait_until_ns = CLOCK_NEVER;
	DL_FOREACH_SAFE(c->waiting, s, next)
	{
		int rc = carrier_stream_begin(s, p);

		if (rc < 0)
			carrier_stream_over(s, MUX_RESET_LIMIT, strerror(-rc));
	}
	carrier_arm(c);
}

static void on_timer(void *data)
{
	struct carrier *c = data;
	struct carrier_stream *s, *next;
	uint64_t now_ns = clock_now_ns();
	char why[LINK_WHY_MAX + 32];

	if (c->try_at_ns <= now_ns)
		join(c);
	c->wait_until_ns = CLOCK_NEVER;
	DL_FOREACH_SAFE(c->waiting, s, next)
	{
		if (s->hold_until_ns <= now_ns) {
			snprintf(why, sizeof(why), "%s%s",
				 c->why[0] ? "there is no link: " : "there is no link yet", c->why);
			carrier_stream_over(s, MUX_RESET_LINK, why);
		} else if (s->hold_until_ns < c->wait_until_ns) {
			c->wait_until_ns = s->hold_until_ns;
		}
	}
	carrier_arm(c);
}

/* ---- serving ---- */

static void on_met(void *data, struct link *link)
{
	struct carrier *c = data;
	int rc = carrier_peer_create(c, link);

	if (rc < 0)
		log_errno(-rc, "%s: a peer could not be taken", c->config.endpoint);
}

static void on_lost(void *data, struct link *link, bool quiesce)
{
	struct carrier *c = data;
	struct carrier_peer *p;

	DL_FOREACH(c->peers, p)
	{
		if (p->link == link) {
			carrier_peer_drop(p, MUX_END_DONE,
					  quiesce ? "asked to let go of the link for a while"
						  : "its domain is gone");
			return;
		}
	}
}

static void on_knock(void *data, struct link *link)
{
	struct carrier *c = data;

	if (c->n_peers == CARRIER_PEERS_MAX) {
		c->counters.crowded++;
		if (may_say(c))
			log_warn("%s: %s is refused: there are %d peers already", c->config.endpoint,
				 link->peer, CARRIER_PEERS_MAX);
		link_close(link);
		return;
	}
	if (c->config.callbacks.admit && !c->config.callbacks.admit(c->config.callbacks.data, link)) {
		c->counters.denied++;
		link_close(link);
		return;
	}
	on_met(c, link);
}

static int serve(struct carrier *c, pid_t *pid)
{
	struct station_callbacks callbacks = { .met = on_met, .lost = on_lost, .data = c };
	struct acceptor_callbacks knocks = { .met = on_knock, .data = c };
	int rc;

	if (!c->is_socket)
		return station_create(&c->station, c->loop, c->config.worker, c->config.domains, c->endpoint,
				      &callbacks);
	rc = link_listen(&c->listener, c->endpoint, c->config.gid, pid);
	if (rc < 0)
		return rc;
	return acceptor_create(&c->acceptor, c->loop, c->listener, &knocks);
}

/* ---- life ---- */

static void on_turn(void *data)
{
	struct carrier *c = data;
	struct carrier_peer *p, *next;

	DL_FOREACH_SAFE(c->peers, p, next)
	{
		if (!p->dead)
			carrier_peer_flush(p);
		if (p->dead)
			carrier_peer_destroy(p);
	}
}

int carrier_create(struct carrier **out, const struct carrier_config *config, pid_t *pid)
{
	struct carrier *c = calloc(1, sizeof(*c));
	int rc = -ENOMEM;

	*pid = 0;
	if (!c)
		return -ENOMEM;
	c->loop = config->loop;
	c->config = *config;
	c->config.endpoint = strdup(config->endpoint);
	c->is_socket = is_socket(config->endpoint);
	c->is_line = begins(config->endpoint, "tty:") || begins(config->endpoint, "channel:");
	if (!c->config.streams)
		c->config.streams = CARRIER_STREAMS;
	c->window = config->window ? config->window : c->is_line ? CARRIER_LINE_WINDOW : CARRIER_WINDOW;
	c->rest_ns = CARRIER_RETRY_MS * NS_PER_MS;
	c->try_at_ns = c->wait_until_ns = CLOCK_NEVER;
	if (!c->config.endpoint)
		goto err;
	snprintf(c->endpoint, sizeof(c->endpoint), "%s", bare(config->endpoint));
	c->timer = loop_add_timer(c->loop, on_timer, c);
	c->hook = c->timer ? loop_add_hook(c->loop, on_turn, c) : NULL;
	if (!c->hook)
		goto err;
	if (config->serve) {
		rc = serve(c, pid);
		if (rc < 0)
			goto err;
	} else {
		c->try_at_ns = 0; /* with the first turn */
		carrier_arm(c);
	}
	*out = c;
	return 0;

err:
	carrier_destroy(c);
	return rc;
}

void carrier_end(struct carrier *c)
{
	struct carrier_peer *p, *next;

	c->ending = true;
	carrier_arm(c);
	if (c->station)
		station_end(c->station);
	acceptor_destroy(c->acceptor);
	c->acceptor = NULL;
	DL_FOREACH_SAFE(c->peers, p, next)
	{
		carrier_peer_drop(p, MUX_END_DONE, "the program at the other end has ended");
		carrier_peer_destroy(p);
	}
	while (c->waiting)
		carrier_stream_over(c->waiting, MUX_RESET_LINK, "this program ends");
}

void carrier_destroy(struct carrier *c)
{
	if (!c)
		return;
	if (c->timer)
		carrier_end(c);
	station_destroy(c->station);
	link_unlisten(c->listener);
	loop_remove_hook(c->hook);
	loop_remove_timer(c->timer);
	free((char *)c->config.endpoint);
	free(c);
}

static bool serves_domain(const struct carrier *c, const char *domain)
{
	return c->station && station_is_of(c->station, domain);
}

int carrier_quiesce(struct carrier *c, const char *domain)
{
	if (!serves_domain(c, domain))
		return -ENOENT;
	c->quiet = true;
	return station_quiesce(c->station);
}

int carrier_resume(struct carrier *c, const char *domain)
{
	if (!serves_domain(c, domain))
		return -ENOENT;
	c->quiet = false;
	station_resume(c->station);
	return 0;
}

void carrier_status(const struct carrier *c, struct carrier_status *status)
{
	bool up = false, trying = false;
	struct carrier_peer *p;

	DL_FOREACH(c->peers, p)
	{
		up |= p->up && !p->dead;
		trying |= !p->dead;
	}
	*status = (struct carrier_status){
		.state = c->quiet          ? CARRIER_QUIET
			 : up              ? CARRIER_UP
			 : trying          ? CARRIER_TRYING
			 : c->config.serve ? CARRIER_WAITING
					   : CARRIER_RESTING,
		.peers = c->n_peers,
		.streams = c->n_streams,
		.keeping = (unsigned)c->keeping,
		.peer = c->peer,
		.why = c->why,
		.counters = c->counters,
	};
}
