/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's uinput, and nothing else: a device with exactly a descriptor's capabilities, events in both directions.
 * Kernel 4.5 or later (UI_DEV_SETUP). Rules: linux/uinput.h and the kernel's Documentation/input/uinput.rst.
 */
#ifndef HUB_TWIN_UINPUT_H
#define HUB_TWIN_UINPUT_H

#include <stddef.h>

#include "hub/device/descriptor.h"
#include "hub/device/frame.h"

#define UINPUT_PATH "/dev/uinput"
/* What the kernel keeps for us; one more and it forgets them all. */
#define UINPUT_EVENTS_MAX 16

/* Whether devices can be made here: 0, or -errno. */
int uinput_check(void);

/* What to do about an error of uinput_check. Static text. */
const char *uinput_advice(int err);

/*
 * Makes the device and returns its fd (non-blocking, readable when the kernel has sent an event), or -errno after a line that
 * names the request which the kernel refused. d->uniq cannot be set; EV_FF must not be set.
 */
int uinput_create(const struct descriptor *d);
void uinput_destroy(int fd);

/* Writes whole frames. 0 or -errno. */
int uinput_write(int fd, const struct event *events, unsigned count);

/*
 * Takes what the kernel has sent: how many events were put into events, 0 when there are no more, or -errno. Requests to
 * upload an effect are refused here, since who makes them waits for an answer.
 */
int uinput_read(int fd, struct event events[UINPUT_EVENTS_MAX]);

/* "/dev/input/event7", or "" when sysfs does not tell. */
void uinput_node(int fd, char *path, size_t size);

#endif
