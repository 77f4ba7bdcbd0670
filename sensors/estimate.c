/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sensors/estimate.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "hub/core/clock.h"

#define SMOOTH_NS    (60 * NS_PER_S)
#define SLOPE_MIN_NS (120 * NS_PER_S)
#define FULL_PERCENT 99
#define UWS_PER_UWH  3600.0

static const struct {
	const char *name;
	const char *kernel;
} states[] = {
	[BATTERY_STATE_UNKNOWN] = { "unknown", "Unknown" },
	[BATTERY_CHARGING] = { "charging", "Charging" },
	[BATTERY_DISCHARGING] = { "discharging", "Discharging" },
	[BATTERY_NOT_CHARGING] = { "not-charging", "Not charging" },
	[BATTERY_FULL] = { "full", "Full" },
};

const char *battery_state_name(enum battery_state state)
{
	return states[state].name;
}

enum battery_state battery_state_parse(const char *text)
{
	for (unsigned i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (!strcasecmp(text, states[i].kernel))
			return (enum battery_state)i;
	return BATTERY_STATE_UNKNOWN;
}

int64_t battery_power_sane(int64_t power_uw)
{
	if (power_uw == BATTERY_UNKNOWN)
		return power_uw;
	if (power_uw < -BATTERY_POWER_MAX_UW || power_uw > BATTERY_POWER_MAX_UW)
		return 0;
	if (power_uw < 0)
		power_uw = -power_uw;
	return power_uw == BATTERY_POWER_BOGUS_UW || power_uw == 0xffff ? 0 : power_uw;
}

int64_t battery_energy_sane(int64_t energy_uwh)
{
	return energy_uwh < 0 || energy_uwh > BATTERY_ENERGY_MAX_UWH ? BATTERY_UNKNOWN : energy_uwh;
}

enum battery_state battery_infer(const struct battery *battery, enum mains_state mains)
{
	if (battery->state != BATTERY_STATE_UNKNOWN || mains == MAINS_UNKNOWN)
		return battery->state;
	if (mains == MAINS_OFF)
		return BATTERY_DISCHARGING;
	if (battery->percent >= FULL_PERCENT)
		return BATTERY_FULL;
	/*
	 * Firmware that holds the charge at a threshold tends to say Unknown too, and reports that nothing
	 * flows.
	 */
	return battery->power_uw == 0 ? BATTERY_NOT_CHARGING : BATTERY_CHARGING;
}

static int64_t add_known(int64_t sum, int64_t value)
{
	if (value == BATTERY_UNKNOWN)
		return sum;
	return sum == BATTERY_UNKNOWN ? value : sum + value;
}

void battery_sum(const struct battery *batteries, unsigned count, struct battery *sum)
{
	bool all_energy = count > 0;
	unsigned of_state[BATTERY_FULL + 1] = { 0 };
	int percents = 0;
	int percent_total = 0;

	*sum = (struct battery){ BATTERY_STATE_UNKNOWN, BATTERY_UNKNOWN, BATTERY_UNKNOWN, BATTERY_UNKNOWN,
				 BATTERY_UNKNOWN };
	for (unsigned i = 0; i < count; i++) {
		const struct battery *b = &batteries[i];

		of_state[b->state]++;
		all_energy = all_energy && b->energy_uwh != BATTERY_UNKNOWN && b->energy_full_uwh > 0;
		sum->power_uw = add_known(sum->power_uw, b->power_uw);
		if (b->percent != BATTERY_UNKNOWN) {
			percents++;
			percent_total += b->percent;
		}
	}
	if (all_energy) {
		sum->energy_uwh = 0;
		sum->energy_full_uwh = 0;
		for (unsigned i = 0; i < count; i++) {
			sum->energy_uwh += batteries[i].energy_uwh;
			sum->energy_full_uwh += batteries[i].energy_full_uwh;
		}
	}
	if (count == 1)
		sum->percent = batteries[0].percent;
	else if (all_energy)
		sum->percent = (int)lround(100.0 * (double)sum->energy_uwh / (double)sum->energy_full_uwh);
	else if (percents)
		sum->percent = (percent_total + percents / 2) / percents;
	if (sum->percent > 100)
		sum->percent = 100;

	if (of_state[BATTERY_DISCHARGING])
		sum->state = BATTERY_DISCHARGING;
	else if (of_state[BATTERY_CHARGING])
		sum->state = BATTERY_CHARGING;
	else if (count && of_state[BATTERY_FULL] == count)
		sum->state = BATTERY_FULL;
	else if (of_state[BATTERY_NOT_CHARGING])
		sum->state = BATTERY_NOT_CHARGING;
}

void estimate_init(struct estimate *estimate)
{
	memset(estimate, 0, sizeof(*estimate));
}

static void remember(struct estimate *e, int64_t energy_uwh, uint64_t now_ns)
{
	if (energy_uwh == BATTERY_UNKNOWN)
		return;
	if (e->count && now_ns < e->history[e->count - 1].at_ns + ESTIMATE_STEP_NS)
		return;
	if (e->count == ESTIMATE_HISTORY) {
		memmove(&e->history[0], &e->history[1], sizeof(e->history) - sizeof(e->history[0]));
		e->count--;
	}
	e->history[e->count].at_ns = now_ns;
	e->history[e->count].energy_uwh = energy_uwh;
	e->count++;
}

/* µW from the energy's own history, in the direction of the state; 0 when it does not tell. */
static double slope(const struct estimate *e, int64_t energy_uwh, uint64_t now_ns)
{
	double change;

	if (!e->count || energy_uwh == BATTERY_UNKNOWN || now_ns < e->history[0].at_ns + SLOPE_MIN_NS)
		return 0;
	change = (double)(energy_uwh - e->history[0].energy_uwh);
	if (e->state == BATTERY_DISCHARGING)
		change = -change;
	if (change <= 0)
		return 0;
	return change * UWS_PER_UWH * (double)NS_PER_S / (double)(now_ns - e->history[0].at_ns);
}

static void smooth(struct estimate *e, int64_t power_uw, uint64_t now_ns)
{
	double weight;

	if (power_uw <= 0)
		return;
	if (!e->has_power) {
		e->power_uw = (double)power_uw;
		e->has_power = true;
		return;
	}
	weight = now_ns > e->updated_ns ? 1 - exp(-(double)(now_ns - e->updated_ns) / (double)SMOOTH_NS) : 0;
	e->power_uw += weight * ((double)power_uw - e->power_uw);
}

/* Whole minutes, since a last digit that flickers would be written again and again. */
static int64_t time_for(double energy_uwh, double power_uw, int64_t max_s)
{
	double seconds = energy_uwh * UWS_PER_UWH / power_uw;

	if (!(seconds >= 0 && seconds <= (double)max_s))
		return BATTERY_UNKNOWN;
	return (int64_t)(seconds / 60) * 60;
}

void estimate_update(struct estimate *estimate, const struct battery *battery, uint64_t now_ns,
		     struct estimate_times *times)
{
	double power;

	*times = (struct estimate_times){ BATTERY_UNKNOWN, BATTERY_UNKNOWN };
	if (!estimate->begun || battery->state != estimate->state) {
		estimate_init(estimate);
		estimate->begun = true;
		estimate->state = battery->state;
	}
	smooth(estimate, battery->power_uw, now_ns);
	/* A rate that has become unknown or 0 is not replaced by an old one. */
	power = battery->power_uw > 0 ? estimate->power_uw : slope(estimate, battery->energy_uwh, now_ns);
	remember(estimate, battery->energy_uwh, now_ns);
	estimate->updated_ns = now_ns;
	if (power <= 0 || battery->energy_uwh == BATTERY_UNKNOWN)
		return;

	if (battery->state == BATTERY_DISCHARGING)
		times->to_empty_s = time_for((double)battery->energy_uwh, power, BATTERY_TO_EMPTY_MAX_S);
	if (battery->state == BATTERY_CHARGING && battery->energy_full_uwh > battery->energy_uwh)
		times->to_full_s = time_for((double)(battery->energy_full_uwh - battery->energy_uwh), power,
					    BATTERY_TO_FULL_MAX_S);
}
