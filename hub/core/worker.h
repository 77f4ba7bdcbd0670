/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The slow thread: owns everything that may block (sysfs, udev, opening devices, XenStore, IIO). It runs an event loop of its
 * own; tasks go to it and results come back as calls, each on its own thread, in order. Nothing is shared but what a call carries.
 */
#ifndef HUB_CORE_WORKER_H
#define HUB_CORE_WORKER_H

#include "hub/core/loop.h"

#define WORKER_TASKS_MAX 1024 /* that may wait in each direction */

struct worker;

/* Starts the thread. Signals stay with the calling thread. 0 or -errno. */
int worker_create(struct worker **out, struct loop *main_loop);

/* Lets the task that runs end, drops those that wait, joins the thread, and only then runs the replies that were on their way. */
void worker_destroy(struct worker *worker);

/* From the main thread: fn(data) on the slow one. 0, -ENOSPC or -ENOMEM. */
int worker_run(struct worker *worker, loop_fn fn, void *data);

/* From the slow thread: fn(data) on the main one. 0, -ENOSPC or -ENOMEM. */
int worker_reply(struct worker *worker, loop_fn fn, void *data);

/* The slow thread's loop: to be touched on that thread only. */
struct loop *worker_loop(struct worker *worker);

#endif
