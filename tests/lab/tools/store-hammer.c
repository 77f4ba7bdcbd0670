/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store-hammer - a client that gives XenStore no rest: writes, reads and transactions at full rate below a path of its own.
 *
 * usage: store-hammer PATH SECONDS
 *
 * Prints `N requests`, at the end or on SIGTERM, or ends with 1 when the store does not take them.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xenstore.h>

#define NODES 16

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
	stopped = number;
}

static long run(struct xs_handle *xs, const char *base, time_t end)
{
	char path[256], value[32];
	long done = 0;

	while (!stopped && time(NULL) < end) {
		xs_transaction_t t = done % 4 ? XBT_NULL : xs_transaction_start(xs);
		unsigned len;

		snprintf(path, sizeof(path), "%s/%ld", base, done % NODES);
		snprintf(value, sizeof(value), "%ld", done);
		if (!xs_write(xs, t, path, value, (unsigned)strlen(value)))
			return -errno;
		free(xs_read(xs, t, path, &len));
		if (t != XBT_NULL)
			xs_transaction_end(xs, t, false);
		done++;
	}
	return done;
}

int main(int argc, char **argv)
{
	struct xs_handle *xs;
	long done;

	if (argc != 3) {
		fprintf(stderr, "usage: store-hammer PATH SECONDS\n");
		return 2;
	}
	signal(SIGTERM, on_signal);
	xs = xs_open(0);
	done = xs ? run(xs, argv[1], time(NULL) + atoi(argv[2])) : -errno;
	if (done <= 0) {
		fprintf(stderr, "store-hammer: %s: %s\n", argv[1], strerror((int)-done));
		return 1;
	}
	printf("%ld requests\n", done);
	xs_close(xs);
	return 0;
}
