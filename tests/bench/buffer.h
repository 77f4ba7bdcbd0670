/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bare loops' way to an accelerometer's buffer: sysfs, and /dev read as hid-sensor-accel-3d fills it. */
#ifndef TESTS_BENCH_BUFFER_H
#define TESTS_BENCH_BUFFER_H

/* Starts the buffer of "/dev/iio:deviceN"; its descriptor. Dies where it cannot. */
int buffer_open(const char *device);

/* Waits for a sample: which edge is up, a constant. NULL when the buffer has ended. */
const char *buffer_next(int fd);

#endif
