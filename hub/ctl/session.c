/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/ctl/session.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "hub/core/clock.h"
#include "hub/link/link.h"

#define LINK_NAME_MAX 512

void session_stop(struct session *s, int status)
{
	if (s->stopped)
		return;
	s->stopped = true;
	s->status = status;
	loop_quit(s->loop, 0);
}

void session_timer_at(struct session *s, uint64_t deadline_ns)
{
	loop_timer_at(s->own_timer, deadline_ns);
}

static void say_no_daemon(const struct session *s, const char *reason)
{
	ctl_say("no xenhubd answers on %s (%s); start it with `%s`, or name its socket with --control",
		s->ctl->control, reason, ctl_start_command(""));
}

/* The part after the endpoint, which the messages here name in their own way. */
static const char *reason_of(const char *text)
{
	const char *reason = strrchr(text, ':');

	return reason && reason[1] == ' ' ? reason + 2 : text;
}

static void link_is_down(struct session *s, const char *text)
{
	if (s->was_up) {
		ctl_say("the link broke: %s", text);
		session_stop(s, EXIT_FAILED);
	} else if (!s->link) {
		say_no_daemon(s, reason_of(text));
		session_stop(s, EXIT_NO_DAEMON);
	} else if (!s->said_waiting) {
		s->said_waiting = true;
		ctl_say("waiting for a hub on %s: %s", s->link, reason_of(text));
	}
}

static void on_link(void *data, enum xenhub_link status, const char *text)
{
	struct session *s = data;

	switch (status) {
	case XENHUB_LINK_UP:
		if (s->was_up)
			break;
		s->was_up = true;
		if (s->up)
			s->up(s);
		break;
	case XENHUB_LINK_DOWN:
		link_is_down(s, text);
		break;
	case XENHUB_LINK_ENDED:
		if (s->was_up && s->live) {
			session_stop(s, EXIT_OK);
		} else if (s->was_up) {
			ctl_say("xenhubd ended before it answered");
			session_stop(s, EXIT_FAILED);
		} else {
			link_is_down(s, text);
		}
		break;
	case XENHUB_LINK_REFUSED:
		ctl_say("%s", text);
		session_stop(s, EXIT_FAILED);
		break;
	}
}

static void on_hub(void *data, int fd, uint32_t events)
{
	struct session *s = data;

	xenhub_dispatch(s->hub);
}

static void on_signal(void *data, int signo)
{
	struct session *s = data;

	session_stop(s, s->live ? EXIT_OK : EXIT_FAILED);
}

static void on_limit(void *data)
{
	struct session *s = data;

	if (s->live && s->was_up) {
		session_stop(s, EXIT_OK);
	} else if (s->link) {
		ctl_say("no hub came on %s within %u s", s->link, s->seconds);
		session_stop(s, EXIT_NO_DAEMON);
	} else {
		ctl_say("xenhubd on %s does not answer within %u s", s->ctl->control, s->seconds);
		session_stop(s, EXIT_FAILED);
	}
}

static void on_own_timer(void *data)
{
	struct session *s = data;

	s->timer(s);
}

/* After each batch: what was printed leaves, or waits until the reader takes more. */
static void flush_output(void *data)
{
	struct session *s = data;
	uint32_t events;

	output_flush(&s->out);
	if (s->out.dropped && !s->said_dropping) {
		s->said_dropping = true;
		ctl_say("standard output takes nothing and %u MiB wait: lines are dropped from here on",
			OUTPUT_MAX / (1024 * 1024));
	}
	/* EPOLLERR is always reported: a reader that leaves ends us although nothing is to be written. */
	events = output_pending(&s->out) ? EPOLLOUT : 0;
	if (s->out_source && events != s->out_events) {
		loop_fd_events(s->out_source, events);
		s->out_events = events;
	}
	if (s->out.closed)
		session_stop(s, EXIT_OK);
	else if (s->out.error)
		session_stop(s, EXIT_FAILED);
}

static void on_output(void *data, int fd, uint32_t events)
{
	struct session *s = data;

	if (events & (EPOLLERR | EPOLLHUP))
		s->out.closed = true;
	flush_output(s);
}

static int open_link(struct session *s)
{
	char endpoint[LINK_NAME_MAX];
	char why[128];
	int rc;

	if (s->link)
		snprintf(endpoint, sizeof(endpoint), "%s", s->link);
	else
		snprintf(endpoint, sizeof(endpoint), "unix:%s", s->ctl->control);
	rc = link_check_endpoint(endpoint, why, sizeof(why));
	if (rc < 0) {
		ctl_say("%s: %s", endpoint, why);
		return EXIT_USAGE;
	}
	/* Worth a word of its own: the daemon is there, and another group is all that is missing. */
	if (!s->link && access(s->ctl->control, W_OK) < 0 && errno == EACCES) {
		ctl_say("%s: permission denied; `xenhub doctor` says which group is missing",
			s->ctl->control);
		return EXIT_FAILED;
	}
	s->options.control = !s->link;
	if (!s->options.name)
		s->options.name = "xenhub";
	s->listener.link = on_link;
	rc = xenhub_open(&s->hub, endpoint, &s->options, &s->listener, s);
	if (rc < 0) {
		ctl_say("%s: %s", endpoint, strerror(-rc));
		return EXIT_FAILED;
	}
	return 0;
}

static int set_up_loop(struct session *s)
{
	struct loop_timer *limit;
	int rc = loop_create(&s->loop);

	if (rc < 0)
		goto err;
	rc = loop_add_signal(s->loop, SIGINT, on_signal, s);
	if (!rc)
		rc = loop_add_signal(s->loop, SIGTERM, on_signal, s);
	if (rc < 0)
		goto err;
	limit = loop_add_timer(s->loop, on_limit, s);
	s->own_timer = loop_add_timer(s->loop, on_own_timer, s);
	if (!limit || !s->own_timer || !loop_add_hook(s->loop, flush_output, s) ||
	    !loop_add_fd(s->loop, xenhub_fd(s->hub), EPOLLIN, on_hub, s)) {
		rc = -errno;
		goto err;
	}
	/* /dev/null cannot be polled, and need not be. */
	if (s->out.pollable)
		s->out_source = loop_add_fd(s->loop, s->out.fd, 0, on_output, s);
	if (!s->seconds && !s->live)
		s->seconds = SESSION_ANSWER_SECONDS;
	if (s->seconds)
		loop_timer_at(limit, clock_now_ns() + s->seconds * NS_PER_S);
	return 0;

err:
	ctl_say("cannot set up the event loop: %s", strerror(-rc));
	return EXIT_FAILED;
}

/* From here on a second Ctrl-C ends us even though the reader takes nothing. */
static void unblock_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

int session_run(struct session *s)
{
	int rc;

	signal(SIGPIPE, SIG_IGN);
	output_init(&s->out, STDOUT_FILENO);
	s->status = open_link(s);
	if (s->status)
		goto out_output;
	s->status = set_up_loop(s);
	if (s->status)
		goto out_link;
	rc = loop_run(s->loop);
	if (rc < 0 && !s->stopped) {
		ctl_say("waiting for events: %s", strerror(-rc));
		s->status = EXIT_FAILED;
	}
	if (s->ending)
		s->ending(s);

out_link:
	/* First the link, then the rest of the output: the hub need not wait for our reader. */
	s->closing = true;
	xenhub_close(s->hub);
	loop_destroy(s->loop);
	unblock_signals();
out_output:
	rc = output_finish(&s->out);
	if (rc < 0) {
		ctl_say("standard output: %s", strerror(-rc));
		s->status = EXIT_FAILED;
	}
	return s->status;
}
