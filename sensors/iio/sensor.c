/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/iio/sensor.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOG_MODULE "sensors"
#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "hub/core/text.h"
#include "sensors/attr.h"
#include "sensors/iio/sensor_state.h"

static const char *class_path(enum sensor_class class)
{
	static const char *const paths[SENSOR_CLASSES] = {
		[SENSOR_LIGHT] = "light",
		[SENSOR_ORIENTATION] = "accel",
		[SENSOR_PROXIMITY] = "proximity",
		[SENSOR_LID] = "lid",
	};

	return paths[class];
}

static void probe_near(struct iiosensor *s)
{
	char attr[ATTR_MAX];

	s->near_level = 0;
	snprintf(attr, sizeof(attr), "in_%s_nearlevel", s->channels.channel[0].id);
	if (iiobus_read_double(s->env->bus, s->device.id, attr, &s->near_level) < 0)
		s->near_level = 0;
}

/* What attributes and files say may change with every event, a matrix that udev finished late above all. */
static int probe(struct iiosensor *s)
{
	const struct iiosensor_env *env = s->env;
	uint64_t poll_min;
	int rc;

	s->unusable[0] = '\0';
	s->why[0] = '\0';
	rc = channels_probe(env->bus, s->device.id, s->class, &s->channels, s->unusable, sizeof(s->unusable));
	if (rc == -ENOENT)
		return rc;
	if (rc < 0) {
		log_warn("%s (%s): no %s sensor: %s", s->device.name, s->device.id,
			 sensor_class_name(s->class), s->unusable);
		snprintf(s->why, sizeof(s->why), "%s", s->unusable);
	}
	memset(&s->quirk, 0, sizeof(s->quirk));
	if (env->quirks)
		quirks_find(env->quirks, env->dmi, s->device.name, &s->quirk, NULL, NULL);
	if (s->class == SENSOR_ORIENTATION)
		mount_find(&s->mount, env, &s->device, &s->quirk, s->why, sizeof(s->why));
	if (s->class == SENSOR_PROXIMITY)
		probe_near(s);
	poll_min = env->poll_min_ns ? env->poll_min_ns : CAPTURE_POLL_MIN_NS;
	s->capture.poll_min_ns = s->quirk.poll_min_ns ? s->quirk.poll_min_ns : poll_min;
	s->capture.has_buffer = !s->channels.processed && !s->quirk.no_buffer;
	return 0;
}

int iiosensor_create(struct iiosensor **out, const struct iiosensor_env *env,
		     const struct iiobus_device *device, enum sensor_class class, unsigned index)
{
	struct iiosensor *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return -ENOMEM;
	s->env = env;
	s->device = *device;
	s->class = class;
	s->index = index;
	snprintf(s->path, sizeof(s->path), "%s/%u", class_path(class), index);
	capture_init(&s->capture, false, 0);
	light_init(&s->light, &env->light);
	rc = probe(s);
	if (rc < 0) {
		free(s);
		return rc;
	}
	*out = s;
	return 0;
}

void iiosensor_destroy(struct iiosensor *s)
{
	sensor_close_buffer(s);
	sensor_forget(s);
	free(s);
}

void iiosensor_ready(struct iiosensor *s)
{
	s->ready = true;
}

void iiosensor_dispatch(struct iiosensor *s, uint64_t now_ns)
{
	if (s->ready && s->buffer && s->capture.mode == CAPTURE_BUFFER)
		sensor_take(s, now_ns);
	s->ready = false;
	sensor_act(s, now_ns);
	if (s->capture.mode == CAPTURE_OFF || s->capture.mode == CAPTURE_FAILED)
		return;
	if (s->class == SENSOR_LIGHT && light_deadline(&s->light) <= now_ns && light_tick(&s->light, now_ns))
		sensor_say_light(s);
	if (s->unsaid && s->say_ns <= now_ns)
		sensor_say_sample(s, now_ns);
}

uint64_t iiosensor_deadline(const struct iiosensor *s)
{
	uint64_t deadline = s->capture.deadline_ns;

	if (s->capture.mode == CAPTURE_OFF || s->capture.mode == CAPTURE_FAILED)
		return CLOCK_NEVER;
	if (s->class == SENSOR_LIGHT && light_deadline(&s->light) < deadline)
		deadline = light_deadline(&s->light);
	if (s->unsaid && s->say_ns < deadline)
		deadline = s->say_ns;
	return deadline;
}

static void rest(struct iiosensor *s)
{
	sensor_close_buffer(s);
	capture_stop(&s->capture);
	s->unsaid = false;
	if (!s->has_sample)
		return;
	sensor_say_stale(s);
}

void iiosensor_set_interval(struct iiosensor *s, uint64_t interval_ns, uint64_t now_ns)
{
	if (interval_ns == CLOCK_NEVER) {
		if (s->capture.mode != CAPTURE_OFF)
			rest(s);
		return;
	}
	if (s->unusable[0] || (s->capture.mode != CAPTURE_OFF && s->capture.interval_ns == interval_ns))
		return;
	/* What stood before a rest is no neighbour of what comes after it. */
	if (s->capture.mode == CAPTURE_OFF)
		light_init(&s->light, &s->env->light);
	capture_start(&s->capture, interval_ns, now_ns);
	if (s->say_ns > now_ns + interval_ns)
		s->say_ns = now_ns + interval_ns;
	if (s->buffer && s->capture.delivered)
		sensor_slow_down(s);
}

void iiosensor_set_primary(struct iiosensor *s, bool primary)
{
	if (s->primary == primary)
		return;
	if (!primary)
		report_drop(s->env->report, "", "orientation");
	s->primary = primary;
	sensor_say_orientation(s);
}

void iiosensor_detach(struct iiosensor *s)
{
	sensor_close_buffer(s);
}

void iiosensor_reset(struct iiosensor *s, uint64_t now_ns)
{
	sensor_close_buffer(s);
	if (probe(s) < 0)
		snprintf(s->unusable, sizeof(s->unusable), "its attributes are gone");
	if (s->unusable[0]) {
		sensor_forget(s);
		capture_stop(&s->capture);
		return;
	}
	capture_reset(&s->capture, now_ns);
}

const struct iiobus_device *iiosensor_device(const struct iiosensor *s)
{
	return &s->device;
}

enum sensor_class iiosensor_class(const struct iiosensor *s)
{
	return s->class;
}

bool iiosensor_failed(const struct iiosensor *s)
{
	return s->unusable[0] || s->capture.mode == CAPTURE_FAILED;
}

unsigned iiosensor_index(const struct iiosensor *s)
{
	return s->index;
}
