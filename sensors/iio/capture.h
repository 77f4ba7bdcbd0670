/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a sensor is read: from its buffer where that delivers, by polling where it does not. Pure: the caller
 * does what capture_due asks for and reports what came of it.
 *
 *   mode    event                                     then
 *   off     start, has a buffer                       buffer, silent until proved otherwise for CAPTURE_SILENCE_NS
 *   off     start, has none                           poll
 *   buffer  opening fails                             poll
 *   buffer  no first sample within the time           poll (shown as "silent")
 *   buffer  quiet for long after samples              check: one read, and poll if the value has moved meanwhile
 *   poll    CAPTURE_ERRORS_STALE errors in a row      poll, stale, at a period that doubles up to CAPTURE_BACKOFF_MAX_NS
 *   poll    CAPTURE_ERRORS_FAILED errors in a row     failed: nothing more is tried
 *   any     capture_reset (resume, udev event)        as if started
 */
#ifndef SENSORS_IIO_CAPTURE_H
#define SENSORS_IIO_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#define CAPTURE_SILENCE_NS     2000000000ull
#define CAPTURE_CHECK_NS       30000000000ull
#define CAPTURE_POLL_MIN_NS    500000000ull
#define CAPTURE_BACKOFF_MAX_NS 60000000000ull
#define CAPTURE_ERRORS_STALE   3
#define CAPTURE_ERRORS_FAILED  8

enum capture_mode {
	CAPTURE_OFF,
	CAPTURE_BUFFER,
	CAPTURE_POLL,
	CAPTURE_FAILED,
};

enum capture_action {
	CAPTURE_WAIT,
	CAPTURE_OPEN,  /* open the buffer: answer with capture_opened or capture_error */
	CAPTURE_READ,  /* poll once: answer with capture_sample or capture_error */
	CAPTURE_CHECK, /* poll once beside the buffer: answer with capture_checked or capture_error */
	CAPTURE_CLOSE, /* the buffer is given up: close it and ask again */
};

struct capture {
	enum capture_mode mode;
	bool has_buffer;
	bool opened, delivered, silent, stale;
	uint64_t interval_ns, poll_min_ns;
	uint64_t deadline_ns;
	/* When the sensor was last read or its buffer opened: poll_min_ns passes before the next time, whatever happens. */
	bool touched;
	uint64_t touched_ns;
	unsigned errors;
	int last_error;
};

/* poll_min_ns: no faster polling than this; 0 for CAPTURE_POLL_MIN_NS. */
void capture_init(struct capture *capture, bool has_buffer, uint64_t poll_min_ns);

/*
 * Runs at interval_ns from now on, or at another interval. The caller closes nothing. A failed capture
 * stays failed.
 */
void capture_start(struct capture *capture, uint64_t interval_ns, uint64_t now_ns);

/* The caller closes the buffer. A failed capture stays failed. */
void capture_stop(struct capture *capture);

/* Forgets errors and silence. The caller closes the buffer first; what ran starts anew. */
void capture_reset(struct capture *capture, uint64_t now_ns);

enum capture_action capture_due(struct capture *capture, uint64_t now_ns);

void capture_opened(struct capture *capture, uint64_t now_ns);
void capture_sample(struct capture *capture, uint64_t now_ns);
void capture_checked(struct capture *capture, bool moved, uint64_t now_ns);

/* err is a negative errno: a poll, a check, an opening or a read of the buffer failed. */
void capture_error(struct capture *capture, int err, uint64_t now_ns);

/* The period of polling at present. */
uint64_t capture_period(const struct capture *capture);

/* "off", "buffer", "poll", "silent" (polled because the buffer says nothing), "failed". */
const char *capture_mode_name(const struct capture *capture);

#endif
