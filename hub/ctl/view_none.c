/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Without libxenstore. */
#include <errno.h>
#include <stdio.h>

#include "hub/ctl/view.h"

int view_read(struct statemap *map, char why[VIEW_WHY_MAX])
{
	snprintf(why, VIEW_WHY_MAX,
		 "built without libxenstore; install its development files and build again");
	return -EPROTONOSUPPORT;
}
