/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The transport under the mirror: connects, reads, writes, waits, and begins anew. */
#include "hub/client/xenhub.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "hub/client/internal.h"
#include "hub/client/mirror.h"
#include "hub/core/clock.h"
#include "hub/link/link.h"

#define RETRY_FIRST_NS (100 * NS_PER_MS)
#define RETRY_LAST_NS  (2 * NS_PER_S)
/* How much is read in one dispatch before timers and output get their turn. */
#define READ_SIZE (32 * 1024)
#define READS_MAX 8

struct xenhub {
	char *endpoint;
	struct wire_hello hello;
	bool once;
	bool given; /* its links are, and none is connected to */
	bool ended; /* once: the link has been up and is over */
	struct xenhub_listener listener;
	void *data;
	struct mirror *mirror;
	struct link *link;
	uint32_t waiting_for; /* epoll events of link->fd */
	int epoll;
	int timerfd;
	uint64_t armed;
	uint64_t retry_at; /* while there is no link */
	uint64_t retry_ns;
	uint8_t buf[READ_SIZE];
};

static void tell_link(struct xenhub *hub, enum xenhub_link status, const char *text)
{
	if (hub->listener.link)
		hub->listener.link(hub->data, status, text);
}

static void drop_link(struct xenhub *hub, enum xenhub_link status, const char *text, uint64_t now_ns)
{
	bool was_up = hub->link && mirror_live(hub->mirror);

	if (hub->link) {
		epoll_ctl(hub->epoll, EPOLL_CTL_DEL, hub->link->fd, NULL);
		link_close(hub->link);
		hub->link = NULL;
	}
	mirror_disconnect(hub->mirror, now_ns);
	if (was_up)
		hub->retry_ns = RETRY_FIRST_NS;
	if (status == XENHUB_LINK_REFUSED)
		hub->retry_ns = RETRY_LAST_NS;
	hub->retry_at = hub->given ? CLOCK_NEVER : now_ns + hub->retry_ns;
	hub->retry_ns = hub->retry_ns * 2 < RETRY_LAST_NS ? hub->retry_ns * 2 : RETRY_LAST_NS;
	if (hub->once && (was_up || status != XENHUB_LINK_DOWN))
		hub->ended = true;
	tell_link(hub, status, text);
}

static void drop_for_errno(struct xenhub *hub, int err, uint64_t now_ns)
{
	const char *why = hub->link ? hub->link->why : "";
	char text[512];

	if (!*why)
		why = err ? strerror(err) : "the hub closed the link";
	snprintf(text, sizeof(text), "%s: %s", hub->endpoint, why);
	drop_link(hub, XENHUB_LINK_DOWN, text, now_ns);
}

static void use_link(struct xenhub *hub, struct link *link, uint64_t now_ns)
{
	struct epoll_event ev = { 0 };

	hub->link = link;
	hub->waiting_for = link_wait_events(hub->link, true);
	ev.events = hub->waiting_for;
	if (epoll_ctl(hub->epoll, EPOLL_CTL_ADD, hub->link->fd, &ev) < 0) {
		drop_for_errno(hub, errno, now_ns);
		return;
	}
	mirror_connect(hub->mirror, &hub->hello, now_ns);
}

static void begin_link(struct xenhub *hub, uint64_t now_ns)
{
	struct link *link;
	int rc = link_connect(&link, hub->endpoint);

	if (rc < 0)
		drop_for_errno(hub, -rc, now_ns);
	else
		use_link(hub, link, now_ns);
}

/* Writes what the mirror wants sent. Returns 0, or -errno when the link is dead. */
static int flush(struct xenhub *hub)
{
	const uint8_t *bytes;
	size_t n;

	while ((n = mirror_output(hub->mirror, &bytes))) {
		ssize_t sent = link_write(hub->link, bytes, n);

		if (sent == -EAGAIN)
			return 0;
		if (sent < 0)
			return (int)sent;
		mirror_output_sent(hub->mirror, (size_t)sent);
	}
	return 0;
}

static enum xenhub_link status_of_bye(unsigned bye)
{
	switch (bye) {
	case WIRE_BYE_DONE:
		return XENHUB_LINK_ENDED;
	case WIRE_BYE_TIMEOUT:
	case WIRE_BYE_QUIESCE:
		return XENHUB_LINK_DOWN;
	default:
		return XENHUB_LINK_REFUSED;
	}
}

static void on_mirror_error(struct xenhub *hub, int rc, const struct wire_error *err, uint64_t now_ns)
{
	char text[256];

	if (rc == -ESHUTDOWN) {
		snprintf(text, sizeof(text), "the hub ends the link (%s): %s", wire_bye_name(err->bye),
			 err->text);
		drop_link(hub, status_of_bye(err->bye), text, now_ns);
	} else {
		hub->link->in_order = false;
		snprintf(text, sizeof(text), "the hub breaks the protocol: %s", err->text);
		flush(hub);
		drop_link(hub, XENHUB_LINK_REFUSED, text, now_ns);
	}
}

static void read_link(struct xenhub *hub)
{
	for (unsigned i = 0; i < READS_MAX && hub->link; i++) {
		ssize_t n = link_read(hub->link, hub->buf, sizeof(hub->buf));
		uint64_t now_ns = clock_now_ns();
		struct wire_error err;
		int rc;

		if (n == -EAGAIN)
			return;
		if (n <= 0) {
			drop_for_errno(hub, (int)-n, now_ns);
			return;
		}
		rc = mirror_feed(hub->mirror, hub->buf, (size_t)n, now_ns, &err);
		if (rc < 0) {
			on_mirror_error(hub, rc, &err, now_ns);
			return;
		}
		if (mirror_live(hub->mirror) && hub->link)
			hub->link->in_order = true;
		if ((size_t)n < sizeof(hub->buf))
			return;
	}
}

/* Sets fd interest and the timer to what is needed next. */
static void rearm(struct xenhub *hub)
{
	uint64_t deadline = hub->link ? mirror_deadline(hub->mirror) : hub->retry_at;
	struct itimerspec spec = { 0 };
	const uint8_t *bytes;

	if (hub->ended)
		deadline = 1;
	if (hub->link) {
		struct epoll_event ev = { .events = link_wait_events(
						  hub->link, mirror_output(hub->mirror, &bytes) > 0) };

		if (ev.events != hub->waiting_for) {
			epoll_ctl(hub->epoll, EPOLL_CTL_MOD, hub->link->fd, &ev);
			hub->waiting_for = ev.events;
		}
	}
	/* A lease that is renewed moves its deadline at each message: only an earlier or an expired one needs a call. */
	if (deadline == hub->armed || (deadline != CLOCK_NEVER && hub->link && hub->armed < deadline))
		return;
	if (deadline != CLOCK_NEVER) {
		spec.it_value.tv_sec = (time_t)(deadline / NS_PER_S);
		spec.it_value.tv_nsec = (long)(deadline % NS_PER_S);
	}
	timerfd_settime(hub->timerfd, TFD_TIMER_ABSTIME, &spec, NULL);
	hub->armed = deadline;
}

int xenhub_dispatch(struct xenhub *hub)
{
	uint64_t expirations;
	uint64_t now_ns;
	int rc;

	/* What has come counts before what did not: a consumer that was stopped must not take its own sleep for silence. */
	if (hub->link)
		read_link(hub);
	now_ns = clock_now_ns();
	if (now_ns >= hub->armed && read(hub->timerfd, &expirations, sizeof(expirations)) > 0)
		hub->armed = CLOCK_NEVER;
	mirror_tick(hub->mirror, now_ns);
	if (!hub->link && !hub->ended && now_ns >= hub->retry_at)
		begin_link(hub, now_ns);
	if (hub->link) {
		rc = flush(hub);
		if (rc < 0) {
			/* A hub that said BYE and closed: its reason is still to be read. */
			read_link(hub);
			if (hub->link)
				drop_for_errno(hub, -rc, now_ns);
		}
	}
	rearm(hub);
	return hub->ended ? -ESHUTDOWN : 0;
}

static void program_name(char *name, size_t size)
{
	snprintf(name, size, "%s", program_invocation_short_name);
}

static int open_hub(struct xenhub **out, const char *link, bool given, const struct xenhub_options *options,
		    const struct xenhub_listener *listener, void *data)
{
	struct epoll_event ev = { .events = EPOLLIN };
	struct xenhub *hub = calloc(1, sizeof(*hub));
	int rc;

	if (!hub)
		return -ENOMEM;
	hub->listener = *listener;
	hub->data = data;
	hub->once = options->once;
	hub->given = given;
	hub->armed = CLOCK_NEVER;
	hub->retry_ns = RETRY_FIRST_NS;
	hub->hello = (struct wire_hello){
		.version_min = WIRE_VERSION,
		.version_max = WIRE_VERSION,
		.role = options->control ? WIRE_ROLE_CONTROL : WIRE_ROLE_CONSUMER,
		.clock = CLOCK_MONOTONIC,
		.wishes = {
			.classes = options->classes,
			.touchpad = (uint8_t)options->touchpad,
			.states = options->states,
			.state_interval_ms = options->state_interval_ms,
		},
	};
	if (options->name)
		snprintf(hub->hello.name, sizeof(hub->hello.name), "%s", options->name);
	else
		program_name(hub->hello.name, sizeof(hub->hello.name));
	hub->endpoint = strdup(link);
	if (!hub->endpoint) {
		rc = -ENOMEM;
		goto err_free;
	}
	rc = mirror_create(&hub->mirror, listener, data);
	if (rc < 0)
		goto err_endpoint;
	hub->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (hub->epoll < 0) {
		rc = -errno;
		goto err_mirror;
	}
	hub->timerfd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (hub->timerfd < 0) {
		rc = -errno;
		goto err_epoll;
	}
	if (epoll_ctl(hub->epoll, EPOLL_CTL_ADD, hub->timerfd, &ev) < 0) {
		rc = -errno;
		goto err_timerfd;
	}
	/* At once: the timer is due as soon as the caller polls. */
	hub->retry_at = given ? CLOCK_NEVER : 1;
	rearm(hub);
	*out = hub;
	return 0;

err_timerfd:
	close(hub->timerfd);
err_epoll:
	close(hub->epoll);
err_mirror:
	mirror_destroy(hub->mirror);
err_endpoint:
	free(hub->endpoint);
err_free:
	free(hub);
	return rc;
}

int xenhub_open(struct xenhub **out, const char *link, const struct xenhub_options *options,
		const struct xenhub_listener *listener, void *data)
{
	char why[LINK_WHY_MAX];
	int rc = link_check_endpoint(link, why, sizeof(why));

	return rc < 0 ? rc : open_hub(out, link, false, options, listener, data);
}

int xenhub_open_given(struct xenhub **out, const char *name, const struct xenhub_options *options,
		      const struct xenhub_listener *listener, void *data)
{
	return open_hub(out, name, true, options, listener, data);
}

void xenhub_drop(struct xenhub *hub, const char *text, bool in_order)
{
	if (!hub->link)
		return;
	hub->link->in_order = in_order;
	drop_link(hub, XENHUB_LINK_DOWN, text, clock_now_ns());
	rearm(hub);
}

void xenhub_give(struct xenhub *hub, struct link *link)
{
	xenhub_drop(hub, "another link takes its place", true);
	use_link(hub, link, clock_now_ns());
}

void xenhub_close(struct xenhub *hub)
{
	uint8_t buf[64];
	int len;

	if (!hub)
		return;
	if (hub->link) {
		len = wire_put_bye(buf, sizeof(buf), WIRE_BYE_DONE, "");
		if (len > 0)
			mirror_send(hub->mirror, buf, (size_t)len);
		flush(hub);
		link_close(hub->link);
	}
	mirror_destroy(hub->mirror);
	close(hub->timerfd);
	close(hub->epoll);
	free(hub->endpoint);
	free(hub);
}

int xenhub_fd(const struct xenhub *hub)
{
	return hub->epoll;
}

int xenhub_wait(struct xenhub *hub, int timeout_ms)
{
	struct epoll_event event;
	int n = epoll_wait(hub->epoll, &event, 1, timeout_ms);

	return n < 0 ? -errno : n;
}

/* Output that was queued outside of dispatch leaves at once, or when the link takes it. */
static int sent(struct xenhub *hub, int rc)
{
	if (rc < 0)
		return rc;
	if (hub->link) {
		flush(hub);
		rearm(hub);
	}
	return 0;
}

int xenhub_subscribe(struct xenhub *hub, uint32_t classes, unsigned touchpad, bool states,
		     uint32_t state_interval_ms)
{
	hub->hello.wishes = (struct wire_wishes){
		.classes = classes,
		.touchpad = (uint8_t)touchpad,
		.states = states,
		.state_interval_ms = state_interval_ms,
	};
	return sent(hub, mirror_subscribe(hub->mirror, &hub->hello.wishes));
}

int xenhub_set_led(struct xenhub *hub, struct xenhub_device *device, unsigned code, bool on)
{
	return sent(hub, mirror_set_led(hub->mirror, device, code, on));
}

int xenhub_send_message(struct xenhub *hub, const uint8_t *message, size_t len)
{
	return sent(hub, mirror_send(hub->mirror, message, len));
}

int xenhub_set_screen(struct xenhub *hub, bool on)
{
	uint8_t buf[WIRE_SMALL_MAX];
	int len = wire_put_screen(buf, sizeof(buf), on);

	return len < 0 ? len : xenhub_send_message(hub, buf, (size_t)len);
}

int xenhub_request(struct xenhub *hub, const char *text)
{
	uint8_t buf[WIRE_MESSAGE_MAX];
	int len = wire_put_request(buf, sizeof(buf), WIRE_REQUEST, 0, text);

	return len < 0 ? -EMSGSIZE : xenhub_send_message(hub, buf, (size_t)len);
}

void xenhub_get_counters(const struct xenhub *hub, struct xenhub_counters *counters)
{
	mirror_counters(hub->mirror, counters);
}

const struct descriptor *xenhub_device_descriptor(const struct xenhub_device *device)
{
	return mirror_device_descriptor(device);
}
