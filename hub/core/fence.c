/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/core/fence.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The calls of x86 and ARM, and linux/landlock.h, whose older versions lack what newer kernels have. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule       445
#define SYS_landlock_restrict_self  446
#endif
#define VERSION_ASKED 1u

#define FS_EXECUTE      (1ull << 0)
#define FS_WRITE_FILE   (1ull << 1)
#define FS_REMOVE_DIR   (1ull << 4)
#define FS_REMOVE_FILE  (1ull << 5)
#define FS_MAKE_SOCK    (1ull << 9)
#define FS_MAKE_SYM     (1ull << 12)
#define FS_REFER        (1ull << 13) /* version 2 */
#define FS_TRUNCATE     (1ull << 14) /* version 3 */
#define NET_BIND_TCP    (1ull << 0)  /* version 4 */
#define NET_CONNECT_TCP (1ull << 1)
#define SCOPE_SIGNAL    (1ull << 1) /* version 6 */

/* All but reading: removing is bits 4 and 5, and making 6 to 12. */
#define FS_REMOVE_OR_MAKE (2 * FS_MAKE_SYM - FS_REMOVE_DIR)

enum rule_type {
	RULE_PATH = 1,
	RULE_PORT = 2,
};

struct ruleset {
	uint64_t fs, net, scoped;
};

struct path_rule {
	uint64_t allowed;
	int32_t fd;
} __attribute__((packed));

struct port_rule {
	uint64_t allowed, port;
};

struct fence {
	int fd;
	struct ruleset handled;
};

int fence_create(struct fence **out)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, VERSION_ASKED);
	struct fence *f;

	if (version < 1)
		return -EOPNOTSUPP;
	f = calloc(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->handled.fs = FS_EXECUTE | FS_WRITE_FILE | FS_REMOVE_OR_MAKE | (version >= 2 ? FS_REFER : 0) |
			(version >= 3 ? FS_TRUNCATE : 0);
	f->handled.net = version >= 4 ? NET_BIND_TCP | NET_CONNECT_TCP : 0;
	f->handled.scoped = version >= 6 ? SCOPE_SIGNAL : 0;
	f->fd = (int)syscall(SYS_landlock_create_ruleset, &f->handled,
			     version >= 6   ? sizeof(f->handled)
			     : version >= 4 ? 2 * sizeof(uint64_t)
					    : sizeof(uint64_t),
			     0u);
	if (f->fd < 0) {
		int rc = -errno;

		free(f);
		return rc;
	}
	*out = f;
	return 0;
}

void fence_destroy(struct fence *f)
{
	if (!f)
		return;
	close(f->fd);
	free(f);
}

static int let(struct fence *f, const char *path, int flags, uint64_t allowed)
{
	struct path_rule rule = { .allowed = allowed & f->handled.fs };
	int rc;

	rule.fd = open(path, O_PATH | O_CLOEXEC | flags);
	if (rule.fd < 0)
		return -errno;
	rc = syscall(SYS_landlock_add_rule, f->fd, RULE_PATH, &rule, 0u) < 0 ? -errno : 0;
	close(rule.fd);
	return rc;
}

int fence_let_write(struct fence *f, const char *path)
{
	return let(f, path, 0, FS_WRITE_FILE);
}

int fence_let_listen(struct fence *f, const char *folder)
{
	return let(f, folder, O_DIRECTORY, FS_MAKE_SOCK | FS_REMOVE_FILE);
}

int fence_let_port(struct fence *f, uint16_t port, bool listen)
{
	struct port_rule rule = { .allowed = listen ? NET_BIND_TCP : NET_CONNECT_TCP, .port = port };

	if (!f->handled.net)
		return 0;
	return syscall(SYS_landlock_add_rule, f->fd, RULE_PORT, &rule, 0u) < 0 ? -errno : 0;
}

int fence_enter(struct fence *f)
{
	return syscall(SYS_landlock_restrict_self, f->fd, 0u) < 0 ? -errno : 0;
}
