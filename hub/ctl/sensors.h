/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `xenhub sensors` knows of the sensors, from the nodes below sensor/. */
#ifndef HUB_CTL_SENSORS_H
#define HUB_CTL_SENSORS_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/ctl/session.h"
#include "hub/ctl/statemap.h"
#include "sensors/calibrate.h"

/* What a sensor may need to answer: two seconds until a silent buffer is given up, and a reading. */
#define SENSORS_PATIENCE_MS 4000
#define SENSORS_WISH_MS     200

struct calibration {
	long sensor;      /* the accelerometer's number; -1: the first that answers */
	const char *conf; /* the configuration to be written; NULL: print what to add */
	char raw_path[64];
	struct loop_fd *input;
	unsigned pose;
	bool sampling;
	unsigned n;
	double sum[3], least[3], most[3];
	double poses[CALIBRATE_POSES][3];
};

struct sensors_run {
	bool json, watch, calibrate;
	bool changed;
	bool shown;
	uint64_t up_ns;
	struct statemap map;
	struct calibration calibration;
};

/* A field of a row: "light/0", "driver"; NULL when it is not there. */
const struct state_entry *sensors_field(const struct sensors_run *run, const char *row, const char *name);

/* Calls fn for each row, "light/0", in order. */
void sensors_rows(struct sensors_run *run, void (*fn)(void *data, struct sensors_run *run, const char *row),
		  void *data);

/* All sensors have answered: begins with the first pose. */
void calibration_begin(struct session *s);
/* A state changed. */
void calibration_state(struct session *s, const struct xenhub_state *state);
/* The session's timer while calibrating: a pose has been sampled. */
void calibration_timer(struct session *s);

#endif
