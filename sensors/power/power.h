/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * All the system's supplies together: batteries one by one and summed, the mains, time left, warnings.
 * Blocks: slow thread only; the clock is the caller's.
 */
#ifndef SENSORS_POWER_POWER_H
#define SENSORS_POWER_POWER_H

#include <stdbool.h>
#include <stdint.h>

#include "sensors/power/supply.h"
#include "sensors/report.h"
#include "sensors/warning.h"

#define POWER_SUPPLIES_MAX 16

/* A line of the table that `xenhub sensors` shows. */
struct power_info {
	char name[SUPPLY_NAME_MAX];
	enum supply_type type;
	/* "off", "poll", "failed" */
	const char *mode;
	bool failed;
	/* Of the slow poll beside the kernel's events; 0 while nobody asks. */
	uint64_t interval_ns;
	bool present;
	/* Battery: as computed; otherwise unknown. */
	struct battery battery;
	/* Mains and USB: 0, 1 or 2; BATTERY_UNKNOWN. */
	int online;
	char why[96];
};

struct power;

typedef void (*power_warning_fn)(void *data, enum warning_level level, enum warning_level before);

/*
 * root stands before /sys. accept_test: take the supplies of the kernel's test_power module (test_*) for
 * real ones. warning NULL for the default levels. 0 or -errno.
 */
int power_create(struct power **out, const char *root, bool accept_test, const struct warning_params *warning,
		 struct report *report, power_warning_fn fn, void *data);
/* Removes what it reported. */
void power_destroy(struct power *power);

/*
 * Looks at everything again and reports it. event: because of a uevent or a resume, so that supplies which
 * were given up are tried again.
 */
void power_refresh(struct power *power, bool event, uint64_t now_ns);

/*
 * The kernel told of a change, and what is so now: percent, status, on-ac and warning are reported, all of which may hang together
 * with other supplies. The rest waits for power_refresh. False when that one has to be called at once: the supply is not known, or
 * nothing was told of it.
 */
bool power_hear(struct power *power, const char *name, const struct supply_source *told, uint64_t now_ns);

/* Nobody asks any more: the values become stale. */
void power_rest(struct power *power);

/* At most max lines; returns how many. */
unsigned power_info(const struct power *power, struct power_info *info, unsigned max);

#endif
