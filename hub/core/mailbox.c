/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/core/mailbox.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct mailbox {
	pthread_mutex_t lock;
	int fd;
	unsigned capacity;
	unsigned head;
	unsigned count;
	void *messages[];
};

int mailbox_create(struct mailbox **out, unsigned capacity)
{
	struct mailbox *box = calloc(1, sizeof(*box) + capacity * sizeof(box->messages[0]));
	int rc;

	if (!box)
		return -ENOMEM;
	box->capacity = capacity;
	box->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (box->fd < 0) {
		rc = -errno;
		free(box);
		return rc;
	}
	pthread_mutex_init(&box->lock, NULL);
	*out = box;
	return 0;
}

void mailbox_destroy(struct mailbox *box, void (*free_message)(void *message))
{
	void *message;

	if (!box)
		return;
	while ((message = mailbox_take(box)))
		free_message(message);
	close(box->fd);
	pthread_mutex_destroy(&box->lock);
	free(box);
}

int mailbox_post(struct mailbox *box, void *message)
{
	bool first = false;
	int rc = 0;

	pthread_mutex_lock(&box->lock);
	if (box->count == box->capacity) {
		rc = -ENOSPC;
	} else {
		box->messages[(box->head + box->count) % box->capacity] = message;
		first = box->count++ == 0;
	}
	pthread_mutex_unlock(&box->lock);
	/* Who wakes takes the lock at once, and must not find it held: that would be two more switches of threads. */
	if (first)
		eventfd_write(box->fd, 1);
	return rc;
}

void *mailbox_take(struct mailbox *box)
{
	void *message = NULL;
	eventfd_t count;

	pthread_mutex_lock(&box->lock);
	if (box->count) {
		message = box->messages[box->head];
		box->head = (box->head + 1) % box->capacity;
		box->count--;
	} else {
		eventfd_read(box->fd, &count);
	}
	pthread_mutex_unlock(&box->lock);
	return message;
}

int mailbox_fd(const struct mailbox *box)
{
	return box->fd;
}
