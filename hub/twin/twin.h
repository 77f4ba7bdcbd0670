/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One twin: what it holds, what is written to it, what comes back. It knows nothing of uinput, libxenhub, loops or clocks:
 * frames, times and the kernel's events come in, and a table of functions takes what goes out.
 *
 *	states:  absent ──frame, unless it is a farewell──▶ present ──farewell with a lost contact──▶ absent
 *	         present ──a lost contact without tool types──▶ present, as a new device
 *	         present ──an error of the backend──▶ failed, for good
 */
#ifndef HUB_TWIN_TWIN_H
#define HUB_TWIN_TWIN_H

#include "hub/client/xenhub.h"
#include "hub/device/descriptor.h"
#include "hub/device/frame.h"

struct twin;

/* Where a twin lives. Functions return 0 or a negative errno. */
struct twin_backend {
	/* The device appears, neutral: axes at the descriptor's values, nothing down or lit. */
	int (*create)(void *data, const struct descriptor *d);
	int (*write)(void *data, const struct event *events, unsigned count);
	/* The device is gone: who used it lets go of all it held, and cancels its touches. */
	void (*destroy)(void *data);
	/* Sets a LED of the original. A refusal is no error. */
	void (*ask_led)(void *data, unsigned code, bool on);
};

/*
 * Creates the device at once. The backend table is kept by pointer, original is copied. -EINVAL, after a line with the
 * reason: a kernel would refuse the descriptor. Otherwise as the backend said.
 */
int twin_create(struct twin **out, const struct descriptor *original, const char *id,
		const struct twin_backend *backend, void *data);
void twin_destroy(struct twin *t);

/* Writes what a frame of the original means. 0, or a negative errno: from now on the twin is failed and ignores all. */
int twin_frame(struct twin *t, const struct xenhub_frame *frame);

/* An event that the kernel sent to the device: somebody set a LED, or the echo of what was written. */
void twin_kernel_event(struct twin *t, const struct event *e);

/* The link came up or focus came; the link went down. While it is down, LEDs wait. */
void twin_link_up(struct twin *t);
void twin_link_down(struct twin *t);

/* Does what is due for the LEDs. As twin_frame. */
int twin_tick(struct twin *t, uint64_t now_ns);
/* When, CLOCK_MONOTONIC nanoseconds or CLOCK_NEVER; other calls than twin_tick may bring it forward. */
uint64_t twin_deadline(const struct twin *t);

/* As created: the name for log lines. */
const struct descriptor *twin_descriptor(const struct twin *t);

#endif
