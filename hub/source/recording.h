/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recordings of input devices: evemu's text (versions 1.0 to 1.3) and the YAML of `libinput record` (version 1).
 *
 * Parsing is pure: text in memory becomes a struct recording, or an error that names file and line. Nothing a recording says is
 * lost or mended: SYN_REPORT's value, SYN_MT_REPORT, values outside an axis' range and the time of each single event stay.
 * Only recording_load does I/O.
 */
#ifndef HUB_SOURCE_RECORDING_H
#define HUB_SOURCE_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/device/descriptor.h"
#include "hub/device/frame.h"

#define RECORDING_FILE_MAX    (64u << 20) /* bytes */
#define RECORDING_LINE_MAX    65536       /* bytes */
#define RECORDING_DEVICES_MAX 64
#define RECORDING_SECONDS_MAX 9999999999ll /* its nanoseconds fit into 64 bits */
#define RECORDING_ERROR_MAX   512          /* what an error text needs, with its terminator */

struct recording_device {
	struct descriptor descriptor;
	uint8_t leds[BITS_BYTES(LED_CNT)]; /* lit when the recording began; libinput's format does not say */
	uint8_t sws[BITS_BYTES(SW_CNT)];   /* on when the recording began, likewise */
	bool described;                    /* the file holds a description: false for evemu's bare events */
};

struct recording_frame {
	uint64_t time_us; /* of its SYN_REPORT */
	uint32_t first;   /* index of its first event in events, and times */
	uint16_t count;   /* of events, SYN_REPORT included: 1 .. FRAME_EVENTS_MAX */
	uint8_t device;   /* index */
	bool timed;       /* its events have times other than SYN_REPORT's */
};

struct recording {
	struct recording_device *devices;
	unsigned n_devices;
	struct recording_frame *frames; /* of all devices, by time; each device's stay in the file's order */
	size_t n_frames;
	struct event *events;
	int32_t *times; /* one an event: microseconds, relative to the frame's time_us */
	size_t n_events;
	size_t trailing; /* events behind the last SYN_REPORT of a device: no frame, left out */
};

/*
 * Reads either format. `file` is for error texts. 0; or -EINVAL with "FILE:LINE: what was expected" in err; or -ENOMEM, with
 * a text as well. The recording is empty and need not be finished after an error.
 */
int recording_parse(struct recording *r, const char *file, const char *text, size_t len,
		    char err[RECORDING_ERROR_MAX]);
void recording_finish(struct recording *r);

/*
 * Completes a device that the file does not describe: takes the description of `from`, or, where that is NULL, makes one with
 * this name; then adds what the events use and the description lacks, axes with the range that was seen.
 */
void recording_describe(struct recording *r, unsigned device, const struct recording_device *from,
			const char *name);

/* Frame `index` as the hub takes it. Its pointers lead into the recording. */
void recording_get_frame(const struct recording *r, size_t index, struct frame *frame);

/*
 * Reads a file and parses it. Devices without a description get one: from the .desc or .device file next to it whose name
 * begins this file's name ("pen.desc" describes "pen.tap.events"; of several the longest), otherwise from their events. 0 or
 * -errno, with a text that begins with the path.
 */
int recording_load(struct recording *r, const char *path, char err[RECORDING_ERROR_MAX]);

#endif
