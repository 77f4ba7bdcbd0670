/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the daemon filters its own system calls, as the configuration and the build have it; what it does is logged. */
#ifndef HUB_DAEMON_CONFINE_H
#define HUB_DAEMON_CONFINE_H

#include "hub/daemon/config.h"

/*
 * Before any thread, socket or device, and after the helpers of actions. Where it cannot be, the daemon goes on without, and says so.
 */
void confine(const struct config *config);

#endif
