/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Touchpads as mice, through libinput: acceleration flat, remainders kept, scrolling and tapping as libinput has them. Each
 * touchpad gets a second device in the hub, a virtual mouse for consumers that wish for pointers.
 *
 * libinput opens the node itself. Where devices are grabbed, its descriptor must own the grab: a grab on another one would
 * starve it. So while a grabbed touchpad serves pointers, consumers that want it raw get nothing from it.
 */
#ifndef HUB_SOURCE_TOUCHPAD_H
#define HUB_SOURCE_TOUCHPAD_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/core/loop.h"
#include "hub/model/hub.h"

struct touchpads;

/* 0 or -errno; -ENOSYS without libinput. */
int touchpads_create(struct touchpads **out, struct loop *loop, struct hub *hub);
void touchpads_destroy(struct touchpads *touchpads, uint64_t now_ns);

/* Begins to serve a touchpad; with grab, for the hub alone. The caller has let go of its own grab. 0 or -errno. */
int touchpads_add(struct touchpads *touchpads, const char *devnode, const struct descriptor *d, bool grab,
		  uint64_t now_ns);
void touchpads_remove(struct touchpads *touchpads, const char *devnode, enum reason reason, uint64_t now_ns);

/* Takes the grabs of all touchpads that are served, or lets go of them. */
void touchpads_set_grab(struct touchpads *touchpads, bool grab);

/* While the lid is closed or the tablet folded, a touchpad lies under something: what it says is ignored. */
void touchpads_set_covered(struct touchpads *touchpads, bool covered, uint64_t now_ns);

#endif
