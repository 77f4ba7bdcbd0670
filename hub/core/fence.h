/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a program may change outside itself from a point on (Landlock): files are read as before, but written, made and removed only where
 * it is said here; no program is run, TCP goes to and from the ports that are said alone, and no process outside is sent a signal.
 * For ever, for this thread and those it makes. A kernel that has less fences less: files since 5.13, ports since 6.7, signals
 * since 6.12.
 */
#ifndef HUB_CORE_FENCE_H
#define HUB_CORE_FENCE_H

#include <stdbool.h>
#include <stdint.h>

struct fence;

/* 0, -ENOMEM, or -EOPNOTSUPP: the kernel has none. */
int fence_create(struct fence **out);
void fence_destroy(struct fence *fence);

/* What is there, or below, may be opened for writing; unix sockets may be made and removed in that folder. 0; -ENOENT, or another -errno. */
int fence_let_write(struct fence *fence, const char *path);
int fence_let_listen(struct fence *fence, const char *folder);

/* TCP: listened on there, or connected to there. */
int fence_let_port(struct fence *fence, uint16_t port, bool listen);

/* Needs no_new_privs. Call before there are other threads. 0 or -errno. */
int fence_enter(struct fence *fence);

#endif
