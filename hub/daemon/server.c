#define LOG_MODULE "link"
#include "hub/daemon/server.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "hub/link/link.h"

#define READS_MAX 4 /* from one peer, before the others get their turn */

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
	struct loop_fd *source;
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

static void log_peer(struct server *server, const struct server_peer *peer, const char *what)
{
	unsigned skipped;

	if (!log_limit_allow(&server->limit, 10, clock_now_ns(), &skipped))
		return;
	if (skipped)
		log_warn("%u lines about peers left out", skipped);
	log_info("consumer %u (%s): %s", peer->id, peer->link->peer, what);
}

static void close_peer(struct server_peer *peer)
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
static void say_bye(struct server_peer *peer, unsigned reason, const char *text)
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

static void end_peer(struct server_peer *peer, unsigned reason, const char *text)
{
	char line[256];

	snprintf(line, sizeof(line), "link ended (%s): %s", wire_bye_name(reason), text);
	log_peer(peer->server, peer, line);
	peer->link->in_order = false;
	say_bye(peer, reason, text);
	close_peer(peer);
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
	log_peer(server, peer, line);
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
		log_peer(server, peer, link->why);
	} else if (peer->fill) {
		server->counters.violations++;
		log_peer(server, peer, "closed the link inside a message");
	} else if (peer->consumer) {
		log_peer(server, peer, "is gone");
	}
	close_peer(peer);
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
		log_peer(server, peer, "says goodbye");
		close_peer(peer);
	} else if (rc < 0) {
		server->counters.violations += err.bye != WIRE_BYE_LIMIT;
		end_peer(peer, err.bye, err.text);
	}
	return !rc && peer->unread;
}

static void read_peer_some(struct server_peer *peer)
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
		read_peer_some(peer);
}

/* Takes the link over, on failure too. */
static struct server_peer *add_peer(struct server *server, struct link *link)
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

void server_add_link(struct server *server, struct link *link)
{
	struct server_peer *peer = add_peer(server, link);

	/* What it has said already may have been told of before. */
	if (peer && !server->held)
		read_peer_some(peer);
}

void server_end_link(struct server *server, const struct link *link, enum wire_bye reason, const char *why)
{
	for (unsigned i = 0; i < SERVER_PEERS_MAX; i++) {
		struct server_peer *peer = server->peers[i];

		if (!peer || peer->link != link)
			continue;
		if (reason) {
			end_peer(peer, reason, why);
		} else {
			log_peer(server, peer, why);
			close_peer(peer);
		}
		return;
	}
}

static void on_listener(void *data, int fd, uint32_t events)
{
	struct listener *listener = data;
	struct server *server = listener->server;
	struct server_peer *peer;
	struct link *link = link_accept(listener->link);

	if (!link) {
		if (errno != EAGAIN && errno != ECONNABORTED)
			log_warn_errno(errno, "%s: cannot accept a peer", listener->endpoint);
		return;
	}
	peer = add_peer(server, link);
	if (!peer)
		return;
	peer->control = listener->control;
	if (!listener->any_uid && link->peer_uid != (uid_t)-1 && link->peer_uid != 0 &&
	    link->peer_uid != geteuid())
		end_peer(peer, WIRE_BYE_POLICY,
			 "only root and the hub's own user may connect; set [daemon] group to let others in");
}

int server_listen(struct server *server, const char *endpoint, bool control, gid_t gid)
{
	struct listener *listener = &server->listeners[server->n_listeners];
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
	listener->source = loop_add_fd(server->loop, listener->link->fd, EPOLLIN, on_listener, listener);
	if (!listener->source) {
		rc = -errno;
		link_unlisten(listener->link);
		return rc;
	}
	server->n_listeners++;
	return 0;
}

static void flush_peer(struct server_peer *peer, uint64_t now_ns)
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
		end_peer(peer, WIRE_BYE_TIMEOUT,
			 "nothing was acknowledged for 1 s while something was queued or held");
	}
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
		read_peer_some(peer);
	}
}

void server_hold(struct server *server, bool hold)
{
	server->held = hold;
	for (unsigned i = 0; i < server->n_listeners; i++)
		loop_fd_events(server->listeners[i].source, hold ? 0 : EPOLLIN);
	if (!hold)
		let_in_waiting(server);
}

void server_flush(struct server *server, uint64_t now_ns)
{
	for (unsigned i = 0; i < SERVER_PEERS_MAX; i++) {
		struct server_peer *peer = server->peers[i];

		if (peer && peer->unread)
			read_peer_some(peer);
		peer = server->peers[i];
		if (!peer)
			continue;
		if (peer->consumer)
			flush_peer(peer, now_ns);
		else if (now_ns > peer->hello_by_ns)
			end_peer(peer, WIRE_BYE_TIMEOUT, "no HELLO");
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
		say_bye(server->peers[i], WIRE_BYE_DONE, "the hub stops");
		close_peer(server->peers[i]);
	}
	for (unsigned i = 0; i < server->n_listeners; i++) {
		loop_remove_fd(server->listeners[i].source);
		link_unlisten(server->listeners[i].link);
	}
	free(server);
}
