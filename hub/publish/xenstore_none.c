/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Without libxenstore: states go to the control socket and the stream only. */
#include "hub/publish/xenstore.h"

#include <errno.h>

bool xenstore_is_here(void)
{
	return false;
}

int xenstore_create(struct xenstore **out, struct worker *worker, struct states *states)
{
	return -ENOSYS;
}

void xenstore_destroy(struct xenstore *xenstore)
{
}

void xenstore_withdraw(struct xenstore *xenstore)
{
}

void xenstore_set_view(struct xenstore *xenstore, unsigned index, uint32_t domid, const struct states *states)
{
}

void xenstore_on_focus(struct xenstore *xenstore, void (*fn)(void *data, const char *name), void *data)
{
}

void xenstore_on_health(struct xenstore *xenstore, void (*fn)(void *data, const char *text), void *data)
{
}

void xenstore_publish(struct xenstore *xenstore)
{
}

void xenstore_get_counters(const struct xenstore *xenstore, struct xenstore_counters *counters)
{
	*counters = (struct xenstore_counters){ 0 };
}
