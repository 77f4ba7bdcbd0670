/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/iio/set.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define LOG_MODULE "sensors"
#include "hub/core/clock.h"
#include "hub/core/log.h"

static const enum sensor_class iio_classes[] = { SENSOR_LIGHT, SENSOR_ORIENTATION, SENSOR_PROXIMITY,
						 SENSOR_LID };

static unsigned free_index(const struct iioset *s, enum sensor_class class)
{
	for (unsigned index = 0;; index++) {
		bool taken = false;

		for (unsigned i = 0; i < s->count; i++)
			taken = taken || (iiosensor_class(s->sensors[i]) == class &&
					  iiosensor_index(s->sensors[i]) == index);
		if (!taken)
			return index;
	}
}

static struct iiosensor *find_sensor(const struct iioset *s, const struct iiobus_device *device,
				     enum sensor_class class)
{
	for (unsigned i = 0; i < s->count; i++) {
		const struct iiobus_device *own = iiosensor_device(s->sensors[i]);

		if (iiosensor_class(s->sensors[i]) == class && !strcmp(own->id, device->id) &&
		    !strcmp(own->name, device->name))
			return s->sensors[i];
	}
	return NULL;
}

static void add_missing(struct iioset *s, const struct iiobus_device *device)
{
	for (unsigned i = 0; i < sizeof(iio_classes) / sizeof(iio_classes[0]); i++) {
		enum sensor_class class = iio_classes[i];
		int rc;

		if (find_sensor(s, device, class))
			continue;
		if (s->count == SENSORS_MAX) {
			log_warn("%s (%s): left out, more than %d sensors", device->name, device->id,
				 SENSORS_MAX);
			return;
		}
		rc = iiosensor_create(&s->sensors[s->count], s->env, device, class, free_index(s, class));
		if (!rc)
			s->count++;
		else if (rc != -ENOENT)
			log_warn_errno(-rc, "%s (%s): left out", device->name, device->id);
	}
}

static bool is_listed(const struct iiosensor *sensor, const struct iiobus_device *devices, int count)
{
	const struct iiobus_device *own = iiosensor_device(sensor);

	for (int i = 0; i < count; i++)
		if (!strcmp(own->id, devices[i].id) && !strcmp(own->name, devices[i].name))
			return true;
	return false;
}

/* The device turns as the lowest accelerometer says that works. */
static void choose_primary(struct iioset *s)
{
	struct iiosensor *primary = NULL;

	for (unsigned i = 0; i < s->count; i++) {
		struct iiosensor *sensor = s->sensors[i];

		if (iiosensor_class(sensor) == SENSOR_ORIENTATION && !iiosensor_failed(sensor) &&
		    (!primary || iiosensor_index(sensor) < iiosensor_index(primary)))
			primary = sensor;
	}
	for (unsigned i = 0; i < s->count; i++)
		if (s->sensors[i] != primary)
			iiosensor_set_primary(s->sensors[i], false);
	if (primary)
		iiosensor_set_primary(primary, true);
}

void iioset_rescan(struct iioset *s, uint64_t now_ns)
{
	struct iiobus_device devices[IIOBUS_DEVICES_MAX];
	int count;

	for (unsigned i = 0; i < s->count; i++)
		iiosensor_detach(s->sensors[i]);
	count = s->env->bus->ops->list(s->env->bus, devices, IIOBUS_DEVICES_MAX);
	if (count < 0) {
		log_warn_errno(-count, "IIO devices cannot be listed; tried again with the next event");
		count = 0;
	}
	for (unsigned i = s->count; i-- > 0;) {
		if (is_listed(s->sensors[i], devices, count)) {
			iiosensor_reset(s->sensors[i], now_ns);
			continue;
		}
		iiosensor_destroy(s->sensors[i]);
		s->count--;
		memmove(&s->sensors[i], &s->sensors[i + 1], (s->count - i) * sizeof(s->sensors[0]));
	}
	for (int i = 0; i < count; i++)
		add_missing(s, &devices[i]);
	choose_primary(s);
}

void iioset_init(struct iioset *s, const struct iiosensor_env *env)
{
	s->env = env;
	s->count = 0;
}

void iioset_finish(struct iioset *s)
{
	for (unsigned i = 0; i < s->count; i++)
		iiosensor_destroy(s->sensors[i]);
	s->count = 0;
}

void iioset_claim(struct iioset *s, const struct claims *claims, uint64_t now_ns)
{
	for (unsigned i = 0; i < s->count; i++)
		iiosensor_set_interval(s->sensors[i], claims_interval(claims, iiosensor_class(s->sensors[i])),
				       now_ns);
}

uint64_t iioset_deadline(const struct iioset *s)
{
	uint64_t deadline = CLOCK_NEVER;

	for (unsigned i = 0; i < s->count; i++)
		if (iiosensor_deadline(s->sensors[i]) < deadline)
			deadline = iiosensor_deadline(s->sensors[i]);
	return deadline;
}

void iioset_dispatch(struct iioset *s, uint64_t now_ns)
{
	for (unsigned i = 0; i < s->count; i++)
		iiosensor_dispatch(s->sensors[i], now_ns);
	/* One that failed on the way leaves its place to the next. */
	choose_primary(s);
}

unsigned iioset_info(const struct iioset *s, struct iiosensor_info *info, unsigned max)
{
	unsigned count = s->count < max ? s->count : max;

	for (unsigned i = 0; i < count; i++)
		iiosensor_info(s->sensors[i], &info[i]);
	return count;
}
