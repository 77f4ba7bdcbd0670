/*
 * A command of the configuration, run when the battery or a chord asks for it: words separated by blanks, no shell, one
 * at a time. Its end is logged.
 */
#ifndef HUB_DAEMON_ACTION_H
#define HUB_DAEMON_ACTION_H

#include <sys/types.h>

#include "hub/core/loop.h"

#define ACTION_WORDS_MAX 32

struct action {
	struct loop *loop;
	struct loop_fd *source; /* NULL: none runs */
	int pidfd;
	pid_t pid;
};

void action_init(struct action *action, struct loop *loop);
/* Lets one that runs go on by itself. */
void action_finish(struct action *action);

/* 0; -EBUSY while one runs; -E2BIG; or why it could not be started. Each is logged. */
int action_run(struct action *action, const char *command);

#endif
