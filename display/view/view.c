/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "display/view/view.h"

#include <errno.h>

/*
 * Everything is done in "turned" coordinates u, v: the remote after rotation, before scaling. A window
 * coordinate differs from those by one offset and one ratio per axis; a remote coordinate by a swap and up to
 * two mirrorings.
 */
struct turned {
	int w, h;
};

static struct turned turned_size(const struct view *view)
{
	if (rotation_is_sideways(view->rotation))
		return (struct turned){ view->remote_h, view->remote_w };
	return (struct turned){ view->remote_w, view->remote_h };
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a >= 0 ? a / b : -((b - 1 - a) / b);
}

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

static int at_least_one(int64_t value)
{
	return value < 1 ? 1 : (int)value;
}

/* Scales w x h by the smaller (or, to cover, the larger) of the two ratios to the window; the sizes are
 * rounded to nearest. */
static void scale_by_ratio(const struct view *view, struct turned size, bool cover, struct rect *picture)
{
	int64_t by_width = (int64_t)view->window_w * size.h;
	int64_t by_height = (int64_t)view->window_h * size.w;

	if ((by_width <= by_height) != cover) {
		picture->w = view->window_w;
		picture->h = at_least_one((by_width * 2 + size.w) / (2 * (int64_t)size.w));
	} else {
		picture->h = view->window_h;
		picture->w = at_least_one((by_height * 2 + size.h) / (2 * (int64_t)size.h));
	}
}

int view_init(struct view *view, int remote_w, int remote_h, int window_w, int window_h,
	      enum rotation rotation, enum view_scale scale)
{
	struct view next = { remote_w, remote_h, window_w, window_h, rotation, scale, { 0 } };
	struct turned size;
	int factor;

	if (remote_w < 1 || remote_h < 1 || window_w < 1 || window_h < 1 || remote_w > VIEW_SIDE_MAX ||
	    remote_h > VIEW_SIDE_MAX || window_w > VIEW_SIDE_MAX || window_h > VIEW_SIDE_MAX)
		return -EINVAL;
	size = turned_size(&next);
	factor = window_w / size.w < window_h / size.h ? window_w / size.w : window_h / size.h;
	if (scale == VIEW_NONE || (scale == VIEW_INTEGER && factor >= 1)) {
		if (scale == VIEW_NONE)
			factor = 1;
		next.picture.w = size.w * factor;
		next.picture.h = size.h * factor;
	} else {
		scale_by_ratio(&next, size, scale == VIEW_FILL, &next.picture);
	}
	/* An extreme shape must not push coordinates out of range: what is so much larger than the window is
	 * cut off there. */
	next.picture.w = (int)clamp(next.picture.w, 1, 1 << 22);
	next.picture.h = (int)clamp(next.picture.h, 1, 1 << 22);
	next.picture.x = (int)floor_div(window_w - next.picture.w, 2);
	next.picture.y = (int)floor_div(window_h - next.picture.h, 2);
	*view = next;
	return 0;
}

static int pan_axis(int position, int delta, int picture, int window)
{
	if (picture <= window)
		return position;
	return (int)clamp((int64_t)position + delta, window - picture, 0);
}

bool view_pan(struct view *view, int dx, int dy)
{
	int x = pan_axis(view->picture.x, dx, view->picture.w, view->window_w);
	int y = pan_axis(view->picture.y, dy, view->picture.h, view->window_h);
	bool moved = x != view->picture.x || y != view->picture.y;

	view->picture.x = x;
	view->picture.y = y;
	return moved;
}

bool view_is_unscaled(const struct view *view)
{
	struct turned size = turned_size(view);

	return view->picture.w == size.w && view->picture.h == size.h;
}

/* Mirroring in fine coordinates is about the pixel grid: the last fine step of the last pixel becomes 0. */
static void turned_to_remote(const struct view *view, int u, int v, int *x, int *y)
{
	int last_x = view->remote_w * VIEW_FINE - 1;
	int last_y = view->remote_h * VIEW_FINE - 1;

	switch (view->rotation) {
	case ROTATION_0:
		*x = u;
		*y = v;
		break;
	case ROTATION_90:
		*x = v;
		*y = last_y - u;
		break;
	case ROTATION_180:
		*x = last_x - u;
		*y = last_y - v;
		break;
	case ROTATION_270:
		*x = last_x - v;
		*y = u;
		break;
	}
}

static void remote_to_turned(const struct view *view, int x, int y, int *u, int *v)
{
	int last_x = view->remote_w * VIEW_FINE - 1;
	int last_y = view->remote_h * VIEW_FINE - 1;

	switch (view->rotation) {
	case ROTATION_0:
		*u = x;
		*v = y;
		break;
	case ROTATION_90:
		*u = last_y - y;
		*v = x;
		break;
	case ROTATION_180:
		*u = last_x - x;
		*v = last_y - y;
		break;
	case ROTATION_270:
		*u = y;
		*v = last_x - x;
		break;
	}
}

/*
 * One axis, window to turned: floor(f * size / picture). Its inverse is not the same with the ratio turned
 * over, because both round down; pixel centres are what the round trip is promised for.
 */
static int64_t axis_scale(int64_t fine, int64_t numerator, int64_t denominator)
{
	return floor_div(fine * numerator, denominator);
}

bool view_to_remote_fine(const struct view *view, int window_x, int window_y, int *remote_x, int *remote_y)
{
	struct turned size = turned_size(view);
	int64_t u = axis_scale(window_x - (int64_t)view->picture.x * VIEW_FINE, size.w, view->picture.w);
	int64_t v = axis_scale(window_y - (int64_t)view->picture.y * VIEW_FINE, size.h, view->picture.h);
	int64_t inside_u = clamp(u, 0, (int64_t)size.w * VIEW_FINE - 1);
	int64_t inside_v = clamp(v, 0, (int64_t)size.h * VIEW_FINE - 1);

	turned_to_remote(view, (int)inside_u, (int)inside_v, remote_x, remote_y);
	return u == inside_u && v == inside_v;
}

void view_to_window_fine(const struct view *view, int remote_x, int remote_y, int *window_x, int *window_y)
{
	struct turned size = turned_size(view);
	int u, v;

	remote_to_turned(view, remote_x, remote_y, &u, &v);
	*window_x = (int)(axis_scale(u, view->picture.w, size.w) + (int64_t)view->picture.x * VIEW_FINE);
	*window_y = (int)(axis_scale(v, view->picture.h, size.h) + (int64_t)view->picture.y * VIEW_FINE);
}

bool view_to_remote(const struct view *view, int window_x, int window_y, int *remote_x, int *remote_y)
{
	struct turned size = turned_size(view);
	int64_t u = floor_div((2 * ((int64_t)window_x - view->picture.x) + 1) * size.w,
			      2 * (int64_t)view->picture.w);
	int64_t v = floor_div((2 * ((int64_t)window_y - view->picture.y) + 1) * size.h,
			      2 * (int64_t)view->picture.h);
	int64_t inside_u = clamp(u, 0, size.w - 1);
	int64_t inside_v = clamp(v, 0, size.h - 1);
	int x, y;

	turned_to_remote(view, (int)inside_u * VIEW_FINE, (int)inside_v * VIEW_FINE, &x, &y);
	*remote_x = x / VIEW_FINE;
	*remote_y = y / VIEW_FINE;
	return u == inside_u && v == inside_v;
}

void view_to_window(const struct view *view, int remote_x, int remote_y, int *window_x, int *window_y)
{
	struct turned size = turned_size(view);
	int u, v;

	remote_to_turned(view, remote_x * VIEW_FINE, remote_y * VIEW_FINE, &u, &v);
	u = (int)floor_div(u, VIEW_FINE);
	v = (int)floor_div(v, VIEW_FINE);
	*window_x =
		(int)floor_div((2 * (int64_t)u + 1) * view->picture.w, 2 * (int64_t)size.w) + view->picture.x;
	*window_y =
		(int)floor_div((2 * (int64_t)v + 1) * view->picture.h, 2 * (int64_t)size.h) + view->picture.y;
}

static struct rect rect_turn(const struct view *view, struct rect r)
{
	switch (view->rotation) {
	case ROTATION_90:
		return (struct rect){ view->remote_h - r.y - r.h, r.x, r.h, r.w };
	case ROTATION_180:
		return (struct rect){ view->remote_w - r.x - r.w, view->remote_h - r.y - r.h, r.w, r.h };
	case ROTATION_270:
		return (struct rect){ r.y, view->remote_w - r.x - r.w, r.h, r.w };
	default:
		return r;
	}
}

static struct rect rect_turn_back(const struct view *view, struct rect r)
{
	switch (view->rotation) {
	case ROTATION_90:
		return (struct rect){ r.y, view->remote_h - r.x - r.w, r.h, r.w };
	case ROTATION_180:
		return (struct rect){ view->remote_w - r.x - r.w, view->remote_h - r.y - r.h, r.w, r.h };
	case ROTATION_270:
		return (struct rect){ view->remote_w - r.y - r.h, r.x, r.h, r.w };
	default:
		return r;
	}
}

/* A blended pixel takes from its neighbours, half a source pixel further on each side, so scaled spans grow
 * by one pixel. */
static void span_scale(int *start, int *length, int numerator, int denominator)
{
	int64_t first = *start, last = (int64_t)*start + *length;

	if (numerator != denominator) {
		first = floor_div((first - 1) * numerator, denominator);
		last = floor_div((last + 1) * numerator + denominator - 1, denominator);
	}
	*start = (int)first;
	*length = (int)(last - first);
}

struct rect view_rect_to_window(const struct view *view, struct rect remote)
{
	struct turned size = turned_size(view);
	struct rect window = { 0, 0, view->window_w, view->window_h };
	struct rect r = rect_intersect(remote, (struct rect){ 0, 0, view->remote_w, view->remote_h });

	if (rect_is_empty(r))
		return r;
	r = rect_turn(view, r);
	span_scale(&r.x, &r.w, view->picture.w, size.w);
	span_scale(&r.y, &r.h, view->picture.h, size.h);
	r.x += view->picture.x;
	r.y += view->picture.y;
	return rect_intersect(rect_intersect(r, view->picture), window);
}

struct rect view_rect_to_remote(const struct view *view, struct rect window)
{
	struct turned size = turned_size(view);
	struct rect r = rect_intersect(window, view->picture);

	if (rect_is_empty(r))
		return r;
	r.x -= view->picture.x;
	r.y -= view->picture.y;
	span_scale(&r.x, &r.w, size.w, view->picture.w);
	span_scale(&r.y, &r.h, size.h, view->picture.h);
	r = rect_turn_back(view, rect_intersect(r, (struct rect){ 0, 0, size.w, size.h }));
	return rect_intersect(r, (struct rect){ 0, 0, view->remote_w, view->remote_h });
}

int view_axis(int value, int min, int max, int extent)
{
	int64_t steps = (int64_t)max - min + 1;

	if (max <= min || extent < 1)
		return 0;
	return (int)(((clamp(value, min, max) - min) * 2 + 1) * extent * VIEW_FINE / (2 * steps));
}
