/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Quirks of sensors, as data: what a machine's firmware says wrongly. Pure; the file is read elsewhere.
 *
 *   [Example tablet, accelerometer upside down]
 *   dmi = *svnExample:pnTablet8:*         pattern on /sys/class/dmi/id/modalias, default: any machine
 *   device = kx*                          pattern on the IIO device's name, default: any device
 *   mount-matrix = 1, 0, 0; 0, -1, 0; 0, 0, 1
 *   poll-min-ms = 1000                    the sensor hangs when it is read faster
 *   buffer = no                           the buffer delivers, but wrongly
 *
 * '#' begins a comment line. A later section that matches wins key by key.
 */
#ifndef SENSORS_QUIRKS_H
#define SENSORS_QUIRKS_H

#include <stdbool.h>
#include <stdint.h>

#include "sensors/matrix.h"

#define QUIRKS_POLL_MIN_MS_MAX 60000

struct quirk {
	bool has_matrix;
	struct matrix matrix;
	/* 0: not given. */
	uint64_t poll_min_ns;
	bool no_buffer;
};

/* Told of each line that is refused; section may be "". */
typedef void (*quirks_error_fn)(void *data, unsigned line, const char *section, const char *key,
				const char *why);

/* error may be NULL. dmi is the machine's modalias, "" when it has none. */
void quirks_find(const char *text, const char *dmi, const char *device, struct quirk *quirk,
		 quirks_error_fn error, void *data);

#endif
