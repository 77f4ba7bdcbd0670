/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Prints what a device's buffer holds, through one of the ways to reach it: for the lab.
 *
 *   sensors_scan libiio|sysfs iio:deviceN CHANNEL...
 *
 * "ready", and a line of raw values a sample; ends with the buffer.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensors/iio/bus.h"

static int fail(const char *what, int rc)
{
	fprintf(stderr, "sensors_scan: %s: %s\n", what, strerror(-rc));
	return 1;
}

int main(int argc, char **argv)
{
	const struct iiobus_ops *ops = &iiobus_sysfs;
	struct iiobus_device devices[IIOBUS_DEVICES_MAX];
	struct iiobus_capture *capture;
	int64_t values[IIOBUS_CHANNELS_MAX];
	unsigned count = (unsigned)argc - 3;
	struct iiobus *bus;
	uint64_t at;
	int rc;

	if (argc < 4 || count > IIOBUS_CHANNELS_MAX) {
		fprintf(stderr, "usage: sensors_scan libiio|sysfs iio:deviceN CHANNEL...\n");
		return 2;
	}
#ifdef XENHUB_HAVE_LIBIIO
	if (!strcmp(argv[1], "libiio"))
		ops = &iiobus_libiio;
#endif
	rc = ops->create(&bus, "");
	if (!rc)
		rc = ops->list(bus, devices, IIOBUS_DEVICES_MAX);
	if (rc < 0)
		return fail(ops->name, rc);
	rc = ops->open(bus, argv[2], (const char *const *)argv + 3, count, &capture);
	if (rc < 0)
		return fail(argv[2], rc);
	printf("ready %s\n", ops->name);
	fflush(stdout);
	for (;;) {
		struct pollfd p = { .fd = ops->fd(capture), .events = POLLIN };

		poll(&p, 1, -1);
		while ((rc = ops->next(capture, values, &at)) > 0) {
			for (unsigned i = 0; i < count; i++)
				printf("%lld ", (long long)values[i]);
			printf("%s\n", at ? "stamped" : "unstamped");
			fflush(stdout);
		}
		if (rc < 0)
			break;
	}
	ops->close(capture);
	ops->destroy(bus);
	return fail(argv[2], rc);
}
