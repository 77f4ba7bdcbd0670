/* SPDX-License-Identifier: GPL-2.0-or-later */
/* This domain's view in XenStore, as Dom0's hub has published it: see docs/xenstore.md. */
#ifndef HUB_CTL_VIEW_H
#define HUB_CTL_VIEW_H

#include <stddef.h>

#include "hub/ctl/statemap.h"

#define VIEW_WHY_MAX 256

/*
 * Reads all of it into the map, of one moment. 0; -ENOENT: nothing is published here; -EPROTONOSUPPORT: built
 * without libxenstore; or another -errno. why: a sentence, with what to do.
 */
int view_read(struct statemap *map, char why[VIEW_WHY_MAX]);

#endif
