/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one transform between the window and the remote screen: rotation, scale and letterbox, in integers. The
 * picture, the mouse, touches, the pen and the cursor all go through it, so they cannot disagree. Pure.
 *
 * Two spaces. The window, in physical pixels (not in a desktop's scaled points), origin at its top left as
 * the panel is mounted. The remote, in its own pixels, unrotated. `picture` is where the turned and scaled
 * remote lies in the window; it may stick out of the window (VIEW_FILL, VIEW_NONE) and then the rest is
 * cropped.
 *
 * Fine coordinates count 1/VIEW_FINE of a pixel from the space's top-left corner; pixel p covers p*VIEW_FINE
 * up to but not including (p+1)*VIEW_FINE, and "pixel p" means its centre. Scaling up, remote -> window ->
 * remote returns every pixel; scaling down, window -> remote -> window does; at 1:1 both.
 *
 *      view_init(&view, 1280, 800, 800, 1280, ROTATION_90, VIEW_FIT);    every new size, rotation or scale
 *      view_to_remote(&view, event.x, event.y, &x, &y);                  mouse
 *      view_to_remote_fine(&view, view_axis(v, min, max, 800), ...);     touch and pen
 *      view_rect_to_window(&view, damage);                               what to redraw
 */
#ifndef XENHUB_DISPLAY_VIEW_H
#define XENHUB_DISPLAY_VIEW_H

#include "display/geometry.h"

#define VIEW_FINE     256
#define VIEW_SIDE_MAX 32768

enum view_scale {
	VIEW_FIT,     /* as large as the window holds, shape kept, letterboxed */
	VIEW_FILL,    /* as small as covers the window, shape kept, cropped in the middle */
	VIEW_INTEGER, /* the largest whole factor that the window holds; as VIEW_FIT where even 1 is too large
		       */
	VIEW_NONE,    /* one to one, centred; larger remotes are cropped and can be panned */
};

struct view {
	int remote_w, remote_h; /* 1..VIEW_SIDE_MAX */
	int window_w, window_h; /* 1..VIEW_SIDE_MAX */
	enum rotation rotation;
	enum view_scale scale;
	struct rect picture;
};

/* Sizes outside 1..VIEW_SIDE_MAX: -EINVAL, and the view is not changed. */
int view_init(struct view *view, int remote_w, int remote_h, int window_w, int window_h,
	      enum rotation rotation, enum view_scale scale);

/* Moves a cropped picture by window pixels, never past its own edge. Returns whether it moved. */
bool view_pan(struct view *view, int dx, int dy);

/* Whether picture pixels are remote pixels, with no scaling in between. */
bool view_is_unscaled(const struct view *view);

/* The remote pixel under a window pixel. Outside the picture the nearest remote pixel is given and false is
 * returned. */
bool view_to_remote(const struct view *view, int window_x, int window_y, int *remote_x, int *remote_y);

/* The window pixel that shows a remote pixel's centre; it may lie outside the window where the picture is
 * cropped. */
void view_to_window(const struct view *view, int remote_x, int remote_y, int *window_x, int *window_y);

/* The same in fine coordinates. Results of view_to_remote_fine lie within the remote, so >> 8 gives a remote
 * pixel. */
bool view_to_remote_fine(const struct view *view, int window_x, int window_y, int *remote_x, int *remote_y);
void view_to_window_fine(const struct view *view, int remote_x, int remote_y, int *window_x, int *window_y);

/* Every window pixel that any pixel of a remote rectangle is shown on or blended into, clipped to picture and
 * window. */
struct rect view_rect_to_window(const struct view *view, struct rect remote);

/* Every remote pixel that a window rectangle shows, clipped to the remote. */
struct rect view_rect_to_remote(const struct view *view, struct rect window);

/*
 * The position of an absolute axis (a touch panel's) in fine window coordinates: min..max spread over
 * `extent` window pixels. Values outside are clamped; max <= min gives 0.
 */
int view_axis(int value, int min, int max, int extent);

#endif
