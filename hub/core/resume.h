/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tells when the machine has slept: without a session manager there is nobody to ask, but the kernel cancels timers on the
 * real-time clock at each resume (and at each setting of the clock), and CLOCK_BOOTTIME runs on while CLOCK_MONOTONIC does not.
 * Costs no wake-up.
 */
#ifndef HUB_CORE_RESUME_H
#define HUB_CORE_RESUME_H

#include "hub/core/loop.h"

struct resume_watch;

/* fn is called on the loop after each sleep. 0 or -errno. */
int resume_watch_create(struct resume_watch **out, struct loop *loop, loop_fn fn, void *data);
void resume_watch_destroy(struct resume_watch *watch);

#endif
