/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hub's side of the links: listens, takes HELLO, moves bytes between each link and its consumer in the engine, and ends
 * the link of whoever breaks the rules, with a BYE that says why.
 */
#ifndef HUB_DAEMON_SERVER_H
#define HUB_DAEMON_SERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "hub/core/loop.h"
#include "hub/model/hub.h"

#define SERVER_LISTENERS_MAX 4
#define SERVER_PEERS_MAX     (HUB_PEERS_MAX + 8) /* those that have not said HELLO yet included */
#define SERVER_HELLO_MS      2000                /* a peer that says nothing for so long is closed */

struct link;
struct server;
struct server_peer;

struct server_callbacks {
	/* A control peer's REQUEST: answer with server_reply. */
	void (*request)(void *data, struct server_peer *peer, const char *text);
	/* A control peer's DEVICE_ADD, DEVICE_REMOVE or FRAME: 0, or -EBADMSG with err. */
	int (*inject)(void *data, struct server_peer *peer, const uint8_t *message, size_t len,
		      struct wire_error *err);
	void (*peer_gone)(void *data, struct server_peer *peer);
	/* The number of consumers changed. */
	void (*consumers_changed)(void *data);
	void *data;
};

struct server_counters {
	uint64_t accepted, refused, violations, timeouts;
};

int server_create(struct server **out, struct loop *loop, struct hub *hub,
		  const struct server_callbacks *callbacks);

/* Says BYE(DONE) to all and closes everything. */
void server_destroy(struct server *server);

/*
 * control: peers may take WIRE_ROLE_CONTROL. gid: see link_listen; without a group only root and our own uid are let in.
 * 0, or -errno after a log line that says what to do.
 */
int server_listen(struct server *server, const char *endpoint, bool control, gid_t gid);

/*
 * Takes in a peer that came by another way than a listener: the link is the server's from here. A peer that is known by its domain
 * goes by that name, whatever it says itself.
 */
void server_add_link(struct server *server, struct link *link);

/* Ends such a link, with BYE unless the reason is WIRE_BYE_NONE. */
void server_end_link(struct server *server, const struct link *link, enum wire_bye reason, const char *why);

/* While held, peers may connect but are not let in: what they would be told first is not complete. */
void server_hold(struct server *server, bool hold);

/* Sends what waits and drops who does not acknowledge. Call once a batch. */
void server_flush(struct server *server, uint64_t now_ns);

/* When server_flush should be called again even if nothing happens. */
uint64_t server_deadline(const struct server *server);

/* Whether any ordinary consumer is there, and whether all there are have been sent everything. */
unsigned server_consumers(const struct server *server);
bool server_drained(const struct server *server);

void server_reply(struct server_peer *peer, unsigned code, const char *text);
uint32_t server_peer_id(const struct server_peer *peer);

const struct server_counters *server_get_counters(const struct server *server);

/* The consumers, for lists: false past the end. */
bool server_consumer_info(const struct server *server, unsigned index, struct hub_consumer_info *info,
			  const char **peer);

#endif
