/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "xenhub-twin"
#include "hub/twin/session.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <utlist.h>

#include "hub/client/internal.h"
#include "hub/core/exit.h"
#include "hub/core/log.h"
#include "hub/core/loop.h"
#include "hub/twin/policy.h"
#include "hub/twin/twin.h"
#include "hub/twin/uinput.h"

#define NODE_MAX 64

/* A device of the hub's, and its twin. */
struct member {
	struct session *session;
	struct xenhub_device *device;
	struct twin *twin;
	struct loop_timer *timer;
	int fd; /* uinput's, while the twin is present */
	struct loop_fd *source;
	struct member *prev, *next;
};

struct session {
	struct loop *loop;
	struct xenhub *hub;
	struct member *members;
	bool up;
	uint64_t leases_lost; /* of which has been told */
	struct log_limit limit;
	enum xenhub_link status;
	char status_text[256];
};

/* ---- uinput, as the backend of one twin ---- */

/* After each call that may have given the twin something to wait for. */
static void arm(struct member *m)
{
	loop_timer_at(m->timer, twin_deadline(m->twin));
}

static void drain(struct member *m)
{
	struct event events[UINPUT_EVENTS_MAX];
	int n;

	while ((n = uinput_read(m->fd, events)) > 0)
		for (int i = 0; i < n; i++)
			twin_kernel_event(m->twin, &events[i]);
	if (n < 0) {
		log_errno(-n, "'%s': nothing can be read from its twin: LEDs do not go back",
			  xenhub_device_name(m->device));
		loop_remove_fd(m->source);
		m->source = NULL;
	}
}

static void on_uinput(void *data, int fd, uint32_t events)
{
	struct member *m = data;

	/* What the kernel says while the device is being made waits until there is somebody to tell. */
	if (!m->twin)
		return;
	drain(m);
	arm(m);
}

static int member_create(void *data, const struct descriptor *d)
{
	struct member *m = data;
	char node[NODE_MAX];

	m->fd = uinput_create(d);
	if (m->fd < 0)
		return m->fd;
	m->source = loop_add_fd(m->session->loop, m->fd, EPOLLIN, on_uinput, m);
	if (!m->source) {
		int rc = -errno;

		uinput_destroy(m->fd);
		return rc;
	}
	uinput_node(m->fd, node, sizeof(node));
	log_info("'%s' (%s): its twin is %s", xenhub_device_name(m->device), xenhub_device_id(m->device),
		 node[0] ? node : "there");
	return 0;
}

static int member_write(void *data, const struct event *events, unsigned count)
{
	struct member *m = data;
	int rc = uinput_write(m->fd, events, count);

	if (!rc && m->twin && m->source && policy_has_echo(events, count))
		drain(m);
	return rc;
}

static void member_destroy(void *data)
{
	struct member *m = data;

	if (m->source)
		loop_remove_fd(m->source);
	m->source = NULL;
	uinput_destroy(m->fd);
	m->fd = -1;
}

static void member_ask_led(void *data, unsigned code, bool on)
{
	struct member *m = data;
	int rc = xenhub_set_led(m->session->hub, m->device, code, on);

	if (rc < 0)
		log_debug("'%s': LED %u not sent: %s", xenhub_device_name(m->device), code, strerror(-rc));
}

static const struct twin_backend uinput_backend = {
	.create = member_create,
	.write = member_write,
	.destroy = member_destroy,
	.ask_led = member_ask_led,
};

static void settle(struct member *m, int rc)
{
	if (rc < 0)
		log_errno(-rc,
			  "'%s': its twin is dropped, until the device is plugged in again or xenhub-twin "
			  "starts anew",
			  xenhub_device_name(m->device));
	arm(m);
}

static void on_timer(void *data)
{
	struct member *m = data;

	settle(m, twin_tick(m->twin, loop_now(m->session->loop)));
}

/* ---- libxenhub, as the source ---- */

static void member_free(struct member *m)
{
	DL_DELETE(m->session->members, m);
	xenhub_device_set_data(m->device, NULL);
	twin_destroy(m->twin);
	loop_remove_timer(m->timer);
	free(m);
}

static int member_add(struct session *s, struct xenhub_device *device)
{
	struct member *m = calloc(1, sizeof(*m));
	int rc;

	if (!m)
		return -ENOMEM;
	m->session = s;
	m->device = device;
	m->fd = -1;
	m->timer = loop_add_timer(s->loop, on_timer, m);
	if (!m->timer) {
		free(m);
		return -ENOMEM;
	}
	rc = twin_create(&m->twin, xenhub_device_descriptor(device), xenhub_device_id(device),
			 &uinput_backend, m);
	if (rc < 0) {
		loop_remove_timer(m->timer);
		free(m);
		return rc;
	}
	DL_APPEND(s->members, m);
	xenhub_device_set_data(device, m);
	if (s->up)
		twin_link_up(m->twin);
	return 0;
}

static void on_device_added(void *data, struct xenhub_device *device)
{
	int rc = member_add(data, device);

	if (rc < 0)
		log_errno(-rc, "'%s' (%s) gets no twin", xenhub_device_name(device),
			  xenhub_device_id(device));
}

static void on_device_removed(void *data, struct xenhub_device *device, unsigned reason)
{
	struct member *m = xenhub_device_data(device);

	if (!m)
		return;
	log_info("'%s' (%s): its twin goes (%s)", xenhub_device_name(device), xenhub_device_id(device),
		 xenhub_reason_name(reason));
	member_free(m);
}

static void on_frame(void *data, struct xenhub_device *device, const struct xenhub_frame *frame)
{
	struct member *m = xenhub_device_data(device);

	if (m)
		settle(m, twin_frame(m->twin, frame));
}

static void claim_leds(struct session *s)
{
	struct member *m;

	DL_FOREACH(s->members, m)
	{
		twin_link_up(m->twin);
		arm(m);
	}
}

static void on_focus(void *data, bool focused)
{
	struct session *s = data;

	if (focused && s->up)
		claim_leds(s);
}

static void on_link(void *data, enum xenhub_link status, const char *text)
{
	struct session *s = data;
	bool news = status != s->status || strcmp(text, s->status_text) != 0;
	struct member *m;

	s->up = status == XENHUB_LINK_UP;
	s->status = status;
	snprintf(s->status_text, sizeof(s->status_text), "%s", text);
	if (s->up) {
		claim_leds(s);
		log_info("the hub is there");
		return;
	}
	DL_FOREACH(s->members, m)
	{
		twin_link_down(m->twin);
		arm(m);
	}
	/* A hub that is away is tried every two seconds: once said is enough. */
	if (!news)
		return;
	if (status == XENHUB_LINK_ENDED)
		log_info("%s", text);
	else
		log_warn("%s", text);
}

static const struct xenhub_listener listener = {
	.device_added = on_device_added,
	.device_removed = on_device_removed,
	.frame = on_frame,
	.focus = on_focus,
	.link = on_link,
};

/* ---- the loop ---- */

/* Who wonders why a key that is down does nothing finds the answer. */
static void tell_of_leases(struct session *s)
{
	struct xenhub_counters counters;
	unsigned skipped;

	xenhub_get_counters(s->hub, &counters);
	if (counters.leases_lost == s->leases_lost)
		return;
	s->leases_lost = counters.leases_lost;
	if (log_limit_allow(&s->limit, 1, loop_now(s->loop), &skipped))
		log_warn("the hub was silent while something was held: it is let go of until it is pressed "
			 "anew");
}

static void on_hub(void *data, int fd, uint32_t events)
{
	struct session *s = data;

	if (xenhub_dispatch(s->hub) == -ESHUTDOWN)
		loop_quit(s->loop, s->status == XENHUB_LINK_ENDED ? EXIT_OK : EXIT_FAILED);
	tell_of_leases(s);
}

static void on_signal(void *data, int signo)
{
	struct session *s = data;

	loop_quit(s->loop, EXIT_OK);
}

static int session_open(struct session *s, const char *link, const struct xenhub_options *options)
{
	int rc = loop_create(&s->loop);

	if (!rc)
		rc = loop_add_signal(s->loop, SIGINT, on_signal, s);
	if (!rc)
		rc = loop_add_signal(s->loop, SIGTERM, on_signal, s);
	if (!rc)
		rc = xenhub_open(&s->hub, link, options, &listener, s);
	if (!rc && !loop_add_fd(s->loop, xenhub_fd(s->hub), EPOLLIN, on_hub, s))
		rc = -errno;
	return rc;
}

int session_run(const char *link, const struct xenhub_options *options)
{
	struct session s = { .status = XENHUB_LINK_UP };
	struct member *m, *next;
	int rc = session_open(&s, link, options);

	if (rc < 0)
		log_errno(-rc, "%s: cannot begin", link);
	else
		rc = loop_run(s.loop);
	/* Before the link: its end would release what is held, and the end of a twin does that better. */
	DL_FOREACH_SAFE(s.members, m, next)
	member_free(m);
	xenhub_close(s.hub);
	if (s.loop)
		loop_destroy(s.loop);
	return rc < 0 ? EXIT_FAILED : rc;
}
