/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints what a consumer sees: devices that come and go, and frames, as text for people, as evemu's text, or as JSON lines.
 */
#ifndef HUB_CTL_PRINTER_H
#define HUB_CTL_PRINTER_H

#include "hub/client/xenhub.h"
#include "hub/ctl/json.h"
#include "hub/ctl/output.h"

enum printer_format {
	PRINTER_TEXT,
	PRINTER_EVEMU,
	PRINTER_JSON,
};

/* Zero-initialise but for format and out. */
struct printer {
	enum printer_format format;
	struct output *out;
	unsigned columns;                 /* text: frames are wrapped at this width; 0: one line a frame */
	const struct xenhub_device *last; /* evemu: whose frames the last lines are */
	struct json json;
};

/* 0 or -EINVAL. */
int printer_format_parse(const char *name, enum printer_format *format);

void printer_added(struct printer *p, const struct xenhub_device *device);
void printer_removed(struct printer *p, const struct xenhub_device *device, unsigned reason);
void printer_frame(struct printer *p, const struct xenhub_device *device, const struct xenhub_frame *frame);
void printer_finish(struct printer *p);

/* One E: line an event, each with its own time, behind this prefix. */
void printer_evemu_frame(struct output *out, const char *prefix, const struct xenhub_frame *frame);

/* Whether the device's events come from a file: they carry that file's times, and nobody types them. */
bool device_is_recording(const struct xenhub_device *device);

#endif
