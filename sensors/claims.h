/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who wants which sensors, and how often. Pure, fixed in size.
 *
 * An owner is a guest, a stream subscription or the hub itself, under a number that the caller chooses. A
 * class runs at the shortest interval anyone claims and not at all without a claim. Light and orientation
 * rest while the screen is off; power never rests, nor do proximity and the lid, which are what wakes a
 * screen.
 */
#ifndef SENSORS_CLAIMS_H
#define SENSORS_CLAIMS_H

#include <stdbool.h>
#include <stdint.h>

enum sensor_class {
	SENSOR_LIGHT,
	SENSOR_ORIENTATION,
	SENSOR_PROXIMITY,
	SENSOR_LID,
	SENSOR_POWER,
	SENSOR_CLASSES,
};

#define CLAIMS_MAX             256
#define CLAIMS_INTERVAL_MIN_NS 20000000ull
#define CLAIMS_INTERVAL_MAX_NS 3600000000000ull

struct claim {
	uint64_t owner;
	uint64_t interval_ns;
	enum sensor_class class;
};

struct claims {
	struct claim claim[CLAIMS_MAX];
	unsigned count;
	bool screen_off;
};

/* The screen counts as on. */
void claims_init(struct claims *claims);

/*
 * Claims class for owner, or changes the interval of its claim. The interval is clipped to the limits
 * above. 0, -EINVAL for an unknown class, -ENOSPC when the table is full.
 */
int claims_set(struct claims *claims, uint64_t owner, enum sensor_class class, uint64_t interval_ns);

/* No error when there was no such claim. */
void claims_drop(struct claims *claims, uint64_t owner, enum sensor_class class);
void claims_drop_owner(struct claims *claims, uint64_t owner);

void claims_set_screen(struct claims *claims, bool on);

/* The interval at which class has to run now, or CLOCK_NEVER. */
uint64_t claims_interval(const struct claims *claims, enum sensor_class class);

/* The ABI's and the configuration's name: light, orientation, proximity, lid, power. */
const char *sensor_class_name(enum sensor_class class);

#endif
