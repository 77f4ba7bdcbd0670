/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Without Xen's libraries. */
#include <errno.h>
#include <stdio.h>

#include "hub/link/xen.h"

int xen_check_built(char *why, size_t size)
{
	snprintf(why, size, "built without libxenvchan: install libxen-dev and build again");
	return -EPROTONOSUPPORT;
}

int xen_connect(struct link **out, const char *endpoint, char *why, size_t size)
{
	return xen_check_built(why, size);
}

int xen_find_channel(const char *rest, char *path, size_t path_size, char *why, size_t size)
{
	return xen_check_built(why, size);
}
