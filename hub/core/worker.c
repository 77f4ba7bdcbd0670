/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/core/worker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "hub/core/mailbox.h"

struct task {
	loop_fn fn;
	void *data;
};

struct worker {
	pthread_t thread;
	struct loop *loop; /* the slow thread's */
	struct mailbox *requests;
	struct mailbox *replies;
	struct loop_fd *replies_source; /* in the main loop */
};

static void run_tasks(struct mailbox *box)
{
	struct task *task;

	while ((task = mailbox_take(box))) {
		task->fn(task->data);
		free(task);
	}
}

static void on_tasks(void *data, int fd, uint32_t events)
{
	run_tasks(data);
}

static void *thread_main(void *data)
{
	struct worker *worker = data;

	loop_run(worker->loop);
	return NULL;
}

int worker_create(struct worker **out, struct loop *main_loop)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	sigset_t all, before;
	int rc;

	if (!worker)
		return -ENOMEM;
	rc = loop_create(&worker->loop);
	if (rc < 0)
		goto err_free;
	rc = mailbox_create(&worker->requests, WORKER_TASKS_MAX);
	if (rc < 0)
		goto err_loop;
	rc = mailbox_create(&worker->replies, WORKER_TASKS_MAX);
	if (rc < 0)
		goto err_requests;
	rc = -ENOMEM;
	if (!loop_add_fd(worker->loop, mailbox_fd(worker->requests), EPOLLIN, on_tasks, worker->requests))
		goto err_replies;
	worker->replies_source =
		loop_add_fd(main_loop, mailbox_fd(worker->replies), EPOLLIN, on_tasks, worker->replies);
	if (!worker->replies_source)
		goto err_replies;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = -pthread_create(&worker->thread, NULL, thread_main, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc < 0)
		goto err_source;
	*out = worker;
	return 0;

err_source:
	loop_remove_fd(worker->replies_source);
err_replies:
	mailbox_destroy(worker->replies, free);
err_requests:
	mailbox_destroy(worker->requests, free);
err_loop:
	loop_destroy(worker->loop);
err_free:
	free(worker);
	return rc;
}

void worker_destroy(struct worker *worker)
{
	if (!worker)
		return;
	loop_quit(worker->loop, 0);
	pthread_join(worker->thread, NULL);
	loop_remove_fd(worker->replies_source);
	/* A reply may still ask for something: that waits for nobody, and is freed with the rest. */
	run_tasks(worker->replies);
	mailbox_destroy(worker->replies, free);
	mailbox_destroy(worker->requests, free);
	loop_destroy(worker->loop);
	free(worker);
}

static int post(struct mailbox *box, loop_fn fn, void *data)
{
	struct task *task = malloc(sizeof(*task));
	int rc;

	if (!task)
		return -ENOMEM;
	task->fn = fn;
	task->data = data;
	rc = mailbox_post(box, task);
	if (rc < 0)
		free(task);
	return rc;
}

int worker_run(struct worker *worker, loop_fn fn, void *data)
{
	return post(worker->requests, fn, data);
}

int worker_reply(struct worker *worker, loop_fn fn, void *data)
{
	return post(worker->replies, fn, data);
}

struct loop *worker_loop(struct worker *worker)
{
	return worker->loop;
}
