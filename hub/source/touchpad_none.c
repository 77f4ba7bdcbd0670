/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Without libinput: touchpads are passed raw only. */
#include "hub/source/touchpad.h"

#include <errno.h>

int touchpads_create(struct touchpads **out, struct loop *loop, struct hub *hub)
{
	return -ENOSYS;
}

void touchpads_destroy(struct touchpads *touchpads, uint64_t now_ns)
{
}

int touchpads_add(struct touchpads *touchpads, const char *devnode, const struct descriptor *d, bool grab,
		  uint64_t now_ns)
{
	return -ENOSYS;
}

void touchpads_remove(struct touchpads *touchpads, const char *devnode, enum reason reason, uint64_t now_ns)
{
}

void touchpads_set_grab(struct touchpads *touchpads, bool grab)
{
}

void touchpads_set_covered(struct touchpads *touchpads, bool covered, uint64_t now_ns)
{
}
