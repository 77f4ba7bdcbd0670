/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <xenstore_lib.h>

#include "hub/xen/witness.h"

int witness_open(void)
{
	const char *path = xs_daemon_socket();
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
