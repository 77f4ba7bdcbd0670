/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/bench/buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/bench/bench.h"

/* x, y and z as hid-sensor-accel-3d stores them. */
struct sample {
	int32_t axis[3];
};

static void put(const char *device, const char *attribute, const char *value)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/bus/iio/devices/%s/%s", strrchr(device, '/') + 1, attribute);
	f = fopen(path, "w");
	if (!f || fputs(value, f) < 0 || fclose(f))
		bench_die("cannot write %s to %s", value, path);
}

int buffer_open(const char *device)
{
	int fd;

	put(device, "buffer/enable", "0");
	put(device, "scan_elements/in_accel_x_en", "1");
	put(device, "scan_elements/in_accel_y_en", "1");
	put(device, "scan_elements/in_accel_z_en", "1");
	put(device, "scan_elements/in_timestamp_en", "0");
	put(device, "buffer/length", "16");
	put(device, "buffer/enable", "1");
	fd = open(device, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		bench_die("cannot open %s", device);
	return fd;
}

static const char *edge_of(const struct sample *s)
{
	/* 16 bits count; the driver leaves the rest as it was. */
	int16_t x = (int16_t)s->axis[0], y = (int16_t)s->axis[1];

	return abs(x) > abs(y) ? (x > 0 ? "left-up" : "right-up") : (y > 0 ? "bottom-up" : "normal");
}

const char *buffer_next(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct sample sample;
	ssize_t n;

	for (;;) {
		if (poll(&p, 1, -1) < 0 && errno != EINTR)
			return NULL;
		n = read(fd, &sample, sizeof(sample));
		if (n == sizeof(sample))
			return edge_of(&sample);
		if (n >= 0 || (errno != EAGAIN && errno != EINTR))
			return NULL;
	}
}
