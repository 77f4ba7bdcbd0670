/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where SDL's thread sleeps: until the window system says something, another thread wakes it, or a time has passed.
 *
 * SDL wakes a thread by a message through the X server, which passes it on after whatever it is busy with: a copied
 * screen takes it milliseconds. On X11 we sleep on SDL's connection and a descriptor of our own. Elsewhere SDL waits.
 */
#ifndef XENHUB_DISPLAY_WAIT_H
#define XENHUB_DISPLAY_WAIT_H

#include <SDL.h>
#include <stdatomic.h>

struct app_wait {
	int window_fd; /* SDL's connection; -1: SDL waits */
	int wake_fd;   /* an eventfd; -1 with the other */
	Uint32 event;  /* what wakes SDL, where it waits */
	atomic_bool pending;
};

/* `event` is a user event's type, which the caller's handler ignores. */
void wait_init(struct app_wait *w, SDL_Window *window, Uint32 event);
void wait_finish(struct app_wait *w);

/* From any thread. Any number of calls is one reason to look. */
void wait_wake(struct app_wait *w);

/* Returns at once if SDL has events, or somebody woke us since the last call. timeout_ms -1: for ever. */
void wait_for(struct app_wait *w, int timeout_ms);

#endif
