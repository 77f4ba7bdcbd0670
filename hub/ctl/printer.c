/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/ctl/printer.h"

#include <errno.h>
#include <inttypes.h>
#include <libevdev/libevdev.h>
#include <stdio.h>
#include <string.h>

#include "hub/ctl/blur.h"
#include "hub/ctl/table.h"
#include "hub/device/classify.h"
#include "hub/device/frame.h"
#include "hub/source/evemu_writer.h"

#define LABEL_COLUMNS 14
#define EVENT_TEXT    64

int printer_format_parse(const char *name, enum printer_format *format)
{
	static const char *const names[] = {
		[PRINTER_TEXT] = "text", [PRINTER_EVEMU] = "evemu", [PRINTER_JSON] = "json"
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(name, names[i])) {
			*format = i;
			return 0;
		}
	}
	return -EINVAL;
}

bool device_is_recording(const struct xenhub_device *device)
{
	return !strncmp(xenhub_device_origin(device), "evemu:", 6);
}

/* The shortest name that people know it by: "event3", "tablet.evemu". */
static const char *label_of(const struct xenhub_device *device)
{
	const char *origin = xenhub_device_origin(device);
	const char *base = strrchr(origin, '/');

	if (base && base[1])
		return base + 1;
	if (device_is_recording(device))
		return origin + 6;
	return *origin ? origin : xenhub_device_id(device);
}

/* ---- JSON ---- */

static void json_line(struct printer *p)
{
	json_end(&p->json);
	json_newline(&p->json);
	if (!json_error(&p->json))
		output_write(p->out, p->json.text, p->json.len);
	json_reset(&p->json);
}

static void json_device(struct printer *p, const char *kind, const struct xenhub_device *device)
{
	json_object(&p->json, NULL);
	json_string(&p->json, "kind", kind);
	json_string(&p->json, "device", xenhub_device_id(device));
}

static void json_flags(struct json *j, uint32_t flags)
{
	static const char *const names[] = { "synthetic", "cancel", "resync" };

	json_array(j, "flags");
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (flags >> i & 1)
			json_string(j, NULL, names[i]);
	json_end(j);
}

static void json_frame(struct printer *p, const struct xenhub_device *device, const struct xenhub_frame *f)
{
	struct json *j = &p->json;

	json_device(p, "frame", device);
	json_unsigned(j, "time_us", f->time_us);
	json_flags(j, f->flags);
	json_string(j, "reason", xenhub_reason_name(f->reason));
	json_unsigned(j, "lost", f->lost);
	json_unsigned(j, "read_ns", f->read_ns);
	json_unsigned(j, "sent_ns", f->sent_ns);
	json_unsigned(j, "received_ns", f->received_ns);
	json_array(j, "events");
	for (uint32_t i = 0; i < f->count; i++) {
		const struct xenhub_event *e = &f->events[i];
		const char *name = libevdev_event_code_get_name(e->type, e->code);

		json_object(j, NULL);
		json_integer(j, "type", e->type);
		json_integer(j, "code", e->code);
		json_string(j, "name", name ? name : "");
		json_integer(j, "value", e->value);
		if (f->event_times && f->event_times[i])
			json_integer(j, "offset_us", f->event_times[i]);
		json_end(j);
	}
	json_end(j);
	json_line(p);
}

/* ---- evemu ---- */

void printer_evemu_frame(struct output *out, const char *prefix, const struct xenhub_frame *f)
{
	for (uint32_t i = 0; i < f->count; i++) {
		int64_t time_us = (int64_t)f->time_us + (f->event_times ? f->event_times[i] : 0);
		char line[EVEMU_EVENT_MAX];
		int n = evemu_write_event(line, sizeof(line), time_us < 0 ? 0 : (uint64_t)time_us,
					  (const struct event *)&f->events[i]);

		output_write(out, prefix, strlen(prefix));
		output_write(out, line, n > 0 ? (size_t)n : 0);
	}
}

/*
 * Switches that are on when the link comes up are no event: evemu's format has S: and L: lines for what a device is like at the
 * beginning.
 */
static bool is_initial_state(const struct xenhub_frame *f)
{
	if (!(f->flags & XENHUB_SYNTHETIC) || f->reason != XENHUB_REASON_CONNECT)
		return false;
	for (uint32_t i = 0; i + 1 < f->count; i++)
		if (f->events[i].type != EV_SW && f->events[i].type != EV_LED)
			return false;
	return true;
}

static void evemu_initial_state(struct printer *p, const struct xenhub_frame *f)
{
	for (uint32_t i = 0; i + 1 < f->count; i++)
		output_print(p->out, "%c: %02x %d\n", f->events[i].type == EV_SW ? 'S' : 'L',
			     f->events[i].code, f->events[i].value);
}

static void evemu_frame(struct printer *p, const struct xenhub_device *device, const struct xenhub_frame *f)
{
	bool ended = f->flags & XENHUB_SYNTHETIC && f->reason == XENHUB_REASON_END;

	if (device != p->last)
		output_print(p->out, "# device %s %s\n", xenhub_device_id(device),
			     xenhub_device_name(device));
	p->last = device;
	if (is_initial_state(f))
		evemu_initial_state(p, f);
	else /* a recording that ends in mid-press is let go of: no part of what went in */
		printer_evemu_frame(p->out, ended ? "# the recording ended: " : "", f);
}

/* ---- text ---- */

static void event_text(const struct xenhub_event *e, char buf[EVENT_TEXT])
{
	const char *type = libevdev_event_type_get_name(e->type);
	const char *code = libevdev_event_code_get_name(e->type, e->code);

	if (e->type == EV_KEY && e->code == BLUR_CODE)
		code = "KEY_*";
	if (code)
		snprintf(buf, EVENT_TEXT, "%s %d", code, e->value);
	else if (type)
		snprintf(buf, EVENT_TEXT, "%s 0x%x %d", type, e->code, e->value);
	else
		snprintf(buf, EVENT_TEXT, "type 0x%x code 0x%x %d", e->type, e->code, e->value);
}

/* A frame's line as it grows: wrapped behind the time and the label, so that those stay in sight. */
struct line {
	FILE *file;
	unsigned start; /* where events begin */
	unsigned column;
	unsigned limit; /* 0: never wrapped */
};

static void put_piece(struct line *line, const char *piece)
{
	unsigned n = (unsigned)strlen(piece);

	if (line->limit && line->column > line->start && line->column + 2 + n > line->limit) {
		fprintf(line->file, "\n%*s", (int)line->start, "");
		line->column = line->start;
	} else if (line->column > line->start) {
		fputs("  ", line->file);
		line->column += 2;
	}
	fputs(piece, line->file);
	line->column += n;
}

static void put_remark(struct line *line, const struct xenhub_frame *f)
{
	char lost[32] = "";
	char text[96];

	if (!f->flags)
		return;
	if (f->lost)
		snprintf(lost, sizeof(lost), ", at least %u lost", f->lost);
	snprintf(text, sizeof(text), "[%s: %s%s]",
		 f->flags & XENHUB_CANCEL   ? "cancel"
		 : f->flags & XENHUB_RESYNC ? "resync"
					    : "synthetic",
		 xenhub_reason_name(f->reason), lost);
	put_piece(line, text);
}

/* The time and the device, cut with an ellipsis where its name is long. */
static void put_head(struct line *line, const struct xenhub_device *device, uint64_t time_us)
{
	const char *label = label_of(device);
	size_t n = strlen(label);
	bool cut = text_columns(label, n) > LABEL_COLUMNS;

	if (cut)
		n = text_fit(label, LABEL_COLUMNS - 1);
	line->start = (unsigned)fprintf(line->file, "%7" PRIu64 ".%06" PRIu64 "  ", time_us / 1000000,
					time_us % 1000000);
	fprintf(line->file, "%.*s%s%*s  ", (int)n, label, cut ? "…" : "",
		(int)(LABEL_COLUMNS - text_columns(label, n) - cut), "");
	line->start += LABEL_COLUMNS + 2;
	line->column = line->start;
}

static void text_frame(struct printer *p, const struct xenhub_device *device, const struct xenhub_frame *f)
{
	struct line line = { .limit = p->columns };
	char text[4096];
	long len;

	line.file = fmemopen(text, sizeof(text), "w");
	if (!line.file)
		return;
	put_head(&line, device, f->time_us);
	for (uint32_t i = 0; i < f->count; i++) {
		char event[EVENT_TEXT];

		if (f->events[i].type == EV_SYN && f->events[i].code == SYN_REPORT && !f->events[i].value &&
		    f->count > 1)
			continue;
		/* A frame of hundreds of events is cut: evemu and JSON have all of them. */
		if (ftell(line.file) > (long)sizeof(text) - 4 * EVENT_TEXT) {
			put_piece(&line, "…");
			break;
		}
		event_text(&f->events[i], event);
		put_piece(&line, event);
	}
	put_remark(&line, f);
	fputc('\n', line.file);
	len = ftell(line.file);
	fclose(line.file);
	output_write(p->out, text, (size_t)len);
}

/* "+ ID  NAME (classes)": the name is what gives way. */
static void text_device(struct printer *p, char sign, const struct xenhub_device *device, const char *remark)
{
	const char *id = xenhub_device_id(device);
	const char *name = xenhub_device_name(device);
	size_t used = 2 + strlen(id) + 2 + strlen(remark);
	size_t n = strlen(name);

	if (p->columns && used + text_columns(name, n) > p->columns)
		n = text_fit(name, p->columns > used + 8 ? (unsigned)(p->columns - used) : 8);
	output_print(p->out, "%c %s  %.*s%s\n", sign, id, (int)n, name, remark);
}

/* ---- what is called ---- */

void printer_frame(struct printer *p, const struct xenhub_device *device, const struct xenhub_frame *frame)
{
	switch (p->format) {
	case PRINTER_TEXT:
		text_frame(p, device, frame);
		break;
	case PRINTER_EVEMU:
		evemu_frame(p, device, frame);
		break;
	case PRINTER_JSON:
		json_frame(p, device, frame);
		break;
	}
}

void printer_added(struct printer *p, const struct xenhub_device *device)
{
	char classes[128], remark[136];

	class_names(xenhub_device_classes(device), classes, sizeof(classes));
	if (p->format == PRINTER_JSON) {
		json_device(p, "device-added", device);
		json_string(&p->json, "name", xenhub_device_name(device));
		json_string(&p->json, "origin", xenhub_device_origin(device));
		json_string(&p->json, "classes", classes);
		json_line(p);
	} else if (p->format == PRINTER_TEXT) {
		snprintf(remark, sizeof(remark), " (%s)", classes);
		text_device(p, '+', device, remark);
	}
}

void printer_removed(struct printer *p, const struct xenhub_device *device, unsigned reason)
{
	char remark[64];

	if (p->last == device)
		p->last = NULL;
	if (p->format == PRINTER_JSON) {
		json_device(p, "device-removed", device);
		json_string(&p->json, "reason", xenhub_reason_name(reason));
		json_line(p);
	} else if (p->format == PRINTER_TEXT) {
		snprintf(remark, sizeof(remark), ": %s", xenhub_reason_name(reason));
		text_device(p, '-', device, remark);
	}
}

void printer_finish(struct printer *p)
{
	json_finish(&p->json);
}
