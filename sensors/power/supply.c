/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/power/supply.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hub/core/text.h"
#include "sensors/attr.h"
#include "sensors/sysfs.h"

#define MICRO 1000000.0

/* A kilovolt, a kiloampere: beyond that a controller makes things up. */
#define VOLTAGE_MAX 1000000000ll
#define CURRENT_MAX 1000000000ll
#define TIME_MAX    (BATTERY_TO_EMPTY_MAX_S)

static const struct {
	const char *file, *name, *unit;
	int64_t min, max;
} fields[SUPPLY_FIELDS] = {
	[SUPPLY_PRESENT] = { "present", "present", "", 0, 1 },
	/* 2: programmable, a USB-PD supply whose voltage is negotiated. */
	[SUPPLY_ONLINE] = { "online", "online", "", 0, 2 },
	[SUPPLY_CAPACITY] = { "capacity", "capacity", "%", 0, 100 },
	[SUPPLY_ENERGY_NOW] = { "energy_now", "energy-now", "uwh", 0, BATTERY_ENERGY_MAX_UWH },
	[SUPPLY_ENERGY_AVG] = { "energy_avg", "energy-avg", "uwh", 0, BATTERY_ENERGY_MAX_UWH },
	[SUPPLY_ENERGY_FULL] = { "energy_full", "energy-full", "uwh", 1, BATTERY_ENERGY_MAX_UWH },
	[SUPPLY_ENERGY_FULL_DESIGN] = { "energy_full_design", "energy-full-design", "uwh", 1,
					BATTERY_ENERGY_MAX_UWH },
	[SUPPLY_CHARGE_NOW] = { "charge_now", "charge-now", "uah", 0, BATTERY_ENERGY_MAX_UWH },
	[SUPPLY_CHARGE_AVG] = { "charge_avg", "charge-avg", "uah", 0, BATTERY_ENERGY_MAX_UWH },
	[SUPPLY_CHARGE_FULL] = { "charge_full", "charge-full", "uah", 1, BATTERY_ENERGY_MAX_UWH },
	[SUPPLY_CHARGE_FULL_DESIGN] = { "charge_full_design", "charge-full-design", "uah", 1,
					BATTERY_ENERGY_MAX_UWH },
	[SUPPLY_POWER_NOW] = { "power_now", "power-now", "uw", -BATTERY_ENERGY_MAX_UWH,
			       BATTERY_ENERGY_MAX_UWH },
	[SUPPLY_POWER_AVG] = { "power_avg", "power-avg", "uw", -BATTERY_ENERGY_MAX_UWH,
			       BATTERY_ENERGY_MAX_UWH },
	[SUPPLY_CURRENT_NOW] = { "current_now", "current-now", "ua", -CURRENT_MAX, CURRENT_MAX },
	[SUPPLY_CURRENT_AVG] = { "current_avg", "current-avg", "ua", -CURRENT_MAX, CURRENT_MAX },
	[SUPPLY_VOLTAGE_NOW] = { "voltage_now", "voltage-now", "uv", 1, VOLTAGE_MAX },
	[SUPPLY_VOLTAGE_AVG] = { "voltage_avg", "voltage-avg", "uv", 1, VOLTAGE_MAX },
	[SUPPLY_VOLTAGE_MIN_DESIGN] = { "voltage_min_design", "voltage-min-design", "uv", 1, VOLTAGE_MAX },
	[SUPPLY_VOLTAGE_MAX_DESIGN] = { "voltage_max_design", "voltage-max-design", "uv", 1, VOLTAGE_MAX },
	/* Tenths of a degree Celsius, from absolute zero to where no battery is left to ask. */
	[SUPPLY_TEMP] = { "temp", "temp", "ddegc", -2731, 5000 },
	[SUPPLY_TIME_TO_EMPTY_NOW] = { "time_to_empty_now", "time-to-empty-now", "s", 1, TIME_MAX },
	[SUPPLY_TIME_TO_EMPTY_AVG] = { "time_to_empty_avg", "time-to-empty-avg", "s", 1, TIME_MAX },
	[SUPPLY_TIME_TO_FULL_NOW] = { "time_to_full_now", "time-to-full-now", "s", 1, BATTERY_TO_FULL_MAX_S },
	[SUPPLY_TIME_TO_FULL_AVG] = { "time_to_full_avg", "time-to-full-avg", "s", 1, BATTERY_TO_FULL_MAX_S },
	[SUPPLY_CYCLE_COUNT] = { "cycle_count", "cycle-count", "", 0, 1000000 },
	[SUPPLY_THRESHOLD_START] = { "charge_control_start_threshold", "charge-control-start-threshold", "%",
				     0, 100 },
	[SUPPLY_THRESHOLD_END] = { "charge_control_end_threshold", "charge-control-end-threshold", "%", 0,
				   100 },
};

const char *supply_field_file(enum supply_field field)
{
	return fields[field].file;
}

const char *supply_field_name(enum supply_field field)
{
	return fields[field].name;
}

const char *supply_field_unit(enum supply_field field)
{
	return fields[field].unit;
}

/* USB is a family: USB_DCP, USB_C, USB_PD …; BrickID is Apple's. */
static int type_parse(const char *text, enum supply_type *type)
{
	if (!strcmp(text, "Battery"))
		*type = SUPPLY_BATTERY;
	else if (!strcmp(text, "Mains") || !strcmp(text, "Wireless"))
		*type = SUPPLY_MAINS;
	else if (!strncmp(text, "USB", 3) || !strcmp(text, "BrickID"))
		*type = SUPPLY_USB;
	else
		return -ENOENT;
	return 0;
}

int supply_init(struct supply *supply, const char *dir, const char *name)
{
	char text[ATTR_MAX];
	int rc;

	memset(supply, 0, sizeof(*supply));
	if (strlen(name) >= sizeof(supply->name))
		return -ENAMETOOLONG;
	text_copy(supply->name, sizeof(supply->name), name, strlen(name));
	rc = sysfs_read(dir, "type", text, sizeof(text));
	if (rc < 0)
		return rc;
	rc = type_parse(text, &supply->type);
	if (rc < 0)
		return rc;
	/* A mouse says Device. Drivers that say nothing power the system. */
	if (!sysfs_read(dir, "scope", text, sizeof(text)) && !strcmp(text, "Device"))
		return -ENOENT;
	return 0;
}

/* Errors of the bus behind the attribute, as opposed to a property that the battery does not have. */
static bool is_accident(int rc)
{
	return rc == -EIO || rc == -ETIMEDOUT || rc == -EAGAIN || rc == -EBUSY || rc == -EREMOTEIO ||
	       rc == -ENXIO;
}

static void read_field(struct supply *supply, const struct supply_source *source, enum supply_field field,
		       int *error, bool *any)
{
	char text[ATTR_MAX];
	int64_t value;
	int rc = source->read(source->data, fields[field].file, text, sizeof(text));

	if (rc == -ENOENT && source->partial)
		return;
	if (!rc)
		rc = attr_parse_s64(text, &value);
	if (!rc) {
		*any = true;
		supply->field[field].valid = value >= fields[field].min && value <= fields[field].max;
		/* "Full" batteries above their own scale are common: 101, 104. */
		if (field == SUPPLY_CAPACITY && value > 100 && value <= 200) {
			supply->field[field].valid = true;
			value = 100;
		}
		supply->field[field].kept = false;
		supply->field[field].value = value;
		return;
	}
	if (is_accident(rc)) {
		*error = rc;
		if (supply->field[field].valid && !supply->field[field].kept) {
			supply->field[field].kept = true;
			return;
		}
	}
	supply->field[field].valid = false;
	supply->field[field].kept = false;
}

static void read_text(const struct supply_source *source, const char *file, char *text, bool *any)
{
	char raw[ATTR_MAX];
	int rc = source->read(source->data, file, raw, sizeof(raw));

	if (rc == -ENOENT && source->partial)
		return;
	text[0] = '\0';
	if (rc)
		return;
	*any = true;
	text_copy(text, SUPPLY_TEXT_MAX, raw, sizeof(raw));
	attr_trim(text);
}

static int64_t first_of(const struct supply *supply, const enum supply_field *candidates, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (supply->field[candidates[i]].valid)
			return supply->field[candidates[i]].value;
	return BATTERY_UNKNOWN;
}

#define FIRST_OF(supply, ...)                                                                                \
	first_of(supply, (const enum supply_field[]){ __VA_ARGS__ },                                         \
		 sizeof((const enum supply_field[]){ __VA_ARGS__ }) / sizeof(enum supply_field))

static int64_t volume(int64_t charge, int64_t voltage)
{
	int64_t product;

	if (charge == BATTERY_UNKNOWN || voltage == BATTERY_UNKNOWN ||
	    attr_round((double)charge * (double)voltage / MICRO, 0, BATTERY_ENERGY_MAX_UWH, &product) < 0)
		return BATTERY_UNKNOWN;
	return product;
}

static int64_t rate(const struct supply *supply)
{
	int64_t power = 0;
	int64_t voltage;
	double watt;
	enum supply_field current = SUPPLY_CURRENT_NOW;

	if (supply->field[SUPPLY_POWER_NOW].valid || supply->field[SUPPLY_POWER_AVG].valid) {
		enum supply_field field =
			supply->field[SUPPLY_POWER_NOW].valid ? SUPPLY_POWER_NOW : SUPPLY_POWER_AVG;

		power = supply->field[field].value;
		/* -1 is a rate like others here, not the mark of an unknown one. */
		return battery_power_sane(power == BATTERY_UNKNOWN ? 1 : power);
	}
	if (!supply->field[current].valid)
		current = SUPPLY_CURRENT_AVG;
	voltage = FIRST_OF(supply, SUPPLY_VOLTAGE_NOW, SUPPLY_VOLTAGE_AVG, SUPPLY_VOLTAGE_MIN_DESIGN,
			   SUPPLY_VOLTAGE_MAX_DESIGN);
	if (!supply->field[current].valid || voltage == BATTERY_UNKNOWN)
		return BATTERY_UNKNOWN;
	/* The same bogus number as for power, in milliampere. */
	if (llabs(supply->field[current].value) == BATTERY_POWER_BOGUS_UW ||
	    llabs(supply->field[current].value) == 0xffff)
		return 0;
	watt = fabs((double)supply->field[current].value * (double)voltage / MICRO);
	if (watt > (double)BATTERY_POWER_MAX_UW)
		return 0;
	power = llround(watt);
	return battery_power_sane(power);
}

static void compute(struct supply *supply)
{
	struct battery *b = &supply->battery;
	int64_t design = FIRST_OF(supply, SUPPLY_VOLTAGE_MIN_DESIGN, SUPPLY_VOLTAGE_MAX_DESIGN,
				  SUPPLY_VOLTAGE_NOW, SUPPLY_VOLTAGE_AVG);

	b->energy_uwh = FIRST_OF(supply, SUPPLY_ENERGY_NOW, SUPPLY_ENERGY_AVG);
	b->energy_full_uwh = FIRST_OF(supply, SUPPLY_ENERGY_FULL, SUPPLY_ENERGY_FULL_DESIGN);
	if (b->energy_uwh == BATTERY_UNKNOWN)
		b->energy_uwh = volume(FIRST_OF(supply, SUPPLY_CHARGE_NOW, SUPPLY_CHARGE_AVG), design);
	if (b->energy_full_uwh == BATTERY_UNKNOWN)
		b->energy_full_uwh =
			volume(FIRST_OF(supply, SUPPLY_CHARGE_FULL, SUPPLY_CHARGE_FULL_DESIGN), design);
	b->power_uw = rate(supply);

	b->percent = (int)FIRST_OF(supply, SUPPLY_CAPACITY);
	if (b->percent == BATTERY_UNKNOWN && b->energy_uwh != BATTERY_UNKNOWN && b->energy_full_uwh > 0)
		b->percent = (int)(fmin((double)b->energy_uwh / (double)b->energy_full_uwh, 1) * 100);
}

/* One accident leaves the state as it was, the next one leaves it unknown. */
static void read_state(struct supply *supply, const struct supply_source *source, bool *any)
{
	char text[ATTR_MAX];
	int rc = source->read(source->data, "status", text, sizeof(text));

	if (rc == -ENOENT && source->partial)
		return;
	if (!rc) {
		*any = true;
		supply->state = battery_state_parse(text);
	} else if (!is_accident(rc) || supply->state_kept) {
		supply->state = BATTERY_STATE_UNKNOWN;
	}
	supply->state_kept = is_accident(rc);
}

bool supply_read(struct supply *supply, const struct supply_source *source)
{
	int error = 0;
	bool any = false;

	for (int i = 0; i < SUPPLY_FIELDS; i++)
		if ((supply->type == SUPPLY_BATTERY) == (i != SUPPLY_ONLINE))
			read_field(supply, source, (enum supply_field)i, &error, &any);
	supply->present = supply->type != SUPPLY_BATTERY || !supply->field[SUPPLY_PRESENT].valid ||
			  supply->field[SUPPLY_PRESENT].value;
	if (supply->type == SUPPLY_BATTERY) {
		read_state(supply, source, &any);
		read_text(source, "health", supply->health, &any);
		read_text(source, "technology", supply->technology, &any);
		read_text(source, "manufacturer", supply->manufacturer, &any);
		read_text(source, "model_name", supply->model_name, &any);
		compute(supply);
	}
	if (source->partial)
		return any;
	supply->error = any ? 0 : error ? error : -ENODATA;
	supply->failures = any ? 0 : supply->failures + 1;
	return any;
}
