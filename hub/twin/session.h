/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The twins of one hub: what libxenhub tells goes to them, what uinput tells goes back. One event loop, no thread.
 */
#ifndef HUB_TWIN_SESSION_H
#define HUB_TWIN_SESSION_H

#include "hub/client/xenhub.h"

/* Runs until SIGINT, SIGTERM or, with options->once, the end of the link. Returns one of enum exit_code. */
int session_run(const char *link, const struct xenhub_options *options);

#endif
