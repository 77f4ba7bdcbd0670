/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What relay.c (life), route.c (who connects), connection.c (to what) and links.c (the carriers) share. */
#ifndef HUB_RELAY_RELAY_PRIVATE_H
#define HUB_RELAY_RELAY_PRIVATE_H

#include "hub/core/log.h"
#include "hub/relay/pair.h"
#include "hub/relay/rate.h"
#include "hub/relay/relay.h"

#define ROUTE_WHY_MAX (CONFIG_TEXT_MAX + LINK_WHY_MAX)

struct route {
	struct relay *relay;
	const struct config_route *config;
	struct rate rate;
	struct link_listener *listener;
	struct acceptor *acceptor;
	struct loop_timer *timer; /* listening anew */
	uint64_t rest_ns;
	struct link_listener inherited; /* fd:N, its fd -1 otherwise */
	bool once;                      /* fd:N that was connected already: one connection, and the end */
	bool begin_once;                /* … and that is still to begin */
	bool taken;                     /* a connected fd:N to connect to has been */
	struct shared_link *from, *to;
	struct connection *connections;
	unsigned n_connections;
	char why[ROUTE_WHY_MAX];
	struct log_limit limit;
	struct route_counters counters;
};

enum connection_state {
	CONNECTION_TRYING, /* to reach a socket */
	CONNECTION_PAIRED,
	CONNECTION_CARRIED,
};

struct connection {
	struct route *route;
	enum connection_state state;
	int from;                      /* the socket that came; -1 */
	struct carrier_stream *stream; /* that came, or that we have opened */
	struct carrier_stream *onward; /* of a stream that came, and goes on over another link */
	int to;                        /* on its way to being connected; -1 */
	struct loop_fd *to_source;
	struct loop_timer *timer;
	uint64_t give_up_ns, rest_ns;
	struct pair *pair;
	struct connection *prev, *next;
};

/* A link with its carrier, of all routes that name it. */
struct shared_link {
	struct relay *relay;
	char endpoint[ENDPOINT_MAX];
	bool serve;
	struct carrier *carrier;
	struct loop_timer *timer; /* creating it anew */
	uint64_t rest_ns;
	char why[LINK_WHY_MAX];
	struct log_limit limit;
};

struct relay {
	struct loop *loop;
	struct worker *worker;   /* with the first station */
	struct domains *domains; /* with the first that names a domain */
	const struct config *config;
	gid_t gid;
	uint64_t watch_ns; /* for pairs: 0 on a machine with one processor */
	bool ending;
	struct route *routes;
	unsigned n_routes;
	struct shared_link links[RELAY_LINKS_MAX];
	unsigned n_links;
};

/* route.c */
int route_begin(struct route *route, struct relay *relay, const struct config_route *config);
void route_begin_once(struct route *route);
void route_end(struct route *route);
/* The socket of `connect = fd:N`, once; -1 afterwards. */
int route_take_connected(struct route *route);
/* Whether one more may come now; counts, and says why not. */
bool route_admits(struct route *route);
/* A line that a peer can cause at will. */
void route_complain(struct route *route, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* connection.c. Both take over what came, on failure too. */
void connection_from_socket(struct route *route, int fd);
void connection_from_stream(struct route *route, struct carrier_stream *stream);
void connection_end(struct connection *connection);
/* Adds those that still run. */
void connections_count(const struct route *route, struct route_counters *counters);

/*
 * links.c: the link of that endpoint, for links_begin to begin when all routes are there, and before the first connection. NULL: there
 * are too many.
 */
struct shared_link *links_use(struct relay *relay, const struct config_route *route, bool listen);
void links_begin(struct relay *relay);
void links_end(struct relay *relay);
void links_destroy(struct relay *relay);

#endif
