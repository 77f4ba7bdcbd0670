/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/iio/capture.h"

#include <errno.h>
#include <string.h>

#include "hub/core/clock.h"

void capture_init(struct capture *capture, bool has_buffer, uint64_t poll_min_ns)
{
	memset(capture, 0, sizeof(*capture));
	capture->has_buffer = has_buffer;
	capture->poll_min_ns = poll_min_ns ? poll_min_ns : CAPTURE_POLL_MIN_NS;
	capture->deadline_ns = CLOCK_NEVER;
}

uint64_t capture_period(const struct capture *capture)
{
	uint64_t period = capture->interval_ns;

	if (period < capture->poll_min_ns)
		period = capture->poll_min_ns;
	for (unsigned i = CAPTURE_ERRORS_STALE; i <= capture->errors && period < CAPTURE_BACKOFF_MAX_NS; i++)
		period *= 2;
	/* A slow interval that was asked for stands, backed off or not. */
	if (capture->errors >= CAPTURE_ERRORS_STALE && period > CAPTURE_BACKOFF_MAX_NS &&
	    capture->interval_ns < CAPTURE_BACKOFF_MAX_NS)
		period = CAPTURE_BACKOFF_MAX_NS;
	return period;
}

static void begin(struct capture *capture, uint64_t now_ns)
{
	capture->mode = capture->has_buffer && !capture->silent ? CAPTURE_BUFFER : CAPTURE_POLL;
	capture->opened = false;
	capture->delivered = false;
	/* Claims that come and go must not become a way to poll a sensor to death. */
	capture->deadline_ns = now_ns;
	if (capture->touched && capture->touched_ns + capture->poll_min_ns > now_ns)
		capture->deadline_ns = capture->touched_ns + capture->poll_min_ns;
}

static void touch(struct capture *capture, uint64_t now_ns)
{
	capture->touched = true;
	capture->touched_ns = now_ns;
}

static void begin_polling(struct capture *capture, uint64_t now_ns)
{
	capture->silent = true;
	begin(capture, now_ns);
}

void capture_start(struct capture *capture, uint64_t interval_ns, uint64_t now_ns)
{
	bool faster = interval_ns < capture->interval_ns;

	capture->interval_ns = interval_ns;
	if (capture->mode == CAPTURE_OFF)
		begin(capture, now_ns);
	else if (capture->mode == CAPTURE_POLL && faster &&
		 capture->deadline_ns > now_ns + capture_period(capture))
		capture->deadline_ns = now_ns + capture_period(capture);
}

void capture_stop(struct capture *capture)
{
	if (capture->mode == CAPTURE_FAILED)
		return;
	capture->mode = CAPTURE_OFF;
	capture->opened = false;
	/* Whoever claims the sensor next gives the buffer a new chance. */
	capture->silent = false;
	capture->deadline_ns = CLOCK_NEVER;
}

void capture_reset(struct capture *capture, uint64_t now_ns)
{
	capture->errors = 0;
	capture->last_error = 0;
	capture->silent = false;
	capture->opened = false;
	if (capture->mode != CAPTURE_OFF)
		begin(capture, now_ns);
}

enum capture_action capture_due(struct capture *capture, uint64_t now_ns)
{
	if (now_ns < capture->deadline_ns)
		return CAPTURE_WAIT;
	if (capture->mode == CAPTURE_POLL) {
		if (capture->opened) {
			capture->opened = false;
			return CAPTURE_CLOSE;
		}
		return CAPTURE_READ;
	}
	if (capture->mode != CAPTURE_BUFFER)
		return CAPTURE_WAIT;
	if (!capture->opened)
		return CAPTURE_OPEN;
	if (capture->delivered)
		return CAPTURE_CHECK;
	begin_polling(capture, now_ns);
	return CAPTURE_CLOSE;
}

void capture_opened(struct capture *capture, uint64_t now_ns)
{
	capture->opened = true;
	touch(capture, now_ns);
	capture->deadline_ns = now_ns + CAPTURE_SILENCE_NS;
}

static uint64_t next_deadline(const struct capture *capture, uint64_t now_ns)
{
	uint64_t quiet = capture->interval_ns > CAPTURE_CHECK_NS ? capture->interval_ns : CAPTURE_CHECK_NS;

	return now_ns + (capture->mode == CAPTURE_BUFFER ? quiet : capture_period(capture));
}

void capture_sample(struct capture *capture, uint64_t now_ns)
{
	if (capture->mode == CAPTURE_OFF || capture->mode == CAPTURE_FAILED)
		return;
	if (capture->mode == CAPTURE_POLL)
		touch(capture, now_ns);
	capture->errors = 0;
	capture->last_error = 0;
	capture->stale = false;
	capture->delivered = true;
	capture->deadline_ns = next_deadline(capture, now_ns);
}

void capture_checked(struct capture *capture, bool moved, uint64_t now_ns)
{
	if (capture->mode != CAPTURE_BUFFER)
		return;
	touch(capture, now_ns);
	if (moved) {
		bool opened = capture->opened;

		begin_polling(capture, now_ns);
		capture->opened = opened;
		return;
	}
	capture->deadline_ns = next_deadline(capture, now_ns);
}

void capture_error(struct capture *capture, int err, uint64_t now_ns)
{
	bool opened = capture->opened;

	if (capture->mode == CAPTURE_OFF || capture->mode == CAPTURE_FAILED)
		return;
	/* Drivers refuse a single read while their buffer runs: that says nothing about the sensor. */
	if (capture->mode == CAPTURE_BUFFER && capture->opened && err == -EBUSY) {
		capture->deadline_ns = next_deadline(capture, now_ns);
		return;
	}
	/* There is no buffer, as it turns out: the sensor itself has not been asked for anything. */
	if (capture->mode == CAPTURE_BUFFER && err == -ENOTSUP) {
		capture->has_buffer = false;
		begin(capture, now_ns);
		return;
	}
	capture->last_error = err;
	touch(capture, now_ns);
	if (capture->mode == CAPTURE_BUFFER) {
		begin_polling(capture, now_ns);
		capture->opened = opened;
		return;
	}
	capture->errors++;
	if (capture->errors >= CAPTURE_ERRORS_STALE)
		capture->stale = true;
	if (capture->errors >= CAPTURE_ERRORS_FAILED) {
		capture->mode = CAPTURE_FAILED;
		capture->deadline_ns = CLOCK_NEVER;
		return;
	}
	capture->deadline_ns = next_deadline(capture, now_ns);
}

const char *capture_mode_name(const struct capture *capture)
{
	switch (capture->mode) {
	case CAPTURE_OFF:
		return "off";
	case CAPTURE_BUFFER:
		return "buffer";
	case CAPTURE_POLL:
		return capture->has_buffer ? "silent" : "poll";
	case CAPTURE_FAILED:
		break;
	}
	return "failed";
}
