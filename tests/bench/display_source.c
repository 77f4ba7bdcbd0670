/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An X client that gives a viewer something to show: covers its whole screen, and
 *
 *      display_source video FPS    draws frame after frame, no two alike, each with its colour in all four corners
 *      display_source react        changes its colour at each key press and each motion of the pointer
 */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XShm.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include "hub/core/clock.h"

#define CORNER 8

struct source {
	Display *display;
	Window window;
	GC gc;
	int width, height;
	XImage *image;
	XShmSegmentInfo shm;
};

static int source_open(struct source *s)
{
	XSetWindowAttributes attributes = { .override_redirect = True };

	s->display = XOpenDisplay(NULL);
	if (!s->display)
		return -1;
	s->width = DisplayWidth(s->display, 0);
	s->height = DisplayHeight(s->display, 0);
	s->window = XCreateWindow(s->display, DefaultRootWindow(s->display), 0, 0, (unsigned)s->width,
				  (unsigned)s->height, 0, CopyFromParent, InputOutput, CopyFromParent,
				  CWOverrideRedirect, &attributes);
	XSelectInput(s->display, s->window, KeyPressMask | PointerMotionMask | ExposureMask);
	XMapRaised(s->display, s->window);
	XSetInputFocus(s->display, PointerRoot, RevertToPointerRoot, CurrentTime);
	s->gc = XCreateGC(s->display, s->window, 0, NULL);
	return 0;
}

static int source_share(struct source *s)
{
	s->image = XShmCreateImage(s->display, DefaultVisual(s->display, 0),
				   (unsigned)DefaultDepth(s->display, 0), ZPixmap, NULL, &s->shm,
				   (unsigned)s->width, (unsigned)s->height);
	if (!s->image || s->image->bits_per_pixel != 32)
		return -1;
	s->shm.shmid =
		shmget(IPC_PRIVATE, (size_t)s->image->bytes_per_line * (size_t)s->height, IPC_CREAT | 0600);
	s->shm.shmaddr = s->image->data = shmat(s->shm.shmid, NULL, 0);
	XShmAttach(s->display, &s->shm);
	XSync(s->display, False);
	shmctl(s->shm.shmid, IPC_RMID, NULL);
	return 0;
}

static void mark(struct source *s, int x, int y, uint32_t colour)
{
	for (int row = y; row < y + CORNER; row++)
		for (int column = x; column < x + CORNER; column++)
			((uint32_t *)(void *)(s->image->data + row * s->image->bytes_per_line))[column] =
				colour;
}

/* Moving waves: smooth as a film, and different in every pixel from the frame before. */
static void draw_frame(struct source *s, uint32_t number)
{
	uint32_t colour = number * 0x13579b & 0xffffff;

	for (int y = 0; y < s->height; y++) {
		uint32_t *row = (uint32_t *)(void *)(s->image->data + y * s->image->bytes_per_line);

		for (int x = 0; x < s->width; x++) {
			uint32_t red = (uint32_t)(x + (int)number * 5) >> 2,
				 blue = (uint32_t)(y - (int)number * 3) >> 2;

			row[x] = (red & 255) << 16 | ((red ^ blue) & 255) << 8 | (blue & 255);
		}
	}
	mark(s, 0, 0, colour);
	mark(s, s->width - CORNER, 0, colour);
	mark(s, 0, s->height - CORNER, colour);
	mark(s, s->width - CORNER, s->height - CORNER, colour);
	XShmPutImage(s->display, s->window, s->gc, s->image, 0, 0, 0, 0, (unsigned)s->width,
		     (unsigned)s->height, False);
	XSync(s->display, False);
}

static int play(struct source *s, double fps)
{
	uint64_t next = clock_now_ns();

	if (source_share(s) < 0)
		return 1;
	for (uint32_t number = 1;; number++) {
		uint64_t now;

		draw_frame(s, number);
		next += (uint64_t)(1e9 / fps);
		now = clock_now_ns();
		if (next > now)
			poll(NULL, 0, (int)((next - now) / NS_PER_MS));
	}
}

static void react(struct source *s)
{
	uint32_t number = 1;

	for (;;) {
		XEvent event;

		XNextEvent(s->display, &event);
		if (event.type == KeyPress || event.type == MotionNotify)
			number++;
		XSetForeground(s->display, s->gc, number * 0x13579b & 0xffffff);
		XFillRectangle(s->display, s->window, s->gc, 0, 0, 64, 64);
		XFlush(s->display);
	}
}

int main(int argc, char **argv)
{
	struct source source = { 0 };

	if (argc < 2 || source_open(&source) < 0) {
		fprintf(stderr, "usage: DISPLAY=:N display_source video FPS | react\n");
		return 2;
	}
	if (!strcmp(argv[1], "react"))
		react(&source);
	return play(&source, argc > 2 ? atof(argv[2]) : 10);
}
