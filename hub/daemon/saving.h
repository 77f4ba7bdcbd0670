/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `xenhub quiesce` and `xenhub resume` are about: all that a domain has mapped, so that it can be saved. */
#ifndef HUB_DAEMON_SAVING_H
#define HUB_DAEMON_SAVING_H

#include "hub/daemon/endpoints.h"
#include "hub/daemon/sources.h"

/*
 * Ends the links of this domain, its routes, and what it is a source by, and makes none until the other. 0 once all has been let go of;
 * -EAGAIN: not yet, ask again; -EBUSY: it will not; -ENOENT: nothing is that domain's; another -errno.
 */
int saving_quiesce(struct endpoints *endpoints, struct sources *sources, const char *domain);
int saving_resume(struct endpoints *endpoints, struct sources *sources, const char *domain);

#endif
