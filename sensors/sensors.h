/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ambient light, orientation, proximity, lid angle and power of this machine, as values that change.
 *
 * One object, owned by one thread that may block (readings take seconds on some hardware). It never reads
 * the clock and starts no thread: its owner waits for sensors_fd() and sensors_deadline(), then calls
 * sensors_dispatch().
 *
 *	rc = sensors_create(&sensors, &options, &listener, data, clock_now_ns());
 *	loop_add_fd(loop, sensors_fd(sensors), EPOLLIN, on_ready, ...);
 *	on_ready and on_timer: sensors_dispatch(sensors, loop_now(loop));
 *	after every call that takes now_ns: loop_timer_at(timer, sensors_deadline(sensors));
 *
 * Paths, types and units: docs/sensors-states.md. Nothing is read, and nothing wakes, without a claim.
 */
#ifndef SENSORS_SENSORS_H
#define SENSORS_SENSORS_H

#include <stdbool.h>
#include <stdint.h>

#include "sensors/claims.h"
#include "sensors/iio/bus.h"
#include "sensors/iio/sensor.h"
#include "sensors/iio/set.h"
#include "sensors/light.h"
#include "sensors/matrix.h"
#include "sensors/power/power.h"
#include "sensors/report.h"
#include "sensors/warning.h"

/* What a claim of the configuration's default asks for. */
#define SENSORS_INTERVAL_NS       2000000000ull
#define SENSORS_INTERVAL_POWER_NS 30000000000ull

/* The longest file of quirks. */
#define SENSORS_QUIRKS_BYTES_MAX (256 * 1024)

enum sensors_backend {
	SENSORS_BACKEND_AUTO,
	SENSORS_BACKEND_LIBIIO,
	SENSORS_BACKEND_SYSFS,
};

/* Zero-initialised options are the defaults. Nothing is kept but what sensors_create copies. */
struct sensors_options {
	/* Stands before /sys and /dev, for tests; NULL for the system's own. */
	const char *root;
	enum sensors_backend backend;
	/* For tests: a backend of their own. */
	const struct iiobus_ops *bus;
	/* Without a udev monitor: sensors_notify alone tells of changes. */
	bool no_udev;
	/* The kernel's test_power module counts as hardware. */
	bool accept_test_supplies;
	/* Polling may be faster than CAPTURE_POLL_MIN_NS; 0 for that. */
	uint64_t poll_min_ns;
	/* mm/s²; 0 for 50. */
	int64_t accel_deadband;
	/* NULL for the defaults of light.h and warning.h. */
	const struct light_params *light;
	const struct warning_params *warning;
	/* The mount matrix of the configuration, over everything else; NULL for none. */
	const struct matrix *matrix;
	/* The file of quirks; NULL for none. A missing one is no error. */
	const char *quirks_path;
};

struct sensors_listener {
	/* A value is new, has another value, or became stale or fresh. */
	report_value_fn value;
	/* A path is gone: what it said is unknown now. */
	report_removed_fn removed;
	/*
	 * The warning level changed (it is also a value); level against before says in which direction. May
	 * be NULL.
	 */
	power_warning_fn warning;
};

struct sensors;

/*
 * Finds the hardware; callbacks come first with the first dispatch after a claim, always inside a call to
 * this object, and may call nothing of it but sensors_replay. 0, or -errno when not even an empty set can
 * be had (memory, epoll).
 */
int sensors_create(struct sensors **out, const struct sensors_options *options,
		   const struct sensors_listener *listener, void *data, uint64_t now_ns);
/* Closes everything; without callbacks. */
void sensors_destroy(struct sensors *sensors);

/* One descriptor for epoll: readable when there is something to dispatch. It stays the same. */
int sensors_fd(const struct sensors *sensors);

/* CLOCK_NEVER when only the descriptor can bring something. */
uint64_t sensors_deadline(const struct sensors *sensors);

/* May be called at any time, early and often. */
void sensors_dispatch(struct sensors *sensors, uint64_t now_ns);

/* As claims_set; the owner's number is the caller's. The first reading follows with the next dispatch. */
int sensors_claim(struct sensors *sensors, uint64_t owner, enum sensor_class class, uint64_t interval_ns,
		  uint64_t now_ns);
void sensors_release(struct sensors *sensors, uint64_t owner, enum sensor_class class, uint64_t now_ns);
void sensors_release_owner(struct sensors *sensors, uint64_t owner, uint64_t now_ns);

/* Off: light and orientation rest and become stale. */
void sensors_set_screen(struct sensors *sensors, bool on, uint64_t now_ns);

/* After a resume: everything is looked for and probed again. */
void sensors_resume(struct sensors *sensors, uint64_t now_ns);

/* An event that the caller learnt of elsewhere: EVENTS_IIO, EVENTS_POWER. */
void sensors_notify(struct sensors *sensors, unsigned events, uint64_t now_ns);

/* Says every present value again: for a consumer that is new, or a store that was cleared. */
void sensors_replay(const struct sensors *sensors, report_value_fn value, void *data);

/* Lines of the table; at most max, returns how many. */
unsigned sensors_info(const struct sensors *sensors, struct iiosensor_info *info, unsigned max);
unsigned sensors_power_info(const struct sensors *sensors, struct power_info *info, unsigned max);

/* "libiio" or "sysfs". */
const char *sensors_backend_name(const struct sensors *sensors);

#endif
