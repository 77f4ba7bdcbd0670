/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the server (server.c: listeners, the table of peers) and its peers (server_peer.c: one link each) share. */
#ifndef HUB_DAEMON_SERVER_PRIVATE_H
#define HUB_DAEMON_SERVER_PRIVATE_H

#include "hub/core/log.h"
#include "hub/daemon/server.h"

struct server_peer {
	struct server *server;
	struct link *link;
	struct loop_fd *source;
	struct hub_consumer *consumer; /* NULL before HELLO */
	bool control;                  /* came by a control socket */
	bool blocked;                  /* the link took nothing the last time, and has not stirred since */
	bool unread;                   /* there may be more to read, and the link's fd may not say so again */
	uint32_t id;
	uint32_t waiting_for;
	uint64_t hello_by_ns;
	size_t fill;
	uint8_t input[WIRE_MESSAGE_MAX];
};

struct listener {
	struct server *server;
	struct link_listener *link;
	struct acceptor *acceptor;
	bool control;
	bool any_uid; /* a group was set: the file's mode decides */
	char endpoint[256];
};

struct server {
	struct loop *loop;
	struct hub *hub;
	struct server_callbacks callbacks;
	struct server_counters counters;
	struct log_limit limit;
	uint32_t next_id;
	struct listener listeners[SERVER_LISTENERS_MAX];
	unsigned n_listeners;
	bool held;
	struct server_peer *peers[SERVER_PEERS_MAX];
};

/* Takes the link over, on failure too. NULL when there is no room. */
struct server_peer *server_peer_add(struct server *server, struct link *link);

/* Reads what there is, within bounds. The peer may be gone then, as after each of the following. */
void server_peer_read(struct server_peer *peer);

/* Writes what waits, and ends the link of who does not acknowledge. The peer has said HELLO. */
void server_peer_flush(struct server_peer *peer, uint64_t now_ns);

/* Ends the link with BYE, or without a word. */
void server_peer_end(struct server_peer *peer, unsigned reason, const char *text);
void server_peer_close(struct server_peer *peer);

/* The link as it is, but BYE is not to count against the peer. */
void server_peer_say_bye(struct server_peer *peer, unsigned reason, const char *text);

void server_peer_log(const struct server_peer *peer, const char *what);

#endif
