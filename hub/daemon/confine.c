/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/daemon/confine.h"

#include "hub/core/sandbox.h"

void confine(const struct config *config)
{
	static const struct sandbox_needs needs = {
		/* sysfs is looked through, and what is kept is written beside its place and renamed. */
		.calls = "inotify_init1 inotify_add_watch inotify_rm_watch getdents getdents64 mkdir mkdirat "
			 "rename "
			 "renameat renameat2 ftruncate ftruncate64 fsync fdatasync memfd_create",
		.netlink = true,
	};

	sandbox_confine(config->sandbox, &needs, "[daemon] sandbox");
}
