/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Serial lines: terminals, hvc consoles, pseudo-terminals and the sockets that stand for them, framed (framing.h). */
#ifndef HUB_LINK_TTY_H
#define HUB_LINK_TTY_H

#include <stdbool.h>
#include <stddef.h>

#define TTY_PATH_MAX 108 /* a unix socket's, too */
#define TTY_DRAIN_MS 500 /* for what a closed link has taken to leave */

struct link;

/*
 * Opens a terminal, made raw, or connects to a unix socket. Returns the fd, non-blocking, or -errno (-ENODEV from a console that
 * has nothing behind it).
 */
int tty_open(const char *path);

/*
 * A link over the line; the fd is taken over, on failure too. caller: begins the session; otherwise waits for one (ops->meet), and
 * ops->close may take TTY_DRAIN_MS. The link ends with its session.
 */
int tty_link_create(struct link **out, int fd, bool caller, const char *peer);

/* tty_open and tty_link_create as the caller. */
int tty_connect(struct link **out, const char *path);

#endif
