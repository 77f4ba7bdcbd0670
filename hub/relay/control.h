/* The socket that `xenhub-relay status` asks: a line with a word in, text out, and the end. */
#ifndef HUB_RELAY_CONTROL_H
#define HUB_RELAY_CONTROL_H

#include <stdbool.h>
#include <sys/types.h>

#include "hub/core/loop.h"

#define CONTROL_CLIENTS_MAX 8
#define CONTROL_ANSWER_MS   2000 /* for a client to ask, and to read */

struct control;
struct relay;

/* 0 or -errno, with a line said. */
int control_create(struct control **out, struct loop *loop, const char *path, gid_t gid,
		   const struct relay *relay);
void control_destroy(struct control *control);

/* The other side: asks, and prints the answer. An exit code. */
int control_status(const char *path, bool json);

#endif
