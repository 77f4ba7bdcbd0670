/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One power supply of /sys/class/power_supply, read defensively. Rules:
 * Documentation/ABI/testing/sysfs-class-power. Blocks for as long as the firmware likes: slow thread only.
 */
#ifndef SENSORS_POWER_SUPPLY_H
#define SENSORS_POWER_SUPPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sensors/estimate.h"

#define SUPPLY_NAME_MAX 48
#define SUPPLY_TEXT_MAX 64

enum supply_type {
	SUPPLY_BATTERY,
	SUPPLY_MAINS,
	SUPPLY_USB,
};

/* Numbers as the kernel has them, in its units. */
enum supply_field {
	SUPPLY_PRESENT,
	SUPPLY_ONLINE,
	SUPPLY_CAPACITY,
	SUPPLY_ENERGY_NOW,
	SUPPLY_ENERGY_AVG,
	SUPPLY_ENERGY_FULL,
	SUPPLY_ENERGY_FULL_DESIGN,
	SUPPLY_CHARGE_NOW,
	SUPPLY_CHARGE_AVG,
	SUPPLY_CHARGE_FULL,
	SUPPLY_CHARGE_FULL_DESIGN,
	SUPPLY_POWER_NOW,
	SUPPLY_POWER_AVG,
	SUPPLY_CURRENT_NOW,
	SUPPLY_CURRENT_AVG,
	SUPPLY_VOLTAGE_NOW,
	SUPPLY_VOLTAGE_AVG,
	SUPPLY_VOLTAGE_MIN_DESIGN,
	SUPPLY_VOLTAGE_MAX_DESIGN,
	SUPPLY_TEMP,
	SUPPLY_TIME_TO_EMPTY_NOW,
	SUPPLY_TIME_TO_EMPTY_AVG,
	SUPPLY_TIME_TO_FULL_NOW,
	SUPPLY_TIME_TO_FULL_AVG,
	SUPPLY_CYCLE_COUNT,
	SUPPLY_THRESHOLD_START,
	SUPPLY_THRESHOLD_END,
	SUPPLY_FIELDS,
};

struct supply {
	char name[SUPPLY_NAME_MAX];
	enum supply_type type;

	/* What the last read found; a field that could not be had is not valid. */
	struct {
		bool valid;
		/* The last read failed and the value is the one before: tolerated once. */
		bool kept;
		int64_t value;
	} field[SUPPLY_FIELDS];
	/* False while the bay is empty: nothing but that is known then. */
	bool present;
	/* The kernel's; the last read of it failed, and the one before stands. */
	enum battery_state state;
	bool state_kept;
	/* What is computed from the fields, but for its state: an Unknown one is inferred by who knows the mains. */
	struct battery battery;
	/* Cleaned; "" when there is none. */
	char health[SUPPLY_TEXT_MAX], technology[SUPPLY_TEXT_MAX], manufacturer[SUPPLY_TEXT_MAX],
		model_name[SUPPLY_TEXT_MAX];

	unsigned failures;
	/* Errno of the last read when nothing at all could be read, else 0. */
	int error;
};

/* Readings in a row of which nothing could be read, after which a supply waits for its next event. */
#define SUPPLY_FAILURES_MAX 6

/*
 * Decides whether name below dir is one of the system's own supplies, and begins it. 0, -ENOENT (a
 * peripheral's battery, or a type that powers nothing here), or -errno.
 */
int supply_init(struct supply *supply, const char *dir, const char *name);

/* Where attributes come from, by the names of their files in sysfs. */
struct supply_source {
	/* As sysfs_read: 0 or -errno. */
	int (*read)(const void *data, const char *file, char *buf, size_t size);
	const void *data;
	/* It does not say all there is: what it lacks (-ENOENT) stays as it was. */
	bool partial;
};

/* Takes all that the source says. False when that is nothing; of a source that is not partial, that is a failure. */
bool supply_read(struct supply *supply, const struct supply_source *source);

/*
 * The kernel's name of the field with hyphens, and its unit; the value of a field that is not valid means
 * nothing.
 */
const char *supply_field_name(enum supply_field field);
const char *supply_field_unit(enum supply_field field);

/* The file's name, as sysfs has it. */
const char *supply_field_file(enum supply_field field);

#endif
