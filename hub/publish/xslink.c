/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/publish/xslink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <xen/io/xs_wire.h>

#include "hub/publish/xswire.h"

#define OUT_ROOM (4 * XSWIRE_MESSAGE)

struct question {
	int *rc;
	char *text;
	size_t size;
	bool answered;
};

struct xslink {
	int fd;
	bool is_socket;
	uint32_t next_id;
	/* Those that have been asked and not answered: the first has the id next_id - asked. */
	struct question questions[XSLINK_FLIGHT];
	unsigned asked;
	size_t out_len, in_len;
	uint8_t out[OUT_ROOM];
	uint8_t in[XSWIRE_MESSAGE];
};

/* ---- where it is ---- */

static int open_socket(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, rc;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	rc = -errno;
	close(fd);
	return rc;
}

static int open_device(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int open_any(bool *is_socket)
{
	static const char *const sockets[] = { "/run/xenstored/socket", "/var/run/xenstored/socket" };
	static const char *const devices[] = { "/dev/xen/xenbus", "/proc/xen/xenbus" };
	const char *path = getenv("XENSTORED_PATH");
	const char *dir = getenv("XENSTORED_RUNDIR");
	char text[sizeof(((struct sockaddr_un *)0)->sun_path)];
	int fd;

	*is_socket = true;
	if (path || dir) {
		int n = path ? snprintf(text, sizeof(text), "%s", path)
			     : snprintf(text, sizeof(text), "%s/socket", dir);

		return n < 0 || (size_t)n >= sizeof(text) ? -ENAMETOOLONG : open_socket(text);
	}
	for (size_t i = 0; i < sizeof(sockets) / sizeof(sockets[0]); i++)
		if ((fd = open_socket(sockets[i])) >= 0)
			return fd;
	*is_socket = false;
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		if ((fd = open_device(devices[i])) >= 0)
			return fd;
	return fd;
}

int xslink_open(struct xslink **out)
{
	struct xslink *link = calloc(1, sizeof(*link));

	if (!link)
		return -ENOMEM;
	link->fd = open_any(&link->is_socket);
	if (link->fd < 0) {
		int rc = link->fd;

		free(link);
		return rc;
	}
	*out = link;
	return 0;
}

void xslink_close(struct xslink *link)
{
	if (!link)
		return;
	close(link->fd);
	free(link);
}

/* ---- there and back ---- */

static int send_all(struct xslink *link, const uint8_t *bytes, size_t len)
{
	while (len) {
		ssize_t n = link->is_socket ? send(link->fd, bytes, len, MSG_NOSIGNAL)
					    : write(link->fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EPIPE;
		bytes += n;
		len -= (size_t)n;
	}
	return 0;
}

static int receive_more(struct xslink *link)
{
	ssize_t n;

	do
		n = read(link->fd, link->in + link->in_len, sizeof(link->in) - link->in_len);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n ? -errno : -EPIPE;
	link->in_len += (size_t)n;
	return 0;
}

/* The question that this answers, or NULL: each has one answer, in whatever order. */
static struct question *find_question(struct xslink *link, uint32_t id)
{
	uint32_t index = id - (link->next_id - link->asked);

	return index < link->asked && !link->questions[index].answered ? &link->questions[index] : NULL;
}

static int take_answer(struct xslink *link)
{
	struct xswire_message reply;
	struct question *question;
	int n, rc;

	while (!(n = xswire_take(link->in, link->in_len, &reply))) {
		rc = receive_more(link);
		if (rc < 0)
			return rc;
	}
	question = n > 0 ? find_question(link, reply.id) : NULL;
	if (!question)
		return -EPROTO;
	question->answered = true;
	rc = xswire_result(&reply);
	if (question->rc)
		*question->rc = rc;
	if (question->size) {
		size_t len = rc ? 0 : reply.len < question->size - 1 ? reply.len : question->size - 1;

		memcpy(question->text, reply.body, len);
		memset(question->text + len, 0, question->size - len);
	}
	link->in_len -= (size_t)n;
	memmove(link->in, link->in + n, link->in_len);
	return 0;
}

static int land_together(struct xslink *link)
{
	int rc = send_all(link, link->out, link->out_len);

	for (unsigned i = 0; i < link->asked && !rc; i++)
		rc = take_answer(link);
	return rc;
}

/*
 * The kernel's device keeps one request and refers to it until it has left: a second one before the first is answered
 * would be written over it.
 */
static int land_one_by_one(struct xslink *link)
{
	struct xswire_message message;
	size_t at = 0;
	int rc = 0;

	for (int n; !rc && (n = xswire_take(link->out + at, link->out_len - at, &message)) > 0;
	     at += (size_t)n) {
		rc = send_all(link, link->out + at, (size_t)n);
		if (!rc)
			rc = take_answer(link);
	}
	return rc;
}

int xslink_land(struct xslink *link)
{
	int rc = link->is_socket ? land_together(link) : land_one_by_one(link);

	link->out_len = 0;
	link->asked = 0;
	return rc;
}

int xslink_ask(struct xslink *link, uint32_t tx, uint32_t type, const char *path, const char *value,
	       size_t len, int *rc, char *text, size_t size)
{
	size_t n = 0;

	for (int tries = 0; tries < 2; tries++) {
		if (link->asked < XSLINK_FLIGHT)
			n = xswire_put(link->out + link->out_len, sizeof(link->out) - link->out_len, type,
				       link->next_id, tx, path, value, len);
		if (n)
			break;
		int landed = xslink_land(link);
		if (landed < 0)
			return landed;
	}
	/* Longer than the protocol allows: the daemon would say the same, and drop the connection. */
	if (!n) {
		if (rc)
			*rc = -E2BIG;
		return 0;
	}
	link->out_len += n;
	link->next_id++;
	link->questions[link->asked++] = (struct question){ rc, text, size, false };
	return 0;
}

int xslink_call(struct xslink *link, uint32_t tx, uint32_t type, const char *path, const char *value,
		size_t len, char *text, size_t size)
{
	int answer = 0;
	int rc = xslink_ask(link, tx, type, path, value, len, &answer, text, size);

	if (!rc)
		rc = xslink_land(link);
	return rc ? rc : answer;
}

/* ---- transactions ---- */

int xslink_begin(struct xslink *link, uint32_t *tx)
{
	char text[16], *end;
	unsigned long number;
	int rc = xslink_call(link, 0, XS_TRANSACTION_START, "", NULL, 0, text, sizeof(text));

	if (rc)
		return rc;
	number = strtoul(text, &end, 10);
	if (!number || number > UINT32_MAX || *end)
		return -EPROTO;
	*tx = (uint32_t)number;
	return 0;
}

int xslink_end(struct xslink *link, uint32_t tx)
{
	return xslink_call(link, tx, XS_TRANSACTION_END, "T", NULL, 0, NULL, 0);
}

void xslink_abort(struct xslink *link, uint32_t tx)
{
	xslink_call(link, tx, XS_TRANSACTION_END, "F", NULL, 0, NULL, 0);
}
