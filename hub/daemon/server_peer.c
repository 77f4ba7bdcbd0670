/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One peer: its link, HELLO and what comes after it, and what waits to be sent. */
#define LOG_MODULE "link"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "hub/core/clock.h"
#include "hub/daemon/server_private.h"
#include "hub/link/link.h"

#define READS_MAX 4 /* from one peer, before the others get their turn */

void server_peer_log(const struct server_peer *peer, const char *what)
{
	unsigned skipped;

	if (!log_limit_allow(&peer->server->limit, 10, clock_now_ns(), &skipped))
		return;
	if (skipped)
		log_warn("%u lines about peers left out", skipped);
	log_info("consumer %u (%s): %s", peer->id, peer->link->peer, what);
}

void server_peer_close(struct server_peer *peer)
{
	struct server *server = peer->server;
	bool was_consumer = peer->consumer;

	if (server->callbacks.peer_gone)
		server->callbacks.peer_gone(server->callbacks.data, peer);
	if (peer->consumer)
		hub_consumer_remove(peer->consumer, clock_now_ns());
	peer->consumer = NULL;
	loop_remove_fd(peer->source);
	link_close(peer->link);
	for (unsigned i = 0; i < SERVER_PEERS_MAX; i++)
		if (server->peers[i] == peer)
			server->peers[i] = NULL;
	free(peer);
	if (was_consumer && server->callbacks.consumers_changed)
		server->callbacks.consumers_changed(server->callbacks.data);
}

/* A message that is half sent must end before BYE can be read as one: such a peer just sees the link close.
 */
void server_peer_say_bye(struct server_peer *peer, unsigned reason, const char *text)
{
	uint8_t buf[2 * WIRE_SMALL_MAX];
	const uint8_t *bytes;
	int len = wire_put_bye(buf, sizeof(buf), reason, text);
	size_t n;

	if (len < 0)
		return;
	if (peer->consumer) {
		if (!hub_consumer_queue(peer->consumer, buf, (size_t)len))
			return;
		while ((n = hub_consumer_peek(peer->consumer, clock_now_ns(), &bytes))) {
			ssize_t sent = link_write(peer->link, bytes, n);

			if (sent <= 0)
				return;
			hub_consumer_sent(peer->consumer, (size_t)sent, clock_now_ns());
		}
		return;
	}
	if (link_write(peer->link, buf, (size_t)len) < 0)
		return;
}

void server_peer_end(struct server_peer *peer, unsigned reason, const char *text)
{
	char line[256];

	snprintf(line, sizeof(line), "link ended (%s): %s", wire_bye_name(reason), text);
	server_peer_log(peer, line);
	peer->link->in_order = false;
	server_peer_say_bye(peer, reason, text);
	server_peer_close(peer);
}

/* Whether a process here may go by that name: with a policy, only where it says so. */
static bool may_claim(const struct hub *hub, const char *name)
{
	const struct policy *policy = hub_policy(hub);
	const struct policy_guest *guest = policy ? policy_find(policy, name) : NULL;

	return !policy || (guest && guest->link == POLICY_LINK_UNIX);
}

static int refuse_stranger(const char *name, struct wire_error *err)
{
	err->bye = WIRE_BYE_POLICY;
	snprintf(err->text, sizeof(err->text),
		 "'%.40s' is no guest of this link: see [guest NAME] in xenhub.conf(5)", name);
	return -EBADMSG;
}

static int greet(struct server_peer *peer, const uint8_t *message, size_t len, struct wire_error *err)
{
	struct server *server = peer->server;
	struct wire_header h;
	struct wire_hello hello;
	char line[WIRE_TEXT_MAX + 64];
	int rc;

	wire_get_header(message, &h, err);
	if (h.type != WIRE_HELLO) {
		err->bye = WIRE_BYE_UNEXPECTED;
		snprintf(err->text, sizeof(err->text), "the first message is not HELLO");
		return -EBADMSG;
	}
	rc = wire_get_hello(message, len, &hello, err);
	if (rc < 0)
		return rc;
	if (hello.role != WIRE_ROLE_CONSUMER && !(hello.role == WIRE_ROLE_CONTROL && peer->control)) {
		err->bye = WIRE_BYE_POLICY;
		snprintf(err->text, sizeof(err->text), "HELLO: role %u is not for this socket", hello.role);
		return -EBADMSG;
	}
	/* What a guest calls itself is a claim; what Dom0 calls it is not. */
	if (peer->link->domain[0])
		snprintf(hello.name, sizeof(hello.name), "%s", peer->link->domain);
	else if (hello.role == WIRE_ROLE_CONSUMER && !may_claim(server->hub, hello.name))
		return refuse_stranger(hello.name, err);
	rc = hub_consumer_add(server->hub, &hello, peer->link->peer, clock_now_ns(), &peer->consumer);
	if (rc == -EPERM)
		return refuse_stranger(hello.name, err);
	if (rc < 0) {
		server->counters.refused++;
		err->bye = WIRE_BYE_LIMIT;
		if (rc == -ENOSPC)
			snprintf(err->text, sizeof(err->text), "%u %s are the limit",
				 hello.role == WIRE_ROLE_CONTROL ? HUB_CONTROLS_MAX : HUB_CONSUMERS_MAX,
				 hello.role == WIRE_ROLE_CONTROL ? "control connections" : "consumers");
		else
			snprintf(err->text, sizeof(err->text), "out of memory");
		return -EBADMSG;
	}
	peer->link->in_order = true;
	snprintf(line, sizeof(line), "'%s' is connected", hello.name);
	server_peer_log(peer, line);
	if (server->callbacks.consumers_changed)
		server->callbacks.consumers_changed(server->callbacks.data);
	return 0;
}

static int receive_control(struct server_peer *peer, const struct wire_header *h, const uint8_t *message,
			   struct wire_error *err)
{
	const struct server_callbacks *cb = &peer->server->callbacks;
	char text[WIRE_MESSAGE_MAX];
	uint32_t code;
	int rc;

	if (h->type != WIRE_REQUEST)
		return cb->inject(cb->data, peer, message, h->length, err);
	rc = wire_get_request(message, h->length, &code, text, sizeof(text), err);
	if (rc < 0)
		return rc;
	cb->request(cb->data, peer, text);
	return 0;
}

static int receive(struct server_peer *peer, const struct wire_header *h, const uint8_t *message,
		   struct wire_error *err)
{
	struct hub_consumer_info info;

	if (h->type == WIRE_BYE && !peer->consumer)
		return -ESHUTDOWN;
	if (!peer->consumer)
		return greet(peer, message, h->length, err);
	hub_consumer_info(peer->consumer, &info);
	if (info.role == WIRE_ROLE_CONTROL && (h->type == WIRE_REQUEST || h->type == WIRE_DEVICE_ADD ||
					       h->type == WIRE_DEVICE_REMOVE || h->type == WIRE_FRAME))
		return receive_control(peer, h, message, err);
	return hub_consumer_receive(peer->consumer, message, h->length, clock_now_ns(), err);
}

/* Takes the whole messages at the front of the input. 0, or what ends the link. */
static int take_messages(struct server_peer *peer, struct wire_error *err)
{
	size_t at = 0;

	while (peer->fill - at >= WIRE_HEADER_SIZE) {
		struct wire_header h;
		int rc = wire_get_header(peer->input + at, &h, err);

		if (rc < 0)
			return rc;
		if (peer->fill - at < h.length)
			break;
		rc = receive(peer, &h, peer->input + at, err);
		if (rc < 0)
			return rc;
		at += h.length;
	}
	memmove(peer->input, peer->input + at, peer->fill - at);
	peer->fill -= at;
	return 0;
}

/* The link is over: the peer closed it, or it broke. */
static void lose_peer(struct server_peer *peer, ssize_t rc)
{
	struct server *server = peer->server;
	struct link *link = peer->link;

	/* A write that meets a closed link is no more than a close. */
	if (rc < 0 && rc != -EPIPE)
		link->in_order = false;
	if (link->why[0]) {
		server->counters.violations += rc == -EPROTO;
		server_peer_log(peer, link->why);
	} else if (peer->fill) {
		server->counters.violations++;
		server_peer_log(peer, "closed the link inside a message");
	} else if (peer->consumer) {
		server_peer_log(peer, "is gone");
	}
	server_peer_close(peer);
}

/* One read. False when nothing more is to be read now, or the peer is gone. */
static bool read_peer(struct server_peer *peer)
{
	struct server *server = peer->server;
	size_t room = sizeof(peer->input) - peer->fill;
	struct wire_error err;
	ssize_t n = link_read(peer->link, peer->input + peer->fill, room);
	int rc;

	if (n == -EAGAIN) {
		peer->unread = false;
		return false;
	}
	if (n <= 0) {
		lose_peer(peer, n);
		return false;
	}
	peer->unread = (size_t)n == room;
	peer->fill += (size_t)n;
	rc = take_messages(peer, &err);
	if (rc == -ESHUTDOWN) {
		server_peer_log(peer, "says goodbye");
		server_peer_close(peer);
	} else if (rc < 0) {
		server->counters.violations += err.bye != WIRE_BYE_LIMIT;
		server_peer_end(peer, err.bye, err.text);
	}
	return !rc && peer->unread;
}

void server_peer_read(struct server_peer *peer)
{
	for (unsigned i = 0; i < READS_MAX; i++)
		if (!read_peer(peer))
			return;
}

static void on_peer(void *data, int fd, uint32_t events)
{
	struct server_peer *peer = data;

	peer->blocked = false;
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		server_peer_read(peer);
}

/* Takes the link over, on failure too. */
struct server_peer *server_peer_add(struct server *server, struct link *link)
{
	struct server_peer *peer;
	unsigned slot = 0;

	while (slot < SERVER_PEERS_MAX && server->peers[slot])
		slot++;
	peer = slot < SERVER_PEERS_MAX ? calloc(1, sizeof(*peer)) : NULL;
	if (!peer) {
		server->counters.refused++;
		link_close(link);
		return NULL;
	}
	peer->server = server;
	peer->link = link;
	peer->id = server->next_id++;
	peer->hello_by_ns = server->held ? CLOCK_NEVER : clock_now_ns() + SERVER_HELLO_MS * NS_PER_MS;
	peer->waiting_for = link_wait_events(link, false);
	peer->source =
		loop_add_fd(server->loop, link->fd, server->held ? 0 : peer->waiting_for, on_peer, peer);
	if (!peer->source) {
		link_close(link);
		free(peer);
		return NULL;
	}
	server->peers[slot] = peer;
	server->counters.accepted++;
	return peer;
}

void server_peer_flush(struct server_peer *peer, uint64_t now_ns)
{
	const uint8_t *bytes;
	uint32_t events;
	size_t n;

	/* A link that took nothing says when it will: until then each look would only cost. */
	while (!peer->blocked && (n = hub_consumer_peek(peer->consumer, now_ns, &bytes))) {
		ssize_t sent = link_write(peer->link, bytes, n);

		if (sent == -EAGAIN) {
			peer->blocked = true;
		} else if (sent < 0) {
			lose_peer(peer, sent);
			return;
		} else {
			hub_consumer_sent(peer->consumer, (size_t)sent, now_ns);
		}
	}
	events = link_wait_events(peer->link, peer->blocked);
	if (events != peer->waiting_for) {
		loop_fd_events(peer->source, events);
		peer->waiting_for = events;
	}
	if (hub_consumer_check(peer->consumer, now_ns) < 0) {
		peer->server->counters.timeouts++;
		server_peer_end(peer, WIRE_BYE_TIMEOUT,
				"nothing was acknowledged for 1 s while something was queued or held");
	}
}
