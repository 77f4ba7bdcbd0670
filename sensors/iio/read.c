/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a sensor is read: what iio/capture.h decides is done here, and each sample taken into it. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define LOG_MODULE "sensors"
#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "sensors/attr.h"
#include "sensors/iio/sensor_state.h"

#define LIGHT_REFILL_NS NS_PER_S
/* A buffer is given two seconds to prove itself, however slow the claim; only then it slows down. */
#define PROOF_HZ    2.0
#define ACTIONS_MAX 4
/*
 * A check beside the buffer finds the buffer silent when the value is off by more than this part of itself.
 */
#define MOVED_PART 0.25
#define MOVED_MIN  1.0
/* A kernel timestamp further off than this is on another clock. */
#define TIMESTAMP_OFF_NS (10 * NS_PER_S)
#define NEAR_LEAVES_PART 0.9
/* Longer than publications are apart by default. */
#define TURN_ALONE_NS (100 * NS_PER_MS)

void sensor_close_buffer(struct iiosensor *s)
{
	if (!s->buffer)
		return;
	epoll_ctl(s->env->epoll_fd, EPOLL_CTL_DEL, s->env->bus->ops->fd(s->buffer), NULL);
	s->env->bus->ops->close(s->buffer);
	s->buffer = NULL;
}

/* The slowest of the rates on offer that is fast enough; a device without a list takes what it likes. */
static void request_rate(struct iiosensor *s, double wanted)
{
	const struct iiobus_ops *ops = s->env->bus->ops;
	size_t type_len = strcspn(s->channels.channel[0].id, "_0123456789");
	char attr[ATTR_MAX];
	char list[ATTR_MAX];
	char text[32];
	double best = 0;

	if (!ops->read(s->env->bus, s->device.id, "sampling_frequency_available", list, sizeof(list))) {
		for (char *save, *item = strtok_r(list, " []", &save); item;
		     item = strtok_r(NULL, " []", &save)) {
			double hz;

			if (attr_parse_double(item, &hz) < 0 || hz <= 0)
				continue;
			if (!best || (best < wanted ? hz > best : hz >= wanted && hz < best))
				best = hz;
		}
	}
	snprintf(text, sizeof(text), "%.6f", best ? best : wanted);
	snprintf(attr, sizeof(attr), "in_%.*s_sampling_frequency", (int)type_len, s->channels.channel[0].id);
	if (ops->write(s->env->bus, s->device.id, attr, text) < 0)
		ops->write(s->env->bus, s->device.id, "sampling_frequency", text);
}

static double claimed_rate(const struct iiosensor *s)
{
	return (double)NS_PER_S / (double)s->capture.interval_ns;
}

void sensor_slow_down(struct iiosensor *s)
{
	request_rate(s, claimed_rate(s));
}

static void explain(struct iiosensor *s, const char *what, int err)
{
	snprintf(s->why, sizeof(s->why), "%s: %s", what, strerror(-err));
}

static void open_buffer(struct iiosensor *s, uint64_t now_ns)
{
	const struct iiobus_ops *ops = s->env->bus->ops;
	const char *ids[CHANNELS_MAX];
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = s };
	int rc;

	for (unsigned i = 0; i < s->channels.count; i++)
		ids[i] = s->channels.channel[i].id;
	request_rate(s, fmax(claimed_rate(s), PROOF_HZ));
	rc = ops->open(s->env->bus, s->device.id, ids, s->channels.count, &s->buffer);
	if (!rc && epoll_ctl(s->env->epoll_fd, EPOLL_CTL_ADD, ops->fd(s->buffer), &event) < 0) {
		rc = -errno;
		ops->close(s->buffer);
		s->buffer = NULL;
	}
	if (!rc) {
		capture_opened(&s->capture, now_ns);
		return;
	}
	s->buffer = NULL;
	if (rc != -ENOTSUP)
		explain(s, "its buffer cannot be opened", rc);
	capture_error(&s->capture, rc, now_ns);
}

static void note_error(struct iiosensor *s, const char *what, int rc, uint64_t now_ns)
{
	bool stale = s->capture.stale;

	explain(s, what, rc);
	capture_error(&s->capture, rc, now_ns);
	if (s->capture.mode == CAPTURE_FAILED) {
		log_warn("%s (%s): %s; not tried again before the next event of the device", s->device.name,
			 s->device.id, s->why);
		sensor_forget(s);
	} else if (s->capture.stale && !stale) {
		log_warn("%s (%s): %s; tried less often now", s->device.name, s->device.id, s->why);
		sensor_say_stale(s);
	}
}

static uint64_t sample_time(uint64_t kernel_ns, uint64_t now_ns)
{
	return kernel_ns > now_ns || kernel_ns + TIMESTAMP_OFF_NS < now_ns ? now_ns : kernel_ns;
}

static void take_sample(struct iiosensor *s, const double *raw, uint64_t kernel_ns, uint64_t now_ns)
{
	uint64_t at = sample_time(kernel_ns, now_ns);
	enum orientation before;
	bool turned = false;
	double device[3];

	if (channels_convert(&s->channels, raw, s->sample) < 0) {
		note_error(s, "its value is none", -ERANGE, now_ns);
		return;
	}
	if (s->capture.mode == CAPTURE_BUFFER && !s->capture.delivered && claimed_rate(s) < PROOF_HZ)
		request_rate(s, claimed_rate(s));
	/* The first sample after errors, or of a polled sensor: what was wrong with it is over. */
	if (s->capture.errors)
		s->why[0] = '\0';
	capture_sample(&s->capture, now_ns);
	s->measured_ns = s->has_sample && at > s->sample_ns ? at - s->sample_ns : 0;
	s->sample_ns = at;
	s->has_sample = true;

	switch (s->class) {
	case SENSOR_LIGHT:
		light_set_refill(&s->light, s->capture.mode == CAPTURE_BUFFER ? LIGHT_REFILL_NS : 0);
		light_push(&s->light, sensor_milli(s->sample[0]), now_ns);
		sensor_say_light(s);
		break;
	case SENSOR_ORIENTATION:
		matrix_apply(&s->mount.matrix, s->sample, device);
		before = s->orientation;
		s->orientation = orientation_next(s->orientation, device);
		sensor_say_orientation(s);
		turned = s->has_said && s->primary && s->orientation != before;
		break;
	case SENSOR_PROXIMITY:
		s->near = s->sample[0] >= s->near_level * (s->near ? NEAR_LEAVES_PART : 1);
		break;
	default:
		break;
	}
	/* The turn goes out alone; what it was decided by follows. */
	if (turned && s->say_ns < now_ns + TURN_ALONE_NS)
		s->say_ns = now_ns + TURN_ALONE_NS;
	if (turned || (s->capture.mode == CAPTURE_BUFFER && now_ns < s->say_ns))
		s->unsaid = true;
	else
		sensor_say_sample(s, now_ns);
}

void sensor_take(struct iiosensor *s, uint64_t now_ns)
{
	int64_t values[IIOBUS_CHANNELS_MAX];
	double raw[CHANNELS_MAX] = { 0 };
	uint64_t at;
	int rc = s->env->bus->ops->next(s->buffer, values, &at);

	if (rc < 0)
		note_error(s, "its buffer fails", rc, now_ns);
	if (rc <= 0)
		return;
	for (unsigned i = 0; i < s->channels.count; i++)
		raw[i] = (double)values[i];
	take_sample(s, raw, at, now_ns);
}

static bool has_moved(const struct iiosensor *s, const double *values)
{
	for (unsigned i = 0; i < channels_values(&s->channels); i++)
		if (fabs(values[i] - s->sample[i]) > MOVED_MIN + MOVED_PART * fabs(s->sample[i]))
			return true;
	return false;
}

static void check_buffer(struct iiosensor *s, uint64_t now_ns)
{
	double raw[CHANNELS_MAX] = { 0 };
	double values[CHANNELS_MAX] = { 0 };
	int rc = channels_read(s->env->bus, s->device.id, &s->channels, raw);
	bool moved;

	if (!rc)
		rc = channels_convert(&s->channels, raw, values);
	if (rc < 0) {
		note_error(s, "it cannot be read", rc, now_ns);
		return;
	}
	moved = has_moved(s, values);
	if (moved)
		snprintf(s->why, sizeof(s->why), "its buffer has gone silent");
	capture_checked(&s->capture, moved, now_ns);
}

static void poll_once(struct iiosensor *s, uint64_t now_ns)
{
	double raw[CHANNELS_MAX] = { 0 };
	int rc = channels_read(s->env->bus, s->device.id, &s->channels, raw);

	if (rc < 0)
		note_error(s, "it cannot be read", rc, now_ns);
	else
		take_sample(s, raw, now_ns, now_ns);
}

void sensor_act(struct iiosensor *s, uint64_t now_ns)
{
	for (int i = 0; i < ACTIONS_MAX; i++) {
		switch (capture_due(&s->capture, now_ns)) {
		case CAPTURE_WAIT:
			return;
		case CAPTURE_OPEN:
			open_buffer(s, now_ns);
			break;
		case CAPTURE_READ:
			poll_once(s, now_ns);
			break;
		case CAPTURE_CHECK:
			check_buffer(s, now_ns);
			break;
		case CAPTURE_CLOSE:
			if (!s->why[0])
				snprintf(s->why, sizeof(s->why), "its buffer says nothing");
			sensor_close_buffer(s);
			break;
		}
	}
}
