/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "link"
/* Listeners, and the table of peers; each peer's own part is in server_peer.c. */
#include "hub/daemon/server_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hub/core/clock.h"
#include "hub/link/acceptor.h"
#include "hub/link/link.h"

int server_create(struct server **out, struct loop *loop, struct hub *hub,
		  const struct server_callbacks *callbacks)
{
	struct server *server = calloc(1, sizeof(*server));

	if (!server)
		return -ENOMEM;
	server->loop = loop;
	server->hub = hub;
	server->callbacks = *callbacks;
	server->next_id = 1;
	*out = server;
	return 0;
}

void server_add_link(struct server *server, struct link *link)
{
	struct server_peer *peer = server_peer_add(server, link);

	/* What it has said already may have been told of before. */
	if (peer && !server->held)
		server_peer_read(peer);
}

void server_end_link(struct server *server, const struct link *link, enum wire_bye reason, const char *why)
{
	for (unsigned i = 0; i < SERVER_PEERS_MAX; i++) {
		struct server_peer *peer = server->peers[i];

		if (!peer || peer->link != link)
			continue;
		if (reason) {
			server_peer_end(peer, reason, why);
		} else {
			server_peer_log(peer, why);
			server_peer_close(peer);
		}
		return;
	}
}

static void on_met(void *data, struct link *link)
{
	struct listener *listener = data;
	struct server *server = listener->server;
	struct server_peer *peer;

	peer = server_peer_add(server, link);
	if (!peer)
		return;
	peer->control = listener->control;
	if (!listener->any_uid && link->peer_uid != (uid_t)-1 && link->peer_uid != 0 &&
	    link->peer_uid != geteuid())
		server_peer_end(
			peer, WIRE_BYE_POLICY,
			"only root and the hub's own user may connect; set [daemon] group to let others in");
}

static void on_failed(void *data, int rc)
{
	struct listener *listener = data;

	log_warn_errno(-rc, "%s: cannot accept a peer", listener->endpoint);
}

int server_listen(struct server *server, const char *endpoint, bool control, gid_t gid)
{
	struct listener *listener = &server->listeners[server->n_listeners];
	struct acceptor_callbacks callbacks = { .met = on_met, .failed = on_failed, .data = listener };
	char why[128] = "";
	pid_t pid;
	int rc;

	if (server->n_listeners == SERVER_LISTENERS_MAX) {
		log_err("%s: %u endpoints are the limit", endpoint, SERVER_LISTENERS_MAX);
		return -ENOSPC;
	}
	rc = link_check_listen(endpoint, why, sizeof(why));
	if (rc < 0) {
		log_err("%s: %s", endpoint, why);
		return rc;
	}
	rc = link_listen(&listener->link, endpoint, gid, &pid);
	switch (rc) {
	case 0:
		break;
	case -EADDRINUSE:
		if (pid)
			log_err("%s: already served by process %d; stop that one first, or choose another "
				"path",
				endpoint, pid);
		else
			log_err("%s: already served by another process", endpoint);
		return rc;
	case -EACCES:
		if (!strncmp(endpoint, "tcp:", 4))
			log_err("%s: only loopback addresses: the stream is not encrypted; use a tunnel, or "
				"vchan between domains",
				endpoint);
		else
			log_errno(-rc, "%s: cannot listen; check the folder's permissions", endpoint);
		return rc;
	case -ENOENT:
		log_errno(-rc, "%s: cannot listen; make the folder first", endpoint);
		return rc;
	default:
		log_errno(-rc, "%s: cannot listen", endpoint);
		return rc;
	}
	listener->server = server;
	listener->control = control;
	listener->any_uid = gid != (gid_t)-1;
	snprintf(listener->endpoint, sizeof(listener->endpoint), "%s", endpoint);
	rc = acceptor_create(&listener->acceptor, server->loop, listener->link, &callbacks);
	if (rc < 0) {
		link_unlisten(listener->link);
		return rc;
	}
	server->n_listeners++;
	return 0;
}

/* Peers that came by a station meanwhile have waited. */
static void let_in_waiting(struct server *server)
{
	for (unsigned i = 0; i < SERVER_PEERS_MAX; i++) {
		struct server_peer *peer = server->peers[i];

		if (!peer || peer->hello_by_ns != CLOCK_NEVER)
			continue;
		peer->hello_by_ns = clock_now_ns() + SERVER_HELLO_MS * NS_PER_MS;
		loop_fd_events(peer->source, peer->waiting_for);
		server_peer_read(peer);
	}
}

void server_hold(struct server *server, bool hold)
{
	server->held = hold;
	for (unsigned i = 0; i < server->n_listeners; i++)
		acceptor_hold(server->listeners[i].acceptor, hold);
	if (!hold)
		let_in_waiting(server);
}

void server_flush(struct server *server, uint64_t now_ns)
{
	for (unsigned i = 0; i < SERVER_PEERS_MAX; i++) {
		struct server_peer *peer = server->peers[i];

		if (peer && peer->unread)
			server_peer_read(peer);
		peer = server->peers[i];
		if (!peer)
			continue;
		if (peer->consumer)
			server_peer_flush(peer, now_ns);
		else if (now_ns > peer->hello_by_ns)
			server_peer_end(peer, WIRE_BYE_TIMEOUT, "no HELLO");
	}
}

uint64_t server_deadline(const struct server *server)
{
	uint64_t nearest = CLOCK_NEVER;

	for (unsigned i = 0; i < SERVER_PEERS_MAX; i++) {
		const struct server_peer *peer = server->peers[i];

		if (peer && peer->unread)
			return 1;
		if (peer && !peer->consumer && peer->hello_by_ns < nearest)
			nearest = peer->hello_by_ns;
	}
	/* "After", not "at": a deadline met to the nanosecond is not missed yet. */
	return nearest == CLOCK_NEVER ? nearest : nearest + 1;
}

unsigned server_consumers(const struct server *server)
{
	struct hub_consumer_info info;
	unsigned n = 0;

	for (unsigned i = 0; i < SERVER_PEERS_MAX; i++) {
		if (!server->peers[i] || !server->peers[i]->consumer)
			continue;
		hub_consumer_info(server->peers[i]->consumer, &info);
		n += info.role == WIRE_ROLE_CONSUMER || info.wishes.classes;
	}
	return n;
}

bool server_drained(const struct server *server)
{
	struct hub_consumer_info info;

	for (unsigned i = 0; i < SERVER_PEERS_MAX; i++) {
		if (!server->peers[i] || !server->peers[i]->consumer)
			continue;
		hub_consumer_info(server->peers[i]->consumer, &info);
		if (info.queued)
			return false;
	}
	return true;
}

void server_reply(struct server_peer *peer, unsigned code, const char *text)
{
	uint8_t buf[WIRE_MESSAGE_MAX];
	int len = wire_put_request(buf, sizeof(buf), WIRE_REPLY, code, text);

	if (len > 0 && peer->consumer)
		hub_consumer_queue(peer->consumer, buf, (size_t)len);
}

uint32_t server_peer_id(const struct server_peer *peer)
{
	return peer->id;
}

const struct server_counters *server_get_counters(const struct server *server)
{
	return &server->counters;
}

bool server_consumer_info(const struct server *server, unsigned index, struct hub_consumer_info *info,
			  const char **peer)
{
	for (unsigned i = 0; i < SERVER_PEERS_MAX; i++) {
		if (!server->peers[i] || !server->peers[i]->consumer || index--)
			continue;
		hub_consumer_info(server->peers[i]->consumer, info);
		*peer = server->peers[i]->link->peer;
		return true;
	}
	return false;
}

void server_destroy(struct server *server)
{
	if (!server)
		return;
	for (unsigned i = 0; i < SERVER_PEERS_MAX; i++) {
		if (!server->peers[i])
			continue;
		server_peer_say_bye(server->peers[i], WIRE_BYE_DONE, "the hub stops");
		server_peer_close(server->peers[i]);
	}
	for (unsigned i = 0; i < server->n_listeners; i++) {
		acceptor_destroy(server->listeners[i].acceptor);
		link_unlisten(server->listeners[i].link);
	}
	free(server);
}
