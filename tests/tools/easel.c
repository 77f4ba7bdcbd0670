/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small X client that shows what a pointer does to it: lines where it drags, dots where it clicks, rings for the right
 * button, arrows for the wheel. It covers the screen. For ./demo. With --log it
 * draws nothing and writes every event as a line, for tests.
 */
#include <X11/XKBlib.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GRID 64
#define MARK 28
#define DOT  9
#define RING 22

static const unsigned long colours[] = { 0xffd166, 0x06d6a0, 0xef476f, 0x4cc9f0, 0xf78c6b, 0xb8f2e6 };

struct easel {
	Display *display;
	Window window;
	GC gc;
	int width, height;
	unsigned strokes;
	int x, y; /* where the line goes on */
	int typed;
	bool log;
};

static void draw_mark(struct easel *e, int x, int y, unsigned long colour)
{
	XSetForeground(e->display, e->gc, colour);
	XFillRectangle(e->display, e->window, e->gc, x, y, MARK, MARK);
}

/* A grid, and corners that differ: whoever sees it knows which way up it lies. */
static void draw_ground(struct easel *e)
{
	XSetForeground(e->display, e->gc, 0x16324f);
	XFillRectangle(e->display, e->window, e->gc, 0, 0, (unsigned)e->width, (unsigned)e->height);
	XSetForeground(e->display, e->gc, 0x1f4468);
	for (int x = GRID; x < e->width; x += GRID)
		XDrawLine(e->display, e->window, e->gc, x, 0, x, e->height);
	for (int y = GRID; y < e->height; y += GRID)
		XDrawLine(e->display, e->window, e->gc, 0, y, e->width, y);
	draw_mark(e, 0, 0, 0xff0000);
	draw_mark(e, e->width - MARK, 0, 0x00ff00);
	draw_mark(e, 0, e->height - MARK, 0x0000ff);
	draw_mark(e, e->width - MARK, e->height - MARK, 0xffffff);
}

static void draw_arrow(struct easel *e, int x, int y, unsigned button)
{
	static const int ways[4][2] = { { 0, -1 }, { 0, 1 }, { -1, 0 }, { 1, 0 } };
	int dx = ways[button - Button4][0], dy = ways[button - Button4][1];
	XPoint points[3] = { { (short)(x + dx * 24), (short)(y + dy * 24) },
			     { (short)(x + dx * 10 - dy * 9), (short)(y + dy * 10 + dx * 9) },
			     { (short)(x + dx * 10 + dy * 9), (short)(y + dy * 10 - dx * 9) } };

	XFillPolygon(e->display, e->window, e->gc, points, 3, Convex, CoordModeOrigin);
}

static void press(struct easel *e, const XButtonEvent *event)
{
	if (event->button == Button1)
		e->strokes++;
	XSetForeground(e->display, e->gc, colours[e->strokes % (sizeof(colours) / sizeof(colours[0]))]);
	if (event->button >= Button4 && event->button < Button4 + 4)
		draw_arrow(e, event->x, event->y, event->button);
	else if (event->button == Button3)
		XDrawArc(e->display, e->window, e->gc, event->x - RING, event->y - RING, 2 * RING, 2 * RING,
			 0, 360 * 64);
	else
		XFillArc(e->display, e->window, e->gc, event->x - DOT, event->y - DOT, 2 * DOT, 2 * DOT, 0,
			 360 * 64);
	e->x = event->x;
	e->y = event->y;
}

static void move(struct easel *e, const XMotionEvent *event)
{
	if (event->state & (Button1Mask | Button3Mask))
		XDrawLine(e->display, e->window, e->gc, e->x, e->y, event->x, event->y);
	e->x = event->x;
	e->y = event->y;
}

static void type(struct easel *e, XKeyEvent *event, bool down)
{
	KeySym symbol = NoSymbol;
	char text[16];
	int length = XLookupString(event, text, sizeof(text), &symbol, NULL);

	if (e->log)
		printf("key %s %lx %u\n", down ? "down" : "up", symbol, event->keycode);
	if (e->log || !down || length <= 0 || (unsigned char)text[0] < ' ')
		return;
	XSetForeground(e->display, e->gc, 0xffffff);
	XDrawString(e->display, e->window, e->gc, MARK + 8 + 8 * e->typed++ % (e->width - 3 * MARK),
		    e->height - 10, text, length);
}

static void handle(struct easel *e, XEvent *event)
{
	switch (event->type) {
	case Expose:
		draw_ground(e);
		break;
	case ConfigureNotify:
		/* The root's: the server has another size. */
		e->width = event->xconfigure.width;
		e->height = event->xconfigure.height;
		XResizeWindow(e->display, e->window, (unsigned)e->width, (unsigned)e->height);
		draw_ground(e);
		if (e->log)
			printf("easel %dx%d\n", e->width, e->height);
		break;
	case ButtonPress:
		if (!e->log)
			press(e, &event->xbutton);
		else
			printf("press %u %d %d\n", event->xbutton.button, event->xbutton.x, event->xbutton.y);
		break;
	case ButtonRelease:
		if (e->log)
			printf("release %u %d %d\n", event->xbutton.button, event->xbutton.x,
			       event->xbutton.y);
		break;
	case MotionNotify:
		if (!e->log)
			move(e, &event->xmotion);
		else
			printf("move %d %d\n", event->xmotion.x, event->xmotion.y);
		break;
	case KeyPress:
	case KeyRelease:
		type(e, &event->xkey, event->type == KeyPress);
		break;
	case MappingNotify:
		XRefreshKeyboardMapping(&event->xmapping);
		break;
	}
}

int main(int argc, char **argv)
{
	struct easel e = { .log = argc > 1 && !strcmp(argv[1], "--log") };
	XSetWindowAttributes attributes = { .override_redirect = True };
	Window root;

	e.display = XOpenDisplay(NULL);
	if (!e.display) {
		fprintf(stderr, "easel: no X server at DISPLAY\n");
		return EXIT_FAILURE;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	root = DefaultRootWindow(e.display);
	e.width = DisplayWidth(e.display, DefaultScreen(e.display));
	e.height = DisplayHeight(e.display, DefaultScreen(e.display));
	attributes.event_mask = ExposureMask | ButtonPressMask | ButtonReleaseMask | PointerMotionMask |
				KeyPressMask | KeyReleaseMask;
	e.window =
		XCreateWindow(e.display, root, 0, 0, (unsigned)e.width, (unsigned)e.height, 0, CopyFromParent,
			      InputOutput, CopyFromParent, CWOverrideRedirect | CWEventMask, &attributes);
	e.gc = XCreateGC(e.display, e.window, 0, NULL);
	XSetLineAttributes(e.display, e.gc, 4, LineSolid, CapRound, JoinRound);
	XSelectInput(e.display, root, StructureNotifyMask);
	XMapRaised(e.display, e.window);
	XkbSetDetectableAutoRepeat(e.display, True, NULL);
	XSetInputFocus(e.display, PointerRoot, RevertToPointerRoot, CurrentTime);
	if (e.log)
		printf("easel %dx%d\n", e.width, e.height);
	for (;;) {
		XEvent event;

		XNextEvent(e.display, &event);
		handle(&e, &event);
	}
}
