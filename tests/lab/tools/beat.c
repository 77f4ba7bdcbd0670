/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * beat - tells when the machine stood still: it sleeps, again and again, and says which sleeps were too long.
 *
 * usage: beat
 *
 * Prints `# stood FROM TO` in seconds of CLOCK_MONOTONIC, from when it should have woken to when it did.
 */
#include <stdio.h>
#include <time.h>

#define BEAT_NS 5000000
#define LATE_NS 10000000

static long long now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

int main(void)
{
	const struct timespec pause = { .tv_nsec = BEAT_NS };

	for (;;) {
		long long due = now_ns() + BEAT_NS, woke;

		nanosleep(&pause, NULL);
		woke = now_ns();
		if (woke - due < LATE_NS)
			continue;
		printf("# stood %.6f %.6f\n", (double)due / 1e9, (double)woke / 1e9);
		fflush(stdout);
	}
}
