/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a hub has written, taken away: what an earlier one left, and in the end our own. */
#define LOG_MODULE "xenstore"
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <xen/io/xs_wire.h>

#include "hub/core/log.h"
#include "hub/core/text.h"
#include "hub/publish/xenstore_private.h"
#include "hub/publish/xslink.h"

#define CONFLICTS_MAX 16
#define IDS_MAX       4096 /* bytes of the list of domains */

/* A view has a serial; without one, what stands there is somebody else's. */
static int clear_view(struct xenstore *x, uint32_t tx, long id)
{
	char base[64], path[80];
	int rc;

	snprintf(base, sizeof(base), "/local/domain/%ld/xenhub", id);
	if (!strcmp(base, x->base))
		return xenstore_clear_tree(x, tx, base);
	snprintf(path, sizeof(path), "%s/serial", base);
	rc = xslink_call(x->link, tx, XS_READ, path, NULL, 0, NULL, 0);
	if (rc)
		return rc == -ENOENT ? 0 : rc;
	return xenstore_clear_tree(x, tx, base);
}

static int clear_all(struct xenstore *x, uint32_t tx)
{
	char ids[IDS_MAX + 1];
	int rc = xslink_call(x->link, tx, XS_DIRECTORY, "/local/domain", NULL, 0, ids, sizeof(ids));
	long id;

	/* A guest may not look around, and can have written its own tree alone. */
	if (rc == -EACCES)
		return xenstore_clear_tree(x, tx, x->base);
	if (rc)
		return rc == -ENOENT ? 0 : rc;
	for (const char *name = ids; *name && !rc; name += strlen(name) + 1)
		if (text_to_long(name, 10, 0, UINT16_MAX, &id) == 0)
			rc = clear_view(x, tx, id);
	return rc;
}

int xenstore_sweep(struct xenstore *x)
{
	unsigned tries = 0;
	uint32_t tx;
	int rc;

	do {
		rc = xslink_begin(x->link, &tx);
		if (rc)
			break;
		rc = clear_all(x, tx);
		if (rc)
			xslink_abort(x->link, tx);
		else
			rc = xslink_end(x->link, tx);
	} while (rc == -EAGAIN && ++tries < CONFLICTS_MAX);
	if (rc)
		log_warn_errno(-rc, "XenStore: what a hub has written there cannot be removed");
	return rc;
}

void xenstore_withdraw(struct xenstore *x)
{
	x->worker = NULL;
	if (x->link && x->swept)
		xenstore_sweep(x);
}
