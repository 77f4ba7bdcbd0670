/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Links: ordered, reliable byte streams between a hub and a consumer, whatever carries them. Endpoints are written KIND:REST:
 *
 *	unix:PATH		a unix stream socket
 *	tcp:ADDR:PORT		TCP on a loopback address ("127.0.0.1", "[::1]")
 *	tty:PATH		a serial line, framed (framing.h): what is lost or injected ends the link, and never is read
 *	channel:NAME		in a guest: its PV channel of that name, as a serial line
 *	channel:DOMAIN/NAME	in Dom0: that domain's PV channel
 *	vchan:NAME		listening only, in Dom0: the domain of that name or UUID, over libxenvchan
 *	vchan:@ROUTE		in a guest: the route of that name, which Dom0's policy has; listening at the end that serves it
 *	vchan:DOMAIN/ROUTE	listening only, in Dom0: Dom0 itself serves that guest's route of that name
 *	vchan:DOMID:PATH	connecting only: a server that is known already
 *	auto			connecting only, in a guest: what Dom0's hub has published as this guest's link
 *
 * No call blocks: what must (XenStore, mapping grants) is done by a thread of its own while the link is `connecting`. Functions
 * return 0 or a negative errno unless they say otherwise.
 *
 * The fd of a link may be edge-like, as an event channel is: it tells once that something has changed. So whenever it is readable,
 * whatever was waited for, read until -EAGAIN or until fewer bytes come than were asked for (who stops earlier comes back by
 * himself), and try again to write what did not fit.
 */
#ifndef HUB_LINK_LINK_H
#define HUB_LINK_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define LINK_PEER_MAX   128
#define LINK_DOMAIN_MAX 64
#define LINK_WHY_MAX    192

struct link;

struct link_ops {
	/* Bytes read; -EAGAIN: none now; 0: the peer closed; other negative errno: the link is dead. */
	ssize_t (*read)(struct link *link, void *buf, size_t size);
	/* Bytes taken, at least 1; -EAGAIN: none now; other negative errno: the link is dead. */
	ssize_t (*write)(struct link *link, const void *buf, size_t size);
	/* The epoll events to wait for on the fd, when (also) waiting to write or not. */
	uint32_t (*wait_events)(struct link *link, bool want_write);
	void (*close)(struct link *link); /* frees it */
	/* Of a link that a station made: 0 once its peer is there, -EAGAIN before, other negative errno: dead. May be NULL. */
	int (*meet)(struct link *link);
};

struct link {
	const struct link_ops *ops;
	int fd;                   /* for epoll; the link's */
	char peer[LINK_PEER_MAX]; /* for people: "uid 1000 pid 4711" */
	uid_t peer_uid;           /* (uid_t)-1 when the transport does not know */
	bool connecting;
	bool is_socket; /* fd is the stream socket itself, so bytes can be spliced */
	char domain
		[LINK_DOMAIN_MAX]; /* at the other end, as the endpoint names it: name or UUID; "" otherwise */
	char why[LINK_WHY_MAX]; /* after an error: a sentence that says more than the errno; "" when there is none */
	bool in_order; /* set by who uses it: the peer has been let in, and has kept the rules since */
	/* Takes the place of ops->close, for who has to close the link on another thread. */
	void (*release)(void *data, struct link *link);
	void *release_data;
};

static inline ssize_t link_read(struct link *link, void *buf, size_t size)
{
	return link->ops->read(link, buf, size);
}

static inline ssize_t link_write(struct link *link, const void *buf, size_t size)
{
	return link->ops->write(link, buf, size);
}

static inline uint32_t link_wait_events(struct link *link, bool want_write)
{
	return link->ops->wait_events(link, want_write);
}

static inline void link_close(struct link *link)
{
	if (link && link->release)
		link->release(link->release_data, link);
	else if (link)
		link->ops->close(link);
}

/*
 * Whether the endpoint can be connected to, or listened on, at all: 0, or -EINVAL (written wrongly) or -EPROTONOSUPPORT (not built
 * in), with a sentence in why.
 */
int link_check_endpoint(const char *endpoint, char *why, size_t size);
int link_check_listen(const char *endpoint, char *why, size_t size);

/* Endpoints without a socket to accept on: station.h serves them. */
bool link_is_station(const char *endpoint);

/* Begins to connect: the link may still be `connecting`, and its first read or write tells whether it worked. */
int link_connect(struct link **out, const char *endpoint);

struct link_listener {
	int fd;     /* readable when somebody waits */
	char *path; /* of a unix socket, to be unlinked; NULL otherwise */
	dev_t dev;  /* of the node we made: another's is not ours to unlink */
	ino_t ino;
};

/*
 * For unix: and tcp:. A unix socket gets mode 0660 and, unless gid is (gid_t)-1, that group; a stale one is replaced. -EADDRINUSE: somebody serves
 * it; *pid is who (0 when unknown). TCP addresses that are not loopback are refused with -EACCES.
 */
int link_listen(struct link_listener **out, const char *endpoint, gid_t gid, pid_t *pid);

/* The same, and TCP addresses that are not loopback as well. */
int link_listen_anywhere(struct link_listener **out, const char *endpoint, gid_t gid, pid_t *pid);

/* The next peer, or NULL and errno (EAGAIN when none waits). */
struct link *link_accept(struct link_listener *listener);
void link_unlisten(struct link_listener *listener);

/* Wraps a connected socket, taking it over, on failure too. */
int link_from_fd(struct link **out, int fd);

/* For links whose set-up blocks: make runs on a thread of its own, the link is `connecting` meanwhile. why: link->why of a failure. */
typedef int (*link_make_fn)(struct link **out, const char *endpoint, char *why, size_t size);
int link_connect_slowly(struct link **out, const char *endpoint, link_make_fn make);

#endif
