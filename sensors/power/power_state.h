/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What power consists of: for power.c, which finds and reads supplies, and say.c, which reports them. */
#ifndef SENSORS_POWER_POWER_STATE_H
#define SENSORS_POWER_POWER_STATE_H

#include "sensors/power/power.h"

#define POWER_ROOT_MAX 256

struct power_entry {
	struct supply supply;
	/* "power/battery/bat0" */
	char path[REPORT_PATH_MAX];
	struct estimate estimate;
	bool seen;
	bool given_up;
};

struct power {
	char dir[POWER_ROOT_MAX];
	bool accept_test;
	struct report *report;
	power_warning_fn warned;
	void *data;
	struct power_entry entries[POWER_SUPPLIES_MAX];
	unsigned count;
	bool full;
	struct estimate estimate;
	struct warning warning;
};

/*
 * Reports what changed of all supplies and of all together. brief: of all together alone, and of that what a person asks for, without
 * the measurements that go with it.
 */
void power_say(struct power *power, bool brief, uint64_t now_ns);

#endif
