/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/xen/witness.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

struct witness {
	int fd;
	struct loop_fd *source;
	loop_fn fn;
	void *data;
};

static void on_end(void *data, int fd, uint32_t events)
{
	struct witness *w = data;

	loop_remove_fd(w->source);
	w->source = NULL;
	w->fn(w->data);
}

int witness_create(struct witness **out, struct loop *loop, loop_fn fn, void *data)
{
	struct witness *w = calloc(1, sizeof(*w));
	int rc;

	if (!w)
		return -ENOMEM;
	w->fn = fn;
	w->data = data;
	w->fd = witness_open();
	if (w->fd < 0) {
		rc = w->fd;
		goto err_free;
	}
	w->source = loop_add_fd(loop, w->fd, EPOLLIN, on_end, w);
	if (!w->source) {
		rc = -errno;
		goto err_fd;
	}
	*out = w;
	return 0;

err_fd:
	close(w->fd);
err_free:
	free(w);
	return rc;
}

void witness_abandon(struct witness *w)
{
	if (!w)
		return;
	close(w->fd);
	free(w);
}

void witness_destroy(struct witness *w)
{
	if (w)
		loop_remove_fd(w->source);
	witness_abandon(w);
}
