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

void xenstore_publish(struct xenstore *xenstore)
{
}

void xenstore_get_counters(const struct xenstore *xenstore, struct xenstore_counters *counters)
{
	*counters = (struct xenstore_counters){ 0 };
}
