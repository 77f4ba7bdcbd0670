/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "control"
#include "hub/relay/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "hub/link/acceptor.h"
#include "hub/link/link.h"
#include "hub/relay/relay.h"
#include "hub/relay/report.h"

struct client {
	struct control *control;
	struct link *link; /* NULL: free */
	struct loop_fd *source;
	struct loop_timer *timer;
	char words[CONTROL_WORDS_MAX];
	size_t got;
	char *answer;
	size_t size, sent;
};

struct control {
	struct loop *loop;
	struct relay *relay;
	struct link_listener *listener;
	struct acceptor *acceptor;
	struct client clients[CONTROL_CLIENTS_MAX];
};

static void drop(struct client *c)
{
	loop_remove_fd(c->source);
	loop_remove_timer(c->timer);
	link_close(c->link);
	free(c->answer);
	memset(c, 0, sizeof(*c));
}

static void on_late(void *data)
{
	drop(data);
}

/* How far it is, in a word: the client asks again, and has the sentences. */
static char *saving(int (*what)(struct relay *, const char *), struct relay *relay, const char *domain)
{
	int rc = what(relay, domain);

	return strdup(!rc             ? CONTROL_DONE
		      : rc == -EAGAIN ? CONTROL_NOT_YET
		      : rc == -ENOENT ? CONTROL_NOTHING
				      : CONTROL_HELD);
}

static const char *after(const char *words, const char *word)
{
	size_t n = strlen(word);

	return !strncmp(words, word, n) && words[n] ? words + n : NULL;
}

static void answer(struct client *c)
{
	struct relay *relay = c->control->relay;
	const char *domain;

	c->words[c->got] = '\0';
	c->words[strcspn(c->words, "\n")] = '\0';
	if (!strcmp(c->words, "status"))
		c->answer = report(relay, false);
	else if (!strcmp(c->words, "status json"))
		c->answer = report(relay, true);
	else if ((domain = after(c->words, "quiesce ")))
		c->answer = saving(relay_quiesce, relay, domain);
	else if ((domain = after(c->words, "resume ")))
		c->answer = saving(relay_resume, relay, domain);
	if (!c->answer) {
		drop(c);
		return;
	}
	c->size = strlen(c->answer);
	loop_fd_events(c->source, EPOLLOUT);
}

static void on_client(void *data, int fd, uint32_t events)
{
	struct client *c = data;
	ssize_t n;

	if (!c->answer) {
		n = link_read(c->link, c->words + c->got, sizeof(c->words) - 1 - c->got);
		if (n == -EAGAIN)
			return;
		if (n <= 0) {
			drop(c);
			return;
		}
		c->got += (size_t)n;
		if (memchr(c->words, '\n', c->got))
			answer(c);
		else if (c->got == sizeof(c->words) - 1)
			drop(c);
		return;
	}
	n = link_write(c->link, c->answer + c->sent, c->size - c->sent);
	if (n > 0)
		c->sent += (size_t)n;
	if ((n < 0 && n != -EAGAIN) || c->sent == c->size)
		drop(c);
}

static void on_met(void *data, struct link *link)
{
	struct control *k = data;
	struct client *c = NULL;

	for (unsigned i = 0; i < CONTROL_CLIENTS_MAX && !c; i++)
		if (!k->clients[i].link)
			c = &k->clients[i];
	if (!c) {
		link_close(link);
		return;
	}
	c->control = k;
	c->link = link;
	c->source = loop_add_fd(k->loop, link->fd, EPOLLIN, on_client, c);
	c->timer = loop_add_timer(k->loop, on_late, c);
	if (!c->source || !c->timer) {
		drop(c);
		return;
	}
	loop_timer_at(c->timer, clock_now_ns() + CONTROL_ANSWER_MS * NS_PER_MS);
}

int control_create(struct control **out, struct loop *loop, const char *path, gid_t gid, struct relay *relay)
{
	struct control *k = calloc(1, sizeof(*k));
	struct acceptor_callbacks callbacks = { .met = on_met, .data = k };
	char endpoint[ENDPOINT_MAX + 8];
	pid_t pid = 0;
	int rc;

	if (!k)
		return -ENOMEM;
	k->loop = loop;
	k->relay = relay;
	snprintf(endpoint, sizeof(endpoint), "unix:%s", path);
	rc = link_listen(&k->listener, endpoint, gid, &pid);
	if (rc < 0) {
		if (rc == -EADDRINUSE)
			log_err("%s: process %d listens there: does a relay run already?", path, (int)pid);
		else
			log_errno(-rc, "%s: cannot listen", path);
		goto err_free;
	}
	rc = acceptor_create(&k->acceptor, loop, k->listener, &callbacks);
	if (rc < 0)
		goto err_listener;
	*out = k;
	return 0;

err_listener:
	link_unlisten(k->listener);
err_free:
	free(k);
	return rc;
}

void control_destroy(struct control *k)
{
	if (!k)
		return;
	for (unsigned i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (k->clients[i].link)
			drop(&k->clients[i]);
	acceptor_destroy(k->acceptor);
	link_unlisten(k->listener);
	free(k);
}
