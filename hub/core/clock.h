/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one clock of the project: CLOCK_MONOTONIC, the clock that evdev is told to stamp events with. */
#ifndef HUB_CORE_CLOCK_H
#define HUB_CORE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_US 1000ull
#define NS_PER_MS 1000000ull
#define NS_PER_S  1000000000ull

/* "No deadline" wherever a time in nanoseconds is asked for. */
#define CLOCK_NEVER UINT64_MAX

static inline uint64_t clock_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

#endif
