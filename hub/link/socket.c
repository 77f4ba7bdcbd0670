/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/link/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "hub/core/text.h"
#include "hub/link/link.h"

#define LISTEN_BACKLOG 64

struct address {
	struct sockaddr_storage storage;
	socklen_t len;
	bool loopback;
};

static int parse_unix(const char *path, struct address *a, char *why, size_t size)
{
	struct sockaddr_un *sun = (struct sockaddr_un *)&a->storage;
	size_t n = strlen(path);

	if (!n || n >= sizeof(sun->sun_path)) {
		snprintf(why, size, "a socket path has 1 to %zu bytes, this one %zu",
			 sizeof(sun->sun_path) - 1, n);
		return -EINVAL;
	}
	sun->sun_family = AF_UNIX;
	memcpy(sun->sun_path, path, n + 1);
	a->len = sizeof(*sun);
	return 0;
}

static int parse_tcp(const char *rest, struct address *a, char *why, size_t size)
{
	const char *colon = strrchr(rest, ':');
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)&a->storage;
	struct sockaddr_in *sin = (struct sockaddr_in *)&a->storage;
	char host[64];
	size_t n;
	long port;

	if (!colon || text_to_long(colon + 1, 10, 1, 65535, &port) < 0) {
		snprintf(why, size, "expected tcp:ADDRESS:PORT with a port from 1 to 65535");
		return -EINVAL;
	}
	n = (size_t)(colon - rest);
	if (n >= 2 && rest[0] == '[' && rest[n - 1] == ']') {
		rest++;
		n -= 2;
	}
	if (n >= sizeof(host)) {
		snprintf(why, size, "the address is too long");
		return -EINVAL;
	}
	memcpy(host, rest, n);
	host[n] = '\0';
	if (inet_pton(AF_INET, host, &sin->sin_addr) == 1) {
		sin->sin_family = AF_INET;
		sin->sin_port = htons((uint16_t)port);
		a->len = sizeof(*sin);
		a->loopback = ntohl(sin->sin_addr.s_addr) >> 24 == 127;
	} else if (inet_pton(AF_INET6, host, &sin6->sin6_addr) == 1) {
		sin6->sin6_family = AF_INET6;
		sin6->sin6_port = htons((uint16_t)port);
		a->len = sizeof(*sin6);
		a->loopback = IN6_IS_ADDR_LOOPBACK(&sin6->sin6_addr);
	} else {
		snprintf(why, size, "'%s' is no IPv4 or IPv6 address", host);
		return -EINVAL;
	}
	return 0;
}

static int parse_endpoint(const char *endpoint, struct address *a, char *why, size_t size)
{
	memset(a, 0, sizeof(*a));
	if (!strncmp(endpoint, "unix:", 5))
		return parse_unix(endpoint + 5, a, why, size);
	if (!strncmp(endpoint, "tcp:", 4))
		return parse_tcp(endpoint + 4, a, why, size);
	return -EINVAL;
}

int socket_check_endpoint(const char *endpoint, char *why, size_t size)
{
	struct address a;

	return parse_endpoint(endpoint, &a, why, size);
}

static ssize_t socket_read(struct link *link, void *buf, size_t size)
{
	ssize_t n;

	do
		n = recv(link->fd, buf, size, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == ENOTCONN && link->connecting ? -EAGAIN : -errno;
	link->connecting = false;
	return n;
}

static ssize_t socket_write(struct link *link, const void *buf, size_t size)
{
	ssize_t n;

	do
		n = send(link->fd, buf, size, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == ENOTCONN && link->connecting ? -EAGAIN : -errno;
	link->connecting = false;
	return n;
}

static uint32_t socket_wait_events(struct link *link, bool want_write)
{
	return EPOLLIN | (want_write || link->connecting ? EPOLLOUT : 0);
}

static void socket_close(struct link *link)
{
	close(link->fd);
	free(link);
}

static const struct link_ops socket_ops = {
	.read = socket_read,
	.write = socket_write,
	.wait_events = socket_wait_events,
	.close = socket_close,
};

static void describe_peer(struct link *link)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	struct ucred cred;
	socklen_t cred_len = sizeof(cred);

	link->peer_uid = (uid_t)-1;
	if (getsockname(link->fd, (struct sockaddr *)&ss, &len) == 0 && ss.ss_family == AF_UNIX) {
		if (getsockopt(link->fd, SOL_SOCKET, SO_PEERCRED, &cred, &cred_len) == 0) {
			link->peer_uid = cred.uid;
			snprintf(link->peer, sizeof(link->peer), "uid %u pid %d", cred.uid, cred.pid);
			return;
		}
	}
	snprintf(link->peer, sizeof(link->peer), "tcp peer");
}

int link_from_fd(struct link **out, int fd)
{
	struct link *link = calloc(1, sizeof(*link));

	if (!link) {
		close(fd);
		return -ENOMEM;
	}
	link->ops = &socket_ops;
	link->is_socket = true;
	link->fd = fd;
	describe_peer(link);
	*out = link;
	return 0;
}

int socket_release(struct link *link)
{
	int fd = link->fd;

	free(link);
	return fd;
}

/* Of TCP: nothing waits for more, and a peer that is gone without a word is noticed. */
static void set_options(int fd, int family)
{
	int one = 1, idle = SOCKET_IDLE_S, each = SOCKET_PROBE_S, probes = SOCKET_PROBES;

	if (family == AF_UNIX)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &each, sizeof(each));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
}

int socket_connect(struct link **out, const char *endpoint)
{
	bool in_progress = false;
	struct address a;
	char why[128];
	int fd, rc;

	rc = parse_endpoint(endpoint, &a, why, sizeof(why));
	if (rc < 0)
		return rc;
	fd = socket(a.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	set_options(fd, a.storage.ss_family);
	if (connect(fd, (struct sockaddr *)&a.storage, a.len) < 0) {
		if (errno != EINPROGRESS) {
			rc = -errno;
			close(fd);
			return rc;
		}
		in_progress = true;
	}
	rc = link_from_fd(out, fd);
	if (!rc)
		(*out)->connecting = in_progress;
	return rc;
}

/* Whoever serves a unix socket: 0 when nobody does. -errno when it cannot be told. */
static int find_server(const struct address *a, pid_t *pid)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int rc = 0;

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&a->storage, a->len) == 0) {
		rc = -EADDRINUSE;
		if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == 0)
			*pid = cred.pid;
	} else if (errno == EAGAIN) {
		rc = -EADDRINUSE; /* its backlog is full */
	} else if (errno != ECONNREFUSED && errno != ENOENT) {
		rc = -errno;
	}
	close(fd);
	return rc;
}

static int bind_unix(int fd, const struct address *a, const char *path, gid_t gid)
{
	mode_t mask;
	int rc;

	/* Never visible with more rights than it is meant to have. */
	mask = umask(0117);
	rc = bind(fd, (const struct sockaddr *)&a->storage, a->len) < 0 ? -errno : 0;
	umask(mask);
	if (!rc && gid != (gid_t)-1 && chown(path, (uid_t)-1, gid) < 0)
		rc = -errno;
	return rc;
}

static int listen_on(struct link_listener **out, const char *endpoint, gid_t gid, pid_t *pid, bool anywhere)
{
	struct link_listener *listener;
	struct address a;
	char why[128];
	int one = 1;
	int rc;

	*pid = 0;
	rc = parse_endpoint(endpoint, &a, why, sizeof(why));
	if (rc < 0)
		return rc;
	if (a.storage.ss_family != AF_UNIX && !a.loopback && !anywhere)
		return -EACCES;
	listener = calloc(1, sizeof(*listener));
	if (!listener)
		return -ENOMEM;
	listener->fd = socket(a.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (listener->fd < 0) {
		rc = -errno;
		goto err_free;
	}
	if (a.storage.ss_family == AF_UNIX) {
		const char *path = endpoint + 5;
		struct stat st;

		rc = find_server(&a, pid);
		if (rc < 0)
			goto err_close;
		/* Only a socket is replaced: a file of that name is somebody's. */
		if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
			unlink(path);
		rc = bind_unix(listener->fd, &a, path, gid);
		if (rc < 0)
			goto err_close;
		listener->path = strdup(path);
		if (stat(path, &st) == 0) {
			listener->dev = st.st_dev;
			listener->ino = st.st_ino;
		}
	} else {
		setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		if (bind(listener->fd, (struct sockaddr *)&a.storage, a.len) < 0) {
			rc = -errno;
			goto err_close;
		}
	}
	if (listen(listener->fd, LISTEN_BACKLOG) < 0) {
		rc = -errno;
		goto err_close;
	}
	*out = listener;
	return 0;

err_close:
	close(listener->fd);
err_free:
	free(listener->path);
	free(listener);
	return rc;
}

int link_listen(struct link_listener **out, const char *endpoint, gid_t gid, pid_t *pid)
{
	return listen_on(out, endpoint, gid, pid, false);
}

int link_listen_anywhere(struct link_listener **out, const char *endpoint, gid_t gid, pid_t *pid)
{
	return listen_on(out, endpoint, gid, pid, true);
}

struct link *link_accept(struct link_listener *listener)
{
	struct link *link;
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	int fd = accept4(listener->fd, (struct sockaddr *)&ss, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
	int rc;

	if (fd < 0)
		return NULL;
	set_options(fd, ss.ss_family);
	rc = link_from_fd(&link, fd);
	if (rc < 0) {
		errno = -rc;
		return NULL;
	}
	return link;
}

void link_unlisten(struct link_listener *listener)
{
	struct stat st;

	if (!listener)
		return;
	close(listener->fd);
	if (listener->path && stat(listener->path, &st) == 0 && st.st_dev == listener->dev &&
	    st.st_ino == listener->ino)
		unlink(listener->path);
	free(listener->path);
	free(listener);
}
