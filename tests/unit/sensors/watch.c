/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Says what sensors/ reports on the machine it runs on: for the lab and for people with odd hardware.
 *
 *   sensors_watch auto|libiio|sysfs SECONDS INTERVAL-MS
 *
 * One line a value, "PATH VALUE UNIT", "- PATH" when it goes; at the end the table, "= CLASS/N DRIVER MODE PUBLISHED WHY".
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/core/clock.h"
#include "sensors/sensors.h"

static void on_value(void *data, const struct report_value *value)
{
	if (value->type == REPORT_INTEGER)
		printf("%s %lld %s%s\n", value->path, (long long)value->integer, value->unit,
		       value->stale ? " stale" : "");
	else
		printf("%s %s%s\n", value->path, value->text, value->stale ? " stale" : "");
	fflush(stdout);
}

static void on_removed(void *data, const char *path)
{
	printf("- %s\n", path);
	fflush(stdout);
}

static int wait_ms(uint64_t deadline, uint64_t now)
{
	if (deadline <= now)
		return 0;
	return (int)((deadline - now + NS_PER_MS - 1) / NS_PER_MS);
}

static void print_table(const struct sensors *sensors, unsigned wakes)
{
	struct iiosensor_info info[SENSORS_MAX];
	unsigned count = sensors_info(sensors, info, SENSORS_MAX);

	for (unsigned i = 0; i < count; i++)
		printf("= %s/%u %s %s \"%s\" \"%s\"\n", sensor_class_name(info[i].class), info[i].index,
		       info[i].driver, info[i].mode, info[i].published, info[i].why);
	printf("# %u wake-ups, %s\n", wakes, sensors_backend_name(sensors));
}

int main(int argc, char **argv)
{
	static const struct sensors_listener listener = { on_value, on_removed, NULL };
	struct sensors_options options = { 0 };
	struct sensors *sensors;
	uint64_t now = clock_now_ns();
	uint64_t end;
	unsigned wakes = 0;

	if (argc != 4) {
		fprintf(stderr, "usage: sensors_watch auto|libiio|sysfs SECONDS INTERVAL-MS\n");
		return 2;
	}
	if (!strcmp(argv[1], "libiio"))
		options.backend = SENSORS_BACKEND_LIBIIO;
	else if (!strcmp(argv[1], "sysfs"))
		options.backend = SENSORS_BACKEND_SYSFS;
	if (sensors_create(&sensors, &options, &listener, NULL, now) < 0)
		return 1;
	for (int class = 0; class < SENSOR_CLASSES; class ++)
		sensors_claim(sensors, 1, (enum sensor_class) class, (uint64_t)atoll(argv[3]) * NS_PER_MS,
			      now);

	for (end = now + (uint64_t)atoll(argv[2]) * NS_PER_S; now < end; now = clock_now_ns()) {
		struct pollfd pollfd = { sensors_fd(sensors), POLLIN, 0 };
		uint64_t deadline = sensors_deadline(sensors);

		poll(&pollfd, 1, wait_ms(deadline < end ? deadline : end, now));
		wakes++;
		sensors_dispatch(sensors, clock_now_ns());
	}
	print_table(sensors, wakes);
	sensors_destroy(sensors);
	return 0;
}
