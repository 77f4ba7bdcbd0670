/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The other side of control.h: asks the relay behind a control socket. Each gives an exit code, and has said why. */
#ifndef HUB_RELAY_ASK_H
#define HUB_RELAY_ASK_H

#include <stdbool.h>

#define ASK_AGAIN_MS 50

/* Prints the answer. */
int ask_status(const char *path, bool json);

/* Until it has let go. if_served: that nothing is served to that domain is no failure. */
int ask_quiesce(const char *path, const char *domain, bool if_served);
int ask_resume(const char *path, const char *domain, bool if_served);

#endif
