/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Merging motion: two motion frames of one device made one, so that a consumer that falls behind gets the newest place and
 * the whole distance, never a backlog. Relative axes are summed (saturating), absolute ones keep the newest value, per slot
 * for multitouch. Edges never come here (frame_is_motion).
 */
#ifndef HUB_MODEL_MERGE_H
#define HUB_MODEL_MERGE_H

#include "hub/device/frame.h"

/*
 * Merges `more` into the frame events[0 .. *count), SYN_REPORT included in both, which can hold `room` events. Returns false,
 * with nothing changed that matters, when it does not fit.
 */
bool merge_motion(struct event *events, uint32_t *count, uint32_t room, const struct event *more,
		  uint32_t n_more);

#endif
