/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moving focus, whoever asks: the control socket, a chord, XenStore. */
#ifndef HUB_DAEMON_FOCUS_H
#define HUB_DAEMON_FOCUS_H

#include <stddef.h>

#include "hub/model/hub.h"

/* "all", "none", or who has it. */
const char *focus_text(const struct hub *hub);

/*
 * To a name, or "next", "all", "none". who asks is for the log, where a move is told. 0, or -errno with the
 * reason in why, to be told by the caller.
 */
int focus_move(struct hub *hub, const char *to, const char *who, char *why, size_t size);

#endif
