/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Plays a recording into the hub as if its devices were there: at the recording's own pace, or as fast as the consumers take it.
 *
 * Frames keep the recording's times and pass whole, whatever the class of the device; only key repeats are left out, as from any
 * source. Nothing sleeps or wakes between two frames.
 */
#ifndef HUB_SOURCE_RECORDING_SOURCE_H
#define HUB_SOURCE_RECORDING_SOURCE_H

#include <stdbool.h>

#include "hub/core/loop.h"
#include "hub/model/hub.h"
#include "hub/source/recording.h"

#define RECORDING_BATCH_MAX   64 /* frames in one turn of the loop: other sources are served between two */
#define RECORDING_BACKLOG_MAX (16 * 1024) /* bytes in the fullest outbox above which `fast` waits */

struct recording_source;

struct recording_source_options {
	bool fast;
	bool remove_at_end; /* the devices are removed with REASON_END; otherwise they stay and let go of what they hold */
	/* The last frame is in the hub, and the devices are let go of or removed. May destroy the source. May be NULL. */
	void (*ended)(void *data, struct recording_source *source);
	void *data;
};

/*
 * Loads the file and adds its devices to the hub; their origin is "evemu:" and the file's name. Nothing plays before the start.
 * 0 or -errno, with a text in err that begins with the path.
 */
int recording_source_create(struct recording_source **out, struct loop *loop, struct hub *hub,
			    const char *path, const struct recording_source_options *options,
			    char err[RECORDING_ERROR_MAX]);

/* At any time, before hub and loop. Removes the devices that are still there. NULL is fine. */
void recording_source_destroy(struct recording_source *source);

/* The first frame comes with the loop's next turn; `ended` never comes from inside this call. Once only. */
void recording_source_start(struct recording_source *source);

/*
 * Tells a `fast` recording that outboxes may have emptied: after each flush, and when a consumer is gone. Only arms a timer, so it
 * is cheap, and may be called by whoever flushes what the recording put there.
 */
void recording_source_pump(struct recording_source *source);

bool recording_source_has_ended(const struct recording_source *source);

#endif
