/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bench_link - what tests/lab/tools/vchan-echo.c does as a server, but through hub/link: echoes, swallows and pours bytes for one
 * client in another domain. The same client measures both, so the difference is our link code (tests/lab, scenario link-ratio).
 *
 * usage: bench_link DOMID PATH
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/link/link.h"
#include "hub/link/vchan.h"

enum { ECHO = 'E', SINK = 'S', SOURCE = 'P', QUIT = 'Q' };

struct request {
	uint32_t what;
	uint32_t size;
};

static char payload[8192];

static int await(struct link *link)
{
	struct pollfd p = { .fd = link->fd, .events = (short)link_wait_events(link, false) };

	return poll(&p, 1, -1) < 0 && errno != EINTR ? -errno : 0;
}

/* At least one byte, or a negative errno. */
static ssize_t receive(struct link *link, void *buf, size_t size)
{
	ssize_t n;

	while ((n = link_read(link, buf, size)) == -EAGAIN)
		if (await(link) < 0)
			return -EIO;
	return n ? n : -EPIPE;
}

static int receive_all(struct link *link, void *buf, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = receive(link, (char *)buf + done, size - done);

		if (n < 0)
			return (int)n;
		done += (size_t)n;
	}
	return 0;
}

static int send_all(struct link *link, const void *buf, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t n = link_write(link, (const char *)buf + done, size - done);
		char none;

		if (n > 0) {
			done += (size_t)n;
			continue;
		}
		if (n != -EAGAIN || await(link) < 0)
			return -EPIPE;
		/* The client says nothing now: this takes the event that tells of room. */
		if (link_read(link, &none, 1) != -EAGAIN)
			return -EPROTO;
	}
	return 0;
}

static int take_in(struct link *link, const struct request *request)
{
	int rc = 0;

	for (uint32_t left = request->size; left && !rc;) {
		ssize_t n = receive(link, payload, left < sizeof(payload) ? left : sizeof(payload));

		if (n < 0)
			return (int)n;
		left -= (uint32_t)n;
		if (request->what == ECHO)
			rc = send_all(link, payload, (size_t)n);
	}
	return rc || request->what == ECHO ? rc : send_all(link, "done", 4);
}

static int pour_out(struct link *link, uint32_t size)
{
	int rc = 0;

	for (uint32_t left = size; left && !rc;) {
		uint32_t n = left < sizeof(payload) ? left : sizeof(payload);

		rc = send_all(link, payload, n);
		left -= n;
	}
	return rc;
}

static int serve(struct link *link)
{
	struct request request;
	int rc = 0;

	while (!rc && receive_all(link, &request, sizeof(request)) == 0 && request.what != QUIT)
		rc = request.what == SOURCE ? pour_out(link, request.size) : take_in(link, &request);
	return rc;
}

int main(int argc, char **argv)
{
	char why[LINK_WHY_MAX] = "";
	struct link *link;
	int rc;

	if (argc != 3) {
		fprintf(stderr, "usage: bench_link DOMID PATH\n");
		return 2;
	}
	rc = vchan_serve(&link, (uint32_t)strtoul(argv[1], NULL, 10), argv[2], VCHAN_RING, 0, why,
			 sizeof(why));
	if (rc < 0) {
		fprintf(stderr, "bench_link: %s\n", *why ? why : strerror(-rc));
		return 1;
	}
	printf("listening\n");
	fflush(stdout);
	while ((rc = link->ops->meet(link)) == -EAGAIN)
		if (await(link) < 0)
			break;
	if (!rc)
		rc = serve(link);
	link_close(link);
	if (rc < 0)
		fprintf(stderr, "bench_link: %s\n", strerror(-rc));
	return rc < 0;
}
