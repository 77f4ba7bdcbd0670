/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How long a battery lasts, and what several of them amount to. Pure.
 *
 * Units are the kernel's: µWh, µW, percent; times in seconds. BATTERY_UNKNOWN stands for what is not known.
 */
#ifndef SENSORS_ESTIMATE_H
#define SENSORS_ESTIMATE_H

#include <stdbool.h>
#include <stdint.h>

#define BATTERY_UNKNOWN (-1)

/* Controllers answer 0xffff (of mW, or as it stands) for "no idea", and some make up hundreds of watts. */
#define BATTERY_POWER_MAX_UW   100000000ll
#define BATTERY_POWER_BOGUS_UW 65535000ll
/* Ten kilowatt hours; a tablet has 40 Wh. */
#define BATTERY_ENERGY_MAX_UWH 10000000000ll
#define BATTERY_TO_EMPTY_MAX_S (240 * 3600)
#define BATTERY_TO_FULL_MAX_S  (20 * 3600)

enum battery_state {
	BATTERY_STATE_UNKNOWN,
	BATTERY_CHARGING,
	BATTERY_DISCHARGING,
	BATTERY_NOT_CHARGING,
	BATTERY_FULL,
};

enum mains_state {
	MAINS_UNKNOWN,
	MAINS_OFF,
	MAINS_ON,
};

/* One battery, or the sum of several. */
struct battery {
	enum battery_state state;
	int percent;
	int64_t energy_uwh;
	int64_t energy_full_uwh;
	int64_t power_uw;
};

/* "unknown", "charging", "discharging", "not-charging", "full". */
const char *battery_state_name(enum battery_state state);

/* The kernel's spelling ("Not charging"), in any case; BATTERY_STATE_UNKNOWN for everything else. */
enum battery_state battery_state_parse(const char *text);

/* The magnitude of a reported rate; 0 when it is absurd. BATTERY_UNKNOWN stays. */
int64_t battery_power_sane(int64_t power_uw);

/* energy as it stands, or BATTERY_UNKNOWN when it is negative or absurd. */
int64_t battery_energy_sane(int64_t energy_uwh);

/* What a status of Unknown most likely means; any other status stays. */
enum battery_state battery_infer(const struct battery *battery, enum mains_state mains);

/*
 * The sum. Percent is by energy where every battery knows its own, else the mean. Discharging or charging
 * if any battery is, full if all are. Without batteries everything is unknown.
 */
void battery_sum(const struct battery *batteries, unsigned count, struct battery *sum);

/* Samples kept for batteries that report no rate: one each ESTIMATE_STEP_NS, so four minutes. */
#define ESTIMATE_HISTORY 8
#define ESTIMATE_STEP_NS 30000000000ull

struct estimate {
	enum battery_state state;
	bool begun;
	double power_uw;
	bool has_power;
	uint64_t updated_ns;
	struct {
		uint64_t at_ns;
		int64_t energy_uwh;
	} history[ESTIMATE_HISTORY];
	unsigned count;
};

struct estimate_times {
	int64_t to_empty_s;
	int64_t to_full_s;
};

void estimate_init(struct estimate *estimate);

/*
 * Takes a reading. The reported rate is smoothed over a minute; without one, the rate is what the energy
 * lost or won since the state began, once that spans two minutes. A change of state forgets everything
 * before it. Times are rounded to whole minutes and never beyond the limits above; BATTERY_UNKNOWN
 * otherwise.
 */
void estimate_update(struct estimate *estimate, const struct battery *battery, uint64_t now_ns,
		     struct estimate_times *times);

#endif
