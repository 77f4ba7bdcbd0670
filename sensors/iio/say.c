/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/iio/sensor_state.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MILLI 1000.0

int64_t sensor_milli(double value)
{
	return (int64_t)llround(value * MILLI);
}

/* Beside a value that changed; alone, the time of a steady value would be written for ever. */
static void say_time(struct iiosensor *s)
{
	report_text(s->env->report, s->path, "name", s->device.name, s->sample_ns);
	report_integer(s->env->report, s->path, "stale", 0, "", s->sample_ns);
	report_integer(s->env->report, s->path, "timestamp-ns", (int64_t)s->sample_ns, "ns", s->sample_ns);
}

static bool say_integer(struct iiosensor *s, const char *name, int64_t value, const char *unit)
{
	return report_integer(s->env->report, s->path, name, value, unit, s->sample_ns);
}

void sensor_say_light(struct iiosensor *s)
{
	int64_t mlux;

	if (!light_value(&s->light, &mlux) && say_integer(s, "illuminance-mlux", mlux, "mlux"))
		say_time(s);
}

void sensor_say_orientation(struct iiosensor *s)
{
	if (s->primary && s->has_sample)
		report_text(s->env->report, "", "orientation", orientation_name(s->orientation),
			    s->sample_ns);
}

static bool say_accel(struct iiosensor *s)
{
	static const char *const axes[] = { "x", "y", "z" };
	double device[3];
	bool moved = !s->has_said;
	bool said = false;

	matrix_apply(&s->mount.matrix, s->sample, device);
	for (int i = 0; i < 3; i++)
		moved = moved || llabs(sensor_milli(device[i]) - s->said[i]) >= s->env->accel_deadband;
	for (int i = 0; i < 3; i++) {
		if (moved)
			s->said[i] = sensor_milli(device[i]);
		said |= say_integer(s, axes[i], s->said[i], "mm/s2");
	}
	return said;
}

static bool say_proximity(struct iiosensor *s)
{
	bool said = say_integer(s, "raw", (int64_t)llround(s->sample[0]), "");

	return s->near_level > 0 ? say_integer(s, "near", s->near, "") || said : said;
}

/* What changes with every sample, and is therefore held back to the interval that was claimed. */
void sensor_say_sample(struct iiosensor *s, uint64_t now_ns)
{
	bool said = false;

	s->unsaid = false;
	s->say_ns = now_ns + s->capture.interval_ns;
	switch (s->class) {
	case SENSOR_LIGHT:
		said = say_integer(s, "illuminance-raw-mlux", sensor_milli(fmax(s->sample[0], 0)), "mlux");
		said |= report_text(s->env->report, s->path, "source", s->channels.source, s->sample_ns);
		break;
	case SENSOR_ORIENTATION:
		said = say_accel(s);
		break;
	case SENSOR_PROXIMITY:
		said = say_proximity(s);
		break;
	case SENSOR_LID:
		said = say_integer(s, "angle-mrad", sensor_milli(s->sample[0]), "mrad");
		break;
	case SENSOR_POWER:
	case SENSOR_CLASSES:
		break;
	}
	s->has_said = true;
	if (said)
		say_time(s);
}

void sensor_say_stale(struct iiosensor *s)
{
	report_stale(s->env->report, s->path);
	if (s->primary)
		report_stale(s->env->report, "orientation");
	report_integer(s->env->report, s->path, "stale", 1, "", s->sample_ns);
}

void sensor_forget(struct iiosensor *s)
{
	report_drop_tree(s->env->report, s->path);
	if (s->primary)
		report_drop(s->env->report, "", "orientation");
	s->has_sample = false;
	s->has_said = false;
	s->unsaid = false;
	s->orientation = ORIENTATION_UNDEFINED;
	light_init(&s->light, &s->env->light);
}

static void describe_published(const struct iiosensor *s, char *text, size_t size)
{
	int64_t mlux;

	snprintf(text, size, "-");
	if (s->class == SENSOR_LIGHT && !light_value(&s->light, &mlux))
		snprintf(text, size, "%.3f lx", (double)mlux / MILLI);
	else if (s->class == SENSOR_ORIENTATION && s->has_sample)
		snprintf(text, size, "%s", orientation_name(s->orientation));
	else if (s->class == SENSOR_PROXIMITY && s->has_sample && s->near_level > 0)
		snprintf(text, size, "%s", s->near ? "near" : "far");
	else if (s->has_sample && s->class == SENSOR_LID)
		snprintf(text, size, "%.3f rad", s->sample[0]);
}

void iiosensor_info(const struct iiosensor *s, struct iiosensor_info *info)
{
	memset(info, 0, sizeof(*info));
	info->class = s->class;
	info->index = s->index;
	memcpy(info->device, s->device.id, sizeof(info->device));
	memcpy(info->driver, s->device.name, sizeof(info->driver));
	info->mode = s->unusable[0] ? "failed" : capture_mode_name(&s->capture);
	info->interval_ns = s->capture.mode == CAPTURE_OFF ? 0 : s->capture.interval_ns;
	info->measured_ns = s->measured_ns;
	if (s->has_sample) {
		info->values = channels_values(&s->channels);
		memcpy(info->raw, s->sample, sizeof(info->raw));
	}
	describe_published(s, info->published, sizeof(info->published));
	info->matrix_source = s->class == SENSOR_ORIENTATION ? s->mount.source : "none";
	snprintf(info->why, sizeof(info->why), "%s", s->unusable[0] ? s->unusable : s->why);
}
