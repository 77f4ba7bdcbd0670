/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/sensors.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define LOG_MODULE "sensors"
#include "hub/core/clock.h"
#include "hub/core/log.h"
#include "sensors/attr.h"
#include "sensors/burst.h"
#include "sensors/events.h"
#include "sensors/iio/capture.h"
#include "sensors/iio/set.h"
#include "sensors/sysfs.h"

#define ACCEL_DEADBAND 50
#define READY_MAX      16 /* descriptors in one turn; the rest are still ready in the next */

struct sensors {
	struct iiosensor_env env;
	struct iioset iio;
	struct matrix matrix;
	char *quirks;
	char dmi[ATTR_MAX];
	struct claims claims;
	struct power *power;
	/* When power is read next, and when it was read last. */
	uint64_t power_ns, power_read_ns;
	struct burst iio_burst, power_burst;
};

static void quirks_complain(void *data, unsigned line, const char *section, const char *key, const char *why)
{
	log_warn("%s:%u: [%s] %s: %s", (const char *)data, line, section, key, why);
}

static void load_quirks(struct sensors *s, const struct sensors_options *options)
{
	struct quirk quirk;
	char dir[SYSFS_PATH_MAX];

	snprintf(dir, sizeof(dir), "%s/sys/class/dmi/id", options->root ? options->root : "");
	if (sysfs_read(dir, "modalias", s->dmi, sizeof(s->dmi)) < 0)
		s->dmi[0] = '\0';
	s->env.dmi = s->dmi;
	if (!options->quirks_path)
		return;
	s->quirks = sysfs_slurp(options->quirks_path, SENSORS_QUIRKS_BYTES_MAX);
	if (!s->quirks) {
		if (errno != ENOENT)
			log_warn_errno(errno, "%s: quirks of sensors are not used", options->quirks_path);
		return;
	}
	quirks_find(s->quirks, s->dmi, "", &quirk, quirks_complain, (void *)(uintptr_t)options->quirks_path);
	s->env.quirks = s->quirks;
}

static int open_wished(struct sensors *s, const struct sensors_options *options, const char *root)
{
	if (options->bus)
		return options->bus->create(&s->env.bus, root);
#ifdef XENHUB_HAVE_LIBIIO
	if (options->backend == SENSORS_BACKEND_LIBIIO)
		return iiobus_libiio.create(&s->env.bus, root);
#endif
	if (options->backend == SENSORS_BACKEND_SYSFS)
		return iiobus_sysfs.create(&s->env.bus, root);
	return iiobus_open_any(&s->env.bus, root);
}

/* Power and its warnings must not go with a library that does not work. */
static int open_bus(struct sensors *s, const struct sensors_options *options)
{
	const char *root = options->root ? options->root : "";
	int rc = open_wished(s, options, root);

	if (!rc || rc == -ENOMEM)
		return rc;
	log_warn_errno(-rc, "the backend that was asked for cannot be opened, sysfs is read directly");
	return iiobus_sysfs.create(&s->env.bus, root);
}

/* In the epoll set a buffer goes by its sensor, and these by numbers that are no address. */
static int watch_events(struct sensors *s)
{
	static const unsigned kinds[] = { EVENTS_IIO, EVENTS_POWER };
	int rc = events_create(&s->env.events);

	for (unsigned i = 0; !rc && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct epoll_event event = { .events = EPOLLIN, .data.u64 = kinds[i] };

		if (epoll_ctl(s->env.epoll_fd, EPOLL_CTL_ADD, events_fd(s->env.events, kinds[i]), &event) <
		    0) {
			rc = -errno;
			events_destroy(s->env.events);
		}
	}
	if (rc < 0)
		s->env.events = NULL;
	return rc;
}

/* The period of power's slow poll; CLOCK_NEVER. */
static uint64_t power_interval(const struct sensors *s)
{
	uint64_t interval = claims_interval(&s->claims, SENSOR_POWER);

	return interval < CAPTURE_POLL_MIN_NS ? CAPTURE_POLL_MIN_NS : interval;
}

static void apply_claims(struct sensors *s, uint64_t now_ns)
{
	uint64_t power = power_interval(s);

	iioset_claim(&s->iio, &s->claims, now_ns);
	if (power == CLOCK_NEVER) {
		if (s->power_ns != CLOCK_NEVER)
			power_rest(s->power);
		s->power_ns = CLOCK_NEVER;
	} else if (s->power_ns == CLOCK_NEVER) {
		/* As with a capture: claims that come and go do not add up to a fast poll. */
		uint64_t soonest = s->power_read_ns ? s->power_read_ns + CAPTURE_POLL_MIN_NS : 0;

		s->power_ns = now_ns > soonest ? now_ns : soonest;
	} else if (s->power_ns > now_ns + power) {
		s->power_ns = now_ns + power;
	}
}

static void rescan(struct sensors *s, uint64_t now_ns)
{
	iioset_rescan(&s->iio, now_ns);
	apply_claims(s, now_ns);
}

int sensors_create(struct sensors **out, const struct sensors_options *options,
		   const struct sensors_listener *listener, void *data, uint64_t now_ns)
{
	struct sensors *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return -ENOMEM;
	s->power_ns = CLOCK_NEVER;
	s->env.light = options->light ? *options->light : light_defaults;
	s->env.poll_min_ns = options->poll_min_ns;
	s->env.accel_deadband = options->accel_deadband ? options->accel_deadband : ACCEL_DEADBAND;
	if (options->matrix) {
		s->matrix = *options->matrix;
		s->env.matrix = &s->matrix;
	}
	iioset_init(&s->iio, &s->env);
	claims_init(&s->claims);
	s->env.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (s->env.epoll_fd < 0) {
		rc = -errno;
		goto fail;
	}
	rc = report_create(&s->env.report, listener->value, listener->removed, data);
	if (rc < 0)
		goto fail_epoll;
	rc = power_create(&s->power, options->root ? options->root : "", options->accept_test_supplies,
			  options->warning, s->env.report, listener->warning, data);
	if (rc < 0)
		goto fail_report;
	rc = open_bus(s, options);
	if (rc < 0)
		goto fail_power;
	load_quirks(s, options);
	if (!options->no_udev) {
		rc = watch_events(s);
		if (rc < 0)
			log_warn_errno(
				-rc,
				"no udev events: sensors are looked for at start and after a resume only");
	}
	rescan(s, now_ns);
	*out = s;
	return 0;

fail_power:
	power_destroy(s->power);
fail_report:
	report_destroy(s->env.report);
fail_epoll:
	close(s->env.epoll_fd);
fail:
	free(s);
	return rc;
}

void sensors_destroy(struct sensors *s)
{
	if (!s)
		return;
	report_mute(s->env.report);
	iioset_finish(&s->iio);
	events_destroy(s->env.events);
	s->env.bus->ops->destroy(s->env.bus);
	power_destroy(s->power);
	report_destroy(s->env.report);
	close(s->env.epoll_fd);
	free(s->quirks);
	free(s);
}

int sensors_fd(const struct sensors *s)
{
	return s->env.epoll_fd;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

uint64_t sensors_deadline(const struct sensors *s)
{
	uint64_t deadline = earlier(burst_deadline(&s->iio_burst), s->power_ns);

	if (s->power_ns != CLOCK_NEVER)
		deadline = earlier(deadline, burst_deadline(&s->power_burst));
	return earlier(deadline, iioset_deadline(&s->iio));
}

static void take_events(struct sensors *s, unsigned mask)
{
	if (mask & EVENTS_IIO)
		burst_note(&s->iio_burst);
	if (mask & EVENTS_POWER)
		burst_note(&s->power_burst);
}

static void dispatch_power(struct sensors *s, uint64_t now_ns)
{
	bool event;

	if (s->power_ns == CLOCK_NEVER)
		return;
	event = burst_due(&s->power_burst, now_ns);
	if (!event && now_ns < s->power_ns)
		return;
	power_refresh(s->power, event, now_ns);
	s->power_read_ns = now_ns;
	s->power_ns = now_ns + power_interval(s);
}

/* What the kernel told of a supply, as if it were read from sysfs. */
static int read_told(const void *data, const char *file, char *buf, size_t size)
{
	char key[ATTR_MAX] = "POWER_SUPPLY_";
	size_t at = strlen(key);
	const char *value;

	for (; *file && at < sizeof(key) - 1; at++)
		key[at] = (char)toupper((unsigned char)*file++);
	value = events_told_property(data, key);
	if (!value)
		return -ENOENT;
	if (strlen(value) >= size)
		return -EMSGSIZE;
	memcpy(buf, value, strlen(value) + 1);
	return *attr_trim(buf) ? 0 : -ENODATA;
}

struct hearing {
	struct sensors *sensors;
	uint64_t now_ns;
};

/* What was told is reported at once; all of it is read when the burst is over, or at once where that does not do. */
static void on_supply(void *data, const char *name, const struct events_told *told)
{
	struct hearing *h = data;
	struct sensors *s = h->sensors;
	const struct supply_source source = { read_told, told, true };

	if (s->power_ns != CLOCK_NEVER && told && power_hear(s->power, name, &source, h->now_ns) &&
	    !s->power_burst.pending)
		burst_hold(&s->power_burst, h->now_ns);
	burst_note(&s->power_burst);
}

static void take_ready(struct sensors *s, uint64_t now_ns)
{
	struct hearing hearing = { s, now_ns };
	struct epoll_event ready[READY_MAX];
	int n = epoll_wait(s->env.epoll_fd, ready, READY_MAX, 0);

	for (int i = 0; i < n; i++) {
		if (ready[i].data.u64 > (EVENTS_IIO | EVENTS_POWER))
			iiosensor_ready(ready[i].data.ptr);
		else if (events_take(s->env.events, (unsigned)ready[i].data.u64, on_supply, &hearing) &
			 EVENTS_IIO)
			burst_note(&s->iio_burst);
	}
}

void sensors_dispatch(struct sensors *s, uint64_t now_ns)
{
	take_ready(s, now_ns);
	/* Power first: a battery's action must not wait for a sensor that hangs. */
	dispatch_power(s, now_ns);
	if (burst_due(&s->iio_burst, now_ns))
		rescan(s, now_ns);
	iioset_dispatch(&s->iio, now_ns);
}

int sensors_claim(struct sensors *s, uint64_t owner, enum sensor_class class, uint64_t interval_ns,
		  uint64_t now_ns)
{
	int rc = claims_set(&s->claims, owner, class, interval_ns);

	if (!rc)
		apply_claims(s, now_ns);
	return rc;
}

void sensors_release(struct sensors *s, uint64_t owner, enum sensor_class class, uint64_t now_ns)
{
	claims_drop(&s->claims, owner, class);
	apply_claims(s, now_ns);
}

void sensors_release_owner(struct sensors *s, uint64_t owner, uint64_t now_ns)
{
	claims_drop_owner(&s->claims, owner);
	apply_claims(s, now_ns);
}

void sensors_set_screen(struct sensors *s, bool on, uint64_t now_ns)
{
	claims_set_screen(&s->claims, on);
	apply_claims(s, now_ns);
}

void sensors_resume(struct sensors *s, uint64_t now_ns)
{
	burst_hurry(&s->iio_burst, now_ns);
	burst_hurry(&s->power_burst, now_ns);
}

void sensors_notify(struct sensors *s, unsigned events, uint64_t now_ns)
{
	take_events(s, events);
}

void sensors_replay(const struct sensors *s, report_value_fn value, void *data)
{
	report_replay(s->env.report, value, data);
}

unsigned sensors_info(const struct sensors *s, struct iiosensor_info *info, unsigned max)
{
	return iioset_info(&s->iio, info, max);
}

unsigned sensors_power_info(const struct sensors *s, struct power_info *info, unsigned max)
{
	unsigned count = power_info(s->power, info, max);

	for (unsigned i = 0; i < count; i++) {
		if (s->power_ns != CLOCK_NEVER)
			info[i].interval_ns = power_interval(s);
		else if (!info[i].failed)
			info[i].mode = "off";
	}
	return count;
}

const char *sensors_backend_name(const struct sensors *s)
{
	return s->env.bus->ops->name;
}
