/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A socket filter that keeps the kernel's announcements of other subsystems from waking anybody. libudev's own sees into udevd's
 * messages alone, and compares the kernel's when they have been read.
 */
#ifndef SENSORS_UEVENT_FILTER_H
#define SENSORS_UEVENT_FILTER_H

/* Of the subsystem's name. */
#define UEVENT_FILTER_NAME_MAX 32

/*
 * Replaces the filter of a socket for uevents, bound or not. What the filter cannot tell (udevd's messages, beginnings beyond 192 bytes)
 * gets through. 0, -EINVAL for a name that is too long, or -errno.
 */
int uevent_filter_attach(int fd, const char *subsystem);

#endif
