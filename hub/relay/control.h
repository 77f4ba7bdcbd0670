/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The socket that `xenhub-relay status` and the like ask: a line in, text out, and the end.
 *
 *	status, status json	the routes and links
 *	quiesce DOMAIN		ends what is served to a domain that is to be saved; one of the words below
 *	resume DOMAIN		serves it again
 */
#ifndef HUB_RELAY_CONTROL_H
#define HUB_RELAY_CONTROL_H

#include <sys/types.h>

#include "hub/core/loop.h"

#define CONTROL_CLIENTS_MAX 8
#define CONTROL_ANSWER_MS   2000 /* for a client to ask, and to read */
#define CONTROL_WORDS_MAX   300  /* of a question, with its end */

#define CONTROL_DONE    "done\n"
#define CONTROL_NOT_YET "not yet\n" /* ask again */
#define CONTROL_HELD    "held\n"    /* the domain has not let go */
#define CONTROL_NOTHING "nothing\n" /* is served to that domain */

struct control;
struct relay;

/* 0 or -errno, with a line said. */
int control_create(struct control **out, struct loop *loop, const char *path, gid_t gid, struct relay *relay);
void control_destroy(struct control *control);

#endif
