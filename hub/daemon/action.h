/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A command of the configuration, run when the battery or a chord asks for it: words separated by blanks, no shell, one
 * at a time. Its end is logged.
 *
 * A helper process runs it, made before the daemon gives up the right to (hub/core/sandbox.h): it knows this one command and takes no other,
 * and the command inherits nothing of the daemon's confinement.
 */
#ifndef HUB_DAEMON_ACTION_H
#define HUB_DAEMON_ACTION_H

#include <stdbool.h>

#include "hub/core/loop.h"

#define ACTION_WORDS_MAX 32

struct action {
	struct loop *loop;
	const char *command;
	struct loop_fd *source;
	int fd;       /* to the helper; -1: there is none */
	bool running; /* from when it is asked for until its end */
	bool started;
};

void action_init(struct action *action, struct loop *loop);

/*
 * Starts the helper. Before there are threads, and before sandbox_enter. The command must outlive the action. 0; -EINVAL without a
 * word, -E2BIG; or why there is no helper. Each is logged.
 */
int action_prepare(struct action *action, const char *command);

/* Lets one that runs go on by itself; the helper ends with it. */
void action_finish(struct action *action);

/*
 * Asks the helper, and does not wait for it: whether the command could be started is logged, and so is its end. 0; -EBUSY while it runs
 * (logged); -ENOTCONN: not prepared; or why the helper could not be asked (logged).
 */
int action_run(struct action *action);

#endif
