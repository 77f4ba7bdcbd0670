#include "hub/xen/witness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <xenstore_lib.h>

struct witness {
	int fd;
	struct loop_fd *source;
	loop_fn fn;
	void *data;
};

static int connect_to(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct stat st;
	int fd, rc;

	if (!path || stat(path, &st) < 0 || !S_ISSOCK(st.st_mode))
		return -ENODEV;
	if (strlen(path) >= sizeof(sun.sun_path))
		return -ENAMETOOLONG;
	memcpy(sun.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0)
		return fd;
	/* Not for this user: libxenstore goes through the kernel then. */
	rc = errno == EACCES || errno == EPERM ? -ENODEV : -errno;
	close(fd);
	return rc;
}

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
	w->fd = connect_to(xs_daemon_socket());
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
