/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `xenhub sensors` shows, as nodes below sensor/: a sensor's device, driver, mode, interval and what is wrong with it, told as
 * they change; with `samples`, also what it measures, at most every ROWS_SAMPLES_NS.
 */
#ifndef HUB_DAEMON_ROWS_H
#define HUB_DAEMON_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "sensors/sensors.h"

#define ROWS_SAMPLES_NS 200000000ull

struct rows;

/* The callbacks run inside rows_update. 0 or -ENOMEM. */
int rows_create(struct rows **out, report_value_fn value, report_removed_fn removed, void *data);
void rows_destroy(struct rows *rows);

void rows_update(struct rows *rows, const struct sensors *sensors, bool samples, uint64_t now_ns);

/* When it wants to be called again although nothing else happens, or CLOCK_NEVER. */
uint64_t rows_deadline(const struct rows *rows);

#endif
