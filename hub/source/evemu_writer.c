/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hub/source/evemu_writer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BYTES_A_LINE 8

/* Text that grows in a buffer; once something did not fit, nothing more is added. */
struct writer {
	char *buf;
	size_t size;
	size_t used;
	bool full;
};

__attribute__((format(printf, 2, 3))) static void put(struct writer *w, const char *format, ...)
{
	va_list args;
	int n;

	if (w->full)
		return;
	va_start(args, format);
	n = vsnprintf(w->buf + w->used, w->size - w->used, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= w->size - w->used)
		w->full = true;
	else
		w->used += (size_t)n;
}

/* Whole lines of eight bytes, as evemu writes them whatever the kernel's bit set is long. */
static void put_bytes(struct writer *w, const char *start, const uint8_t *bits, unsigned bytes)
{
	for (unsigned line = 0; line < bytes; line += BYTES_A_LINE) {
		put(w, "%s", start);
		for (unsigned i = line; i < line + BYTES_A_LINE; i++)
			put(w, " %02x", i < bytes ? bits[i] : 0);
		put(w, "\n");
	}
}

static void put_codes(struct writer *w, const struct descriptor *d)
{
	put_bytes(w, "B: 00", d->types, sizeof(d->types));
	for (unsigned type = EV_SYN + 1; type < EV_CNT; type++) {
		unsigned bytes;
		const uint8_t *bits = descriptor_bits_const(d, type, &bytes);
		char start[8];

		if (!bits)
			continue;
		snprintf(start, sizeof(start), "B: %02x", type);
		put_bytes(w, start, bits, bytes);
	}
}

static void put_initial(struct writer *w, char letter, const struct descriptor *d, unsigned type,
			unsigned count, const uint8_t *on)
{
	for (unsigned code = 0; code < count; code++)
		if (descriptor_has(d, type, code) || (on && bit_test(on, code)))
			put(w, "%c: %02x %d\n", letter, code, on && bit_test(on, code));
}

int evemu_write_description(char *buf, size_t size, const struct descriptor *d, const uint8_t *leds,
			    const uint8_t *sws)
{
	struct writer w = { .buf = buf, .size = size };

	put(&w, "# EVEMU 1.3\n");
	put(&w, "# Input device name: \"%s\"\n", d->name);
	put(&w, "# Input device ID: bus %#04x vendor %#04x product %#04x version %#04x\n", d->bustype,
	    d->vendor, d->product, d->version);
	put(&w, "N: %s\n", d->name);
	put(&w, "I: %04x %04x %04x %04x\n", d->bustype, d->vendor, d->product, d->version);
	put_bytes(&w, "P:", d->props, sizeof(d->props));
	put_codes(&w, d);
	for (unsigned code = 0; code < ABS_CNT; code++) {
		const struct input_absinfo *a = &d->absinfo[code];

		if (descriptor_has(d, EV_ABS, code))
			put(&w, "A: %02x %d %d %d %d %d\n", code, a->minimum, a->maximum, a->fuzz, a->flat,
			    a->resolution);
	}
	put_initial(&w, 'L', d, EV_LED, LED_CNT, leds);
	put_initial(&w, 'S', d, EV_SW, SW_CNT, sws);
	return w.full ? -ENOSPC : (int)w.used;
}

int evemu_write_event(char *buf, size_t size, uint64_t time_us, const struct event *event)
{
	struct writer w = { .buf = buf, .size = size };

	put(&w, "E: %llu.%06u %04x %04x %04d\n", (unsigned long long)(time_us / 1000000),
	    (unsigned)(time_us % 1000000), event->type, event->code, event->value);
	if (!w.full)
		return (int)w.used;
	if (size)
		buf[0] = '\0';
	return -ENOSPC;
}

int evemu_write_frame(char *buf, size_t size, const struct frame *frame)
{
	size_t used = 0;

	for (uint32_t i = 0; i < frame->count; i++) {
		int64_t time_us = (int64_t)frame->time_us + (frame->times ? frame->times[i] : 0);
		int n = evemu_write_event(buf + used, size - used, time_us < 0 ? 0 : (uint64_t)time_us,
					  &frame->events[i]);

		if (n < 0)
			return n;
		used += (size_t)n;
	}
	return (int)used;
}
