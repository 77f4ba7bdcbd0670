/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/link/vchan.h"

#include <errno.h>
#include <fcntl.h>
#include <libxenvchan.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <xenstore.h>

#include "hub/core/clock.h"
#include "hub/link/link.h"

#define LEFT_POLL_US 5000

struct vchan_link {
	struct link link;
	struct libxenvchan *vchan;
	uint64_t storm_second; /* events that brought nothing are counted in each */
	unsigned storm;
};

static int fail(struct link *link, int err, const char *text)
{
	snprintf(link->why, sizeof(link->why), "%s", text);
	return err;
}

static bool index_is_mad(const struct libxenvchan_ring *ring)
{
	return ring->shr->prod - ring->shr->cons > 1u << ring->order;
}

/* Takes the event that has come, if any, so that the next one can. */
static bool take_event(struct vchan_link *v)
{
	return libxenvchan_wait(v->vchan) == 0;
}

static bool is_storm(struct vchan_link *v)
{
	uint64_t second = clock_now_ns() / NS_PER_S;

	if (second != v->storm_second) {
		v->storm_second = second;
		v->storm = 0;
	}
	return ++v->storm > VCHAN_STORM_PER_S;
}

static ssize_t vchan_read(struct link *link, void *buf, size_t size)
{
	struct vchan_link *v = (struct vchan_link *)link;
	int n = libxenvchan_read(v->vchan, buf, size);
	bool event = false;

	/*
	 * The event is asked for, which costs up to two calls of the kernel, only where the ring has been read empty; and then the
	 * ring once more, since what came in between is not told again.
	 */
	if (n >= 0 && (size_t)n < size) {
		int more;

		event = take_event(v);
		more = libxenvchan_read(v->vchan, (char *)buf + n, size - (size_t)n);
		n = more > 0 ? n + more : n ? n : more;
	}
	if (n > 0)
		return n;
	if (index_is_mad(&v->vchan->read) || index_is_mad(&v->vchan->write))
		return fail(link, -EPROTO, "the ring's indices make no sense: it was scribbled over");
	if (n < 0)
		return libxenvchan_is_open(v->vchan) ? fail(link, -EIO, "the event channel is gone") : 0;
	if (event && is_storm(v))
		return fail(link, -EPROTO, "events without end that bring nothing");
	return -EAGAIN;
}

static ssize_t vchan_write(struct link *link, const void *buf, size_t size)
{
	struct vchan_link *v = (struct vchan_link *)link;
	int n = libxenvchan_write(v->vchan, buf, size);

	if (n > 0) {
		/* The event that told of room has brought something. */
		v->storm = 0;
		return n;
	}
	return n < 0 ? -EPIPE : -EAGAIN;
}

static uint32_t vchan_wait_events(struct link *link, bool want_write)
{
	return EPOLLIN;
}

static int vchan_meet(struct link *link)
{
	struct vchan_link *v = (struct vchan_link *)link;
	bool event = take_event(v);
	int open = libxenvchan_is_open(v->vchan);

	if (!open)
		return -EPIPE;
	if (open != 2)
		return 0;
	return event && is_storm(v) ? fail(link, -EPROTO, "events without end that bring nothing") : -EAGAIN;
}

static void vchan_close(struct link *link)
{
	struct vchan_link *v = (struct vchan_link *)link;

	libxenvchan_close(v->vchan);
	free(v);
}

static const struct link_ops vchan_ops = {
	.read = vchan_read,
	.write = vchan_write,
	.wait_events = vchan_wait_events,
	.close = vchan_close,
	.meet = vchan_meet,
};

bool vchan_wait_left(struct link *link, unsigned ms)
{
	struct vchan_link *v = (struct vchan_link *)link;
	uint64_t by_ns = clock_now_ns() + ms * NS_PER_MS;

	/* 2: nobody has joined yet. */
	while (libxenvchan_is_open(v->vchan) == 1) {
		if (clock_now_ns() >= by_ns)
			return false;
		usleep(LEFT_POLL_US);
	}
	return true;
}

/* Takes the vchan over, on failure too. */
static int wrap(struct link **out, struct libxenvchan *vchan, uint32_t domid)
{
	struct vchan_link *v = calloc(1, sizeof(*v));
	int fd = libxenvchan_fd_for_select(vchan);
	int flags = fcntl(fd, F_GETFL);

	/* libxenvchan_wait would sleep until the next event otherwise. */
	if (!v || flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
		int rc = v ? -errno : -ENOMEM;

		free(v);
		libxenvchan_close(vchan);
		return rc;
	}
	vchan->blocking = 0;
	v->vchan = vchan;
	v->link.ops = &vchan_ops;
	v->link.fd = fd;
	v->link.peer_uid = (uid_t)-1;
	snprintf(v->link.peer, sizeof(v->link.peer), "domain %u, vchan", domid);
	*out = &v->link;
	return 0;
}

static void remove_stale(const char *path)
{
	struct xs_handle *xs = xs_open(0);

	if (!xs)
		return;
	xs_rm(xs, XBT_NULL, path);
	xs_close(xs);
}

long vchan_page_limit(void)
{
	FILE *f = fopen(VCHAN_LIMIT_FILE, "re");
	long limit = -1;

	if (!f)
		return -1;
	if (fscanf(f, "%ld", &limit) != 1)
		limit = -1;
	fclose(f);
	return limit;
}

/*
 * The kernel's count is everybody's, and a guest that keeps pages mapped keeps them counted; it cannot be read, but it can be
 * tried: takes as many pages as are asked for and gives them back.
 */
static int try_pages(uint32_t domid, unsigned needed, unsigned spare, char *why, size_t size)
{
	unsigned pages = needed + spare;
	xengntshr_handle *h = xengntshr_open(NULL, 0);
	uint32_t *refs;
	void *memory;
	int rc = 0;

	if (!h) {
		rc = -errno;
		snprintf(why, size,
			 "/dev/xen/gntalloc: %s: `modprobe xen_gntalloc`, and see that it may be opened",
			 strerror(-rc));
		return rc;
	}
	refs = calloc(pages, sizeof(*refs));
	memory = refs ? xengntshr_share_pages(h, domid, (int)pages, refs, 0) : NULL;
	if (memory) {
		xengntshr_unshare(h, memory, pages);
	} else {
		rc = refs ? -ENOSPC : -ENOMEM;
		if (spare)
			snprintf(why, size,
				 "this domain had many links, and a further one has to leave %u of the %ld "
				 "pages of "
				 "xen_gntalloc.limit to others: the rest is taken",
				 spare, vchan_page_limit());
		else
			snprintf(why, size,
				 "a link needs %u pages to grant, but xen_gntalloc.limit (%ld) is reached: "
				 "raise it in %s",
				 needed, vchan_page_limit(), VCHAN_LIMIT_FILE);
	}
	free(refs);
	xengntshr_close(h);
	return rc;
}

int vchan_serve(struct link **out, uint32_t domid, const char *path, size_t ring, unsigned spare, char *why,
		size_t size)
{
	struct libxenvchan *vchan;
	int rc;

	if (strlen(path) > VCHAN_PATH_MAX) {
		snprintf(why, size, "%s: longer than %d bytes", path, VCHAN_PATH_MAX);
		return -ENAMETOOLONG;
	}
	rc = try_pages(domid, (unsigned)VCHAN_PAGES(ring), spare, why, size);
	if (rc < 0)
		return rc;
	remove_stale(path);
	errno = 0;
	vchan = libxenvchan_server_init(NULL, (int)domid, path, ring, ring);
	if (!vchan) {
		rc = errno ? -errno : -EIO;
		snprintf(why, size,
			 "%s: cannot serve: %s; needs /dev/xen/gntalloc, /dev/xen/evtchn and XenStore", path,
			 strerror(-rc));
		return rc;
	}
	rc = wrap(out, vchan, domid);
	if (rc < 0)
		snprintf(why, size, "%s: %s", path, strerror(-rc));
	return rc;
}

int vchan_join(struct link **out, uint32_t domid, const char *path, char *why, size_t size)
{
	struct libxenvchan *vchan;
	int rc;

	if (strlen(path) > VCHAN_PATH_MAX) {
		snprintf(why, size, "%s: longer than %d bytes", path, VCHAN_PATH_MAX);
		return -ENAMETOOLONG;
	}
	errno = 0;
	vchan = libxenvchan_client_init(NULL, (int)domid, path);
	if (!vchan) {
		rc = errno ? -errno : -ENOENT;
		snprintf(why, size, "domain %u, %s: nobody serves there (%s)%s", domid, path, strerror(-rc),
			 rc == -EACCES || rc == -ENODEV ? "; needs /dev/xen/gntdev and /dev/xen/evtchn" : "");
		return rc;
	}
	rc = wrap(out, vchan, domid);
	if (rc < 0)
		snprintf(why, size, "%s: %s", path, strerror(-rc));
	return rc;
}
