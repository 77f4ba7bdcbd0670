/* SPDX-License-Identifier: GPL-2.0-or-later */
#define LOG_MODULE "slate"
#include "hub/publish/slate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <xenstore.h>

#include "hub/core/log.h"
#include "hub/xen/store.h"

void slate_init(struct slate *slate)
{
	slate->told = -1;
}

/* An empty node is there as well. */
static bool is_there(struct xs_handle *xs, const char *path)
{
	unsigned len;
	char *value = xs_read(xs, XBT_NULL, path, &len);

	free(value);
	return value;
}

static void tell(struct xs_handle *xs, const char *domid, const char *mode)
{
	char path[XEN_PATH_MAX];
	int rc;

	if (store_read_number(xs, "/local/domain/%s/control/feature-laptop-slate-mode", domid) != 1)
		return;
	snprintf(path, sizeof(path), "/local/domain/%s/control/laptop-slate-mode", domid);
	if (!is_there(xs, path))
		return;
	rc = store_write(xs, path, mode);
	if (rc < 0)
		log_warn_errno(-rc, "%s: cannot write %s", path, mode);
	else
		log_info("domain %s is told: %s", domid, mode);
}

static void tell_all(const char *mode)
{
	struct xs_handle *xs = xs_open(0);
	unsigned n = 0;
	char **domids;

	if (!xs) {
		log_warn_errno(errno, "no answer from XenStore: no guest is told of the %s mode", mode);
		return;
	}
	domids = xs_directory(xs, XBT_NULL, "/local/domain", &n);
	if (!domids)
		log_warn_errno(errno, "cannot list domains: no guest is told of the %s mode", mode);
	for (unsigned i = 0; domids && i < n; i++)
		tell(xs, domids[i], mode);
	free(domids);
	xs_close(xs);
}

static void to_laptop(void *data)
{
	tell_all("laptop");
}

static void to_slate(void *data)
{
	tell_all("slate");
}

void slate_update(struct slate *slate, struct worker *worker, const struct states *states)
{
	const struct state_node *node = states_find(states, "switch/tablet-mode");

	if (!node || node->integer == slate->told)
		return;
	if (!worker_run(worker, node->integer ? to_slate : to_laptop, NULL))
		slate->told = node->integer;
}
