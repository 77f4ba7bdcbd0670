/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event loop: one epoll, file descriptors, deadlines and signals. Not thread-safe but for loop_quit; one loop a thread.
 *
 * Nothing wakes when nothing happens: timers share one timerfd, armed for the nearest deadline only. Handlers may add and
 * remove any source, their own included, at any time: a removed source gets no further call, even within the same batch.
 */
#ifndef HUB_CORE_LOOP_H
#define HUB_CORE_LOOP_H

#include <stdint.h>

struct loop;
struct loop_fd;
struct loop_timer;
struct loop_hook;

/* events is a mask of EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR as epoll reported it. */
typedef void (*loop_fd_fn)(void *data, int fd, uint32_t events);
typedef void (*loop_fn)(void *data);
typedef void (*loop_signal_fn)(void *data, int signo);

/* 0 or -errno. Destroying frees all sources that are left; it closes no fd that it was given. */
int loop_create(struct loop **out);
void loop_destroy(struct loop *loop);

/* The fd stays the caller's. NULL and errno when memory or epoll refuses. */
struct loop_fd *loop_add_fd(struct loop *loop, int fd, uint32_t events, loop_fd_fn fn, void *data);
int loop_fd_events(struct loop_fd *source, uint32_t events);
void loop_remove_fd(struct loop_fd *source);

/* A one-shot deadline, unarmed at first. CLOCK_NEVER disarms. Arming and disarming never fail. */
struct loop_timer *loop_add_timer(struct loop *loop, loop_fn fn, void *data);
void loop_timer_at(struct loop_timer *timer, uint64_t deadline_ns);
void loop_remove_timer(struct loop_timer *timer);

/*
 * Called once before the first sleep and after each batch of handlers, the last one included: what a batch produced leaves in
 * one go.
 */
struct loop_hook *loop_add_hook(struct loop *loop, loop_fn fn, void *data);
void loop_remove_hook(struct loop_hook *hook);

/* Blocks signo for the process and delivers it here. Call before threads are made. */
int loop_add_signal(struct loop *loop, int signo, loop_signal_fn fn, void *data);

/* Returns the value given to loop_quit, or -errno when epoll fails. */
int loop_run(struct loop *loop);

/*
 * Ends loop_run after the present batch and its hooks, or ends its sleep. May be called from any thread, from handlers, and
 * before loop_run.
 */
void loop_quit(struct loop *loop, int value);

/* The time at which the present batch began, CLOCK_MONOTONIC nanoseconds. */
uint64_t loop_now(const struct loop *loop);

#endif
