/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes evemu's format 1.3, which evemu-device and evemu-play take: for `xenhub record` and `xenhub watch --format evemu`. Pure:
 * text into a caller's buffer.
 */
#ifndef HUB_SOURCE_EVEMU_WRITER_H
#define HUB_SOURCE_EVEMU_WRITER_H

#include <stddef.h>
#include <stdint.h>

#include "hub/device/descriptor.h"
#include "hub/device/frame.h"

#define EVEMU_DESCRIPTION_MAX 16384 /* bytes that any description fits into, with its terminator */
#define EVEMU_EVENT_MAX       64    /* bytes of one E: line at most */

/*
 * Header, name, ids, properties, codes, axes, then the state of LEDs and switches (bit sets; NULL for all off). Returns the
 * length, without the terminator, or -ENOSPC. evemu's format has no place for phys and uniq.
 */
int evemu_write_description(char *buf, size_t size, const struct descriptor *d, const uint8_t *leds,
			    const uint8_t *sws);

/*
 * One E: line, "E: SECONDS.MICROSECONDS TYPE CODE VALUE", as evemu-record writes it but for its comment. Returns the length, or
 * -ENOSPC with nothing but a terminator written.
 */
int evemu_write_event(char *buf, size_t size, uint64_t time_us, const struct event *event);

/*
 * All lines of a frame, each with its own time; an event that its relative time puts before the clock's zero is put at it. The
 * length, or -ENOSPC: count * EVEMU_EVENT_MAX bytes suffice.
 */
int evemu_write_frame(char *buf, size_t size, const struct frame *frame);

#endif
