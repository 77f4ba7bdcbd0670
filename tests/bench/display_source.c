/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An X client that gives a viewer something to show: covers its whole screen, and
 *
 *      display_source video FPS    draws frame after frame, no two alike, each with its colour in all four corners
 *      display_source scroll FPS   scrolls text by a line at a time, as a terminal does, and colours a corner
 *      display_source type         draws a letter at each key press
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

#define CORNER 32 /* whole blocks of JPEG: their colour survives it */
#define LINE   16
#define LETTER 8

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

static void mark_corner(struct source *s, uint32_t number, unsigned side)
{
	XSetForeground(s->display, s->gc, number * 0x13579b & 0xffffff);
	XFillRectangle(s->display, s->window, s->gc, 0, 0, side, side);
}

/* The line above the text holds the mark. */
static void scroll(struct source *s, double fps)
{
	static const char words[] =
		"xenhub: device 7 is there: touchscreen, 10 slots; route app takes it since 12:03:44. ";
	uint64_t next = clock_now_ns();

	for (uint32_t number = 1;; number++) {
		int start = (int)(number * 7 % (sizeof(words) - 1));
		uint64_t now;

		XCopyArea(s->display, s->window, s->window, s->gc, 0, 2 * LINE, (unsigned)s->width,
			  (unsigned)(s->height - 2 * LINE), 0, LINE);
		XSetForeground(s->display, s->gc, 0x101018);
		XFillRectangle(s->display, s->window, s->gc, 0, s->height - LINE, (unsigned)s->width, LINE);
		XSetForeground(s->display, s->gc, 0xd0d0d0);
		for (int x = 0; x < s->width;
		     x += (int)(sizeof(words) - 1 - (size_t)start) * LETTER, start = 0)
			XDrawString(s->display, s->window, s->gc, x, s->height - 4, words + start,
				    (int)sizeof(words) - 1 - start);
		mark_corner(s, number, LINE);
		XSync(s->display, True);
		next += (uint64_t)(1e9 / fps);
		now = clock_now_ns();
		if (next > now)
			poll(NULL, 0, (int)((next - now) / NS_PER_MS));
	}
}

static void type(struct source *s)
{
	int per_line = s->width / LETTER, lines = s->height / LINE - 1;

	mark_corner(s, 1, CORNER);
	for (int count = 0;;) {
		XEvent event;

		XNextEvent(s->display, &event);
		if (event.type == Expose)
			mark_corner(s, 1, CORNER);
		XSetForeground(s->display, s->gc, 0xd0d0d0);
		if (event.type == KeyPress) {
			XDrawString(s->display, s->window, s->gc, count % per_line * LETTER,
				    LINE * (2 + count / per_line % lines) - 4, "e", 1);
			count++;
		}
		XFlush(s->display);
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
		mark_corner(s, number, 64);
		XFlush(s->display);
	}
}

int main(int argc, char **argv)
{
	struct source source = { 0 };

	if (argc < 2 || source_open(&source) < 0) {
		fprintf(stderr, "usage: DISPLAY=:N display_source video FPS | scroll FPS | type | react\n");
		return 2;
	}
	if (!strcmp(argv[1], "react"))
		react(&source);
	if (!strcmp(argv[1], "type"))
		type(&source);
	if (!strcmp(argv[1], "scroll"))
		scroll(&source, argc > 2 ? atof(argv[2]) : 30);
	return play(&source, argc > 2 ? atof(argv[2]) : 10);
}
