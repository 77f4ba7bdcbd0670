/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the relay gives up before it carries the first byte of a stranger's. What it does is logged. */
#ifndef HUB_RELAY_CONFINE_H
#define HUB_RELAY_CONFINE_H

#include "hub/relay/config.h"

/*
 * Once the configuration is known, with no_new_privs, before there are threads or sockets: what its endpoints need stays possible, for ever.
 * Where it cannot be, the relay goes on without, and says so.
 */
void confine(const struct config *config);

#endif
