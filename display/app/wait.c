/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/app/wait.h"

/* SDL's header wants Xlib's where SDL was built with it; without that one SDL waits. */
#include <SDL_config.h>
#if defined(SDL_VIDEO_DRIVER_X11) && __has_include(<X11/Xlib.h>)
#define WAIT_ON_X11 1
#include <SDL_syswm.h>
#endif

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

static int window_fd(SDL_Window *window)
{
#ifdef WAIT_ON_X11
	SDL_SysWMinfo info;

	SDL_VERSION(&info.version);
	if (SDL_GetWindowWMInfo(window, &info) && info.subsystem == SDL_SYSWM_X11)
		return ConnectionNumber(info.info.x11.display);
#endif
	return -1;
}

void wait_init(struct app_wait *w, SDL_Window *window, Uint32 event)
{
	*w = (struct app_wait){ .window_fd = window_fd(window), .wake_fd = -1, .event = event };
	if (w->window_fd >= 0)
		w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->wake_fd < 0)
		w->window_fd = -1;
}

void wait_finish(struct app_wait *w)
{
	if (w->wake_fd >= 0)
		close(w->wake_fd);
	w->window_fd = w->wake_fd = -1;
}

void wait_wake(struct app_wait *w)
{
	SDL_Event event = { .user = { .type = w->event } };
	uint64_t one = 1;

	if (atomic_exchange(&w->pending, true))
		return;
	if (w->wake_fd < 0)
		SDL_PushEvent(&event);
	else if (write(w->wake_fd, &one, sizeof(one)) < 0)
		return; /* the counter is full: it is awake */
}

/* Without the mark that SDL puts behind what it found. */
static SDL_bool has_events(void)
{
	SDL_PumpEvents();
	return SDL_HasEvents(SDL_FIRSTEVENT, SDL_POLLSENTINEL - 1) ||
	       SDL_HasEvents(SDL_POLLSENTINEL + 1, SDL_LASTEVENT);
}

void wait_for(struct app_wait *w, int timeout_ms)
{
	struct pollfd fds[2] = { { .fd = w->window_fd, .events = POLLIN },
				 { .fd = w->wake_fd, .events = POLLIN } };
	uint64_t count;

	if (w->window_fd < 0)
		SDL_WaitEventTimeout(NULL, timeout_ms);
	else if (!has_events() && poll(fds, 2, timeout_ms) > 0 && fds[1].revents &&
		 read(w->wake_fd, &count, sizeof(count)) < 0)
		return; /* nothing was there */
	/* Before anything is looked at: whoever changes it from now on wakes us again. */
	atomic_store(&w->pending, false);
}
